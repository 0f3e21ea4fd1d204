"""Arithmetic on double-doubles in LLVM: each number is the unevaluated sum of two float64, which hold 32 digits.

The low part is at most half a unit in the last place of the high one. Sums and products of float64 have an error that
is itself a float64 and follows from a few operations; none of these may be reordered or contracted, and LLVM does
neither unless an instruction carries a flag that allows it. A relative error of one operation is below 4e-31.

References
----------
T. J. Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18 (1971) 224.
Y. Hida, X. S. Li, D. H. Bailey, Algorithms for quad-double precision floating point arithmetic, 15th IEEE Symposium on
Computer Arithmetic (2001) 155.
M. Joldes, J.-M. Muller, V. Popescu, Tight and rigorous error bounds for basic building blocks of double-word
arithmetic, ACM Transactions on Mathematical Software 44 (2017) 15res.
"""

from fractions import Fraction
from typing import NamedTuple, TypeAlias

from llvmlite import ir

from dysts.compilation.emission.vectors import Index, Pointer, Value, Vectors


class DoubleDouble(NamedTuple):
    """A number as the sum of two, or a vector of such numbers."""

    high: Value
    low: Value


class Pointers(NamedTuple):
    """The addresses of an array of double-doubles, whose high and low parts are two arrays of float64."""

    high: Pointer
    low: Pointer


def split(value: float | Fraction) -> tuple[float, float]:
    """Return the double-double nearest to a number.

    Examples
    --------
    >>> split(Fraction(1, 3))
    (0.3333333333333333, 1.850371707708594e-17)
    """
    exact = Fraction(value)
    high = float(exact)
    return high, float(exact - Fraction(high))


class DoubleDoubles:
    """Writes operations on double-doubles of one width, by the names that `Vectors` has for float64.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
    width : int
    """

    def __init__(self, builder: ir.IRBuilder, width: int) -> None:
        self.builder = builder
        self.width = width
        self.parts = Vectors(builder, width)
        self.module = builder.module

    def widened(self, width: int) -> "DoubleDoubles":
        """Return the same arithmetic on vectors of another width, written in the same place."""
        return DoubleDoubles(self.builder, width)

    def number(self, value: float | Fraction) -> DoubleDouble:
        """Return a constant in all lanes."""
        high, low = split(value)
        return DoubleDouble(self.parts.number(high), self.parts.number(low))

    def exact(self, value: Value) -> DoubleDouble:
        """Return a float64 as a double-double."""
        return DoubleDouble(value, self.parts.number(0.0))

    def from_integer(self, whole: Index) -> DoubleDouble:
        """Return a whole number below 2**53 as a number; of width 1."""
        return self.exact(self.parts.from_integer(whole))

    def two_sum(self, a: Value, b: Value) -> DoubleDouble:
        """Return the exact sum of two float64."""
        p = self.parts
        high = p.add(a, b)
        virtual = p.subtract(high, a)
        return DoubleDouble(high, p.add(p.subtract(a, p.subtract(high, virtual)), p.subtract(b, virtual)))

    def normalised(self, a: Value, b: Value) -> DoubleDouble:
        """Return the exact sum of two float64, the first of which is the larger one."""
        high = self.parts.add(a, b)
        return DoubleDouble(high, self.parts.subtract(b, self.parts.subtract(high, a)))

    def two_product(self, a: Value, b: Value) -> DoubleDouble:
        """Return the exact product of two float64."""
        high = self.parts.multiply(a, b)
        return DoubleDouble(high, self.parts.multiply_add(a, b, self.parts.negate(high)))

    def add(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return a + b, to the last digits also where they cancel."""
        p = self.parts
        high, low = self.two_sum(a.high, b.high), self.two_sum(a.low, b.low)
        middle = self.normalised(high.high, p.add(high.low, low.high))
        return self.normalised(middle.high, p.add(middle.low, low.low))

    def subtract(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return a - b."""
        return self.add(a, self.negate(b))

    def negate(self, a: DoubleDouble) -> DoubleDouble:
        """Return -a."""
        return DoubleDouble(self.parts.negate(a.high), self.parts.negate(a.low))

    def scaled(self, a: DoubleDouble, power: Value) -> DoubleDouble:
        """Return a times a power of two, given as float64."""
        return DoubleDouble(self.parts.multiply(a.high, power), self.parts.multiply(a.low, power))

    def multiply(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return a*b."""
        product = self._product(a, b)
        return self.normalised(product.high, product.low)

    def multiply_add(self, a: DoubleDouble, b: DoubleDouble, c: DoubleDouble) -> DoubleDouble:
        """Return a*b + c, with an error relative to the larger of the two terms."""
        p = self.parts
        product = self._product(a, b)
        total = self.two_sum(product.high, c.high)
        return self.normalised(total.high, p.add(total.low, p.add(product.low, c.low)))

    def _product(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return a*b, whose low part may be some units of the high one."""
        p = self.parts
        exact = self.two_product(a.high, b.high)
        crossed = p.multiply_add(a.high, b.low, p.multiply_add(a.low, b.high, exact.low))
        return DoubleDouble(exact.high, crossed)

    def divide(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return a/b."""
        p = self.parts
        first = p.divide(a.high, b.high)
        known = self.two_product(first, b.high)
        lost = p.multiply_add(first, b.low, known.low)
        rest = p.add(p.subtract(p.subtract(a.high, known.high), lost), a.low)
        return self.normalised(first, p.divide(rest, b.high))

    def square_root(self, a: DoubleDouble) -> DoubleDouble:
        """Return the square root by a step of Newton's method from that of the high part."""
        p = self.parts
        first = p.call("sqrt", a.high)
        square = self.two_product(first, first)
        rest = p.add(p.subtract(p.subtract(a.high, square.high), square.low), a.low)
        zero = p.number(0.0)
        correction = p.divide(rest, p.add(first, first))
        # The root of zero has no correction; that of a negative number is no number.
        return self.normalised(first, p.select("==", a.high, zero, zero, correction))

    def select(
        self, relation: str, left: Value, right: Value, above: DoubleDouble, below: DoubleDouble
    ) -> DoubleDouble:
        """Return `above` where the relation of two float64 holds, else `below`; NaN satisfies none."""
        bit = self.builder.fcmp_ordered(relation, left, right)
        return self.choose(bit, above, below)

    def choose(self, bit: Value, above: DoubleDouble, below: DoubleDouble) -> DoubleDouble:
        """Return `above` where a bit is set, else `below`."""
        return DoubleDouble(
            self.builder.select(bit, above.high, below.high), self.builder.select(bit, above.low, below.low)
        )

    def phi(self) -> DoubleDouble:
        """Return a value that depends on the block that came before."""
        return DoubleDouble(self.parts.phi(), self.parts.phi())

    def add_incoming(self, phi: DoubleDouble, value: DoubleDouble, block: ir.Block) -> None:
        """Say which value a phi has behind a block."""
        for part, incoming in zip(phi, value, strict=True):
            part.add_incoming(incoming, block)

    def room(self, numbers: int) -> Pointers:
        """Reserve memory for some numbers."""
        return Pointers(self.parts.room(numbers), self.parts.room(numbers))

    def load(self, pointers: Pointers, index: Index | int) -> DoubleDouble:
        """Load the vector at a place that counts vectors."""
        return DoubleDouble(self.parts.load(pointers.high, index), self.parts.load(pointers.low, index))

    def store(self, value: DoubleDouble, pointers: Pointers, index: Index | int) -> None:
        """Store a vector."""
        self.parts.store(value.high, pointers.high, index)
        self.parts.store(value.low, pointers.low, index)


Arithmetic: TypeAlias = Vectors | DoubleDoubles
"""The arithmetic that power series are written in: of float64 or of double-doubles."""
