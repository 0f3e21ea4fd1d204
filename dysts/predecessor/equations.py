"""The equations of the registry in the calling convention of dysts 0.96: components, time, parameters."""

import functools
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.predecessor.parameters import Parameters
from dysts.predecessor.published import map_named, published_values_in_use, system_named
from dysts.predecessor.symbolic_equations import has_symbols, symbolic_jacobian, symbolic_rhs
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

    Components are numbers, arrays of numbers, or SymPy expressions; parameters that are left out are the system's.

    Parameters
    ----------
    name : str
        The system of the registry, or the class of ``dysts.maps``.
    derivative : {"rhs", "jacobian"}
    kind : {"flow", "map"}
        A map takes no time.
    """

    def __init__(self, name: str, derivative: str, *, kind: str = "flow") -> None:
        self.name = name
        self.derivative = derivative
        self.kind = kind
        self.__name__ = "_rhs" if derivative == "rhs" else "_jac"
        self.__doc__ = f"Evaluate the {'equations' if derivative == 'rhs' else 'Jacobian'} of {name}."
        kept, none = self._base().parameters, inspect.Parameter.empty
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter(one, inspect.Parameter.POSITIONAL_ONLY, default=kept.get(one, none))
                for one in self._order(self._base())
            ]
        )

    def _base(self) -> System:
        named = map_named if self.kind == "map" else system_named
        return named(self.name, as_published=published_values_in_use())

    def _order(self, system: System) -> list[str]:
        """Return the names of the arguments: components, delayed components, time, parameters."""
        time = [] if self.kind == "map" else ["t"]
        return [*system.variables, *system.delayed_variables, *time, *sorted(system.parameters)]

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        system = self._base()
        order = self._order(system)
        if not len(order) - len(system.parameters) <= len(arguments) <= len(order):
            raise InvalidArgumentError(
                f"{self.name}.{self.__name__} must have the arguments {', '.join(order)}, got {len(arguments)}"
            )
        arguments += tuple(system.parameters[one] for one in order[len(arguments) :])
        if has_symbols(arguments):
            return (symbolic_rhs if self.derivative == "rhs" else symbolic_jacobian)(system, arguments, order)
        components = system.dimension + len(system.delayed_variables)
        names = sorted(system.parameters)
        values = Parameters(dict(zip(names, arguments[len(order) - len(names) :], strict=True)))
        chosen = _system_with(self.name, published_values_in_use(), self.kind == "map", values.frozen())
        states = self._states(arguments[:components])
        now, past = states[..., : system.dimension], states[..., system.dimension :] if system.delay else None
        time = 0.0 if self.kind == "map" else float(arguments[components])
        found = getattr(chosen, self.derivative)(time, now, past)
        if self.derivative == "rhs":
            return tuple(np.moveaxis(found, -1, 0))
        return tuple(tuple(row) for row in np.moveaxis(found, (-2, -1), (0, 1)))

    def _states(self, components: Sequence[Any]) -> np.ndarray:
        try:
            states = np.stack(np.broadcast_arrays(*components), axis=-1)
        except ValueError:
            shapes = ", ".join(str(np.shape(one)) for one in components)
            raise InvalidArgumentError(f"components of {self.name} must have one shape, got {shapes}") from None
        if not np.issubdtype(states.dtype, np.number) or np.issubdtype(states.dtype, np.complexfloating):
            raise InvalidArgumentError(
                f"components of {self.name} must be real numbers or SymPy expressions, got {states.dtype}"
            )
        return states.astype(np.float64)


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
