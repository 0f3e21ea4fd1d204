"""The knowledge of the oracle: the full state at the last observed point, and under noise what assimilation needs.

A state variable that is itself an observed component has the observed value, with its noise. One that is not is taken
from the dataset and gets noise of the same relative size, as if it had been measured; an angle, which has no spread of
its own, is measured as well as its sine is. A driving phase is known exactly. A delay system begins from its past over
one delay.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.observation import component_names, equations_time, noise
from benchmark.tasks.task import Task
from dysts.assimilation.given import LEAST_POINTS, LYAPUNOV_TIMES, MOST_POINTS, PERIODS
from dysts.datasets.description import lyapunov_time_of, no_lyapunov_time
from dysts.errors import DystsError

if TYPE_CHECKING:
    import xarray

    from dysts.systems.system import System

_SPREAD_OF_A_SINE = math.sqrt(0.5)
"""Standard deviation of the sine of an angle that is spread evenly over a turn."""


@dataclass(frozen=True, kw_only=True)
class OracleStart:
    """The knowledge of the oracle, as JSON values, or the reason why there is no oracle.

    Attributes
    ----------
    known : mapping
        ``system``, ``definition`` (JSON text), ``step``, ``components``, ``states`` [time, variable], the last of
        which is the state at the last observed point (for a delay system those before it are its past), and ``time``,
        the time of that point in equations that contain it, otherwise 0. Under measurement noise a system without
        delay has ``assimilation`` as well: ``deviations`` [component] of the noise, ``start`` and ``phase``, time
        and driving phase at the first observed point, and ``window``, the number of points to be assimilated.
    reason : str
        Why there is no oracle; empty if there is one.
    """

    known: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def oracle_start(task: Task, dataset: "xarray.Dataset", *, train: NDArray[np.float64], step: float) -> OracleStart:
    """Return the oracle's start for a task.

    Parameters
    ----------
    task : Task
    dataset : xarray.Dataset
        With the attribute ``definition``, and with ``state`` [trajectory, time, variable] where the series does not
        hold all state variables.
    train : ndarray, float64 [time, component]
        What is observed, with its noise.
    step : float
        Time between two observed points.
    """

    from dysts.systems.system import System

    if "definition" not in dataset.attrs:
        return OracleStart(reason="the dataset has no equations, so there is no oracle")
    definition = str(dataset.attrs["definition"])
    try:
        system = System.from_entry(task.system, {"definition": json.loads(definition)})
    except (DystsError, ValueError) as error:
        return OracleStart(reason=f"the equations of the dataset cannot be read: {error}")
    names = component_names(dataset)
    if "state" in dataset:
        states = np.asarray(dataset["state"].values, dtype=np.float64)
    elif set(system.variables) <= set(names):
        order = [names.index(variable) for variable in system.variables]
        states = np.asarray(dataset["series"].values, dtype=np.float64)[:, :, order]
    else:
        return OracleStart(reason="the dataset holds neither the state nor all of its variables")
    points = _points_needed(system, step)
    if points > task.train_length:
        return OracleStart(reason=f"needs {points} observed points to cover the delay, has {task.train_length}")
    last = (task.train_length - 1) * task.stride
    rows = last - task.stride * np.arange(points)[::-1]
    observed = dict(zip(task.components or names, train.T, strict=True))
    level = math.hypot(task.measurement_noise, _noise_of_recipe(dataset))
    draws = noise(task, (points, len(system.variables)), purpose="oracle")
    known = states[task.trajectory, rows].copy()
    for column, variable in enumerate(system.variables):
        if variable in observed:
            known[:, column] = observed[variable][-points:]
        elif system.driving_phase is None or system.driving_phase.variable != variable:
            bounded = not system.observables or variable in names
            spread = states[..., column].std() if bounded else _SPREAD_OF_A_SINE
            known[:, column] += level * spread * draws[:, column]
    more: dict[str, Any] = {}
    if level > 0.0 and system.delay is None:
        more["assimilation"] = _assimilation(
            task, dataset, system, level=level, step=step, names=names, first_state=states[task.trajectory, 0]
        )
    return OracleStart(
        known={
            "system": task.system,
            "definition": definition,
            "step": step,
            "components": list(task.components or names),
            "states": known.tolist(),
            "time": 0.0 if system.delay is not None else equations_time(system, dataset, last),
            **more,
        }
    )


def _assimilation(
    task: Task,
    dataset: "xarray.Dataset",
    system: "System",
    *,
    level: float,
    step: float,
    names: tuple[str, ...],
    first_state: NDArray[np.float64],
) -> dict[str, Any]:
    scale = np.asarray(dataset["series"].values, dtype=np.float64).std(axis=(0, 1))
    time = lyapunov_time_of(dataset.attrs) if not no_lyapunov_time(dataset.attrs) else None
    period = float(dataset.attrs["period"])
    points = (LYAPUNOV_TIMES * time if time is not None else PERIODS * period) / step
    phase = system.driving_phase
    return {
        "deviations": [level * float(scale[names.index(name)]) for name in task.components or names],
        "start": equations_time(system, dataset, 0),
        "phase": None if phase is None else float(first_state[system.variables.index(phase.variable)]),
        "window": min(max(math.ceil(min(points, MOST_POINTS)), LEAST_POINTS), task.train_length),
    }


def _points_needed(system: "System", step: float) -> int:
    if system.delay is None:
        return 1
    return math.ceil(float(system.flat_parameters[system.delay]) / step) + 2


def _noise_of_recipe(dataset: "xarray.Dataset") -> float:
    decibels = dataset.attrs.get("signal_to_noise_db")
    return 0.0 if decibels is None else float(10.0 ** (-float(decibels) / 20.0))
