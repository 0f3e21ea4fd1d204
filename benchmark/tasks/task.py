"""Tasks and cells: frozen values, each with a content hash."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from benchmark.values import checked_names, content_hash, known_fields
from dysts.checks import check_count
from dysts.errors import InvalidArgumentError

CLOCKS = ("points", "periods", "lyapunov times")
"""Units of a horizon."""

_SMALLEST = {"trajectory": 0, "train_length": 2, "horizon": 1, "most_points": 0, "noise_seed": 0, "stride": 1}
"""The least value of each whole number of a task."""
MOST_NOISE = 10.0
"""Measurement noise in standard deviations at which nothing of a series is left, so that percent must be meant."""

_LATER = {"horizon_clock": "points", "most_points": 0}
"""Fields that tasks of earlier versions lack; a hash leaves them out at these values, so that it stays the same."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Forecast one trajectory of one system from its beginning.

    The forecaster sees points ``0 .. train_length - 1`` of the observed series and predicts the points that follow,
    over the `horizon`.

    Parameters
    ----------
    system : str
        Name of the system, or of a series of one's own.
    recipe : str
        Name of the dataset recipe; ``"own"`` for a series of one's own. Dynamical noise is a matter of the recipe.
    trajectory : int
        Index of the trajectory within the dataset, from 0.
    train_length : int
        Number of points to fit on, at least 2.
    horizon : int
        Length of the forecast in units of `horizon_clock`, at least 1.
    horizon_clock : {"points", "periods", "lyapunov times"}
        Unit of the horizon. A system without a Lyapunov time has as many periods in place of Lyapunov times.
    most_points : int
        Largest number of points to predict, at which a longer horizon ends; 0 for no limit.
    components : sequence of str
        The components that are observed, by name and in this order; empty for all.
    measurement_noise : float
        Standard deviation of the Gaussian noise on what the forecaster sees, in units of each component's standard
        deviation. The points to predict have none.
    noise_seed : int
        Seed of that noise, which differs from task to task all the same.
    stride : int
        Observe every stride-th point of the dataset only; all numbers of points count observed points.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> task = Task(system="Lorenz", horizon=50)
    >>> Task.from_dict(task.to_dict()) == task
    True
    """

    system: str
    recipe: str = "test-fine"
    trajectory: int = 0
    train_length: int = 1000
    horizon: int = 200
    horizon_clock: str = "points"
    most_points: int = 0
    components: tuple[str, ...] = ()
    measurement_noise: float = 0.0
    noise_seed: int = 0
    stride: int = 1

    def __post_init__(self) -> None:
        for name in ("system", "recipe"):
            _require_name("task", name, getattr(self, name))
        for name, smallest in _SMALLEST.items():
            object.__setattr__(self, name, check_count(f"the {name} of a task", getattr(self, name), least=smallest))
        if self.horizon_clock not in CLOCKS:
            raise InvalidArgumentError(
                f"the horizon_clock of a task must be one of {', '.join(CLOCKS)}, got {self.horizon_clock!r}"
            )
        object.__setattr__(self, "components", checked_names("components of a task", self.components))
        object.__setattr__(self, "measurement_noise", _level("measurement_noise", self.measurement_noise))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {**asdict(self), "components": list(self.components)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a task from its fields.

        Raises
        ------
        InvalidArgumentError
            If a field is unknown, missing or not allowed.
        """
        return cls(**known_fields(cls, "task", values, required=("system",)))

    def hashed(self) -> dict[str, Any]:
        """Return the fields that a hash of the task covers."""
        return {name: value for name, value in self.to_dict().items() if _LATER.get(name) != value}

    @property
    def digest(self) -> str:
        """Hash of the content: equal tasks have equal digests, in every process and on every machine."""
        return content_hash(self.hashed())

    def horizon_points(self, *, season_length: float, lyapunov_points: float | None) -> int:
        """Return the number of points to predict.

        Parameters
        ----------
        season_length : float
            Observed points in a period.
        lyapunov_points : float or None
            Observed points in a Lyapunov time; None for a system that has none.

        Examples
        --------
        >>> task = Task(system="Lorenz", horizon=20, horizon_clock="lyapunov times", most_points=5000)
        >>> task.horizon_points(season_length=100.0, lyapunov_points=145.0)
        2900
        >>> task.horizon_points(season_length=100.0, lyapunov_points=None)
        2000
        """
        unit = {"points": 1.0, "periods": season_length, "lyapunov times": lyapunov_points or season_length}
        points = max(1, math.ceil(self.horizon * unit[self.horizon_clock] * (1.0 - 1e-12)))
        return min(points, self.most_points) if self.most_points else points

    @property
    def horizon_text(self) -> str:
        """Return the horizon for people, such as ``"20 Lyapunov times"``."""
        unit = self.horizon_clock.replace("lyapunov", "Lyapunov")
        return f"{self.horizon} {unit if self.horizon > 1 else unit.removesuffix('s')}"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One measurement: a forecaster, with its preset and seed, on a task.

    Parameters
    ----------
    task : Task
        What to forecast.
    forecaster : str
        A name of ``forecasters.list_forecasters()``, or ``"module:factory"`` for one's own.
    preset : str
        Name of the forecaster's preset.
    seed : int
        Seed of the forecaster's randomness, from 0.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> cell = Cell(task=Task(system="Lorenz"), forecaster="NVAR")
    >>> cell.label
    'NVAR on Lorenz/0'
    """

    task: Task
    forecaster: str
    preset: str = "fast"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.task, Task):
            raise InvalidArgumentError(f"the task of a cell must be a Task, got {self.task!r}")
        for name in ("forecaster", "preset"):
            _require_name("cell", name, getattr(self, name))
        object.__setattr__(self, "seed", check_count("the seed of a cell", self.seed, least=0))

    @property
    def label(self) -> str:
        """Return a short text for people."""
        return f"{self.forecaster} on {self.task.system}/{self.task.trajectory}"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {**asdict(self), "task": self.task.to_dict()}

    def key(self, *, config: Mapping[str, Any], data: Mapping[str, Any], version: str, code: str) -> str:
        """Hash everything that determines the cell's forecast, so that one is reused only if it holds.

        What only its scores depend on, such as a Lyapunov exponent, is not in it: they are computed again from the
        stored forecast.

        Parameters
        ----------
        config : mapping
            The forecaster's resolved configuration, as JSON values.
        data : mapping
            Fingerprint of the data: content hash, step and season.
        version : str
            Version of this package.
        code : str
            Fingerprint of the forecaster's own code, see `benchmark.running.source_code`.
        """
        content = {**self.to_dict(), "task": self.task.hashed()}
        return content_hash({**content, "config": config, "data": data, "version": version, "code": code})


def _require_name(owner: str, name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InvalidArgumentError(f"the {name} of a {owner} must be a printable name, got {value!r}")


def _level(name: str, value: object) -> float:
    try:
        if isinstance(value, bool | str):
            raise TypeError
        level = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        level = math.nan
    if not (math.isfinite(level) and level >= 0.0):
        raise InvalidArgumentError(f"the {name} of a task must be a finite number of at least 0, got {value!r}")
    if level >= MOST_NOISE:
        raise InvalidArgumentError(
            f"the {name} of a task must be below {MOST_NOISE:g} standard deviations, got {value!r}; "
            f"{level:g} percent are {level / 100:g}"
        )
    return level
