"""Distances between the distributions of the forecast's and the truth's values, which do not depend on their order.

Both metrics compare histograms of each component. The range of the truth is cut into :math:`\\lceil\\sqrt{n}\\rceil`
bins of equal width for n times; two more bins hold what lies below and above it. A constant truth has the three bins
below, equal and above. A NaN or an infinite value anywhere gives NaN.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.metrics._arrays import paired_arrays

PRIOR = 0.5
"""Count added to every bin, in points, so that an empty bin does not make the divergence infinite."""


def kl_divergence(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Kullback-Leibler divergence of the forecast's values from the truth's, in nats.

    :math:`\sum_b P_b \ln(P_b / Q_b)` over the bins of the histograms P of the truth and Q of the forecast, with half a
    count added to every bin of both (Jeffreys' prior), averaged over components. Range 0 (equal histograms) to about
    :math:`\ln(2 n)`; lower is better. Unchanged by the order of times, by a shift and by a positive change of unit.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> kl_divergence(truth=[[1.0], [2.0], [3.0]], forecast=[[3.0], [1.0], [2.0]])
    0.0
    """
    a, p = paired_arrays(truth, forecast)
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return float("nan")
    values = []
    for column in range(a.shape[1]):
        one, other = (counts + PRIOR for counts in _histograms(a[:, column], p[:, column]))
        one, other = one / one.sum(), other / other.sum()
        values.append(max(0.0, float(np.sum(one * np.log(one / other)))))
    return float(np.mean(values))


def hellinger_distance(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Hellinger distance between the distributions of the truth's and the forecast's values.

    :math:`\sqrt{1 - \sum_b \sqrt{P_b Q_b}}` over the bins of both histograms, averaged over components. Range 0 (equal
    histograms) to 1 (no bin in common); lower is better. Unchanged by the order of times, by a shift and by a change
    of unit.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> hellinger_distance(truth=[[1.0], [2.0], [3.0]], forecast=[[7.0], [8.0], [9.0]])
    1.0
    """
    a, p = paired_arrays(truth, forecast)
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return float("nan")
    return float(np.mean([hellinger(*_histograms(a[:, column], p[:, column])) for column in range(a.shape[1])]))


def hellinger(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the Hellinger distance between two vectors of weights, which need not sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> hellinger(np.array([1.0, 1.0]), np.array([3.0, 3.0]))
    0.0
    """
    first, second = np.sqrt(one / one.sum()), np.sqrt(other / other.sum())
    # Half the squared distance equals 1 minus the overlap and does not lose digits where both are alike.
    return math.sqrt(min(1.0, 0.5 * float(np.sum((first - second) ** 2))))


def _histograms(a: NDArray[np.float64], p: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = a.min(), a.max()
    bins = math.ceil(math.sqrt(len(a))) if high > low else 1

    def counts(values: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = values[(values >= low) & (values <= high)]
        # In units of the range, as the edges of bins near the largest double would overflow.
        place = np.zeros(len(inside)) if high == low else (inside / 2 - low / 2) / (high / 2 - low / 2) * bins
        middle = np.bincount(np.minimum(place.astype(np.int64), bins - 1), minlength=bins)
        outside = [np.count_nonzero(values < low), np.count_nonzero(values > high)]
        return np.concatenate([middle, outside]).astype(np.float64)

    return counts(a), counts(p)
