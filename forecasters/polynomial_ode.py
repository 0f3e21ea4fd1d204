"""A polynomial differential equation that is fitted to a noisy series together with its trajectory."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_count
from forecasters.numerics.box import Box
from forecasters.numerics.held_out import one_blas_thread, window_errors, window_length, windows
from forecasters.numerics.multiple_shooting import Shooting, Shot
from forecasters.numerics.noise_level import noise_level, smoothed, smoothed_by
from forecasters.numerics.polynomial_flow import Flow, Polynomial
from forecasters.nvar import NVAR

FloatArray = NDArray[np.float64]

CLEAN = 1e-6
"""Noise in standard deviations of the series below which no equation is fitted: a Runge-Kutta step of a point's length
is less exact than that, and a regression without noise has no bias to avoid."""
LEAST_RIDGE = 1e-6
"""Penalty of the first regression, in units of the largest singular value."""
COARSE = 12
"""Points in half a turn below which a step of the Runge-Kutta method is halved."""


@dataclass(frozen=True, kw_only=True)
class PolynomialODEConfig(Config):
    """Settings of `PolynomialODE`.

    Parameters
    ----------
    degrees : tuple of int
        Degrees of the polynomials that are tried.
    max_weights : int
        Largest number of coefficients of an equation.
    segment : int
        Points in a segment, on which a solution is followed without a correction.
    rounds, iterations : int
        Number of weights of the joints between segments, and limit on the Gauss-Newton steps of each.
    validation_windows, validation_length : int
        Number and length of the closed-loop forecasts that decide between equation and regression.
    """

    degrees: tuple[int, ...] = (2, 3)
    max_weights: int = 220
    segment: int = 25
    rounds: int = 4
    iterations: int = 8
    validation_windows: int = 5
    validation_length: int = 150

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        if not isinstance(self.degrees, tuple) or not self.degrees:
            raise InvalidArgumentError(f"degrees must be a sequence, not empty, got {self.degrees!r}")
        for degree in self.degrees:
            checked_count("degree", degree, least=1)
        for name in ("max_weights", "segment", "rounds", "iterations", "validation_windows", "validation_length"):
            checked_count(name, getattr(self, name), least=1)


class PolynomialODE(BaseForecaster[PolynomialODEConfig]):
    """A polynomial differential equation, fitted together with its trajectory; a regression where that is better.

    A regression on noisy states has biased coefficients, and its forecast starts from a noisy state. Here the states
    are unknowns as well: first states of short segments and the coefficients minimise the misfit by multiple shooting
    (`forecasters.numerics.multiple_shooting`), and coefficients that do not differ from zero are left out. The last
    state of the fitted trajectory, in which the noise of many points is averaged, is where the forecast starts. The
    degree with the least information criterion is taken.

    `NVAR` is fitted too, to the series and to the series smoothed by local polynomials. The model whose closed-loop
    forecasts of several windows of the series are best makes the forecast, so that nothing is lost where the series has
    no noise, hides variables, or follows no polynomial.

    Attributes
    ----------
    chosen : dict
        ``model`` (``"equation"``, ``"regression"`` or ``"smoothed regression"``), ``noise``, the mean estimated noise
        in standard deviations of the series, ``scores`` of the models (root-mean-square errors of the closed-loop
        forecasts, in standard deviations); for an equation ``degree`` and ``weights``, their number.
    denoised : float64 [time, component] or None
        The end of the series without its noise, in its own units, as far as it was fitted; None where the regression
        on the series itself was chosen.

    References
    ----------
    H. G. Bock, in: Numerical Treatment of Inverse Problems in Differential and Integral Equations, Birkhaeuser (1983)
    95-121. S. L. Brunton, J. L. Proctor, J. N. Kutz, PNAS 113 (2016) 3932-3937 (sparse polynomial equations).

    Examples
    --------
    >>> x = np.empty((500, 2)); x[0] = 1.0, 0.0
    >>> turn = np.array([[np.cos(0.1), np.sin(0.1)], [-np.sin(0.1), np.cos(0.1)]])
    >>> for t in range(499):
    ...     x[t + 1] = turn @ x[t]
    >>> noisy = x[:450] + 0.05 * np.random.default_rng(0).standard_normal((450, 2))
    >>> model = PolynomialODE().fit(noisy)
    >>> bool(np.abs(model.predict(50) - x[450:]).max() < 0.1), model.chosen["model"]
    (True, 'equation')
    """

    config_type = PolynomialODEConfig

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return max(NVAR().minimum_length, 2 * self.config.segment + 2)

    @one_blas_thread
    def _fit(self, series: FloatArray) -> None:
        self._box = Box.around(series)
        self._shot: Shot | None = None
        self._own_denoised: FloatArray | None = None
        self._level = level = noise_level(series)
        self._end, self._width = series, 1
        self._regression = NVAR().fit(series)
        noise = float(np.sqrt((level**2).mean()))
        scores = {"regression": float(self._regression.chosen["score"])}
        self.chosen: dict[str, object] = {"model": "regression", "noise": noise, "scores": scores}
        if noise < CLEAN or math.isnan(scores["regression"]):
            return
        smooth, width = smoothed(series, level)
        other = NVAR().fit(smooth)
        # Its windows have no noise, those of the others do.
        scores["smoothed regression"] = math.hypot(float(other.chosen["score"]), noise)
        found = self._best_equation(series, smooth, level, width)
        if found is not None:
            self._flow, shot, weights, degree = found
            scores["equation"] = self._score(series, shot)
        best = min(scores, key=lambda name: scores[name])
        self.chosen["model"] = best
        if best == "smoothed regression":
            self._regression, self._own_denoised = other, smooth
            self._end, self._width = smooth, width
        elif best == "equation" and found is not None:
            self._shot, self._own_denoised = shot, shot.states
            self.chosen |= {"degree": degree, "weights": weights}

    def _continue(self, series: FloatArray, held: tuple[int, ...]) -> None:
        self._box = self._box.including(series, held=held)
        self._regression = self._regression.continued(series, held=held)
        if self._shot is not None:
            self._shot = self._shot.continued(series[-1], self._level)
        self._end, self._width = series, 1
        self._own_denoised = None

    def predict(self, horizon: int, *, samples: int | None = None) -> FloatArray:
        """Forecast the points that follow the series.

        Parameters
        ----------
        horizon : int
        samples : int, optional
            Number of members of an ensemble; without it the forecast. The members of an equation differ by the last
            state and the coefficients, drawn from their covariance in the linear approximation. Those of a regression
            differ by the noise of the points that it starts from, and its coefficients are taken to be known. A larger
            ensemble begins with the smaller one.

        Returns
        -------
        ndarray, float64 [time, component] or [sample, time, component]
            In raw units, finite.

        Raises
        ------
        InvalidArgumentError
            If the horizon or the number of samples is not a positive integer.
        ForecastError
            If nothing was fitted, or the forecast is not finite.
        """
        if samples is None:
            return super().predict(horizon)
        horizon, samples = checked_count("horizon", horizon, least=1), checked_count("samples", samples, least=1)
        standard = self._fitted("predict")
        if not standard.varying.any():
            return np.stack([standard.invert(np.empty((horizon, 0)))] * samples)
        return np.stack([standard.invert(member) for member in self._members(horizon, samples)])

    @property
    def denoised(self) -> FloatArray | None:
        """The end of the series without its noise, float64 [time, component]."""
        standard = self._fitted("denoise")
        if not standard.varying.any() or self._own_denoised is None:
            return None
        return standard.invert(self._own_denoised)

    def _best_equation(
        self, series: FloatArray, smooth: FloatArray, level: FloatArray, width: int
    ) -> tuple[Flow, Shot, int, int] | None:
        config = self.config
        count = len(series) // config.segment * config.segment
        substeps = math.ceil(COARSE / max(1, _half_turn(smooth)))
        best: tuple[Flow, Shot, int, int] | None = None
        least = math.inf
        for degree in config.degrees:
            polynomial = Polynomial(series.shape[1], degree)
            if polynomial.count * series.shape[1] > min(config.max_weights, series.size // 5):
                continue
            flow = Flow(polynomial=polynomial, substeps=substeps)
            problem = Shooting(flow, series[-count:], deviations=np.maximum(level, CLEAN), length=config.segment)
            shot = problem.fit(
                smooth[-count :: config.segment].copy(),
                _first_weights(polynomial, smooth, max(4, width // 2)),
                rounds=config.rounds,
                iterations=config.iterations,
            )
            if shot is None:
                continue
            weights = int(problem.active.sum())
            criterion = shot.cost * count * series.shape[1] + weights * math.log(count * series.shape[1])
            if criterion < least:
                least, best = criterion, (flow, shot, weights, degree)
        return best

    def _score(self, series: FloatArray, shot: Shot) -> float:
        """Return the error of closed-loop forecasts from the fitted trajectory."""
        config = self.config
        fitted = series[-len(shot.states) :]
        window = window_length(len(fitted), config.validation_length)
        starts = windows(len(fitted), first=0, count=config.validation_windows, window=window)
        truths = np.stack([fitted[start + 1 : start + 1 + window] for start in starts])
        forecasts = self._path(shot.states[starts], shot.weights, window)
        return float(window_errors(forecasts[None], truths).mean())

    def _path(self, states: FloatArray, weights: FloatArray, horizon: int) -> FloatArray:
        """Return the points after states [row, component], held in the box: float64 [row, time, component]."""
        return self._flow.follow(states, weights, horizon, low=self._box.low, high=self._box.high)[:, 1:]

    @one_blas_thread
    def _members(self, horizon: int, samples: int) -> FloatArray:
        """Return an ensemble of forecasts, float64 [sample, time, component]."""
        if self._shot is not None:
            states, weights = self._shot.ensemble(self._flow, samples, seed=self.seed)
            return self._path(self._box.clip(states), weights, horizon)
        return np.stack([self._displaced(index).predict(horizon) for index in range(samples)])

    def _displaced(self, index: int) -> NVAR:
        """Return the regression at an end of the series with other noise, smoothed as the series is."""
        components = self._end.shape[1]
        lags = self._regression.initial_state().size // components
        drawn = np.random.default_rng([self.seed, index]).standard_normal((lags + 2 * self._width, components))
        noise = smoothed_by(drawn, self._width) if self._width > 1 else drawn
        return self._regression.continued(self._end[-lags:] + self._level * noise[-lags:])

    @one_blas_thread
    def _predict(self, horizon: int) -> FloatArray:
        if self._shot is None:
            forecast = self._regression.predict(horizon)
            self.diverged_at = self._regression.diverged_at
            return forecast
        path = self._path(self._shot.states[-1:], self._shot.weights, horizon)[0]
        self.diverged_at = self._box.first_exit(path)
        return path


def _first_weights(polynomial: Polynomial, smooth: FloatArray, width: int) -> FloatArray:
    """Return coefficients from integrals over some points, which need no derivative of the series."""
    values = polynomial.values(smooth)
    sums = np.concatenate([np.zeros((1, polynomial.count)), np.cumsum(0.5 * (values[1:] + values[:-1]), axis=0)])
    integrals = sums[width:] - sums[:-width]
    changes = smooth[width:] - smooth[:-width]
    penalty = LEAST_RIDGE * np.linalg.norm(integrals, 2) * np.eye(polynomial.count)
    rows = np.concatenate([integrals, penalty])
    targets = np.concatenate([changes, np.zeros((polynomial.count, smooth.shape[1]))])
    weights: FloatArray = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return weights


def _half_turn(smooth: FloatArray) -> float:
    """Return the least mean number of points between two crossings of the mean."""
    crossings = ((smooth[1:] > 0.0) != (smooth[:-1] > 0.0)).sum(axis=0)
    return float(len(smooth) / max(1, crossings.max()))
