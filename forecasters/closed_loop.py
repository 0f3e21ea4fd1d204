"""What closed-loop forecasters share: the box that bounds a rollout, and held-out windows to choose by."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from dysts.errors import InvalidArgumentError

FloatArray = NDArray[np.float64]

# A rollout that is wrong by more than this many standard deviations is simply wrong; without the ceiling
# one window in which the forecast escapes would outvote all others.
_ERROR_CEILING = 3.0
# In 1000 points after 1000 points of training, 9 of 256 trajectories of the registry's systems leave their
# former range by more than half of it, 3 by more than all of it.
_MARGIN = 1.0


# The matrices are small: more threads gain nothing, on a busy machine their waiting for one another takes minutes,
# and the last digits would depend on how many there are. The caller's setting is back when the call returns.
one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")


@dataclass(frozen=True)
class Box:
    """The range of the training series, widened on either side by its extent.

    A rollout is clipped to it in every step, so that it cannot reach infinity; touching a wall counts as
    divergence.

    Attributes
    ----------
    low, high : ndarray, float64 [component]
        Walls, in the units of the series.

    Examples
    --------
    >>> Box.around(np.array([[0.0], [2.0]])).high.tolist()
    [4.0]
    """

    low: FloatArray
    high: FloatArray

    @classmethod
    def around(cls, series: FloatArray) -> Self:
        """Return the box of a series [time, component]."""
        low, high = series.min(axis=0), series.max(axis=0)
        margin = _MARGIN * (high - low)
        return cls(low - margin, high + margin)

    def clip(self, states: FloatArray) -> FloatArray:
        """Return states [..., component] moved to the nearest point of the box; NaN becomes `high`."""
        # fmin and fmax ignore NaN, where clip would pass it on.
        clipped: FloatArray = np.fmax(np.fmin(states, self.high), self.low)
        return clipped

    def first_exit(self, path: FloatArray) -> int | None:
        """Return the first step of a clipped path [time, component] at a wall, or None.

        A component that was constant in training has walls without room between them and is not counted.
        """
        roomy = self.high > self.low
        outside = ((path <= self.low) | (path >= self.high))[:, roomy].any(axis=1)
        return int(outside.argmax()) if outside.any() else None


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


def scores(forecasts: FloatArray, truths: FloatArray) -> FloatArray:
    """Return the error of closed-loop forecasts, low being good.

    The root-mean-square error of each window, at most three, averaged over the windows.

    Parameters
    ----------
    forecasts : ndarray, float64 [candidate, window, time, component]
        Rollouts in units of the training series' standard deviations.
    truths : ndarray, float64 [window, time, component]
        What happened.

    Returns
    -------
    ndarray, float64 [candidate]
    """
    errors = np.sqrt(((forecasts - truths) ** 2).mean(axis=(2, 3)))
    averaged: FloatArray = np.minimum(errors, _ERROR_CEILING).mean(axis=1)
    return averaged


def checked_penalties(ridges: object) -> None:
    """Raise `InvalidArgumentError` unless the penalties are positive finite numbers, at least one."""
    if not isinstance(ridges, tuple) or not ridges:
        raise InvalidArgumentError(f"ridges must be a sequence of numbers, not empty, got {ridges!r}")
    for ridge in ridges:
        if isinstance(ridge, bool) or not isinstance(ridge, int | float) or not 0 < ridge < math.inf:
            raise InvalidArgumentError(f"ridges must be positive finite numbers, got {ridge!r}")
