"""The base class of the published forms: raw units, and a rollout without bounds."""

from dataclasses import replace
from typing import Generic, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import ForecastError
from forecasters.base import ConfigT
from forecasters.checks import checked_series
from forecasters.closed_loop import ClosedLoopForecaster
from forecasters.numerics.standardisation import Standardisation

FloatArray = NDArray[np.float64]

WARMUP, WARMUP_SHARE = 100, 0.1
"""First samples that the readouts of the paper leave out, and their largest share of the pairs of samples."""


class RawForecaster(ClosedLoopForecaster[ConfigT], Generic[ConfigT]):
    """A closed loop on the series as it is: neither scaled nor held in a box.

    Components that do not vary are left out, as in every forecaster of the package.
    """

    def fit(self, series: ArrayLike) -> Self:
        """Fit the model to a series; see `BaseForecaster.fit`, but for the scaling."""
        self._standard = self.diverged_at = None
        checked = checked_series(series, minimum_length=self.minimum_length, who=type(self).__name__)
        standard = Standardisation.of(checked)
        raw = replace(
            standard,
            center=np.where(standard.varying, 0.0, standard.center),
            scale=np.ones_like(standard.scale),
        )
        if raw.varying.any():
            self._fit(raw.apply(checked))
        self._standard = raw
        return self

    def _predict(self, horizon: int) -> FloatArray:
        return self._roll_out(horizon)


def warmup_of(pairs: int) -> int:
    """Return the number of first pairs that a readout leaves out.

    Examples
    --------
    >>> warmup_of(999), warmup_of(5000)
    (99, 100)
    """
    return min(WARMUP, int(WARMUP_SHARE * pairs))


def ridge_weights(features: FloatArray, targets: FloatArray, penalties: FloatArray) -> FloatArray:
    """Return the weights [feature, target] of ridge regression with a penalty for each feature, in absolute units.

    Raises
    ------
    ForecastError
        If the normal equations cannot be solved.
    """
    try:
        solved = np.linalg.solve(features.T @ features + np.diag(penalties), features.T @ targets)
    except np.linalg.LinAlgError as error:
        raise ForecastError(f"the normal equations of the readout cannot be solved ({error})") from error
    return np.asarray(solved)
