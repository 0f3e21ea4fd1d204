"""The loop of DOP853 over steps and requested times, for smooth right-hand sides; the fast path of every trajectory."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
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
from dysts.solvers.shared.arguments import CASES, CONTROL, ENDS, VECTOR, Cases, Control, Ends
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, STIFF, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.look_ahead import limited_step, series_for
from dysts.solvers.shared.polynomial import ROWS
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
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    copy,
    first_step,
    reduced,
    rejected_factor,
    too_short,
)


class Workspace(NamedTuple):
    """Arrays that a trajectory reuses in all its steps."""

    slopes: np.ndarray
    """float64 [stage, component]"""
    trial: np.ndarray
    """The state at the end of a step."""
    beside: np.ndarray
    """A second approximation of that state."""
    polynomial: np.ndarray
    """float64 [row, component]"""
    series: np.ndarray
    """float64 [order, place], for the limit on steps from steep arguments."""


@njit(error_model="numpy")
def workspace(size: int, steep_arguments: int) -> Workspace:
    """Allocate the workspace of a system of this dimension."""
    return Workspace(
        np.empty((ALL_STAGES, size)),
        np.empty(size),
        np.empty(size),
        np.empty((ROWS, size)),
        series_for(size, steep_arguments),
    )


@njit(error_model="numpy")
def advance(
    address: int,
    constants: np.ndarray,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    control: Control,
    phase_period: float,
    guess: float,
    work: Workspace,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float, float]:
    """Integrate to ``times[-1]``, writing one row of `output` for each time, and leave the last state in `state`.

    Parameters
    ----------
    times : float64 [time]
        Increasing, none before `start`.
    phase_period : float
        Period of the driving phase.
    guess : float
        First step to try, 0 to estimate it.
    output : float64 [time, output component]
        Receives the leading components; it may have fewer than the state.
    counts : int64 [3]
        Increased by accepted steps, rejected steps and evaluations.

    Returns
    -------
    status : int
    reached : float
        The time that `state` belongs to.
    step : float
        A good next step.
    """
    slopes, trial, beside, polynomial, series = work
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    end = times[-1]
    t = start
    written = write_first_rows(times, start, state, output)
    if written == times.size:
        return SUCCESS, t, guess
    call(address, t, state, constants, slopes[0])
    counts[2] += 1
    if not all_finite(slopes[0], state):
        return NOT_FINITE, t, guess
    step = guess
    if step <= 0.0:
        step = first_step(
            address,
            constants,
            t,
            state,
            slopes[0],
            relative_tolerance,
            absolute_tolerance,
            ORDER,
            control.longest_step,
            end - t,
        )
        counts[2] += 1
    previous_error = SMALLEST_FIRST_ERROR
    repeated = False
    stiff_steps = 0
    relaxed_steps = 0
    for _ in range(control.maximum_steps - counts[0] - counts[1]):
        step = min(step, control.longest_step)
        if control.steep_arguments > 0 and not repeated:
            step = limited_step(control, t, state, constants, series, min(step, end - t))
            counts[2] += 1
        last = ends_on(end, t, step)
        length = end - t if last else step
        if not last and too_short(length, t):
            return STEP_TOO_SMALL, t, step
        take_step(address, constants, t, state, length, slopes, trial, beside)
        counts[2] += STAGES
        error = error_of_step(length, slopes, state, trial, relative_tolerance, absolute_tolerance)
        reached = end if last else t + length
        if error <= 1.0:
            if control.hands_over:
                beyond = stiffness(length, slopes, trial, beside) > STABILITY
                stiff_steps, relaxed_steps = counted(beyond, stiff_steps, relaxed_steps)
            if written < times.size and times[written] < reached:
                counts[2] += DENSE_EVALUATIONS
                if not prepare_interpolation(address, constants, t, state, length, slopes, trial, beside, polynomial):
                    error = math.inf
        if not error <= 1.0:
            counts[1] += 1
            step = length * rejected_factor(error, ORDER)
            if too_short(step, t):
                return STEP_TOO_SMALL, t, step
            repeated = True
            continue
        counts[0] += 1
        written = write_rows(
            times, written, t, length, reached, True, state, trial, polynomial, phase, phase_period, output
        )
        factor = accepted_factor(error, previous_error, ORDER, MEMORY)
        step = next_step(factor, length, step, repeated, last)
        repeated = False
        previous_error = max(error, SMALLEST_FIRST_ERROR)
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        if phase >= 0:
            state[phase] = reduced(state[phase], phase_period)
        if last:
            return SUCCESS, t, step
        if stiff_steps == STIFF_STEPS:
            return STIFF, t, step
    return TOO_MANY_STEPS, t, step


@driver(
    types.void(types.int64, CASES, types.int64, types.int64, types.float64, VECTOR, CONTROL, ENDS),
)
def integrate_smooth(
    address: int, cases: Cases, first: int, last: int, start: float, times: np.ndarray, control: Control, ends: Ends
) -> None:
    """Integrate the cases ``first <= case < last`` from `start`; see `advance` and the arguments' own descriptions."""
    work = workspace(cases.states.shape[1], control.steep_arguments)
    for case in range(first, last):
        state = cases.states[case]
        if control.phase >= 0:
            state[control.phase] = reduced(state[control.phase], cases.phase_periods[case])
        ends.status[case], ends.reached[case], _ = advance(
            address,
            cases.constants[case],
            start,
            state,
            times,
            control,
            cases.phase_periods[case],
            0.0,
            work,
            ends.values[case],
            ends.counts[case],
        )
