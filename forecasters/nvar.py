"""Nonlinear vector autoregression, also called the next-generation reservoir computer."""

import math
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.box import Box
from forecasters.checks import checked_count
from forecasters.closed_loop import LaggedForecaster
from forecasters.ridge import RidgePath
from forecasters.validation import checked_penalties, one_blas_thread, scores, window_length, windows

FloatArray = NDArray[np.float64]

# More features than this share of the rows are fitted to the rows rather than to the dynamics.
_FEATURES_PER_ROW = 0.4
# A candidate may spend at most this share of the series on its first delay vector.
_HISTORY_SHARE = 0.25


@dataclass(frozen=True, kw_only=True)
class NVARConfig(Config):
    """Settings of `NVAR`.

    Parameters
    ----------
    candidates : tuple of (delays, spacing, degree)
        Models to choose from: the number of delayed states, the samples between them, and the highest
        degree of their monomials. The defaults end with long, sparse delay vectors, which have few enough
        features for series of one or two components only.
    ridges : tuple of float
        Penalties to choose from, relative to the largest squared singular value of the features.
    max_features : int
        Candidates with more monomials are passed over, as are those with more than 0.4 per training row;
        if none is left, the one with the fewest is used. With ten components this leaves the linear
        models, one or two delays at degree 2 and one at degree 3.
    validation_windows, validation_length : int
        Held-out windows, and points in each (at most a sixth of the series).
    """

    candidates: tuple[tuple[int, int, int], ...] = (
        (1, 1, 1),
        (2, 1, 1),
        (4, 1, 1),
        (4, 4, 1),
        (1, 1, 2),
        (2, 1, 2),
        (4, 1, 2),
        (3, 2, 2),
        (2, 4, 2),
        (1, 1, 3),
        (2, 1, 3),
        (2, 2, 3),
        (3, 1, 3),
        (8, 2, 2),
        (12, 2, 2),
    )
    ridges: tuple[float, ...] = tuple(10.0**exponent for exponent in range(-4, -21, -2))
    max_features: int = 300
    validation_windows: int = 5
    validation_length: int = 150

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        if not isinstance(self.candidates, tuple) or not self.candidates:
            raise InvalidArgumentError(f"candidates must be a sequence, not empty, got {self.candidates!r}")
        for candidate in self.candidates:
            if not isinstance(candidate, tuple) or len(candidate) != 3:
                raise InvalidArgumentError(
                    f"a candidate must be three integers (delays, spacing, degree), got {candidate!r}"
                )
            for name, value in zip(("delays", "spacing", "degree"), candidate, strict=True):
                checked_count(name, value, least=1)
        checked_penalties(self.ridges)
        checked_count("max_features", self.max_features, least=1)
        checked_count("validation_windows", self.validation_windows, least=1)
        checked_count("validation_length", self.validation_length, least=1)


@dataclass(frozen=True)
class _Library:
    """The monomials of a delay vector, and where its states stand in the past."""

    components: int
    delays: int
    spacing: int
    degree: int
    factors: tuple[NDArray[np.intp], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        coordinates = range(self.components * self.delays)
        factors = tuple(
            np.array(list(combinations_with_replacement(coordinates, degree))).T for degree in range(2, self.degree + 1)
        )
        object.__setattr__(self, "factors", factors)

    @property
    def reach(self) -> int:
        """Samples between the newest and the oldest state."""
        return (self.delays - 1) * self.spacing

    def features(self, history: FloatArray) -> FloatArray:
        """Return the monomials [..., row, feature] of a history [..., time, component].

        There is a row for each time from `reach` on.
        """
        rows = history.shape[-2] - self.reach
        states = [
            history[..., self.reach - back : self.reach - back + rows, :]
            for back in range(0, self.reach + 1, self.spacing)
        ]
        vector = np.concatenate(states, axis=-1)
        columns = [np.ones((*vector.shape[:-1], 1)), vector]
        for factors in self.factors:
            product = vector[..., factors[0]]
            for factor in factors[1:]:
                product = product * vector[..., factor]
            columns.append(product)
        return np.concatenate(columns, axis=-1)

    def roll_out(self, weights: FloatArray, history: FloatArray, horizon: int, box: Box) -> FloatArray:
        """Return closed loops [case, time, component] from histories [case, time, component]."""
        first = history.shape[1]
        path = np.empty((len(history), first + horizon, self.components))
        path[:, :first] = history
        for now in range(first, first + horizon):
            increment = self.features(path[:, now - self.reach - 1 : now]) @ weights
            path[:, now] = box.clip(path[:, now - 1] + increment[:, 0])
        return path[:, first:]


class NVAR(LaggedForecaster[NVARConfig]):
    """Nonlinear vector autoregression, chosen by closed-loop forecasts of held-out training windows.

    The increment to the next sample is a polynomial of the present and a few delayed states, fitted by
    ridge regression. Delays, spacing, degree and ridge are those whose closed-loop forecasts of several
    windows, each left out of its own fit, are best; the model is then fitted to the whole series. A
    rollout is held in a box around the training range (see `diverged_at`).

    Differences from the reference: it chooses its hyper-parameters on the series itself; it offers linear
    and cubic libraries beside the quadratic one (the reference uses a cubic one for the double scroll);
    the ridge is relative to the largest squared singular value of the features.

    Attributes
    ----------
    chosen : dict
        ``delays``, ``spacing``, ``degree``, ``ridge`` and the validation ``score`` (root-mean-square error
        in standard deviations, averaged over the windows) of the fitted model.

    References
    ----------
    D. J. Gauthier, E. Bollt, A. Griffith, W. A. S. Barbosa, Next generation reservoir computing,
    Nat. Commun. 12, 5564 (2021), doi:10.1038/s41467-021-25801-2.

    Examples
    --------
    >>> x = np.empty((400, 2)); x[0] = 0.1, 0.1
    >>> for t in range(399):
    ...     x[t + 1] = 1.0 - 1.4 * x[t, 0] ** 2 + x[t, 1], 0.3 * x[t, 0]
    >>> forecast = NVAR().fit(x[:390]).predict(10)
    >>> bool(np.allclose(forecast, x[390:], atol=1e-6))
    True
    """

    config_type = NVARConfig

    @property
    def minimum_length(self) -> int:
        """Points that a series must have at least."""
        shortest = min((delays - 1) * spacing for delays, spacing, _ in self.config.candidates)
        return max(50, math.ceil(shortest / _HISTORY_SHARE) + 1)

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        config = self.config
        length, components = series.shape
        box = Box.around(series)
        libraries = [_Library(components, *candidate) for candidate in self._affordable(length, components)]
        window = window_length(length, config.validation_length)
        reach = max(library.reach for library in libraries)
        starts = windows(length, first=reach, count=config.validation_windows, window=window)
        truths = np.stack([series[start + 1 : start + 1 + window] for start in starts])
        best = math.inf
        for library in libraries:
            path = RidgePath(library.features(series[:-1]), series[library.reach + 1 :] - series[library.reach : -1])
            blocks = [slice(start - library.reach, start - library.reach + window) for start in starts]
            weights = np.concatenate([path.weights_without(ridge, blocks) for ridge in config.ridges])
            histories = np.stack([series[start - library.reach : start + 1] for start in starts])
            forecasts = library.roll_out(weights, np.tile(histories, (len(config.ridges), 1, 1)), window, box)
            errors = scores(forecasts.reshape(len(config.ridges), *truths.shape), truths)
            if errors.min() < best:
                best = float(errors.min())
                ridge = config.ridges[int(errors.argmin())]
                self._library, self._weights = library, path.weights(ridge)
                self.chosen = {
                    "delays": library.delays,
                    "spacing": library.spacing,
                    "degree": library.degree,
                    "ridge": ridge,
                    "score": best,
                }
        self._box = box
        self._history = series[length - 1 - self._library.reach :].copy()

    def _affordable(self, length: int, components: int) -> list[tuple[int, int, int]]:
        def features(candidate: tuple[int, int, int]) -> int:
            delays, _, degree = candidate
            return math.comb(delays * components + degree, degree)

        in_reach = [
            candidate
            for candidate in self.config.candidates
            if (candidate[0] - 1) * candidate[1] <= _HISTORY_SHARE * length
        ]
        limit = min(self.config.max_features, _FEATURES_PER_ROW * length)
        small = [candidate for candidate in in_reach if features(candidate) <= limit]
        return small or [min(in_reach, key=features)]

    def _next(self, window: FloatArray) -> FloatArray:
        following: FloatArray = window[-1] + (self._library.features(window) @ self._weights)[-1]
        return following

    @one_blas_thread
    def _roll_out(self, horizon: int) -> FloatArray:
        return self._library.roll_out(self._weights[None], self._history[None], horizon, self._box)[0]
