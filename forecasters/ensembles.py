"""Ensemble forecasts of any forecaster, by a bootstrap of what its smooth part leaves of the series."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import ForecastError
from forecasters.checks import checked_count, checked_series
from forecasters.numerics.noise_level import WIDTHS, noise_level, smoothed

FloatArray = NDArray[np.float64]


class BootstrapEnsemble:
    """Ensemble of forecasters that are fitted to replicates of one series.

    A replicate is the smooth part of the series with residuals that are drawn from its own, time by time, so that
    components keep their common noise. Each member has a seed of its own besides. So the members differ by what noise
    does to the fit and to the point from which they start, and by the forecaster's own randomness; on a series without
    noise the second is all.

    Parameters
    ----------
    build : callable
        Returns a forecaster that is ready to fit, from a seed.
    seed : int
        Seed of the forecaster that is fitted to the series itself, and the first of the members' seeds.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> wave = np.sin(np.arange(300) / 8.0)[:, None] + 0.05 * np.random.default_rng(0).standard_normal((300, 1))
    >>> model = BootstrapEnsemble(lambda seed: get_forecaster("LinearRegression", season_length=50, seed=seed))
    >>> model.fit(wave).predict(10, samples=3).shape
    (3, 10, 1)
    """

    def __init__(self, build: Callable[[int], Any], *, seed: int = 0) -> None:
        self._build = build
        self.seed = checked_count("seed", seed, least=0)
        self._model: Any = None
        self._members: dict[int, Any] = {}

    def fit(self, series: ArrayLike) -> Self:
        """Fit the forecaster to a series; members are fitted when they are asked for.

        Raises
        ------
        InvalidArgumentError
            If the series is not a finite array [time, component].
        """
        checked = checked_series(series, minimum_length=WIDTHS[0] + 1, who=type(self).__name__)
        self._model, self._members = None, {}
        model = self._build(self.seed).fit(checked)
        self._smooth, _ = smoothed(checked, noise_level(checked))
        self._residuals = checked - self._smooth
        self._model = model
        return self

    def predict(self, horizon: int, *, samples: int | None = None) -> FloatArray:
        """Forecast the points that follow the series.

        Parameters
        ----------
        horizon : int
        samples : int, optional
            Number of members; without it the forecast of the forecaster that was fitted to the series itself. A larger
            ensemble begins with the smaller one.

        Returns
        -------
        ndarray, float64 [time, component] or [sample, time, component]

        Raises
        ------
        ForecastError
            If nothing was fitted.
        """
        if self._model is None:
            raise ForecastError(f"{type(self).__name__} cannot predict before fit")
        if samples is None:
            forecast: FloatArray = self._model.predict(horizon)
            return forecast
        members = range(checked_count("samples", samples, least=1))
        return np.stack([self._member(number).predict(horizon) for number in members])

    def _member(self, number: int) -> Any:
        if number not in self._members:
            generator = np.random.default_rng([self.seed, number])
            drawn = generator.integers(0, len(self._residuals), len(self._residuals))
            replicate = self._smooth + self._residuals[drawn]
            self._members[number] = self._build(self.seed + 1 + number).fit(replicate)
        return self._members[number]
