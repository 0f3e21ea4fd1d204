"""The loop of DOP853 over steps and requested times, for smooth right-hand sides; the fast path of every trajectory."""

import math

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
from dysts.solvers.status import Status

SUCCESS = int(Status.SUCCESS)
STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
NOT_FINITE = int(Status.NOT_FINITE)
STIFF = int(Status.STIFF)

STIFF_STEPS = 15
"""Steps at the limit of stability, without `RELAXED_STEPS` clear of it in a row between them, that mean stiff."""
RELAXED_STEPS = 6


@njit(error_model="numpy")
def advance(
    address: int,
    constants: np.ndarray,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    guess: float,
    longest: float,
    most_steps: int,
    hand_over: bool,
    clock: int,
    clock_period: float,
    slopes: np.ndarray,
    trial: np.ndarray,
    work: np.ndarray,
    polynomial: np.ndarray,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float, float]:
    """Integrate to ``times[-1]``, writing one row of `output` for each time, and leave the last state in `state`.

    Parameters
    ----------
    times : float64 [time]
        Increasing, none before `start`.
    guess, longest : float
        First step to try (0 to estimate it) and the longest step allowed.
    most_steps : int
        Limit on accepted and rejected steps together.
    hand_over : bool
        Whether to stop with the status STIFF where stability limits the steps.
    clock, clock_period : int, float
        Index and period of a driving phase that is kept reduced; index -1 for none.
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
    end = times[-1]
    t = start
    written = 0
    while written < times.size and times[written] <= start:
        copy(state, output[written])
        written += 1
    if written == times.size:
        return SUCCESS, t, guess
    call(address, t, state, constants, slopes[0])
    counts[2] += 1
    for i in range(state.size):
        if not (math.isfinite(slopes[0, i]) and math.isfinite(state[i])):
            return NOT_FINITE, t, guess
    step = guess
    if step <= 0.0:
        step = first_step(
            address, constants, t, state, slopes[0], relative_tolerance, absolute_tolerance, ORDER, longest, end - t
        )
        counts[2] += 1
    span = end - start
    previous_error = SMALLEST_FIRST_ERROR
    repeated = False
    stiff_steps = 0
    relaxed_steps = 0
    for _ in range(most_steps):
        step = min(step, longest)
        last = t + step * (1.0 + 1e-9) >= end
        taken = end - t if last else step
        if not last and too_short(taken, t, span):
            return STEP_TOO_SMALL, t, step
        take_step(address, constants, t, state, taken, slopes, trial, work)
        counts[2] += STAGES
        error = error_of_step(taken, slopes, state, trial, relative_tolerance, absolute_tolerance)
        if not error <= 1.0:
            counts[1] += 1
            step = taken * rejected_factor(error, ORDER)
            if too_short(step, t, span):
                return STEP_TOO_SMALL, t, step
            repeated = True
            continue
        counts[0] += 1
        reached = end if last else t + taken
        if hand_over:
            if stiffness(taken, slopes, trial, work) > STABILITY:
                relaxed_steps = 0
                stiff_steps += 1
            elif stiff_steps > 0:
                relaxed_steps += 1
                if relaxed_steps == RELAXED_STEPS:
                    stiff_steps = 0
        if written < times.size and times[written] <= reached:
            if times[written] < reached:
                prepare_interpolation(address, constants, t, state, taken, slopes, trial, work, polynomial)
                counts[2] += DENSE_EVALUATIONS
            while written < times.size and times[written] <= reached:
                if times[written] == reached:
                    copy(trial, output[written])
                else:
                    interpolate(polynomial, state, (times[written] - t) / taken, output[written])
                if 0 <= clock < output.shape[1]:
                    output[written, clock] = reduced(output[written, clock], clock_period)
                written += 1
        factor = accepted_factor(error, previous_error, ORDER, MEMORY)
        if repeated:
            factor = min(factor, 1.0)
        repeated = False
        previous_error = max(error, SMALLEST_FIRST_ERROR)
        # A last step that was cut short says nothing against the step that was planned.
        step = max(step, taken * factor) if last else taken * factor
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        if clock >= 0:
            state[clock] = reduced(state[clock], clock_period)
        if last:
            return SUCCESS, t, step
        if stiff_steps == STIFF_STEPS:
            return STIFF, t, step
    return TOO_MANY_STEPS, t, step


_VECTOR = types.float64[::1]
_MATRIX = types.float64[:, ::1]
TASK = (
    _MATRIX,
    *(_VECTOR, _VECTOR, _VECTOR),
    *(types.int64, types.boolean),
    *(types.int64, _VECTOR),
    *(types.float64[:, :, ::1], types.int64[::1], _VECTOR, types.int64[:, ::1]),
)
"""Types of what all drivers of smooth equations take, from the states to the counts."""


@driver(
    types.void(
        types.int64,
        _MATRIX,
        types.int64,
        types.int64,
        types.float64,
        *TASK,
    )
)
def integrate_smooth(
    address: int,
    constants: np.ndarray,
    first: int,
    last: int,
    start: float,
    states: np.ndarray,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    most_steps: int,
    hand_over: bool,
    clock: int,
    clock_periods: np.ndarray,
    output: np.ndarray,
    status: np.ndarray,
    reached: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Integrate the cases ``first <= case < last``; see `advance` for the arguments.

    Parameters
    ----------
    constants : float64 [case, constant]
    states : float64 [case, component]
        The initial states; each is replaced by the last one that was reached.
    clock_periods : float64 [case]
    output : float64 [case, time, component]
    status, reached, counts
        Receive the end of each case.
    """
    size = states.shape[1]
    slopes = np.empty((ALL_STAGES, size))
    trial = np.empty(size)
    work = np.empty(size)
    polynomial = np.empty((ROWS, size))
    for case in range(first, last):
        state = states[case]
        if clock >= 0:
            state[clock] = reduced(state[clock], clock_periods[case])
        status[case], reached[case], _ = advance(
            address,
            constants[case],
            start,
            state,
            times,
            relative_tolerance,
            absolute_tolerance,
            0.0,
            np.inf,
            most_steps - counts[case, 0] - counts[case, 1],
            hand_over,
            clock,
            clock_periods[case],
            slopes,
            trial,
            work,
            polynomial,
            output[case],
            counts[case],
        )
