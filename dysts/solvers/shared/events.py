"""Recording of the zeros of an event function, the last function of the monitor."""

import math

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.switched_functions import MONITOR
from dysts.solvers.shared.arguments import Crossings, Functions
from dysts.solvers.shared.trial import Step, may_leave, state_inside
from dysts.solvers.shared.zeros import NEVER, first_zero

MOST_ZEROS = 1000
"""Limit on the zeros and unresolved stretches in one step, so that no event function keeps a step for ever."""
SMALLEST_TURN = 1e-15
"""Remainder of a turn of the driving phase, as a fraction of its period, that counts as completed."""


@njit(error_model="numpy")
def time_to_turn(
    functions: Functions,
    t: float,
    state: np.ndarray,
    derivative: np.ndarray,
    phase: int,
    period: float,
    at_start: np.ndarray,
) -> float:
    """Return the time after which the driving phase has completed its turn, forwards or backwards.

    A phase that stands at the end of a turn begins the next one: then `state` and the event function's values
    `at_start` become those of the other side.
    """
    rate = derivative[phase]
    rest = (period - state[phase]) / rate if rate > 0.0 else -state[phase] / rate
    if rest * abs(rate) <= SMALLEST_TURN * period:
        state[phase] = 0.0 if rate > 0.0 else period
        rest = period / abs(rate)
        call(functions.addresses[MONITOR], t, state, functions.tables[MONITOR], at_start)
    return rest


@njit(error_model="numpy")
def _side_at_start(step: Step) -> float:
    """Return the sign of the event function behind the start of a step, 0 if it stays zero.

    A zero at the start belongs to the step before; what counts is where the function goes from it.
    """
    index = step.monitored - 1
    start = step.at_start[index]
    if start == 0.0:
        start = step.at_start[step.monitored + index]
    return math.copysign(1.0, start) if start != 0.0 else 0.0


@njit(error_model="numpy")
def may_happen(step: Step) -> bool:
    """Whether the event may have happened in a sampled step."""
    index = step.monitored - 1
    side = _side_at_start(step)
    return step.at_end[index] == 0.0 or (side != 0.0 and may_leave(step, index, side, False))


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
    side = _side_at_start(step)
    if side == 0.0:
        return found
    begin = 0.0
    for _ in range(MOST_ZEROS):
        if found == crossings.times.size:
            break
        fraction, resolved = first_zero(step, index, side, begin, False)
        if not resolved:
            if fraction <= begin:
                break
            begin = fraction
            continue
        if fraction == NEVER:
            if step.at_end[index] == 0.0:
                found = _record(step, 1.0, -side, crossings, found)
            break
        if fraction <= begin and begin > 0.0:
            break
        found = _record(step, fraction, -side, crossings, found)
        begin, side = fraction, -side
    return found


@njit(error_model="numpy")
def _record(step: Step, fraction: float, way: float, crossings: Crossings, found: int) -> int:
    if crossings.direction * way < 0.0:
        return found
    crossings.times[found] = state_inside(step, fraction)
    for i in range(step.inside.size):
        crossings.states[found, i] = step.inside[i]
    return found + 1
