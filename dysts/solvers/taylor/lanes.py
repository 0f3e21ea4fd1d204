"""The Taylor method for many trajectories, eight side by side: each has its own time and step, and the bits it has
alone.

A trajectory that ends makes room for the next one at once. The control of each lane is that of
`dysts.solvers.taylor.loop`, whose equations have no steep functions here. A trajectory is expanded alone at its start,
and with seven others at the end of each of its steps. The points of the output are evaluated in rounds, one point of
each lane that still has one in its step.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call, call_within
from dysts.compilation.driver import driver
from dysts.compilation.emission.taylor_coefficients import ORDER, padded
from dysts.compilation.emission.vectors import LANES
from dysts.solvers.shared.arguments import (
    CASES,
    CONTROL,
    CUBE,
    ENDS,
    INTEGERS,
    MATRIX,
    VECTOR,
    Cases,
    Control,
    Ends,
)
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, STIFF, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.progress import LEAST_ADVANCE, STEPS_TO_JUDGE, ends_on, write_first_rows
from dysts.solvers.shared.step_control import reduced, too_short
from dysts.solvers.taylor.loop import STABILITY, STEPS_BETWEEN, STIFF_LOOKS
from dysts.solvers.taylor.step import (
    evaluate,
    evaluate_slope,
    fastest_rate,
    judge_lanes,
    reliable_step,
    step_within,
)

FREE = -1
"""Stands for the case of a lane without a trajectory."""
GOES_ON = -1
"""Stands for the status of a trajectory that has not ended."""


class Lanes(NamedTuple):
    """The memory of eight trajectories; made by the caller, so that the loop counts no references."""

    series: np.ndarray
    """The expansions at the start of the steps: float64 [order, component, lane]."""
    next_series: np.ndarray
    """The expansions at their ends: float64 [order, component, lane]."""
    alone: np.ndarray
    """The expansion of one state: float64 [order, place]."""
    constants: np.ndarray
    """float64 [constant, lane]"""
    point: np.ndarray
    """float64 [component, lane]"""
    slope: np.ndarray
    """float64 [component, lane]"""
    judgements: np.ndarray
    """What `judge_lanes` finds out: float64 [4, lane]."""
    direction: np.ndarray
    """The displacement that grows fastest: float64 [lane, component]."""
    vectors: np.ndarray
    """State, derivative and work space of one lane: float64 [4, component]."""
    t: np.ndarray
    """float64 [lane], as all up to `zero`."""
    step: np.ndarray
    """The step that is planned."""
    length: np.ndarray
    """The step that is tried; 0 in a lane that waits."""
    arrived: np.ndarray
    """The time at its end."""
    judged: np.ndarray
    """The time at which the advance of the trajectory was judged last."""
    offset: np.ndarray
    """Time from the start of a step to a point of the output."""
    zero: np.ndarray
    case_of: np.ndarray
    """int64 [lane], as all that follow."""
    ending: np.ndarray
    """The status of a trajectory that ends with this step, or `GOES_ON`."""
    written: np.ndarray
    """Number of rows of the output that are written."""
    attempts: np.ndarray
    """Number of steps tried."""
    stiff_looks: np.ndarray
    """Number of tests in a row that found the step at the limit of stability."""
    final: np.ndarray
    """1 where the step ends at the last time."""
    accepted: np.ndarray
    """1 where the step was good."""
    wanted: np.ndarray
    """1 where another point of the output lies in the step."""


LANES_TYPE: Any = types.NamedTuple((*[CUBE] * 2, *[MATRIX] * 7, *[VECTOR] * 7, *[INTEGERS] * 8), Lanes)


def lanes(size: int, constants: int) -> Lanes:
    """Allocate the memory for systems of this dimension with so many constants."""
    arrays = [
        *(np.zeros((ORDER + 1, size, LANES)) for _ in range(2)),
        np.zeros((ORDER + 1, padded(size))),
        np.ones((constants, LANES)),
        *(np.zeros((size, LANES)) for _ in range(2)),
        np.zeros((4, LANES)),
        np.zeros((LANES, size)),
        np.zeros((4, size)),
        *(np.zeros(LANES) for _ in range(7)),
        np.full(LANES, FREE),
        *(np.zeros(LANES, dtype=np.int64) for _ in range(7)),
    ]
    return Lanes(*arrays)


@driver(
    types.void(
        types.int64,
        types.int64,
        types.int64,
        CASES,
        types.int64,
        types.int64,
        types.float64,
        VECTOR,
        CONTROL,
        ENDS,
        LANES_TYPE,
    ),
    allocates=False,
)
def integrate_series_lanes(
    expansion: int,
    lanes_expansion: int,
    address: int,
    cases: Cases,
    first: int,
    last: int,
    start: float,
    times: np.ndarray,
    control: Control,
    ends: Ends,
    work: Lanes,
) -> None:
    """Integrate the cases ``first <= case < last`` from `start`; see `dysts.solvers.taylor.loop` for the arguments.

    Every row is written: with NaN if its time was not reached.

    Parameters
    ----------
    expansion, lanes_expansion : int
        Where the expansions of one state and of eight start.
    work : Lanes
        From `lanes`.
    """
    tables, states, phase_periods = cases
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    output, status, reached, counts = ends
    size = states.shape[1]
    end = times[-1]
    series, next_series, alone, constants, point, slope, judgements, direction, vectors = work[:9]
    t, step, length, arrived, judged, offset, zero = work[9:16]
    case_of, ending, written, attempts, stiff_looks, final, accepted, wanted = work[16:]
    # The compiler does not know these numbers, and so does not write the bodies of loops so many times, each with its
    # own pointers, which would take a third of the time.
    width, orders = case_of.size, series.shape[0]
    next_case = first
    while True:
        # Fill the free lanes; what needs no step at all ends here.
        active = 0
        for lane in range(width):
            accepted[lane] = 0
            ending[lane] = GOES_ON
            while case_of[lane] == FREE and next_case < last:
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
                call(expansion, start, begin, tables[case], alone)
                counts[case, 2] += 1
                step[lane] = reliable_step(alone, 0.0, relative_tolerance, absolute_tolerance)
                if not step[lane] >= 0.0:
                    status[case] = NOT_FINITE
                    _leave_empty(output[case], row)
                    continue
                for order in range(orders):
                    for i in range(size):
                        series[order, i, lane] = alone[order, i]
                for slot in range(tables.shape[1]):
                    constants[slot, lane] = tables[case, slot]
                for i in range(size):
                    direction[lane, i] = 0.0
                t[lane], judged[lane], case_of[lane], written[lane] = start, start, case, row
                attempts[lane], stiff_looks[lane] = 0, 0
            length[lane], arrived[lane] = 0.0, t[lane]
            if case_of[lane] == FREE:
                continue
            active += 1
            attempts[lane] += 1
            if attempts[lane] > control.maximum_steps:
                ending[lane] = TOO_MANY_STEPS
                continue
            if attempts[lane] % STEPS_TO_JUDGE == 0:
                if t[lane] - judged[lane] < LEAST_ADVANCE * (t[lane] - start):
                    ending[lane] = STEP_TOO_SMALL
                    continue
                judged[lane] = t[lane]
            step[lane] = min(step[lane], control.longest_step)
            final[lane] = 1 if ends_on(end, t[lane], step[lane]) else 0
            planned = end - t[lane] if final[lane] == 1 else step[lane]
            if final[lane] == 0 and too_short(planned, t[lane]):
                ending[lane] = STEP_TOO_SMALL
                continue
            length[lane] = planned
            arrived[lane] = end if final[lane] == 1 else t[lane] + planned
        if active == 0:
            return

        evaluate(series, length, point)
        if phase >= 0:
            for lane in range(width):
                if case_of[lane] != FREE:
                    point[phase, lane] = reduced(point[phase, lane], phase_periods[case_of[lane]])
        call_within(lanes_expansion, arrived, 0.0, zero, point, constants, next_series, 0)
        evaluate_slope(series, length, slope)
        judge_lanes(series, slope, next_series, length, relative_tolerance, absolute_tolerance, judgements)
        for lane in range(width):
            case = case_of[lane]
            if case == FREE or ending[lane] != GOES_ON:
                continue
            counts[case, 2] += 1
            step_after = step_within(judgements[0, lane], judgements[1, lane], ORDER) + judgements[2, lane]
            if not (step_after >= 0.0 and judgements[3, lane] == 0.0):
                counts[case, 1] += 1
                step[lane] = 0.5 * length[lane]
                if too_short(step[lane], t[lane]):
                    ending[lane] = STEP_TOO_SMALL
                continue
            counts[case, 0] += 1
            accepted[lane] = 1
            step[lane] = step_after
            if control.hands_over and counts[case, 0] % STEPS_BETWEEN == 0:
                for i in range(size):
                    vectors[0, i], vectors[1, i] = series[0, i, lane], series[1, i, lane]
                fastest = fastest_rate(
                    address,
                    tables[case],
                    t[lane],
                    vectors[0],
                    vectors[1],
                    relative_tolerance,
                    absolute_tolerance,
                    direction[lane],
                    vectors[2],
                    vectors[3],
                )
                stiff_looks[lane] = stiff_looks[lane] + 1 if fastest * length[lane] > STABILITY else 0
            if final[lane] == 1:
                ending[lane] = SUCCESS
            elif stiff_looks[lane] == STIFF_LOOKS:
                ending[lane] = STIFF

        while _next_points(times, t, arrived, accepted, written, offset, wanted):
            evaluate(series, offset, point)
            for lane in range(width):
                if wanted[lane] == 1:
                    case, row = case_of[lane], written[lane]
                    for i in range(size):
                        output[case, row, i] = point[i, lane]
                    if phase >= 0:
                        output[case, row, phase] = reduced(point[phase, lane], phase_periods[case])
                    written[lane] = row + 1

        for lane in range(width):
            if accepted[lane] == 1:
                t[lane] = arrived[lane]
            elif case_of[lane] != FREE:
                # The step is repeated from the same expansion.
                for order in range(orders):
                    for i in range(size):
                        next_series[order, i, lane] = series[order, i, lane]
        series, next_series = next_series, series
        for lane in range(width):
            case = case_of[lane]
            if case != FREE and ending[lane] != GOES_ON:
                status[case], reached[case] = ending[lane], t[lane]
                for i in range(size):
                    states[case, i] = series[0, i, lane]
                _leave_empty(output[case], written[lane])
                case_of[lane] = FREE


@njit(error_model="numpy")
def _next_points(
    times: np.ndarray,
    t: np.ndarray,
    arrived: np.ndarray,
    accepted: np.ndarray,
    written: np.ndarray,
    offset: np.ndarray,
    wanted: np.ndarray,
) -> bool:
    """Write the place of the next point in the step of each lane, and whether there is one; return whether any has."""
    some = False
    width = wanted.size
    for lane in range(width):
        inside = accepted[lane] == 1 and written[lane] < times.size and times[written[lane]] <= arrived[lane]
        wanted[lane] = 1 if inside else 0
        offset[lane] = times[written[lane]] - t[lane] if inside else 0.0
        some = some or inside
    return some


@njit(error_model="numpy")
def _leave_empty(output: np.ndarray, first: int) -> None:
    """Write NaN into the rows from one on."""
    for row in range(first, output.shape[0]):
        for i in range(output.shape[1]):
            output[row, i] = np.nan
