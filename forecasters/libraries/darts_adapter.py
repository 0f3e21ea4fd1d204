"""Adapts the forecasting models of darts, univariate and multivariate, to the protocol."""

from abc import abstractmethod
from typing import Any, ClassVar, Generic

import numpy as np
from numpy.typing import NDArray

from forecasters.base import BaseForecaster, ConfigT
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]

# A trend may leave the range of the series by far; a model with an explosive root leaves it without limit.
_MARGIN = 100.0


class DartsForecaster(BaseForecaster[ConfigT], Generic[ConfigT]):
    """A forecasting model of darts as a forecaster.

    A subclass builds the unfitted model. It imports darts there, from the module that defines the model:
    a tenth of the cost of ``darts.models``, which pulls in every installed backend. A forecast that leaves the
    range of the series by more than a hundred times its extent is held there (see `diverged_at`).

    Attributes
    ----------
    univariate : bool
        Whether the model takes one component; then every component gets a model of its own.

    References
    ----------
    J. Herzen et al., Darts: user-friendly modern machine learning for time series,
    J. Mach. Learn. Res. 23(124), 1-6 (2022).
    """

    univariate: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("darts",)
    extra = "statistical"

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series; no darts model takes fewer."""
        return 3

    @abstractmethod
    def _build(self, series: FloatArray) -> Any:
        """Return an unfitted darts model for a scaled series, float64 [time, component]."""

    def _fit(self, series: FloatArray) -> None:
        name = type(self).__name__
        parts = [series[:, [index]] for index in range(series.shape[1])] if self.univariate else [series]
        with imports_for(name, extra=self.extra), isolated(name, seed=self.seed):
            self._models = [self._model_of(part) for part in parts]
        self._wall = Box.around(series, margin=_MARGIN)

    def _model_of(self, series: FloatArray) -> Any:
        """Return the darts model of a scaled series, fitted to it."""
        from darts import TimeSeries

        return self._build(series).fit(TimeSeries.from_values(series))

    def _predict(self, horizon: int) -> FloatArray:
        with isolated(type(self).__name__, seed=self.seed):
            values = [model.predict(horizon).values() for model in self._models]
        path = self._wall.clip(np.concatenate(values, axis=1, dtype=np.float64))
        self.diverged_at = self._wall.first_exit(path)
        return path
