"""Recurrences of long programs: a loop over the orders, in which eight products are added up at once.

Written out, the code of a long program would exceed the nearest cache, and reading it would take longer than what it
does. Without its ends, the sum for a product needs nothing of its own order, so at the beginning of an order all
products can have theirs, whatever depends on what: their coefficients are kept in memory, one column for each.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from dysts.compilation.emission.recurrences import Recurrences, Series
from dysts.compilation.emission.vectors import DOUBLE, INTEGER, Vectors

TOGETHER = 8


class LoopedRecurrences(Recurrences):
    """Recurrences whose higher orders are written once, for any order.

    Parameters
    ----------
    vectors : Vectors
        Of width 1.
    orders : int
        The number of orders there will be.
    """

    def __init__(self, vectors: Vectors, orders: int) -> None:
        super().__init__(vectors)
        self.wide = Vectors(vectors.builder, TOGETHER)
        self.orders = orders
        self.looping: Any = None
        self.kept: list[tuple[Series, Series]] = []
        self.places: dict[tuple[int, int], int] = {}
        self.groups = 0
        self.left: Any = None
        self.right: Any = None
        self.sums: Any = None
        self.reciprocal: Any = None

    def dense_pairs(self) -> list[tuple[Series, Series]]:
        """Return the pairs whose sums do not vanish beyond the orders known so far."""
        return [(a, b) for a, b in self.pairs.values() if a.degree + b.degree > self.order]

    def prepare(self) -> None:
        """Make room for the coefficients of all pairs, and keep those that are known."""
        self.kept = self.dense_pairs()
        self.places = {(id(a), id(b)): place for place, (a, b) in enumerate(self.kept)}
        self.groups = -(-len(self.kept) // TOGETHER)
        with self.builder.goto_entry_block():
            self.left, self.right = (self._room(self.orders * self.groups) for _ in range(2))
            self.sums = self._room(self.groups)
        for order in range(1, self.order + 1):
            self._keep(ir.Constant(INTEGER, order), [(a[order], b[order]) for a, b in self.kept])

    def begin_any(self, order: Any) -> None:
        """Take note that the coefficients follow of an order that is known when the code runs, and add up the sums."""
        self.order, self.looping = -1, order
        self.count = self.builder.sitofp(order, DOUBLE)
        self.reciprocal = self.builder.fdiv(self.vectors.number(1.0), self.count)
        self._add_up(order)

    def end(self) -> None:
        """Take note that the coefficients of an order are complete."""
        super().end()
        if self.looping is not None:
            self._keep(self.looping, [(a.now, b.now) for a, b in self.kept])

    def divided(self, a: Any) -> Any:
        """Return a/order."""
        return super().divided(a) if self.looping is None else self.product(a, self.reciprocal)

    def inner(self, a: Series, b: Series) -> Any:
        """Return the sum of a_j b_(order-j) without its ends."""
        if self.looping is None:
            return super().inner(a, b)
        place = self.places.get((id(a), id(b)))
        return None if place is None else self.vectors.load(self.sums, place)

    def _room(self, rows: int) -> Any:
        # Columns that no pair has are never written; whatever they hold is added up and never read.
        array = self.builder.alloca(DOUBLE, ir.Constant(INTEGER, rows * TOGETHER))
        array.align = 64
        return array

    def _keep(self, order: Any, coefficients: Sequence[tuple[Any, Any]]) -> None:
        row = self.builder.mul(order, ir.Constant(INTEGER, self.groups * TOGETHER))
        for place, pair in enumerate(coefficients):
            index = self.builder.add(row, ir.Constant(INTEGER, place))
            for array, value in zip((self.left, self.right), pair, strict=True):
                self.vectors.store(self.vectors.number(0.0) if value is None else value, array, index)

    def _add_up(self, order: Any) -> None:
        builder, one = self.builder, ir.Constant(INTEGER, 1)
        before = builder.block
        loop, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        j = builder.phi(INTEGER)
        j.add_incoming(one, before)
        totals = [builder.phi(self.wide.type) for _ in range(self.groups)]
        rows = [builder.mul(row, ir.Constant(INTEGER, self.groups)) for row in (j, builder.sub(order, j))]
        for group, total in enumerate(totals):
            left, right = (
                self.wide.load(array, builder.add(row, ir.Constant(INTEGER, group)))
                for array, row in zip((self.left, self.right), rows, strict=True)
            )
            total.add_incoming(self.wide.number(0.0), before)
            total.add_incoming(self.wide.multiply_add(left, right, total), loop)
        following = builder.add(j, one)
        j.add_incoming(following, loop)
        builder.cbranch(builder.icmp_unsigned("<", following, order), loop, after)
        builder.position_at_end(after)
        for group, total in enumerate(totals):
            self.wide.store(total.incomings[1][0], self.sums, group)
