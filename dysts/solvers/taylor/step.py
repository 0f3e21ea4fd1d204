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
from dysts.compilation.emission.vectors import Index, Value
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

_INTEGER, _VECTOR = ir.IntType(64), ir.VectorType(ir.DoubleType(), PADDING)


def _polynomials(factors: Sequence[int], *, with_constant: bool) -> Callable[..., Any]:
    """Return the compiled function ``(series, time, result)``; every row of coefficients is multiplied by a factor."""

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        series, target = (context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 2))
        places = target.nitems
        time = splat(builder, arguments[1], _VECTOR)
        square = builder.fmul(time, time)

        def row(order: int, column: Index) -> Value:
            place = builder.add(builder.mul(ir.Constant(_INTEGER, order), places), column)
            value = load(builder, builder.gep(series.data, [place]), _VECTOR)
            if factors[order] == 1:
                return value
            return builder.fmul(value, ir.Constant(_VECTOR, [float(factors[order])] * PADDING))

        zero, width = ir.Constant(_INTEGER, 0), ir.Constant(_INTEGER, PADDING)
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
            builder.store(total, place_of(builder, builder.gep(target.data, [column]), _VECTOR), align=8)
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
"""``evaluate(series, time, result)`` for float64 [order, place] and [place], with as many places as `padded` says."""
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
    # The logarithm of zero is minus infinity, and the step as long as one likes.
    steepest = max((math.log(last) - SAFETY) / order, (math.log(next_to_last) - SAFETY) / (order - 1))
    return math.exp(-steepest) + finite


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
