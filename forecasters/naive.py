"""Forecasters without a model of the dynamics, which every other forecaster must beat."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_count
from forecasters.libraries.darts_adapter import DartsForecaster
from forecasters.season import estimate_season_length

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class NaiveConfig(Config):
    """The empty configuration."""


@dataclass(frozen=True, kw_only=True)
class NaiveSeasonalConfig(Config):
    """Settings of `NaiveSeasonal`.

    Parameters
    ----------
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    season_length: int | None = None

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        if self.season_length is not None:
            checked_count("season_length", self.season_length, least=1)


class NaiveMean(DartsForecaster[NaiveConfig]):
    """Forecast the mean of the series.

    Examples
    --------
    >>> NaiveMean().fit([[1.0], [2.0], [6.0]]).predict(2).tolist()
    [[3.0], [3.0]]
    """

    config_type = NaiveConfig

    def _build(self, series: FloatArray) -> Any:  # noqa: ARG002
        from darts.models.forecasting.baselines import NaiveMean as Model

        return Model()


class NaiveDrift(BaseForecaster[NaiveConfig]):
    """Continue the straight line from the first point of the series through the last.

    The same as darts' ``NaiveDrift``, whose last digits depend on the horizon.

    Examples
    --------
    >>> NaiveDrift().fit([[1.0], [5.0], [3.0]]).predict(2).round(12).tolist()
    [[4.0], [5.0]]
    """

    config_type = NaiveConfig

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 2

    def _fit(self, series: FloatArray) -> None:
        self._last = series[-1].copy()
        self._slope = (series[-1] - series[0]) / (len(series) - 1)

    def _predict(self, horizon: int) -> FloatArray:
        line: FloatArray = self._last + np.arange(1, horizon + 1)[:, None] * self._slope
        return line


class NaiveSeasonal(DartsForecaster[NaiveSeasonalConfig]):
    """Repeat the last season of the series.

    darts calls the season K and defaults to one sample, a constant forecast; here it is the period of the
    series, estimated by `forecasters.season.estimate_season_length` if it is not given.

    Examples
    --------
    >>> series = [[0.0], [1.0], [4.0], [0.0], [1.0], [5.0]]
    >>> NaiveSeasonal(NaiveSeasonalConfig(season_length=3)).fit(series).predict(4).round(12).tolist()
    [[0.0], [1.0], [5.0], [0.0]]
    """

    config_type = NaiveSeasonalConfig

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(super().minimum_length, self.config.season_length or 1)

    def _build(self, series: FloatArray) -> Any:
        from darts.models.forecasting.baselines import NaiveSeasonal as Model

        return Model(K=self.config.season_length or estimate_season_length(series))
