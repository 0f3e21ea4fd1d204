"""The echo-state network of the 2023 paper."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.numerics.held_out import one_blas_thread
from forecasters.published.raw_units import RawForecaster, ridge_weights, warmup_of

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PublishedESNConfig(Config):
    """Settings of `PublishedESN`.

    Parameters
    ----------
    units : int
        Size of the reservoir.
    spectral_radius : float
        Largest absolute eigenvalue of the connections within the reservoir.
    leak_rate : float
        Share of a unit's state that is replaced in a step; the paper also tries 1.1.
    connectivity, input_connectivity : float
        Share of the connections that exist, within the reservoir and from the input and the biases.
    input_scale : float
        Size of the weights of the input, which are all of it or minus it; the biases are 1 and -1.
    ridge : float
        Penalty of the readout, in absolute units.
    """

    units: int = 500
    spectral_radius: float = 0.99
    leak_rate: float = 0.3
    connectivity: float = 0.1
    input_connectivity: float = 0.2
    input_scale: float = 1.0
    ridge: float = 1e-4

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("units", self.units, least=1)
        for name in ("spectral_radius", "leak_rate", "connectivity", "input_connectivity", "input_scale", "ridge"):
            checked_number(name, getattr(self, name), above=0.0)


class PublishedESN(RawForecaster[PublishedESNConfig]):
    """The leaky echo-state network of the 2023 paper, with the settings that it took from reservoirpy.

    Its input weights have size 1 and meet the series in raw units, so that units saturate where coordinates are
    large. The readout sees the units and a constant, without the input itself, and gives the next sample. Only the
    leak rate is tuned.

    The distributions of the weights are reservoirpy's, the numbers drawn from them are not, and so the forecast of
    one system differs from the published one; the median over systems does not depend on that.

    References
    ----------
    W. Gilpin, Model scale versus domain knowledge in statistical forecasting of chaotic systems,
    Phys. Rev. Research 5, 043252 (2023), doi:10.1103/PhysRevResearch.5.043252.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(700))[:, None]
    >>> forecast = PublishedESN(PublishedESNConfig(units=100)).fit(series[:600]).predict(20)
    >>> bool(np.allclose(forecast, series[600:620], atol=0.01))
    True
    """

    config_type = PublishedESNConfig
    grid = {"leak_rate": tuple(round(0.1 * tenths, 1) for tenths in range(1, 12))}  # noqa: RUF012 - class data

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 12

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        config = self.config
        self._recurrent = _recurrent(config.units, config.connectivity, config.spectral_radius, self.seed)
        self._inputs, self._biases = input_weights(config, series.shape[1], seed=self.seed)
        states = np.empty((len(series) - 1, config.units))
        state = np.zeros(config.units)
        for now, sample in enumerate(series[:-1]):
            state = states[now] = self._driven(state, sample)
        warmup = warmup_of(len(states))
        features = np.concatenate([np.ones((len(states) - warmup, 1)), states[warmup:]], axis=1)
        self._weights = ridge_weights(features, series[warmup + 1 :], np.full(features.shape[1], config.ridge))
        self._state, self._last = state, series[-1].copy()

    def _driven(self, state: FloatArray, sample: FloatArray) -> FloatArray:
        leak = self.config.leak_rate
        drive = self._recurrent @ state + self._inputs @ sample + self._biases
        return np.asarray((1.0 - leak) * state + leak * np.tanh(drive))

    def _initial(self) -> FloatArray:
        return np.concatenate([self._last, self._state])

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        following = self._driven(state[len(self._last) :], state[: len(self._last)])
        point = self._weights[0] + following @ self._weights[1:]
        return np.concatenate([point, following]), point

    @one_blas_thread
    def _roll_out(self, horizon: int) -> FloatArray:
        return super()._roll_out(horizon)


def input_weights(config: PublishedESNConfig, components: int, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the weights of the input, float64 [unit, component], and the biases, float64 [unit]."""
    rng = np.random.default_rng([seed, 1])
    signs = _sparse_signs((config.units, components), config.input_connectivity, rng)
    return config.input_scale * signs, _sparse_signs((config.units, 1), config.input_connectivity, rng)[:, 0]


# A tuner fits the same connections once for each leak rate, and their eigenvalues cost more than a fit.
@functools.lru_cache(maxsize=2)
def _recurrent(units: int, connectivity: float, radius: float, seed: int) -> Any:
    """Return normally distributed connections of a spectral radius, a sparse array [unit, unit] that is shared."""
    from scipy.sparse import csr_array

    rng = np.random.default_rng([seed, 0])
    weights = np.zeros(units * units)
    places = rng.choice(units * units, max(1, round(connectivity * units * units)), replace=False)
    weights[places] = rng.standard_normal(len(places))
    square = weights.reshape(units, units)
    largest = np.abs(np.linalg.eigvals(square)).max()
    # A very small reservoir may have no cycle, and then no spectral radius to set.
    return csr_array(square * (radius / largest) if largest > 1e-9 else square)


def _sparse_signs(shape: tuple[int, int], share: float, rng: np.random.Generator) -> FloatArray:
    """Return a matrix with a share of entries 1 and -1, each with equal chance, and zeros elsewhere."""
    size = shape[0] * shape[1]
    values = np.zeros(size)
    places = rng.choice(size, min(size, max(1, round(share * size))), replace=False)
    values[places] = rng.choice([1.0, -1.0], len(places))
    return values.reshape(shape)
