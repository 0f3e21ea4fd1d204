"""The numbers of dysts 0.96, and the switch between them and this package's own."""

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from dysts.errors import InvalidArgumentError, unknown_name
from dysts.systems.published_periods import PUBLISHED_FILE
from dysts.systems.registry import get_system, list_systems, maps_registry, registry
from dysts.systems.system import System

SWITCH = "DYSTS_PUBLISHED_VALUES"
"""Environment variable that turns the published values on when it is 1, for scripts that stay as they are."""

_in_use: list[bool] = []


def use_published_values(wanted: bool = True) -> None:
    """Give models that are made from now on the periods, steps, parameters and states of dysts 0.96, or no longer.

    Where this package corrects an equation, they follow the form of 0.96; and sampling times have the spacing of 0.96,
    which is a period divided by 99.5 for 200 points at 100 per period. The environment variable
    ``DYSTS_PUBLISHED_VALUES=1`` does the same for scripts that stay as they are.

    Parameters
    ----------
    wanted : bool

    Examples
    --------
    >>> from dysts.flows import Lorenz
    >>> from dysts.predecessor import use_published_values
    >>> use_published_values()
    >>> Lorenz().period
    1.5008
    >>> use_published_values(False)
    >>> round(Lorenz().period, 3)
    0.761
    """
    if not isinstance(wanted, bool):
        raise InvalidArgumentError(f"wanted must be True or False, got {wanted!r}")
    _in_use[:] = [wanted]


def published_values_in_use() -> bool:
    """Whether models that are made now have the numbers of dysts 0.96."""
    return _in_use[0] if _in_use else os.environ.get(SWITCH, "") == "1"


@functools.cache
def published() -> dict[str, dict[str, Any]]:
    """Return the numbers of dysts 0.96 by the name of the system, read once."""
    values: dict[str, dict[str, Any]] = json.loads(PUBLISHED_FILE.read_text())
    return values


def system_named(name: str, *, as_published: bool) -> System:
    """Return the registry's system for a name of dysts 0.96: the corrected one, or the one with its equations.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.
    """
    if name not in published():
        raise unknown_name("system", name, published(), listing="dysts.systems.get_attractor_list()")
    variant = f"{name}Predecessor"
    system = get_system(variant if as_published and variant in registry() else name)
    return system.with_parameters(**published()[name]["parameters"]) if as_published else system


@functools.lru_cache(maxsize=512)
def facts_of(name: str, *, as_published: bool) -> Mapping[str, Any]:
    """Return what a model of dysts 0.96 knows about its system, under the names of 0.96.

    Parameters
    ----------
    name : str
    as_published : bool
        Whether the numbers are those of dysts 0.96, or this package's own.
    """
    theirs, system = published()[name], system_named(name, as_published=as_published)
    ours = get_system(name)
    facts: dict[str, Any] = {
        "description": ours.description,
        "citation": "; ".join(_citation(one) for one in ours.citations),
        **{key: theirs[key] for key in ("unbounded_indices", "nonautonomous", "hamiltonian", "delay")},
        "bifurcation_parameter": theirs.get("bifurcation_parameter"),
        "embedding_dimension": theirs["embedding_dimension"],
        "parameters": {key: system.parameters[key] for key in sorted(system.parameters)},
    }
    if as_published:
        return {**facts, **{key: value for key, value in theirs.items() if key not in (*facts, "returned")}}
    state = list(system.initial_conditions)
    values = {key: entry["value"] for key, entry in system.properties.items()}
    columns = returned_columns(name, system)
    mean, deviation = values["mean"], values["standard_deviation"]
    if columns is not None:
        mean, deviation = [mean[i] for i in columns], [deviation[i] for i in columns]
    elif len(mean) != len(state):
        # The properties are those of the sine and the cosine of an angle that is returned as it is.
        mean, deviation = [0.0] * len(state), [1.0] * len(state)
    spectrum = list(values["lyapunov_spectrum"])
    dimension = theirs["embedding_dimension"]
    return {
        **facts,
        "initial_conditions": state * dimension if system.delay is not None else state,
        "dt": values["recommended_step"],
        "period": values["period"],
        "mean": list(mean) * dimension if system.delay is not None else list(mean),
        "std": list(deviation) * dimension if system.delay is not None else list(deviation),
        "maximum_lyapunov_estimated": spectrum[0],
        "lyapunov_spectrum_estimated": spectrum,
        **{
            key: values.get(key)
            for key in ("kaplan_yorke_dimension", "correlation_dimension", "pesin_entropy", "multiscale_entropy")
        },
    }


MAPS_FILE = PUBLISHED_FILE.with_name("discrete_maps.json")
"""Parameters and initial conditions that dysts 0.96 ships for the maps that it has."""
MAP = "Map"
"""End of the names of maps in the registry, where `dysts.maps` has none."""


@functools.cache
def published_maps() -> dict[str, dict[str, Any]]:
    """Return parameters and initial conditions of the maps of dysts 0.96, read once."""
    values: dict[str, dict[str, Any]] = json.loads(MAPS_FILE.read_text())
    return values


@functools.cache
def map_names() -> tuple[str, ...]:
    """Return the names of the classes of ``dysts.maps``, in alphabetical order."""
    return tuple(name.removesuffix(MAP) for name in list_systems(kind="map"))


def map_named(name: str, *, as_published: bool) -> System:
    """Return the registry's map for a name of ``dysts.maps``: the corrected one, or with the form of dysts 0.96."""
    variant = f"{name}Predecessor{MAP}"
    if as_published and name in published_maps():
        system = get_system(variant if variant in maps_registry() else f"{name}{MAP}")
        changed: System = system.with_parameters(**published_maps()[name]["parameters"])
        return changed.with_initial_conditions(published_maps()[name]["initial_conditions"])
    return get_system(f"{name}{MAP}")


def map_facts_of(name: str, *, as_published: bool) -> Mapping[str, Any]:
    """Return what a model of a map knows about it, under the names of dysts 0.96."""
    system = map_named(name, as_published=as_published)
    spectrum = system.properties["lyapunov_spectrum"]["value"] if "lyapunov_spectrum" in system.properties else None
    return {
        "description": system.description,
        "citation": "; ".join(_citation(one) for one in system.citations),
        "parameters": {key: system.parameters[key] for key in sorted(system.parameters)},
        "initial_conditions": list(system.initial_conditions),
        "dimension": system.dimension,
        "domain": "discrete",
        **({} if spectrum is None else {"lyapunov_spectrum_estimated": list(spectrum)}),
    }


def returned_columns(name: str, system: System) -> list[int] | None:
    """Return the observables, by position, that dysts 0.96 returns for unbounded coordinates; None for the state."""
    names = published()[name].get("returned")
    return None if names is None else [system.observable_names.index(one) for one in names]


def _citation(entry: Mapping[str, Any]) -> str:
    parts = [entry.get("authors"), f"({entry['year']})" if entry.get("year") else None, entry.get("title")]
    parts += [entry.get("container"), entry.get("volume"), entry.get("pages")]
    return ", ".join(str(part) for part in parts if part)
