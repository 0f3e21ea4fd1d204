"""Checks of single numbers and of states: each returns the value that it accepts, or raises."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError


def check_count(name: str, value: Any) -> int:
    """Return a positive whole number, or say what is wrong with it.

    Raises
    ------
    InvalidArgumentError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise InvalidArgumentError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def check_positive(name: str, value: Any) -> float:
    """Return a positive finite number, or say what is wrong with it.

    Raises
    ------
    InvalidArgumentError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0.0 < float(value) < np.inf:
        raise InvalidArgumentError(f"{name} must be a positive finite number, got {value!r}")
    return float(value)


def check_states(states: Any, name: str, variables: Sequence[str]) -> np.ndarray:
    """Return states as float64 [..., component] after checking their shape and that they are finite.

    Parameters
    ----------
    states : array_like
    name : str
        Of the system, for messages.
    variables : sequence of str

    Raises
    ------
    InvalidArgumentError
    """
    try:
        values = np.array(states, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"states of {name} must be numbers, not {states!r}") from None
    if values.ndim == 0 or values.shape[-1] != len(variables):
        raise InvalidArgumentError(
            f"states of {name} have {len(variables)} components ({', '.join(variables)}); "
            f"got an array of shape {values.shape}"
        )
    if not np.isfinite(values).all():
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise InvalidArgumentError(f"states of {name} must be finite; the value at {position} is {values[position]}")
    return values


def is_finite_number(value: object) -> bool:
    """Whether a value from JSON is a number that is not a boolean, infinite or missing."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
