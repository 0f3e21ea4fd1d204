"""The polynomial of a Taylor step in double-doubles, and the arithmetic of its time.

A number is a pair of float64, an array of numbers has an axis of two in front: high parts, low parts.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from dysts.compilation.emission.double_doubles import DoubleDouble, DoubleDoubles, Pointers
from dysts.compilation.emission.taylor_coefficients import EXTENDED_ORDER, PADDING
from dysts.compilation.emission.vectors import Index, Pointer, Value
from dysts.compilation.intrinsics import Builder, Context, NumbaType, Writer
from dysts.solvers.taylor.step import LARGEST_DEFECT

ROUNDING = 1e-29
"""Disagreement of slope and derivative that may be rounding, relative to the change of the component in the step."""
SHORTEST = 1e-30
"""Shortest step, relative to the present time."""

_INTEGER = ir.IntType(64)


def _polynomials(factors: Sequence[int], *, with_constant: bool) -> Callable[..., Any]:
    """Return the compiled ``(series, time, rest of the time, result)``; every row is multiplied by a factor."""

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        series, target = (context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 3))
        places = builder.udiv(target.nitems, ir.Constant(_INTEGER, 2))
        rows = builder.mul(places, ir.Constant(_INTEGER, EXTENDED_ORDER + 1))
        v = DoubleDoubles(builder, PADDING)
        time = DoubleDouble(*(_splat(builder, argument) for argument in arguments[1:3]))
        square = v.multiply(time, time)

        def pointers(data: Pointer, offset: Index, distance: Index) -> Pointers:
            high = builder.gep(data, [offset])
            return Pointers(high, builder.gep(high, [distance]))

        def row(order: int, column: Index) -> DoubleDouble:
            place = builder.add(builder.mul(ir.Constant(_INTEGER, order), places), column)
            value = v.load(pointers(series.data, place, rows), 0)
            return value if factors[order] == 1 else v.multiply(value, v.number(float(factors[order])))

        zero, width = ir.Constant(_INTEGER, 0), ir.Constant(_INTEGER, PADDING)
        with cgutils.for_range_slice(builder, zero, places, width, _INTEGER) as (column, _):
            # Odd and even orders do not wait for one another.
            sums = {}
            for last in (EXTENDED_ORDER, EXTENDED_ORDER - 1):
                total = row(last, column)
                for order in range(last - 2, 0, -2):
                    total = v.multiply_add(total, square, row(order, column))
                sums[last % 2] = total
            total = v.multiply_add(time, sums[0], sums[1])
            if with_constant:
                total = v.multiply_add(time, total, row(0, column))
            v.store(total, pointers(target.data, column, places), 0)
        return context.get_dummy_value()

    def evaluate(
        typing_context: object,  # noqa: ARG001
        series: NumbaType,
        time: NumbaType,  # noqa: ARG001
        rest: NumbaType,  # noqa: ARG001
        result: NumbaType,
    ) -> tuple[Signature, Writer]:
        return types.void(series, types.float64, types.float64, result), generate

    return intrinsic(evaluate)


def _splat(builder: Builder, number: Value) -> Value:
    vector = ir.Constant(ir.VectorType(ir.DoubleType(), PADDING), ir.Undefined)
    for lane in range(PADDING):
        vector = builder.insert_element(vector, number, ir.Constant(ir.IntType(32), lane))
    return vector


evaluate: Any = _polynomials([1] * (EXTENDED_ORDER + 1), with_constant=True)
"""``evaluate(series, time, rest, result)`` for float64 [2, order, place] and [2, place]."""
evaluate_slope: Any = _polynomials(range(EXTENDED_ORDER + 1), with_constant=False)
"""The derivative of the same."""


@njit(error_model="numpy")
def sum_of(high: float, low: float, other: float) -> tuple[float, float]:
    """Return a double-double plus a float64."""
    total = high + other
    virtual = total - high
    lost = (high - (total - virtual)) + (other - virtual) + low
    result = total + lost
    return result, lost - (result - total)


@njit(error_model="numpy")
def remainder(high: float, low: float, period_high: float, period_low: float) -> float:
    """Return a double-double within a period, as the nearest float64."""
    turns = math.floor(high / period_high)
    # The product of turns and the high part is exact in two parts of 26 digits each.
    head = 134217729.0 * period_high
    head = head - (head - period_high)
    tail = period_high - head
    result, rest = sum_of(high, low, -turns * head)
    result, rest = sum_of(result, rest, -turns * tail)
    result, rest = sum_of(result, rest, -turns * period_low)
    if result < 0.0:
        result, rest = sum_of(result, rest, period_high)
    if result >= period_high:
        result, rest = sum_of(result, rest, -period_high)
    return result + rest


@njit(error_model="numpy")
def solves(
    slope: np.ndarray,
    next_series: np.ndarray,
    length: float,
    series: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
) -> bool:
    """Whether the slope of a polynomial is the rate that the equations have at its end, to within the tolerance."""
    for i in range(relative_tolerance.size):
        reach = max(abs(series[0, 0, i]), length * abs(next_series[0, 1, i]))
        allowed = LARGEST_DEFECT * (absolute_tolerance[i] + relative_tolerance[i] * reach) + ROUNDING * reach
        defect = (slope[0, i] - next_series[0, 1, i]) + (slope[1, i] - next_series[1, 1, i])
        if not length * abs(defect) <= allowed:
            return False
    return True
