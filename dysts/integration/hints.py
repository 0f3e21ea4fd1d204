"""Hints for keyword arguments that other packages have and these functions have not."""

import difflib
import functools
import inspect
import reprlib
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from dysts.errors import DystsError, InvalidArgumentError, UnknownArgumentError
from dysts.systems.registry import get_system
from dysts.systems.system import Ensemble, System

P = ParamSpec("P")
R = TypeVar("R")

_KNOWN_ELSEWHERE = {
    "dt": "step",
    "h": "step",
    "max_step": "longest_step",
    "ic": "initial_conditions",
    "init_cond": "initial_conditions",
    "initial_condition": "initial_conditions",
    "x0": "initial_conditions",
    "y0": "initial_conditions",
    "u0": "initial_conditions",
    "state": "initial_conditions",
    "method": "solver",
    "alg": "solver",
    "t": "times",
    "t_eval": "times",
    "tspan": "times",
    "saveat": "times",
    "n": "points",
    "num_points": "points",
    "pts_per_period": "points_per_period",
    "reltol": "rtol",
    "abstol": "atol",
    "tol": "rtol",
    "postprocess": "observables",
    "history_function": "history",
}
"""Arguments of scipy, DifferentialEquations.jl and dysts 0.96, each with the argument that takes its place here."""
_SYSTEMS = (System, str, Ensemble)
_PARAMETERS = ("parameters", "params", "p", "args", "parameter_values")


def with_hints(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function answer an unknown keyword argument with the one that was probably meant.

    The function takes a system first, and refuses anything else there. Its signature stays closed, for readers and for
    type checkers.

    Raises
    ------
    UnknownArgumentError
        From the function returned, if it is called with a keyword argument that it does not have.
    InvalidArgumentError
        From the function returned, if its first argument is no system.

    Examples
    --------
    >>> @with_hints
    ... def steps(system, *, step=0.1):
    ...     return 1.0 / step
    >>> steps("Lorenz", rho=35.0)
    Traceback (most recent call last):
    dysts.errors.UnknownArgumentError: steps has no argument 'rho'; it is a parameter of Lorenz: use \
with_parameters(rho=35.0)
    """
    known = tuple(inspect.signature(function).parameters)

    @functools.wraps(function)
    def checked(*arguments: P.args, **keywords: P.kwargs) -> R:
        first = arguments[0] if arguments else keywords.get("system", "")
        if not isinstance(first, _SYSTEMS):
            raise InvalidArgumentError(
                f"the system of {function.__name__} must be a name, a System or an Ensemble, got {reprlib.repr(first)}"
            )
        try:
            return function(*arguments, **keywords)
        except TypeError:
            # Looked at after the fact: a call that is right pays nothing for it.
            for name in keywords:
                if name not in known:
                    raise _unknown(function.__name__, name, keywords[name], first, known) from None
            raise

    return checked


def _unknown(function: str, name: str, value: object, first: object, known: tuple[str, ...]) -> UnknownArgumentError:
    system = _system(first)
    shown = repr(value) if len(repr(value)) <= 20 else "..."
    if system is not None and (name in system.parameters or name in system.flat_parameters):
        hint = f"; it is a parameter of {system.name}: use with_parameters({name}={shown})"
    elif name in _PARAMETERS:
        given = value if isinstance(value, Mapping) else {}
        changes = ", ".join(f"{key}={item!r}" for key, item in list(given.items())[:4]) or "NAME=VALUE"
        hint = f"; use with_parameters({changes})"
    elif _KNOWN_ELSEWHERE.get(name) in known:
        hint = f"; use {_KNOWN_ELSEWHERE[name]}="
    else:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"; did you mean {close[0]!r}?" if close else f"; its arguments are {', '.join(known)}"
    return UnknownArgumentError(f"{function} has no argument {name!r}{hint}")


def _system(value: object) -> System | None:
    if isinstance(value, Ensemble):
        return value.base
    if isinstance(value, str):
        try:
            return get_system(value)
        except DystsError:
            return None
    return value if isinstance(value, System) else None
