"""Checks arguments and forecasts: series, counts, numbers and choices."""

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any, SupportsIndex, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import ForecastError, InvalidArgumentError, unknown_name

FloatArray = NDArray[np.float64]


def checked_series(series: ArrayLike, *, minimum_length: int, who: str) -> FloatArray:
    """Return a series as finite float64 [time, component], rows contiguous.

    Raises
    ------
    InvalidArgumentError
        If it is not such a series, or has fewer than `minimum_length` points.
    """
    if isinstance(series, np.ma.MaskedArray):
        raise InvalidArgumentError("a series must not be a masked array; fill or cut its gaps first")
    try:
        array = np.asarray(series)
    except ValueError as error:
        raise InvalidArgumentError(f"a series must be an array [time, component]: {error}") from None
    if array.dtype.kind not in "fiu":
        raise InvalidArgumentError(f"a series must hold real numbers, got values of type {array.dtype}")
    if array.ndim != 2 or array.shape[1] == 0:
        hint = "; write series[:, None] for one component" if array.ndim == 1 else ""
        raise InvalidArgumentError(f"a series must have axes [time, component], got shape {array.shape}{hint}")
    if len(array) < minimum_length:
        raise InvalidArgumentError(f"{who} needs at least {minimum_length} points, got {len(array)}")
    # The order of memory is the order of summation: a forecast must not depend on it.
    array = np.array(array, dtype=np.float64, order="C")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        time, component = bad[0].tolist()
        raise InvalidArgumentError(
            f"a series must be finite, got {array[time, component]} at time {time}, component {component} "
            f"({len(bad)} such values)"
        )
    return array


def checked_forecast(forecast: Any, shape: tuple[int, int], *, who: str) -> FloatArray:
    """Return a forecast as float64 [time, component], finite or not.

    Parameters
    ----------
    forecast : array_like
        The return value of a forecaster.
    shape : tuple of int
        Its horizon and number of components.
    who : str
        Name of the forecaster, for the message.

    Raises
    ------
    ForecastError
        If it is not an array of real numbers of this shape, or has masked values.

    Examples
    --------
    >>> checked_forecast([[1, 2]], (1, 2), who="Mine").tolist()
    [[1.0, 2.0]]
    """
    expected = f"{who} must forecast an array of real numbers with shape {shape} (time, component), got"
    if isinstance(forecast, np.ma.MaskedArray) and np.ma.is_masked(forecast):
        raise ForecastError(f"{expected} {int(np.ma.count_masked(forecast))} masked values")
    # Such as darts' TimeSeries, of which numpy would make an array of objects.
    if callable(getattr(forecast, "values", None)):
        hint = "" if isinstance(forecast, Mapping) else ": return its values()"
        raise ForecastError(f"{expected} a {type(forecast).__name__}{hint}")
    try:
        array = np.asarray(forecast)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ForecastError(f"{expected} a {type(forecast).__name__} ({error})") from None
    if array.dtype.kind not in "fiu":
        kind = f"a {type(forecast).__name__}" if array.ndim == 0 else f"values of type {array.dtype}"
        raise ForecastError(f"{expected} {kind}")
    if array.shape != shape:
        hint = ""
        if array.shape == shape[::-1]:
            hint = ": transpose it"
        elif shape[1] == 1 and array.shape == shape[:1]:
            hint = ": return forecast[:, None]"
        raise ForecastError(f"{expected} shape {array.shape}{hint}")
    return np.array(array, dtype=np.float64)


def checked_count(name: str, value: object, *, least: int) -> int:
    """Return an integer that is at least `least`.

    Raises
    ------
    InvalidArgumentError
        If the value is not an integer, a boolean included, or too small.

    Examples
    --------
    >>> checked_count("horizon", np.int64(3), least=1)
    3
    """
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        count = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise InvalidArgumentError(f"{name} must be an integer >= {least}, got {value!r}") from None
    if count < least:
        raise InvalidArgumentError(f"{name} must be an integer >= {least}, got {value!r}")
    return count


def checked_number(name: str, value: object, *, above: float = -math.inf, most: float = math.inf) -> float:
    """Return a finite number greater than `above` and at most `most`.

    Raises
    ------
    InvalidArgumentError
        If the value is not such a number; booleans are refused.
    """
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not (above < number <= most and math.isfinite(number)):
        allowed = f"in ({above:g}, {most:g}]" if math.isfinite(most) else f"a finite number > {above:g}"
        raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")
    return float(number)


def checked_choice(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return one of the allowed texts.

    Raises
    ------
    UnknownNameError
        If the value is not among them.
    """
    choices = list(allowed)
    if not isinstance(value, str) or value not in choices:
        raise unknown_name(name, value, choices)
    return value
