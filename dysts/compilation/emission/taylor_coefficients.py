"""The module that computes the power series of a solution in time.

``expansion(t, state, constants, series)`` stores the coefficients of the solution through a state, row by row:
``series[k][i]`` is the k-th derivative of variable i, divided by k!. The columns behind the variables hold the
series of the `steep_arguments`, whose last coefficient is not computed. `padded` gives the length of a row; nothing is
stored in the columns that remain. Of a delay system, the state is followed by the delayed state, whose series the
caller writes to the last columns before the call.

``expansion_lanes`` does so for eight solutions: its arguments are pointers to [8], [variable, 8] and [constant, 8], and
the coefficients are [order, variable, 8], without columns that remain.

``look_ahead`` is the same with the first orders alone, for the methods that need to know no more than where steep
functions act. It exists for long programs and delay systems, too.

Where a function has a kink or a jump, the coefficients are those of its side at the state.

A recurrence gives the next coefficient of each operation from those of its operands. The coefficient of order k of the
derivative, divided by k + 1, is the coefficient of order k + 1 of the state. Short programs are written out, order by
order; for long ones a loop is written.

References
----------
A. Jorba, M. Zou, A software package for the numerical integration of ODEs by means of high-order Taylor methods,
Experimental Mathematics 14 (2005) 99.
"""

import ast
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from llvmlite import ir

from dysts.compilation.emission.double_doubles import Arithmetic
from dysts.compilation.emission.evaluation import ProgramEmitter
from dysts.compilation.emission.functions import EMISSIONS
from dysts.compilation.emission.looped import LoopedRecurrences
from dysts.compilation.emission.recurrences import Coefficient, TaylorSeries
from dysts.compilation.emission.vectors import DOUBLE, INTEGER, LANES, Index, Value
from dysts.compilation.program import Operation, Program, ProgramWriter
from dysts.equations.derivatives import derivative_trees
from dysts.equations.functions import ARGUMENTS

EXPANSION, LANED_EXPANSION, LOOK_AHEAD = "expansion", "expansion_lanes", "look_ahead"

ORDER = 18
"""Order of the polynomials that a Taylor step evaluates."""
EXTENDED_ORDER = 30
"""The same in extended precision, of a tolerance of 1e-25: about half of its logarithm, where steps cost least."""
PADDING = 4
"""The length of a row is a multiple of this number of columns, which the evaluation of a polynomial handles at once."""
WRITTEN_OUT = 3
"""Orders that are written out even for long programs, as they show which inner sums do not vanish."""
FEWEST_LOOPED = 10
"""Number of inner sums from which on a loop is faster than writing out all orders."""

LONGEST_EXPANDED = 1000
"""Operations up to which a program is expanded; LLVM takes about four seconds for the expansion of so many, and far
more than twice as long for twice as many."""
LONGEST_IN_EXTENDED_PRECISION = 400
"""The same in extended precision, in which LLVM takes four seconds for 300 operations and 40 for 900."""

FIRST_ORDERS = 3
"""Orders of a look ahead: as many as give the first two coefficients of steep arguments."""
LONGEST_WITH_FIRST_ORDERS = 20_000
"""Operations up to which a program has a look ahead."""

_ARITHMETIC = ("state", "constant", "number", "time", "add", "sub", "neg", "mul", "div", "power")
"""Operations beside the functions that have a recurrence; a power has one if its exponent is constant."""

Rate = tuple[int, int]
"""The operation that is the derivative of a function by one of its arguments, and the sign that it has: 1 or -1."""


def padded(places: int) -> int:
    """Return the length of a row of coefficients in which this number of places is used."""
    return -(-places // PADDING) * PADDING


def expandable(program: Program, order: int = ORDER, longest: int = LONGEST_EXPANDED) -> bool:
    """Whether the solution is expanded: all operations are smooth and have a recurrence, and there are not too many.

    A power beyond the order has none: where its base is zero, so are all coefficients, whatever the solution does.
    """
    program, _ = with_rates(program)
    if not _has_recurrences(program) or len(program.operations) > longest:
        return False
    powers: dict[int, tuple[int, int]] = {}
    for number, (name, *operands) in enumerate(program.operations):
        if name == "choose" or (name in EMISSIONS and not EMISSIONS[name].smooth):
            return False
        if name == "mul":
            (base, exponent), (other, more) = (powers.get(operand, (operand, 1)) for operand in operands)
            if base == other:
                powers[number] = base, exponent + more
    return all(exponent < order for _, exponent in powers.values())


def shows_steep_arguments(program: Program) -> bool:
    """Whether the expansion has steep arguments, and a course of them that is right up to the next kink or jump."""
    program, _ = with_rates(program)
    shown = len(program.operations) <= LONGEST_WITH_FIRST_ORDERS and _has_recurrences(program)
    return shown and len(steep_arguments(program)) > 0


def _has_recurrences(program: Program) -> bool:
    """Whether every operation has a recurrence: all but powers whose exponent varies."""
    fixed = {number for number, (name, *_) in enumerate(program.operations) if name in ("constant", "number")}
    return all(name != "power" or operands[1] in fixed for name, *operands in program.operations)


def steep_arguments(program: Program) -> list[tuple[int, float]]:
    """Return the arguments of functions that are constant to the last digit for some arguments and steep for others.

    Returns
    -------
    list of (int, float)
        The operation that gives the argument, and the factor with which the function grows or saturates as the
        exponential function does.
    """
    program, _ = with_rates(program)
    factors: dict[int, float] = {}
    for name, *operands in program.operations:
        growth = EMISSIONS[name].growth if name in EMISSIONS else 0.0
        if growth:
            factors[operands[0]] = max(growth, factors.get(operands[0], 0.0))
    return list(factors.items())


def emit_series(program: Program, name: str = EXPANSION) -> str:
    """Return the module of an expansion or of a look ahead as text.

    Parameters
    ----------
    program : Program
        One that is `expandable`, or `shows_steep_arguments`.
    name : str
        `EXPANSION`, `LANED_EXPANSION` or `LOOK_AHEAD`.
    """
    module = ir.Module(name=name)
    pointer = DOUBLE.as_pointer()
    laned = name == LANED_EXPANSION
    first = pointer if laned else DOUBLE
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [first, *[pointer] * 3]), name)
    emitter = LookAheadEmitter if name == LOOK_AHEAD else SeriesEmitter
    emitter(function, *with_rates(program), width=LANES if laned else 1).emit()
    return str(module)


def with_rates(program: Program) -> tuple[Program, dict[int, tuple[Rate, ...]]]:
    """Return a program with the derivatives of its functions, and where they are: of each sine the cosine, and so on.

    Functions with a recurrence of their own have none.
    """
    operations, rates = _with_rates(program.operations)
    return replace(program, operations=operations), rates


@lru_cache(maxsize=64)
def _with_rates(operations: tuple[Operation, ...]) -> tuple[tuple[Operation, ...], dict[int, tuple[Rate, ...]]]:
    writer = ProgramWriter.continued(operations)
    rates: dict[int, tuple[Rate, ...]] = {}
    number = 0
    # Derivatives may contain functions, whose own derivatives follow.
    while number < len(writer.operations):
        name, *operands = writer.operations[number]
        if name in EMISSIONS and EMISSIONS[name].smooth and EMISSIONS[name].recurrence is None:
            writer.defined = dict(zip(ARGUMENTS, operands, strict=False))
            rates[number] = tuple(_rate(writer, tree) for tree in derivative_trees(name))
        number += 1
    return tuple(writer.operations), rates


def _rate(writer: ProgramWriter, tree: ast.expr) -> Rate:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return writer.render(tree.operand), -1
    return writer.render(tree), 1


class SeriesEmitter(ProgramEmitter):
    """Writes the values of a program, and then the coefficients of all its operations order by order.

    Parameters
    ----------
    function : llvmlite.ir.Function
    program : Program
    rates : dict of int to tuple
        What `with_rates` returns.
    width : int
        Solutions side by side.
    """

    last_order = ORDER
    written_out = WRITTEN_OUT

    def __init__(
        self, function: ir.Function, program: Program, rates: dict[int, tuple[Rate, ...]], width: int = 1
    ) -> None:
        super().__init__(function, program, width)
        self.rates = rates
        self.steep = steep_arguments(program)
        self.numbers = self.arithmetic()
        self.recurrences = LoopedRecurrences(self.numbers, self.last_order)
        self.series: list[TaylorSeries] = []
        self.solution: list[TaylorSeries] = []
        self.delayed: list[TaylorSeries] = []

    def arithmetic(self) -> Arithmetic:
        """Return the arithmetic that values and coefficients are computed in."""
        return self.vectors

    @property
    def fewest_looped(self) -> int:
        """The number of inner sums from which on a loop over the orders is written."""
        return FEWEST_LOOPED

    def emit(self) -> None:
        """Write the whole function."""
        self.evaluate()
        self.series = [TaylorSeries([self.values[number]]) for number in range(len(self.program.operations))]
        inputs = [TaylorSeries([self.numbers.load(self.state, i)]) for i in range(self.program.variables)]
        variables = len(self.program.results)
        self.solution, self.delayed = inputs[:variables], inputs[variables:]
        self.store(ir.Constant(INTEGER, 0))
        self.store_steep_arguments(ir.Constant(INTEGER, 0))
        for order in range(self.last_order):
            if order > self.written_out and len(self.recurrences.dense_pairs()) >= self.fewest_looped:
                self.loop(order)
                break
            if order > 0:
                self.recurrences.begin(order)
                self.load_delayed(ir.Constant(INTEGER, order))
                self.coefficients()
                self.store_steep_arguments(ir.Constant(INTEGER, order))
            for variable, result in zip(self.solution, self.program.results, strict=True):
                rate = None if result is None else self.series[result].latest
                variable.append(self.recurrences.product(rate, self.numbers.number(Fraction(1, order + 1))))
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
        carried = [None if variable.latest is None else self.numbers.phi() for variable in self.solution]
        for variable, phi in zip(self.solution, carried, strict=True):
            if phi is not None:
                value: Value = variable.latest
                self.numbers.add_incoming(phi, value, before)
            variable.append(phi)
        recurrences.begin_variable_order(order)
        self.coefficients()
        self.store_steep_arguments(order)
        next_order = builder.add(order, ir.Constant(INTEGER, 1))
        factor = self.numbers.divide(self.numbers.number(1.0), self.numbers.from_integer(next_order))
        for variable, result, phi in zip(self.solution, self.program.results, carried, strict=True):
            rate = None if result is None else self.series[result].latest
            variable.append(recurrences.product(rate, factor))
            if phi is not None:
                latest: Value = self.numbers.number(0.0) if variable.latest is None else variable.latest
                self.numbers.add_incoming(phi, latest, builder.block)
        self.store(next_order)
        order.add_incoming(next_order, builder.block)
        builder.cbranch(builder.icmp_unsigned("<", next_order, ir.Constant(INTEGER, self.last_order)), begin, after)
        builder.position_at_end(after)

    def store(self, order: Index) -> None:
        """Store the coefficients of the solution that were computed last."""
        self._store_row(order, 0, [variable.latest for variable in self.solution])

    def load_delayed(self, order: Index) -> None:
        """Load the coefficients of the delayed state."""
        first = len(self.solution) + len(self.steep)
        for index, variable in enumerate(self.delayed, start=first):
            variable.append(self.numbers.load(self.result, self._place(order, index)))

    def store_steep_arguments(self, order: Index) -> None:
        """Store the coefficients of the steep arguments, each times its factor."""
        scaled = [
            self.recurrences.product(self.series[number].latest, self.numbers.number(f)) for number, f in self.steep
        ]
        self._store_row(order, len(self.solution), scaled)

    def _store_row(self, order: Index, first: int, values: list[Coefficient]) -> None:
        v = self.numbers
        for index, value in enumerate(values, start=first):
            v.store(v.number(0.0) if value is None else value, self.result, self._place(order, index))

    def _place(self, order: Index, column: int) -> Index:
        size = self.program.variables + len(self.steep)
        if self.width == 1:
            size = padded(size)
        return self.builder.add(self.builder.mul(order, ir.Constant(INTEGER, size)), ir.Constant(INTEGER, column))

    def coefficients(self) -> None:
        """Write the coefficients of one order."""
        for number, operation in enumerate(self.program.operations):
            self.series[number].append(self.coefficient(number, operation))
        self.recurrences.end()

    def _on_its_side(self, name: str, operands: Sequence[Any]) -> Coefficient:
        """Return the coefficient of a function with kinks or jumps, on the side of them where the state is."""
        match name:
            case "choose":
                relation, left, right, above, below = operands
                return self._chosen(relation, left, right, above, self.series[below].latest)
            case "max" | "min":
                first, second = operands
                relation = ">=" if name == "max" else "<="
                return self._chosen(relation, first, second, first, self.series[second].latest)
            case "abs":
                (number,) = operands
                negative = self.recurrences.negative(self.series[number].latest)
                return self._chosen(">=", number, None, number, negative)
            case "mod":
                number, divisor = operands
                turns = self.vectors.call("floor", self.builder.fdiv(self.values[number], self.values[divisor]))
                whole = self.recurrences.product(self.series[divisor].latest, turns)
                return self.recurrences.difference(self.series[number].latest, whole)
        return None

    def _chosen(self, relation: str, left: int, right: int | None, above: int, below: Coefficient) -> Coefficient:
        """Return one of two coefficients by a relation between two values; no operation stands for zero."""
        first, zero = self.series[above].latest, self.numbers.number(0.0)
        if first is None and below is None:
            return None
        chosen = [zero if coefficient is None else coefficient for coefficient in (first, below)]
        against = zero if right is None else self.values[right]
        return self.vectors.select(relation, self.values[left], against, *chosen)

    def coefficient(self, number: int, operation: Operation) -> Coefficient:
        """Return the coefficient of one operation, or None where it is zero for every state."""
        name, *operands = operation
        recurrences, own = self.recurrences, self.series[number]
        match name:
            case "constant" | "number":
                return None
            case "time":
                return self.numbers.number(1.0) if recurrences.order == 1 else None
            case "state":
                return [*self.solution, *self.delayed][operands[0]].latest
        if name == "choose" or (name in EMISSIONS and not EMISSIONS[name].smooth):
            return self._on_its_side(name, operands)
        a, *others = (self.series[operand] for operand in operands)
        match name:
            case "neg":
                return recurrences.negative(a.latest)
            case "add":
                return recurrences.sum(a.latest, others[0].latest)
            case "sub":
                return recurrences.difference(a.latest, others[0].latest)
            case "mul" if a is others[0]:
                return recurrences.square(a)
            case "mul":
                return recurrences.convolution(a, others[0])
            case "div":
                return recurrences.quotient(a, others[0], own)
            case "power":
                return recurrences.power(a, others[0].first, own)
        recurrence = EMISSIONS[name].recurrence
        if recurrence is not None:
            return recurrence(recurrences, own, a)
        total: Coefficient = None
        for argument, (rate, sign) in zip((a, *others), self.rates[number], strict=True):
            part = recurrences.integral(argument, self.series[rate])
            total = recurrences.sum(total, part) if sign > 0 else recurrences.difference(total, part)
        return total


class LookAheadEmitter(SeriesEmitter):
    """Writes the first orders."""

    last_order = FIRST_ORDERS
