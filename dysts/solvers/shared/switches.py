"""Switches of a non-smooth system during an integration: their values, their changes, sliding along a surface."""

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.switched_functions import MONITOR
from dysts.solvers.shared.trial import NEVER, Step, may_leave, time_of_leaving, zero_between

NOTHING = -1
"""Index that stands for no switch."""
SEVERAL = -2
"""Index that stands for more than one sliding switch, which no loop can follow."""


@njit(error_model="numpy")
def set_switch(tables: np.ndarray, switch: int, value: float) -> None:
    """Give one switch its value for all functions."""
    for row in range(tables.shape[0]):
        tables[row, switch] = value


@njit(error_model="numpy")
def _rate(step: Step, t: float, state: np.ndarray, switch: int, side: float) -> float:
    """Return the rate of a switching function if its switch had this value, and leave it there."""
    set_switch(step.functions.tables, switch, side)
    call(step.functions.addresses[MONITOR], t, state, step.functions.tables[MONITOR], step.values)
    return step.values[step.monitored + switch]


@njit(error_model="numpy")
def settle(step: Step, switch: int) -> bool:
    """Choose the side of a switch on its surface; return True if the solution slides along it."""
    before = step.functions.tables[MONITOR, switch]
    above = _rate(step, step.t, step.state, switch, 1.0)
    below = _rate(step, step.t, step.state, switch, -1.0)
    if above < 0.0 < below:
        set_switch(step.functions.tables, switch, 0.0)
        return True
    if above >= 0.0 and below >= 0.0:
        set_switch(step.functions.tables, switch, 1.0)
    elif above <= 0.0 and below <= 0.0:
        set_switch(step.functions.tables, switch, -1.0)
    else:
        # Both sides point away; the solution goes on to the side that it did not come from.
        set_switch(step.functions.tables, switch, -1.0 if before > 0.0 else 1.0)
    return False


@njit(error_model="numpy")
def settle_all(step: Step) -> int:
    """Set all switches at the start of an integration; return the one that slides, NOTHING or SEVERAL."""
    slides = NOTHING
    # A switching function may contain earlier switches, never later ones.
    for switch in range(step.functions.switches):
        call(step.functions.addresses[MONITOR], step.t, step.state, step.functions.tables[MONITOR], step.values)
        if step.values[switch] != 0.0:
            set_switch(step.functions.tables, switch, 1.0 if step.values[switch] > 0.0 else -1.0)
        elif settle(step, switch):
            slides = switch if slides == NOTHING else SEVERAL
    return slides


@njit(error_model="numpy")
def unnoticed(step: Step, row: int, end: np.ndarray, saved: np.ndarray) -> bool:
    """Try to flip every switch that changed; keep the flips and return True if the derivative is the same.

    A zero matters only where its function takes part: the order of two terms that both exceed a minimum does not,
    unless the smaller one has meanwhile become the minimum.

    Parameters
    ----------
    row : int
        The derivative in use.
    end : float64 [component]
        Its value at the end of the step.
    saved : float64 [switch]
        Work space.
    """
    switches = step.functions.tables[MONITOR]
    same = True
    for switch in range(step.functions.switches):
        saved[switch] = switches[switch]
        # One that came back to its side would have to be flipped twice.
        if may_leave(switch, step.monitored, saved[switch], step.at_start, step.at_end, step.length):
            same = same and step.at_end[switch] * saved[switch] < 0.0
    if not same:
        return False
    for switch in range(step.functions.switches):
        if step.at_end[switch] * saved[switch] < 0.0:
            set_switch(step.functions.tables, switch, -saved[switch])
    reached = step.t + step.length
    call(step.functions.addresses[row], reached, step.trial, step.functions.tables[row], step.inside)
    for i in range(end.size):
        same = same and step.inside[i] == end[i]
    call(step.functions.addresses[MONITOR], reached, step.trial, step.functions.tables[MONITOR], step.values)
    for switch in range(step.functions.switches):
        same = same and step.values[switch] * switches[switch] >= 0.0
    if same:
        # The flipped switches may enter the functions that the next step begins with.
        for index in range(step.values.size):
            step.at_end[index] = step.values[index]
        return True
    for switch in range(step.functions.switches):
        set_switch(step.functions.tables, switch, saved[switch])
    return False


@njit(error_model="numpy")
def first_change(step: Step, slides: int) -> tuple[int, float, float]:
    """Find the switch that changes first in a step whose polynomial is known.

    Returns
    -------
    switch : int
        NOTHING if none does; `slides` itself where sliding ends.
    fraction : float
        Of the step, where it changes; NEVER if nothing does.
    side : float
        Where sliding ends, the side on which the solution goes on.
    """
    changing, first, leaving = NOTHING, NEVER, 0.0
    for switch in range(step.functions.switches):
        side = step.functions.tables[MONITOR, switch]
        if switch != slides and may_leave(switch, step.monitored, side, step.at_start, step.at_end, step.length):
            fraction = time_of_leaving(step, switch, side)
            if fraction < first:
                changing, first = switch, fraction
    if slides != NOTHING:
        for side in (1.0, -1.0):
            fraction = _time_of_letting_go(step, slides, side)
            if fraction < first:
                changing, first, leaving = slides, fraction, side
        set_switch(step.functions.tables, slides, 0.0)
    return changing, first, leaving


@njit(error_model="numpy")
def _time_of_letting_go(step: Step, switch: int, side: float) -> float:
    """Return the fraction of a sliding step from which one side does not push back any more, or NEVER."""
    at_end = _rate(step, step.t + step.length, step.trial, switch, side)
    if at_end * side < 0.0:
        return NEVER
    at_start = _rate(step, step.t, step.state, switch, side)
    if at_start * side >= 0.0:
        return 0.0
    return zero_between(step, step.monitored + switch, 0.0, at_start, 1.0, at_end)
