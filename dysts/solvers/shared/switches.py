"""Switches of a non-smooth system during an integration: their values, their changes, sliding along a surface."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.switched_functions import MONITOR, VALUES
from dysts.solvers.shared.arguments import MATRIX, VECTOR
from dysts.solvers.shared.trial import SURFACE, Step, crossed_before, may_leave, sample, state_inside
from dysts.solvers.shared.zeros import NEVER, first_zero, zero_between

NOTHING = -1
"""Index that stands for no switch."""
SEVERAL = -2
"""Index that stands for more than one sliding switch, which no loop can follow."""
MOST_WITHOUT_EFFECT = 100
"""Limit on the changes without effect in one step, which then ends at the next change."""
MISSED = 0.1
"""Value of a switching function where a step was to end on its zero, in units of its values in the step, beyond which
the place of the zero was not known well enough; interpolation reaches it in large steps at loose tolerances."""
UNKNOWN = -1.0
"""Stands for the place of a change that has not been searched for."""
UNRESOLVED = -3
"""Index that stands for a switching function that oscillates too fast for the length of the step."""


class Search(NamedTuple):
    """Memory of the search for changes of switches in one step."""

    later: np.ndarray
    """Values of the switches behind the change: float64 [switch]."""
    places: np.ndarray
    """Fraction of the step where each switch changes, or NEVER, or UNKNOWN: float64 [switch]."""
    resolved: np.ndarray
    """1 where that is known, 0 where the switch keeps its value up to that fraction at least, or changes with another:
    float64 [switch]."""
    before: np.ndarray
    """Values of the switching functions before a switch is set: float64 [place, switch]."""
    at_start: np.ndarray
    """The monitor at the start with the switches that were set: float64 [2 * monitored]."""
    samples: np.ndarray
    """Samples with the switches that were set: float64 [2, monitored]."""


SEARCH: Any = types.NamedTuple((VECTOR, VECTOR, VECTOR, MATRIX, VECTOR, MATRIX), Search)


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
    value = step.values[switch]
    # A function whose rate depends on its own switch may slide, and then lies on its surface up to rounding.
    if above == below and abs(value) > SURFACE * max(abs(step.t), step.length) * (abs(above) + abs(below)):
        # The function contains another switch, whose change took it across zero and beyond.
        set_switch(step.functions.tables, switch, 1.0 if value > 0.0 else -1.0)
        return False
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
def set_carried(step: Step, changed: int, slides: int) -> None:
    """Set the switches whose functions the change of another one carried across zero.

    Parameters
    ----------
    changed : int
        The switch that has been set; `at_start` of the step holds the functions before.
    slides : int
        The switch on whose surface the solution slides.
    """
    table = step.functions.tables[MONITOR]
    # A switching function may contain earlier switches, never later ones.
    for switch in range(step.functions.switches):
        if switch in (changed, slides):
            continue
        call(step.functions.addresses[MONITOR], step.t, step.state, table, step.values)
        value = step.values[switch]
        if value != step.at_start[switch] and value * table[switch] < 0.0:
            set_switch(step.functions.tables, switch, 1.0 if value > 0.0 else -1.0)


@njit(error_model="numpy")
def suspicious(step: Step, slides: int) -> bool:
    """Whether a switch may have changed in a sampled step; one that slides may always let go."""
    if slides != NOTHING:
        return True
    for switch in range(step.functions.switches):
        if may_leave(step, switch, step.functions.tables[MONITOR, switch], False):
            return True
    return False


@njit(error_model="numpy")
def first_change(step: Step, slides: int, begin: float, turned: bool, search: Search) -> tuple[int, float, float]:
    """Find the switch that changes first in a step whose polynomial is known.

    Parameters
    ----------
    slides : int
        The switch on whose surface the solution slides.
    begin : float
        The fraction of the step where the search begins.
    turned : bool
        Whether a switch has been set there.
    search : Search
        Its `places` hold UNKNOWN for the switches to look at, and receive what is found.

    Returns
    -------
    switch : int
        NOTHING if none changes; UNRESOLVED if that cannot be told beyond the fraction; `slides` where sliding ends.
    fraction : float
        The fraction of the step where the switch changes.
    side : float
        The value of the switch behind that; where sliding ends, the side on which the solution continues.
    """
    changing, first, after = NOTHING, NEVER, 0.0
    for switch in range(step.functions.switches):
        if switch == slides:
            continue
        side = step.functions.tables[MONITOR, switch]
        if search.places[switch] == UNKNOWN:
            search.places[switch], search.resolved[switch] = NEVER, 1.0
            if may_leave(step, switch, side, turned):
                search.places[switch], resolved = first_zero(step, switch, side, begin, turned)
                search.resolved[switch] = 1.0 if resolved else 0.0
        if search.places[switch] < first:
            first, after = search.places[switch], -side
            changing = switch if search.resolved[switch] == 1.0 else UNRESOLVED
    if slides != NOTHING:
        for side in (1.0, -1.0):
            fraction = _time_of_letting_go(step, slides, side)
            if fraction < first:
                changing, first, after = slides, fraction, side
        set_switch(step.functions.tables, slides, 0.0)
    return changing, first, after


@njit(error_model="numpy")
def has_no_effect(
    step: Step, row: int, switch: int, after: float, fraction: float, one: np.ndarray, other: np.ndarray
) -> bool:
    """Whether the derivative is the same with both values of one switch until the step ends.

    Such is the order of two terms of a minimum that a third one undercuts. The derivatives are compared to the last
    bit where the switch changes, at the end of the step, and between the two.

    Parameters
    ----------
    row : int
        The derivative in use.
    after : float
        The other value of the switch.
    fraction : float
        The fraction of the step where it changes.
    one, other : float64 [component]
        Work space.
    """
    addresses, tables = step.functions.addresses, step.functions.tables
    before = tables[MONITOR, switch]
    same = True
    for part in range(3):
        t = state_inside(step, fraction + 0.5 * part * (1.0 - fraction))
        call(addresses[row], t, step.inside, tables[row], one)
        set_switch(tables, switch, after)
        call(addresses[row], t, step.inside, tables[row], other)
        set_switch(tables, switch, before)
        for i in range(one.size):
            same = same and one[i] == other[i]
        if not same:
            return False
    return True


@njit(error_model="numpy")
def _set_within(step: Step, switch: int, side: float, search: Search) -> Step:
    """Set a switch within a step and return the step as it would be with that value from its start.

    The switching functions with the same values before and after keep their places, the others are to be searched.
    """
    functions, monitored = step.functions, step.monitored
    table = functions.tables[MONITOR]
    sample(step)
    for index in range(functions.switches):
        search.before[0, index] = step.at_start[index]
        search.before[1, index] = step.samples[0, index]
        search.before[2, index] = step.samples[1, index]
        search.before[3, index] = step.at_end[index]
    set_switch(functions.tables, switch, side)
    call(functions.addresses[MONITOR], step.t, step.state, table, search.at_start)
    call(functions.addresses[MONITOR], step.t + step.length, step.trial, table, step.at_end)
    turned = Step(
        functions,
        monitored,
        step.t,
        step.length,
        step.state,
        step.trial,
        step.polynomial,
        search.at_start,
        step.at_end,
        search.samples,
        step.inside,
        step.values,
    )
    sample(turned)
    for index in range(functions.switches):
        same = (
            search.before[0, index] == turned.at_start[index]
            and search.before[1, index] == turned.samples[0, index]
            and search.before[2, index] == turned.samples[1, index]
            and search.before[3, index] == turned.at_end[index]
        )
        if index == switch or not same:
            search.places[index] = UNKNOWN
    return turned


@njit(error_model="numpy")
def changes_with_effect(
    step: Step, slides: int, row: int, search: Search, one: np.ndarray, other: np.ndarray
) -> tuple[int, float, float]:
    """Find the first change of a switch that the derivative depends on.

    Switches that change before without any effect are set if no other change follows; ``search.later`` receives the
    values of all switches for the end of the step, which is repeated if one does follow.

    Parameters
    ----------
    others
        As in `first_change` and `has_no_effect`.

    Returns
    -------
    switch, fraction, side
        See `first_change`.
    """
    tables = step.functions.tables
    switches = step.functions.switches
    for switch in range(switches):
        search.later[switch] = tables[MONITOR, switch]
        search.places[switch] = UNKNOWN
    begin = 0.0
    for turned in range(MOST_WITHOUT_EFFECT):
        changing, fraction, side = first_change(step, slides, begin, turned > 0, search)
        if changing < 0 or slides != NOTHING:
            break
        if not has_no_effect(step, row, changing, side, fraction, one, other):
            break
        step = _set_within(step, changing, side, search)
        begin = fraction
    if changing == NOTHING:
        return changing, fraction, side
    if changing >= 0 and 0.0 < begin == fraction:
        # Another switch carried the function to where it is, which need not be its zero.
        search.resolved[changing] = 0.0
    _exchange(tables, search)
    return changing, fraction, side


@njit(error_model="numpy")
def _exchange(tables: np.ndarray, search: Search) -> None:
    """Exchange the values of all switches with those in `search.later`."""
    for switch in range(search.later.size):
        value = search.later[switch]
        search.later[switch] = tables[MONITOR, switch]
        set_switch(tables, switch, value)


@njit(error_model="numpy")
def misses(step: Step, switch: int, search: Search) -> bool:
    """Whether a step that was cut at the change of a switch ends far from that surface.

    The place of the change was found on a polynomial less accurate than the end of the repeated step.

    Parameters
    ----------
    switch : int
        The switch that changes.
    search : Search
        Its `later` holds the values of the other switches behind the change.
    """
    if search.resolved[switch] == 0.0:
        return False
    tables = step.functions.tables
    at_end = step.t + step.length
    _exchange(tables, search)
    call(step.functions.addresses[VALUES], at_end, step.trial, tables[VALUES], step.values)
    _exchange(tables, search)
    beyond = abs(step.values[switch])
    largest = max(abs(step.at_start[switch]), max(abs(step.samples[0, switch]), abs(step.samples[1, switch])))
    rate = abs(step.at_end[step.monitored + switch]) * step.length
    return beyond > MISSED * largest and crossed_before(step, beyond, rate)


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
