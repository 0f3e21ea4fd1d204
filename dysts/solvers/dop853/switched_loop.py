"""The loop of DOP853 for systems with switches and for events, which it locates inside its steps.

Where a switch changes inside a step, the step is repeated up to that place, so that no step contains a kink.
"""

import numpy as np
from numba import types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, SLIDING
from dysts.solvers.dop853.step import (
    DENSE_EVALUATIONS,
    MEMORY,
    ORDER,
    STABILITY,
    STAGES,
    error_of_step,
    prepare_interpolation,
    stiffness,
    take_step,
)
from dysts.solvers.dop853.switched_memory import MEMORY_TYPE, Memory, sample_roughly
from dysts.solvers.shared.arguments import (
    CONTROL,
    CROSSINGS,
    FUNCTIONS,
    INTEGERS,
    MATRIX,
    VECTOR,
    Control,
    Crossings,
    Functions,
)
from dysts.solvers.shared.codes import (
    CANNOT_SLIDE,
    CHATTERING,
    EVENT,
    NOT_FINITE,
    STEP_TOO_SMALL,
    STIFF,
    SUCCESS,
    TOO_MANY_STEPS,
)
from dysts.solvers.shared.events import may_happen, record_events, time_to_turn
from dysts.solvers.shared.look_ahead import limited_step
from dysts.solvers.shared.progress import (
    STIFF_STEPS,
    all_finite,
    counted,
    ends_on,
    next_step,
    write_first_rows,
    write_rows,
)
from dysts.solvers.shared.step_control import (
    LARGEST_FACTOR,
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    copy,
    first_step,
    reduced,
    rejected_factor,
    too_short,
)
from dysts.solvers.shared.switches import (
    NOTHING,
    SEVERAL,
    UNRESOLVED,
    changes_with_effect,
    misses,
    set_carried,
    set_switch,
    settle,
    settle_all,
    suspicious,
)
from dysts.solvers.shared.trial import Step

CAUTION = 4.0
"""Limit on the first step after a change, in units of the time between two changes; without it, 15 of the 2000 systems
of ``tests/performance/random_switches.py`` are wrong."""
CHANGES_AT_ONCE = 100
"""Changes of switches without progress in time after which a solution counts as chattering."""
CHANGES_AT_ONE_PLACE = 10
"""Changes without progress in time that several switches at one place may need."""
CLEAR = 100.0
"""Length of a step after which a solution counts as clear of a surface, in units of the step that led away from it."""
MOST_CUTS = 5
"""Limit on the steps that are cut in a row to end on one change of a switch."""
UNRESOLVED_FACTOR = 1.0 / 16.0
"""Ratio by which a step is shortened if a switching function oscillates too fast for it."""


@driver(
    types.Tuple((types.int64, types.float64, types.int64))(
        FUNCTIONS,
        CROSSINGS,
        types.int64,
        types.float64,
        VECTOR,
        VECTOR,
        CONTROL,
        types.float64,
        MATRIX,
        INTEGERS,
        MEMORY_TYPE,
    ),
    allocates=False,
)
def integrate_switched(
    functions: Functions,
    crossings: Crossings,
    found: int,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    control: Control,
    phase_period: float,
    output: np.ndarray,
    counts: np.ndarray,
    work: Memory,
) -> tuple[int, float, int]:
    """Integrate one case and leave the last state in `state`; called again with that, it goes on from there.

    Parameters
    ----------
    functions : Functions
    crossings : Crossings
        Receives the events.
    found : int
        Number of events recorded so far.
    times : float64 [time]
        Increasing, none before `start`.
    control : Control
        Its limit on the steps counts those that `counts` has already.
    phase_period : float
        Period of the driving phase.
    output : float64 [time, component]
    counts : int64 [3]
    work : Memory
        From `memory`.

    Returns
    -------
    status, reached, found
        SLIDING asks for the sliding derivative whose address is 0.
    """
    addresses, tables, switches, events = functions
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    monitored = switches + events
    slopes, trial, beside, polynomial, inside, at_start, at_end, values, samples, series, search = work
    end = times[-1]
    span = end - start
    t = start
    if phase >= 0:
        state[phase] = reduced(state[phase], phase_period)
    written = write_first_rows(times, start, state, output)
    if written == times.size:
        return SUCCESS, t, found
    first = Step(functions, monitored, t, 0.0, state, trial, polynomial, at_start, at_end, samples, inside, values)
    slides = settle_all(first)
    step = -1.0
    changed = True
    repeated = False
    changing, side = NOTHING, 0.0
    after_cut = 0.0
    previous_error = SMALLEST_FIRST_ERROR
    stiff_steps = 0
    relaxed_steps = 0
    changes = 0
    cuts = 0
    last_change = start
    # A function that oscillates through zero is so sampled in each of its turns before a step is longer than they are.
    caution = np.inf
    escapes, escape = 0, 0.0
    while counts[0] + counts[1] < control.maximum_steps:
        if slides != NOTHING and (slides == SEVERAL or addresses[SLIDING + slides] == 0):
            return CANNOT_SLIDE, t, found
        row = DERIVATIVE if slides == NOTHING else SLIDING + slides
        if changed:
            call(addresses[row], t, state, tables[row], slopes[0])
            call(addresses[MONITOR], t, state, tables[MONITOR], at_start)
            counts[2] += 1
            if not all_finite(slopes[0], state):
                return NOT_FINITE, t, found
            changed = False
        # Where rounding keeps a solution on a surface that it leaves, it takes a step to get clear of it.
        gets_clear = step == 0.0 and changes >= CHANGES_AT_ONE_PLACE
        if step < 0.0 or gets_clear:
            step = first_step(
                addresses[row],
                tables[row],
                t,
                state,
                slopes[0],
                relative_tolerance,
                absolute_tolerance,
                ORDER,
                min(end - t, control.longest_step),
                end - t,
            )
            counts[2] += 1
        step = min(step, control.longest_step)
        if changing == NOTHING:
            step = min(step, caution)
            if control.steep_arguments > 0 and slides == NOTHING:
                step = limited_step(control, t, state, tables[DERIVATIVE], series, min(step, end - t))
                counts[2] += 1
        if gets_clear:
            escapes += 1
            escape = step
            if escapes == CHANGES_AT_ONCE:
                return CHATTERING, t, found
        planned = step
        if phase >= 0 and events > 0:
            # An event may depend on the phase: no step goes over the place where it starts again.
            step = min(step, time_to_turn(functions, t, state, slopes[0], phase, phase_period, at_start))
        last = ends_on(end, t, step) and changing == NOTHING
        length = end - t if last else step
        reached = end if last else t + length
        # The step up to a change of a switch may be as short as it has to be.
        if changing == NOTHING and not last and too_short(length, t):
            return STEP_TOO_SMALL, t, found
        error = 0.0
        if reached > t:
            take_step(addresses[row], tables[row], t, state, length, slopes, trial, beside)
            counts[2] += STAGES
            error = error_of_step(length, slopes, state, trial, relative_tolerance, absolute_tolerance)
        else:
            copy(state, trial)
        if not error <= 1.0:
            counts[1] += 1
            step = length * rejected_factor(error, ORDER)
            if too_short(step, t):
                return STEP_TOO_SMALL, t, found
            repeated = True
            changing = NOTHING
            continue

        call(addresses[MONITOR], reached, trial, tables[MONITOR], at_end)
        this = Step(
            functions, monitored, t, length, state, trial, polynomial, at_start, at_end, samples, inside, values
        )
        may_change, eventful = False, False
        if reached > t:
            sample_roughly(this, slopes)
            if changing != NOTHING and changing != slides and cuts < MOST_CUTS and misses(this, changing, search):
                changing = NOTHING
                cuts += 1
            # The step up to a change of a switch has been searched for others.
            may_change = changing == NOTHING and suspicious(this, slides)
            eventful = events > 0 and may_happen(this)
            wanted = written < times.size and times[written] < reached
            if may_change or eventful or wanted:
                counts[2] += DENSE_EVALUATIONS
                if not prepare_interpolation(
                    addresses[row], tables[row], t, state, length, slopes, trial, inside, polynomial
                ):
                    counts[1] += 1
                    step = length * rejected_factor(np.inf, ORDER)
                    repeated = True
                    changing = NOTHING
                    if too_short(step, t):
                        return STEP_TOO_SMALL, t, found
                    continue
        if may_change or eventful:
            if may_change:
                changing, fraction, side = changes_with_effect(
                    this, slides, row, search, slopes[STAGES + 1], slopes[STAGES + 2]
                )
                if changing == UNRESOLVED:
                    counts[1] += 1
                    step = length * max(fraction, UNRESOLVED_FACTOR)
                    repeated = True
                    changing = NOTHING
                    if too_short(step, t):
                        return CHATTERING, t, found
                    continue
                if changing != NOTHING:
                    after_cut = length * accepted_factor(error, previous_error, ORDER, MEMORY)
                    if fraction < 1.0:
                        step = length * fraction
                        continue
            if eventful:
                found = record_events(this, crossings, found)
                if found == crossings.times.size:
                    reached = crossings.times[found - 1]

        cuts = 0
        counts[0] += 1
        ended = events > 0 and found == crossings.times.size
        written = write_rows(
            times, written, t, length, reached, not ended, state, trial, polynomial, phase, phase_period, output
        )
        if ended:
            copy(crossings.states[found - 1], state)
            return EVENT, reached, found
        if changing != NOTHING:
            step = after_cut
        else:
            factor = accepted_factor(error, previous_error, ORDER, MEMORY)
            step = next_step(factor, length, planned, repeated, length < planned)
            previous_error = max(error, SMALLEST_FIRST_ERROR)
        repeated = False
        if control.hands_over:
            beyond = stiffness(length, slopes, trial, beside) > STABILITY
            stiff_steps, relaxed_steps = counted(beyond, stiff_steps, relaxed_steps)
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        copy(at_end, at_start)
        if phase >= 0:
            state[phase] = reduced(state[phase], phase_period)
        if last:
            return SUCCESS, t, found
        caution *= LARGEST_FACTOR
        if changing == NOTHING and length > CLEAR * escape:
            escapes = 0
        if changing != NOTHING:
            for switch in range(switches):
                set_switch(tables, switch, search.later[switch])
            here = Step(
                functions, monitored, t, length, state, trial, polynomial, at_start, at_end, samples, inside, values
            )
            if changing == slides:
                set_switch(tables, changing, side)
                slides = NOTHING
            elif settle(here, changing):
                slides = changing if slides == NOTHING else SEVERAL
            set_carried(here, changing, slides)
            changes = changes + 1 if t - last_change <= 1e-12 * span else 0
            caution = CAUTION * max(t - last_change, 1e-12 * span)
            last_change = t
            if changes == CHANGES_AT_ONCE:
                return CHATTERING, t, found
            changing = NOTHING
            changed = True
        if stiff_steps == STIFF_STEPS:
            return STIFF, t, found
    return TOO_MANY_STEPS, t, found
