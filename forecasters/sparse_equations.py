"""Forecasts by differential equations that are found in the series."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.closed_loop import LibraryFlow
from dysts.discovery.sparse import SequentialThresholding
from forecasters.base import Config
from forecasters.checks import checked_count
from forecasters.closed_loop import ClosedLoopForecaster
from forecasters.numerics.box import Box
from forecasters.numerics.held_out import one_blas_thread

FloatArray = NDArray[np.float64]

# Points over which two step sizes of the integrator must agree.
_CONVERGED_OVER = 5
# A linear library of twenty components has 0.4 terms per row of the training part from here on.
_FEWEST_POINTS = 100


@dataclass(frozen=True, kw_only=True)
class SINDyConfig(Config):
    """Settings of `SINDy`.

    Parameters
    ----------
    degree : int
        Highest degree of the polynomials that are tried.
    """

    degree: int = 5

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("degree", self.degree, least=1)


class SINDy(ClosedLoopForecaster[SINDyConfig]):
    """Polynomial differential equations with few terms, found by sequential thresholding and integrated.

    Degree, terms and the estimate of the derivative are chosen by closed-loop forecasts of the last quarter of the
    series (`dysts.discovery.SequentialThresholding`). The series must hold the whole state, as there are no delays; a
    rollout is held in a box around the training range (see `diverged_at`).

    References
    ----------
    S. L. Brunton, J. L. Proctor, J. N. Kutz, Discovering governing equations from data by sparse identification of
    nonlinear dynamical systems, Proc. Natl. Acad. Sci. 113, 3932-3937 (2016), doi:10.1073/pnas.1517384113.

    Examples
    --------
    >>> times = 0.1 * np.arange(500)
    >>> series = np.stack([np.sin(times), np.cos(times)], axis=1)
    >>> forecast = SINDy().fit(series[:300]).predict(200)
    >>> bool(np.allclose(forecast, series[300:], atol=1e-6))
    True
    """

    config_type = SINDyConfig

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return _FEWEST_POINTS

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        method = SequentialThresholding(degree=self.config.degree, library="polynomial")
        self._flow: LibraryFlow = method.fit_flow(np.arange(len(series), dtype=np.float64), series)
        self._box = Box.around(series)
        self._last = series[-1].copy()
        some = series[:: max(1, len(series) // 8)]
        self._substeps = self._flow.enough_substeps(some, 1.0, _CONVERGED_OVER, np.ones(series.shape[1]))

    def _initial(self) -> FloatArray:
        return self._last.copy()

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        point = self._box.clip(self._flow.roll_out(state[None], 1.0, 1, substeps=self._substeps)[0, 0])
        return point, point
