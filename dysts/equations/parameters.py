"""Parameter values by name: element by element, and with changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError, unknown_name

_ALLOWED = "a finite number, or a sequence of them in the shape of the parameter"


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, float]:
    """Name each number: ``{"w": ((1, 2),)}`` becomes ``{"w_1_1": 1.0, "w_1_2": 2.0}``."""
    flat: dict[str, float] = {}
    for name, value in parameters.items():
        for index, element in np.ndenumerate(np.array(value, dtype=float)):
            flat["_".join([name, *(str(i + 1) for i in index)])] = float(element)
    return flat


def changed(
    owner: str, parameters: Mapping[str, Any], changes: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]], list[dict[str, Any]]]:
    """Return parameters with other values, and one set of them for each entry of the arrays among the changes.

    Parameters
    ----------
    owner : str
        Name of the system, for messages.
    parameters : mapping of str to number or (nested) sequence
    changes : mapping of str to array_like
        New values by parameter or by element (``w_1_2``). An array with one axis more than the parameter has gives
        one set for each entry; all such arrays are equally long.

    Returns
    -------
    base : dict
        All parameters, with the changes that are no such arrays.
    varied : dict of str to tuple
        The values of each parameter that was given as such an array.
    members : list of dict
        All parameters of each set; empty if none varies.

    Raises
    ------
    UnknownNameError
        If a name is no parameter.
    InvalidArgumentError
        If a value is not a finite number or has another shape than before.

    Examples
    --------
    >>> changed("Rossler", {"a": 0.2, "c": 5.7}, {"a": 0.1, "c": [4.0, 18.0]})[2]
    [{'a': 0.1, 'c': 4.0}, {'a': 0.1, 'c': 18.0}]
    """
    values = {name: _numbers(owner, name, value) for name, value in changes.items()}
    varied = {name: value for name, value in values.items() if value.ndim == _axes(owner, parameters, name) + 1}
    fixed = {name: value for name, value in values.items() if name not in varied}
    base = _with_values(owner, parameters, fixed)
    if not varied:
        return base, {}, []
    lengths = {name: len(value) for name, value in varied.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InvalidArgumentError(f"the parameter arrays of an ensemble must be equally long; {listed}")
    count = next(iter(lengths.values()))
    if count == 0:
        raise InvalidArgumentError(f"an ensemble of {owner} needs at least one value of {', '.join(varied)}")
    members = [
        _with_values(owner, base, {name: value[index] for name, value in varied.items()}) for index in range(count)
    ]
    return base, {name: tuple(value.tolist()) for name, value in varied.items()}, members


def _numbers(owner: str, name: str, value: Any) -> np.ndarray:
    where = f"parameter {name!r} of {owner}"
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"{where} must be {_ALLOWED}, got {value!r}") from None
    if not np.isfinite(array).all():
        raise InvalidArgumentError(f"{where} must be {_ALLOWED}, got {value!r}")
    return array


def _axes(owner: str, parameters: Mapping[str, Any], name: str) -> int:
    if name in parameters:
        return np.ndim(parameters[name])
    _element(owner, parameters, name)
    return 0


def _element(owner: str, parameters: Mapping[str, Any], name: str) -> tuple[str, tuple[int, ...]]:
    """Return the parameter and the index that the name of one element stands for."""
    if name not in flatten_parameters(parameters):
        raise unknown_name(f"parameter of {owner}", name, parameters)
    stem = max((key for key in parameters if name.startswith(f"{key}_")), key=len)
    return stem, tuple(int(part) - 1 for part in name[len(stem) + 1 :].split("_"))


def _with_values(owner: str, parameters: Mapping[str, Any], changes: Mapping[str, np.ndarray]) -> dict[str, Any]:
    arrays = {name: np.array(value, dtype=float) for name, value in parameters.items()}
    for name, value in changes.items():
        where = f"parameter {name!r} of {owner}"
        if name in arrays:
            if value.shape != arrays[name].shape:
                raise InvalidArgumentError(f"{where} must have shape {arrays[name].shape}, got {value.shape}")
            arrays[name] = value
            continue
        stem, index = _element(owner, parameters, name)
        if value.shape:
            raise InvalidArgumentError(f"{where} must be one number, got shape {value.shape}")
        arrays[stem][index] = float(value)
    return {name: value.tolist() for name, value in arrays.items()}
