"""Tells noise from series that are too short or too coarse for a time scale, which noise has not either."""

import numpy as np
from scipy.stats import chi2

LAGS = 20
"""Number of lags of the autocorrelation that are tested together."""
FALSE_ALARM = 1e-3
"""Probability that white noise is not found to be white."""
LEAST_POINTS = 200
"""Least number of points that are tested; of fewer, a slow oscillation shows too little to be told from noise."""


def kind_of_noise(values: np.ndarray) -> str | None:
    """Return what noise a series is, or None: ``white noise`` without correlations, or a ``random walk``, their sum.

    The sum of the squared autocorrelations at the first lags has a chi-squared distribution for white noise (Ljung and
    Box 1978). A random walk has white increments. A series of a flow that is sampled so coarsely that its
    correlations are lost counts as white noise, from which nothing tells it then.

    Parameters
    ----------
    values : numpy.ndarray [time]

    References
    ----------
    G. M. Ljung and G. E. P. Box, "On a measure of lack of fit in time series models", Biometrika 65 (1978) 297-303,
    doi:10.1093/biomet/65.2.297.

    Examples
    --------
    >>> points = np.random.default_rng(0).standard_normal(1000)
    >>> kind_of_noise(points), kind_of_noise(points.cumsum()), kind_of_noise(np.sin(np.arange(1000.0)))
    ('white noise', 'random walk', None)
    """
    if len(values) < LEAST_POINTS:
        return None
    if _is_white(values):
        return "white noise"
    return "random walk" if _is_white(np.diff(values)) else None


def _is_white(values: np.ndarray) -> bool:
    centred = values - values.mean()
    power = float(centred @ centred)
    if not power > 0.0:
        return False
    count = len(values)
    correlations = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, LAGS + 1)]) / power
    statistic = count * (count + 2) * (correlations**2 / (count - np.arange(1, LAGS + 1))).sum()
    return bool(chi2.sf(statistic, LAGS) > FALSE_ALARM)
