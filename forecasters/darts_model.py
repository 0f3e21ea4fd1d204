"""Wraps any forecasting model of darts, by the name of its class; a probabilistic one forecasts its median."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import ForecastError, unknown_name
from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_count
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]

SAMPLES = 100
"""Number of random draws whose median is the forecast of a probabilistic model."""


@dataclass(frozen=True, kw_only=True)
class DartsConfig(Config):
    """Settings of `DartsModel`.

    Parameters
    ----------
    model : str
        Name of a class in ``darts.models``.
    arguments : tuple of (name, value)
        Arguments of the class.
    """

    model: str = "NaiveSeasonal"
    arguments: tuple[tuple[str, Any], ...] = ()


class DartsModel(BaseForecaster[DartsConfig]):
    """A forecasting model of darts, by the name of its class.

    A univariate model is fitted to each component. Networks receive single precision, print nothing and take the seed,
    unless the arguments say otherwise. A forecast is clipped to a hundred extents of the series (see `diverged_at`).

    The forecast of a probabilistic model (one with a ``likelihood``, an ensemble or a conformal model) is the median of
    `SAMPLES` draws at each time, and `predict_samples` returns draws. Both are seeded: they are the same in each call.

    Parameters
    ----------
    model : str
        Name of a class in ``darts.models``.
    arguments : mapping, optional
        Arguments of the class.
    seed : int
        Seed of every random choice.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(100) / 20)[:, None]
    >>> forecast = DartsModel("NaiveSeasonal", {"K": 20}).fit(series).predict(20)
    >>> bool(np.allclose(forecast, series[-20:]))
    True
    """

    config_type = DartsConfig
    needs = ("darts",)
    extra = "statistical"

    def __init__(self, model: str, arguments: Mapping[str, Any] | None = None, *, seed: int = 0) -> None:
        super().__init__(DartsConfig(model=model, arguments=tuple(sorted((arguments or {}).items()))), seed=seed)
        with imports_for("DartsModel", extra=self.extra):
            from darts import models
            from darts.models.forecasting.forecasting_model import ForecastingModel
        known = [name for name in dir(models) if isinstance(getattr(models, name), type)]
        known = [name for name in known if issubclass(getattr(models, name), ForecastingModel)]
        if model not in known:
            raise unknown_name("model of darts", model, known, listing="dir(darts.models)")
        self._class: Any = getattr(models, model)

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series; a model that needs more raises `ForecastError`."""
        return 3

    def _build(self) -> Any:
        arguments = dict(self.config.arguments)
        accepted = inspect.signature(self._class.__init__).parameters
        if self._is_network():
            silent = {
                "logger": False,
                "enable_checkpointing": False,
                "enable_progress_bar": False,
                "enable_model_summary": False,
            }
            arguments["pl_trainer_kwargs"] = {**silent, **arguments.get("pl_trainer_kwargs", {})}
        if self._is_network() or "random_state" in accepted:
            arguments.setdefault("random_state", self.seed % 2**31)
        return self._class(**arguments)

    def _is_network(self) -> bool:
        # By name, as importing the base class means importing torch.
        return any(base.__name__ == "TorchForecastingModel" for base in self._class.__mro__)

    def _fit(self, series: FloatArray) -> None:
        if self._is_network():
            with imports_for("DartsModel", extra="neural"):
                import torch  # noqa: F401 - before the isolation, which seeds torch only where it is there
        with imports_for("DartsModel", extra=self.extra), isolated(self.config.model, seed=self.seed):
            from darts import TimeSeries

            values = series.astype(np.float32) if self._is_network() else series
            together = self._build().supports_multivariate
            parts = [values] if together else [values[:, [index]] for index in range(series.shape[1])]
            self._models = [self._build().fit(TimeSeries.from_values(part)) for part in parts]
        self._wall = Box.around(series, margin=100.0)

    def predict_samples(self, horizon: int, samples: int = SAMPLES) -> FloatArray:
        """Draw forecasts of the points that follow the series.

        Parameters
        ----------
        horizon : int
            Number of points, at least 1.
        samples : int
            Number of draws, at least 1.

        Returns
        -------
        ndarray, float64 [sample, time, component]
            In raw units, finite, and the same in each call. The median over 100 samples is the forecast.

        Raises
        ------
        InvalidArgumentError
            If a number is not a positive integer.
        ForecastError
            If nothing was fitted, or the model makes no random draws.
        """
        horizon = checked_count("horizon", horizon, least=1)
        samples = checked_count("samples", samples, least=1)
        standard = self._fitted("draw samples")
        if not standard.varying.any():
            return standard.invert(np.empty((samples, horizon, 0)))
        if not any(map(_draws_at_random, self._models)):
            raise ForecastError(
                f"{self.config.model} must be probabilistic to draw samples, such as one with a likelihood among its "
                f"arguments, got {dict(self.config.arguments)!r}"
            )
        return standard.invert(self._wall.clip(self._draws(horizon, samples)))

    def _predict(self, horizon: int) -> FloatArray:
        path = self._wall.clip(np.median(self._draws(horizon, SAMPLES), axis=0))
        self.diverged_at = self._wall.first_exit(path)
        return path

    def _draws(self, horizon: int, samples: int) -> FloatArray:
        """Return forecasts in scaled units, float64 [sample, time, component]; one of a model without random draws."""
        values = []
        with isolated(self.config.model, seed=self.seed):
            for model in self._models:
                # darts steps back for a last chunk that is not whole, which changes what came before it.
                chunk = getattr(model, "output_chunk_length", None) or 1
                whole = -(-horizon // chunk) * chunk
                random = _draws_at_random(model)
                # Without a seed of its own each call would go on with the random numbers of the last one.
                asked = {"num_samples": samples, "random_state": self.seed % 2**31} if random else {}
                if random and self._is_network():
                    # In one batch, as the draws of a second one would depend on the horizon of the first.
                    asked["batch_size"] = samples
                values.append(model.predict(whole, **asked).all_values(copy=False)[:horizon])
        most = max(part.shape[2] for part in values)
        forecast = np.concatenate(
            [np.broadcast_to(part, (*part.shape[:2], most)) for part in values], axis=1, dtype=np.float64
        )
        bad = np.count_nonzero(np.isnan(forecast))
        if bad:
            raise ForecastError(f"{self.config.model} forecast {bad} of {forecast.size} values that are not numbers")
        return forecast.transpose(2, 0, 1)


def _draws_at_random(model: Any) -> bool:
    """Whether a fitted model of darts makes a random draw where its point forecast is asked for.

    Statistical models, which are fitted to one series, forecast their mean then.
    """
    from darts.models.forecasting.forecasting_model import GlobalForecastingModel

    return isinstance(model, GlobalForecastingModel) and bool(model.supports_probabilistic_prediction)
