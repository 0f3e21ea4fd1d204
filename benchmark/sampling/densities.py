"""The densities from which the starts of training data are drawn."""

from collections.abc import Callable

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


SAMPLINGS: dict[str, tuple[bool, Density]] = {
    "uniform": (False, uniform_density),
    "random": (True, uniform_density),
    "importance": (True, importance_density),
    "error": (True, error_density),
}
"""By name: whether new trajectories start beside the drawn states, or pieces of the training orbit itself are taken;
and the density of the starts."""
