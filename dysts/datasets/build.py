"""From a recipe and a system to a labelled data set in memory."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

import dysts
from dysts.attractor import attractor_states
from dysts.datasets.recipe import Recipe
from dysts.integration import integrate
from dysts.system import System

if TYPE_CHECKING:
    import xarray

FORMAT = 1
"""Version of the layout; a store with another one is not read."""


def inputs_digest(recipe: Recipe, system: System) -> str:
    """Hash all that decides the numbers: recipe, definition, the properties that are used, and version."""
    used = {name: system.properties_entry(name)["value"] for name in ("period", "lyapunov_spectrum")}
    content = [FORMAT, recipe.to_dict(), system.to_entry(with_properties=False), used, dysts.__version__]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=list).encode()).hexdigest()


def build(recipe: Recipe, system: System) -> "xarray.Dataset":
    """Integrate one system as the recipe says.

    Parameters
    ----------
    recipe : Recipe
    system : System

    Returns
    -------
    xarray.Dataset
        ``series`` float64 [trajectory, time, component]: the bounded observables of the system; where they
        differ from the state, also ``state`` float64 [trajectory, time, variable]. Time is the system's own;
        the attributes say what everything is and hold the hash of the numbers.

    Examples
    --------
    >>> import dysts
    >>> recipe = Recipe(name="small", points_per_period=20, periods=5, trajectories=2, span=20.0)
    >>> build(recipe, dysts.get_system("Rossler"))["series"].shape
    (2, 100, 3)
    """
    import xarray

    states = attractor_states(
        system, recipe.trajectories, seed=recipe.seed_for(system.name), span=recipe.span, jitter=0.5
    )
    trajectory = integrate(
        system,
        recipe.points,
        points_per_period=recipe.points_per_period,
        initial_conditions=states,
        rtol=recipe.rtol,
    )
    time = trajectory["time"].values
    variables: dict[str, Any] = {"series": (("trajectory", "time", "component"), system.observe(trajectory.values))}
    attributes = {
        "system": system.name,
        "description": system.description,
        "field": system.field,
        "components": list(system.observable_names),
        "recipe": recipe.to_json(),
        "points_per_period": recipe.points_per_period,
        "period": system.period,
        "lyapunov_exponent": system.lyapunov_exponent,
        "lyapunov_exponent_error": system.lyapunov_exponent_error,
        "definition": json.dumps(system.to_entry(with_properties=False)["definition"]),
        "solver": trajectory.attrs["solver"],
        "rtol": trajectory.attrs["rtol"],
        "atol": trajectory.attrs["atol"],
        "dysts_version": dysts.__version__,
        "format": FORMAT,
        "inputs": inputs_digest(recipe, system),
    }
    if system.observables:
        variables["state"] = (("trajectory", "time", "variable"), trajectory.values)
        attributes["variables"] = list(system.variables)
    attributes["sha256"] = content_digest(time, {name: values for name, (_, values) in variables.items()})
    return xarray.Dataset(
        variables,
        coords={"time": time, "trajectory": np.arange(recipe.trajectories)},
        attrs=attributes,
    )


def content_digest(time: np.ndarray, variables: dict[str, np.ndarray]) -> str:
    """Hash the numbers of a data set, independent of how they are stored."""
    digest = hashlib.sha256()
    for name, values in (("time", time), *sorted(variables.items())):
        digest.update(f"{name}{values.shape}".encode())
        digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return digest.hexdigest()
