"""The checks of arrays that all metrics share."""

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


def _series(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("complex values")
        array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{name} must hold real numbers: {error}") from error
    if array.ndim != 2:
        raise InvalidArgumentError(
            f"{name} must have the axes (time, component), got shape {array.shape}; "
            "a single variable is values[:, np.newaxis]"
        )
    if array.size == 0:
        raise InvalidArgumentError(f"{name} must hold at least one value, got shape {array.shape}")
    return array
