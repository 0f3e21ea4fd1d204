"""Ensembles of regression trees on lagged values."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.closed_loop import LaggedForecaster
from forecasters.isolation import imports_for, isolated
from forecasters.numerics.box import Box
from forecasters.numerics.forest import Forest

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RandomForestConfig(Config):
    """Settings of `RandomForest`.

    Parameters
    ----------
    lags : int
        Past samples of every component that the next sample is regressed on.
    trees : int
        Number of trees.
    """

    lags: int = 10
    trees: int = 100

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("lags", self.lags, least=1)
        checked_count("trees", self.trees, least=1)


@dataclass(frozen=True, kw_only=True)
class XGBoostConfig(RandomForestConfig):
    """Settings of `XGBoost`.

    Parameters
    ----------
    lags : int
        Past samples of every component that the next sample is regressed on.
    trees : int
        Boosting rounds; each has a tree for every component.
    depth : int
        Highest depth of a tree.
    learning_rate : float
        Shrinkage of every round.
    """

    depth: int = 6
    learning_rate: float = 0.3

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        checked_count("depth", self.depth, least=1)
        checked_number("learning_rate", self.learning_rate, above=0.0, most=1.0)


TreeConfigT = TypeVar("TreeConfigT", bound=RandomForestConfig)


class _Trees(LaggedForecaster[TreeConfigT], Generic[TreeConfigT]):
    needs: ClassVar[tuple[str, ...]] = ("darts",)
    extra = "trees"
    grid = {"lags": (3, 5, 10, 25)}  # noqa: RUF012 - class data, annotated in the base class

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.lags + 10

    @abstractmethod
    def _build(self) -> Any:
        """Return an unfitted darts model."""

    @abstractmethod
    def _flatten(self, fitted: Any, components: int) -> Forest:
        """Return the trees of darts' fitted regressor."""

    def _fit(self, series: FloatArray) -> None:
        name = type(self).__name__
        with imports_for(name, extra=self.extra), isolated(name, seed=self.seed):
            from darts import TimeSeries

            self._model: Any = self._build().fit(TimeSeries.from_values(series))
        self._forest = self._flatten(self._model.model, series.shape[1])
        self._history = series[-self.config.lags :].copy()
        self._box = Box.around(series)

    def _next(self, window: FloatArray) -> FloatArray:
        return self._forest.roll_out(window, 1, self._box)[0]

    def _roll_out(self, horizon: int) -> FloatArray:
        return self._forest.roll_out(self._history, horizon, self._box)


class RandomForest(_Trees[RandomForestConfig]):
    """Random forest that predicts the next sample from lagged ones.

    darts fits it (``RandomForestModel`` around scikit-learn). The forecast is rolled out here through the
    flattened trees in compiled code, since scikit-learn takes some milliseconds for each single step. A forest
    cannot leave the range of what it was trained on.

    References
    ----------
    L. Breiman, Random forests, Mach. Learn. 45, 5-32 (2001), doi:10.1023/A:1010933404324.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(300))[:, None]
    >>> forecast = RandomForest(RandomForestConfig(trees=20)).fit(series).predict(20)
    >>> bool(np.abs(forecast[:, 0] - np.sin(0.1 * np.arange(300, 320))).max() < 0.2)
    True
    """

    config_type = RandomForestConfig

    def _build(self) -> Any:
        from darts.models.forecasting.random_forest import RandomForestModel

        return RandomForestModel(
            lags=self.config.lags, n_estimators=self.config.trees, random_state=self.seed, n_jobs=1
        )

    def _flatten(self, fitted: Any, components: int) -> Forest:
        return Forest.from_sklearn(fitted, components)


class XGBoost(_Trees[XGBoostConfig]):
    """Gradient-boosted trees that predict the next sample from lagged ones.

    darts fits them (``XGBModel`` around xgboost), at xgboost's defaults. The forecast is rolled out here
    through the flattened trees in compiled code, and held in a box around the training range.

    References
    ----------
    T. Chen, C. Guestrin, XGBoost: a scalable tree boosting system, KDD 2016,
    doi:10.1145/2939672.2939785.

    Examples
    --------
    >>> series = np.sin(0.1 * np.arange(300))[:, None]
    >>> forecast = XGBoost(XGBoostConfig(trees=30)).fit(series).predict(20)
    >>> forecast.shape, bool(np.abs(forecast).max() < 1.5)
    ((20, 1), True)
    """

    config_type = XGBoostConfig
    needs = ("darts", "xgboost")

    def _build(self) -> Any:
        from darts.models.forecasting.xgboost import XGBModel

        return XGBModel(
            lags=self.config.lags,
            n_estimators=self.config.trees,
            max_depth=self.config.depth,
            learning_rate=self.config.learning_rate,
            # xgboost reads the seed as a signed 32-bit number.
            random_state=self.seed % 2**31,
            # Its threads spin while they wait: on a busy machine two take a hundred times as long as one.
            n_jobs=1,
        )

    def _flatten(self, fitted: Any, components: int) -> Forest:
        return Forest.from_xgboost(fitted, components)
