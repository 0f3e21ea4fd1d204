"""The loop of the Taylor method in double-doubles, for smooth right-hand sides at tolerances down to 1e-28.

It is the loop of `dysts.solvers.taylor.loop` with 32 digits in states, times and coefficients; initial states,
requested times and rows of output are float64. A driving phase grows without being reduced, as its period is not exact
in any number of digits; only the output is reduced. There is no other method to hand over to.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.emission.taylor_coefficients import EXTENDED_ORDER, padded
from dysts.solvers.shared.arguments import CONTROL, CUBE, ENDS, MATRIX, VECTOR, Control, Ends
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.look_ahead import cautious_step
from dysts.solvers.shared.progress import ends_on
from dysts.solvers.taylor.extended_step import SHORTEST, evaluate, evaluate_slope, remainder, solves, sum_of
from dysts.solvers.taylor.step import reliable_step

QUIET = 80.0
"""An exponential function of less than minus this argument is below 2e-35 and lost beside one."""

_places = njit(padded)


class Workspace(NamedTuple):
    """Arrays that a trajectory reuses in all its steps; the axis of two in front holds high and low parts."""

    series: np.ndarray
    """The expansion at the start of a step: float64 [2, order, place]."""
    next_series: np.ndarray
    """The expansion at its end: float64 [2, order, place]."""
    point: np.ndarray
    """float64 [2, place]"""
    slope: np.ndarray
    """float64 [2, place]"""
    state: np.ndarray
    """float64 [2, component and time]"""


@njit(error_model="numpy")
def workspace(size: int, steep_arguments: int) -> Workspace:
    """Allocate the workspace; the places behind the last component stay zero."""
    places = _places(size + steep_arguments)
    return Workspace(
        np.zeros((2, EXTENDED_ORDER + 1, places)),
        np.zeros((2, EXTENDED_ORDER + 1, places)),
        np.zeros((2, places)),
        np.zeros((2, places)),
        np.zeros((2, size + 1)),
    )


@njit(error_model="numpy")
def write_row(point: np.ndarray, phase: int, phase_period: np.ndarray, row: np.ndarray) -> None:
    """Write the numbers nearest to a point, with the driving phase within its period."""
    for i in range(row.size):
        row[i] = point[0, i]
    if 0 <= phase < row.size:
        row[phase] = remainder(point[0, phase], point[1, phase], phase_period[0], phase_period[1])


@njit(error_model="numpy")
def advance(
    expansion: int,
    steep_arguments: int,
    constants: np.ndarray,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    control: Control,
    phase_period: np.ndarray,
    work: Workspace,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float]:
    """Integrate from `start` to ``times[-1]``, writing one row of `output` for each time.

    Parameters
    ----------
    expansion : int
        Where the expansion in double-doubles starts.
    steep_arguments : int
        Number of arguments of steep functions that the expansion stores behind the variables.
    constants : float64 [2, constant]
    phase_period : float64 [2]
    others
        As in `dysts.solvers.taylor.loop.advance`.

    Returns
    -------
    status : int
    reached : float
        The time that `state` belongs to.
    """
    series, next_series, point, slope, present = work
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    size = state.size
    end = times[-1]
    t, rest = start, 0.0
    present[:] = 0.0
    for i in range(size):
        present[0, i] = state[i]
    present[0, size] = start
    written = 0
    while written < times.size and times[written] <= start:
        write_row(present, phase, phase_period, output[written])
        written += 1
    if written == times.size:
        return SUCCESS, t
    call(expansion, t, present, constants, series)
    counts[2] += 1
    step = reliable_step(series[0], 0.0, relative_tolerance, absolute_tolerance)
    if not step >= 0.0:
        return NOT_FINITE, t
    for _ in range(control.maximum_steps):
        step = min(step, control.longest_step)
        if steep_arguments > 0:
            step = cautious_step(series[0], size, steep_arguments, min(step, end - t), QUIET, EXTENDED_ORDER - 1)
        last = ends_on(end, t, step)
        length, length_rest, reached, reached_rest = step, 0.0, end, 0.0
        if last:
            length, length_rest = sum_of(-t, -rest, end)
        else:
            reached, reached_rest = sum_of(t, rest, step)
            if step <= max(SHORTEST * abs(t), 1e-290):
                return STEP_TOO_SMALL, t
        evaluate(series, length, length_rest, point)
        for part in range(2):
            for i in range(size):
                present[part, i] = point[part, i]
        present[0, size], present[1, size] = reached, reached_rest
        call(expansion, reached, present, constants, next_series)
        counts[2] += 1
        step_after = reliable_step(next_series[0], length, relative_tolerance, absolute_tolerance)
        evaluate_slope(series, length, length_rest, slope)
        good = step_after >= 0.0 and solves(slope, next_series, length, series, relative_tolerance, absolute_tolerance)
        if not good:
            counts[1] += 1
            step = 0.5 * length
            if step <= max(SHORTEST * abs(t), 1e-290):
                return STEP_TOO_SMALL, t
            continue
        counts[0] += 1
        while written < times.size and (times[written] - reached) - reached_rest <= 0.0:
            into, into_rest = sum_of(-t, -rest, times[written])
            evaluate(series, into, into_rest, point)
            write_row(point, phase, phase_period, output[written])
            written += 1
        t, rest = reached, reached_rest
        for i in range(size):
            state[i] = next_series[0, 0, i]
        if last:
            return SUCCESS, t
        step = step_after
        series, next_series = next_series, series
    return TOO_MANY_STEPS, t


@driver(
    types.void(
        types.int64, types.int64, CUBE, MATRIX, MATRIX, types.int64, types.int64, types.float64, VECTOR, CONTROL, ENDS
    ),
)
def integrate_extended(
    expansion: int,
    steep_arguments: int,
    constants: np.ndarray,
    states: np.ndarray,
    phase_periods: np.ndarray,
    first: int,
    last: int,
    start: float,
    times: np.ndarray,
    control: Control,
    ends: Ends,
) -> None:
    """Integrate the cases ``first <= case < last`` from `start`; see `advance` for the arguments.

    Every row is written: with NaN if its time was not reached.

    Parameters
    ----------
    constants : float64 [case, 2, constant]
    states : float64 [case, component]
        The initial states; each is replaced by the last one that was reached.
    phase_periods : float64 [case, 2]
    """
    work = workspace(states.shape[1], steep_arguments)
    for case in range(first, last):
        ends.status[case], ends.reached[case] = advance(
            expansion,
            steep_arguments,
            constants[case],
            start,
            states[case],
            times,
            control,
            phase_periods[case],
            work,
            ends.values[case],
            ends.counts[case],
        )
        for row in range(times.size - 1, -1, -1):
            if times[row] <= ends.reached[case]:
                break
            ends.values[case, row] = np.nan
