"""Checks of single numbers and of states; each check returns the value that it accepts, or raises."""

import functools
import math
import numbers
import os
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError, unknown_name

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlist = _SHORT.maxdict = _SHORT.maxtuple = 4
_SHORT.maxlevel = 3
_SHORT.maxlong = 40
LARGEST_COUNT = 2**62
"""Largest whole number that compiled loops count up to."""


def check_count(name: str, value: Any, *, least: int = 1) -> int:
    """Check that a value is a whole number of at least `least` that compiled loops can count, and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise InvalidArgumentError(f"{name} must be a whole number of at least {least}, got {value!r}")
    count = int(value)
    if count > LARGEST_COUNT:
        raise InvalidArgumentError(f"{name} must be at most 2**62, got {float(min(count, 10**300)):g}")
    return count


def shown(value: object) -> str:
    """Return a value as a message shows it: abbreviated, and in one line.

    Examples
    --------
    >>> shown([0] * 1_000_000)
    '[0, 0, 0, 0, ...]'
    """
    return " ".join(_SHORT.repr(value).split())


def check_flag(name: str, value: Any) -> bool:
    """Check that a value is True or False, and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if not isinstance(value, bool | np.bool_):
        raise InvalidArgumentError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def check_array(name: str, value: Any) -> np.ndarray:
    """Return numbers as a new float64 array of any shape.

    Raises
    ------
    InvalidArgumentError
    """
    try:
        if np.iscomplexobj(value):
            raise TypeError
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"{name} must be numbers, got {shown(value)}") from None


def check_time(name: str, value: Any) -> float:
    """Return a time as a float.

    Raises
    ------
    InvalidArgumentError
        If the value is no single number.
    """
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"{name} must be a number, got {shown(value)}") from None


def check_path(name: str, value: Any) -> str:
    """Check that a value is the path of a file or a folder, or an address, and return it as text.

    Raises
    ------
    InvalidArgumentError
    """
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(path, str):
        raise InvalidArgumentError(f"{name} must be a text or a path, got {shown(value)}")
    return path


def check_names(name: str, value: Any) -> tuple[str, ...]:
    """Check that a value holds names, or is one of them, and return them.

    Raises
    ------
    InvalidArgumentError
    """
    given = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not all(isinstance(text, str) for text in given):
        raise InvalidArgumentError(f"{name} must be names, got {shown(value)}")
    return given


def check_memory(numbers_held: int, what: str) -> None:
    """Refuse what would not fit into the memory of the machine, before anything is allocated.

    Raises
    ------
    InvalidArgumentError
    """
    available = _memory()
    if 8 * numbers_held > available:
        raise InvalidArgumentError(
            f"{what} must fit into the memory of {available / 1e9:.0f} GB, got {numbers_held:.3g} numbers of 8 bytes"
        )


@functools.cache
def _memory() -> float:
    """The memory of the machine in bytes, infinite where the operating system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        # There the allocation itself may fail.
        return math.inf


def check_positive(name: str, value: Any) -> float:
    """Check that a value is a positive finite number, and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0.0 < as_float(value) < math.inf:
        raise InvalidArgumentError(f"{name} must be a positive finite number, got {value!r}")
    return float(value)


def as_float(value: numbers.Real) -> float:
    """Return a number in double precision, infinity for whole numbers beyond it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def check_not_negative(name: str, value: Any) -> float:
    """Check that a value is a finite number of at least 0, and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0.0 <= as_float(value) < math.inf:
        raise InvalidArgumentError(f"{name} must be a finite number of at least 0, got {shown(value)}")
    return float(value)


def check_choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """Check that a value is one of the allowed texts, and return it.

    Raises
    ------
    InvalidArgumentError
    """
    known = tuple(allowed)
    if not isinstance(value, str) or value not in known:
        listed = " or ".join(filter(None, [", ".join(map(repr, known[:-1])), repr(known[-1])]))
        raise InvalidArgumentError(f"{name} must be {listed}, got {value!r}")
    return value


def check_states(states: Any, name: str, variables: Sequence[str]) -> np.ndarray:
    """Return states as float64 [..., component] after checking their shape and that they are finite.

    Parameters
    ----------
    states : array_like [..., component], or mapping of str to array_like
        Components in order, or by the names of the variables.
    name : str
        The name of the system, for messages.
    variables : sequence of str

    Raises
    ------
    UnknownNameError
        If a mapping names something that is no variable.
    InvalidArgumentError
        If a component is missing, or a value is no finite number.

    Examples
    --------
    >>> check_states({"y": 2.0, "x": [0.0, 1.0]}, "Spiral", ["x", "y"])
    array([[0., 2.],
           [1., 2.]])
    """
    if isinstance(states, Mapping):
        states = _in_order(states, name, variables)
    try:
        values = np.array(states, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"states of {name} must be numbers, got {states!r}") from None
    if values.ndim == 0 or values.shape[-1] != len(variables):
        raise InvalidArgumentError(
            f"states of {name} must have {len(variables)} components ({', '.join(variables)}), "
            f"got an array of shape {values.shape}"
        )
    if not np.isfinite(values).all():
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise InvalidArgumentError(f"states of {name} must be finite, got {values[position]} at {position}")
    return values


def _in_order(states: Mapping[Any, Any], name: str, variables: Sequence[str]) -> Any:
    for given in states:
        if given not in variables:
            raise unknown_name(f"variable of {name}", given, variables)
    missing = [variable for variable in variables if variable not in states]
    if missing:
        raise InvalidArgumentError(
            f"states of {name} must have the components {', '.join(variables)}, got none for {missing[0]}"
        )
    try:
        return np.stack(np.broadcast_arrays(*(states[variable] for variable in variables)), axis=-1)
    except ValueError:
        raise InvalidArgumentError(
            f"states of {name} must have components of one shape, got "
            + ", ".join(f"{variable} of {np.shape(states[variable])}" for variable in variables)
        ) from None


def is_finite_number(value: object) -> bool:
    """Whether a value is a number that double precision can hold: no boolean, nothing infinite or missing.

    Examples
    --------
    >>> is_finite_number(28), is_finite_number(10**400), is_finite_number(True)
    (True, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
