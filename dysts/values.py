"""Checks and shapes of the numbers that a system is given: states and parameters."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError


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


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, float]:
    """Name each number: ``{"w": ((1, 2),)}`` becomes ``{"w_1_1": 1.0, "w_1_2": 2.0}``."""
    flat: dict[str, float] = {}
    for name, value in parameters.items():
        for index, element in np.ndenumerate(np.array(value, dtype=float)):
            flat["_".join([name, *(str(i + 1) for i in index)])] = float(element)
    return flat


def is_finite_number(value: object) -> bool:
    """Whether a value from JSON is a number that is not a boolean, infinite or missing."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
