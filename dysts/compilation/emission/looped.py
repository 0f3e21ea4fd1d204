"""Recurrences of long programs: a loop over the orders, in which the sums of eight products are computed at once.

Where eight solutions are expanded side by side, the sum of one product is computed for all of them at once.

Written out for every order, the code of a long program would exceed the processor's cache for instructions, and
fetching it would take longer than running it. The inner terms of a convolution use lower orders only, so all of them
can be summed at the start of an order, in any sequence; the coefficients are kept in memory, a column for each product.
"""

from collections.abc import Sequence

from llvmlite import ir

from dysts.compilation.emission.double_doubles import Arithmetic
from dysts.compilation.emission.recurrences import Coefficient, Recurrences, TaylorSeries
from dysts.compilation.emission.vectors import INTEGER, Index, Pointer, Value

TOGETHER = 8
"""Products whose inner sums are computed by one instruction: the width of the processor's widest vectors."""
MOST_SUMS = 8
"""Vectors of sums in one loop, all of which stay in registers together with their operands."""


class LoopedRecurrences(Recurrences):
    """Recurrences whose higher orders are written once, for any order.

    Parameters
    ----------
    numbers : Arithmetic
    orders : int
        The number of orders there will be.
    """

    def __init__(self, numbers: Arithmetic, orders: int) -> None:
        super().__init__(numbers)
        self.wide = numbers.widened(TOGETHER)
        self.together = TOGETHER // numbers.width
        self.orders = orders
        self.variable_order: Index | None = None
        self.kept: list[tuple[TaylorSeries, TaylorSeries]] = []
        self.columns: dict[tuple[int, int], int] = {}
        self.vectors_per_row = 0
        self.left: Pointer = None
        self.right: Pointer = None
        self.sums: Pointer = None
        self.reciprocal: Coefficient = None

    def dense_pairs(self) -> list[tuple[TaylorSeries, TaylorSeries]]:
        """Return the pairs of series whose inner sums do not vanish at the orders to come."""
        return [(a, b) for a, b in self.pairs.values() if a.degree + b.degree > self.order]

    def prepare(self) -> None:
        """Reserve memory for the coefficients of all pairs, and store those that are known."""
        self.kept = self.dense_pairs()
        self.columns = {(id(a), id(b)): column for column, (a, b) in enumerate(self.kept)}
        self.vectors_per_row = -(-len(self.kept) // self.together)
        with self.builder.goto_entry_block():
            self.left, self.right = (self._room(self.orders * self.vectors_per_row) for _ in range(2))
            self.sums = self._room(self.vectors_per_row)
        if len(self.kept) % self.together:
            self._clear()
        for order in range(1, self.order + 1):
            self._keep(ir.Constant(INTEGER, order), [(a[order], b[order]) for a, b in self.kept])

    def begin_variable_order(self, order: Index) -> None:
        """Start an order whose number is known only at run time, and compute its inner sums."""
        self.order, self.variable_order = -1, order
        self.count = self.numbers.from_integer(order)
        self.reciprocal = self.numbers.divide(self.numbers.number(1.0), self.count)
        self._add_up(order)

    def end(self) -> None:
        """Finish an order whose coefficients are all written, and keep them for the inner sums."""
        super().end()
        if self.variable_order is not None:
            self._keep(self.variable_order, [(a.latest, b.latest) for a, b in self.kept])

    def divided(self, a: Coefficient) -> Coefficient:
        """Return a/order."""
        return super().divided(a) if self.variable_order is None else self.product(a, self.reciprocal)

    def inner(self, a: TaylorSeries, b: TaylorSeries) -> Coefficient:
        """Return the sum of a_j b_(order-j) over 0 < j < order."""
        if self.variable_order is None:
            return super().inner(a, b)
        column = self.columns.get((id(a), id(b)))
        return None if column is None else self.numbers.load(self.sums, column)

    def _clear(self) -> None:
        """Store zeros in the columns without a pair, whose sums are computed and never read.

        What happens to lie in memory may be denormal numbers, with which the processor is a hundred times slower.
        """
        for row in range(1, self.orders):
            for array in (self.left, self.right):
                self.wide.store(self.wide.number(0.0), array, (row + 1) * self.vectors_per_row - 1)

    def _room(self, rows: int) -> Pointer:
        return self.numbers.room(rows * TOGETHER)

    def _keep(self, order: Index, coefficients: Sequence[tuple[Coefficient, Coefficient]]) -> None:
        row = self.builder.mul(order, ir.Constant(INTEGER, self.vectors_per_row * self.together))
        for column, pair in enumerate(coefficients):
            index = self.builder.add(row, ir.Constant(INTEGER, column))
            for array, value in zip((self.left, self.right), pair, strict=True):
                self.numbers.store(self.numbers.number(0.0) if value is None else value, array, index)

    def _add_up(self, order: Index) -> None:
        for first in range(0, self.vectors_per_row, MOST_SUMS):
            self._add_up_groups(order, range(first, min(first + MOST_SUMS, self.vectors_per_row)))

    def _add_up_groups(self, order: Index, groups: range) -> None:
        builder, one = self.builder, ir.Constant(INTEGER, 1)
        before = builder.block
        loop, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        j = builder.phi(INTEGER)
        j.add_incoming(one, before)
        totals = [self.wide.phi() for _ in groups]
        rows = [builder.mul(row, ir.Constant(INTEGER, self.vectors_per_row)) for row in (j, builder.sub(order, j))]
        sums: list[Value] = []
        for group, total in zip(groups, totals, strict=True):
            left, right = (
                self.wide.load(array, builder.add(row, ir.Constant(INTEGER, group)))
                for array, row in zip((self.left, self.right), rows, strict=True)
            )
            sums.append(self.wide.multiply_add(left, right, total))
            self.wide.add_incoming(total, self.wide.number(0.0), before)
            self.wide.add_incoming(total, sums[-1], loop)
        next_j = builder.add(j, one)
        j.add_incoming(next_j, loop)
        builder.cbranch(builder.icmp_unsigned("<", next_j, order), loop, after)
        builder.position_at_end(after)
        for group, value in zip(groups, sums, strict=True):
            self.wide.store(value, self.sums, group)
