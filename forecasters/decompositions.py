"""Sums of a trend and seasons that the published scripts try beside the 24: TBATS and Prophet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.checks import checked_count
from forecasters.isolation import isolated
from forecasters.libraries.darts_adapter import DartsForecaster
from forecasters.season import SeasonalConfig, estimate_season_length

FloatArray = NDArray[np.float64]

# Prophet knows the calendar only; which day a sample stands for is of no matter to it.
_FIRST_DAY = "2000-01-01"
_PIECE = 500


@dataclass(frozen=True, kw_only=True)
class TBATSConfig(SeasonalConfig):
    """Settings of `TBATS`.

    Parameters
    ----------
    trend, arma_errors : bool
        Whether a trend, and errors that follow an autoregressive moving average, may be chosen by the information
        criterion. Both cost seconds and, on chaotic series, forecasts that drift away.
    season : str
        ``"additive"`` or ``"none"``.
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    trend: bool = True
    arma_errors: bool = True

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        for name in ("trend", "arma_errors"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidArgumentError(f"{name} must be a boolean, got {getattr(self, name)!r}")


class TBATS(DartsForecaster[TBATSConfig]):
    """Exponential smoothing of each component with a trigonometric season, ARMA errors and a trend (statsforecast).

    The Box-Cox transform, the B of the name, is left out: it needs positive values.

    References
    ----------
    A. M. De Livera, R. J. Hyndman, R. D. Snyder, Forecasting time series with complex seasonal patterns using
    exponential smoothing, J. Am. Stat. Assoc. 106, 1513-1527 (2011), doi:10.1198/jasa.2011.tm09771.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> forecast = TBATS(TBATSConfig(season_length=20, trend=False, arma_errors=False)).fit(series).predict(20)
    >>> bool(np.abs(forecast - series[:20]).max() < 0.1)
    True
    """

    config_type = TBATSConfig
    needs = ("darts", "statsforecast")
    presets = {"fast": {"trend": False, "arma_errors": False}, "paper": {}}  # noqa: RUF012 - class data
    grid = {"season": ("additive", "none")}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(30, self.config.shortest_series)

    def _build(self, series: FloatArray) -> Any:
        from darts.models.forecasting.sf_auto_tbats import AutoTBATS as Model

        return Model(
            season_length=_season_length(self.config, series),
            use_boxcox=False,
            use_trend=None if self.config.trend else False,
            use_arma_errors=self.config.arma_errors,
        )


@dataclass(frozen=True, kw_only=True)
class ProphetConfig(SeasonalConfig):
    """Settings of `Prophet`.

    Parameters
    ----------
    harmonics : int
        Fourier terms of the season.
    season : str
        ``"additive"`` or ``"none"``.
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    harmonics: int = 10

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        checked_count("harmonics", self.harmonics, least=1)


class Prophet(DartsForecaster[ProphetConfig]):
    """A piecewise linear trend of each component and a season in Fourier terms, fitted by Stan (Prophet).

    Its seasons of days, weeks and years mean nothing here and are left out; the season is that of the series. It needs
    a package of its own, which the extra ``prophet`` installs.

    References
    ----------
    S. J. Taylor, B. Letham, Forecasting at scale, Am. Stat. 72, 37-45 (2018), doi:10.1080/00031305.2017.1380080.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> forecast = Prophet(ProphetConfig(season_length=20)).fit(series).predict(20)
    >>> bool(np.abs(forecast - series[:20]).max() < 0.1)
    True
    """

    config_type = ProphetConfig
    grid = {"season": ("additive", "none")}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True
    needs = ("prophet",)
    extra = "prophet"

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(30, self.config.shortest_series)

    def _build(self, series: FloatArray) -> Any:
        from prophet import Prophet as Model

        length = _season_length(self.config, series)
        model = Model(
            yearly_seasonality=False, weekly_seasonality=False, daily_seasonality=False, uncertainty_samples=False
        )
        if length > 1:
            model.add_seasonality("season", period=length, fourier_order=min(self.config.harmonics, length // 2))
        return model

    def _model_of(self, series: FloatArray) -> Any:
        self._length = len(series)
        return self._build(series).fit(_days(0, len(series)).assign(y=series[:, 0]))

    def _predict(self, horizon: int) -> FloatArray:
        # In pieces of one length, as the last digits of a product depend on how many rows it has.
        starts = range(self._length, self._length + horizon, _PIECE)
        with isolated(type(self).__name__, seed=self.seed):
            columns = [
                np.concatenate([model.predict(_days(start, _PIECE))["yhat"] for start in starts])[:horizon]
                for model in self._models
            ]
        path = self._wall.clip(np.stack(columns, axis=1))
        self.diverged_at = self._wall.first_exit(path)
        return path


def _days(first: int, count: int) -> Any:
    """Return the frame of dates that stand for the samples from the first on."""
    import pandas as pd

    return pd.DataFrame({"ds": pd.Timestamp(_FIRST_DAY) + pd.to_timedelta(np.arange(first, first + count), unit="D")})


def _season_length(config: SeasonalConfig, series: FloatArray) -> int:
    return 1 if config.season == "none" else config.season_length or estimate_season_length(series)
