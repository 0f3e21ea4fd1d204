"""Small outlines of attractors, as paths of whole numbers that any page draws in its own colours."""

import numpy as np

GRID = 99
"""Largest coordinate of an outline; the smallest is 0."""
PERIODS = 10
"""Number of periods in an outline."""
POINTS = 260
"""Largest number of points in an outline."""


def outline_of(window: np.ndarray, *, points_per_period: int, delay: float = 0.25) -> str:
    """Return the projection of a window on two of its components as the path of an SVG on a square of `GRID`.

    The pair of components with the smallest correlation is taken; one component alone stands against its own past.

    Parameters
    ----------
    window : numpy.ndarray [time, component]
    points_per_period : int
    delay : float
        Of the past of a single component, in periods.

    Examples
    --------
    >>> angle = 2 * np.pi * np.arange(200) / 100
    >>> outline_of(np.stack([np.cos(angle), np.sin(angle)], axis=1), points_per_period=100)[:17]
    'M99 50L99 46L99 4'
    """
    values = np.asarray(window, dtype=np.float64)
    values = values[:, values.std(axis=0) > 0.0]
    if values.shape[1] == 1:
        lag = round(delay * points_per_period)
        values = np.stack([values[lag:, 0], values[:-lag, 0]], axis=1)
    correlation = np.abs(np.corrcoef(values.T)) + 2.0 * np.eye(values.shape[1])
    first, second = sorted(np.unravel_index(int(np.argmin(correlation)), correlation.shape))
    pair = values[: PERIODS * points_per_period][:, [first, second]]
    # Points at equal distances along the curve show fast parts as well as slow ones.
    low, high = pair.min(axis=0), pair.max(axis=0)
    unit = (pair - low) / np.maximum(high - low, 1e-300)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(unit, axis=0).T))])
    at = np.linspace(0.0, length[-1], min(POINTS, len(unit)))
    curve = np.stack([np.interp(at, length, unit[:, axis]) for axis in (0, 1)], axis=1)
    # The vertical axis of an SVG points down.
    whole = np.rint(np.stack([curve[:, 0], 1.0 - curve[:, 1]], axis=1) * GRID).astype(int)
    whole = whole[np.concatenate([[True], np.any(np.diff(whole, axis=0) != 0, axis=1)])]
    return "M" + "L".join(f"{x} {y}" for x, y in whole.tolist())
