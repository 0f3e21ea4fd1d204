"""A step that was tried, with the functions that are watched along it: switching functions and the event.

`Functions.addresses` and `Functions.tables` hold the compiled functions of a system and their constants, in the order
derivative, monitor, values, and for each switch the derivative while sliding on its surface; a missing function has
address 0. The values of the switches stand at the beginning of every table. The monitor writes the values of its
functions (the switching functions, then the event if there is one), then their rates of change along the solution; the
values alone cost a fraction of that.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.switched_functions import MONITOR, VALUES
from dysts.solvers.shared.arguments import Functions
from dysts.solvers.shared.polynomial import interpolate
from dysts.solvers.shared.step_control import copy

FIRST_SAMPLE, SECOND_SAMPLE = 0.31, 0.67
"""Fractions of a step at which the watched functions are sampled; no simple ratio, so that oscillations seldom hide."""
MARGIN = 2.0
"""Distance from zero that counts as clear, in units of the deviation of the samples from a cubic polynomial."""


class Step(NamedTuple):
    """One step from `state` at `t` to `trial`, with its polynomial where that is known."""

    functions: Functions
    monitored: int
    """Number of functions of the monitor."""
    t: float
    length: float
    state: np.ndarray
    trial: np.ndarray
    polynomial: np.ndarray
    at_start: np.ndarray
    """The monitor at the start: float64 [2 * monitored]."""
    at_end: np.ndarray
    samples: np.ndarray
    """Values of the functions inside the step: float64 [2, monitored]."""
    inside: np.ndarray
    """Work space for a state."""
    values: np.ndarray
    """Work space for the monitor."""


@njit(error_model="numpy")
def state_inside(step: Step, fraction: float) -> float:
    """Write the state at a fraction of a step into the work space; return its time."""
    if fraction >= 1.0:
        copy(step.trial, step.inside)
    else:
        interpolate(step.polynomial, step.state, fraction, step.inside)
    return step.t + fraction * step.length


@njit(error_model="numpy")
def monitor_inside(step: Step, fraction: float) -> None:
    """Write the monitor at a fraction of a step into its work space."""
    t = state_inside(step, fraction)
    call(step.functions.addresses[MONITOR], t, step.inside, step.functions.tables[MONITOR], step.values)


@njit(error_model="numpy")
def sample(step: Step) -> None:
    """Sample the watched functions on the polynomial of a step."""
    for row in range(2):
        t = state_inside(step, FIRST_SAMPLE if row == 0 else SECOND_SAMPLE)
        call(step.functions.addresses[VALUES], t, step.inside, step.functions.tables[VALUES], step.samples[row])


@njit(error_model="numpy")
def sample_roughly(step: Step, node: float, at_start: np.ndarray, at_node: np.ndarray, at_end: np.ndarray) -> None:
    """Sample the watched functions on the quartic through both ends of a step and the slope at a node inside it.

    It needs no further evaluation of the derivative, and shows by how much the solution differs from a cubic.
    """
    h = step.length
    for row in range(2):
        u = FIRST_SAMPLE if row == 0 else SECOND_SAMPLE
        v = 1.0 - u
        shape = u * v
        for i in range(step.state.size):
            change = step.trial[i] - step.state[i]
            first = h * at_start[i] - change
            second = 2.0 * change - h * (at_end[i] + at_start[i])
            slope = change + (1.0 - 2.0 * node) * first + node * (2.0 - 3.0 * node) * second
            quartic = (h * at_node[i] - slope) / (2.0 * node * (1.0 - node) * (1.0 - 2.0 * node))
            step.inside[i] = step.state[i] + u * change + shape * (first + u * second + shape * quartic)
        call(
            step.functions.addresses[VALUES],
            step.t + u * h,
            step.inside,
            step.functions.tables[VALUES],
            step.samples[row],
        )


@njit(error_model="numpy")
def _cubic(u: float, start: float, rate_start: float, end: float, rate_end: float) -> float:
    """Return the cubic Hermite polynomial with these values and rates at the ends of the unit interval."""
    change = end - start
    v = 1.0 - u
    return start + u * (change + v * (rate_start - change + u * (2.0 * change - rate_start - rate_end)))


@njit(error_model="numpy")
def may_leave(step: Step, index: int, side: float) -> bool:
    """Whether a watched function may have left its side of zero in a sampled step.

    It has not where the cubic through both ends stays farther from zero than the samples are from the cubic: the
    control points of a Bezier curve bound it.
    """
    start, end = side * step.at_start[index], side * step.at_end[index]
    first, second = side * step.samples[0, index], side * step.samples[1, index]
    if not (end >= 0.0 and first > 0.0 and second > 0.0):
        return True
    rate_start = side * step.length * step.at_start[step.monitored + index]
    rate_end = side * step.length * step.at_end[step.monitored + index]
    if start <= 0.0:
        # It stands on its surface at the start, and moves to its side or not.
        if not rate_start > 0.0:
            return True
        start = second
    deviation = max(
        abs(first - _cubic(FIRST_SAMPLE, side * step.at_start[index], rate_start, end, rate_end)),
        abs(second - _cubic(SECOND_SAMPLE, side * step.at_start[index], rate_start, end, rate_end)),
    )
    before = max(side * step.at_start[index], 0.0) + rate_start / 3.0
    nearest = min(min(start, before), min(first, second))
    after = end - rate_end / 3.0
    nearest = min(nearest, after)
    if end > 0.0:
        nearest = min(nearest, end)
    return not nearest > MARGIN * deviation
