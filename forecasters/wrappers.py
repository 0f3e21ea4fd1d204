"""Wraps objects, functions, scikit-learn regressors and models of darts and sktime as forecasters.

Input and output are checked, scaled and bounded as for the forecasters of the package. To benchmark a wrapped model,
return it from a factory in a module of yours and name it ``my_module:factory``.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_count, checked_forecast
from forecasters.closed_loop import LaggedForecaster
from forecasters.darts_model import DartsConfig, DartsModel
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box
from forecasters.sktime_model import SktimeConfig, SktimeModel

__all__ = [
    "CallableForecaster",
    "DartsConfig",
    "DartsModel",
    "ObjectForecaster",
    "RegressorConfig",
    "RegressorForecaster",
    "SktimeConfig",
    "SktimeModel",
    "WrappedConfig",
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class WrappedConfig(Config):
    """A description of the wrapped object, which is stored with the results.

    Parameters
    ----------
    description : str
        Text such as the ``repr`` of the object.
    """

    description: str = ""


@dataclass(frozen=True, kw_only=True)
class RegressorConfig(WrappedConfig):
    """Settings of `RegressorForecaster`.

    Parameters
    ----------
    description : str
        ``repr`` of the regressor.
    lags : int
        Past samples of every component that the next sample is regressed on.
    """

    lags: int = 10

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("lags", self.lags, least=1)


class CallableForecaster(BaseForecaster[WrappedConfig]):
    """A function of a series and a horizon as a forecaster.

    The function itself must see to it that a longer forecast begins with the shorter one.

    Parameters
    ----------
    function : callable
        Called as ``function(series, horizon)`` with the standardised series, float64 [time, component]; returns the
        points that follow, [horizon, component].
    seed : int
        Seed of the global random generators while the function runs.

    Examples
    --------
    >>> last = CallableForecaster(lambda series, horizon: np.repeat(series[-1:], horizon, axis=0))
    >>> last.fit([[1.0, 5.0], [2.0, 7.0]]).predict(2).tolist()
    [[2.0, 7.0], [2.0, 7.0]]
    """

    config_type = WrappedConfig

    def __init__(self, function: Callable[[FloatArray, int], ArrayLike], *, seed: int = 0) -> None:
        if not callable(function):
            raise InvalidArgumentError(f"a CallableForecaster needs something to call, got {function!r}")
        name = getattr(function, "__qualname__", type(function).__qualname__)
        super().__init__(WrappedConfig(description=str(name)), seed=seed)
        self._function = function

    def _fit(self, series: FloatArray) -> None:
        self._series = series

    def _predict(self, horizon: int) -> FloatArray:
        with isolated(self.config.description, seed=self.seed):
            forecast = self._function(self._series.copy(), horizon)
        return checked_forecast(forecast, (horizon, self._series.shape[1]), who=self.config.description)


class ObjectForecaster(BaseForecaster[WrappedConfig]):
    """An object with ``fit(series)`` and ``predict(horizon)`` as a forecaster.

    Each fit uses a copy of the object, so that fits do not depend on one another.

    Parameters
    ----------
    model : object
        Its ``fit`` receives the standardised series, float64 [time, component], and may return the fitted object or
        None.
    seed : int
        Seed of the global random generators while the object works.

    Examples
    --------
    >>> class Mean:
    ...     def fit(self, series):
    ...         self.mean = series.mean(axis=0)
    ...     def predict(self, horizon):
    ...         return np.tile(self.mean, (horizon, 1))
    >>> ObjectForecaster(Mean()).fit([[1.0], [2.0], [6.0]]).predict(2).tolist()
    [[3.0], [3.0]]
    """

    config_type = WrappedConfig

    def __init__(self, model: Any, *, seed: int = 0) -> None:
        for method in ("fit", "predict"):
            if not callable(getattr(model, method, None)):
                raise InvalidArgumentError(f"an ObjectForecaster needs an object with fit and predict, got {model!r}")
        super().__init__(WrappedConfig(description=type(model).__qualname__), seed=seed)
        self._unfitted = model

    def _fit(self, series: FloatArray) -> None:
        with isolated(self.config.description, seed=self.seed):
            model = copy.deepcopy(self._unfitted)
            fitted = model.fit(series)
        # Some libraries fit in place and return nothing.
        self._model = model if fitted is None else fitted
        self._components = series.shape[1]

    def _predict(self, horizon: int) -> FloatArray:
        with isolated(self.config.description, seed=self.seed):
            forecast = self._model.predict(horizon)
        return checked_forecast(forecast, (horizon, self._components), who=self.config.description)


class RegressorForecaster(LaggedForecaster[RegressorConfig]):
    """A regressor of scikit-learn that predicts the next sample from lagged ones, rolled out step by step.

    Parameters
    ----------
    regressor : sklearn regressor
        Anything with ``fit(features [row, feature], targets [row, component])`` and ``predict``; cloned for each fit.
        Features are the lagged samples, oldest first. One that takes a single target is fitted once per component by
        ``sklearn.multioutput.MultiOutputRegressor``.
    lags : int
        Past samples of every component.
    seed : int
        Seed of the global random generators while the regressor works; its own ``random_state`` is not touched.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> series = np.sin(0.1 * np.arange(300))[:, None]
    >>> forecast = RegressorForecaster(Ridge(alpha=1e-8), lags=5).fit(series).predict(50)
    >>> bool(np.abs(forecast[:, 0] - np.sin(0.1 * np.arange(300, 350))).max() < 1e-2)
    True
    """

    config_type = RegressorConfig
    needs = ("sklearn",)
    extra = "trees"

    def __init__(self, regressor: Any, *, lags: int = 10, seed: int = 0) -> None:
        for method in ("fit", "predict"):
            if not callable(getattr(regressor, method, None)):
                raise InvalidArgumentError(f"a RegressorForecaster needs a regressor, got {regressor!r}")
        super().__init__(RegressorConfig(description=" ".join(repr(regressor).split()), lags=lags), seed=seed)
        self._unfitted = regressor

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.lags + 10

    def _fit(self, series: FloatArray) -> None:
        lags, components = self.config.lags, series.shape[1]
        windows = np.lib.stride_tricks.sliding_window_view(series[:-1], lags, axis=0)
        features = windows.transpose(0, 2, 1).reshape(len(windows), -1)
        with imports_for("RegressorForecaster", extra=self.extra), isolated("RegressorForecaster", seed=self.seed):
            from sklearn.base import clone
            from sklearn.multioutput import MultiOutputRegressor
            from sklearn.utils import get_tags

            model = clone(self._unfitted)
            if components > 1 and not get_tags(model).target_tags.multi_output:
                model = MultiOutputRegressor(model)
            targets = series[lags:]
            self._model: Any = model.fit(features, targets if components > 1 else targets[:, 0])
        self._history = series[-lags:].copy()
        self._box = Box.around(series)

    def _next(self, window: FloatArray) -> FloatArray:
        return np.reshape(self._model.predict(window.reshape(1, -1)), -1)

    def _roll_out(self, horizon: int) -> FloatArray:
        with isolated("RegressorForecaster", seed=self.seed):
            return super()._roll_out(horizon)
