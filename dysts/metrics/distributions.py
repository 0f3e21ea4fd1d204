"""Distances between the distributions of the forecast's and the truth's values, which do not depend on their order.

Both metrics compare histograms of each component. The range of the truth is cut into :math:`\\lceil\\sqrt{n}\\rceil`
bins of equal width for n times; two more bins hold what lies below and above it. A constant truth has the three bins
below, equal and above. A NaN or an infinite value anywhere gives NaN.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.metrics._arrays import paired_series

PRIOR = 0.5
"""Count added to every bin, in points, so that an empty bin does not make the divergence infinite."""


def kl_divergence(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Kullback-Leibler divergence of the forecast's values from the truth's, in nats.

    :math:`\sum_b P_b \ln(P_b / Q_b)` over the bins of the histograms P of the truth and Q of the forecast, with half a
    count added to every bin of both (Jeffreys' prior), averaged over components. Range 0 (equal histograms) to about
    :math:`\ln(2 n)`; lower is better. Unchanged by the order of times, by a shift and by a positive change of unit.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values, in any common unit.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

    Examples
    --------
    >>> kl_divergence(truth=[[1.0], [2.0], [3.0]], forecast=[[3.0], [1.0], [2.0]])
    0.0
    """
    a, p, form = paired_series(truth, forecast)
    return form(_averaged(_divergence, a, p))


def hellinger_distance(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Hellinger distance between the distributions of the truth's and the forecast's values.

    :math:`\sqrt{1 - \sum_b \sqrt{P_b Q_b}}` over the bins of both histograms, averaged over components. Range 0 (equal
    histograms) to 1 (no bin in common); lower is better. Unchanged by the order of times, by a shift and by a change
    of unit.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values, in any common unit.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

    Examples
    --------
    >>> hellinger_distance(truth=[[1.0], [2.0], [3.0]], forecast=[[7.0], [8.0], [9.0]])
    1.0
    """
    a, p, form = paired_series(truth, forecast)
    return form(_averaged(_distances, a, p))


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


def _averaged(
    measure: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    a: NDArray[np.float64],
    p: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the mean over components of a measure of two histograms: float64 (series,)."""
    result = np.full(len(a), np.nan)
    finite = np.isfinite(a).all(axis=(1, 2)) & np.isfinite(p).all(axis=(1, 2))
    if finite.any():
        columns = [np.ascontiguousarray(values[finite].transpose(0, 2, 1)).reshape(-1, a.shape[1]) for values in (a, p)]
        result[finite] = _measured(measure, *columns).reshape(-1, a.shape[2]).mean(axis=1)
    return result


def _measured(
    measure: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    a: NDArray[np.float64],
    p: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return a measure of the histograms of each pair of columns (column, time): float64 (column,)."""
    low, high = a.min(axis=1), a.max(axis=1)
    result = np.empty(len(a))
    for bins, chosen in ((math.ceil(math.sqrt(a.shape[1])), high > low), (1, ~(high > low))):
        if chosen.any():
            limits = low[chosen, np.newaxis], high[chosen, np.newaxis]
            result[chosen] = measure(*(_counts(values[chosen], *limits, bins) for values in (a, p)))
    return result


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    one, other = one + PRIOR, other + PRIOR
    one, other = one / one.sum(axis=1, keepdims=True), other / other.sum(axis=1, keepdims=True)
    return np.maximum(0.0, np.sum(one * np.log(one / other), axis=1))


def _distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    first = np.sqrt(one / one.sum(axis=1, keepdims=True))
    second = np.sqrt(other / other.sum(axis=1, keepdims=True))
    # As in `hellinger`.
    return np.sqrt(np.minimum(1.0, 0.5 * np.sum((first - second) ** 2, axis=1)))


def _counts(
    values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], bins: int
) -> NDArray[np.float64]:
    """Count the values of each row in the bins between its limits, below them and above: float64 (row, bins + 2)."""
    inside = (values >= low) & (values <= high)
    # In units of the range, as the edges of bins near the largest double would overflow.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        place = (values / 2 - low / 2) / (high / 2 - low / 2) * bins
    number = np.minimum(np.where(inside & (high > low), place, 0.0).astype(np.int64), bins - 1)
    number = np.where(values < low, bins, np.where(values > high, bins + 1, number))
    number += (bins + 2) * np.arange(len(values))[:, np.newaxis]
    counted = np.bincount(number.ravel(), minlength=(bins + 2) * len(values))
    return counted.reshape(len(values), bins + 2).astype(np.float64)
