"""Classical methods of one component: ARIMA, Theta, exponential smoothing, Fourier extrapolation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.checks import checked_choice, checked_count
from forecasters.libraries.darts_adapter import DartsForecaster
from forecasters.season import SeasonalConfig, estimate_season_length

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ARIMAConfig(Config):
    """Settings of `ARIMA`.

    Parameters
    ----------
    p, d, q : int
        Autoregressive order, number of differences, moving-average order.
    """

    p: int = 5
    d: int = 1
    q: int = 0

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        for name in ("p", "d", "q"):
            checked_count(name, getattr(self, name), least=0)
        if self.d > 2:
            raise InvalidArgumentError(f"d must be 0, 1 or 2, got {self.d}: the cost grows without use beyond")


class ARIMA(DartsForecaster[ARIMAConfig]):
    """Autoregressive integrated moving average, fitted to each component by maximum likelihood (statsmodels).

    Samples a hundredth of a period apart are so alike that statsmodels cannot start its filter for some components
    (a singular decomposition): then the autoregressive order is lowered, one by one, until it can.

    Attributes
    ----------
    orders : list of int
        The autoregressive order of each component.

    References
    ----------
    G. E. P. Box, G. M. Jenkins, Time Series Analysis: Forecasting and Control, Holden-Day (1970).

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> forecast = ARIMA(ARIMAConfig(p=3)).fit(series).predict(20)
    >>> bool(np.abs(forecast[:, 0] - np.sin(0.1 * np.arange(200, 220))).max() < 0.1)
    True
    """

    config_type = ARIMAConfig
    grid = {"p": (3, 5, 10, 25)}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(30, 2 * (self.config.p + self.config.q) + self.config.d + 2)

    def _fit(self, series: FloatArray) -> None:
        self.orders: list[int] = []
        super()._fit(series)

    def _model_of(self, series: FloatArray) -> Any:
        for order in range(self.config.p, -1, -1):
            self._order = order
            try:
                model = super()._model_of(series)
            except np.linalg.LinAlgError:
                if order == 0:
                    raise
            else:
                self.orders.append(order)
                break
        return model

    def _build(self, series: FloatArray) -> Any:  # noqa: ARG002
        from darts.models.forecasting.arima import ARIMA as Model

        return Model(p=self._order, d=self.config.d, q=self.config.q)


@dataclass(frozen=True, kw_only=True)
class AutoARIMAConfig(Config):
    """Settings of `AutoARIMA`.

    Parameters
    ----------
    max_p, max_q : int
        Highest orders of the stepwise search.
    """

    max_p: int = 5
    max_q: int = 5

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        for name in ("max_p", "max_q"):
            checked_count(name, getattr(self, name), least=1)


class AutoARIMA(DartsForecaster[AutoARIMAConfig]):
    """ARIMA of each component with orders chosen by a stepwise search on the information criterion (statsforecast).

    The model has no seasonal terms, as in the paper: a season of a hundred samples would cost hours.

    References
    ----------
    R. J. Hyndman, Y. Khandakar, Automatic time series forecasting: the forecast package for R,
    J. Stat. Softw. 27(3), 1-22 (2008), doi:10.18637/jss.v027.i03.

    Examples
    --------
    >>> series = np.arange(60.0)[:, None]
    >>> AutoARIMA().fit(series).predict(2).round(6).tolist()
    [[60.0], [61.0]]
    """

    config_type = AutoARIMAConfig
    needs = ("darts", "statsforecast")
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 30

    def _build(self, series: FloatArray) -> Any:  # noqa: ARG002
        from darts.models.forecasting.sf_auto_arima import AutoARIMA as Model

        return Model(max_p=self.config.max_p, max_q=self.config.max_q)


@dataclass(frozen=True, kw_only=True)
class ThetaConfig(SeasonalConfig):
    """Settings of `Theta` and `FourTheta`.

    Parameters
    ----------
    theta : int
        Curvature of the second line: 2 in the original method.
    season : str
        ``"additive"`` or ``"none"``.
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    theta: int = 2

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        checked_count("theta", self.theta, least=1)


class Theta(DartsForecaster[ThetaConfig]):
    """Theta method of each component: half a trend, half simple exponential smoothing, and a fixed season.

    References
    ----------
    V. Assimakopoulos, K. Nikolopoulos, The theta model: a decomposition approach to forecasting,
    Int. J. Forecast. 16, 521-530 (2000), doi:10.1016/S0169-2070(00)00066-2.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> forecast = Theta(ThetaConfig(season_length=20)).fit(series).predict(20)
    >>> bool(np.abs(forecast - series[:20]).max() < 0.2)
    True
    """

    config_type = ThetaConfig
    grid = {"season": ("additive", "none")}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.shortest_series

    def _build(self, series: FloatArray) -> Any:
        from darts.models.forecasting.theta import Theta as Model

        return Model(theta=self.config.theta, **_season(self.config, series))


class FourTheta(DartsForecaster[ThetaConfig]):
    """The 4Theta method of each component, with an additive model and a linear trend.

    darts' division by the mean is left out, since the series has none here.

    References
    ----------
    E. Spiliotis, V. Assimakopoulos, S. Makridakis, Generalizing the Theta method for automatic forecasting,
    Eur. J. Oper. Res. 284, 550-558 (2020), doi:10.1016/j.ejor.2020.01.007.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> forecast = FourTheta(ThetaConfig(season_length=20)).fit(series).predict(20)
    >>> bool(np.abs(forecast - series[:20]).max() < 0.2)
    True
    """

    config_type = ThetaConfig
    grid = {"season": ("additive", "none")}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.shortest_series

    def _build(self, series: FloatArray) -> Any:
        from darts.models.forecasting.theta import FourTheta as Model

        return Model(theta=self.config.theta, normalization=False, **_season(self.config, series))


@dataclass(frozen=True, kw_only=True)
class ExponentialSmoothingConfig(SeasonalConfig):
    """Settings of `ExponentialSmoothing`.

    Parameters
    ----------
    trend : str
        ``"additive"`` or ``"none"``.
    damped : bool
        Whether the trend decays to zero.
    season : str
        ``"additive"`` or ``"none"``.
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    trend: str = "additive"
    damped: bool = False

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        checked_choice("trend", self.trend, ("additive", "none"))
        if not isinstance(self.damped, bool) or (self.damped and self.trend == "none"):
            raise InvalidArgumentError(f"damped must be a boolean, and False without a trend, got {self.damped!r}")


class ExponentialSmoothing(DartsForecaster[ExponentialSmoothingConfig]):
    """Holt-Winters smoothing of each component (statsmodels), its season the period of the series.

    darts would take a season of 12 samples here.

    References
    ----------
    P. R. Winters, Forecasting sales by exponentially weighted moving averages, Manag. Sci. 6, 324-342 (1960).

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> forecast = ExponentialSmoothing(ExponentialSmoothingConfig(season_length=20)).fit(series).predict(20)
    >>> bool(np.abs(forecast - series[:20]).max() < 0.1)
    True
    """

    config_type = ExponentialSmoothingConfig
    grid = {"season": ("additive", "none")}  # noqa: RUF012 - class data, annotated in the base class
    univariate = True

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(12, self.config.shortest_series)

    def _build(self, series: FloatArray) -> Any:
        from darts.models.forecasting.exponential_smoothing import ExponentialSmoothing as Model
        from darts.utils.utils import ModelMode, SeasonalityMode

        length = 1 if self.config.season == "none" else self.config.season_length or estimate_season_length(series)
        return Model(
            trend=ModelMode.ADDITIVE if self.config.trend == "additive" else None,
            damped=self.config.damped,
            seasonal=SeasonalityMode.ADDITIVE if length > 1 else None,
            seasonal_periods=length if length > 1 else None,
        )


@dataclass(frozen=True, kw_only=True)
class FFTConfig(Config):
    """Settings of `FFT`.

    Parameters
    ----------
    frequencies : int, optional
        Number of the strongest frequencies that are kept; all if None.
    """

    frequencies: int | None = 10

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        if self.frequencies is not None:
            checked_count("frequencies", self.frequencies, least=1)


class FFT(DartsForecaster[FFTConfig]):
    """Continue the strongest Fourier components of each component of the series: the series repeats, filtered.

    Examples
    --------
    >>> series = np.sin(2 * np.pi * np.arange(200) / 20)[:, None]
    >>> bool(np.allclose(FFT().fit(series).predict(50)[:, 0], series[:50, 0]))
    True
    """

    config_type = FFTConfig
    univariate = True

    def _build(self, series: FloatArray) -> Any:  # noqa: ARG002
        from darts.models.forecasting.fft import FFT as Model

        return Model(nr_freqs_to_keep=self.config.frequencies)


def _season(config: SeasonalConfig, series: FloatArray) -> dict[str, Any]:
    from darts.utils.utils import SeasonalityMode

    length = 1 if config.season == "none" else config.season_length or estimate_season_length(series)
    if length == 1:
        return {"season_mode": SeasonalityMode.NONE}
    return {"season_mode": SeasonalityMode.ADDITIVE, "seasonality_period": length}
