"""Finds the scaling region of a curve: its widest straight part."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


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
    width = window
    if len(x) < 2 * width + 2:
        return None
    # Lists, as the search reads single numbers, which takes several times longer from arrays.
    slopes = _local_slopes(x, y, 2 * width + 1).tolist()
    places = x.tolist()
    best: tuple[float, float, int, int] | None = None
    for first in range(len(slopes)):
        low = high = total = slopes[first]
        for last in range(first + 1, len(slopes)):
            low, high = min(low, slopes[last]), max(high, slopes[last])
            total += slopes[last]
            mean = total / (last - first + 1)
            spread = max(high - mean, mean - low)
            # The extremes can only move apart, so that a stretch that is far from straight stays so when it grows.
            if high - low > 4.0 * (relative * abs(mean) + absolute):
                break
            extent = places[last + width] - places[first + width]
            if spread > relative * abs(mean) + absolute or extent < narrowest:
                continue
            if best is None or (extent, -spread) > (best[0], -best[1]):
                best = (extent, spread, first + width, last + width)
    if best is None:
        return None
    _, spread, first, last = best
    slope = float(np.polyfit(x[first : last + 1], y[first : last + 1], 1)[0])
    return ScalingRegion(first, last, slope, spread)


def _local_slopes(x: np.ndarray, y: np.ndarray, points: int) -> np.ndarray:
    """Return the slope of the line fitted to each run of that many points, float64 [run]."""
    runs_x, runs_y = sliding_window_view(x, points), sliding_window_view(y, points)
    centred = runs_x - runs_x.mean(axis=1, keepdims=True)
    slopes: np.ndarray = (centred * (runs_y - runs_y.mean(axis=1, keepdims=True))).sum(axis=1) / (centred**2).sum(
        axis=1
    )
    return slopes
