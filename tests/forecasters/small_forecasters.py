"""The smallest settings that still run every line: the protocol does not depend on how good a forecast is."""

from functools import cache
from typing import Any

import numpy as np
from forecast_systems import split
from numpy.typing import NDArray

from forecasters import BaseForecaster, get_forecaster, list_forecasters

FloatArray = NDArray[np.float64]
NAMES = list_forecasters(optional=True)
SEASON = 40
# A season has a parameter for each of its points, which statsmodels fits all at once.
SHORT_SEASONS = {"ExponentialSmoothing": 4}

_NETWORK = {"input_length": 4, "epochs": 1, "batch_size": 128}
SMALL: dict[str, dict[str, Any]] = {
    "ARIMA": {"p": 1},
    "AutoARIMA": {"max_p": 1, "max_q": 1},
    "DLinear": _NETWORK | {"kernel": 3},
    "ESN": {"units": 30, "candidates": ((0.4, 1.0, 0.1), (0.4, 1.0, 0.5))},
    "LSTM": _NETWORK | {"hidden": 3},
    "LinearRegression": {"lags": 5},
    "NBEATS": _NETWORK | {"stacks": 1, "layers": 1, "width": 4},
    "NHiTS": _NETWORK | {"layers": 1, "width": 4},
    "NLinear": _NETWORK,
    "NVAR": {"candidates": ((1, 1, 1), (1, 1, 2))},
    "NeuralODE": {"width": 4, "layers": 1, "steps": 3, "batch_size": 16},
    "RNN": _NETWORK | {"hidden": 3},
    "RandomForest": {"lags": 3, "trees": 5},
    "TCN": _NETWORK | {"filters": 2},
    "Transformer": _NETWORK | {"width": 4, "heads": 2, "layers": 1, "feedforward": 4},
    "XGBoost": {"lags": 3, "trees": 5, "depth": 3},
}


def lorenz() -> FloatArray:
    """Return a short series of three components, read-only."""
    return split("Lorenz")[0][:120]


def build(name: str, *, seed: int = 0, **config: Any) -> BaseForecaster[Any]:
    """Return a small forecaster."""
    season_length = SHORT_SEASONS.get(name, SEASON)
    return get_forecaster(name, season_length=season_length, seed=seed, config=SMALL.get(name, {}) | config)


def forecast(name: str, series: Any, horizon: int = 60, *, seed: int = 0) -> FloatArray:
    """Fit a small forecaster and predict."""
    return build(name, seed=seed).fit(series).predict(horizon)


# Its first fit compiles for ten seconds in each process, so one file alone fits it: `test_contract`.
FITTED = [name for name in NAMES if name != "TBATS"]


@cache
def usual(name: str) -> FloatArray:
    """Return the forecast of `lorenz`, to compare others with."""
    expected = forecast(name, lorenz())
    expected.setflags(write=False)
    return expected
