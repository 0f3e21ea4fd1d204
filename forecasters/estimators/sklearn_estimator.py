"""The estimator that `forecasters.estimators.to_sklearn` returns; importing this module imports scikit-learn."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from dysts.metrics import smape
from forecasters.registry import get_forecaster

FloatArray = NDArray[np.float64]


class SklearnForecaster(BaseEstimator):
    """A forecaster whose rows are consecutive points of one series.

    Parameters
    ----------
    name, preset, season_length, seed, config
        As for `forecasters.get_forecaster`.

    Attributes
    ----------
    forecaster_ : Forecaster
        The fitted forecaster.
    """

    def __init__(
        self,
        name: str = "NVAR",
        *,
        preset: str = "fast",
        season_length: int | None = None,
        seed: int = 0,
        config: Any = None,
    ) -> None:
        self.name = name
        self.preset = preset
        self.season_length = season_length
        self.seed = seed
        self.config = config

    def fit(self, X: ArrayLike, y: Any = None) -> Self:  # noqa: ARG002
        """Fit the forecaster to the series X [time, component]; y is ignored."""
        model = get_forecaster(
            self.name, preset=self.preset, season_length=self.season_length, seed=self.seed, config=self.config
        )
        self.forecaster_ = model.fit(np.asarray(X, dtype=np.float64))
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Return the forecast of as many points as X has rows, which follow the series of the fit."""
        check_is_fitted(self, "forecaster_")
        return np.asarray(self.forecaster_.predict(len(np.asarray(X))), dtype=np.float64)

    def score(self, X: ArrayLike, y: Any = None) -> float:  # noqa: ARG002
        """Return minus the smape of the forecast of X, the points that follow the series of the fit."""
        truth = np.asarray(X, dtype=np.float64)
        return -float(smape(truth=truth, forecast=self.predict(truth)))
