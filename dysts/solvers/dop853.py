"""DOP853: an explicit Runge-Kutta method of order 8 with dense output of order 7.

References
----------
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I: Nonstiff Problems, 2nd edition,
Springer (1993), sections II.4 to II.6.
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation import driver
from dysts.solvers import dop853_tableau as tableau
from dysts.solvers.calling import call
from dysts.solvers.status import Status
from dysts.solvers.step_control import (
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    first_step,
    rejected_factor,
)

ORDER = 8.0
MEMORY = 0.04
"""Weight of the previous error in the proportional-integral control."""

SUCCESS = int(Status.SUCCESS)
STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
NOT_FINITE = int(Status.NOT_FINITE)

STAGES = tableau.STAGES
ALL_STAGES = tableau.ALL_STAGES
NODES = tableau.NODES


def _sparse(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the number of non-zero entries per row, their columns and their values."""
    count = np.count_nonzero(matrix, axis=1)
    columns = np.zeros((len(matrix), count.max()), dtype=np.int64)
    values = np.zeros(columns.shape)
    for row, entries in enumerate(matrix):
        columns[row, : count[row]] = np.flatnonzero(entries)
        values[row, : count[row]] = entries[entries != 0.0]
    return count, columns, values


COUNT, COLUMNS, VALUES = _sparse(tableau.COUPLING)
ESTIMATE_COUNT, ESTIMATE_COLUMNS, ESTIMATE_VALUES = _sparse(np.array([tableau.ERROR_3, tableau.ERROR_5]))
DENSE_COUNT, DENSE_COLUMNS, DENSE_VALUES = _sparse(tableau.DENSE)


@njit(error_model="numpy")
def _copy(source: np.ndarray, target: np.ndarray) -> None:
    for i in range(target.size):
        target[i] = source[i]


@njit(error_model="numpy")
def _add_stage(stage: int, state: np.ndarray, step: float, slopes: np.ndarray, result: np.ndarray) -> None:
    for i in range(state.size):
        total = 0.0
        for entry in range(COUNT[stage]):
            total += VALUES[stage, entry] * slopes[COLUMNS[stage, entry], i]
        result[i] = state[i] + step * total


@njit(error_model="numpy")
def take_step(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    slopes: np.ndarray,
    trial: np.ndarray,
) -> None:
    """Advance by one step: ``slopes[0]`` is the derivative at its start, ``trial`` becomes the state at its end."""
    for stage in range(1, STAGES + 1):
        _add_stage(stage, state, step, slopes, trial)
        call(address, t + NODES[stage] * step, trial, constants, slopes[stage])


@njit(error_model="numpy")
def error_of_step(
    step: float,
    slopes: np.ndarray,
    state: np.ndarray,
    trial: np.ndarray,
    relative_tolerance: float,
    absolute_tolerance: np.ndarray,
) -> float:
    """Return the error estimate in units of the tolerance, combined from the orders 5 and 3."""
    square_3 = 0.0
    square_5 = 0.0
    for i in range(state.size):
        scale = absolute_tolerance[i] + relative_tolerance * max(abs(state[i]), abs(trial[i]))
        third = 0.0
        for entry in range(ESTIMATE_COUNT[0]):
            third += ESTIMATE_VALUES[0, entry] * slopes[ESTIMATE_COLUMNS[0, entry], i]
        fifth = 0.0
        for entry in range(ESTIMATE_COUNT[1]):
            fifth += ESTIMATE_VALUES[1, entry] * slopes[ESTIMATE_COLUMNS[1, entry], i]
        square_3 += (third / scale) ** 2
        square_5 += (fifth / scale) ** 2
        if not math.isfinite(trial[i]):
            return math.inf
    if square_3 == 0.0 and square_5 == 0.0:
        return 0.0
    return abs(step) * square_5 / math.sqrt((square_5 + 0.01 * square_3) * state.size)


@njit(error_model="numpy")
def prepare_interpolation(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    slopes: np.ndarray,
    trial: np.ndarray,
    work: np.ndarray,
    polynomial: np.ndarray,
) -> None:
    """Fill the seven rows of the interpolating polynomial of a finished step; costs three evaluations."""
    for stage in range(STAGES + 1, ALL_STAGES):
        _add_stage(stage, state, step, slopes, work)
        call(address, t + NODES[stage] * step, work, constants, slopes[stage])
    for i in range(state.size):
        change = trial[i] - state[i]
        rise = step * slopes[0, i] - change
        polynomial[0, i] = change
        polynomial[1, i] = rise
        polynomial[2, i] = 2.0 * change - step * (slopes[STAGES, i] + slopes[0, i])
        for row in range(4):
            total = 0.0
            for entry in range(DENSE_COUNT[row]):
                total += DENSE_VALUES[row, entry] * slopes[DENSE_COLUMNS[row, entry], i]
            polynomial[3 + row, i] = step * total


@njit(error_model="numpy")
def interpolate(polynomial: np.ndarray, state: np.ndarray, fraction: float, result: np.ndarray) -> None:
    """Evaluate the polynomial of a step that began at `state`, at a fraction of it between 0 and 1."""
    rest = 1.0 - fraction
    for i in range(result.size):
        value = polynomial[6, i] * fraction
        value = (polynomial[5, i] + value) * rest
        value = (polynomial[4, i] + value) * fraction
        value = (polynomial[3, i] + value) * rest
        value = (polynomial[2, i] + value) * fraction
        value = (polynomial[1, i] + value) * rest
        result[i] = state[i] + (polynomial[0, i] + value) * fraction


@njit(error_model="numpy")
def advance(
    address: int,
    constants: np.ndarray,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    relative_tolerance: float,
    absolute_tolerance: np.ndarray,
    guess: float,
    longest: float,
    most_steps: int,
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
        _copy(state, output[written])
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
            address, constants, t, state, slopes[0], relative_tolerance, absolute_tolerance, ORDER, longest
        )
        counts[2] += 1
    shortest = 1e-15 * (end - start)
    previous_error = SMALLEST_FIRST_ERROR
    repeated = False
    for _ in range(most_steps):
        step = min(step, longest)
        last = t + step * (1.0 + 1e-9) >= end
        taken = end - t if last else step
        if not last and taken <= max(shortest, 4e-16 * abs(t)):
            return STEP_TOO_SMALL, t, step
        take_step(address, constants, t, state, taken, slopes, trial)
        counts[2] += STAGES
        error = error_of_step(taken, slopes, state, trial, relative_tolerance, absolute_tolerance)
        if not error <= 1.0:
            counts[1] += 1
            step = taken * rejected_factor(error, ORDER)
            if step <= max(shortest, 4e-16 * abs(t)):
                return STEP_TOO_SMALL, t, step
            repeated = True
            continue
        counts[0] += 1
        reached = end if last else t + taken
        if written < times.size and times[written] <= reached:
            if times[written] < reached:
                prepare_interpolation(address, constants, t, state, taken, slopes, trial, work, polynomial)
                counts[2] += ALL_STAGES - STAGES - 1
            while written < times.size and times[written] <= reached:
                if times[written] == reached:
                    _copy(trial, output[written])
                else:
                    interpolate(polynomial, state, (times[written] - t) / taken, output[written])
                if 0 <= clock < output.shape[1]:
                    output[written, clock] -= clock_period * math.floor(output[written, clock] / clock_period)
                written += 1
        factor = accepted_factor(error, previous_error, ORDER, MEMORY)
        if repeated:
            factor = min(factor, 1.0)
        repeated = False
        previous_error = max(error, SMALLEST_FIRST_ERROR)
        # A last step that was cut short says nothing against the step that was planned.
        step = max(step, taken * factor) if last else taken * factor
        t = reached
        _copy(trial, state)
        _copy(slopes[STAGES], slopes[0])
        if clock >= 0:
            state[clock] -= clock_period * math.floor(state[clock] / clock_period)
        if last:
            return SUCCESS, t, step
    return TOO_MANY_STEPS, t, step


_VECTOR = types.float64[::1]


@driver(
    types.Tuple((types.int64, types.float64))(
        types.int64,
        _VECTOR,
        types.float64,
        _VECTOR,
        _VECTOR,
        types.float64,
        _VECTOR,
        types.float64,
        types.int64,
        types.int64,
        types.float64,
        types.float64[:, ::1],
        types.int64[::1],
    )
)
def integrate_dop853(
    address: int,
    constants: np.ndarray,
    start: float,
    initial_state: np.ndarray,
    times: np.ndarray,
    relative_tolerance: float,
    absolute_tolerance: np.ndarray,
    longest: float,
    most_steps: int,
    clock: int,
    clock_period: float,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float]:
    """Fill `output` with the trajectory at `times`; see `advance` for the arguments.

    Returns
    -------
    status : int
    reached : float
        The time up to which the trajectory was computed.
    """
    size = initial_state.size
    state = np.empty(size)
    _copy(initial_state, state)
    if clock >= 0:
        state[clock] -= clock_period * math.floor(state[clock] / clock_period)
    status, reached, _ = advance(
        address,
        constants,
        start,
        state,
        times,
        relative_tolerance,
        absolute_tolerance,
        0.0,
        longest,
        most_steps,
        clock,
        clock_period,
        np.empty((ALL_STAGES, size)),
        np.empty(size),
        np.empty(size),
        np.empty((7, size)),
        output,
        counts,
    )
    return status, reached
