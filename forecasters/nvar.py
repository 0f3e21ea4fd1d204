"""Nonlinear vector autoregression, also called the next-generation reservoir computer."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.checks import checked_count
from forecasters.closed_loop import LaggedForecaster
from forecasters.numerics.box import Box
from forecasters.numerics.held_out import (
    checked_penalties,
    one_blas_thread,
    scores,
    window_errors,
    window_length,
    windows,
)
from forecasters.numerics.monomials import Library
from forecasters.numerics.ridge import RidgePath

FloatArray = NDArray[np.float64]

# More features than this share of the rows are fitted to the rows rather than to the dynamics.
_FEATURES_PER_ROW = 0.4
# A relay or a switch changes more often than at this share of the points.
_PARAMETER_CHANGES = 0.005
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
        features for series of one or two components only, and with high degrees for functions that are
        not polynomials, such as the sines of the Thomas system.
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
        (1, 1, 5),
        (1, 1, 7),
        (1, 1, 9),
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
class _HeldOut:
    """The windows that are left out of the fit of one library, for all penalties."""

    series: FloatArray
    library: Library
    path: RidgePath
    starts: NDArray[np.intp]
    truths: FloatArray
    ridges: tuple[float, ...]
    box: Box

    def errors(self, candidates: NDArray[np.intp], part: slice) -> FloatArray:
        """Return the errors of some penalties in some windows, float64 [penalty, window]."""
        reach, truths = self.library.reach, self.truths[part]
        window = truths.shape[1]
        blocks = [slice(start - reach, start - reach + window) for start in self.starts[part]]
        weights = np.concatenate([self.path.weights_without(self.ridges[index], blocks) for index in candidates])
        histories = np.stack([self.series[start - reach : start + 1] for start in self.starts[part]])
        forecasts = self.library.roll_out(weights, np.tile(histories, (len(candidates), 1, 1)), window, self.box)
        return window_errors(forecasts.reshape(len(candidates), *truths.shape), truths)


class NVAR(LaggedForecaster[NVARConfig]):
    """Nonlinear vector autoregression, chosen by closed-loop forecasts of held-out training windows.

    The increment to the next sample is a polynomial of the present and a few delayed states, fitted by
    ridge regression. Delays, spacing, degree and ridge are those whose closed-loop forecasts of several
    windows, each left out of its own fit, are best; the model is then fitted to the whole series. A
    rollout is held in a box around the training range (see `diverged_at`).

    Differences from the reference: it chooses its hyper-parameters on the series itself; it offers linear
    and cubic libraries beside the quadratic one (the reference uses a cubic one for the double scroll);
    the ridge is relative to the largest squared singular value of the features. A component that changes at fewer
    than one in two hundred points is a parameter: it keeps its last value in forecasts, windows are held out where it
    is constant, and only those of its powers are used that its values determine.

    Attributes
    ----------
    chosen : dict
        ``delays``, ``spacing``, ``degree``, ``ridge`` and the validation ``score`` (root-mean-square error
        in standard deviations, averaged over the windows; NaN if there was nothing to choose from) of the
        fitted model.

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
        """The least number of points of a series."""
        shortest = min((delays - 1) * spacing for delays, spacing, _ in self.config.candidates)
        return max(50, math.ceil(shortest / _HISTORY_SHARE) + 1)

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        config = self.config
        length, components = series.shape
        box = Box.around(series)
        powers = _resolved_powers(series, max(degree for _, _, degree in config.candidates))
        libraries = [Library(components, *candidate, powers) for candidate in self._affordable(length, components)]
        self._box = box
        if len(libraries) == len(config.ridges) == 1:
            self._choose(series, libraries[0], RidgePath(*_regression(series, libraries[0])), config.ridges[0])
            return
        window = window_length(length, config.validation_length)
        reach = max(library.reach for library in libraries)
        starts = windows(length, first=reach, count=config.validation_windows, window=window)
        starts = _undisturbed(starts, series[:, _parameters(series)], reach=reach, window=window)
        truths = np.stack([series[start + 1 : start + 1 + window] for start in starts])
        best = math.inf
        for library in libraries:
            path = RidgePath(*_regression(series, library))
            held_out = _HeldOut(series, library, path, starts, truths, config.ridges, box)
            errors = scores(held_out.errors, candidates=len(config.ridges), windows=len(starts), best=best)
            if errors.min() < best:
                best = float(errors.min())
                self._choose(series, library, path, config.ridges[int(errors.argmin())], score=best)

    def _choose(
        self, series: FloatArray, library: Library, path: RidgePath, ridge: float, *, score: float = math.nan
    ) -> None:
        self._library, self._weights = library, path.weights(ridge)
        self._history = series[len(series) - 1 - library.reach :].copy()
        self.chosen = {
            "delays": library.delays,
            "spacing": library.spacing,
            "degree": library.degree,
            "ridge": ridge,
            "score": score,
        }

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
        return self._library.roll_out(self._weights[None], window[None], 1, self._box)[0, 0]

    @one_blas_thread
    def _roll_out(self, horizon: int) -> FloatArray:
        return self._library.roll_out(self._weights[None], self._history[None], horizon, self._box)[0]


def _resolved_powers(series: FloatArray, most: int) -> tuple[int, ...] | None:
    """Return the highest power of each component that its values determine; None where all have more than enough.

    On k values the power k is a combination of the lower ones. A regression shares the weight among them, which is
    right at these values and nowhere else.

    Examples
    --------
    >>> _resolved_powers(np.array([[0.1, 1.0], [0.5, 2.0], [0.4, 2.0], [0.9, 2.0]]), 2)
    (2, 1)
    """
    powers = tuple(min(most, max(1, len(np.unique(column)) - 1)) for column in series.T)
    return None if min(powers) == most else powers


def _parameters(series: FloatArray) -> NDArray[np.intp]:
    """Return the components that are constant but for a few changes.

    Examples
    --------
    >>> wave, step = np.sin(np.arange(1000.0)), np.arange(1000) // 400
    >>> _parameters(np.stack([wave, step], axis=1)).tolist()
    [1]
    """
    return np.flatnonzero((np.diff(series, axis=0) != 0.0).mean(axis=0) < _PARAMETER_CHANGES)


def _undisturbed(starts: NDArray[np.intp], parameters: FloatArray, *, reach: int, window: int) -> NDArray[np.intp]:
    """Return the starts of windows moved to the nearest place where no parameter changes, if there is one.

    Examples
    --------
    >>> _undisturbed(np.array([3, 9]), (np.arange(20.0) // 10)[:, None], reach=1, window=4).tolist()
    [3, 11]
    """
    changes = np.concatenate([[0], np.cumsum((np.diff(parameters, axis=0) != 0.0).any(axis=1))])
    places = np.arange(reach, len(parameters) - window)
    places = places[changes[places + window] == changes[places - reach]]
    if not places.size:
        return starts
    return places[np.abs(places[:, None] - starts).argmin(axis=0)]


def _regression(series: FloatArray, library: Library) -> tuple[FloatArray, FloatArray]:
    """Return the features of every sample that has a past, and the increment to the next; that of parameters is 0."""
    increments = series[library.reach + 1 :] - series[library.reach : -1]
    increments[:, _parameters(series)] = 0.0
    return library.features(series[:-1]), increments
