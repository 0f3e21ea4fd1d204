"""Checks arguments: series, counts, numbers and choices."""

import math
import operator
from collections.abc import Iterable
from typing import SupportsIndex, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import InvalidArgumentError, unknown_name

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
