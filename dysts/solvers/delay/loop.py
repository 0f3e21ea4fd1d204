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
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.solvers.delay.look_ahead import limited_by_arguments, limited_by_past
from dysts.solvers.delay.past import FIRST_CAPACITY, Past, empty_past, enlarged, look_up
from dysts.solvers.dop853 import tableau
from dysts.solvers.dop853.step import (
    ALL_STAGES,
    DENSE_EVALUATIONS,
    MEMORY,
    ORDER,
    STAGES,
    error_of_step,
)
from dysts.solvers.dop853.tableau import COLUMNS, COUNT, DENSE_COLUMNS, DENSE_COUNT, DENSE_VALUES, VALUES
from dysts.solvers.shared.arguments import CASES, CONTROL, CUBE, ENDS, INTEGERS, MATRIX, VECTOR, Cases, Control, Ends
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.look_ahead import series_for
from dysts.solvers.shared.polynomial import ROWS
from dysts.solvers.shared.progress import all_finite, ends_on, next_step, write_first_rows, write_rows
from dysts.solvers.shared.step_control import (
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    copy,
    estimated_step,
    reduced,
    rejected_factor,
    too_short,
    trial_step,
)

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
    series: np.ndarray
    """float64 [order, place], for the limit on steps from steep arguments."""


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
    slopes, state, inputs = work.slopes, work.state, work.inputs
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
        # As `write_cubic` in a loop of its own, which would take 7 % of the time of IkedaDelay.
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
    """Estimate a first step as `step_control.first_step` does, with the past in the argument of the derivative."""
    size = work.state.size
    inputs = work.inputs
    slopes = work.slopes
    for i in range(size):
        work.scale[i] = absolute_tolerance[i] + relative_tolerance[i] * abs(work.state[i])
    trial = trial_step(work.state, slopes[0], work.scale, delay)
    for i in range(size):
        inputs[i] = work.state[i] + trial * slopes[0, i]
    look_up(past, 0, 0, newest, trial - delay, inputs)
    call(address, trial, inputs, constants, slopes[1])
    for i in range(size):
        slopes[1, i] -= slopes[0, i]
    step = estimated_step(slopes[0], slopes[1], work.scale, trial, ORDER, delay)
    return step if step > 0.0 and math.isfinite(step) else min(1e-6, delay)


@njit(error_model="numpy")
def _advance(
    address: int,
    constants: np.ndarray,
    delay: float,
    times: np.ndarray,
    control: Control,
    phase_period: float,
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
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    t = 0.0
    written = write_first_rows(times, t, state, output)
    if written == times.size:
        return SUCCESS, t, past

    # The delayed states of the present step lie in the segments from `oldest` to `newest`; up to the last breaking
    # point these are segments of the interval of one delay before; the present interval began with
    # segment `first_new`.
    oldest = 0
    newest = count - 1
    first_new = count
    break_index = 1

    copy(state, work.inputs[:size])
    look_up(past, oldest, oldest, newest, -delay, work.inputs)
    call(address, t, work.inputs, constants, slopes[0])
    counts[2] += 1
    if not all_finite(slopes[0], state):
        return NOT_FINITE, t, past
    step = _first_step(address, constants, delay, relative_tolerance, absolute_tolerance, past, newest, work)
    counts[2] += 1
    previous_error = SMALLEST_FIRST_ERROR
    repeated = False
    longest = min(delay, control.longest_step)
    for _ in range(control.maximum_steps):
        step = limited_by_past(past, control, delay, t, oldest, newest, work.inputs, slopes, min(step, longest))
        if control.steep_arguments > 0 and not repeated:
            copy(state, work.inputs[:size])
            look_up(past, oldest, oldest, newest, t - delay, work.inputs)
            step = limited_by_arguments(
                control, t, constants, past, oldest, delay, work.inputs, work.series, min(step, end - t)
            )
            counts[2] += 1
        target = min(end, break_index * delay) if break_index <= BREAKING_POINTS else end
        arrives = ends_on(target, t, step)
        length = target - t if arrives else step
        if not arrives and too_short(length, t):
            return STEP_TOO_SMALL, t, past
        _evaluate_stages(address, constants, delay, t, length, 1, STAGES + 1, past, oldest, newest, work)
        copy(work.inputs[:size], trial)
        counts[2] += STAGES
        error = error_of_step(length, slopes, state, trial, relative_tolerance, absolute_tolerance)
        if error <= 1.0:
            if count - oldest == past.starts.size:
                past = enlarged(past, oldest, count)
            _evaluate_stages(address, constants, delay, t, length, STAGES + 1, ALL_STAGES, past, oldest, newest, work)
            counts[2] += DENSE_EVALUATIONS
            slot = count & (past.starts.size - 1)
            if not _write_polynomial(length, work, past.polynomials[slot]):
                error = math.inf
        if not error <= 1.0:
            counts[1] += 1
            step = length * rejected_factor(error, ORDER)
            if too_short(step, t):
                return STEP_TOO_SMALL, t, past
            repeated = True
            continue
        counts[0] += 1
        past.starts[slot] = t
        past.lengths[slot] = length
        copy(state, past.states[slot])
        count += 1
        reached = target if arrives else t + length
        written = write_rows(
            times,
            written,
            t,
            length,
            reached,
            True,
            state,
            trial,
            past.polynomials[slot],
            phase,
            phase_period,
            output,
        )
        if arrives and target == end:
            return SUCCESS, end, past
        factor = accepted_factor(error, previous_error, ORDER, MEMORY)
        step = next_step(factor, length, step, repeated, arrives)
        repeated = False
        previous_error = max(error, SMALLEST_FIRST_ERROR)
        t = reached
        copy(trial, state)
        copy(slopes[STAGES], slopes[0])
        if phase >= 0:
            state[phase] = reduced(state[phase], phase_period)
        if arrives:
            oldest, newest, first_new = first_new, count - 1, count
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


class Histories(NamedTuple):
    """The histories of all cases, as segments of a piecewise polynomial that cover the delay without gaps."""

    offsets: np.ndarray
    """int64 [case + 1]: a case has the segments ``offsets[case] <= segment < offsets[case + 1]``."""
    starts: np.ndarray
    """float64 [segment]"""
    lengths: np.ndarray
    """float64 [segment]"""
    states: np.ndarray
    """float64 [segment, component], at the starts."""
    polynomials: np.ndarray
    """float64 [segment, row, component]"""


HISTORIES: Any = types.NamedTuple((INTEGERS, VECTOR, VECTOR, MATRIX, CUBE), Histories)


@driver(
    types.void(types.int64, VECTOR, types.int64, types.int64, CASES, HISTORIES, VECTOR, CONTROL, ENDS),
)
def integrate_delay(
    address: int,
    delays: np.ndarray,
    first: int,
    last: int,
    cases: Cases,
    histories: Histories,
    times: np.ndarray,
    control: Control,
    ends: Ends,
) -> None:
    """Integrate the cases ``first <= case < last`` from time 0, each with its own history, parameters and delay.

    Parameters
    ----------
    address : int
        A right-hand side whose argument is the state followed by the delayed state.
    delays : float64 [case]
        Positive.
    times : float64 [time]
        Increasing, none negative.
    others
        See the descriptions of `Cases`, `Histories`, `Control` and `Ends`.
    """
    initial_states = cases.states
    offsets, starts, lengths, states, polynomials = histories
    size = initial_states.shape[1]
    work = Workspace(
        np.empty((ALL_STAGES, size)),
        np.empty(size),
        np.empty(size),
        np.empty(2 * size),
        np.empty(size),
        series_for(2 * size, control.steep_arguments),
    )
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
        if control.phase >= 0:
            work.state[control.phase] = reduced(work.state[control.phase], cases.phase_periods[case])
        ends.status[case], ends.reached[case], past = _advance(
            address,
            cases.constants[case],
            delays[case],
            times,
            control,
            cases.phase_periods[case],
            past,
            count,
            work,
            ends.values[case],
            ends.counts[case],
        )
