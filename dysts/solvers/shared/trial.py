"""A step that was tried, as the rarer parts of the loops see it: where a switch changes, where an event happens.

`addresses` and `tables` hold the compiled functions of a system and their constants, in the order derivative,
monitor, and for each switch the derivative while sliding on its surface; a missing function has address 0. The values
of the switches stand at the beginning of every table. The monitor writes the values of its functions (the switching
functions, then the event if there is one), then their rates of change along the solution.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.switched_functions import MONITOR
from dysts.solvers.shared.arguments import Functions
from dysts.solvers.shared.polynomial import interpolate


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
    inside: np.ndarray
    """Work space for a state."""
    values: np.ndarray
    """Work space for the monitor."""


@njit(error_model="numpy")
def monitor_inside(step: Step, fraction: float, index: int) -> float:
    """Return one value of the monitor at a fraction of a step."""
    interpolate(step.polynomial, step.state, fraction, step.inside)
    t = step.t + fraction * step.length
    call(step.functions.addresses[MONITOR], t, step.inside, step.functions.tables[MONITOR], step.values)
    return step.values[index]


@njit(error_model="numpy")
def may_leave(index: int, monitored: int, side: float, start: np.ndarray, end: np.ndarray, length: float) -> bool:
    """Whether a function may have left its side of zero in a step, judged from the two ends alone."""
    if end[index] * side < 0.0:
        return True
    # It came nearer and then went away: it may have crossed and come back in between, unless it was so far away at
    # both ends that their rates would not bring it to zero in the whole of the step.
    rate = monitored + index
    before, after = start[index] * side, end[index] * side
    nearing, parting = -start[rate] * side, end[rate] * side
    return nearing > 0.0 and parting > 0.0 and before > 0.0 and (before < nearing * length or after < parting * length)


@njit(error_model="numpy")
def zero_between(step: Step, index: int, low: float, value_low: float, high: float, value_high: float) -> float:
    """Return the fraction of a step at which one value of the monitor changes its sign.

    Regula falsi with the Illinois modification; every fourth time the interval is halved, so that it always ends.

    Parameters
    ----------
    low, high, value_low, value_high : float
        Two fractions and the values there, of opposite signs.

    Returns
    -------
    fraction : float
        On the side of `high`, at most some roundings from the zero.
    """
    side = 0
    for iteration in range(200):
        if high - low <= 4e-16 * high or value_high == 0.0:
            break
        middle = 0.5 * (low + high)
        if iteration % 4 != 3 and value_high != value_low:
            secant = high - value_high * (high - low) / (value_high - value_low)
            if low < secant < high:
                middle = secant
        if not low < middle < high:
            break
        value = monitor_inside(step, middle, index)
        if value == 0.0:
            return middle
        if (value > 0.0) == (value_high > 0.0):
            high, value_high = middle, value
            if side == 1:
                value_low *= 0.5
            side = 1
        else:
            low, value_low = middle, value
            if side == -1:
                value_high *= 0.5
            side = -1
    return high


@njit(error_model="numpy")
def turning(step: Step, index: int) -> tuple[float, float]:
    """Return the fraction at which a function stops to grow or to fall, and its value there.

    Its rates at the two ends of the step must have opposite signs.
    """
    rate = step.monitored + index
    fraction = zero_between(step, rate, 0.0, step.at_start[rate], 1.0, step.at_end[rate])
    return fraction, monitor_inside(step, fraction, index)


NEVER = 2.0
"""A fraction beyond the end of the step."""


@njit(error_model="numpy")
def time_of_leaving(step: Step, index: int, side: float) -> float:
    """Return the fraction of a step at which a function first leaves its side of zero, or NEVER."""
    rate = step.monitored + index
    low, value_low = 0.0, step.at_start[index]
    high, value_high = 1.0, step.at_end[index]
    rising = step.at_start[rate] * side > 0.0
    if not value_high * side < 0.0:
        if rising or not step.at_end[rate] * side > 0.0:
            return NEVER
        high, value_high = turning(step, index)
        if not value_high * side < 0.0:
            return NEVER
    if not value_low * side > 0.0:
        # At the start it was zero up to rounding; on its way to its side it turned inside the step.
        if not (rising and step.at_end[rate] * side < 0.0):
            return 0.0
        low, value_low = turning(step, index)
        if not value_low * side > 0.0:
            return 0.0
    return zero_between(step, index, low, value_low, high, value_high)
