"""The loop of the Taylor method over steps and requested times, for smooth right-hand sides at tight tolerances.

Each step sums the power series of the solution, whose coefficients compiled code gives for the state it begins at. The
last of them choose its length beforehand. That is blind to what is flat here and steep further on, as a saturated
hyperbolic tangent is. So the arguments of such functions are expanded as well, and no step carries one from where its
function is flat across the place where it is not. And the next expansion has the derivative at the end of the step
anyway, with which the slope of the polynomial must agree.

References
----------
A. Jorba, M. Zou, A software package for the numerical integration of ODEs by means of high-order Taylor methods,
Experimental Mathematics 14 (2005) 99.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.emission.taylor_coefficients import ORDER
from dysts.solvers.shared.arguments import CASES, CONTROL, ENDS, VECTOR, Cases, Control, Ends
from dysts.solvers.shared.codes import NOT_FINITE, STEP_TOO_SMALL, STIFF, SUCCESS, TOO_MANY_STEPS
from dysts.solvers.shared.look_ahead import ALL_TERMS, QUIET, cautious_step, row_length
from dysts.solvers.shared.progress import LEAST_ADVANCE, STEPS_TO_JUDGE, ends_on, write_first_rows
from dysts.solvers.shared.step_control import copy, reduced, too_short
from dysts.solvers.taylor.step import (
    evaluate,
    evaluate_slope,
    fastest_rate,
    reliable_step,
    solves,
)

STABILITY = 7.0
"""Limit of stability, in units of the fastest time scale: on the negative real axis, the stability polynomial of order
18 leaves the unit disc at 8.1."""
STEPS_BETWEEN, STIFF_LOOKS = 8, 32
"""Every eighth step is compared with the limit, and 32 of these beyond it in a row mean stiff: an implicit method needs
that long to repay the change."""


class Workspace(NamedTuple):
    """Arrays that a trajectory reuses in all its steps."""

    series: np.ndarray
    """The expansion at the start of a step: float64 [order, place]."""
    next_series: np.ndarray
    """The expansion at its end: float64 [order, place]."""
    point: np.ndarray
    """float64 [place]"""
    slope: np.ndarray
    """float64 [place]"""
    rate: np.ndarray
    """float64 [component]"""
    direction: np.ndarray
    """float64 [component], of the displacement that grows fastest."""


@njit(error_model="numpy")
def workspace(size: int, steep_arguments: int) -> Workspace:
    """Allocate the workspace; the places behind the last component stay zero."""
    places = row_length(size + steep_arguments)
    return Workspace(
        np.zeros((ORDER + 1, places)),
        np.zeros((ORDER + 1, places)),
        np.zeros(places),
        np.zeros(places),
        np.zeros(size),
        np.zeros(size),
    )


@njit(error_model="numpy")
def advance(
    expansion: int,
    address: int,
    steep_arguments: int,
    constants: np.ndarray,
    start: float,
    state: np.ndarray,
    times: np.ndarray,
    control: Control,
    phase_period: float,
    work: Workspace,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float]:
    """Integrate from `start` to ``times[-1]``, writing one row of `output` for each time.

    Parameters
    ----------
    expansion, address : int
        Where the expansion starts, and the right-hand side.
    steep_arguments : int
        Number of arguments of steep functions that the expansion stores behind the variables.
    others
        As in `dysts.solvers.dop853.loop.advance`; the evaluations that are counted are expansions.

    Returns
    -------
    status : int
    reached : float
        The time that `state` belongs to.
    """
    series, next_series, point, slope, rate, direction = work
    relative_tolerance, absolute_tolerance = control.relative_tolerance, control.absolute_tolerance
    phase = control.phase
    size = state.size
    end = times[-1]
    t = start
    written = write_first_rows(times, start, state, output)
    if written == times.size:
        return SUCCESS, t
    call(expansion, t, state, constants, series)
    counts[2] += 1
    step = reliable_step(series, 0.0, relative_tolerance, absolute_tolerance)
    if not step >= 0.0:
        return NOT_FINITE, t
    stiff_looks = 0
    judged = start
    direction[:] = 0.0
    for attempt in range(1, control.maximum_steps + 1):
        if attempt % STEPS_TO_JUDGE == 0:
            if t - judged < LEAST_ADVANCE * (t - start):
                return STEP_TOO_SMALL, t
            judged = t
        step = min(step, control.longest_step)
        if steep_arguments > 0:
            step = cautious_step(series, size, steep_arguments, min(step, end - t), QUIET, ALL_TERMS)
        last = ends_on(end, t, step)
        length = end - t if last else step
        if not last and too_short(length, t):
            return STEP_TOO_SMALL, t
        reached = end if last else t + length
        evaluate(series, length, point)
        copy(point, rate)
        if phase >= 0:
            rate[phase] = reduced(rate[phase], phase_period)
        call(expansion, reached, rate, constants, next_series)
        counts[2] += 1
        step_after = reliable_step(next_series, length, relative_tolerance, absolute_tolerance)
        evaluate_slope(series, length, slope)
        good = step_after >= 0.0 and solves(
            slope, next_series[1], length, series[0], relative_tolerance, absolute_tolerance
        )
        if not good:
            counts[1] += 1
            step = 0.5 * length
            if too_short(step, t):
                return STEP_TOO_SMALL, t
            continue
        counts[0] += 1
        if control.hands_over and counts[0] % STEPS_BETWEEN == 0:
            fastest = fastest_rate(
                address,
                constants,
                t,
                state,
                series[1],
                relative_tolerance,
                absolute_tolerance,
                direction,
                point,
                rate,
            )
            stiff_looks = stiff_looks + 1 if fastest * length > STABILITY else 0
        while written < times.size and times[written] <= reached:
            evaluate(series, times[written] - t, point)
            copy(point, output[written])
            if 0 <= phase < output.shape[1]:
                output[written, phase] = reduced(output[written, phase], phase_period)
            written += 1
        t = reached
        for i in range(size):
            state[i] = next_series[0, i]
        if last:
            return SUCCESS, t
        if stiff_looks == STIFF_LOOKS:
            return STIFF, t
        step = step_after
        series, next_series = next_series, series
    return TOO_MANY_STEPS, t


@driver(
    types.void(
        types.int64, types.int64, types.int64, CASES, types.int64, types.int64, types.float64, VECTOR, CONTROL, ENDS
    ),
)
def integrate_series(
    expansion: int,
    address: int,
    steep_arguments: int,
    cases: Cases,
    first: int,
    last: int,
    start: float,
    times: np.ndarray,
    control: Control,
    ends: Ends,
) -> None:
    """Integrate the cases ``first <= case < last`` from `start`; see `advance` for the arguments.

    Every row is written: with NaN if its time was not reached.
    """
    work = workspace(cases.states.shape[1], steep_arguments)
    for case in range(first, last):
        state = cases.states[case]
        if control.phase >= 0:
            state[control.phase] = reduced(state[control.phase], cases.phase_periods[case])
        ends.status[case], ends.reached[case] = advance(
            expansion,
            address,
            steep_arguments,
            cases.constants[case],
            start,
            state,
            times,
            control,
            cases.phase_periods[case],
            work,
            ends.values[case],
            ends.counts[case],
        )
        for row in range(times.size - 1, -1, -1):
            if times[row] <= ends.reached[case]:
                break
            ends.values[case, row] = np.nan
