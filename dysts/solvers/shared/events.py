"""Recording of the zeros of an event function, the last function of the monitor."""

import math

import numpy as np
from numba import njit

from dysts.solvers.shared.polynomial import interpolate
from dysts.solvers.shared.trial import NEVER, Step, may_leave, time_of_leaving, turning, zero_between


@njit(error_model="numpy")
def may_happen(functions: int, at_start: np.ndarray, at_end: np.ndarray) -> bool:
    """Whether the event may have happened in a step, judged from the two ends alone."""
    index = functions - 1
    if at_end[index] == 0.0:
        return True
    side = math.copysign(1.0, at_start[index])
    if at_start[index] == 0.0:
        side = math.copysign(1.0, at_start[functions + index])
    return may_leave(index, functions, side, at_start, at_end, math.inf)


@njit(error_model="numpy")
def record_events(step: Step, direction: int, found: int, found_times: np.ndarray, found_states: np.ndarray) -> int:
    """Record the zeros in a step whose polynomial is known.

    Parameters
    ----------
    direction : int
        Upward zeros (1), downward ones (-1) or both (0).
    found : int
        How many are recorded so far.
    found_times : float64 [event]
    found_states : float64 [event, component]

    Returns
    -------
    found : int
    """
    index = step.functions - 1
    start, end = step.at_start[index], step.at_end[index]
    if start == 0.0:
        # A zero at the start belongs to the step before; what counts is where the function goes from it.
        start = step.at_start[step.functions + index]
    if start == 0.0:
        return found
    side = math.copysign(1.0, start)
    first = 1.0 if end == 0.0 else time_of_leaving(step, index, side)
    if first == NEVER:
        return found
    found = _record(step, first, -side, direction, found, found_times, found_states)
    if end * side > 0.0 and found < found_times.size:
        turned, value = turning(step, index)
        second = zero_between(step, index, turned, value, 1.0, end)
        found = _record(step, second, side, direction, found, found_times, found_states)
    return found


@njit(error_model="numpy")
def _record(
    step: Step,
    fraction: float,
    way: float,
    direction: int,
    found: int,
    found_times: np.ndarray,
    found_states: np.ndarray,
) -> int:
    if direction * way < 0.0:
        return found
    found_times[found] = step.t + fraction * step.length
    interpolate(step.polynomial, step.state, fraction, found_states[found])
    return found + 1
