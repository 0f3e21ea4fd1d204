"""The attributes of a stored system, from which a reader without this package learns what the numbers are."""

import functools
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dysts.datasets.digest import FORMAT, inputs_digest
from dysts.datasets.plain_attributes import structured_attributes
from dysts.datasets.recipe import Recipe, period_of, solver_of
from dysts.integration.tolerances import check_tolerances
from dysts.systems.frozen import thaw
from dysts.systems.kinds import MAP
from dysts.systems.properties import why_no_lyapunov_time
from dysts.systems.system import System
from dysts.version import __version__


def describe(recipe: Recipe, system: System, *, restarts: int, has_state: bool) -> dict[str, Any]:
    """Return the attributes of the series of one system, JSON values without NaN.

    Parameters
    ----------
    recipe : Recipe
    system : System
    restarts : int
        How often a piece of the orbit was drawn again (`dysts.datasets.starts`).
    has_state : bool
        Whether the state is stored beside the observables.
    """
    has_exponent = "lyapunov_spectrum" in system.properties
    attributes: dict[str, Any] = {
        "system": system.name,
        "description": system.description,
        "field": system.field,
        "equations": dict(system.equations),
        "definitions": dict(system.definitions),
        "parameters": thaw(system.parameters),
        "components": list(system.observable_names),
        "references": [_reference(citation) for citation in system.citations],
        "remarks": list(system.remarks),
        "invariants": {name: _invariant(entry) for name, entry in system.properties.items()},
        "recipe": recipe.to_json(),
        "clock": recipe.clock(system),
        "step": recipe.step(system),
        "points_per_period": period_of(system) / recipe.step(system),
        "period": period_of(system),
        "lyapunov_exponent": system.lyapunov_exponent if has_exponent else None,
        "lyapunov_exponent_error": _number_or_none(system.lyapunov_exponent_error) if has_exponent else None,
        "definition": json.dumps(system.to_entry(with_properties=False)["definition"]),
        **_method(recipe, system),
        "built_with": built_with(),
        "dysts_version": __version__,
        "format": FORMAT,
        "inputs": inputs_digest(recipe, system),
    }
    if recipe.period_source == "published":
        attributes["published_period"] = recipe.unit(system)
    if "recommended_step" in system.properties:
        attributes["step_in_recommended_steps"] = recipe.step(system) / system.properties["recommended_step"]["value"]
    if system.delay:
        attributes["delay"] = float(system.flat_parameters[system.delay])
    if has_state:
        attributes["variables"] = list(system.variables)
        attributes["observables"] = dict(system.observables)
    if system.lifetime is not None:
        attributes["lifetime"] = system.lifetime
        attributes["restarts"] = restarts
    return attributes


_SOLVERS = {
    "dop853": "dop853 by the method of steps",
    "dop853+radau": "dop853, radau where stiff",
    "iteration": "iteration",
    "taylor": "power series in time",
}
"""The solvers of data sets in words."""


def _number_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _method(recipe: Recipe, system: System) -> dict[str, Any]:
    method: dict[str, Any] = {}
    if recipe.dynamical_noise:
        method["solver"] = "stochastic heun" if system.delay else "sra3"
    else:
        method["solver"] = _SOLVERS[solver_of(system)]
        if system.kind != MAP:
            relative, absolute = check_tolerances(system, recipe.rtol, None)
            method |= {"rtol": relative, "atol": np.asarray(absolute).tolist()}
    if recipe.signal_to_noise_db is not None:
        method["signal_to_noise_db"] = recipe.signal_to_noise_db
    return method


def _invariant(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: thaw(entry[key]) for key in ("value", "error") if entry.get(key) is not None}


def _reference(citation: Mapping[str, Any]) -> str:
    parts = [citation.get(key) for key in ("authors", "title", "container", "volume", "pages", "year")]
    text = ", ".join(str(part) for part in parts if part)
    return f"{text}, https://doi.org/{citation['doi']}" if citation.get("doi") else text


@functools.cache
def built_with() -> dict[str, str]:
    """Return what the last bits of the numbers depend on beside the inputs: compiler, libraries and processor."""
    import llvmlite
    import numba
    import scipy
    from llvmlite import binding

    return {
        "processor": binding.get_host_cpu_name(),
        "target": binding.get_default_triple(),
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


def no_lyapunov_time(attributes: Mapping[Any, Any]) -> str:
    """Say why the series of a data set have no Lyapunov time, from its attributes; empty if they have one."""
    exponent, error = (attributes.get(name) for name in ("lyapunov_exponent", "lyapunov_exponent_error"))
    return why_no_lyapunov_time(
        exponent=math.nan if exponent is None else float(exponent),
        error=math.nan if error is None else float(error),
        regime=regime_of_series(attributes),
    )


def lyapunov_time_of(attributes: Mapping[Any, Any]) -> float:
    """Return the Lyapunov time of the series of a data set that has one, from its attributes."""
    return 1.0 / float(attributes["lyapunov_exponent"])


def regime_of_series(attributes: Mapping[Any, Any]) -> str:
    """Return the regime that the attributes of a data set name, or an empty text."""
    invariants = structured_attributes({"invariants": attributes.get("invariants")})["invariants"]
    regime = invariants.get("regime") if isinstance(invariants, Mapping) else None
    return str(regime["value"]) if isinstance(regime, Mapping) and "value" in regime else ""
