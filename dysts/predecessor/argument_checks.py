"""Checks of the arguments of models and functions of dysts 0.96."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from dysts.checks import check_array, check_count, shown
from dysts.errors import InvalidArgumentError, UnknownArgumentError

IN_0_96 = {
    "history": "history_function",
    "initial_conditions": "init_cond",
    "longest_step": "max_step",
    "observables": "postprocess",
    "points": "n",
    "points_per_lyapunov_time": "timescale='Lyapunov' and pts_per_period",
    "points_per_period": "pts_per_period",
    "seed": "random_seed",
    "solver": "method",
    "step": "dt with resample=False",
    "times": "n with pts_per_period",
}
"""Arguments of `dysts.integrate`, each with the keyword of ``make_trajectory`` that has its meaning."""


def unknown_keyword(function: str, name: str, allowed: Iterable[str]) -> UnknownArgumentError:
    """Build the error for a keyword that a function does not have, with the one that was probably meant.

    Examples
    --------
    >>> print(unknown_keyword("make_trajectory", "points_per_period", ["n", "pts_per_period"]))
    make_trajectory has no keyword 'points_per_period'; write pts_per_period, which dysts 0.96 has for it
    """
    known = list(allowed)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    if name in IN_0_96:
        hint = f"; write {IN_0_96[name]}, which dysts 0.96 has for it"
    elif close:
        hint = f"; did you mean {close[0]!r}?"
    else:
        hint = f"; its keywords are {', '.join(known)}"
    return UnknownArgumentError(f"{function} has no keyword {name!r}{hint}")


def check_keywords(function: str, given: Mapping[str, Any], allowed: Iterable[str], own: Callable[..., Any]) -> None:
    """Check further keywords of a function: those allowed beside its own.

    Parameters
    ----------
    function : str
    given : mapping
    allowed : iterable of str
    own : callable
        The function, whose signature has its own keywords, for suggestions.
    """
    names = list(allowed)
    for name in given:
        if name not in names:
            signature = [one for one in inspect.signature(own).parameters if one not in ("self", "options", "stored")]
            raise unknown_keyword(function, name, [*signature, *names])


def check_tolerance(name: str, value: Any) -> Any:
    """Check that a tolerance is a number of at least 0, or an array of such numbers, and return it."""
    numbers = check_array(name, value)
    if not (np.isfinite(numbers).all() and (numbers >= 0.0).all()):
        raise InvalidArgumentError(f"{name} must be at least 0 and finite, got {shown(value)}")
    return value


def check_noise(value: Any, dimension: int) -> np.ndarray:
    """Check amplitudes of noise: one number of at least 0, or one for each component."""
    level = check_array("noise", value)
    if level.shape not in ((), (dimension,)) or not (np.isfinite(level).all() and (level >= 0.0).all()):
        raise InvalidArgumentError(
            f"noise must be a number of at least 0, or one for each of the {dimension} components, got {shown(value)}"
        )
    return level


def check_seed(value: Any) -> int:
    """Check the seed of random numbers and return it; None draws one."""
    if value is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    return check_count("random_seed", value, least=0)


def check_model(function: str, model: Any) -> None:
    """Check that a value is a model, and neither its class nor its name."""
    if isinstance(model, str | type) or not hasattr(model, "make_trajectory"):
        shape = f"{model.__name__}()" if isinstance(model, type) else "dysts.flows.Lorenz()"
        raise InvalidArgumentError(f"{function} must be given a model, such as {shape}, got {shown(model)}")


def check_equations(owner: str, function: Callable[..., Any], wanted: list[str]) -> None:
    """Check that a user's ``_rhs`` can be called with components, time and parameters.

    Parameters
    ----------
    owner : str
        Name of the model.
    function : callable
    wanted : list of str
        What it will be called with, for the message.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*wanted)
    except TypeError:
        raise InvalidArgumentError(
            f"_rhs of {owner} must take {', '.join(wanted)}, got a function of {signature}"
        ) from None
