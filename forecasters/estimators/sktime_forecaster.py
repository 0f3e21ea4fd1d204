"""The forecaster that `forecasters.estimators.to_sktime` returns; importing this module imports sktime."""

from typing import Any, ClassVar

import numpy as np
from sktime.forecasting.base import BaseForecaster

from forecasters.registry import get_forecaster


class SktimeForecaster(BaseForecaster):
    """A forecaster of this package behind the interface of sktime, for future horizons only.

    Parameters
    ----------
    name, preset, season_length, seed, config
        As for `forecasters.get_forecaster`.

    Examples
    --------
    >>> import numpy as np
    >>> from forecasters.estimators.sktime_forecaster import SktimeForecaster
    >>> SktimeForecaster("NaiveDrift").fit(np.arange(20.0)).predict(fh=[1, 2]).ravel().tolist()
    [20.0, 21.0]
    """

    _tags: ClassVar[dict[str, Any]] = {
        "y_inner_mtype": "pd.DataFrame",
        "X_inner_mtype": "pd.DataFrame",
        "capability:multivariate": True,
        "requires-fh-in-fit": False,
        "capability:exogenous": False,
        "capability:missing_values": False,
        "capability:insample": False,
    }

    def __init__(
        self,
        name: str = "NVAR",
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
        super().__init__()

    def _fit(self, y: Any, X: Any, fh: Any) -> "SktimeForecaster":  # noqa: ARG002
        model = get_forecaster(
            self.name, preset=self.preset, season_length=self.season_length, seed=self.seed, config=self.config
        )
        self.forecaster_ = model.fit(y.to_numpy(dtype=np.float64))
        self._columns = y.columns
        return self

    def _predict(self, fh: Any, X: Any) -> Any:  # noqa: ARG002
        import pandas as pd

        steps = np.asarray(fh.to_relative(self.cutoff).to_numpy(), dtype=np.int64)
        if steps.min() < 1:
            raise ValueError(f"the horizon must be in the future, got the steps {steps.tolist()}")
        forecast = self.forecaster_.predict(int(steps.max()))[steps - 1]
        return pd.DataFrame(forecast, index=fh.to_absolute_index(self.cutoff), columns=self._columns)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003
        """Return parameters with which the checks of sktime are quick."""
        return [{"name": "NaiveDrift"}, {"name": "NaiveSeasonal", "season_length": 3}]
