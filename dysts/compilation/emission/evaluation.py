"""The module of one program: ``evaluate`` for one state and, for ensembles, ``evaluate_lanes`` for eight.

``evaluate(t, state, constants, result)`` reads and writes float64 through pointers. ``evaluate_lanes`` has eight of
everything: pointers to [8], [variable, 8], [constant, 8] and [result, 8].
"""

from collections import defaultdict
from collections.abc import Sequence

from llvmlite import ir

from dysts.compilation.emission.functions import EMISSIONS, Batch
from dysts.compilation.emission.vectors import DOUBLE, INTEGER, LANES, Value, Vectors, external
from dysts.compilation.program import LARGEST_UNROLLED, Operation, Program

SCALAR, LANED = "evaluate", "evaluate_lanes"

MOST_INLINE = 32
"""Largest number of functions whose code is written in place, as each adds to LLVM's compile time."""

_LEAVES = ("state", "constant", "number", "time")


def emit(program: Program, *, lanes: bool) -> str:
    """Return the module of a program as text.

    Parameters
    ----------
    program : Program
    lanes : bool
        For eight states instead of one.
    """
    module = ir.Module(name=LANED if lanes else SCALAR)
    pointer = DOUBLE.as_pointer()
    first = pointer if lanes else DOUBLE
    kind = ir.FunctionType(ir.VoidType(), [first, pointer, pointer, pointer])
    function = ir.Function(module, kind, LANED if lanes else SCALAR)
    ProgramEmitter(function, program, LANES if lanes else 1).emit()
    return str(module)


class ProgramEmitter:
    """Writes a program into a function of the four arguments above.

    Parameters
    ----------
    function : llvmlite.ir.Function
    program : Program
    width : int
        States side by side.
    """

    def __init__(self, function: ir.Function, program: Program, width: int) -> None:
        self.builder = ir.IRBuilder(function.append_basic_block())
        self.time, self.state, self.constants, self.result = function.args
        self.program = program
        self.width = width
        self.vectors = Vectors(self.builder, width)
        self.values: dict[int, Value] = {}
        self.batched = sum(_batch(operation) is not None for operation in program.operations)

    def emit(self) -> None:
        """Write the whole function."""
        self.evaluate()
        v = self.vectors
        for index, stored in enumerate(self.program.results):
            v.store(v.number(0.0) if stored is None else self.values[stored], self.result, index)
        # Where the matrix is zero throughout, the zeros are still to be stored.
        if self.program.vectors:
            self.products()
        self.builder.ret_void()

    def evaluate(self) -> None:
        """Write the operations, leaving what each gives in `values`."""
        if self.width > 1:
            self.time = self.vectors.load(self.time, 0)
        for group in self.levels():
            batches: dict[str, list[int]] = defaultdict(list)
            for number in group:
                batch = _batch(self.program.operations[number])
                if batch is None:
                    self.values[number] = self.operation(self.program.operations[number])
                else:
                    batches[batch.name].append(number)
            for numbers in batches.values():
                self.batch(numbers)

    def levels(self) -> list[list[int]]:
        """Return the operations in groups; the functions at the end of each do not need one another."""
        level: list[int] = []
        groups: dict[int, list[int]] = defaultdict(list)
        for number, operation in enumerate(self.program.operations):
            name, *operands = operation
            numbers = [] if name in _LEAVES else operands[1:] if name == "choose" else operands
            own = max((level[other] for other in numbers), default=0)
            groups[own].append(number)
            level.append(own if _batch(operation) is None else own + 1)
        return [groups[index] for index in sorted(groups)]

    def operation(self, operation: Operation) -> Value:
        v = self.vectors
        name, *operands = operation
        match name:
            case "state":
                return v.load(self.state, operands[0])
            case "constant":
                return v.load(self.constants, operands[0])
            case "number":
                return v.number(operands[0])
            case "time":
                return self.time
            case "choose":
                left, right, above, below = (self.values[number] for number in operands[1:])
                return v.select(operands[0], left, right, above, below)
        x, *others = (self.values[number] for number in operands)
        match name:
            case "add":
                return self.builder.fadd(x, others[0])
            case "sub":
                return self.builder.fsub(x, others[0])
            case "mul":
                return self.builder.fmul(x, others[0])
            case "div":
                return self.builder.fdiv(x, others[0])
            case "neg":
                return self.builder.fneg(x)
            case "power":
                return v.lane_by_lane(_power(self.builder.module), x, others[0])
        evaluate = EMISSIONS[name].evaluate
        assert evaluate is not None
        return evaluate(v, x, *others)

    def batch(self, numbers: Sequence[int]) -> None:
        """Evaluate one batch of functions for several arguments at once, or for all lanes of each."""
        operations = [self.program.operations[number] for number in numbers]
        arguments = [self.values[argument] for _, argument in operations]
        batch = _batch(operations[0])
        assert batch is not None
        if self.width > 1:
            for number, (own, _), argument in zip(numbers, operations, arguments, strict=True):
                self.values[number] = self._written(batch, self.vectors, argument, [own] * self.width)
            return
        if len(numbers) > MOST_INLINE:
            # Sorted, the groups of eight have few patterns of names, each of which has one function.
            order = sorted(range(len(numbers)), key=lambda index: operations[index][0])
            numbers = [numbers[index] for index in order]
            operations = [operations[index] for index in order]
            arguments = [arguments[index] for index in order]
        for begin in range(0, len(numbers), LANES):
            part = slice(begin, begin + LANES)
            width = 1 << (len(numbers[part]) - 1).bit_length()
            v = Vectors(self.builder, width)
            names = [name for name, _ in operations[part]]
            names += names[:1] * (width - len(names))
            result = self._written(batch, v, v.put_together(arguments[part]), names)
            self.values |= dict(zip(numbers[part], v.take_apart(result), strict=False))

    def _written(self, batch: Batch, v: Vectors, argument: Value, names: Sequence[str]) -> Value:
        """Write a batch in place, or as a call of one function for all that are alike in a long program."""
        if self.batched <= MOST_INLINE or v.width < LANES:
            return batch.write(v, argument, names)
        module = self.builder.module
        name = ".".join([batch.name, *names])
        if name not in module.globals:
            function = ir.Function(module, ir.FunctionType(v.type, [v.type]), name)
            function.linkage = "internal"
            function.attributes.add("noinline")
            inside = Vectors(ir.IRBuilder(function.append_basic_block()), v.width)
            inside.builder.ret(batch.write(inside, function.args[0], names))
        return self.builder.call(module.globals[name], [argument])

    def products(self) -> None:
        """Store the product of the matrix with each of the vectors that follow the state."""
        program, v, builder = self.program, self.vectors, self.builder
        rows: dict[int, list[tuple[int, Value]]] = defaultdict(list)
        for row, column, number in program.tangent:
            rows[row].append((column, self.values[number]))
        size = len(program.results)
        before = builder.block
        loop, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        offset = builder.phi(INTEGER)
        offset.add_incoming(ir.Constant(INTEGER, program.variables), before)
        for row in range(size):
            total: Value = v.number(0.0)
            for column, entry in rows[row]:
                index = builder.add(offset, ir.Constant(INTEGER, column))
                product = builder.fmul(entry, v.load(self.state, index))
                total = product if column == rows[row][0][0] else builder.fadd(total, product)
            v.store(total, self.result, builder.add(offset, ir.Constant(INTEGER, row)))
        next_offset = builder.add(offset, ir.Constant(INTEGER, size))
        offset.add_incoming(next_offset, loop)
        last = ir.Constant(INTEGER, program.variables + program.vectors * size)
        builder.cbranch(builder.icmp_unsigned("<", next_offset, last), loop, after)
        builder.position_at_end(after)


def _batch(operation: Operation) -> Batch | None:
    emission = EMISSIONS.get(operation[0])
    return None if emission is None else emission.batch


def _power(module: ir.Module) -> ir.Function:
    """Return the power of two numbers; where the exponent is a small integer, it multiplies."""
    if "power" in module.globals:
        return module.globals["power"]
    function = ir.Function(module, ir.FunctionType(DOUBLE, [DOUBLE, DOUBLE]), "power")
    function.linkage = "internal"
    base, exponent = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    v = Vectors(builder, 1)
    size = v.call("fabs", exponent)
    whole = builder.fcmp_ordered("==", v.call("floor", size), size)
    small = builder.fcmp_ordered("<=", size, v.number(LARGEST_UNROLLED))
    start, library, loop, done = (builder.append_basic_block() for _ in range(4))
    builder.cbranch(builder.and_(whole, small), start, library)
    builder.position_at_end(library)
    builder.ret(builder.call(external(module, "pow", 2), [base, exponent]))
    builder.position_at_end(start)
    count = builder.fptosi(size, INTEGER)
    builder.branch(loop)
    builder.position_at_end(loop)
    factor, product, rest = builder.phi(DOUBLE), builder.phi(DOUBLE), builder.phi(INTEGER)
    odd = builder.icmp_unsigned("!=", builder.and_(rest, ir.Constant(INTEGER, 1)), ir.Constant(INTEGER, 0))
    grown = builder.select(odd, builder.fmul(product, factor), product)
    squared = builder.fmul(factor, factor)
    halved = builder.lshr(rest, ir.Constant(INTEGER, 1))
    for phi, first, later in ((factor, base, squared), (product, v.number(1.0), grown), (rest, count, halved)):
        phi.add_incoming(first, start)
        phi.add_incoming(later, loop)
    builder.cbranch(builder.icmp_unsigned("==", halved, ir.Constant(INTEGER, 0)), done, loop)
    builder.position_at_end(done)
    inverse = builder.fdiv(v.number(1.0), grown)
    builder.ret(builder.select(builder.fcmp_ordered("<", exponent, v.number(0.0)), inverse, grown))
    return function
