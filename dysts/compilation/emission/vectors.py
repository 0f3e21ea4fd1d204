"""Arithmetic on numbers or on vectors of numbers in LLVM, written once for every width."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

from llvmlite import ir

DOUBLE = ir.DoubleType()
INTEGER = ir.IntType(64)

Value: TypeAlias = ir.Value
"""A number of the function that is being written, or a vector of them: the outcome of an instruction, or a constant."""
Pointer: TypeAlias = ir.Value
"""An address of float64 numbers."""
Index: TypeAlias = ir.Value
"""A whole number of 64 bits: a position in an array, or an order."""
Bit: TypeAlias = ir.Value
"""The outcome of a comparison."""
Type: TypeAlias = ir.Type
"""What a value is: a number or a vector of numbers, of float64 or of 64-bit integers."""

LANES = 8
"""Numbers that one vector instruction handles; also the trajectories that are integrated side by side."""


class Vectors:
    """Writes operations on vectors of one width; width 1 means plain numbers.

    Every width carries out the same operations in the same order, so a lane of a vector has the bits that the number
    alone would have.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
    width : int
    """

    def __init__(self, builder: ir.IRBuilder, width: int) -> None:
        self.builder = builder
        self.width = width
        self.type = ir.VectorType(DOUBLE, width) if width > 1 else DOUBLE
        self.integers = ir.VectorType(INTEGER, width) if width > 1 else INTEGER
        self.module = builder.module

    def widened(self, width: int) -> "Vectors":
        """Return the same arithmetic on vectors of another width, written in the same place."""
        return Vectors(self.builder, width)

    def number(self, value: float | Fraction) -> Value:
        """Return a constant in all lanes."""
        nearest = float(value)
        return ir.Constant(self.type, [nearest] * self.width if self.width > 1 else nearest)

    def from_integer(self, whole: Index) -> Value:
        """Return a whole number as a number in all lanes."""
        value = self.builder.sitofp(whole, DOUBLE)
        return value if self.width == 1 else self.put_together([value] * self.width)

    def integer(self, value: int | Sequence[int]) -> Value:
        """Return an integer constant in all lanes, or one for each lane."""
        lanes = [value] * self.width if isinstance(value, int) else list(value)
        return ir.Constant(self.integers, lanes if self.width > 1 else lanes[0])

    def call(self, name: str, *arguments: Value) -> Value:
        """Call an intrinsic of LLVM that exists for every width, such as ``sqrt``."""
        suffix = f"v{self.width}f64" if self.width > 1 else "f64"
        return self.builder.call(_declared(self.module, f"llvm.{name}.{suffix}", self.type, len(arguments)), arguments)

    def add(self, a: Value, b: Value) -> Value:
        """Return a + b."""
        return self.builder.fadd(a, b)

    def subtract(self, a: Value, b: Value) -> Value:
        """Return a - b."""
        return self.builder.fsub(a, b)

    def multiply(self, a: Value, b: Value) -> Value:
        """Return a*b."""
        return self.builder.fmul(a, b)

    def divide(self, a: Value, b: Value) -> Value:
        """Return a/b."""
        return self.builder.fdiv(a, b)

    def negate(self, a: Value) -> Value:
        """Return -a."""
        return self.builder.fneg(a)

    def multiply_add(self, a: Value, b: Value, c: Value) -> Value:
        """Return a*b + c, rounded once."""
        return self.call("fma", a, b, c)

    def polynomial(self, x: Value, coefficients: Sequence[float]) -> Value:
        """Return the polynomial with these coefficients, the constant one first, in pairs that do not wait."""
        terms = [self.number(coefficient) for coefficient in coefficients]
        while len(terms) > 1:
            last = [terms.pop()] if len(terms) % 2 else []
            terms = [self.multiply_add(high, x, low) for low, high in zip(terms[::2], terms[1::2], strict=True)] + last
            if len(terms) > 1:
                x = self.builder.fmul(x, x)
        return terms[0]

    def select(self, relation: str, left: Value, right: Value, above: Value, below: Value) -> Value:
        """Return `above` where the relation holds, else `below`; NaN satisfies none."""
        return self.builder.select(self.builder.fcmp_ordered(relation, left, right), above, below)

    def as_integers(self, x: Value) -> Value:
        """Return the bits of numbers."""
        return self.builder.bitcast(x, self.integers)

    def as_numbers(self, x: Value) -> Value:
        """Return the numbers that bits stand for."""
        return self.builder.bitcast(x, self.type)

    def copy_sign(self, x: Value, sign: Value) -> Value:
        """Return `x` with the sign of another number."""
        return self.call("copysign", x, sign)

    def all(self, relation: str, left: Value, right: Value) -> Bit:
        """Return one bit: whether the relation holds in every lane."""
        return self._all_set(self.builder.fcmp_ordered(relation, left, right))

    def _all_set(self, bits: Value) -> Bit:
        if self.width == 1:
            return bits
        whole = ir.IntType(self.width)
        return self.builder.icmp_unsigned("==", self.builder.bitcast(bits, whole), ir.Constant(whole, -1))

    def take_apart(self, x: Value) -> list[Value]:
        """Return the lanes of a vector as numbers."""
        if self.width == 1:
            return [x]
        return [self.builder.extract_element(x, ir.Constant(ir.IntType(32), lane)) for lane in range(self.width)]

    def put_together(self, lanes: Sequence[Value]) -> Value:
        """Return the vector of some numbers; lanes beyond them are zero."""
        if self.width == 1:
            return lanes[0]
        result = self.number(0.0)
        for lane, value in enumerate(lanes):
            result = self.builder.insert_element(result, value, ir.Constant(ir.IntType(32), lane))
        return result

    def lane_by_lane(self, function: ir.Function, *arguments: Value) -> Value:
        """Call a function of numbers in every lane."""
        parts = zip(*map(self.take_apart, arguments), strict=True)
        return self.put_together([self.builder.call(function, lanes) for lanes in parts])

    def where_bounded(self, x: Value, bound: float, usual: Value, others: Callable[[], Value]) -> Value:
        """Return `usual` in the lanes where the size of `x` is within a bound, and what `others` gives in the rest.

        The rest is computed only if there is any. What one lane receives does not depend on the other lanes.
        """
        bits = self.builder.fcmp_ordered("<=", self.call("fabs", x), self.number(bound))
        everywhere = self._all_set(bits)
        before = self.builder.block
        with self.builder.if_then(self.builder.not_(everywhere), likely=False):
            mixed = self.builder.select(bits, usual, others())
            after = self.builder.block
        result = self.builder.phi(self.type)
        result.add_incoming(usual, before)
        result.add_incoming(mixed, after)
        return result

    def phi(self) -> Value:
        """Return a value that depends on the block that came before."""
        return self.builder.phi(self.type)

    def add_incoming(self, phi: Value, value: Value, block: ir.Block) -> None:
        """Say which value a phi has behind a block."""
        phi.add_incoming(value, block)

    def room(self, numbers: int) -> Pointer:
        """Reserve memory for some numbers, aligned for the widest vectors."""
        array = self.builder.alloca(DOUBLE, ir.Constant(INTEGER, numbers))
        array.align = 64
        return array

    def load(self, pointer: Pointer, index: Index | int) -> Value:
        """Load the vector at a place that counts vectors."""
        return self.builder.load(self._place(pointer, index), align=8)

    def store(self, value: Value, pointer: Pointer, index: Index | int) -> None:
        """Store a vector."""
        self.builder.store(value, self._place(pointer, index), align=8)

    def _place(self, pointer: Pointer, index: Index | int) -> Pointer:
        place = index if isinstance(index, ir.Value) else ir.Constant(INTEGER, index)
        whole = self.builder.bitcast(pointer, self.type.as_pointer())
        return self.builder.gep(whole, [place])


def external(module: ir.Module, name: str, arguments: int = 1) -> ir.Function:
    """Return a function of the mathematical library."""
    return _declared(module, name, DOUBLE, arguments)


def _declared(module: ir.Module, name: str, kind: Type, arguments: int) -> ir.Function:
    if name in module.globals:
        return module.globals[name]
    return ir.Function(module, ir.FunctionType(kind, [kind] * arguments), name)


MAGIC = 1.5 * 2.0**52
"""Added to a number, it leaves the nearest integer in the lowest bits."""
