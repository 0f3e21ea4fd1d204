"""The truth of a task from the equations, and the time until which it is known.

A stored series is one solution among many beyond some time. From the last observed state the equations are solved anew
by `dysts.integration.truth.window_truth`, whose solution is the better one, and which says how long it holds.
"""

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.observation import component_names, equations_time
from benchmark.tasks.task import Task
from dysts.errors import DystsError, InvalidArgumentError

if TYPE_CHECKING:
    import xarray

    from dysts.datasets.recipe import Recipe
    from dysts.integration.truth import Truth
    from dysts.systems.system import System

TRUTH_VERSION = 3
"""Version of how truths are found; a truth of another version, stored beside earlier results, is found anew."""
WINDOWS = 128
"""Number of solved windows that are kept: more than a suite has systems, so that a run solves each once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TruthStart:
    """The state from which the truth of a task can be computed, or the reason why it cannot.

    Attributes
    ----------
    definition : mapping
        Definition of the system, as in a registry; empty without a start.
    state : float64 [variable]
        State at the last observed point, without measurement noise.
    time : float
        Time of the last observed point in equations that contain it, otherwise 0.
    scale : float64 [observable] or None
        Standard deviations of all observables over the dataset; None where it does not hold them all.
    past : Past or None
        For a delay system, which trajectory of which recipe the window is cut from, and where; it has no state.
    reason : str
        Why the truth cannot be computed; empty if it can.
    """

    definition: Mapping[str, Any] = field(default_factory=dict)
    state: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    time: float = 0.0
    scale: NDArray[np.float64] | None = None
    past: "Past | None" = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Past:
    """Where the past of a delay system's window is computed from.

    Attributes
    ----------
    recipe : Recipe
    trajectory : int
    time : float
        Time of the last observed point in the series.
    """

    recipe: "Recipe"
    trajectory: int
    time: float


def truth_start(task: Task, dataset: "xarray.Dataset") -> TruthStart:
    """Return where the truth of a task begins.

    Parameters
    ----------
    task : Task
    dataset : xarray.Dataset
        With the attribute ``definition``, and with ``state`` [trajectory, time, variable] where the series does not
        hold all state variables.
    """
    from dysts.systems.system import System

    if "definition" not in dataset.attrs:
        return TruthStart(reason="the dataset has no equations")
    recipe = _recipe(dataset)
    if recipe.get("dynamical_noise"):
        return TruthStart(reason="noise drives the equations")
    if recipe.get("signal_to_noise_db") is not None or dataset.attrs.get("signal_to_noise_db") is not None:
        return TruthStart(reason="the stored series holds measurement noise")
    try:
        definition = json.loads(str(dataset.attrs["definition"]))
        system = System.from_entry(task.system, {"definition": definition})
    except (DystsError, ValueError) as error:
        return TruthStart(reason=f"the equations of the dataset cannot be read: {error}")
    names = list(component_names(dataset))
    row = (task.train_length - 1) * task.stride
    past = None if system.delay is None else _past(task, dataset, row)
    if past is not None:
        state = np.empty(0)
    elif system.delay is not None:
        return TruthStart(reason="the past of a delay system is known at the stored points only")
    elif "state" in dataset:
        state = np.asarray(dataset["state"].values[task.trajectory, row], dtype=np.float64)
    elif set(system.variables) <= set(names):
        order = [names.index(variable) for variable in system.variables]
        state = np.asarray(dataset["series"].values[task.trajectory, row], dtype=np.float64)[order]
    else:
        return TruthStart(reason="the dataset holds neither the state nor all of its variables")
    scale = None
    if set(system.observable_names) <= set(names):
        order = [names.index(name) for name in system.observable_names]
        spread = np.asarray(dataset["series"].values, dtype=np.float64).std(axis=(0, 1))[order]
        scale = spread if (spread > 0.0).all() else None
    time = 0.0 if past is not None else equations_time(system, dataset, row)
    return TruthStart(definition=definition, state=state, time=time, scale=scale, past=past)


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownTruth:
    """The truth of a task with the time until which it is known.

    Attributes
    ----------
    values : float64 [time, component]
        The points to predict.
    end : float
        Time after the last observed point until which they are known; infinite if that is to the last of them, NaN
        where it cannot be told.
    told : str
        How that is known, or why it is not.
    """

    values: NDArray[np.float64]
    end: float
    told: str


def known_truth(
    system: str, start: TruthStart, stored: NDArray[np.float64], *, step: float, components: Sequence[str]
) -> KnownTruth:
    """Solve the equations of a task from its last observed state, and return the truth.

    Parameters
    ----------
    system : str
        Name of the system.
    start : TruthStart
    stored : float64 [time, component]
        The points to predict, as the dataset holds them.
    step : float
        Time between two of them.
    components : sequence of str
        Their names.

    Returns
    -------
    KnownTruth
        The stored points with an end of NaN where the equations cannot be solved.
    """
    if start.reason:
        return KnownTruth(values=stored, end=math.nan, told=start.reason)
    points = len(stored) + 1
    try:
        found = _from_past(system, start, step, points) if start.past else _from_state(system, start, step, points)
    except DystsError as error:
        return KnownTruth(values=stored, end=math.nan, told=str(error))
    names = _system(system, json.dumps(start.definition)).observable_names
    columns = [names.index(name) for name in components]
    values = np.ascontiguousarray(found.values[1:, columns])
    # Beyond the end of the truth a solution may not exist; the stored one does.
    after = found.points - 1
    values[after:] = np.where(np.isfinite(values[after:]), values[after:], stored[after:])
    end = math.inf if found.points == points else step * after
    return KnownTruth(values=values, end=end, told=f"{found.method}; checked by {found.check}")


def _from_past(system: str, start: TruthStart, step: float, points: int) -> "Truth":
    from dysts.datasets.delay_past import past_of
    from dysts.integration.truth import window_truth
    from dysts.systems.registry import get_system

    if start.past is None:
        raise InvalidArgumentError(f"the window of {system} must have a past, got None")
    solved = get_system(system)
    history = past_of(start.past.recipe, solved, start.past.trajectory, start.past.time)
    times = start.time + step * np.arange(points)
    return window_truth(solved, None, times, scale=start.scale, history=history)


def _from_state(system: str, start: TruthStart, step: float, points: int) -> "Truth":
    scale = None if start.scale is None else tuple(start.scale.tolist())
    definition = json.dumps(start.definition)
    return _window(system, definition, tuple(start.state.tolist()), scale, start.time, step, points)


@functools.lru_cache(maxsize=WINDOWS)
def _window(
    system: str,
    definition: str,
    state: tuple[float, ...],
    scale: tuple[float, ...] | None,
    start: float,
    step: float,
    points: int,
) -> "Truth":
    """Solve a window once for all tasks that differ in noise and observed components, on which it does not depend."""
    from dysts.integration.truth import window_truth

    times = start + step * np.arange(points)
    return window_truth(_system(system, definition), np.array(state), times, scale=scale)


def _system(name: str, definition: str) -> "System":
    from dysts.systems.system import System

    return System.from_entry(name, {"definition": json.loads(definition)})


def _past(task: Task, dataset: "xarray.Dataset", row: int) -> Past | None:
    """Return where the past of a window comes from, if this registry and version made the dataset."""
    from dysts.datasets.digest import inputs_digest
    from dysts.datasets.recipe import Recipe
    from dysts.systems.registry import get_system

    try:
        recipe, system = Recipe.from_dict(_recipe(dataset)), get_system(task.system)
    except DystsError:
        return None
    if dataset.attrs.get("inputs") != inputs_digest(recipe, system):
        return None
    return Past(recipe=recipe, trajectory=task.trajectory, time=float(dataset["time"].values[row]))


def _recipe(dataset: "xarray.Dataset") -> dict[str, Any]:
    try:
        recipe = json.loads(str(dataset.attrs["recipe"]))
    except (KeyError, ValueError):
        return {}
    return dict(recipe) if isinstance(recipe, dict) else {}
