"""What follows a step in every loop: the rows of the output, the next step, the watch for stiff equations."""

import math

import numpy as np
from numba import njit

from dysts.solvers.shared.polynomial import interpolate
from dysts.solvers.shared.step_control import copy, reduced

STIFF_STEPS = 15
"""Number of steps at the limit of stability, without `RELAXED_STEPS` others in a row between them, that mean stiff."""
RELAXED_STEPS = 6
STEPS_TO_JUDGE = 10_000
LEAST_ADVANCE = 1e-5
"""Least part of the time since the start by which that number of steps must advance, rejected ones included. Equal
steps always do; where the domain of a root ends, steps may shrink to the tolerance and stay there."""


@njit(error_model="numpy", forceinline=True)
def all_finite(derivative: np.ndarray, state: np.ndarray) -> bool:
    """Whether an integration can begin: the state and its derivative are finite."""
    finite = True
    for i in range(state.size):
        finite = finite and math.isfinite(derivative[i]) and math.isfinite(state[i])
    return finite


@njit(error_model="numpy", forceinline=True)
def ends_on(target: float, t: float, step: float) -> bool:
    """Whether a step from `t` reaches a target, or comes so close that the rest would be lost in rounding."""
    return t + step * (1.0 + 1e-9) >= target


@njit(error_model="numpy", forceinline=True)
def next_step(factor: float, length: float, planned: float, repeated: bool, cut: bool) -> float:
    """Return the step that follows an accepted one.

    Parameters
    ----------
    factor : float
        The ratio that the error estimates propose.
    length, planned : float
        The length of the accepted step, and the one that was planned before a target cut it.
    repeated : bool
        Whether the step was rejected before; the next one is then no longer.
    cut : bool
        Whether a target cut the step, which says nothing against the planned length.
    """
    step = length * (min(factor, 1.0) if repeated else factor)
    return max(step, planned) if cut else step


@njit(error_model="numpy", forceinline=True)
def counted(beyond: bool, steps_beyond: int, steps_within: int) -> tuple[int, int]:
    """Count the steps beyond a limit; `RELAXED_STEPS` steps within it in a row start the count anew."""
    if beyond:
        return steps_beyond + 1, 0
    if steps_beyond > 0:
        steps_within += 1
        if steps_within == RELAXED_STEPS:
            return 0, steps_within
    return steps_beyond, steps_within


@njit(error_model="numpy", forceinline=True)
def write_first_rows(times: np.ndarray, start: float, state: np.ndarray, output: np.ndarray) -> int:
    """Write the initial state for all times up to the start; return how many rows that are."""
    written = 0
    while written < times.size and times[written] <= start:
        copy(state, output[written])
        written += 1
    return written


@njit(error_model="numpy", forceinline=True)
def write_rows(
    times: np.ndarray,
    written: int,
    t: float,
    length: float,
    reached: float,
    at_end: bool,
    state: np.ndarray,
    trial: np.ndarray,
    polynomial: np.ndarray,
    phase: int,
    phase_period: float,
    output: np.ndarray,
) -> int:
    """Write the rows of the times within a step; return the number of rows written so far.

    Parameters
    ----------
    times : float64 [time]
    written : int
        Number of rows written before.
    t, length : float
        Start and length of the step, whose `polynomial` begins at `state` and ends at `trial`.
    reached : float
        The time up to which rows are written.
    at_end : bool
        Whether that is the end of the step, and not an event within it.
    output : float64 [time, output component]
        Receives the leading components; it may have fewer than the state.
    """
    while written < times.size and times[written] <= reached:
        if at_end and times[written] == reached:
            copy(trial, output[written])
        else:
            interpolate(polynomial, state, (times[written] - t) / length, output[written])
        if 0 <= phase < output.shape[1]:
            output[written, phase] = reduced(output[written, phase], phase_period)
        written += 1
    return written
