"""The limit on the steps of a delay system: a step leaps over nothing that its past or a steep argument shows."""

import math

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.emission.taylor_coefficients import FIRST_ORDERS
from dysts.solvers.delay.past import Past, look_up
from dysts.solvers.dop853.step import STAGES
from dysts.solvers.dop853.tableau import NODES
from dysts.solvers.shared.arguments import Control
from dysts.solvers.shared.look_ahead import limited_by_first_terms
from dysts.solvers.shared.polynomial import ROWS

FEW_SEGMENTS = 4
"""Number of finished steps that a step may need as its past unseen. The solution of each is a polynomial, so that a
pulse of the past takes several, and the stages of a step over so many meet it."""
LOWEST, HIGHEST = 1, 2
"""Rows of the slopes that hold the extremes of the past at the stages."""


@njit(error_model="numpy")
def limited_by_past(
    past: Past,
    control: Control,
    delay: float,
    t: float,
    oldest: int,
    newest: int,
    inputs: np.ndarray,
    slopes: np.ndarray,
    step: float,
) -> float:
    """Return a step, no longer than the one given, whose stages see how far its past goes.

    Over few segments every step does. Over more, none of them may begin at a state far from those at the stages.

    Parameters
    ----------
    oldest : int
        The segment at the beginning of the step.
    inputs : float64 [2 * component]
        The second half is overwritten.
    slopes : float64 [stage, component]
        The rows of the first two stages behind the start are overwritten, as they are computed anew for every step.
    """
    mask = past.starts.size - 1
    index = oldest + FEW_SEGMENTS
    if index > newest or past.starts[index & mask] >= t + step - delay:
        return step
    size = past.states.shape[1]
    shortened = past.starts[index & mask] + delay - t
    last = index
    while last < newest and past.starts[(last + 1) & mask] < t + step - delay:
        last += 1
    for i in range(size):
        slopes[LOWEST, i], slopes[HIGHEST, i] = math.inf, -math.inf
    hint = oldest
    for stage in range(STAGES):
        hint = look_up(past, hint, oldest, newest, t - delay + NODES[stage] * step, inputs)
        for i in range(size):
            slopes[LOWEST, i] = min(slopes[LOWEST, i], inputs[size + i])
            slopes[HIGHEST, i] = max(slopes[HIGHEST, i], inputs[size + i])
    for i in range(size):
        lowest, highest = slopes[LOWEST, i], slopes[HIGHEST, i]
        room = highest - lowest + control.absolute_tolerance[i]
        room += control.relative_tolerance[i] * max(abs(lowest), abs(highest))
        for inside in range(oldest + 1, last + 1):
            state = past.states[inside & mask, i]
            if not lowest - room <= state <= highest + room:
                return shortened
    return step


@njit(error_model="numpy")
def limited_by_arguments(
    control: Control,
    t: float,
    constants: np.ndarray,
    past: Past,
    oldest: int,
    delay: float,
    inputs: np.ndarray,
    series: np.ndarray,
    step: float,
) -> float:
    """Return a step, no longer than the one given, in which no steep argument leaps over where its function acts.

    Parameters
    ----------
    inputs : float64 [2 * component]
        The state, then the delayed state, which lies in the segment `oldest`.
    series : float64 [order, place]
        Overwritten.
    """
    size = inputs.size // 2
    first = size + control.steep_arguments
    _expand_past(past, oldest, t - delay, series[:, first : first + size])
    call(control.look_ahead, t, inputs, constants, series)
    return limited_by_first_terms(series, size, control.steep_arguments, step)


@njit(error_model="numpy")
def _expand_past(past: Past, index: int, t: float, series: np.ndarray) -> None:
    """Write the first orders of the power series at `t` of a segment: float64 [order, component].

    The polynomial is one of nested factors, the fraction of the segment and what remains of it, by turns.
    """
    slot = index & (past.starts.size - 1)
    length = past.lengths[slot]
    fraction = (t - past.starts[slot]) / length
    series[:] = 0.0
    for i in range(series.shape[1]):
        for row in range(ROWS - 1, -1, -1):
            value, slope = (fraction, 1.0) if row % 2 == 0 else (1.0 - fraction, -1.0)
            series[0, i] += past.polynomials[slot, row, i]
            for order in range(min(ROWS - row, FIRST_ORDERS), 0, -1):
                series[order, i] = value * series[order, i] + slope * series[order - 1, i]
            series[0, i] *= value
        series[0, i] += past.states[slot, i]
        scale = 1.0
        for order in range(1, FIRST_ORDERS + 1):
            scale /= length
            series[order, i] *= scale
