"""The observed part of a trajectory: components, stride and measurement noise."""

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.task import Task
from dysts.errors import DystsError, unknown_name
from dysts.invariants.period import responding_observables

if TYPE_CHECKING:
    import xarray

    from dysts.systems.system import System


def component_names(dataset: "xarray.Dataset") -> tuple[str, ...]:
    """Return the names of a dataset's components, or their numbers where it has no names."""
    if "component" in dataset.coords:
        return tuple(str(name) for name in dataset.coords["component"].values)
    count = dataset["series"].shape[2]
    named = dataset.attrs.get("components")
    if isinstance(named, list | tuple) and len(named) == count:
        return tuple(str(name) for name in named)
    return tuple(str(index) for index in range(count))


def observed_columns(task: Task, names: tuple[str, ...]) -> list[int]:
    """Return the columns of the observed components.

    Raises
    ------
    UnknownNameError
        If the dataset has no such component.
    """
    for name in task.components:
        if name not in names:
            raise unknown_name(f"component of {task.system}", name, names)
    return [names.index(name) for name in task.components] or list(range(len(names)))


def responding_columns(dataset: "xarray.Dataset", names: tuple[str, ...]) -> tuple[int, ...]:
    """Return which of some observed components are forecast: those that depend on more than a driving phase.

    A driving phase is a known function of time. Everybody forecasts it, so it would dilute an average over components.
    Data without equations, and data of a driving phase alone, keep all components.

    Parameters
    ----------
    dataset : xarray.Dataset
        With the attribute ``definition`` where the equations are known.
    names : tuple of str
        The observed components.
    """
    from dysts.systems.system import System

    everything = tuple(range(len(names)))
    try:
        entry = {"definition": json.loads(str(dataset.attrs["definition"]))}
        system = System.from_entry(str(dataset.attrs.get("system", "system")), entry)
    except (KeyError, ValueError, DystsError):
        return everything
    known = list(system.observable_names)
    forecast = {known[place] for place in responding_observables(system)}
    kept = tuple(place for place, name in enumerate(names) if name in forecast or name not in known)
    return kept or everything


def noise(task: Task, shape: tuple[int, ...], *, purpose: str = "measurement") -> NDArray[np.float64]:
    """Draw standard normal numbers that depend on the task's trajectory and noise seed alone.

    Tasks that differ in their training length or level of noise see the same noise, so that the axis shows nothing
    else.
    """
    label = f"{task.system}/{task.recipe}/{task.trajectory}/{task.noise_seed}/{purpose}"
    seed = int.from_bytes(hashlib.sha256(label.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(shape)


def equations_time(system: "System", dataset: "xarray.Dataset", row: int) -> float:
    """Return the time of a stored point in equations that contain it, and 0 for all others.

    Numbers of autonomous systems then do not depend on the rounding of a time.
    """
    return 0.0 if system.autonomous else float(dataset["time"].values[row])
