"""The polynomial of a Taylor step: its values, how long a step it allows, and whether it solves the equations there."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from dysts.compilation.calling import call
from dysts.compilation.emission.taylor_coefficients import ORDER, PADDING
from dysts.compilation.emission.vectors import LANES, Index, Value, Vectors
from dysts.compilation.intrinsics import Builder, Context, NumbaType, Writer
from dysts.solvers.shared.combination import fused, load, place_of, splat

SAFETY = math.log(0.01)
"""Logarithm of the fraction of the tolerance that the last two terms of a step may reach; a step is so cheap that the
caution costs little."""
LARGEST_DEFECT = 10.0
"""Largest disagreement between the slope of the polynomial and the derivative, in units of the tolerance."""
ROUNDING = 1e-13
"""Disagreement of these two that may be rounding, relative to the change of the component in the step."""

DISPLACEMENT = 1e4
"""Length of the displacement whose growth is measured, in units of the tolerance."""

_INTEGER = ir.IntType(64)
_PLACES, _LANES = ir.VectorType(ir.DoubleType(), PADDING), ir.VectorType(ir.DoubleType(), LANES)


def _polynomials(factors: Sequence[int], *, with_constant: bool) -> Callable[..., Any]:
    """Return the compiled function ``(series, time, result)``; every row of coefficients is multiplied by a factor.

    The time is one number, or one for each of eight solutions, which the last dimension of the other arrays counts.
    """

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        series, target = (context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 2))
        places = target.nitems
        if isinstance(signature.args[1], types.Array):
            vector = _LANES
            time = load(builder, context.make_array(signature.args[1])(context, builder, arguments[1]).data, vector)
        else:
            vector = _PLACES
            time = splat(builder, arguments[1], vector)
        square = builder.fmul(time, time)

        def row(order: int, column: Index) -> Value:
            place = builder.add(builder.mul(ir.Constant(_INTEGER, order), places), column)
            value = load(builder, builder.gep(series.data, [place]), vector)
            if factors[order] == 1:
                return value
            return builder.fmul(value, ir.Constant(vector, [float(factors[order])] * vector.count))

        zero, width = ir.Constant(_INTEGER, 0), ir.Constant(_INTEGER, vector.count)
        with cgutils.for_range_slice(builder, zero, places, width, _INTEGER) as (column, _):
            # Odd and even orders do not wait for one another.
            sums = {}
            for last in (ORDER, ORDER - 1):
                total = row(last, column)
                for order in range(last - 2, 0, -2):
                    total = fused(builder, total, square, row(order, column))
                sums[last % 2] = total
            total = fused(builder, time, sums[0], sums[1])
            if with_constant:
                total = fused(builder, time, total, row(0, column))
            builder.store(total, place_of(builder, builder.gep(target.data, [column]), vector), align=8)
        return context.get_dummy_value()

    def evaluate(
        typing_context: object,  # noqa: ARG001
        series: NumbaType,
        time: NumbaType,
        result: NumbaType,
    ) -> tuple[Signature, Writer]:
        return types.void(series, time, result), generate

    return intrinsic(evaluate)


evaluate: Any = _polynomials([1] * (ORDER + 1), with_constant=True)
"""``evaluate(series, time, result)`` for float64 [order, place] and [place], with as many places as `padded` says, or
for [order, component, 8], [8] and [component, 8]."""
evaluate_slope: Any = _polynomials(range(ORDER + 1), with_constant=False)
"""The derivative of the same."""


@njit(error_model="numpy")
def reliable_step(
    series: np.ndarray, before: float, relative_tolerance: np.ndarray, absolute_tolerance: np.ndarray
) -> float:
    """Return the step in which the last two terms stay below the tolerance; NaN if they are not finite.

    `before` is the length of the last step: a component that passes through zero counts with what it gains in a step.
    """
    order = series.shape[0] - 1
    last, next_to_last, finite = 0.0, 0.0, 0.0
    for i in range(relative_tolerance.size):
        reach = max(abs(series[0, i]), before * abs(series[1, i]))
        inverse = 1.0 / (absolute_tolerance[i] + relative_tolerance[i] * reach)
        last = max(last, abs(series[order, i]) * inverse)
        next_to_last = max(next_to_last, abs(series[order - 1, i]) * inverse)
        finite += 0.0 * series[order, i]
    return step_within(last, next_to_last, order) + finite


@njit(error_model="numpy")
def step_within(last: float, next_to_last: float, order: int) -> float:
    """Return the step in which the last two terms stay below the tolerance, from their coefficients in its units."""
    # The logarithm of zero is minus infinity, and the step as long as one likes.
    steepest = max((math.log(last) - SAFETY) / order, (math.log(next_to_last) - SAFETY) / (order - 1))
    return math.exp(-steepest)


def _judge_lanes(
    typing_context: object,  # noqa: ARG001
    series: NumbaType,
    slope: NumbaType,
    next_series: NumbaType,
    length: NumbaType,
    relative_tolerance: NumbaType,
    absolute_tolerance: NumbaType,
    judgements: NumbaType,
) -> tuple[Signature, Writer]:
    """Write what `reliable_step` and `solves` find out about eight steps, with the same roundings.

    Parameters
    ----------
    series, next_series : float64 [order, component, 8]
        The expansions at the start and at the end of the steps.
    slope : float64 [component, 8]
        Of the polynomials at the end.
    length : float64 [8]
    relative_tolerance, absolute_tolerance : float64 [component]
    judgements : float64 [4, 8]
        Receives the last two terms of `next_series` in units of the tolerance, NaN where a coefficient is not finite or
        else zero, and the number of components in which the slope of the polynomial is not the derivative.
    """

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        before, slopes, after, lengths, relative, absolute, result = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args, arguments, strict=True)
        )
        v = Vectors(builder, LANES)
        size = relative.nitems
        step = v.load(lengths.data, 0)
        places = [cgutils.alloca_once_value(builder, v.number(0.0)) for _ in range(4)]

        def larger(a: Value, b: Value) -> Value:
            return v.select(">", b, a, b, a)

        def size_of(value: Value) -> Value:
            return v.call("fabs", value)

        with cgutils.for_range(builder, size, intp=_INTEGER) as loop:

            def row(array: Value, order: int) -> Value:
                return v.load(array.data, builder.add(builder.mul(ir.Constant(_INTEGER, order), size), loop.index))

            rtol, atol = (
                splat(builder, builder.load(builder.gep(array.data, [loop.index])), _LANES)
                for array in (relative, absolute)
            )

            def tolerance(reach: Value) -> Value:
                return v.add(atol, v.multiply(rtol, reach))

            rate = row(after, 1)
            gained = v.multiply(step, size_of(rate))
            inverse = v.divide(v.number(1.0), tolerance(larger(size_of(row(after, 0)), gained)))
            last = row(after, ORDER)
            found = [v.multiply(size_of(term), inverse) for term in (last, row(after, ORDER - 1))]
            reach = larger(size_of(row(before, 0)), gained)
            allowed = v.add(
                v.multiply(v.number(LARGEST_DEFECT), tolerance(reach)), v.multiply(v.number(ROUNDING), reach)
            )
            defect = v.multiply(step, size_of(v.subtract(v.load(slopes.data, loop.index), rate)))
            wrong = v.select("<=", defect, allowed, v.number(0.0), v.number(1.0))
            known = [builder.load(place) for place in places]
            sums = [v.add(known[2], v.multiply(v.number(0.0), last)), v.add(known[3], wrong)]
            totals = [larger(known[0], found[0]), larger(known[1], found[1]), *sums]
            for place, total in zip(places, totals, strict=True):
                builder.store(total, place)
        for index, place in enumerate(places):
            v.store(builder.load(place), result.data, index)
        return context.get_dummy_value()

    return types.void(series, slope, next_series, length, relative_tolerance, absolute_tolerance, judgements), generate


# Compiled code calls it without the typing context.
judge_lanes: Any = intrinsic(_judge_lanes)


@njit(error_model="numpy")
def solves(
    slope: np.ndarray,
    rate: np.ndarray,
    length: float,
    state: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
) -> bool:
    """Whether the slope of a polynomial is the rate that the equations have there, to within the tolerance."""
    for i in range(relative_tolerance.size):
        reach = max(abs(state[i]), length * abs(rate[i]))
        allowed = LARGEST_DEFECT * (absolute_tolerance[i] + relative_tolerance[i] * reach) + ROUNDING * reach
        if not length * abs(slope[i] - rate[i]) <= allowed:
            return False
    return True


@njit(error_model="numpy")
def fastest_rate(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    derivative: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    direction: np.ndarray,
    moved: np.ndarray,
    rate: np.ndarray,
) -> float:
    """Estimate the spectral radius of the Jacobian by one step of power iteration.

    The product of the Jacobian with `direction` is a difference quotient, and becomes the next direction; along a
    trajectory the estimates approach the largest modulus of the eigenvalues. `direction`, in units of the tolerance,
    starts as zero.
    """
    size = state.size
    length = 0.0
    for i in range(size):
        length += direction[i] * direction[i]
    length = math.sqrt(length / size)
    for i in range(size):
        unit = DISPLACEMENT * (absolute_tolerance[i] + relative_tolerance[i] * abs(state[i]))
        moved[i] = state[i] + unit * (direction[i] / length if length > 0.0 else 1.0)
    call(address, t, moved, constants, rate)
    largest = 0.0
    for i in range(size):
        unit = DISPLACEMENT * (absolute_tolerance[i] + relative_tolerance[i] * abs(state[i]))
        direction[i] = (rate[i] - derivative[i]) / unit
        largest += direction[i] * direction[i]
    return math.sqrt(largest / size)
