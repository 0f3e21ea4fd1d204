"""The densities from which the starts of training data are drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import savgol_filter

SMOOTHED, ORDER = 51, 3
"""Window and order of the Savitzky-Golay filter of the protocol of 2021."""
POWER = 4
"""Power of the smoothed squared error that is the density in that protocol."""

Density = Callable[[np.ndarray], np.ndarray]


def uniform_density(errors: np.ndarray) -> np.ndarray:
    """Return equal probabilities.

    Parameters
    ----------
    errors : numpy.ndarray [time]
        Squared one-step errors along the training series.
    """
    return np.full(len(errors), 1.0 / len(errors))


def importance_density(errors: np.ndarray, *, power: int = POWER) -> np.ndarray:
    """Return probabilities proportional to a power of the smoothed squared error, as in the protocol of 2021.

    Parameters
    ----------
    errors : numpy.ndarray [time]
        Squared one-step errors along the training series.
    power : int

    Examples
    --------
    >>> errors = np.concatenate([np.full(100, 1.0), np.full(100, 2.0)])
    >>> density = importance_density(errors)
    >>> round(float(density[-1] / density[0]))
    16
    """
    smooth = np.clip(savgol_filter(errors, min(SMOOTHED, len(errors) // 2 * 2 - 1), ORDER), 0.0, None)
    weights = (smooth / max(float(smooth.max()), 1e-300)) ** power
    whole = weights.sum()
    return weights / whole if whole > 0.0 else uniform_density(errors)


def error_density(errors: np.ndarray) -> np.ndarray:
    """Return probabilities proportional to the smoothed squared error itself, a milder form of the importance."""
    return importance_density(errors, power=1)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How training data are drawn.

    Attributes
    ----------
    density : callable
        Returns the probabilities of the starts by the squared errors of one step along the training series.
    anew : bool
        Whether new trajectories start beside the drawn states, or pieces of the training orbit itself are taken.
    uses_growth : bool
        Whether the density is multiplied by the squared growth of a small displacement within half a period, a local
        Lyapunov exponent in another form.
    """

    density: Density
    anew: bool = True
    uses_growth: bool = False


SAMPLINGS = {
    "uniform": Sampling(density=uniform_density, anew=False),
    "random": Sampling(density=uniform_density),
    "importance": Sampling(density=importance_density),
    "error": Sampling(density=error_density),
    "amplified": Sampling(density=error_density, uses_growth=True),
}
"""Samplings by name. The last two are ours: the squared error of one step, and the squared error that it becomes within
half a period, to first order."""
