"""Held-out windows: the errors of closed-loop forecasts on data that candidates were not fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.closed_loop import ACCURATE, FAR, LibraryFlow

FloatArray = NDArray[np.float64]

WINDOWS = 24
"""Held-out windows; their errors differ by a factor of ten, so that fewer would leave the choice to chance."""
SHORTEST, LONGEST = 4, 100
"""Points of a window, at least and at most."""
STANDARD_ERRORS = 2.0
"""Standard errors within which two candidates are equally good; the best of many is better by chance alone."""
ALLOWANCE = 0.02
"""Difference in the mean decimal logarithm of the errors (five percent of an error) that counts as none."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Windows of a series that candidates were not fitted to.

    Attributes
    ----------
    starts : ndarray, float64 [window, component]
    truths : ndarray, float64 [window, time, component]
    scale : ndarray, float64 [component]
        Standard deviations.
    step : float
    """

    starts: FloatArray
    truths: FloatArray
    scale: FloatArray
    step: float

    @classmethod
    def of(cls, states: FloatArray, step: float, *, first: int) -> "HeldOut":
        """Return the windows of a series from its point `first` on."""
        spread = states.std(axis=0)
        scale = np.where(spread > 0.0, spread, 1.0)
        length = min(_length(states / scale), len(states) - first - 1)
        starts = np.unique(np.linspace(first, len(states) - 1 - length, WINDOWS).astype(int))
        truths = np.stack([states[start + 1 : start + 1 + length] for start in starts])
        return cls(states[starts], truths, scale, step)

    def substeps(self, flow: LibraryFlow, *, accurate: float = ACCURATE) -> int:
        """Return the steps of the integrator in each sample that a flow of about this kind needs."""
        some = self.starts[:: max(1, len(self.starts) // 4)]
        return flow.enough_substeps(some, self.step, min(8, self.truths.shape[1]), self.scale, accurate=accurate)

    def errors(self, flow: LibraryFlow, substeps: int) -> FloatArray:
        """Return the decimal logarithm of the root-mean-square error in each window, between the bounds that count."""
        path = flow.roll_out(self.starts, self.step, self.truths.shape[1], substeps=substeps)
        with np.errstate(all="ignore"):
            error = np.sqrt((((path - self.truths) / self.scale) ** 2).mean(axis=(1, 2)))
        return np.log10(np.clip(np.where(np.isfinite(error), error, FAR), ACCURATE, FAR))


def as_good(errors: FloatArray, best: FloatArray) -> bool:
    """Tell whether errors are not larger than the best ones by more than `STANDARD_ERRORS` of the paired difference."""
    difference = errors - best
    doubt = difference.std() / np.sqrt(len(difference))
    return bool(difference.mean() <= STANDARD_ERRORS * doubt + ALLOWANCE)


def _length(standard: FloatArray) -> int:
    """Return twice the time in which the state moves by a standard deviation, in samples."""
    for lag in range(1, min(LONGEST, len(standard) // 8) + 1):
        moved = np.sqrt(((standard[lag:] - standard[:-lag]) ** 2).mean())
        if moved > 1.0:
            return int(np.clip(2 * lag, SHORTEST, LONGEST))
    return max(SHORTEST, min(LONGEST, len(standard) // 8))
