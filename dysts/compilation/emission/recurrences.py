"""Coefficients of power series, each from those before it: sums, products, quotients and elementary functions.

References
----------
A. Griewank, A. Walther, Evaluating Derivatives, 2nd edition, SIAM (2008), section 13.2.
"""

from typing import Any

from dysts.compilation.emission.vectors import Vectors


class Series(list[Any]):
    """Coefficients, the constant one first; None is one that is zero for every state, and costs nothing."""

    @property
    def first(self) -> Any:
        """The constant one."""
        return self[0]

    @property
    def now(self) -> Any:
        """The last that is known; of an operand, that of the order which is being written."""
        return self[-1]

    @property
    def degree(self) -> int:
        """The highest order whose coefficient is not zero."""
        return max((order for order, value in enumerate(self) if value is not None), default=0)


class Recurrences:
    """Writes the next coefficient of an operation on series, order by order.

    Parameters
    ----------
    vectors : Vectors
        Of width 1.
    """

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors
        self.builder = vectors.builder
        self.order = 0
        self.count: Any = None
        self.inverses: dict[tuple[int, float], Any] = {}
        self.derivatives: dict[int, tuple[Series, Series]] = {}
        self.pairs: dict[tuple[int, int], tuple[Series, Series]] = {}

    def begin(self, order: int) -> None:
        """Take note of the order whose coefficients follow."""
        self.order, self.count = order, self.vectors.number(float(order))

    def end(self) -> None:
        """Take note that the coefficients of an order are complete."""
        for series, _ in list(self.derivatives.values()):
            self.derivative(series)

    def negative(self, a: Any) -> Any:
        """Return -a."""
        return None if a is None else self.builder.fneg(a)

    def sum(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        if a is None or b is None:
            return b if a is None else a
        return self.builder.fadd(a, b)

    def difference(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        if a is None or b is None:
            return self.negative(b) if a is None else a
        return self.builder.fsub(a, b)

    def product(self, a: Any, b: Any) -> Any:
        """Return a*b."""
        return None if a is None or b is None else self.builder.fmul(a, b)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """Return a*b + c."""
        if a is None or b is None or c is None:
            return c if a is None or b is None else self.builder.fmul(a, b)
        return self.vectors.multiply_add(a, b, c)

    def divided(self, a: Any) -> Any:
        """Return a/order."""
        return a if self.order == 1 else self.product(a, self.vectors.number(1.0 / self.order))

    def inverse(self, a: Any, factor: float = 1.0) -> Any:
        """Return factor/a for a constant coefficient, computed once."""
        if (id(a), factor) not in self.inverses:
            self.inverses[id(a), factor] = self.builder.fdiv(self.vectors.number(factor), a)
        return self.inverses[id(a), factor]

    def derivative(self, a: Series) -> Series:
        """Return the series of j*a_j: the derivative, times the time."""
        _, known = self.derivatives.setdefault(id(a), (a, Series([None])))
        if len(known) < len(a):
            known.append(a.now if self.order == 1 else self.product(a.now, self.count))
        return known

    def inner(self, a: Series, b: Series) -> Any:
        """Return the sum of a_j b_(order-j) without its ends; what is known longest is added first."""
        self.pairs.setdefault((id(a), id(b)), (a, b))
        order, total = self.order, None
        # Of a square, half the products are enough.
        lowest = order // 2 + 1 if a is b else 1
        for j in sorted(range(lowest, order), key=lambda j: max(j, order - j)):
            total = self.multiply_add(a[j], b[order - j], total)
        if a is not b:
            return total
        middle = a[order // 2] if order % 2 == 0 else None
        return self.multiply_add(self.vectors.number(2.0), total, self.product(middle, middle))

    def convolution(self, a: Series, b: Series) -> Any:
        """Return the coefficient of a*b."""
        return self.multiply_add(a.now, b.first, self.multiply_add(a.first, b.now, self.inner(a, b)))

    def square(self, a: Series) -> Any:
        """Return the coefficient of a*a."""
        twice = self.product(a.first, self.vectors.number(2.0))
        return self.multiply_add(twice, a.now, self.inner(a, a))

    def quotient(self, a: Series, b: Series, quotient: Series) -> Any:
        """Return the next coefficient of a/b."""
        known = self.multiply_add(b.now, quotient.first, self.inner(b, quotient))
        return self.product(self.difference(a.now, known), self.inverse(b.first))

    def root(self, a: Series, root: Series) -> Any:
        """Return the next coefficient of the square root of a."""
        return self.product(self.difference(a.now, self.inner(root, root)), self.inverse(root.first, 0.5))

    def power(self, a: Series, exponent: Any, power: Series) -> Any:
        """Return the next coefficient of a to a power that does not change."""
        derivative = self.derivative(a)
        grown = self.multiply_add(derivative.now, power.first, self.inner(derivative, power))
        known = self.multiply_add(a.now, power.first, self.inner(a, power))
        factor = self.builder.fadd(exponent, self.vectors.number(1.0))
        rest = self.difference(self.product(factor, self.divided(grown)), known)
        return self.product(rest, self.inverse(a.first))

    def logarithm(self, a: Series, logarithm: Series) -> Any:
        """Return the next coefficient of the logarithm of a."""
        known = self.divided(self.inner(self.derivative(logarithm), a))
        return self.product(self.difference(a.now, known), self.inverse(a.first))

    def integral(self, a: Series, rate: Series) -> Any:
        """Return the next coefficient of a function of `a` whose derivative by `a` has the series `rate`."""
        derivative = self.derivative(a)
        return self.divided(self.multiply_add(derivative.now, rate.first, self.inner(derivative, rate)))
