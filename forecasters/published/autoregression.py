"""The nVAR of the 2023 paper, which is a linear vector autoregression."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.numerics.held_out import one_blas_thread
from forecasters.published.raw_units import RawForecaster, ridge_weights, warmup_of

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PublishedNVARConfig(Config):
    """Settings of `PublishedNVAR`.

    Parameters
    ----------
    delays : int
        Samples that the next one is computed from, the present one among them.
    ridge : float
        Penalty of the weights, in absolute units.
    """

    delays: int = 30
    ridge: float = 1e-4

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("delays", self.delays, least=1)
        checked_number("ridge", self.ridge, above=0.0)


class PublishedNVAR(RawForecaster[PublishedNVARConfig]):
    """The autoregression that the 2023 paper calls nVAR, with the settings that it took from reservoirpy.

    The next sample is a constant and a linear function of the last `delays` samples in raw units, fitted by ridge
    regression. Products of samples, which make a nonlinear autoregression of it, are left out by the order of 1. Only
    the number of delays is tuned.

    At order 1 reservoirpy computes every delayed sample twice, as a linear feature and as a product of one factor.
    Equal features share a weight equally, so the penalty of the samples here is half of the one of the constant.
    Before the beginning of the series the samples are zero.

    References
    ----------
    W. Gilpin, Model scale versus domain knowledge in statistical forecasting of chaotic systems,
    Phys. Rev. Research 5, 043252 (2023), doi:10.1103/PhysRevResearch.5.043252.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(700))[:, None]
    >>> forecast = PublishedNVAR().fit(series[:600]).predict(100)
    >>> bool(np.allclose(forecast, series[600:], atol=0.01))
    True
    """

    config_type = PublishedNVARConfig
    grid = {"delays": (2, 5, 15, 30, 60, 120)}  # noqa: RUF012 - class data

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 12

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        delays, components = self.config.delays, series.shape[1]
        padded = np.concatenate([np.zeros((delays - 1, components)), series])
        windows = np.lib.stride_tricks.sliding_window_view(padded, delays, axis=0)
        # Newest sample first: [time, delay, component].
        lagged = windows[:, :, ::-1].transpose(0, 2, 1).reshape(len(series), delays * components)
        warmup = warmup_of(len(series) - 1)
        kept = lagged[warmup:-1]
        features = np.concatenate([np.ones((len(kept), 1)), kept], axis=1)
        penalties = np.full(features.shape[1], 0.5 * self.config.ridge)
        penalties[0] = self.config.ridge
        self._weights = ridge_weights(features, series[warmup + 1 :], penalties)
        self._newest = lagged[-1].copy()

    def _initial(self) -> FloatArray:
        return self._newest.copy()

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        # An unstable linear map grows without bounds; the caller refuses what is not finite.
        with np.errstate(over="ignore", invalid="ignore"):
            point = self._weights[0] + state @ self._weights[1:]
        return np.concatenate([point, state[: -len(point)]]), point

    @one_blas_thread
    def _roll_out(self, horizon: int) -> FloatArray:
        return super()._roll_out(horizon)
