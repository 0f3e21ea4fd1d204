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
SURFACE = 1e-12
"""Distance from a surface, in time and as a fraction of the time, that may be rounding of the place of the crossing."""
JUMPED = 1e-9
"""Distance from a surface, in the same units, beyond which a function jumped; far more than `SURFACE`."""
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
def value_inside(step: Step, fraction: float, index: int) -> float:
    """Return one value of the monitor at a fraction of a step; a rate costs more than a watched function itself."""
    t = state_inside(step, fraction)
    row = VALUES if index < step.monitored else MONITOR
    call(step.functions.addresses[row], t, step.inside, step.functions.tables[row], step.values)
    return step.values[index]


@njit(error_model="numpy")
def sample(step: Step) -> None:
    """Sample the watched functions on the polynomial of a step."""
    for row in range(2):
        t = state_inside(step, FIRST_SAMPLE if row == 0 else SECOND_SAMPLE)
        call(step.functions.addresses[VALUES], t, step.inside, step.functions.tables[VALUES], step.samples[row])


def quartic_weights(node: float) -> tuple[tuple[float, float, float, float], ...]:
    """Return the weights of a quartic through both ends of a step and the slope at a node inside it.

    Returns
    -------
    weights : float [sample, 4]
        At the two samples the quartic exceeds the state at the start by the sum of the weights times the change over
        the step and the slopes at the start, at the node and at the end, the slopes in units of the change in a step.
    """

    def at(u: float, change: float, at_start: float, at_node: float, at_end: float) -> float:
        v = 1.0 - u
        first = at_start - change
        second = 2.0 * change - at_end - at_start
        slope = change + (1.0 - 2.0 * node) * first + node * (2.0 - 3.0 * node) * second
        quartic = (at_node - slope) / (2.0 * node * (1.0 - node) * (1.0 - 2.0 * node))
        return u * change + u * v * (first + u * second + u * v * quartic)

    return tuple(
        (at(u, 1.0, 0.0, 0.0, 0.0), at(u, 0.0, 1.0, 0.0, 0.0), at(u, 0.0, 0.0, 1.0, 0.0), at(u, 0.0, 0.0, 0.0, 1.0))
        for u in (FIRST_SAMPLE, SECOND_SAMPLE)
    )


@njit(error_model="numpy")
def sample_at(step: Step, row: int) -> None:
    """Sample the watched functions at the state in the work space."""
    u = FIRST_SAMPLE if row == 0 else SECOND_SAMPLE
    t = step.t + u * step.length
    call(step.functions.addresses[VALUES], t, step.inside, step.functions.tables[VALUES], step.samples[row])


@njit(error_model="numpy")
def _cubic(u: float, start: float, rate_start: float, end: float, rate_end: float) -> float:
    """Return the cubic Hermite polynomial with these values and rates at the ends of the unit interval."""
    change = end - start
    v = 1.0 - u
    return start + u * (change + v * (rate_start - change + u * (2.0 * change - rate_start - rate_end)))


@njit(error_model="numpy")
def deviation(step: Step, index: int) -> float:
    """Return the largest deviation of the samples of a watched function from the cubic through both ends."""
    start, end = step.at_start[index], step.at_end[index]
    rate_start = step.length * step.at_start[step.monitored + index]
    rate_end = step.length * step.at_end[step.monitored + index]
    return max(
        abs(step.samples[0, index] - _cubic(FIRST_SAMPLE, start, rate_start, end, rate_end)),
        abs(step.samples[1, index] - _cubic(SECOND_SAMPLE, start, rate_start, end, rate_end)),
    )


@njit(error_model="numpy")
def crossed_before(step: Step, beyond: float, rate: float) -> bool:
    """Whether a function that moves to its side begins farther beyond its surface than rounding explains.

    It contains another switch then, whose change took it across zero.

    Parameters
    ----------
    beyond, rate : float
        The distance beyond the surface, and the rate in units of the step.
    """
    return beyond * step.length > JUMPED * max(abs(step.t), step.length) * rate


@njit(error_model="numpy")
def may_leave(step: Step, index: int, side: float, turned: bool) -> bool:
    """Whether a watched function may have left its side of zero in a sampled step.

    It has not where the cubic through both ends stays farther from zero than the samples are from the cubic: the
    control points of a Bezier curve bound it. A start beyond the surface is the error of a located zero, or a
    jump where another switch has `turned` within the step.
    """
    start, end = side * step.at_start[index], side * step.at_end[index]
    first, second = side * step.samples[0, index], side * step.samples[1, index]
    if start == 0.0 and first == 0.0 and second == 0.0 and end == 0.0:
        # It rests on its surface, as that of abs(x) does where x is zero and stays there.
        return False
    if not (end >= 0.0 and first > 0.0 and second > 0.0):
        return True
    rate_start = side * step.length * step.at_start[step.monitored + index]
    rate_end = side * step.length * step.at_end[step.monitored + index]
    before = max(start, 0.0) + rate_start / 3.0
    after = end - rate_end / 3.0
    least, most = min(first, second), max(first, second)
    nearest = min(least, min(before, after))
    if start > 0.0:
        nearest = min(nearest, start)
    elif not rate_start > 0.0 or (turned and crossed_before(step, -start, rate_start)):
        # It stands on its surface at the start, and does not move to its side.
        return True
    if end > 0.0:
        nearest = min(nearest, end)
    if start > 0.0 and end > 0.0:
        # The samples and the cubic lie between the same two numbers; where these are close, so are the samples.
        most = max(max(most, max(before, after)), max(start, end))
        if nearest > MARGIN * (most - nearest):
            return False
    return not nearest > MARGIN * deviation(step, index)
