"""Base classes of forecasters that iterate one-step forecasts: the loop, and its single step for diagnostics."""

from abc import abstractmethod
from typing import Any, ClassVar, Generic

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import BaseForecaster, ConfigT
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]


class ClosedLoopForecaster(BaseForecaster[ConfigT], Generic[ConfigT]):
    """An iterated map from a state to the next; each point is clipped to a box around the training range.

    A subclass sets ``_box`` in ``_fit`` and writes ``_initial`` and ``_advance``. It may override ``_roll_out``
    with something faster that gives the same numbers.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> series = np.sin(0.1 * np.arange(400))[:, None]
    >>> model = get_forecaster("NVAR").fit(series)
    >>> state = model.initial_state()
    >>> state, point = model.step(state)
    >>> bool(np.allclose(point, model.predict(1)[0]))
    True
    """

    _box: Box

    def initial_state(self) -> FloatArray:
        """Return the state of the loop at the end of the series, float64 [variable].

        Its coordinates are those of the forecaster: lagged points, reservoir activations, or both, in units of the
        standard deviations of the series.

        Raises
        ------
        ForecastError
            If nothing was fitted.
        """
        return self._initial() if self._fitted("step").varying.any() else np.empty(0)

    def step(self, state: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Advance the loop by one point.

        Parameters
        ----------
        state : array_like, float64 [variable]
            A state that `initial_state` or an earlier step returned, possibly perturbed.

        Returns
        -------
        state : ndarray, float64 [variable]
            The next state.
        point : ndarray, float64 [component]
            The forecast of this step, in raw units.

        Raises
        ------
        InvalidArgumentError
            If the state is not of the right size or not finite.
        ForecastError
            If nothing was fitted.
        """
        standard = self._fitted("step")
        now = np.asarray(state, dtype=np.float64)
        if not standard.varying.any():
            return now.copy(), standard.invert(np.empty(0))
        expected = self._initial().shape
        if now.shape != expected or not np.isfinite(now).all():
            raise InvalidArgumentError(f"a state of this {type(self).__name__} must be finite with shape {expected}")
        following, point = self._advance(now)
        return following, standard.invert(point)

    @abstractmethod
    def _initial(self) -> FloatArray:
        """Return the state at the end of the series, float64 [variable]."""

    @abstractmethod
    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the next state and its clipped point, in scaled units."""

    def _roll_out(self, horizon: int) -> FloatArray:
        state, points = self._initial(), []
        for _ in range(horizon):
            state, point = self._advance(state)
            points.append(point)
        return np.stack(points)

    def _predict(self, horizon: int) -> FloatArray:
        path = self._roll_out(horizon)
        self.diverged_at = self._box.first_exit(path)
        return path


class LaggedForecaster(ClosedLoopForecaster[ConfigT], Generic[ConfigT]):
    """A closed loop whose state is its last points, oldest first.

    A subclass keeps ``_history``, float64 [lag, component], and writes ``_next``.
    """

    _history: FloatArray
    _single: ClassVar[bool] = False
    """Whether the rollout computes in single precision."""

    @abstractmethod
    def _next(self, window: FloatArray) -> Any:
        """Return the point that follows a window [lag, component], in scaled units."""

    def _continue(self, series: FloatArray, held: tuple[int, ...]) -> None:
        lags = len(self._history)
        if len(series) < lags:
            raise InvalidArgumentError(f"series must have at least the {lags} points of the lags, got {len(series)}")
        # Of a network that computes in single precision both have values that this precision holds.
        kind = np.float32 if self._single else np.float64
        self._history = series[-lags:].astype(kind).astype(np.float64)
        self._box = self._box.including(series, held=held)
        if self._single:
            self._box = self._box.rounded(np.float32)

    def _initial(self) -> FloatArray:
        return self._history.ravel().copy()

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        window = state.reshape(self._history.shape)
        point = self._box.clip(np.asarray(self._next(window), dtype=np.float64))
        return np.concatenate([window[1:].ravel(), point]), point

    def _roll_out(self, horizon: int) -> FloatArray:
        lags, components = self._history.shape
        path = np.empty((lags + horizon, components))
        path[:lags] = self._history
        for now in range(lags, lags + horizon):
            path[now] = self._box.clip(np.asarray(self._next(path[now - lags : now]), dtype=np.float64))
        return path[lags:]
