"""Linear autoregression on lagged values."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count
from forecasters.closed_loop import LaggedForecaster
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LinearRegressionConfig(Config):
    """Settings of `LinearRegression`.

    Parameters
    ----------
    lags : int
        Past samples of every component that the next sample is regressed on.
    """

    lags: int = 25

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("lags", self.lags, least=1)


class LinearRegression(LaggedForecaster[LinearRegressionConfig]):
    """Least-squares vector autoregression with an intercept, one step at a time.

    darts fits the model (``LinearRegressionModel`` with ``output_chunk_length=1``). The forecast is rolled
    out here through the fitted coefficients: the same numbers as darts', a hundred times faster over
    thousands of steps, and held in a box around the training range, as an unstable regression would
    otherwise overflow.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> forecast = LinearRegression(LinearRegressionConfig(lags=5)).fit(series).predict(100)
    >>> bool(np.allclose(forecast[:, 0], np.sin(0.1 * np.arange(200, 300)), atol=1e-6))
    True
    """

    config_type = LinearRegressionConfig
    needs = ("darts",)
    extra = "statistical"
    grid = {"lags": (3, 5, 10, 25)}  # noqa: RUF012 - class data, annotated in the base class

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 2 * self.config.lags + 2

    def _fit(self, series: FloatArray) -> None:
        with imports_for("LinearRegression", extra=self.extra):
            from darts import TimeSeries
            from darts.models.forecasting.linear_regression_model import LinearRegressionModel
        with isolated("LinearRegression", seed=self.seed):
            model = LinearRegressionModel(lags=self.config.lags, output_chunk_length=1)
            self._model: Any = model.fit(TimeSeries.from_values(series))
        # darts orders the features by lag, oldest first, and within a lag by component.
        self._coefficients = np.reshape(self._model.model.coef_, (series.shape[1], -1))
        self._intercept = np.reshape(self._model.model.intercept_, series.shape[1])
        self._history = series[-self.config.lags :].copy()
        self._box = Box.around(series)

    def _next(self, window: FloatArray) -> FloatArray:
        following: FloatArray = self._coefficients @ window.ravel() + self._intercept
        return following
