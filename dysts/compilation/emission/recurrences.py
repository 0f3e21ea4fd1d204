"""Coefficients of power series, each from those before it: sums, products, quotients and elementary functions.

References
----------
A. Griewank, A. Walther, Evaluating Derivatives, 2nd edition, SIAM (2008), section 13.2.
"""

from fractions import Fraction
from typing import TypeAlias

from dysts.compilation.emission.double_doubles import Arithmetic
from dysts.compilation.emission.vectors import Value

Coefficient: TypeAlias = Value | None
"""A coefficient of a power series; None is one that is zero for every state, and costs nothing."""


class TaylorSeries(list[Coefficient]):
    """The coefficients of a power series in time that are known, the constant one first."""

    @property
    def first(self) -> Value:
        """The constant coefficient."""
        return self[0]

    @property
    def latest(self) -> Coefficient:
        """The coefficient computed last: for an operand, the one of the current order."""
        return self[-1]

    @property
    def degree(self) -> int:
        """The highest order whose coefficient is not zero."""
        return max((order for order, value in enumerate(self) if value is not None), default=0)


class Recurrences:
    """The recurrences of the operations: each writes the next coefficient of its outcome.

    Parameters
    ----------
    numbers : Arithmetic
    """

    def __init__(self, numbers: Arithmetic) -> None:
        self.numbers = numbers
        self.builder = numbers.builder
        self.order = 0
        self.count: Coefficient = None
        self.inverses: dict[tuple[int, float], Value] = {}
        self.derivatives: dict[int, tuple[TaylorSeries, TaylorSeries]] = {}
        self.pairs: dict[tuple[int, int], tuple[TaylorSeries, TaylorSeries]] = {}

    def begin(self, order: int) -> None:
        """Start an order; its coefficients are written next."""
        self.order, self.count = order, self.numbers.number(float(order))

    def end(self) -> None:
        """Finish an order whose coefficients are all written."""
        for series, _ in list(self.derivatives.values()):
            self.derivative(series)

    def negative(self, a: Coefficient) -> Coefficient:
        """Return -a."""
        return None if a is None else self.numbers.negate(a)

    def sum(self, a: Coefficient, b: Coefficient) -> Coefficient:
        """Return a + b."""
        if a is None or b is None:
            return b if a is None else a
        return self.numbers.add(a, b)

    def difference(self, a: Coefficient, b: Coefficient) -> Coefficient:
        """Return a - b."""
        if a is None or b is None:
            return self.negative(b) if a is None else a
        return self.numbers.subtract(a, b)

    def product(self, a: Coefficient, b: Coefficient) -> Coefficient:
        """Return a*b."""
        return None if a is None or b is None else self.numbers.multiply(a, b)

    def multiply_add(self, a: Coefficient, b: Coefficient, c: Coefficient) -> Coefficient:
        """Return a*b + c."""
        if a is None or b is None or c is None:
            return c if a is None or b is None else self.numbers.multiply(a, b)
        return self.numbers.multiply_add(a, b, c)

    def divided(self, a: Coefficient) -> Coefficient:
        """Return a/order."""
        return a if self.order == 1 else self.product(a, self.numbers.number(Fraction(1, self.order)))

    def inverse(self, a: Value, factor: float = 1.0) -> Value:
        """Return factor/a for a constant coefficient, computed once."""
        if (id(a), factor) not in self.inverses:
            self.inverses[id(a), factor] = self.numbers.divide(self.numbers.number(factor), a)
        return self.inverses[id(a), factor]

    def derivative(self, a: TaylorSeries) -> TaylorSeries:
        """Return the series of j*a_j, which is the derivative of a times the time."""
        _, known = self.derivatives.setdefault(id(a), (a, TaylorSeries([None])))
        if len(known) < len(a):
            known.append(a.latest if self.order == 1 else self.product(a.latest, self.count))
        return known

    def inner(self, a: TaylorSeries, b: TaylorSeries) -> Coefficient:
        """Return the sum of a_j b_(order-j) over 0 < j < order, the terms of the lowest orders first."""
        self.pairs.setdefault((id(a), id(b)), (a, b))
        order, total = self.order, None
        # Of a square, half the products are enough.
        lowest = order // 2 + 1 if a is b else 1
        for j in sorted(range(lowest, order), key=lambda j: max(j, order - j)):
            total = self.multiply_add(a[j], b[order - j], total)
        if a is not b:
            return total
        middle = a[order // 2] if order % 2 == 0 else None
        return self.multiply_add(self.numbers.number(2.0), total, self.product(middle, middle))

    def convolution(self, a: TaylorSeries, b: TaylorSeries) -> Coefficient:
        """Return the coefficient of a*b."""
        return self.multiply_add(a.latest, b.first, self.multiply_add(a.first, b.latest, self.inner(a, b)))

    def square(self, a: TaylorSeries) -> Coefficient:
        """Return the coefficient of a*a."""
        twice = self.product(a.first, self.numbers.number(2.0))
        return self.multiply_add(twice, a.latest, self.inner(a, a))

    def quotient(self, a: TaylorSeries, b: TaylorSeries, quotient: TaylorSeries) -> Coefficient:
        """Return the next coefficient of a/b."""
        known = self.multiply_add(b.latest, quotient.first, self.inner(b, quotient))
        return self.product(self.difference(a.latest, known), self.inverse(b.first))

    def root(self, a: TaylorSeries, root: TaylorSeries) -> Coefficient:
        """Return the next coefficient of the square root of a."""
        return self.product(self.difference(a.latest, self.inner(root, root)), self.inverse(root.first, 0.5))

    def power(self, a: TaylorSeries, exponent: Value, power: TaylorSeries) -> Coefficient:
        """Return the next coefficient of a to a constant power."""
        derivative = self.derivative(a)
        grown = self.multiply_add(derivative.latest, power.first, self.inner(derivative, power))
        known = self.multiply_add(a.latest, power.first, self.inner(a, power))
        factor = self.numbers.add(exponent, self.numbers.number(1.0))
        rest = self.difference(self.product(factor, self.divided(grown)), known)
        return self.product(rest, self.inverse(a.first))

    def logarithm(self, a: TaylorSeries, logarithm: TaylorSeries) -> Coefficient:
        """Return the next coefficient of the logarithm of a."""
        known = self.divided(self.inner(self.derivative(logarithm), a))
        return self.product(self.difference(a.latest, known), self.inverse(a.first))

    def integral(self, a: TaylorSeries, rate: TaylorSeries) -> Coefficient:
        """Return the next coefficient of a function of `a` whose derivative by `a` has the series `rate`."""
        derivative = self.derivative(a)
        return self.divided(self.multiply_add(derivative.latest, rate.first, self.inner(derivative, rate)))
