"""The loop of the Taylor method over steps and requested times, for smooth right-hand sides at tight tolerances.

Each step sums the power series of the solution, whose coefficients compiled code gives for the state it begins at. The
last of them choose its length beforehand. That is blind to what is flat here and steep further on, as a saturated
hyperbolic tangent is. So the arguments of such functions are watched, and no step carries one from where its function
is flat across the place where it is not. And the next expansion has the derivative at the end of the step anyway, with
which the slope of the polynomial must agree.

References
----------
A. Jorba, M. Zou, A software package for the numerical integration of ODEs by means of high-order Taylor methods,
Experimental Mathematics 14 (2005) 99.
"""

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.emission.taylor_coefficients import ORDER, padded
from dysts.solvers.dop853.loop import NOT_FINITE, STEP_TOO_SMALL, STIFF, SUCCESS, TASK, TOO_MANY_STEPS
from dysts.solvers.shared.step_control import copy, reduced, too_short
from dysts.solvers.taylor.step import cautious_step, evaluate, evaluate_slope, fastest_rate, reliable_step, solves

STABILITY = 7.0
"""In fastest time scales: on the negative axis, the polynomial of order 18 leaves the unit disc at 8.1."""
STEPS_BETWEEN, STIFF_LOOKS = 8, 32
"""Every eighth step is held against the limit; so many beyond it in a row mean stiff. It takes that long to pay."""

_places = njit(padded)


@njit(error_model="numpy")
def advance(
    expansion: int,
    address: int,
    watched: int,
    constants: np.ndarray,
    state: np.ndarray,
    times: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    most_steps: int,
    hand_over: bool,
    clock: int,
    clock_period: float,
    series: np.ndarray,
    following: np.ndarray,
    place: np.ndarray,
    slope: np.ndarray,
    rate: np.ndarray,
    direction: np.ndarray,
    output: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float]:
    """Integrate from time 0 to ``times[-1]``, writing one row of `output` for each time.

    Parameters
    ----------
    expansion, address : int
        Where the expansion starts, and the right-hand side.
    watched : int
        How many arguments of steep functions the expansion stores behind the variables.
    series, following : float64 [order, place]
    place, slope : float64 [place]
    rate : float64 [component]
        Room to work in.
    others
        As in `dysts.solvers.dop853.loop.advance`; the evaluations that are counted are expansions.

    Returns
    -------
    status : int
    reached : float
        The time that `state` belongs to.
    """
    size = state.size
    end = times[-1]
    t = 0.0
    written = 0
    while written < times.size and times[written] <= 0.0:
        copy(state, output[written])
        written += 1
    if written == times.size:
        return SUCCESS, t
    call(expansion, t, state, constants, series)
    counts[2] += 1
    step = reliable_step(series, 0.0, relative_tolerance, absolute_tolerance)
    if not step >= 0.0:
        return NOT_FINITE, t
    stiff_looks = 0
    direction[:] = 0.0
    for _ in range(most_steps):
        if watched > 0:
            step = cautious_step(series, size, watched, min(step, end - t))
        last = t + step * (1.0 + 1e-9) >= end
        taken = end - t if last else step
        if not last and too_short(taken, t, end):
            return STEP_TOO_SMALL, t
        reached = end if last else t + taken
        evaluate(series, taken, place)
        copy(place, rate)
        if clock >= 0:
            rate[clock] = reduced(rate[clock], clock_period)
        call(expansion, reached, rate, constants, following)
        counts[2] += 1
        next_step = reliable_step(following, taken, relative_tolerance, absolute_tolerance)
        evaluate_slope(series, taken, slope)
        good = next_step >= 0.0 and solves(
            slope, following[1], taken, series[0], relative_tolerance, absolute_tolerance
        )
        if not good:
            counts[1] += 1
            step = 0.5 * taken
            if too_short(step, t, end):
                return STEP_TOO_SMALL, t
            continue
        counts[0] += 1
        if hand_over and counts[0] % STEPS_BETWEEN == 0:
            fastest = fastest_rate(
                address,
                constants,
                t,
                state,
                series[1],
                relative_tolerance,
                absolute_tolerance,
                direction,
                place,
                rate,
            )
            stiff_looks = stiff_looks + 1 if fastest * taken > STABILITY else 0
        while written < times.size and times[written] <= reached:
            evaluate(series, times[written] - t, place)
            copy(place, output[written])
            if 0 <= clock < output.shape[1]:
                output[written, clock] = reduced(output[written, clock], clock_period)
            written += 1
        t = reached
        for i in range(size):
            state[i] = following[0, i]
        if last:
            return SUCCESS, t
        if stiff_looks == STIFF_LOOKS:
            return STIFF, t
        step = next_step
        series, following = following, series
    return TOO_MANY_STEPS, t


_VECTOR = types.float64[::1]
_MATRIX = types.float64[:, ::1]


@driver(
    types.void(
        types.int64,
        types.int64,
        types.int64,
        _MATRIX,
        types.int64,
        types.int64,
        *TASK,
    )
)
def integrate_series(
    expansion: int,
    address: int,
    watched: int,
    constants: np.ndarray,
    first: int,
    last: int,
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
    """Integrate the cases ``first <= case < last`` from time 0; see `advance` for the arguments.

    Parameters
    ----------
    constants : float64 [case, constant]
    states : float64 [case, component]
        The initial states; each is replaced by the last one that was reached.
    clock_periods : float64 [case]
    output : float64 [case, time, component]
        Every row is written: with NaN if its time was not reached.
    status, reached, counts
        Receive the end of each case.
    """
    size = states.shape[1]
    # The places behind the last component stay zero.
    series = np.zeros((ORDER + 1, _places(size + watched)))
    following = np.zeros((ORDER + 1, _places(size + watched)))
    place = np.zeros(_places(size + watched))
    slope = np.zeros(_places(size + watched))
    rate = np.zeros(size)
    direction = np.zeros(size)
    for case in range(first, last):
        state = states[case]
        if clock >= 0:
            state[clock] = reduced(state[clock], clock_periods[case])
        status[case], reached[case] = advance(
            expansion,
            address,
            watched,
            constants[case],
            state,
            times,
            relative_tolerance,
            absolute_tolerance,
            most_steps,
            hand_over,
            clock,
            clock_periods[case],
            series,
            following,
            place,
            slope,
            rate,
            direction,
            output[case],
            counts[case],
        )
        for row in range(times.size - 1, -1, -1):
            if times[row] <= reached[case]:
                break
            output[case, row] = np.nan
