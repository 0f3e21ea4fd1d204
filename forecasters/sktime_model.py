"""Wraps a forecaster of sktime."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_forecast
from forecasters.isolation import isolated

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SktimeConfig(Config):
    """A description of the wrapped forecaster, which is stored with the results.

    Parameters
    ----------
    description : str
        ``repr`` of the forecaster.
    """

    description: str = ""


class SktimeModel(BaseForecaster[SktimeConfig]):
    """A forecaster of sktime, which receives the standardised series as a DataFrame with a column for each component.

    Each fit uses a clone. A univariate forecaster is fitted to each component by sktime itself. One whose tag
    ``requires-fh-in-fit`` is true is fitted anew for each horizon; `dysts-benchmark check` tells whether its longer
    forecast begins with the shorter one.

    Parameters
    ----------
    forecaster : sktime forecaster
        Anything with ``clone()``, ``get_tag(name)``, ``fit(y, fh=...)`` and ``predict(fh)``.
    seed : int
        Seed of the global random generators while the forecaster works; its own ``random_state`` is not touched.
    """

    config_type = SktimeConfig

    def __init__(self, forecaster: Any, *, seed: int = 0) -> None:
        for method in ("clone", "get_tag", "fit", "predict"):
            if not callable(getattr(forecaster, method, None)):
                raise InvalidArgumentError(f"a SktimeModel needs a forecaster of sktime, got {forecaster!r}")
        super().__init__(SktimeConfig(description=" ".join(repr(forecaster).split())), seed=seed)
        self._unfitted = forecaster

    def _fit(self, series: FloatArray) -> None:
        self._series = series
        self._model = None if self._unfitted.get_tag("requires-fh-in-fit") else self._fitted_model(None)

    def _predict(self, horizon: int) -> FloatArray:
        steps = np.arange(1, horizon + 1)
        with isolated("SktimeModel", seed=self.seed):
            model = self._fitted_model(steps) if self._model is None else self._model
            forecast = np.asarray(model.predict(steps), dtype=np.float64)
        return checked_forecast(forecast, (horizon, self._series.shape[1]), who=self.config.description)

    def _fitted_model(self, steps: NDArray[np.int64] | None) -> Any:
        import pandas as pd

        with isolated("SktimeModel", seed=self.seed):
            names = [f"component_{index}" for index in range(self._series.shape[1])]
            return self._unfitted.clone().fit(pd.DataFrame(self._series, columns=names), fh=steps)
