"""Finds the scaling region of a curve: its widest straight part."""

from dataclasses import dataclass

import numpy as np
from numba import types
from numpy.lib.stride_tricks import sliding_window_view

from dysts.compilation.driver import driver


@dataclass(frozen=True)
class ScalingRegion:
    """A stretch of a curve and the line through it.

    Attributes
    ----------
    first, last : int
        Positions of the ends, both included.
    slope : float
        Slope of the line through the points.
    spread : float
        Largest difference of a local slope in the region from their mean.
    """

    first: int
    last: int
    slope: float
    spread: float


def scaling_region(
    x: np.ndarray, y: np.ndarray, *, narrowest: float, relative: float, absolute: float = 0.0, window: int = 2
) -> ScalingRegion | None:
    """Find the widest stretch in which the local slope is constant within a tolerance.

    A local slope is that of a line fitted to a point and its neighbours on both sides. Among stretches of equal width
    the one with the least spread is taken.

    Parameters
    ----------
    x, y : float64 [point]
        The curve; x increases.
    narrowest : float
        Least width of a region in x.
    relative, absolute : float
        Tolerance of a local slope around their mean, as a fraction of the mean and as a number; the two are added.
    window : int
        Number of neighbours on each side for a local slope; half a period for a curve that oscillates.

    Returns
    -------
    ScalingRegion or None
        None if no stretch is wide enough.
    """
    if len(x) < 2 * window + 2:
        return None
    slopes = _local_slopes(x, y, 2 * window + 1)
    ends = np.full(2, -1)
    spread = _widest_straight_run(
        np.ascontiguousarray(slopes), np.ascontiguousarray(x[window:]), narrowest, relative, absolute, ends
    )
    if ends[0] < 0:
        return None
    first, last = (int(end) + window for end in ends)
    slope = float(np.polyfit(x[first : last + 1], y[first : last + 1], 1)[0])
    return ScalingRegion(first, last, slope, spread)


@driver(
    types.float64(types.float64[::1], types.float64[::1], types.float64, types.float64, types.float64, types.int64[::1])
)
def _widest_straight_run(
    slopes: np.ndarray, places: np.ndarray, narrowest: float, relative: float, absolute: float, ends: np.ndarray
) -> float:
    """Put the ends of the widest run of local slopes that is straight into `ends`, and return its spread."""
    widest, least = -np.inf, np.inf
    for first in range(slopes.size):
        low = high = total = slopes[first]
        for last in range(first + 1, slopes.size):
            slope = slopes[last]
            low, high = slope if slope < low else low, slope if slope > high else high
            total += slope
            mean = total / (last - first + 1)
            tolerance = relative * abs(mean) + absolute
            # The extremes can only move apart, so that a stretch that is far from straight stays so when it grows.
            if high - low > 4.0 * tolerance:
                break
            spread = mean - low if mean - low > high - mean else high - mean
            extent = places[last] - places[first]
            if spread > tolerance or extent < narrowest:
                continue
            if extent > widest or (extent == widest and spread < least):
                widest, least = extent, spread
                ends[0], ends[1] = first, last
    return least


def _local_slopes(x: np.ndarray, y: np.ndarray, points: int) -> np.ndarray:
    """Return the slope of the line fitted to each run of that many points, float64 [run]."""
    runs_x, runs_y = sliding_window_view(x, points), sliding_window_view(y, points)
    centred = runs_x - runs_x.mean(axis=1, keepdims=True)
    slopes: np.ndarray = (centred * (runs_y - runs_y.mean(axis=1, keepdims=True))).sum(axis=1) / (centred**2).sum(
        axis=1
    )
    return slopes
