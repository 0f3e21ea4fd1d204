"""The loop of Radau IIA over steps and requested times, with events; kinks are left to the control of steps.

Steps end on the requested times: in the long steps that the method takes on stiff equations its interpolating cubic is
less accurate than the steps by orders of magnitude.
"""

import math

import numpy as np
from numba import types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.switched_functions import DERIVATIVE, MONITOR
from dysts.solvers.radau.step import (
    ERROR_ORDER,
    collocation_polynomial,
    guess_stages,
    largest_rate,
    radau_factor,
    radau_step,
    radau_workspace,
)
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
from dysts.solvers.shared.codes import EVENT, NOT_FINITE, RELAXED, STEP_TOO_SMALL, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.events import may_happen, record_events, time_to_turn
from dysts.solvers.shared.look_ahead import limited_step, series_for
from dysts.solvers.shared.polynomial import ROWS
from dysts.solvers.shared.progress import (
    STIFF_STEPS,
    all_finite,
    counted,
    ends_on,
    next_step,
    write_first_rows,
)
from dysts.solvers.shared.step_control import copy, first_step, reduced, too_short
from dysts.solvers.shared.trial import Step, sample

EXPLICIT_REACH = 25.0
"""A Radau step shorter than this many fastest time scales costs more than the explicit steps that replace it."""


@driver(
    types.Tuple((types.int64, types.float64, types.int64))(
        FUNCTIONS,
        types.int64,
        VECTOR,
        CROSSINGS,
        types.int64,
        types.float64,
        VECTOR,
        VECTOR,
        CONTROL,
        types.float64,
        MATRIX,
        INTEGERS,
    )
)
def integrate_stiff(
    functions: Functions,
    jacobian: int,
    jacobian_constants: np.ndarray,
    crossings: Crossings,
    found: int,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    control: Control,
    phase_period: float,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float, int]:
    """Integrate one case and leave the last state in `state`; called again with that, it goes on from there.

    Parameters
    ----------
    functions : Functions
        Without switches.
    jacobian, jacobian_constants
        The function of the exact Jacobian [component, component].
    control : Control
        With `hands_over`, the loop stops with the status RELAXED where an explicit method would cost less.

    The other arguments and the result are those of `dysts.solvers.dop853.switched_loop.integrate_switched`.
    """
    addresses, tables, _, events = functions
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    size = state.size
    slopes = np.zeros((2, size))
    trial = np.zeros(size)
    before = np.zeros(size)
    inside = np.zeros(size)
    samples = np.zeros((2, events))
    polynomial = np.zeros((ROWS, size))
    at_start = np.zeros(2 * events)
    at_end = np.zeros(2 * events)
    values = np.zeros(2 * events)
    series = series_for(size, control.steep_arguments)
    work = radau_workspace(size)
    end = times[-1]
    t = start
    if phase >= 0:
        state[phase] = reduced(state[phase], phase_period)
    written = write_first_rows(times, start, state, output)
    if written == times.size:
        return SUCCESS, t, found
    derivative = addresses[DERIVATIVE]
    constants = tables[DERIVATIVE]
    call(derivative, t, state, constants, slopes[0])
    counts[2] += 1
    if not all_finite(slopes[0], state):
        return NOT_FINITE, t, found
    if events > 0:
        call(addresses[MONITOR], t, state, tables[MONITOR], at_start)
    step = first_step(
        derivative,
        constants,
        t,
        state,
        slopes[0],
        relative_tolerance,
        absolute_tolerance,
        ERROR_ORDER,
        min(end - t, control.longest_step),
        end - t,
    )
    counts[2] += 1
    repeated = False
    guessed = False
    previous_error = 0.0
    previous_step = 1.0
    cheap_steps = 0
    dear_steps = 0
    while counts[0] + counts[1] < control.maximum_steps:
        step = min(step, control.longest_step)
        if control.steep_arguments > 0 and not repeated:
            step = limited_step(control, t, state, constants, series, min(step, end - t))
            counts[2] += 1
        planned = step
        if phase >= 0 and events > 0:
            # An event may depend on the phase: no step goes over the place where it starts again.
            step = min(step, time_to_turn(functions, t, state, slopes[0], phase, phase_period, at_start))
        hits = ends_on(times[written], t, step)
        last = hits and written == times.size - 1
        length = times[written] - t if hits else step
        if not hits and too_short(length, t):
            return STEP_TOO_SMALL, t, found
        if guessed:
            guess_stages(polynomial, before, state, length / previous_step, work)
        else:
            for stage in range(work.stages.shape[0]):
                for i in range(size):
                    work.stages[stage, i] = 0.0
        error, iterations = radau_step(
            derivative,
            constants,
            jacobian,
            jacobian_constants,
            t,
            state,
            slopes[0],
            length,
            relative_tolerance,
            absolute_tolerance,
            repeated or not guessed,
            work,
            trial,
            counts,
        )
        if not error <= 1.0:
            counts[1] += 1
            step = length * (radau_factor(error, 0.0, 1.0, iterations) if error < math.inf else 0.5)
            guessed = guessed and error < math.inf
            if too_short(step, t):
                return STEP_TOO_SMALL, t, found
            repeated = True
            continue
        counts[0] += 1
        reached = times[written] if hits else t + length
        call(derivative, reached, trial, constants, slopes[1])
        counts[2] += 1
        collocation_polynomial(work.stages, polynomial)
        if events > 0:
            call(addresses[MONITOR], reached, trial, tables[MONITOR], at_end)
            this = Step(
                functions, events, t, length, state, trial, polynomial, at_start, at_end, samples, inside, values
            )
            sample(this)
            if may_happen(this):
                found = record_events(this, crossings, found)
                if found == crossings.times.size:
                    reached = crossings.times[found - 1]
        ended = events > 0 and found == crossings.times.size
        if hits and not ended:
            copy(trial, output[written])
            if phase >= 0:
                output[written, phase] = reduced(output[written, phase], phase_period)
            written += 1
        if ended:
            copy(crossings.states[found - 1], state)
            return EVENT, reached, found
        factor = radau_factor(error, previous_error, length / previous_step, iterations)
        step = next_step(factor, length, planned, repeated, length < planned)
        repeated = False
        guessed = True
        previous_error = max(error, 1e-8)
        previous_step = length
        t = reached
        copy(state, before)
        copy(trial, state)
        copy(slopes[1], slopes[0])
        copy(at_end, at_start)
        if last:
            if phase >= 0:
                state[phase] = reduced(state[phase], phase_period)
            return SUCCESS, t, found
        if phase >= 0 and not 0.0 <= state[phase] < phase_period:
            # The polynomial of the last step goes on with the phase that it had.
            turns = phase_period * math.floor(state[phase] / phase_period)
            state[phase] -= turns
            before[phase] -= turns
        short = length * largest_rate(work.jacobian, size) < EXPLICIT_REACH
        cheap_steps, dear_steps = counted(short, cheap_steps, dear_steps)
        if control.hands_over and cheap_steps == STIFF_STEPS:
            return RELAXED, t, found
    return TOO_MANY_STEPS, t, found
