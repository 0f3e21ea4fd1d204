"""The loop of DOP853 for systems with switches and for events, which it locates inside its steps.

Where a switch changes inside a step, the step is taken again up to that place, so that no step contains a kink.
"""

import math

import numpy as np
from numba import types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, SLIDING
from dysts.solvers.dop853.loop import (
    NOT_FINITE,
    RELAXED_STEPS,
    STEP_TOO_SMALL,
    STIFF,
    STIFF_STEPS,
    SUCCESS,
    TOO_MANY_STEPS,
)
from dysts.solvers.dop853.step import (
    ALL_STAGES,
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
from dysts.solvers.shared.events import may_happen, record_events
from dysts.solvers.shared.polynomial import ROWS, interpolate
from dysts.solvers.shared.step_control import (
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    copy,
    first_step,
    reduced,
    rejected_factor,
    too_short,
)
from dysts.solvers.shared.switches import NOTHING, SEVERAL, first_change, set_switch, settle, settle_all, unnoticed
from dysts.solvers.shared.trial import Step, may_leave
from dysts.solvers.status import Status

CHATTERING = int(Status.CHATTERING)
EVENT = int(Status.EVENT)
CANNOT_SLIDE = int(Status.SLIDING)

CHANGES_AT_ONCE = 100
"""Changes of switches without progress in time after which a solution counts as chattering."""

_VECTOR = types.float64[::1]
_MATRIX = types.float64[:, ::1]


@driver(
    types.Tuple((types.int64, types.float64, types.int64))(
        types.int64[::1],
        _MATRIX,
        types.int64,
        types.int64,
        types.int64,
        types.float64,
        _VECTOR,
        _VECTOR,
        _VECTOR,
        _VECTOR,
        types.int64,
        types.boolean,
        types.int64,
        types.float64,
        types.int64,
        _MATRIX,
        _VECTOR,
        _MATRIX,
        types.int64[::1],
    )
)
def integrate_hybrid(
    addresses: np.ndarray,
    tables: np.ndarray,
    switches: int,
    events: int,
    direction: int,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    most_steps: int,
    hand_over: bool,
    clock: int,
    clock_period: float,
    found: int,
    output: np.ndarray,
    found_times: np.ndarray,
    found_states: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float, int]:
    """Integrate one case and leave the last state in `state`; called again with that, it goes on from there.

    Parameters
    ----------
    addresses, tables
        See `dysts.solvers.shared.trial`.
    switches, events : int
        How many functions of either kind the monitor holds; at most one event.
    direction : int
        Record zeros of the event function that are upward (1), downward (-1) or both (0).
    times : float64 [time]
        Increasing, none before `start`.
    most_steps : int
        Limit on the accepted and rejected steps in `counts`.
    hand_over : bool
        Whether to stop with the status STIFF where stability limits the steps.
    found : int
        Number of events recorded so far.
    output : float64 [time, component]
    found_times : float64 [event]
    found_states : float64 [event, component]
        Receive the events; when they are full, the integration ends with the status EVENT.

    Returns
    -------
    status, reached, found
        SLIDING asks for the sliding derivative whose address is 0.
    """
    size = state.size
    functions = switches + events
    slopes = np.zeros((ALL_STAGES, size))
    trial = np.zeros(size)
    work = np.zeros(size)
    inside = np.zeros(size)
    polynomial = np.zeros((ROWS, size))
    at_start = np.zeros(2 * functions)
    at_end = np.zeros(2 * functions)
    values = np.zeros(2 * functions)
    saved = np.zeros(switches)
    end = times[-1]
    span = end - start
    t = start
    if clock >= 0:
        state[clock] = reduced(state[clock], clock_period)
    written = 0
    while written < times.size and times[written] <= start:
        copy(state, output[written])
        written += 1
    if written == times.size:
        return SUCCESS, t, found
    first = Step(
        addresses, tables, switches, functions, t, 0.0, state, trial, polynomial, at_start, at_end, inside, values
    )
    slides = settle_all(first)
    step = 0.0
    fresh = True
    repeated = False
    changing, side = NOTHING, 0.0
    after_cut = 0.0
    previous_error = SMALLEST_FIRST_ERROR
    stiff_steps = 0
    relaxed_steps = 0
    changes = 0
    last_change = start
    while counts[0] + counts[1] < most_steps:
        if slides != NOTHING and (slides == SEVERAL or addresses[SLIDING + slides] == 0):
            return CANNOT_SLIDE, t, found
        row = DERIVATIVE if slides == NOTHING else SLIDING + slides
        if fresh:
            call(addresses[row], t, state, tables[row], slopes[0])
            call(addresses[MONITOR], t, state, tables[MONITOR], at_start)
            counts[2] += 1
            for i in range(size):
                if not (math.isfinite(slopes[0, i]) and math.isfinite(state[i])):
                    return NOT_FINITE, t, found
            fresh = False
        if step <= 0.0:
            step = first_step(
                addresses[row],
                tables[row],
                t,
                state,
                slopes[0],
                relative_tolerance,
                absolute_tolerance,
                ORDER,
                end - t,
                end - t,
            )
            counts[2] += 1
        planned = step
        if clock >= 0 and events > 0:
            # An event may depend on the phase: no step goes over the place where it starts again.
            to_turn = (clock_period - state[clock]) / slopes[0, clock]
            if too_short(to_turn, t, span):
                state[clock] = 0.0
                to_turn = clock_period / slopes[0, clock]
                call(addresses[MONITOR], t, state, tables[MONITOR], at_start)
            step = min(step, to_turn)
        last = t + step * (1.0 + 1e-9) >= end and changing == NOTHING
        taken = end - t if last else step
        reached = end if last else t + taken
        # The step up to a change of a switch may be as short as it has to be.
        if changing == NOTHING and not last and too_short(taken, t, span):
            return STEP_TOO_SMALL, t, found
        error = 0.0
        if reached > t:
            take_step(addresses[row], tables[row], t, state, taken, slopes, trial, work)
            counts[2] += STAGES
            error = error_of_step(taken, slopes, state, trial, relative_tolerance, absolute_tolerance)
        else:
            copy(state, trial)
        if not error <= 1.0:
            counts[1] += 1
            step = taken * rejected_factor(error, ORDER)
            if too_short(step, t, span):
                return STEP_TOO_SMALL, t, found
            repeated = True
            changing = NOTHING
            continue

        call(addresses[MONITOR], reached, trial, tables[MONITOR], at_end)
        suspect = False
        if changing == NOTHING:
            suspect = slides != NOTHING
            for switch in range(switches):
                if switch != slides and may_leave(switch, functions, tables[MONITOR, switch], at_start, at_end, taken):
                    suspect = True
        eventful = events > 0 and may_happen(functions, at_start, at_end)
        wanted = written < times.size and times[written] < reached
        if (suspect or eventful or wanted) and reached > t:
            prepare_interpolation(addresses[row], tables[row], t, state, taken, slopes, trial, inside, polynomial)
            counts[2] += DENSE_EVALUATIONS
        if suspect or eventful:
            this = Step(
                addresses,
                tables,
                switches,
                functions,
                t,
                taken,
                state,
                trial,
                polynomial,
                at_start,
                at_end,
                inside,
                values,
            )
            if suspect and (slides != NOTHING or not unnoticed(this, row, slopes[STAGES], saved)):
                changing, fraction, side = first_change(this, slides)
                if changing != NOTHING:
                    after_cut = taken * accepted_factor(error, previous_error, ORDER, MEMORY)
                    if fraction < 1.0:
                        step = taken * fraction
                        continue
            if eventful:
                found = record_events(this, direction, found, found_times, found_states)
                if found == found_times.size:
                    reached = found_times[found - 1]

        counts[0] += 1
        ended = events > 0 and found == found_times.size
        while written < times.size and times[written] <= reached:
            if times[written] == reached and not ended:
                copy(trial, output[written])
            else:
                interpolate(polynomial, state, (times[written] - t) / taken, output[written])
            if clock >= 0:
                output[written, clock] = reduced(output[written, clock], clock_period)
            written += 1
        if ended:
            copy(found_states[found - 1], state)
            return EVENT, reached, found
        if changing != NOTHING:
            step = after_cut
        else:
            factor = accepted_factor(error, previous_error, ORDER, MEMORY)
            step = taken * (min(factor, 1.0) if repeated else factor)
            if taken < planned:
                # A step that was cut short says nothing against the step that was planned.
                step = max(step, planned)
            previous_error = max(error, SMALLEST_FIRST_ERROR)
        repeated = False
        if hand_over and stiffness(taken, slopes, trial, work) > STABILITY:
            relaxed_steps = 0
            stiff_steps += 1
        elif stiff_steps > 0:
            relaxed_steps += 1
            if relaxed_steps == RELAXED_STEPS:
                stiff_steps = 0
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        copy(at_end, at_start)
        if clock >= 0:
            state[clock] = reduced(state[clock], clock_period)
        if last:
            return SUCCESS, t, found
        if changing != NOTHING:
            if changing == slides:
                set_switch(tables, changing, side)
                slides = NOTHING
            else:
                here = Step(
                    addresses,
                    tables,
                    switches,
                    functions,
                    t,
                    0.0,
                    state,
                    trial,
                    polynomial,
                    at_start,
                    at_end,
                    inside,
                    values,
                )
                if settle(here, changing):
                    slides = changing if slides == NOTHING else SEVERAL
            changes = changes + 1 if t - last_change <= 1e-12 * span else 0
            last_change = t
            if changes == CHANGES_AT_ONCE:
                return CHATTERING, t, found
            changing = NOTHING
            fresh = True
        if stiff_steps == STIFF_STEPS:
            return STIFF, t, found
    return TOO_MANY_STEPS, t, found
