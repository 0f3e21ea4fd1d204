"""The choice of step sizes, shared by the adaptive methods.

References
----------
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer (1993),
section II.4 (starting step); E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd edition,
Springer (1996), section IV.2 (proportional-integral control).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from dysts.compilation.calling import call

ALLOCATES: Any = {"_nrt": True}
"""Option of numba for a function that makes arrays, and is called by drivers that make none."""
SAFETY = 0.9
"""Fraction of the step that the error estimate proposes."""
SMALLEST_FACTOR = 1.0 / 3.0
LARGEST_FACTOR = 6.0
"""Limits on the ratio of two successive steps."""
SMALLEST_FIRST_ERROR = 1e-4
"""Lower bound on the previous error in the proportional-integral control, in units of the tolerance."""
SMALLEST_STEP = 1e-290
"""Shortest step at time 0, which is resolved to any number of digits; error estimates still have their digits there."""
SMALLEST_FIRST_STEP = 1e-10
"""Shortest first step, as a fraction of the time span: a component that starts at zero makes the estimate useless."""


@njit(error_model="numpy")
def accepted_factor(error: float, previous_error: float, order: float, memory: float) -> float:
    """Return the factor from an accepted step to the next, from this error and the one before."""
    if error == 0.0:
        return LARGEST_FACTOR
    # One exponential of a sum of logarithms takes half the time of two powers.
    factor = SAFETY * math.exp((memory * 0.2 - 1.0 / order) * math.log(error) + memory * math.log(previous_error))
    return min(LARGEST_FACTOR, max(SMALLEST_FACTOR, factor))


@njit(error_model="numpy")
def rejected_factor(error: float, order: float) -> float:
    """Return the factor from a rejected step to its repetition; an error that is no number counts as huge."""
    if not error < 1e300:
        return 0.1
    return max(SMALLEST_FACTOR, SAFETY * error ** (-1.0 / order))


@njit(error_model="numpy")
def too_short(step: float, t: float) -> bool:
    """Whether a step is lost in the rounding of the present time."""
    return step <= max(SMALLEST_STEP, 4e-16 * abs(t))


@njit(error_model="numpy")
def copy(source: np.ndarray, target: np.ndarray) -> None:
    """Copy as many leading values as the target holds."""
    for i in range(target.size):
        target[i] = source[i]


@njit(error_model="numpy")
def reduced(phase: float, period: float) -> float:
    """Return a driving phase within its period."""
    return phase - period * math.floor(phase / period)


@njit(error_model="numpy")
def scaled_norm(values: np.ndarray, scale: np.ndarray) -> float:
    """Return the root mean square of values in units of their scale."""
    total = 0.0
    for i in range(values.size):
        total += (values[i] / scale[i]) ** 2
    return math.sqrt(total / values.size)


@njit(error_model="numpy")
def trial_step(state: np.ndarray, derivative: np.ndarray, scale: np.ndarray, longest: float) -> float:
    """Return the length of the Euler step that changes the state by a hundredth of its size."""
    size, slope = scaled_norm(state, scale), scaled_norm(derivative, scale)
    trial = 1e-6 if size < 1e-10 or slope < 1e-10 else 0.01 * size / slope
    return min(trial, longest)


@njit(error_model="numpy")
def estimated_step(
    derivative: np.ndarray, change: np.ndarray, scale: np.ndarray, trial: float, order: float, longest: float
) -> float:
    """Return the first step from the derivative and its change over the trial step; not finite where that is not."""
    steepest = max(scaled_norm(derivative, scale), scaled_norm(change, scale) / trial)
    step = max(1e-6, trial * 1e-3) if steepest <= 1e-15 else (0.01 / steepest) ** (1.0 / order)
    return min(100.0 * trial, step, longest)


@njit(error_model="numpy", **ALLOCATES)
def first_step(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    derivative: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    order: float,
    longest: float,
    span: float,
) -> float:
    """Estimate a first step from the size of the first two derivatives."""
    # Loops instead of array expressions, here and in the drivers: they take numba a fraction of the time to compile.
    size = state.size
    scale = np.empty(size)
    for i in range(size):
        scale[i] = absolute_tolerance[i] + relative_tolerance[i] * abs(state[i])
    trial = trial_step(state, derivative, scale, longest)
    moved = np.empty(size)
    ahead = np.empty(size)
    for i in range(size):
        moved[i] = state[i] + trial * derivative[i]
    call(address, t + trial, moved, constants, ahead)
    for i in range(size):
        ahead[i] -= derivative[i]
    step = estimated_step(derivative, ahead, scale, trial, order, longest)
    # A component that starts at zero makes the estimate useless; the control of steps finds the right one from here.
    return min(longest, max(step if math.isfinite(step) else 0.0, SMALLEST_FIRST_STEP * span))
