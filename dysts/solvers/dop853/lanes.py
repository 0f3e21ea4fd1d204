"""DOP853 for many trajectories, eight side by side: each has its own time and step, and the bits it has alone.

A trajectory that ends makes room for the next one at once. The control of each lane is that of
`dysts.solvers.dop853.loop`. The writing of rows and the test of stiffness are copies for one lane: the shared functions
on views of a lane, which are not contiguous, take 14 % more time for 400 trajectories of Lorenz with 1000 points each,
and 59 % more for their ends alone.
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.emission.vectors import LANES
from dysts.solvers.dop853.step import (
    ALL_STAGES,
    DENSE_EVALUATIONS,
    MEMORY,
    ORDER,
    STABILITY,
    STAGES,
    combined_error,
    fifth_order,
    prepare_stages,
    stiffness_of_lane,
    take_step,
    third_order,
)
from dysts.solvers.shared.arguments import CASES, CONTROL, ENDS, VECTOR, Cases, Control, Ends
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, STIFF, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.polynomial import ROWS, interpolate_lane
from dysts.solvers.shared.progress import STIFF_STEPS, all_finite, counted, ends_on, next_step, write_first_rows
from dysts.solvers.shared.step_control import (
    SMALLEST_FIRST_ERROR,
    accepted_factor,
    first_step,
    reduced,
    rejected_factor,
    too_short,
)


@njit(error_model="numpy")
def _errors(
    k: np.ndarray,
    state: np.ndarray,
    trial: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Write the sums of squares of both error estimates in every lane; not finite where the trial state is not."""
    slopes = k.reshape((ALL_STAGES, state.size))
    squares[:] = 0.0
    for i in range(state.shape[0]):
        for lane in range(LANES):
            before, after = state[i, lane], trial[i, lane]
            inverse = 1.0 / (absolute_tolerance[i] + relative_tolerance[i] * max(abs(before), abs(after)))
            third = third_order(slopes, i * LANES + lane) * inverse
            fifth = fifth_order(slopes, i * LANES + lane) * inverse
            squares[0, lane] += third * third
            squares[1, lane] += fifth * fifth
            squares[2, lane] += 0.0 * after


@njit(error_model="numpy")
def _write_polynomial(step: np.ndarray, k: np.ndarray, state: np.ndarray, trial: np.ndarray, rows: np.ndarray) -> None:
    for i in range(state.shape[0]):
        for lane in range(LANES):
            change = trial[i, lane] - state[i, lane]
            rows[0, i, lane] = change
            rows[1, i, lane] = step[lane] * k[0, i, lane] - change
            rows[2, i, lane] = 2.0 * change - step[lane] * (k[12, i, lane] + k[0, i, lane])


@driver(
    types.void(types.int64, types.int64, CASES, types.int64, types.int64, types.float64, VECTOR, CONTROL, ENDS),
)
def integrate_lanes(
    address: int,
    lanes_address: int,
    cases: Cases,
    first: int,
    last: int,
    start: float,
    times: np.ndarray,
    control: Control,
    ends: Ends,
) -> None:
    """Integrate the cases ``first <= case < last`` from `start`; see `dysts.solvers.dop853.loop` for the arguments.

    Parameters
    ----------
    address, lanes_address : int
        The right-hand side for one state and for eight.
    """
    tables, states, phase_periods = cases
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    output, status, reached, counts = ends
    size = states.shape[1]
    end = times[-1]
    span = end - start
    k = np.zeros((ALL_STAGES, size, LANES))
    state = np.ones((size, LANES))
    trial = np.ones((size, LANES))
    work = np.ones((size, LANES))
    polynomial = np.zeros((ROWS, size, LANES))
    constants = np.ones((tables.shape[1], LANES))
    squares = np.zeros((3, LANES))
    slope = np.empty(size)
    t, step, length = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    previous_error = np.zeros(LANES)
    case_of = np.full(LANES, -1)
    written = np.zeros(LANES, dtype=np.int64)
    stiff_steps, relaxed_steps = np.zeros(LANES, dtype=np.int64), np.zeros(LANES, dtype=np.int64)
    repeated, final = np.zeros(LANES, dtype=np.bool_), np.zeros(LANES, dtype=np.bool_)
    next_case = first
    while True:
        # Fill the free lanes; what needs no step at all ends here.
        active = 0
        for lane in range(LANES):
            while case_of[lane] < 0 and next_case < last:
                case = next_case
                next_case += 1
                begin = states[case]
                if phase >= 0:
                    begin[phase] = reduced(begin[phase], phase_periods[case])
                row = write_first_rows(times, start, begin, output[case])
                reached[case] = start
                if row == times.size:
                    status[case] = SUCCESS
                    continue
                call(address, start, begin, tables[case], slope)
                counts[case, 2] += 1
                if not all_finite(slope, begin):
                    status[case] = NOT_FINITE
                    continue
                step[lane] = first_step(
                    address,
                    tables[case],
                    start,
                    begin,
                    slope,
                    relative_tolerance,
                    absolute_tolerance,
                    ORDER,
                    control.longest_step,
                    span,
                )
                counts[case, 2] += 1
                for i in range(size):
                    state[i, lane] = begin[i]
                    k[0, i, lane] = slope[i]
                for slot in range(tables.shape[1]):
                    constants[slot, lane] = tables[case, slot]
                t[lane], case_of[lane], written[lane] = start, case, row
                previous_error[lane], repeated[lane] = SMALLEST_FIRST_ERROR, False
                stiff_steps[lane], relaxed_steps[lane] = 0, 0
            if case_of[lane] < 0:
                length[lane] = 0.0
                continue
            case = case_of[lane]
            step[lane] = min(step[lane], control.longest_step)
            final[lane] = ends_on(end, t[lane], step[lane])
            length[lane] = end - t[lane] if final[lane] else step[lane]
            ending = -1
            if counts[case, 0] + counts[case, 1] >= control.maximum_steps:
                ending = TOO_MANY_STEPS
            elif not final[lane] and too_short(length[lane], t[lane]):
                ending = STEP_TOO_SMALL
            if ending >= 0:
                _end(case, lane, ending, t, state, states, status, reached, case_of)
                length[lane] = 0.0
                continue
            active += 1
        if active == 0:
            if next_case >= last:
                return
            continue

        take_step(lanes_address, constants, t, state, length, k, trial, work)
        _errors(k, state, trial, relative_tolerance, absolute_tolerance, squares)
        prepared = False
        for lane in range(LANES):
            case = case_of[lane]
            if case < 0:
                continue
            counts[case, 2] += STAGES
            error = math.inf
            if squares[2, lane] == 0.0:
                error = combined_error(squares[0, lane], squares[1, lane], length[lane], size)
            arrived = end if final[lane] else t[lane] + length[lane]
            row = written[lane]
            if error <= 1.0:
                if control.hands_over:
                    beyond = stiffness_of_lane(length[lane], k, trial, work, lane) > STABILITY
                    stiff_steps[lane], relaxed_steps[lane] = counted(beyond, stiff_steps[lane], relaxed_steps[lane])
                if row < times.size and times[row] < arrived:
                    if not prepared:
                        # For all lanes at once; `work` of later ones must survive it for their test of stiffness.
                        prepare_stages(lanes_address, constants, t, state, length, k, polynomial[0], polynomial)
                        _write_polynomial(length, k, state, trial, polynomial)
                        prepared = True
                    counts[case, 2] += DENSE_EVALUATIONS
                    for i in range(size):
                        if not math.isfinite(polynomial[ROWS - 1, i, lane]):
                            error = math.inf
            if not error <= 1.0:
                counts[case, 1] += 1
                step[lane] = length[lane] * rejected_factor(error, ORDER)
                repeated[lane] = True
                if too_short(step[lane], t[lane]):
                    _end(case, lane, STEP_TOO_SMALL, t, state, states, status, reached, case_of)
                continue
            counts[case, 0] += 1
            while row < times.size and times[row] <= arrived:
                if times[row] == arrived:
                    for i in range(size):
                        output[case, row, i] = trial[i, lane]
                else:
                    interpolate_lane(polynomial, state, lane, (times[row] - t[lane]) / length[lane], output[case, row])
                if phase >= 0:
                    output[case, row, phase] = reduced(output[case, row, phase], phase_periods[case])
                row += 1
            written[lane] = row
            factor = accepted_factor(error, previous_error[lane], ORDER, MEMORY)
            step[lane] = next_step(factor, length[lane], step[lane], repeated[lane], final[lane])
            repeated[lane] = False
            previous_error[lane] = max(error, SMALLEST_FIRST_ERROR)
            t[lane] = arrived
            for i in range(size):
                # The interpolation of later lanes still needs their own start, and only theirs.
                state[i, lane] = trial[i, lane]
                k[0, i, lane] = k[STAGES, i, lane]
            if phase >= 0:
                state[phase, lane] = reduced(state[phase, lane], phase_periods[case])
            if final[lane]:
                _end(case, lane, SUCCESS, t, state, states, status, reached, case_of)
            elif stiff_steps[lane] == STIFF_STEPS:
                _end(case, lane, STIFF, t, state, states, status, reached, case_of)


@njit(error_model="numpy")
def _end(
    case: int,
    lane: int,
    how: int,
    t: np.ndarray,
    state: np.ndarray,
    states: np.ndarray,
    status: np.ndarray,
    reached: np.ndarray,
    case_of: np.ndarray,
) -> None:
    """Record the end of a case and free its lane."""
    status[case] = how
    reached[case] = t[lane]
    for i in range(state.shape[0]):
        states[case, i] = state[i, lane]
    case_of[lane] = -1
