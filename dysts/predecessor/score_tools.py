"""Checks that the scores share."""

from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError


class ScoreArgumentError(InvalidArgumentError, AssertionError):
    """An argument of a score is not allowed; scripts for dysts 0.96 catch an `AssertionError` there."""


def pair(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and forecast as float64 after checking that their shapes fit.

    Raises
    ------
    ScoreArgumentError
    """
    try:
        truth, forecast = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScoreArgumentError("truth and forecast must be arrays of numbers, got other values") from None
    if not are_broadcastable(truth.shape, forecast.shape):
        raise ScoreArgumentError(f"truth and forecast must have one shape, got {truth.shape} and {forecast.shape}")
    return truth, forecast


def are_broadcastable(shape1: tuple[int, ...], shape2: tuple[int, ...]) -> bool:
    """Whether NumPy can combine arrays of two shapes.

    Examples
    --------
    >>> are_broadcastable((5, 3), (3,)), are_broadcastable((5, 3), (4, 3))
    (True, False)
    """
    try:
        np.broadcast_shapes(shape1, shape2)
    except ValueError:
        return False
    return True
