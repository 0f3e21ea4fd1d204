"""One cell of the run on sampling: a system, a sampling and a seed, behind the protocol that workers run.

Its job holds the training points with their future behind them. Its forecast is the errors at the checkpoints, those of
free forecasts and then those of single steps: the cell scores itself, as only errors over the steps are of interest.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from benchmark.sampling.densities import SAMPLINGS
from benchmark.sampling.learner import Learner
from benchmark.sampling.settings import Settings
from dysts.errors import InvalidArgumentError
from dysts.integration.integrate import integrate
from dysts.metrics import smape
from dysts.systems.registry import get_system

FACTORY = "benchmark.sampling.cell:factory"
"""What a worker imports to run a cell."""


class SamplingCell:
    """Trains on data drawn in one way; what it predicts is the error of its forecasts after each checkpoint.

    Parameters
    ----------
    system, sampling : str
    seed : int
    settings : Settings
    """

    def __init__(self, *, system: str, sampling: str, seed: int, settings: Settings) -> None:
        if sampling not in SAMPLINGS:
            raise InvalidArgumentError(f"sampling must be one of {', '.join(SAMPLINGS)}, got {sampling!r}")
        self._system = get_system(system)
        self._sampling = sampling
        self._seed = seed
        self._settings = settings
        self._errors: list[float] = []
        self._one_step: list[float] = []

    def fit(self, series: np.ndarray) -> Self:
        """Train round by round, and keep the errors: float64 [time, 1], the observed component and its future.

        Parameters
        ----------
        series : numpy.ndarray [time, 1]
            Training points and the points to forecast after them, standardised by the training points.
        """
        settings = self._settings
        observed, future = series[: settings.train, 0], series[settings.train :, 0]
        learner = Learner(settings, self._seed)
        generator = np.random.default_rng([self._seed, 1])
        anew, density = SAMPLINGS[self._sampling]
        orbit = integrate(
            self._system, settings.train, points_per_period=settings.points_per_period, predictability=False
        ).values
        raw = _observed(self._system, orbit)
        # The same scale as that of the series, from the same points.
        scale = (raw.mean(), raw.std())
        last = settings.train - settings.length
        for round_number in range(settings.rounds):
            # The first round knows no errors, so that its density is uniform.
            errors = np.ones(settings.train) if round_number == 0 else learner.squared_errors(observed)
            weights = density(errors)[: last + 1]
            starts = generator.choice(last + 1, size=settings.starts, p=weights / weights.sum())
            if anew:
                pieces = self._new_pieces(orbit[starts], generator, scale)
            else:
                pieces = np.stack([observed[start : start + settings.length] for start in starts])
            for _ in range(settings.checkpoints):
                learner.train(pieces, settings.steps // settings.checkpoints)
                forecast = learner.forecast(observed, settings.horizon)
                error = smape(truth=future[:, None], forecast=forecast[:, None])
                # On 0 to 2, as published.
                self._errors.append(float(error) / 100.0)
                squared = learner.squared_errors(series[:, 0])[settings.train :]
                self._one_step.append(float(np.sqrt(squared.mean())))
        return self

    def predict(self, horizon: int) -> np.ndarray:
        """Return the errors at the checkpoints, of free forecasts, then of single steps: float64 [2 checkpoint, 1]."""
        return np.array([*self._errors, *self._one_step][:horizon])[:, None]

    def _new_pieces(self, states: np.ndarray, generator: np.random.Generator, scale: tuple[float, float]) -> np.ndarray:
        settings = self._settings
        moved = states + settings.displacement * generator.uniform(-1.0, 1.0, states.shape)
        values = integrate(
            self._system,
            settings.length,
            points_per_period=settings.points_per_period,
            initial_conditions=moved,
            predictability=False,
            threads=1,
        ).values
        found = np.stack([_observed(self._system, each) for each in values])
        return (found - scale[0]) / scale[1]


def _observed(system: Any, states: np.ndarray) -> np.ndarray:
    """Return the first observable of states: float64 [time]."""
    values: np.ndarray = system.observe(states)[:, 0]
    return values


def factory(*, preset: str, season_length: int, seed: int, config: Mapping[str, Any]) -> SamplingCell:
    """Return the cell that a job describes.

    Parameters
    ----------
    preset : str
        The sampling.
    season_length : int
        Points per period.
    seed : int
    config : mapping
        ``system``, and fields of `Settings`.
    """
    fields = dict(config)
    return SamplingCell(
        system=str(fields.pop("system")),
        sampling=preset,
        seed=seed,
        settings=Settings(**{**fields, "points_per_period": season_length}),
    )
