"""Kalman filter with an identified state-space model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count
from forecasters.closed_loop import ClosedLoopForecaster
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]

# Block rows that darts gives N4SID at least.
_BLOCK_ROWS = 10


@dataclass(frozen=True, kw_only=True)
class KalmanConfig(Config):
    """Settings of `Kalman`.

    Parameters
    ----------
    states : int
        Dimension of the hidden state; at most ten times the number of components that vary is used.
    """

    states: int = 1

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("states", self.states, least=1)


class Kalman(ClosedLoopForecaster[KalmanConfig]):
    """Kalman filter on a linear state-space model found by subspace identification (N4SID).

    darts fits the model (``KalmanForecaster``) and filters the series. The forecast is iterated here from the
    last filtered state: the same numbers, but darts also propagates the covariance, which overflows within the
    first hundred steps of an unstable model and then raises. The rollout is held in a box instead (see
    `diverged_at`).

    References
    ----------
    R. E. Kalman, A new approach to linear filtering and prediction problems, J. Basic Eng. 82, 35-45 (1960).
    P. Van Overschee, B. De Moor, N4SID: subspace algorithms for the identification of combined
    deterministic-stochastic systems, Automatica 30, 75-93 (1994), doi:10.1016/0005-1098(94)90230-5.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(300))[:, None]
    >>> forecast = Kalman(KalmanConfig(states=3)).fit(series).predict(50)
    >>> bool(np.abs(forecast[:, 0] - np.sin(0.1 * np.arange(300, 350))).max() < 1e-6)
    True
    """

    config_type = KalmanConfig
    needs = ("darts",)
    extra = "statistical"
    presets = {"fast": {"states": 3}, "paper": {}}  # noqa: RUF012 - class data, annotated in the base class
    grid = {"states": (1, 3, 5, 10, 25)}  # noqa: RUF012

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 6 * max(_BLOCK_ROWS, self.config.states)

    def _fit(self, series: FloatArray) -> None:
        with imports_for("Kalman", extra=self.extra):
            from darts import TimeSeries
            from darts.models.forecasting.kalman_forecaster import KalmanForecaster
        block_rows = max(_BLOCK_ROWS, self.config.states)
        with isolated("Kalman", seed=self.seed):
            states = min(self.config.states, block_rows * series.shape[1])
            self._model: Any = KalmanForecaster(dim_x=states).fit(TimeSeries.from_values(series))
            identified = self._model.darts_kf.kf
            filtered = type(identified)(
                identified.state_space, np.block([[identified.r, identified.s.T], [identified.s, identified.q]])
            )
            for sample in series:
                filtered.step(sample[:, None], np.zeros((0, 1)))
        self._transition: FloatArray = identified.state_space.a
        self._emission: FloatArray = identified.state_space.c
        self._state: FloatArray = filtered.x_predicteds[-1][:, 0]
        self._box = Box.around(series)

    def _initial(self) -> FloatArray:
        return self._state.copy()

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._transition @ state, self._box.clip(self._emission @ state)
