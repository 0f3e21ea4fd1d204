"""The limit on a step of any method where a function is flat to the last digit now and steep further on.

The stages of a step see nothing of a pulse that begins and ends between them, and an error estimate of zero lets the
next step be longer. The series of the function's argument tells how far it can be.
"""

import math

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.compilation.emission.taylor_coefficients import FIRST_ORDERS, ORDER, padded
from dysts.solvers.shared.arguments import Control

QUIET = 45.0
"""An exponential function of less than minus this argument is below 3e-20 and lost beside one."""
ACTIVE_STRIDE = 20.0
"""Largest change of an argument in one step where its function is not flat and the coefficients show its course."""
MOST_CUTS = 50
"""Limit on the number of times that one step is shortened."""

ALL_TERMS = ORDER - 1
"""Number of terms of an argument's series that power series themselves use."""
FIRST_TERMS = FIRST_ORDERS - 1
"""The same for other methods. More would cost more than they save, and in the long steps of an implicit method on
stiff equations they show how fast a displacement of the size of the tolerance would decay, and nothing of the
solution."""

row_length = njit(padded)
"""Length of a row of coefficients with so many places in use."""


@njit(error_model="numpy")
def series_for(size: int, steep_arguments: int) -> np.ndarray:
    """Allocate the first orders of a solution and of its steep arguments: float64 [order, place]."""
    return np.zeros((FIRST_ORDERS + 1, row_length(size + steep_arguments))) if steep_arguments > 0 else np.zeros((1, 1))


@njit(error_model="numpy")
def cautious_step(series: np.ndarray, size: int, steep_arguments: int, step: float, quiet: float, terms: int) -> float:
    """Return a step, no longer than the one given, in which no steep argument leaps over where its function acts.

    The arguments, in places behind the `size` variables, are as those of an exponential function, which below minus
    `quiet` is lost beside one.
    """
    for place in range(size, size + steep_arguments):
        allowed = max(ACTIVE_STRIDE, abs(series[0, place]) - quiet)
        for _ in range(MOST_CUTS):
            reach = 0.0
            for power in range(terms, 0, -1):
                reach = (reach + abs(series[power, place])) * step
            if reach <= allowed:
                break
            step *= max(0.1, 0.98 * math.sqrt(allowed / reach))
    return step


@njit(error_model="numpy")
def limited_step(
    control: Control, t: float, state: np.ndarray, constants: np.ndarray, series: np.ndarray, step: float
) -> float:
    """Return a step, no longer than the one given, that leaps over nothing that a steep argument shows."""
    call(control.look_ahead, t, state, constants, series)
    return limited_by_first_terms(series, state.size, control.steep_arguments, step)


@njit(error_model="numpy")
def limited_by_first_terms(series: np.ndarray, size: int, steep_arguments: int, step: float) -> float:
    """Return the limit on a step from the first orders of the steep arguments, in places behind the `size` variables.

    Where the solution has no series, the step stays as it is.
    """
    finite = 0.0
    for order in range(FIRST_TERMS + 1):
        for place in range(size, size + steep_arguments):
            finite += 0.0 * series[order, place]
    if finite != 0.0:
        return step
    return cautious_step(series, size, steep_arguments, step, QUIET, FIRST_TERMS)
