"""Equations with one constant delay: DOP853 by the method of steps, its own dense output serving as the history.

No step is longer than the delay, so every delayed state lies in a finished segment. Where the history meets the
solution the derivative jumps; the jump comes back one order higher after each delay. Steps end on the first nine of
these breaking points, after which the solution is smooth enough for the order of the method.

References
----------
A. Bellen, M. Zennaro, Numerical Methods for Delay Differential Equations, Oxford University Press (2003), chapters 2
to 4; E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer (1993),
section II.17.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.solvers.delay.past import FIRST_CAPACITY, Past, empty_past, enlarged, look_up
from dysts.solvers.dop853 import tableau
from dysts.solvers.dop853.step import ALL_STAGES, DENSE_EVALUATIONS, MEMORY, ORDER, STAGES, error_of_step
from dysts.solvers.dop853.tableau import COLUMNS, COUNT, DENSE_COLUMNS, DENSE_COUNT, DENSE_VALUES, VALUES
from dysts.solvers.shared.polynomial import ROWS, interpolate
from dysts.solvers.shared.step_control import (
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    copy,
    reduced,
    rejected_factor,
    scaled_norm,
    too_short,
)
from dysts.solvers.status import Status

SUCCESS = int(Status.SUCCESS)
STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
NOT_FINITE = int(Status.NOT_FINITE)

NODES = tableau.NODES
BREAKING_POINTS = 9
"""Multiples of the delay on which steps end; behind them nine derivatives are continuous."""


class Workspace(NamedTuple):
    """Memory of one step."""

    slopes: np.ndarray
    """float64 [stage, component]"""
    state: np.ndarray
    trial: np.ndarray
    inputs: np.ndarray
    """The argument of the right-hand side: the state, then the delayed state."""
    scale: np.ndarray


@njit(error_model="numpy")
def _evaluate_stages(
    address: int,
    constants: np.ndarray,
    delay: float,
    t: float,
    step: float,
    first: int,
    last: int,
    past: Past,
    oldest: int,
    newest: int,
    work: Workspace,
) -> None:
    """Evaluate the stages ``first <= stage < last``; the argument of the last one stays in ``work.inputs``."""
    slopes, state, _, inputs, _ = work
    index = oldest
    for stage in range(first, last):
        for i in range(state.size):
            total = 0.0
            for entry in range(COUNT[stage]):
                total += VALUES[stage, entry] * slopes[COLUMNS[stage, entry], i]
            inputs[i] = state[i] + step * total
        index = look_up(past, index, oldest, newest, t - delay + NODES[stage] * step, inputs)
        call(address, t + NODES[stage] * step, inputs, constants, slopes[stage])


@njit(error_model="numpy")
def _write_polynomial(step: float, work: Workspace, polynomial: np.ndarray) -> bool:
    """Write the interpolating polynomial of a finished step; return whether it is finite."""
    slopes = work.slopes
    finite = True
    for i in range(work.state.size):
        change = work.trial[i] - work.state[i]
        polynomial[0, i] = change
        polynomial[1, i] = step * slopes[0, i] - change
        polynomial[2, i] = 2.0 * change - step * (slopes[STAGES, i] + slopes[0, i])
        for row in range(4):
            total = 0.0
            for entry in range(DENSE_COUNT[row]):
                total += DENSE_VALUES[row, entry] * slopes[DENSE_COLUMNS[row, entry], i]
            polynomial[3 + row, i] = step * total
            finite = finite and math.isfinite(total)
    return finite


@njit(error_model="numpy")
def _first_step(
    address: int,
    constants: np.ndarray,
    delay: float,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    past: Past,
    newest: int,
    work: Workspace,
) -> float:
    """Estimate a first step from the size of the first two derivatives, as `step_control.first_step` does."""
    size = work.state.size
    inputs = work.inputs
    slopes = work.slopes
    for i in range(size):
        work.scale[i] = absolute_tolerance[i] + relative_tolerance[i] * abs(work.state[i])
    state_norm = scaled_norm(work.state, work.scale)
    slope = scaled_norm(slopes[0], work.scale)
    trial = 1e-6 if state_norm < 1e-10 or slope < 1e-10 else 0.01 * state_norm / slope
    trial = min(trial, delay)
    for i in range(size):
        inputs[i] = work.state[i] + trial * slopes[0, i]
    look_up(past, 0, 0, newest, trial - delay, inputs)
    call(address, trial, inputs, constants, slopes[1])
    for i in range(size):
        slopes[1, i] -= slopes[0, i]
    steepest = max(slope, scaled_norm(slopes[1], work.scale) / trial)
    step = max(1e-6, trial * 1e-3) if steepest <= 1e-15 else (0.01 / steepest) ** (1.0 / ORDER)
    step = min(100.0 * trial, step, delay)
    return step if step > 0.0 and math.isfinite(step) else min(1e-6, delay)


@njit(error_model="numpy")
def _advance(
    address: int,
    constants: np.ndarray,
    delay: float,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    most_steps: int,
    clock: int,
    clock_period: float,
    past: Past,
    count: int,
    work: Workspace,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float, Past]:
    """Integrate from 0 to ``times[-1]``; the first `count` segments of the ring hold the history."""
    state, trial, slopes = work.state, work.trial, work.slopes
    size = state.size
    end = times[-1]
    t = 0.0
    written = 0
    while written < times.size and times[written] <= t:
        copy(state, output[written])
        written += 1
    if written == times.size:
        return SUCCESS, t, past

    # The delayed states of the present step lie in the segments from `oldest` to `newest`; up to the last breaking
    # point these are segments of the interval of one delay before, and the present interval began with `fresh`.
    oldest = 0
    newest = count - 1
    fresh = count
    break_index = 1

    copy(state, work.inputs[:size])
    look_up(past, oldest, oldest, newest, -delay, work.inputs)
    call(address, t, work.inputs, constants, slopes[0])
    counts[2] += 1
    for i in range(size):
        if not (math.isfinite(slopes[0, i]) and math.isfinite(state[i])):
            return NOT_FINITE, t, past
    step = _first_step(address, constants, delay, relative_tolerance, absolute_tolerance, past, newest, work)
    counts[2] += 1
    previous_error = SMALLEST_FIRST_ERROR
    repeated = False
    for _ in range(most_steps):
        step = min(step, delay)
        target = min(end, break_index * delay) if break_index <= BREAKING_POINTS else end
        arrives = t + step * (1.0 + 1e-9) >= target
        taken = target - t if arrives else step
        if not arrives and too_short(taken, t, end):
            return STEP_TOO_SMALL, t, past
        _evaluate_stages(address, constants, delay, t, taken, 1, STAGES + 1, past, oldest, newest, work)
        copy(work.inputs[:size], trial)
        counts[2] += STAGES
        error = error_of_step(taken, slopes, state, trial, relative_tolerance, absolute_tolerance)
        if error <= 1.0:
            if count - oldest == past.starts.size:
                past = enlarged(past, oldest, count)
            _evaluate_stages(address, constants, delay, t, taken, STAGES + 1, ALL_STAGES, past, oldest, newest, work)
            counts[2] += DENSE_EVALUATIONS
            slot = count & (past.starts.size - 1)
            if not _write_polynomial(taken, work, past.polynomials[slot]):
                error = math.inf
        if not error <= 1.0:
            counts[1] += 1
            step = taken * rejected_factor(error, ORDER)
            if too_short(step, t, end):
                return STEP_TOO_SMALL, t, past
            repeated = True
            continue
        counts[0] += 1
        past.starts[slot] = t
        past.lengths[slot] = taken
        copy(state, past.states[slot])
        count += 1
        reached = target if arrives else t + taken
        while written < times.size and times[written] <= reached:
            if times[written] == reached:
                copy(trial, output[written])
            else:
                interpolate(past.polynomials[slot], state, (times[written] - t) / taken, output[written])
            if clock >= 0:
                output[written, clock] = reduced(output[written, clock], clock_period)
            written += 1
        if arrives and target == end:
            return SUCCESS, end, past
        factor = accepted_factor(error, previous_error, ORDER, MEMORY)
        if repeated:
            factor = min(factor, 1.0)
        repeated = False
        previous_error = max(error, SMALLEST_FIRST_ERROR)
        # A step that was cut short says nothing against the step that was planned.
        step = max(step, taken * factor) if arrives else taken * factor
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        if clock >= 0:
            state[clock] = reduced(state[clock], clock_period)
        if arrives:
            oldest, newest, fresh = fresh, count - 1, count
            break_index += 1
            # The derivative from the right; at the first point it differs if the history jumps to its initial state.
            copy(state, work.inputs[:size])
            look_up(past, oldest, oldest, newest, t - delay, work.inputs)
            call(address, t, work.inputs, constants, slopes[0])
            counts[2] += 1
        elif break_index > BREAKING_POINTS:
            newest = count - 1
        mask = past.starts.size - 1
        while oldest < newest and past.starts[(oldest + 1) & mask] <= t - delay:
            oldest += 1
    return TOO_MANY_STEPS, t, past


_VECTOR = types.float64[::1]
_MATRIX = types.float64[:, ::1]
_INTEGERS = types.int64[::1]


@driver(
    types.void(
        types.int64,
        _MATRIX,
        _VECTOR,
        types.int64,
        types.int64,
        _MATRIX,
        _INTEGERS,
        _VECTOR,
        _VECTOR,
        _MATRIX,
        types.float64[:, :, ::1],
        _VECTOR,
        _VECTOR,
        _VECTOR,
        types.int64,
        types.int64,
        _VECTOR,
        types.float64[:, :, ::1],
        _INTEGERS,
        _VECTOR,
        types.int64[:, ::1],
    )
)
def integrate_delay(
    address: int,
    constants: np.ndarray,
    delays: np.ndarray,
    first: int,
    last: int,
    initial_states: np.ndarray,
    offsets: np.ndarray,
    starts: np.ndarray,
    lengths: np.ndarray,
    states: np.ndarray,
    polynomials: np.ndarray,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    most_steps: int,
    clock: int,
    clock_periods: np.ndarray,
    output: np.ndarray,
    status: np.ndarray,
    reached: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Integrate the cases ``first <= case < last`` from time 0, each with its own history, parameters and delay.

    Parameters
    ----------
    address : int
        A right-hand side whose argument is the state followed by the delayed state.
    constants : float64 [case, constant]
    delays : float64 [case]
        Positive.
    initial_states : float64 [case, component]
        At time 0.
    offsets : int64 [case + 1]
        The history of a case is in the segments ``offsets[case] <= segment < offsets[case + 1]``, which cover the
        time from minus the delay to 0 without gaps.
    starts, lengths : float64 [segment]
    states : float64 [segment, component]
    polynomials : float64 [segment, 7, component]
    times : float64 [time]
        Increasing, none negative.
    most_steps : int
        Limit on accepted and rejected steps of one case together.
    clock, clock_periods : int, float64 [case]
        Index and period of a driving phase that is kept reduced; index -1 for none.
    output : float64 [case, time, component]
    status, reached, counts
        Receive the end of each case.
    """
    size = initial_states.shape[1]
    work = Workspace(np.empty((ALL_STAGES, size)), np.empty(size), np.empty(size), np.empty(2 * size), np.empty(size))
    past = empty_past(FIRST_CAPACITY, size)
    for case in range(first, last):
        begin = offsets[case]
        count = offsets[case + 1] - begin
        while past.starts.size < count:
            past = enlarged(past, 0, 0)
        for index in range(count):
            past.starts[index] = starts[begin + index]
            past.lengths[index] = lengths[begin + index]
            for i in range(size):
                past.states[index, i] = states[begin + index, i]
                for row in range(ROWS):
                    past.polynomials[index, row, i] = polynomials[begin + index, row, i]
        copy(initial_states[case], work.state)
        if clock >= 0:
            work.state[clock] = reduced(work.state[clock], clock_periods[case])
        status[case], reached[case], past = _advance(
            address,
            constants[case],
            delays[case],
            times,
            relative_tolerance,
            absolute_tolerance,
            most_steps,
            clock,
            clock_periods[case],
            past,
            count,
            work,
            output[case],
            counts[case],
        )
