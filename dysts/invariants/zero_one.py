"""The 0-1 test for chaos: a series drives a planar walk, which spreads only if the series is chaotic.

References
----------
G. A. Gottwald, I. Melbourne, On the implementation of the 0-1 test for chaos, SIAM Journal on Applied Dynamical
Systems 8 (2009) 129-145 (the modified mean square displacement, the correlation method and the median).
"""

from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.series import check_series

SHORTEST = 200
FREQUENCIES = 100
LOWEST, HIGHEST = np.pi / 5.0, 4.0 * np.pi / 5.0


def zero_one_test(series: Any, *, seed: int = 0) -> Estimate:
    """Return the median correlation of the walk's spread with time: near 1 for chaos, near 0 for regular motion.

    Parameters
    ----------
    series : array_like [time]
        A scalar series, sampled so sparsely that successive values are hardly correlated: about once per period. An
        oversampled series gives 0 whatever it is.
    seed : int
        For the 100 frequencies.

    Returns
    -------
    Estimate
        The error is that of the median over the frequencies.

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar, too short, constant or not finite.

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
        raise InvalidArgumentError(f"a series of {values.shape[1]} components; the test takes one at a time")
    observed = values[:, 0]
    frequencies = np.random.default_rng(seed).uniform(LOWEST, HIGHEST, FREQUENCIES)
    longest = len(observed) // 10
    lags = np.arange(1, longest + 1)
    walk = np.cumsum(observed[:, None] * np.exp(1j * np.outer(np.arange(1, len(observed) + 1), frequencies)), axis=0)
    starts = len(observed) - longest
    spread = np.array([(np.abs(walk[lag : lag + starts] - walk[:starts]) ** 2).mean(axis=0) for lag in lags])
    # What the mean of the series contributes oscillates, and hides the growth at low numbers of points.
    oscillating = observed.mean() ** 2 * (1.0 - np.cos(np.outer(lags, frequencies))) / (1.0 - np.cos(frequencies))
    correlations = np.array([np.corrcoef(lags, column)[0, 1] for column in (spread - oscillating).T])
    quartiles = np.quantile(correlations, [0.25, 0.75])
    return Estimate(float(np.median(correlations)), float(0.93 * np.ptp(quartiles) / np.sqrt(FREQUENCIES)))
