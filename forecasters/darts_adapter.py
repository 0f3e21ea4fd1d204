"""One adapter around the forecasting models of darts that take several components."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from forecasters.base import BaseForecaster, ConfigT

FloatArray = NDArray[np.float64]


class DartsForecaster(BaseForecaster[ConfigT], Generic[ConfigT]):
    """A darts model behind the package's protocol.

    A subclass builds the unfitted model. It imports darts there, from the module that defines the model:
    a tenth of the cost of ``darts.models``, which pulls in every installed backend.

    References
    ----------
    J. Herzen et al., Darts: user-friendly modern machine learning for time series,
    J. Mach. Learn. Res. 23(124), 1-6 (2022).
    """

    @property
    def minimum_length(self) -> int:
        """Points that a series must have at least; no darts model takes fewer."""
        return 3

    @abstractmethod
    def _build(self, series: FloatArray) -> Any:
        """Return an unfitted darts model for a scaled series, float64 [time, component]."""

    def _fit(self, series: FloatArray) -> None:
        from darts import TimeSeries

        with _own_random_state(self.seed):
            self._model = self._build(series).fit(TimeSeries.from_values(series))

    def _predict(self, horizon: int) -> FloatArray:
        with _own_random_state(self.seed):
            return np.asarray(self._model.predict(horizon).values(), dtype=np.float64)


@contextmanager
def _own_random_state(seed: int) -> Iterator[None]:
    # darts draws from numpy's global generator even for models without randomness.
    callers = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(callers)  # noqa: NPY002
