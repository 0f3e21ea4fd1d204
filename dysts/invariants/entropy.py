"""Estimates entropies of a scalar series: sample entropy over several scales, and permutation entropy.

References
----------
J. S. Richman, J. R. Moorman, American Journal of Physiology 278 (2000) H2039-H2049 (sample entropy).
M. Costa, A. L. Goldberger, C.-K. Peng, Physical Review Letters 89 (2002) 068102 (over several scales).
C. Bandt, B. Pompe, Physical Review Letters 88 (2002) 174102 (permutation entropy).
"""

import math
from typing import Any

import numpy as np
from numba import types

from dysts.checks import check_count, check_positive
from dysts.compilation.driver import driver
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.time_series import check_series

SHORTEST = 100
"""Least number of points of a series."""
SEGMENTS = 10
"""Number of parts of the series, whose spread gives the error of the permutation entropy."""
FEWEST_PATTERNS = 10
"""Least number of observed patterns for each possible one."""
MOST_TIES = 0.02
"""Largest share of patterns with equal values, whose order is arbitrary."""
FEWEST_MATCHES = 10
"""Least number of matching pairs of stretches for a reliable estimate."""


@driver(types.UniTuple(types.int64, 2)(types.float64[::1], types.int64, types.float64))
def _matches(values: np.ndarray, length: int, tolerance: float) -> tuple[int, int]:
    """Count pairs of stretches that stay within the tolerance for `length` points, and for one more."""
    short = 0
    long = 0
    stretches = values.size - length
    for i in range(stretches):
        for j in range(i + 1, stretches):
            k = 0
            while k < length and abs(values[i + k] - values[j + k]) <= tolerance:
                k += 1
            if k == length:
                short += 1
                if abs(values[i + k] - values[j + k]) <= tolerance:
                    long += 1
    return short, long


def sample_entropy(series: Any, *, length: int = 2, tolerance: float = 0.2) -> Estimate:
    """Return minus the logarithm of the probability that two stretches alike for `length` points are so for one more.

    Parameters
    ----------
    series : array_like [time]
    length : int
    tolerance : float
        In units of the standard deviation of the series.

    Returns
    -------
    Estimate
        In nats per point; the error counts the matches as independent. Not reliable with fewer than ten matches.

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar, too short, constant or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(0).standard_normal(2000)
    >>> round(sample_entropy(noise).value, 1)
    2.2
    """
    values = _scalar(series)
    return _sample_entropy(values, check_count("length", length), check_positive("tolerance", tolerance) * values.std())


def _sample_entropy(values: np.ndarray, length: int, tolerance: float) -> Estimate:
    short, long = _matches(np.ascontiguousarray(values), length, tolerance)
    if long < FEWEST_MATCHES:
        return Estimate(np.nan, np.nan, f"only {long} stretches of {length + 1} points match")
    share = long / short
    return Estimate(-math.log(share), math.sqrt((1.0 - share) / (share * short)))


def multiscale_entropy(series: Any, *, scales: int = 10, length: int = 2, tolerance: float = 0.2) -> list[Estimate]:
    """Return the sample entropy of the series averaged over 1, 2, ... points at a time.

    The tolerance stays that of the series itself, as in the original definition.

    Parameters
    ----------
    series : array_like [time]
    scales : int
        Largest number of points in an average.
    length : int
    tolerance : float
        In units of the standard deviation of the series.

    Returns
    -------
    list of Estimate

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar, constant or not finite, or too short for the largest scale.
    """
    values = _scalar(series, shortest=SHORTEST * check_count("scales", scales))
    absolute = check_positive("tolerance", tolerance) * values.std()
    stretch = check_count("length", length)
    results = []
    for scale in range(1, scales + 1):
        whole = len(values) // scale * scale
        results.append(_sample_entropy(values[:whole].reshape(-1, scale).mean(axis=1), stretch, absolute))
    return results


def permutation_entropy(series: Any, *, order: int = 4, delay: int = 1) -> Estimate:
    """Return the entropy of the order patterns of values, as a fraction of the largest possible one.

    Parameters
    ----------
    series : array_like [time]
    order : int
        Number of values in a pattern, 2 to 7.
    delay : int
        Points between the values.

    Returns
    -------
    Estimate
        Between 0 (monotone) and 1 (all patterns equally frequent); the error is the larger one of that for independent
        patterns and the standard error over ten parts of the series. Not reliable with fewer than ten patterns observed
        for each possible one, or with equal values in more than 2 % of them, as in coarse data.

    Raises
    ------
    InvalidArgumentError
        If the series is not scalar, too short, constant or not finite, or the order is not 2 to 7.

    Examples
    --------
    >>> import numpy as np
    >>> permutation_entropy(np.arange(1000.0)).value
    0.0
    """
    values = _scalar(series)
    if not 2 <= check_count("order", order) <= 7:
        raise InvalidArgumentError(f"order must be 2 to 7, got {order}")
    spacing = check_count("delay", delay)
    count = len(values) - (order - 1) * spacing
    possible = math.factorial(order)
    if count < 1:
        raise InvalidArgumentError(
            f"series must have more than {(order - 1) * spacing} points for order {order}, got {len(values)}"
        )
    vectors = np.stack([values[k * spacing : k * spacing + count] for k in range(order)], axis=1)
    ordered = np.argsort(vectors, axis=1, kind="stable")
    patterns = ordered @ order ** np.arange(order)
    entropy, error = _shannon(patterns)
    # Patterns that overlap are not independent; the spread over parts of the series shows by how much.
    parts = [_shannon(part)[0] for part in np.array_split(patterns, SEGMENTS)]
    error = max(error, float(np.std(parts, ddof=1)) / math.sqrt(SEGMENTS))
    scale = math.log(possible)
    sorted_values = np.take_along_axis(vectors, ordered, axis=1)
    tied = float((np.diff(sorted_values, axis=1) == 0.0).any(axis=1).mean())
    reason = ""
    if count < FEWEST_PATTERNS * possible:
        reason = f"{count} patterns for {possible} possible ones are too few"
    elif tied > MOST_TIES:
        reason = f"{100.0 * tied:.0f} % of the patterns hold equal values, which have no order: the data are too coarse"
    return Estimate(entropy / scale, error / scale, reason)


def _shannon(patterns: np.ndarray) -> tuple[float, float]:
    """Return the entropy of the shares of patterns in nats, and its error for independent patterns."""
    shares = np.unique(patterns, return_counts=True)[1] / len(patterns)
    information = -np.log(shares)
    entropy = float((shares * information).sum())
    variance = float((shares * information**2).sum()) - entropy**2
    return abs(entropy), math.sqrt(max(variance, 0.0) / len(patterns))


def _scalar(series: Any, *, shortest: int = SHORTEST) -> np.ndarray:
    values = check_series(series, shortest=shortest)
    if values.shape[1] != 1:
        raise InvalidArgumentError(f"series must have one component, got {values.shape[1]}: take one at a time")
    return values[:, 0]
