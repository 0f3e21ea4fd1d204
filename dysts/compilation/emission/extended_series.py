"""The module that computes the power series of a solution in double-doubles, for tolerances below those of float64.

``extended_expansion(t, state, constants, series)`` is `expansion` with pairs of arrays: of each, the high parts of all
numbers come before their low parts. The state has a column more, the time, and the argument `t` is not used. The
recurrences are those of float64; only the arithmetic is another.
"""

from llvmlite import ir

from dysts.compilation.emission.double_doubles import Arithmetic, DoubleDouble, DoubleDoubles, Pointers
from dysts.compilation.emission.extended_functions import call
from dysts.compilation.emission.taylor_coefficients import EXTENDED_ORDER, Rate, SeriesEmitter, padded, with_rates
from dysts.compilation.emission.vectors import DOUBLE, INTEGER, Pointer
from dysts.compilation.exact_constants import exact_number
from dysts.compilation.program import Operation, Program

EXTENDED_EXPANSION = "extended_expansion"

WRITTEN_OUT = 2
"""Orders that are written out beside the loop, fewer than for float64, as an operation takes twenty instructions."""


def emit_extended_series(program: Program) -> str:
    """Return the module of an expansion in double-doubles as text.

    Parameters
    ----------
    program : Program
        One that is `expandable`.
    """
    module = ir.Module(name=EXTENDED_EXPANSION)
    pointer = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [DOUBLE, *[pointer] * 3]), EXTENDED_EXPANSION)
    _ExtendedSeriesEmitter(function, *with_rates(program)).emit()
    return str(module)


class _ExtendedSeriesEmitter(SeriesEmitter):
    """Writes values and coefficients as double-doubles."""

    last_order = EXTENDED_ORDER
    written_out = WRITTEN_OUT

    def __init__(self, function: ir.Function, program: Program, rates: dict[int, tuple[Rate, ...]]) -> None:
        super().__init__(function, program, rates)
        places = padded(program.variables + len(self.steep))
        self.state = self._pair(self.state, program.variables + 1)
        self.constants = self._pair(self.constants, len(program.constants))
        self.result = self._pair(self.result, (EXTENDED_ORDER + 1) * places)
        self.time = self.extended.load(self.state, program.variables)

    def _pair(self, pointer: Pointer, numbers: int) -> Pointers:
        return Pointers(pointer, self.builder.gep(pointer, [ir.Constant(INTEGER, numbers)]))

    def arithmetic(self) -> Arithmetic:
        """Return the arithmetic of double-doubles."""
        self.extended = DoubleDoubles(self.builder, 1)
        return self.extended

    @property
    def fewest_looped(self) -> int:
        """Zero: every program has a loop, as code that is written out for all orders takes LLVM too long."""
        return 0

    def evaluate(self) -> None:
        """Write the operations, leaving what each gives in `values`."""
        for number, operation in enumerate(self.program.operations):
            self.values[number] = self.extended_operation(operation)

    def extended_operation(self, operation: Operation) -> DoubleDouble:
        """Return the outcome of one operation."""
        v = self.extended
        name, *operands = operation
        match name:
            case "state":
                return v.load(self.state, operands[0])
            case "constant":
                return v.load(self.constants, operands[0])
            case "number":
                return v.number(operands[0] if len(operands) == 1 else exact_number(operands[1]))
            case "time":
                return self.time
        x, *others = (self.values[number] for number in operands)
        match name:
            case "add":
                return v.add(x, *others)
            case "sub":
                return v.subtract(x, *others)
            case "mul":
                return v.multiply(x, *others)
            case "div":
                return v.divide(x, *others)
            case "neg":
                return v.negate(x)
        return call(v, name, x, *others)
