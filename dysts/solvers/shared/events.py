"""Recording of the zeros of an event function, the last function of the monitor."""

import math

import numpy as np
from numba import njit

from dysts.solvers.shared.arguments import Crossings
from dysts.solvers.shared.polynomial import interpolate
from dysts.solvers.shared.trial import NEVER, Step, may_leave, time_of_leaving, turning, zero_between


@njit(error_model="numpy")
def may_happen(monitored: int, at_start: np.ndarray, at_end: np.ndarray) -> bool:
    """Whether the event may have happened in a step, judged from the two ends alone."""
    index = monitored - 1
    if at_end[index] == 0.0:
        return True
    side = math.copysign(1.0, at_start[index])
    if at_start[index] == 0.0:
        side = math.copysign(1.0, at_start[monitored + index])
    return may_leave(index, monitored, side, at_start, at_end, math.inf)


@njit(error_model="numpy")
def record_events(step: Step, crossings: Crossings, found: int) -> int:
    """Record the zeros in a step whose polynomial is known.

    Parameters
    ----------
    crossings : Crossings
    found : int
        Number of events recorded so far.

    Returns
    -------
    found : int
    """
    index = step.monitored - 1
    start, end = step.at_start[index], step.at_end[index]
    if start == 0.0:
        # A zero at the start belongs to the step before; what counts is where the function goes from it.
        start = step.at_start[step.monitored + index]
    if start == 0.0:
        return found
    side = math.copysign(1.0, start)
    first = 1.0 if end == 0.0 else time_of_leaving(step, index, side)
    if first == NEVER:
        return found
    found = _record(step, first, -side, crossings, found)
    if end * side > 0.0 and found < crossings.times.size:
        turned, value = turning(step, index)
        second = zero_between(step, index, turned, value, 1.0, end)
        found = _record(step, second, side, crossings, found)
    return found


@njit(error_model="numpy")
def _record(step: Step, fraction: float, way: float, crossings: Crossings, found: int) -> int:
    if crossings.direction * way < 0.0:
        return found
    crossings.times[found] = step.t + fraction * step.length
    interpolate(step.polynomial, step.state, fraction, crossings.states[found])
    return found + 1
