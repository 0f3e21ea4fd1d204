"""Choose a forecaster's configuration on the train recipe alone, within a budget.

Every candidate is fitted to the beginning of a trajectory of the train recipe and scored by smape on what follows
there. The chosen configuration is then fitted anew to each trajectory of the test recipe; no point of that recipe is
seen here.
"""

import itertools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.task import Task
from benchmark.values import content_hash, known_fields
from dysts.checks import check_count
from dysts.errors import DystsError, ForecastError, InvalidArgumentError

_Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits of tuning, for each forecaster on each system.

    Parameters
    ----------
    configurations : int
        Most configurations to try; a larger grid is sampled, evenly and always in the same way.
    seconds : float
        Wall-clock seconds after which no further configuration is begun.

    Raises
    ------
    InvalidArgumentError
        If a value is not positive.
    """

    configurations: int = 30
    seconds: float = 120.0

    def __post_init__(self) -> None:
        check_count("the configurations of a budget", self.configurations)
        if isinstance(self.seconds, bool) or not isinstance(self.seconds, int | float) or not self.seconds > 0:
            raise InvalidArgumentError(f"the seconds of a budget must be a positive number, got {self.seconds!r}")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Budget":
        """Build a budget from its fields, refusing unknown ones."""
        return cls(**known_fields(cls, "budget", values, required=()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Tuning:
    """One choice of a configuration: a forecaster with its candidates, on the train recipe of one system.

    Attributes
    ----------
    task : Task
        The task on the train recipe.
    forecaster, preset, seed
        As in a cell.
    candidates : sequence of mapping
        Changes of the preset's configuration, the first of which is none.
    of : int
        Number of configurations in the whole grid.
    budget : Budget
    data : mapping
        Fingerprint of the train data.
    code : str
        Fingerprint of the forecaster's own code.
    """

    task: Task
    forecaster: str
    preset: str
    seed: int
    candidates: tuple[Mapping[str, Any], ...]
    of: int
    budget: Budget
    data: Mapping[str, Any]
    code: str

    @property
    def digest(self) -> str:
        """Hash of everything that the choice depends on."""
        return content_hash(
            {
                "task": self.task.hashed(),
                "forecaster": self.forecaster,
                "preset": self.preset,
                "seed": self.seed,
                "candidates": list(self.candidates),
                "budget": self.budget.to_dict(),
                "data": dict(self.data),
                "code": self.code,
            }
        )


def train_task(task: Task) -> Task:
    """Return the task on the train recipe that belongs to a task of a test recipe, always its first trajectory.

    Raises
    ------
    InvalidArgumentError
        If the recipe has no counterpart for training.

    Examples
    --------
    >>> train_task(Task(system="Lorenz", recipe="test-coarse", trajectory=3)).recipe
    'train-coarse'
    """
    split, _, rest = task.recipe.partition("-")
    if split != "test" or not rest:
        raise InvalidArgumentError(
            f"the recipe must begin with 'test-', to have a counterpart to tune on, got {task.recipe!r}"
        )
    return Task.from_dict({**task.to_dict(), "recipe": f"train-{rest}", "trajectory": 0})


def candidates_of(grid: Mapping[str, Sequence[Any]], *, most: int) -> tuple[tuple[Mapping[str, Any], ...], int]:
    """Return the configurations to try, the unchanged one first, and how many the grid has.

    Parameters
    ----------
    grid : mapping of str to sequence
        Values by field of the configuration.
    most : int
        Most configurations to return; of a larger grid, evenly spaced ones.

    Examples
    --------
    >>> chosen, of = candidates_of({"a": (1, 2), "b": (0, 1, 2)}, most=4)
    >>> of
    7
    >>> chosen
    ({}, {'a': 1, 'b': 0}, {'a': 1, 'b': 2}, {'a': 2, 'b': 2})
    """
    if not grid:
        return ({},), 1
    product = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    if len(product) > most - 1:
        places = np.linspace(0, len(product) - 1, max(0, most - 1)).round().astype(int)
        chosen = [product[place] for place in places.tolist()]
    else:
        chosen = product
    return ({}, *chosen), len(product) + 1


def choose(
    series: _Array,
    *,
    train_length: int,
    horizon: int,
    candidates: Sequence[Mapping[str, Any]],
    seconds: float,
    forecast: Callable[[Mapping[str, Any], _Array], _Array],
) -> dict[str, Any]:
    """Try configurations and return the one with the least smape.

    Parameters
    ----------
    series : ndarray, float64 [time, component]
        A trajectory of the train recipe.
    train_length, horizon : int
        Points to fit on, and points after them to score on.
    candidates : sequence of mapping
        Tried in this order; the first is tried whatever it costs.
    seconds : float
        Wall-clock seconds after which no further candidate is begun.
    forecast : callable
        Called as ``forecast(config, train)`` for the forecast of `horizon` points.

    Returns
    -------
    dict
        ``config``, its ``smape``, the numbers ``tried`` and ``failed``, and ``seconds``.

    Raises
    ------
    ForecastError
        If no candidate gave a forecast; the message holds the first reason.
    """
    from dysts import metrics

    train, truth = series[:train_length], series[train_length : train_length + horizon]
    begin = time.monotonic()
    best: Mapping[str, Any] | None = None
    least = math.inf
    tried = failed = 0
    reason = ""
    for config in candidates:
        if tried and time.monotonic() - begin > seconds:
            break
        tried += 1
        try:
            value = metrics.smape(truth=truth, forecast=forecast(config, train.copy()))
        except Exception as problem:  # noqa: BLE001 - a configuration that cannot be fitted is only not chosen
            failed += 1
            reason = reason or (str(problem) if isinstance(problem, DystsError) else repr(problem))
            continue
        if best is None or value < least:
            best, least = config, value
    if best is None:
        raise ForecastError(f"none of {tried} configurations gave a forecast; the first: {reason}")
    return {
        "config": dict(best),
        "smape": least,
        "tried": tried,
        "failed": failed,
        "seconds": round(time.monotonic() - begin, 3),
    }
