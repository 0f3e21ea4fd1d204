"""Correlations between forecast and truth, which do not depend on offset and unit.

Rules of every metric here, for each component before the average over components: a NaN or an infinite value gives NaN;
a constant truth gives NaN, as no forecast can be judged by it; a constant forecast of a truth that varies gives 0, as
it says nothing about the order of the values.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import digamma
from scipy.stats import kendalltau, rankdata

from dysts.metrics._arrays import paired_arrays

NEIGHBOURS = 3
"""Number of neighbours of each point in the estimate of mutual information, as its authors recommend few."""

_Column = NDArray[np.float64]


def pearson(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Pearson's correlation between truth and forecast.

    :math:`\mathrm{cov}(a, p) / (s_a s_p)`, averaged over components. Range -1 to 1 (perfect); higher is better.
    Unchanged by a shift and a positive change of unit of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> pearson(truth=[[1.0], [2.0], [3.0]], forecast=[[10.0], [20.0], [30.0]])
    1.0
    """
    return _averaged(_pearson, truth, forecast)


def spearman(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Spearman's rank correlation between truth and forecast.

    Pearson's correlation of the ranks, ties sharing their mean rank, averaged over components. Range -1 to 1
    (perfect); higher is better. Unchanged by any increasing map of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> spearman(truth=[[1.0], [2.0], [3.0]], forecast=[[1.0], [10.0], [1000.0]])
    1.0
    """
    return _averaged(lambda a, p: _pearson(rankdata(a), rankdata(p)), truth, forecast)


def kendall(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Kendall's rank correlation, tau-b.

    :math:`(C - D) / \sqrt{(C + D + T_a)(C + D + T_p)}` with the numbers of pairs of times that truth and forecast
    order alike (C), opposite (D), and that are tied in one of them alone (T), averaged over components. Range -1 to 1
    (perfect); higher is better. Unchanged by any increasing map of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945) 239-251,
    doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> round(kendall(truth=[[1.0], [2.0], [3.0]], forecast=[[1.0], [3.0], [2.0]]), 6)
    0.333333
    """
    # The p-value is not used, and its exact form would take most of the time.
    return _averaged(lambda a, p: float(kendalltau(a, p, method="asymptotic").statistic), truth, forecast)


def mutual_information(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Mutual information between the values of truth and forecast at equal times, in nats.

    The estimate of Kraskov, Stögbauer and Grassberger from the distances to the third neighbour (maximum norm, each
    series in units of its standard deviation), averaged over components; a negative estimate counts as 0. Range 0
    (independent) to about :math:`\ln n`, where a perfect forecast of n points ends; higher is better. Unchanged by a
    shift and a change of unit of either series. Fewer than 5 points give NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    A. Kraskov, H. Stögbauer, P. Grassberger, "Estimating mutual information", Physical Review E 69 (2004) 066138,
    doi:10.1103/PhysRevE.69.066138.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.random.default_rng(0).normal(size=(2, 2000, 1))
    >>> mutual_information(truth=a, forecast=b) < 0.05
    True
    >>> exact = 0.5 * np.log(2.0)
    >>> bool(abs(mutual_information(truth=a, forecast=a + b) - exact) < 0.05)
    True
    """
    return _averaged(_mutual_information, truth, forecast)


def _averaged(measure: Callable[[_Column, _Column], float], truth: ArrayLike, forecast: ArrayLike) -> float:
    a, p = paired_arrays(truth, forecast)
    return float(np.mean([_guarded(measure, a[:, c], p[:, c]) for c in range(a.shape[1])]))


def _guarded(measure: Callable[[_Column, _Column], float], a: _Column, p: _Column) -> float:
    if not (np.isfinite(a).all() and np.isfinite(p).all()) or np.all(a == a[0]):
        return np.nan
    return 0.0 if np.all(p == p[0]) else measure(a, p)


def _pearson(a: _Column, p: _Column) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        # Unit size first, so that squares of values near the largest double do not overflow.
        x, y = (values / np.abs(values).max() for values in (a, p))
        x, y = x - x.mean(), y - y.mean()
        size = np.linalg.norm(x) * np.linalg.norm(y)
        return float(np.clip(x @ y / size, -1.0, 1.0)) if size > 0.0 else 0.0


def _mutual_information(a: _Column, p: _Column) -> float:
    count = len(a)
    if count < NEIGHBOURS + 2:
        return np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        points = np.stack([(values - values.mean()) / values.std() for values in (a, p)], axis=1)
    if not np.isfinite(points).all():
        return np.nan
    # Just less than the distance of the third neighbour, which must not count whatever the rounding.
    radius = np.asarray(cKDTree(points).query(points, NEIGHBOURS + 1, p=np.inf)[0])[:, -1] * (1.0 - 1e-9)
    near = [_within(points[:, side], radius) for side in (0, 1)]
    value = digamma(count) + digamma(NEIGHBOURS) - np.mean(digamma(near[0])) - np.mean(digamma(near[1]))
    return max(0.0, float(value))


def _within(values: _Column, radius: _Column) -> NDArray[np.int64]:
    """Count the points within a radius of each point, itself among them."""
    ranked = np.sort(values)
    last = np.searchsorted(ranked, values + radius, side="right")
    # At least the point itself, which rounding of the sums may exclude.
    return np.maximum(last - np.searchsorted(ranked, values - radius, side="left"), 1)
