"""The checks of arrays that all metrics share."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import InvalidArgumentError


def paired_arrays(truth: ArrayLike, forecast: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both arrays as float64 (time, component), or raise."""
    checked_truth = _series("truth", truth)
    checked_forecast = _series("forecast", forecast)
    if checked_truth.shape != checked_forecast.shape:
        raise InvalidArgumentError(
            f"truth and forecast must have equal shapes, got {checked_truth.shape} and {checked_forecast.shape}"
        )
    return checked_truth, checked_forecast


def paired_series(
    truth: ArrayLike, forecast: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], Callable[[NDArray[np.float64]], Any]]:
    """Return both arrays as float64 (series, time, component), and the form of a score, or raise.

    The form takes scores (series,) to the one number of a single series, given as (time, component).
    """
    if np.ndim(truth) != 3 and np.ndim(forecast) != 3:
        a, p = paired_arrays(truth, forecast)
        return a[np.newaxis], p[np.newaxis], lambda scores: float(scores[0])
    several, others = _real("truth", truth), _real("forecast", forecast)
    if several.shape != others.shape or several.size == 0:
        raise InvalidArgumentError(
            "truth and forecast must have equal shapes (time, component) or (series, time, component) of at least one "
            f"value, got {several.shape} and {others.shape}"
        )
    # In this order, sums over one series of many add up as those over one alone, to the last bit.
    return np.ascontiguousarray(several), np.ascontiguousarray(others), lambda scores: scores


def component_scale(scale: ArrayLike, components: int) -> NDArray[np.float64]:
    """Return one scale per component as float64 (component,), or raise."""
    try:
        array = np.asarray(scale, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"scale must hold real numbers, got {scale!r}") from error
    if array.ndim == 0:
        array = np.full(components, float(array))
    if array.shape != (components,):
        raise InvalidArgumentError(
            f"scale must be one number, or one for each of the {components} components, got shape {array.shape}"
        )
    if np.any(array < 0):
        raise InvalidArgumentError(f"scale must not be negative, got {array.min()}")
    return array


def divide_by_scale(error: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide errors (time, component) by a scale (component,), where no error over no scale is 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(error == 0.0, np.where(np.isnan(scale), np.nan, 0.0), error / scale)


def series_scale(scale: ArrayLike, series: int, components: int) -> NDArray[np.float64]:
    """Return scales as float64 (series, component), one for each component or for each of each series, or raise."""
    if np.ndim(scale) < 2:
        return np.broadcast_to(component_scale(scale, components), (series, components))
    array = _real("scale", scale)
    if array.shape != (series, components) or np.any(array < 0):
        raise InvalidArgumentError(
            f"scale must be at least 0, of shape ({components},) or ({series}, {components}), got shape {array.shape} "
            f"with smallest value {array.min() if array.size else np.nan}"
        )
    return array


def _real(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("complex values")
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{name} must hold real numbers: {error}") from error


def _series(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = _real(name, values)
    if array.ndim != 2:
        raise InvalidArgumentError(
            f"{name} must have the axes (time, component), got shape {array.shape}; "
            "a single variable is values[:, np.newaxis]"
        )
    if array.size == 0:
        raise InvalidArgumentError(f"{name} must hold at least one value, got shape {array.shape}")
    return array
