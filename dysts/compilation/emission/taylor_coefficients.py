"""The module that expands the solution of a program's equations in powers of time.

``expansion(t, state, constants, series)`` stores the coefficients of the solution through a state, row by row:
``series[k][i]`` is the k-th derivative of variable i, divided by k!. The arguments that are `watched` follow, without
their last coefficients. A row has as many places as `padded` says; those behind are left alone.

Every operation passes on the coefficients of its operands by a recurrence, and one more coefficient of the derivative
is one more of the state. Short programs are written out, order by order, and long ones have a loop.

References
----------
A. Jorba, M. Zou, A software package for the numerical integration of ODEs by means of high-order Taylor methods,
Experimental Mathematics 14 (2005) 99.
"""

from dataclasses import replace
from typing import Any

from llvmlite import ir

from dysts.compilation.emission.evaluation import ProgramEmitter
from dysts.compilation.emission.looped import LoopedRecurrences
from dysts.compilation.emission.recurrences import Series
from dysts.compilation.emission.vectors import DOUBLE, INTEGER
from dysts.compilation.program import Operation, Program

EXPANSION = "expansion"

ORDER = 18
"""Of the polynomials."""
PADDING = 4
"""A row has a multiple of so many places, as many as the evaluation of a polynomial takes at once."""
WRITTEN_OUT = 3
"""Up to this order everything is written out; it shows which sums there are."""
FEWEST_LOOPED = 10
"""Sums for which a loop is faster than writing out all orders."""

_STEEP = {"exp": 1.0, "sinh": 1.0, "cosh": 1.0, "tanh": 2.0}
"""What makes their arguments those of an exponential function."""
_PARTNERS = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh"}
"""Functions whose derivatives need one another."""
_KNOWN = {
    *("state", "constant", "number", "time", "add", "sub", "neg", "mul", "div"),
    *("sqrt", "power", "log", "tan", "sin", "cos"),
    *_STEEP,
}


def padded(places: int) -> int:
    """Return the number of places in a row of coefficients, of which so many are used."""
    return -(-places // PADDING) * PADDING


def expandable(program: Program) -> bool:
    """Whether the solution has an expansion: all operations are smooth and have a recurrence here.

    A power beyond the order has none: where its base is zero, no coefficient tells that it will not stay so.
    """
    fixed = {number for number, (name, *_) in enumerate(program.operations) if name in ("constant", "number")}
    powers: dict[int, tuple[int, int]] = {}
    for number, (name, *operands) in enumerate(program.operations):
        if name not in _KNOWN or (name == "power" and operands[1] not in fixed):
            return False
        if name == "mul":
            (base, exponent), (other, more) = (powers.get(operand, (operand, 1)) for operand in operands)
            if base == other:
                powers[number] = base, exponent + more
    return all(exponent < ORDER for _, exponent in powers.values())


def watched(program: Program) -> list[tuple[int, float]]:
    """Return the arguments of functions that may be flat to the last digit here and steep elsewhere.

    Each with the factor that makes it one of an exponential function.
    """
    factors: dict[int, float] = {}
    for name, *operands in program.operations:
        if name in _STEEP:
            factors[operands[0]] = max(_STEEP[name], factors.get(operands[0], 0.0))
    return list(factors.items())


def emit_series(program: Program) -> str:
    """Return the module of an expansion as text.

    Parameters
    ----------
    program : Program
        One that is `expandable`.
    """
    module = ir.Module(name=EXPANSION)
    pointer = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [DOUBLE, *[pointer] * 3]), EXPANSION)
    _SeriesEmitter(function, *_with_rates(program)).emit()
    return str(module)


def _with_rates(program: Program) -> tuple[Program, dict[int, int]]:
    """Return the program with the derivatives of its functions, and where they are: of each sine the cosine, ..."""
    numbers = {operation: number for number, operation in enumerate(program.operations)}

    def place(*operation: Any) -> int:
        return numbers.setdefault(operation, len(numbers))

    rates = {}
    for number, (name, *operands) in enumerate(program.operations):
        if name in _PARTNERS:
            rates[number] = place(_PARTNERS[name], *operands)
            rates[rates[number]] = number
        elif name in ("tan", "tanh"):
            rates[number] = place(
                "sub" if name == "tanh" else "add", place("number", 1.0), place("mul", number, number)
            )
    return replace(program, operations=tuple(numbers)), rates


class _SeriesEmitter(ProgramEmitter):
    """Writes the values of a program first, and then one order of all series after the other."""

    def __init__(self, function: ir.Function, program: Program, rates: dict[int, int]) -> None:
        super().__init__(function, program, 1)
        self.rates = rates
        self.watched = watched(program)
        self.recurrences = LoopedRecurrences(self.vectors, ORDER)
        self.series: list[Series] = []
        self.solution: list[Series] = []

    def emit(self) -> None:
        """Write the whole function."""
        self.evaluate()
        self.series = [Series([self.values[number]]) for number in range(len(self.program.operations))]
        self.solution = [Series([self.vectors.load(self.state, i)]) for i in range(self.program.variables)]
        self.store(ir.Constant(INTEGER, 0))
        self.store_watched(ir.Constant(INTEGER, 0))
        for order in range(ORDER):
            if order > WRITTEN_OUT and len(self.recurrences.dense_pairs()) >= FEWEST_LOOPED:
                self.loop(order)
                break
            if order > 0:
                self.recurrences.begin(order)
                self.coefficients()
                self.store_watched(ir.Constant(INTEGER, order))
            for variable, result in zip(self.solution, self.program.results, strict=True):
                rate = None if result is None else self.series[result].now
                variable.append(self.recurrences.product(rate, self.vectors.number(1.0 / (order + 1))))
            self.store(ir.Constant(INTEGER, order + 1))
        self.builder.ret_void()

    def loop(self, first: int) -> None:
        """Write all orders from this one as a loop."""
        builder, recurrences = self.builder, self.recurrences
        recurrences.prepare()
        before = builder.block
        begin, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(begin)
        builder.position_at_end(begin)
        order = builder.phi(INTEGER)
        order.add_incoming(ir.Constant(INTEGER, first), before)
        carried = [None if variable.now is None else builder.phi(DOUBLE) for variable in self.solution]
        for variable, phi in zip(self.solution, carried, strict=True):
            if phi is not None:
                phi.add_incoming(variable.now, before)
            variable.append(phi)
        recurrences.begin_any(order)
        self.coefficients()
        self.store_watched(order)
        following = builder.add(order, ir.Constant(INTEGER, 1))
        factor = builder.fdiv(self.vectors.number(1.0), builder.sitofp(following, DOUBLE))
        for variable, result, phi in zip(self.solution, self.program.results, carried, strict=True):
            rate = None if result is None else self.series[result].now
            variable.append(recurrences.product(rate, factor))
            if phi is not None:
                phi.add_incoming(self.vectors.number(0.0) if variable.now is None else variable.now, builder.block)
        self.store(following)
        order.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_unsigned("<", following, ir.Constant(INTEGER, ORDER)), begin, after)
        builder.position_at_end(after)

    def store(self, order: Any) -> None:
        """Store the coefficients of the solution that were found last."""
        self._store_row(order, 0, [variable.now for variable in self.solution])

    def store_watched(self, order: Any) -> None:
        """Store the coefficients of the arguments that are watched."""
        scaled = [
            self.recurrences.product(self.series[number].now, self.vectors.number(f)) for number, f in self.watched
        ]
        self._store_row(order, len(self.solution), scaled)

    def _store_row(self, order: Any, first: int, values: list[Any]) -> None:
        v = self.vectors
        size = padded(len(self.solution) + len(self.watched))
        row = self.builder.mul(order, ir.Constant(INTEGER, size))
        for index, value in enumerate(values, start=first):
            place = self.builder.add(row, ir.Constant(INTEGER, index))
            v.store(v.number(0.0) if value is None else value, self.result, place)

    def coefficients(self) -> None:
        """Write the coefficients of one order."""
        for number, operation in enumerate(self.program.operations):
            self.series[number].append(self.coefficient(number, operation))
        self.recurrences.end()

    def coefficient(self, number: int, operation: Operation) -> Any:
        """Return the coefficient of one operation, or None where it is zero for every state."""
        name, *operands = operation
        recurrences, own = self.recurrences, self.series[number]
        match name:
            case "constant" | "number":
                return None
            case "time":
                return self.vectors.number(1.0) if recurrences.order == 1 else None
            case "state":
                return self.solution[operands[0]].now
        a, *others = (self.series[operand] for operand in operands)
        match name:
            case "neg":
                return recurrences.negative(a.now)
            case "add":
                return recurrences.sum(a.now, others[0].now)
            case "sub":
                return recurrences.difference(a.now, others[0].now)
            case "mul" if a is others[0]:
                return recurrences.square(a)
            case "mul":
                return recurrences.convolution(a, others[0])
            case "div":
                return recurrences.quotient(a, others[0], own)
            case "sqrt":
                return recurrences.root(a, own)
            case "power":
                return recurrences.power(a, others[0].first, own)
            case "log":
                return recurrences.logarithm(a, own)
            case "exp":
                return recurrences.integral(a, own)
        rate = recurrences.integral(a, self.series[self.rates[number]])
        return recurrences.negative(rate) if name == "cos" else rate
