"""Small helpers of ``dysts.utils`` that know Python and no series."""

import importlib
import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np


def num_unspecified_params(func: Any) -> int:
    """Return how many arguments of a function have neither a default nor a value from ``functools.partial``.

    Examples
    --------
    >>> num_unspecified_params(lambda t, y, k=1: 0)
    2
    """
    given: set[str] = set()
    skipped = 0
    if hasattr(func, "func"):
        given, skipped, func = set(func.keywords or {}), len(func.args), func.func
    if inspect.isclass(func):
        parameters = list(inspect.signature(func.__init__).parameters.values())[1:]
    else:
        parameters = list(inspect.signature(func).parameters.values())
    return sum(one.default is inspect.Parameter.empty and one.name not in given for one in parameters[skipped:])


def has_module(module_name: str) -> bool:
    """Whether a module can be imported."""
    try:
        importlib.import_module(module_name)
    except ImportError:
        return False
    return True


def group_consecutives(vals: Iterable[float], step: float = 1) -> list[list[float]]:
    """Return runs of values each of which exceeds the one before by a step.

    Examples
    --------
    >>> group_consecutives([1, 2, 3, 7, 8])
    [[1, 2, 3], [7, 8]]
    """
    runs: list[list[float]] = []
    for value in vals:
        if runs and value == runs[-1][-1] + step:
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs


def cast_to_numpy(x: Any, singleton_scalar: bool = False) -> Any:
    """Return an array of anything but a number; a number as it is, or as an array of one."""
    if np.isscalar(x):
        return np.array([x]) if singleton_scalar else x
    return np.array(x)


def demote_from_numpy(param: Any) -> Any:
    """Return an array as lists, and a scalar of NumPy as a number of Python."""
    return np.asarray(param).tolist()


def dict_demote_from_numpy(param_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a dictionary whose arrays are lists and whose scalars are numbers of Python."""
    return {key: demote_from_numpy(value) for key, value in param_dict.items()}
