"""Checks, scales and embeds the time series from which invariants are estimated."""

from typing import Any

import numpy as np

from dysts.checks import check_count
from dysts.errors import InvalidArgumentError


def check_series(series: Any, *, shortest: int) -> np.ndarray:
    """Return an equidistant series as float64 [time, component].

    Parameters
    ----------
    series : array_like [time] or [time, component]
    shortest : int
        Least number of points.

    Raises
    ------
    InvalidArgumentError
        If it is too short, holds missing or infinite values, or is constant.
    """
    try:
        values = np.array(series, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(
            f"series must hold numbers with axes [time] or [time, component], got {series!r:.80}"
        ) from None
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[1] == 0:
        raise InvalidArgumentError(f"series must have axes [time] or [time, component], got shape {values.shape}")
    if len(values) < shortest:
        raise InvalidArgumentError(f"series must have at least {shortest} points, got {len(values)}")
    if not np.isfinite(values).all():
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise InvalidArgumentError(f"series must be finite, got {values[position]} at {position}")
    if not (np.ptp(values, axis=0) > 1e-12 * (1.0 + np.abs(values).max(axis=0))).any():
        raise InvalidArgumentError("series must vary, got a constant one")
    return values


def standardised(values: np.ndarray) -> np.ndarray:
    """Return the components that vary, with mean 0 and standard deviation 1: float64 [time, component]."""
    spread = values.std(axis=0)
    moving = spread > 1e-12 * (1.0 + np.abs(values).max(axis=0))
    result: np.ndarray = (values[:, moving] - values[:, moving].mean(axis=0)) / spread[moving]
    return np.ascontiguousarray(result)


def embed(series: Any, dimension: int, delay: int) -> np.ndarray:
    """Return delay vectors of a scalar series, newest value first: float64 [time, component].

    Parameters
    ----------
    series : array_like [time]
    dimension : int
        Number of values in a vector.
    delay : int
        Number of points from one value of a vector to the next.

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar or too short for one vector.

    References
    ----------
    F. Takens, Lecture Notes in Mathematics 898 (1981) 366-381.

    Examples
    --------
    >>> embed([0.0, 1.0, 2.0, 3.0], 2, 2).tolist()
    [[2.0, 0.0], [3.0, 1.0]]
    """
    values = np.asarray(series, dtype=np.float64)
    span = (check_count("dimension", dimension) - 1) * check_count("delay", delay)
    if values.ndim != 1 or len(values) <= span:
        raise InvalidArgumentError(
            f"series must be scalar and have more than {span} points for {dimension} values {delay} points apart, got "
            f"shape {values.shape}"
        )
    return np.stack([values[span - k * delay : len(values) - k * delay] for k in range(dimension)], axis=1)
