"""Cut the series of a dataset into the training series and the truth of a task."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.observation import component_names, noise, observed_columns, responding_columns
from benchmark.tasks.oracle_start import OracleStart, oracle_start
from benchmark.tasks.task import Task
from benchmark.tasks.truth import TruthStart, truth_start
from dysts.datasets.description import lyapunov_time_of, no_lyapunov_time, regime_of_series
from dysts.errors import InvalidArgumentError

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoringData:
    """The inputs of scoring beside the forecast.

    Attributes
    ----------
    truth : ndarray, float64 [time, component]
        The points to predict, which the forecaster never sees.
    step : float
        Time between two points, in the unit of the system.
    season_length : int
        Points per period.
    scale : ndarray, float64 [component]
        Standard deviation of each component over all trajectories of the dataset.
    lyapunov_exponent, lyapunov_exponent_error : float
        Largest exponent, per unit of time, and its standard error; NaN where unknown.
    regime : str
        The regime that the registry names, such as ``"chaotic"``; empty where unknown.
    size : ndarray, float64 [component]
        Root mean square of each component, as `scale` is its standard deviation.
    responding : tuple of int
        The components that norms are taken over: all but driving phases; empty for all.
    truth_end : float
        Time after the last observed point until which the truth is known to hold, in the unit of the system; infinite
        where it holds throughout, NaN where that has not been examined.
    fidelity : bool
        Whether the attractor of the forecast is scored.
    """

    truth: NDArray[np.float64]
    step: float
    season_length: int
    scale: NDArray[np.float64]
    lyapunov_exponent: float
    lyapunov_exponent_error: float
    regime: str = ""
    size: NDArray[np.float64] | None = None
    responding: tuple[int, ...] = ()
    truth_end: float = math.nan
    fidelity: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskData(ScoringData):
    """The series of one task, with the numbers that scoring needs.

    Attributes
    ----------
    train : ndarray, float64 [time, component]
        What the forecaster is fitted on, in raw units.
    components : tuple of str
        Names of the components.
    sha256 : str
        Hash of the dataset's content.
    oracle : OracleStart
        Where the oracle begins, or why there is none.
    truth_start : TruthStart
        Where the truth begins, or why it cannot be computed.
    clean : ndarray, float64 [time, component], or None
        The training series without its measurement noise; None where it has none or is not known.
    """

    train: NDArray[np.float64]
    components: tuple[str, ...]
    sha256: str
    oracle: OracleStart
    truth_start: TruthStart
    clean: NDArray[np.float64] | None = None

    def fingerprint(self) -> dict[str, Any]:
        """Return the data that a stored forecast depends on beside the task, as JSON values."""
        points = {"season_length": self.season_length, "horizon_points": len(self.truth)}
        return {"sha256": self.sha256, "step": self.step, **points}


def cut(task: Task, dataset: "xarray.Dataset") -> TaskData:
    """Cut one task out of the dataset of its system, checking everything that a fit relies on.

    Parameters
    ----------
    task : Task
        What to cut out.
    dataset : xarray.Dataset
        Holds ``series`` (trajectory, time, component) and the attributes ``period`` and
        ``points_per_period``; ``lyapunov_exponent``, ``lyapunov_exponent_error`` and ``sha256`` where known.

    Raises
    ------
    InvalidArgumentError
        If the dataset lacks something, is too short, or holds a value that is not finite.
    """
    name = f"dataset {task.recipe!r} of {task.system}"
    if "series" not in dataset or dataset["series"].dims != ("trajectory", "time", "component"):
        raise InvalidArgumentError(f"{name} must hold 'series' with axes (trajectory, time, component)")
    series = np.asarray(dataset["series"].values, dtype=np.float64)
    if task.trajectory >= series.shape[0]:
        raise InvalidArgumentError(
            f"{name} has {series.shape[0]} trajectories, so there is no trajectory {task.trajectory}"
        )
    names = component_names(dataset)
    columns = observed_columns(task, names)
    points_per_period = _positive(name, dataset.attrs, "points_per_period")
    step = _positive(name, dataset.attrs, "period") / points_per_period * task.stride
    lyapunov_points = None if no_lyapunov_time(dataset.attrs) else lyapunov_time_of(dataset.attrs) / step
    horizon = task.horizon_points(season_length=points_per_period / task.stride, lyapunov_points=lyapunov_points)
    needed = (task.train_length + horizon - 1) * task.stride + 1
    if needed > series.shape[1]:
        in_points = task.horizon_clock == "points"
        told, advice = ("", "") if in_points else (f", which are {horizon} points,", "; most_points ends it earlier")
        raise InvalidArgumentError(
            f"{name} has {series.shape[1]} points in time; a train length of {task.train_length} points "
            f"and a horizon of {task.horizon_text}{told} need {needed}{advice}"
        )
    if not np.isfinite(series).all():
        raise InvalidArgumentError(f"{name} holds values that are not finite")
    scale = series.std(axis=(0, 1))
    observed = series[task.trajectory, :: task.stride][:, columns]
    train = observed[: task.train_length].copy()
    if task.measurement_noise:
        train += task.measurement_noise * scale[columns] * noise(task, (task.train_length, len(names)))[:, columns]
    observed_names = tuple(names[column] for column in columns)
    return TaskData(
        train=train,
        truth=observed[task.train_length : task.train_length + horizon].copy(),
        components=observed_names,
        step=step,
        season_length=max(1, round(points_per_period / task.stride)),
        scale=scale[columns],
        lyapunov_exponent=_number_or_nan(dataset.attrs.get("lyapunov_exponent")),
        lyapunov_exponent_error=_number_or_nan(dataset.attrs.get("lyapunov_exponent_error")),
        regime=regime_of_series(dataset.attrs),
        size=np.sqrt((series[..., columns] ** 2).mean(axis=(0, 1))),
        responding=responding_columns(dataset, observed_names),
        sha256=str(dataset.attrs.get("sha256") or hashlib.sha256(series.tobytes()).hexdigest()),
        oracle=oracle_start(task, dataset, train=train, step=step),
        truth_start=truth_start(task, dataset),
        clean=observed[: task.train_length].copy() if task.measurement_noise else None,
    )


def _positive(owner: str, attributes: Mapping[Any, Any], name: str) -> float:
    value = _number_or_nan(attributes.get(name))
    if not (math.isfinite(value) and value > 0):
        raise InvalidArgumentError(
            f"attribute {name!r} of {owner} must be a positive number, got {attributes.get(name)!r}"
        )
    return value


def _number_or_nan(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
