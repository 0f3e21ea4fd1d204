"""Tests a series for chaos by the 0-1 test: the series drives a walk in the plane, which spreads if it is chaotic.

References
----------
G. A. Gottwald, I. Melbourne, On the implementation of the 0-1 test for chaos, SIAM Journal on Applied Dynamical
Systems 8 (2009) 129-145 (the modified mean square displacement, the correlation method and the median).
"""

from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.time_series import check_series

SHORTEST = 200
"""Least number of points of a series."""
FREQUENCIES = 100
"""Number of random frequencies whose median is taken."""
LOWEST, HIGHEST = np.pi / 5.0, 4.0 * np.pi / 5.0
"""Range of the frequencies, in radians per point; the walk resonates near 0 and pi."""
ERROR_OF_MEDIAN = 0.93
"""Standard error of the median of n normal values, in units of their interquartile range over the root of n."""


def zero_one_test(series: Any, *, seed: int = 0) -> Estimate:
    r"""Return the median correlation of the walk's spread with time: near 1 for chaos, near 0 for regular motion.

    Parameters
    ----------
    series : array_like [time]
        A scalar series, sampled so sparsely that successive values are hardly correlated: about once per period. An
        oversampled series gives 0 whatever it is.
    seed : int
        Seed of the 100 random frequencies.

    Returns
    -------
    Estimate
        The error is the standard error of the median over the frequencies.

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar, too short, constant or not finite.

    Notes
    -----
    A series x of N values drives a walk in the complex plane for each frequency c, with the mean square displacement M,

    .. math:: p_c(n) = \sum_{j=1}^{n} x_j e^{ijc}, \qquad
        M_c(n) = \frac{1}{N - N/10} \sum_{j=1}^{N - N/10} |p_c(j + n) - p_c(j)|^2, \quad n \le N/10.

    M is bounded for regular motion and grows like n for chaos. The mean of the series adds an oscillation to it, which
    is subtracted; the result is the median over c of the correlation of the remainder with n,

    .. math:: D_c(n) = M_c(n) - \bar x^2 \, \frac{1 - \cos nc}{1 - \cos c}, \qquad
        K = \mathrm{median}_c \, \mathrm{corr}(n, D_c(n)).

    Examples
    --------
    >>> import numpy as np
    >>> regular = zero_one_test(np.sin(1.9 * np.arange(2000)))
    >>> logistic = [0.3]
    >>> for _ in range(1999):
    ...     logistic.append(3.97 * logistic[-1] * (1.0 - logistic[-1]))
    >>> regular.value < 0.1, zero_one_test(logistic).value > 0.9
    (True, True)
    """
    values = check_series(series, shortest=SHORTEST)
    if values.shape[1] != 1:
        raise InvalidArgumentError(f"series must have one component, got {values.shape[1]}: test one at a time")
    observed = values[:, 0]
    frequencies = np.random.default_rng(seed).uniform(LOWEST, HIGHEST, FREQUENCIES)
    longest = len(observed) // 10
    lags = np.arange(1, longest + 1)
    walk = np.cumsum(observed[:, None] * np.exp(1j * np.outer(np.arange(1, len(observed) + 1), frequencies)), axis=0)
    starts = len(observed) - longest
    spread = np.array([(np.abs(walk[lag : lag + starts] - walk[:starts]) ** 2).mean(axis=0) for lag in lags])
    # The oscillation hides the growth of short series.
    oscillating = observed.mean() ** 2 * (1.0 - np.cos(np.outer(lags, frequencies))) / (1.0 - np.cos(frequencies))
    correlations = np.array([np.corrcoef(lags, column)[0, 1] for column in (spread - oscillating).T])
    quartiles = np.quantile(correlations, [0.25, 0.75])
    return Estimate(float(np.median(correlations)), float(ERROR_OF_MEDIAN * np.ptp(quartiles) / np.sqrt(FREQUENCIES)))
