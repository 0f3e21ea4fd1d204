"""Scores candidate models by closed-loop forecasts of held-out windows of the training series."""

import functools
import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from dysts.errors import InvalidArgumentError

FloatArray = NDArray[np.float64]

# A rollout that is wrong by more than this many standard deviations is simply wrong; without the ceiling
# one window in which the forecast escapes would outvote all others.
_ERROR_CEILING = 3.0


P = ParamSpec("P")
R = TypeVar("R")


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function run with one thread in BLAS; the caller's setting is back when the call returns.

    The matrices are small: more threads gain nothing, on a busy machine their waiting for one another takes
    minutes, and the last digits would depend on how many there are.
    """

    @functools.wraps(function)
    def limited(*arguments: P.args, **keywords: P.kwargs) -> R:
        with _blas().limit(limits=1, user_api="blas"):
            return function(*arguments, **keywords)

    return limited


@functools.cache
def _blas() -> ThreadpoolController:
    # Finding the libraries takes milliseconds; numpy's, which is the one in use, is loaded by now.
    return ThreadpoolController()


def window_length(length: int, wanted: int) -> int:
    """Return the points of a held-out window: those wanted, but at most a sixth of the series."""
    return min(wanted, length // 6)


def windows(length: int, *, first: int, count: int, window: int) -> NDArray[np.intp]:
    """Return the last known index before each held-out window, evenly spaced over the series.

    Parameters
    ----------
    length : int
        Points of the series.
    first : int
        The earliest index from which a rollout has the history that it needs.
    count : int
        Number of windows.
    window : int
        Points per window.

    Examples
    --------
    >>> windows(1000, first=10, count=3, window=100).tolist()
    [100, 499, 899]
    """
    last = length - 1 - window
    start = min(max(first, length // 10), last)
    return np.linspace(start, last, count).astype(np.intp)


def window_errors(forecasts: FloatArray, truths: FloatArray) -> FloatArray:
    """Return the root-mean-square error of each closed-loop forecast of a window, at most three.

    Parameters
    ----------
    forecasts : ndarray, float64 [candidate, window, time, component]
        Rollouts in units of the training series' standard deviations.
    truths : ndarray, float64 [window, time, component]
        The held-out points.

    Returns
    -------
    ndarray, float64 [candidate, window]
    """
    errors: FloatArray = np.minimum(np.sqrt(((forecasts - truths) ** 2).mean(axis=(2, 3))), _ERROR_CEILING)
    return errors


def scores(
    errors_in: Callable[[NDArray[np.intp], slice], FloatArray], *, candidates: int, windows: int, best: float
) -> FloatArray:
    """Return the error of each candidate averaged over windows, low being good; infinite if it is not below the best.

    A candidate that is already worse in the first window than the best so far is in all of them is given up there:
    which one wins does not change, and most never see the other windows.

    Parameters
    ----------
    errors_in : callable
        Gives the errors, float64 [candidate, window], of some candidates in some windows.
    candidates, windows : int
        Their numbers.
    best : float
        The average to beat.

    Returns
    -------
    ndarray, float64 [candidate]

    Examples
    --------
    >>> errors = np.array([[0.1, 0.3], [0.9, 0.0], [0.2, 0.1]])
    >>> scores(lambda rows, part: errors[rows, part], candidates=3, windows=2, best=0.4).tolist()
    [0.2, inf, 0.15000000000000002]
    """
    sums = np.zeros(candidates)
    alive = np.arange(candidates)
    for part in (slice(0, 1), slice(1, windows)):
        if alive.size and part.start < windows:
            sums[alive] += errors_in(alive, part).sum(axis=1)
            alive = alive[sums[alive] < best * windows]
    averaged = np.full(candidates, math.inf)
    averaged[alive] = sums[alive] / windows
    return averaged


def checked_penalties(ridges: object) -> None:
    """Raise `InvalidArgumentError` unless the penalties are positive finite numbers, at least one."""
    if not isinstance(ridges, tuple) or not ridges:
        raise InvalidArgumentError(f"ridges must be a sequence of numbers, not empty, got {ridges!r}")
    for ridge in ridges:
        if isinstance(ridge, bool) or not isinstance(ridge, int | float) or not 0 < ridge < math.inf:
            raise InvalidArgumentError(f"ridges must be positive finite numbers, got {ridge!r}")
