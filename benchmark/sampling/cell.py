"""One cell of the run on sampling: a system, a sampling and a seed, behind the protocol that workers run.

Its job holds the training points with their future behind them. Its forecast is the errors at the checkpoints, one
score after the other: the cell scores itself, as only errors over the steps are of interest.
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
PROBE = 1e-5
"""Size of a displacement that measures growth, in standard deviations of the states: far above the tolerance of the
integration, and small enough to grow linearly for half a period."""


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
        self._sampling = SAMPLINGS[sampling]
        self._seed = seed
        self._settings = settings
        self._errors: list[tuple[float, ...]] = []

    def fit(self, series: np.ndarray) -> Self:
        """Train round by round, and keep the errors: float64 [time, 1], the observed component and its future.

        Parameters
        ----------
        series : numpy.ndarray [time, 1]
            Training points and the points to forecast after them, standardised by the training points.
        """
        settings, sampling = self._settings, self._sampling
        observed = series[: settings.train, 0]
        learner = Learner(settings, self._seed, change=float(np.diff(observed).std()))
        generator = np.random.default_rng([self._seed, 1])
        orbit = integrate(
            self._system, settings.train, points_per_period=settings.points_per_period, predictability=False
        ).values
        raw = _observed(self._system, orbit)
        # The same scale as that of the series, from the same points.
        scale = (raw.mean(), raw.std())
        last = settings.train - settings.length
        growth = self._growth(orbit[: last + 1]) if sampling.uses_growth else np.ones(last + 1)
        for round_number in range(settings.rounds):
            weights = np.ones(last + 1)
            if round_number:
                # The first round knows no errors, so that it is uniform.
                weights = sampling.density(learner.squared_errors(observed))[: last + 1] * growth**2
            starts = generator.choice(last + 1, size=settings.starts, p=weights / weights.sum())
            if sampling.anew:
                pieces = self._new_pieces(orbit[starts], generator, scale)
            else:
                pieces = np.stack([observed[start : start + settings.length] for start in starts])
            for _ in range(settings.checkpoints):
                learner.train(pieces, settings.steps // settings.checkpoints)
                self._errors.append(self._scored(learner, series[:, 0]))
        return self

    def predict(self, horizon: int) -> np.ndarray:
        """Return the errors at the checkpoints, one of `SCORES` after the other: float64 [error, 1]."""
        return np.ravel(self._errors, order="F")[:horizon, None]

    def _scored(self, learner: Learner, series: np.ndarray) -> tuple[float, ...]:
        """Return the errors in the order of `SCORES`."""
        settings = self._settings
        origins = settings.train + settings.half * np.arange(settings.origins)
        contexts = np.stack([series[origin - settings.window : origin] for origin in origins])
        truth = np.stack([series[origin : origin + settings.horizon] for origin in origins])
        found = learner.forecasts(contexts, settings.horizon)
        gaps = (found - truth)[:, : settings.half]
        ahead = learner.squared_errors(series[settings.train - settings.window :])[settings.window :]
        # The first is on 0 to 2, as published.
        return (
            float(smape(truth=truth[..., None], forecast=found[..., None]).mean()) / 100.0,
            float(np.sqrt((gaps**2).mean())),
            float(np.sqrt(ahead.mean())),
        )

    def _growth(self, states: np.ndarray) -> np.ndarray:
        """Return by how much a small displacement of each state grows within half a period: float64 [state]."""
        spread = states.std(axis=0)
        spread = np.where(spread > 0.0, spread, 1.0)
        # A generator of its own: the first round has the same starts with every sampling.
        shift = np.random.default_rng([self._seed, 2]).standard_normal(states.shape)
        shift *= PROBE / np.linalg.norm(shift, axis=1, keepdims=True)
        ends = self._pieces(np.concatenate([states, states + shift * spread]), self._settings.half + 1)[:, -1]
        apart = np.linalg.norm((ends[len(states) :] - ends[: len(states)]) / spread, axis=1)
        growth: np.ndarray = apart / PROBE
        return growth

    def _new_pieces(self, states: np.ndarray, generator: np.random.Generator, scale: tuple[float, float]) -> np.ndarray:
        moved = states + self._settings.displacement * generator.uniform(-1.0, 1.0, states.shape)
        values = self._pieces(moved, self._settings.length)
        found = np.stack([_observed(self._system, each) for each in values])
        return (found - scale[0]) / scale[1]

    def _pieces(self, states: np.ndarray, length: int) -> np.ndarray:
        """Return trajectories from states: float64 [state, time, component]."""
        values: np.ndarray = integrate(
            self._system,
            length,
            points_per_period=self._settings.points_per_period,
            initial_conditions=states,
            predictability=False,
            threads=1,
        ).values
        return values


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
