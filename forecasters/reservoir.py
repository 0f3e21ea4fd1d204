"""Echo-state network."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.checks import checked_count
from forecasters.closed_loop import ClosedLoopForecaster
from forecasters.numerics.box import Box
from forecasters.numerics.connections import add_recurrent, spectral_radius
from forecasters.numerics.held_out import (
    checked_penalties,
    one_blas_thread,
    scores,
    window_errors,
    window_length,
    windows,
)
from forecasters.numerics.ridge import RidgePath

FloatArray = NDArray[np.float64]

# More reservoir units than this share of the rows are fitted to the rows rather than to the dynamics.
_UNITS_PER_ROW = 0.4
_WASHOUT_SHARE = 0.1
_DYNAMICS = ("spectral radius", "leak rate", "input scale")


@dataclass(frozen=True, kw_only=True)
class ESNConfig(Config):
    """Settings of `ESN`.

    Parameters
    ----------
    units : int
        Size of the reservoir; at most 0.4 per training row are used.
    connections : int
        Incoming connections of each unit.
    candidates : tuple of (spectral radius, leak rate, input scale)
        Reservoirs to choose from; the biases of the units are scaled like the inputs. The defaults are the eleven of 80
        that together came closest to all of them on the training series of 23 systems.
    ridges : tuple of float
        Penalties to choose from, relative to the largest squared singular value of the features.
    washout : int
        First samples that only drive the reservoir (at most a tenth of the series).
    validation_windows, validation_length : int
        Held-out windows, and points in each (at most a sixth of the series).
    """

    units: int = 300
    connections: int = 3
    candidates: tuple[tuple[float, float, float], ...] = (
        (0.03, 1.0, 0.1),
        (0.03, 1.0, 0.3),
        (0.03, 0.5, 1.0),
        (0.1, 0.75, 0.03),
        (0.9, 0.3, 1.0),
        (0.1, 0.75, 0.3),
        (0.03, 0.75, 0.1),
        (0.4, 0.5, 0.03),
        (0.4, 0.1, 1.0),
        (0.03, 1.0, 1.0),
        (0.9, 0.5, 0.03),
    )
    ridges: tuple[float, ...] = tuple(10.0**exponent for exponent in range(-6, -21, -2))
    washout: int = 50
    validation_windows: int = 5
    validation_length: int = 100

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        for name in ("units", "connections", "validation_windows", "validation_length"):
            checked_count(name, getattr(self, name), least=1)
        checked_count("washout", self.washout, least=0)
        checked_penalties(self.ridges)
        if not isinstance(self.candidates, tuple) or not self.candidates:
            raise InvalidArgumentError(f"candidates must be a sequence, not empty, got {self.candidates!r}")
        for candidate in self.candidates:
            if not isinstance(candidate, tuple) or len(candidate) != 3:
                raise InvalidArgumentError(
                    f"a candidate must be three numbers (spectral radius, leak rate, input scale), got {candidate!r}"
                )
            for name, value, most in zip(_DYNAMICS, candidate, (math.inf, 1.0, math.inf), strict=True):
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise InvalidArgumentError(f"the {name} of a candidate must be a number, got {value!r}")
                if not (0 < value <= most and math.isfinite(value)):
                    allowed = f"in (0, {most:g}]" if math.isfinite(most) else "positive and finite"
                    raise InvalidArgumentError(f"the {name} of a candidate must be {allowed}, got {value!r}")


@dataclass(frozen=True)
class _Dynamics:
    """Spectral radius, leak rate and input scale of one or many reservoirs, float64 [case] each."""

    radius: FloatArray
    leak: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, candidates: Sequence[tuple[float, float, float]]) -> Self:
        return cls(*np.ascontiguousarray(np.array(candidates, dtype=np.float64).T))

    def case(self, index: int) -> "_Dynamics":
        return _Dynamics(*(values[index : index + 1] for values in (self.radius, self.leak, self.scale)))


@dataclass(frozen=True)
class _Reservoir:
    """Random connections, shared by every candidate: candidates differ in scales only.

    sources int [unit, connection], strengths float64 [unit, connection], of spectral radius 1;
    inputs float64 [unit, component]; biases float64 [unit].
    """

    sources: NDArray[np.intp]
    strengths: FloatArray
    inputs: FloatArray
    biases: FloatArray

    @classmethod
    def draw(cls, units: int, connections: int, components: int, rng: np.random.Generator) -> Self:
        connections = min(connections, units)
        sources = np.stack([rng.choice(units, connections, replace=False) for _ in range(units)])
        strengths = rng.uniform(-1.0, 1.0, sources.shape)
        radius = spectral_radius(sources, strengths)
        # A very small reservoir may have no cycle, and then no spectral radius to set.
        strengths = strengths / radius if radius > 1e-9 else strengths
        inputs = rng.uniform(-1.0, 1.0, (units, components))
        return cls(sources, strengths, inputs, rng.uniform(-1.0, 1.0, units))

    def advance(self, states: FloatArray, observed: FloatArray, dynamics: _Dynamics) -> FloatArray:
        """Return the next reservoir states [unit, case] after observing [component, case]."""
        following = dynamics.scale * (self.inputs @ observed + self.biases[:, None])
        radius = np.full(following.shape[1], dynamics.radius)
        add_recurrent(self.sources, self.strengths, radius, states, following)
        np.tanh(following, out=following)
        following -= states
        following *= dynamics.leak
        following += states
        return following

    def drive(self, series: FloatArray, dynamics: _Dynamics) -> FloatArray:
        """Return the states [case, time, unit] after each sample of a series [time, component]."""
        states = np.zeros((len(self.biases), len(dynamics.radius)))
        visited = np.empty((len(dynamics.radius), len(series), len(self.biases)))
        for now, sample in enumerate(series):
            states = self.advance(states, sample[:, None], dynamics)
            visited[:, now] = states.T
        return visited

    def roll_out(
        self,
        weights: FloatArray,
        states: FloatArray,
        observed: FloatArray,
        horizon: int,
        *,
        dynamics: _Dynamics,
        box: Box,
    ) -> FloatArray:
        """Return closed loops [case, time, component] from states [case, unit] and [case, component]."""
        path = np.empty((len(states), horizon, observed.shape[1]))
        inner = np.ascontiguousarray(states.T)
        for now in range(horizon):
            features = _features(observed, inner.T)
            observed = box.clip(observed + (features[:, None] @ weights)[:, 0])
            path[:, now] = observed
            inner = self.advance(inner, observed.T, dynamics)
        return path


class ESN(ClosedLoopForecaster[ESNConfig]):
    """Leaky echo-state network, chosen by closed-loop forecasts of held-out training windows.

    A sparse random recurrent network is driven by the series; ridge regression reads the increment to the
    next sample from a constant, the sample itself (the skip connection) and the state of every unit. Spectral
    radius, leak rate, input scale and ridge are those whose closed-loop forecasts of several windows, each
    left out of its own readout, are best; the readout is then fitted to the whole series. A rollout is held
    in a box around the training range (see `diverged_at`).

    Attributes
    ----------
    chosen : dict
        ``spectral_radius``, ``leak_rate``, ``input_scale``, ``ridge`` and the validation ``score``
        (root-mean-square error in standard deviations, averaged over the windows; NaN if there was nothing to
        choose from) of the fitted network.

    References
    ----------
    H. Jaeger, The "echo state" approach to analysing and training recurrent neural networks,
    GMD Report 148 (2001).
    M. Lukosevicius, A practical guide to applying echo state networks, in Neural Networks: Tricks of the
    Trade, LNCS 7700, 659-686 (2012), doi:10.1007/978-3-642-35289-8_36.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(700))[:, None]
    >>> forecast = ESN(ESNConfig(units=50)).fit(series[:600]).predict(100)
    >>> bool(np.allclose(forecast, series[600:], atol=1e-3))
    True
    """

    config_type = ESNConfig

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 50

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        config = self.config
        length, components = series.shape
        box = Box.around(series)
        washout = min(config.washout, int(_WASHOUT_SHARE * length))
        units = max(1, min(config.units, int(_UNITS_PER_ROW * (length - 1 - washout))))
        rng = np.random.default_rng(self.seed)
        reservoir = _Reservoir.draw(units, config.connections, components, rng)
        candidates = _Dynamics.of(config.candidates)
        visited = reservoir.drive(series, candidates)
        window = window_length(length, config.validation_length)
        starts = windows(length, first=washout, count=config.validation_windows, window=window)
        blocks = [slice(start - washout, start - washout + window) for start in starts]
        truths = np.stack([series[start + 1 : start + 1 + window] for start in starts])
        increments = series[washout + 1 :] - series[washout:-1]
        repeats = len(config.ridges)
        best = math.inf
        self._reservoir, self._box, self._last = reservoir, box, series[-1].copy()
        if len(visited) == repeats == 1:
            path = RidgePath(_features(series[washout:-1], visited[0, washout:-1]), increments)
            self._choose(candidates, path, visited[0], config.ridges[0])
            return
        for index, states in enumerate(visited):
            dynamics = candidates.case(index)
            path = RidgePath(_features(series[washout:-1], states[washout:-1]), increments)

            def errors_in(
                chosen: NDArray[np.intp],
                part: slice,
                path: RidgePath = path,
                states: FloatArray = states,
                dynamics: _Dynamics = dynamics,
            ) -> FloatArray:
                forecasts = reservoir.roll_out(
                    np.concatenate([path.weights_without(config.ridges[each], blocks[part]) for each in chosen]),
                    np.tile(states[starts[part]], (len(chosen), 1)),
                    np.tile(series[starts[part]], (len(chosen), 1)),
                    window,
                    dynamics=dynamics,
                    box=box,
                )
                return window_errors(forecasts.reshape(len(chosen), *truths[part].shape), truths[part])

            errors = scores(errors_in, candidates=repeats, windows=len(starts), best=best)
            if errors.min() < best:
                best = float(errors.min())
                self._choose(dynamics, path, states, config.ridges[int(errors.argmin())], score=best)

    def _choose(
        self, dynamics: _Dynamics, path: RidgePath, states: FloatArray, ridge: float, *, score: float = math.nan
    ) -> None:
        self._dynamics, self._weights, self._state = dynamics, path.weights(ridge), states[-1].copy()
        self.chosen = {
            "spectral_radius": float(dynamics.radius[0]),
            "leak_rate": float(dynamics.leak[0]),
            "input_scale": float(dynamics.scale[0]),
            "ridge": ridge,
            "score": score,
        }

    def _continue(self, series: FloatArray, held: tuple[int, ...]) -> None:
        self._state = self._reservoir.drive(series, self._dynamics)[0, -1].copy()
        self._last = series[-1].copy()
        self._box = self._box.including(series, held=held)

    def _initial(self) -> FloatArray:
        return np.concatenate([self._last, self._state])

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        observed, inner = state[None, : len(self._last)], state[None, len(self._last) :]
        point = self._box.clip(observed + _features(observed, inner) @ self._weights)
        following = self._reservoir.advance(np.ascontiguousarray(inner.T), point.T, self._dynamics)[:, 0]
        return np.concatenate([point[0], following]), point[0]

    @one_blas_thread
    def _roll_out(self, horizon: int) -> FloatArray:
        return self._reservoir.roll_out(
            self._weights[None],
            self._state[None],
            self._last[None],
            horizon,
            dynamics=self._dynamics,
            box=self._box,
        )[0]


def _features(observed: FloatArray, states: FloatArray) -> FloatArray:
    return np.concatenate([np.ones((len(observed), 1)), observed, states], axis=1)
