"""The equations of the registry in the calling convention of dysts 0.96: components, time, parameters."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.predecessor.parameters import Parameters
from dysts.predecessor.published import map_named, published_values_in_use, system_named
from dysts.systems.system import System

KEPT = 256
"""Systems with other parameter values that are kept for the next call."""


def system_with(name: str, parameters: Parameters, *, as_published: bool) -> System:
    """Return the registry's flow with the parameter values of a model.

    Systems that differ in parameters share the compiled functions of the first.
    """
    return _system_with(name, as_published, False, parameters.frozen())


def map_with(name: str, parameters: Parameters, *, as_published: bool) -> System:
    """Return the registry's map with the parameter values of a model, as `system_with` does."""
    return _system_with(name, as_published, True, parameters.frozen())


@functools.lru_cache(maxsize=KEPT)
def _system_with(name: str, as_published: bool, is_map: bool, parameters: tuple[tuple[str, Any], ...]) -> System:
    base = (map_named if is_map else system_named)(name, as_published=as_published)
    system = base.with_parameters(**dict(parameters))
    if not isinstance(system, System):
        raise InvalidArgumentError(f"parameters of {name} must have the shapes of the registry, got {dict(parameters)}")
    if system is not base:
        # A cached property of a frozen value: the functions read parameters from tables, so they serve both.
        system.__dict__["compiled"] = base.compiled
    return system


class StaticEquations:
    """The function ``_rhs`` or ``_jac`` of a class, which takes components, time and parameters one by one.

    Parameters
    ----------
    name : str
        The system of the registry.
    derivative : {"rhs", "jacobian"}
    """

    def __init__(self, name: str, derivative: str) -> None:
        self.name = name
        self.derivative = derivative

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        system = system_named(self.name, as_published=published_values_in_use())
        names = sorted(system.parameters)
        delayed = system.delay is not None
        components = system.dimension * (2 if delayed else 1)
        if len(arguments) != components + 1 + len(names):
            past = [f"{name}_tau" for name in system.variables] if delayed else []
            order = [*system.variables, *past, "t", *names]
            raise InvalidArgumentError(
                f"{self.name}._{'rhs' if self.derivative == 'rhs' else 'jac'} takes {', '.join(order)}, got "
                f"{len(arguments)} arguments"
            )
        values = Parameters(dict(zip(names, arguments[components + 1 :], strict=True)))
        chosen = system_with(self.name, values, as_published=published_values_in_use())
        states = np.stack(np.broadcast_arrays(*arguments[:components]), axis=-1).astype(np.float64)
        now, past_states = states[..., : system.dimension], states[..., system.dimension :] if delayed else None
        found = getattr(chosen, self.derivative)(float(arguments[components]), now, past_states)
        if self.derivative == "rhs":
            return tuple(np.moveaxis(found, -1, 0))
        return tuple(tuple(row) for row in np.moveaxis(found, (-2, -1), (0, 1)))


class MapEquations:
    """The function ``_rhs`` of a class of ``dysts.maps``, which takes components and parameters one by one.

    Parameters
    ----------
    name : str
        The name of the class.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        as_published = published_values_in_use()
        system = map_named(self.name, as_published=as_published)
        names = sorted(system.parameters)
        if len(arguments) != system.dimension + len(names):
            raise InvalidArgumentError(
                f"{self.name}._rhs takes {', '.join([*system.variables, *names])}, got {len(arguments)} arguments"
            )
        values = Parameters(dict(zip(names, arguments[system.dimension :], strict=True)))
        states = np.stack(np.broadcast_arrays(*arguments[: system.dimension]), axis=-1).astype(np.float64)
        return tuple(np.moveaxis(map_with(self.name, values, as_published=as_published).rhs(0.0, states), -1, 0))


def by_component(states: Any) -> np.ndarray:
    """Return values [..., component] with the component first, as unpacking the transpose gives them."""
    return np.asarray(states).T


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts whose lists and dictionaries may be changed without changing those of another model."""
    copied: dict[str, Any] = {}
    for key, value in facts.items():
        if isinstance(value, Mapping):
            copied[key] = plain_facts(value)
        else:
            copied[key] = list(value) if isinstance(value, list) else value
    return copied
