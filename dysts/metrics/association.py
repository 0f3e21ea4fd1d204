"""Correlations between forecast and truth, which do not depend on offset and unit.

Rules of every metric here, for each component before the average over components: a NaN or an infinite value gives NaN;
a constant truth gives NaN, as no forecast can be judged by it; a constant forecast of a truth that varies gives 0, as
it says nothing about the order of the values.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import digamma
from scipy.stats import kendalltau, rankdata

from dysts.metrics._arrays import paired_series

NEIGHBOURS = 3
"""Number of neighbours of each point in the estimate of mutual information, as its authors recommend few."""
ENOUGH_COLUMNS = 64
"""Number of columns from which on compiled loops are worth loading numba."""
LONGEST_COLUMNS = 1000
"""Length up to which loops over all pairs of times are faster than sorting and trees."""

_Columns = NDArray[np.float64]


def pearson(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Pearson's correlation between truth and forecast.

    :math:`\mathrm{cov}(a, p) / (s_a s_p)`, averaged over components. Range -1 to 1 (perfect); higher is better.
    Unchanged by a shift and a positive change of unit of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

    Examples
    --------
    >>> pearson(truth=[[1.0], [2.0], [3.0]], forecast=[[10.0], [20.0], [30.0]])
    1.0
    """
    return _averaged(_pearson, truth, forecast)


def spearman(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Spearman's rank correlation between truth and forecast.

    Pearson's correlation of the ranks, ties sharing their mean rank, averaged over components. Range -1 to 1
    (perfect); higher is better. Unchanged by any increasing map of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

    Examples
    --------
    >>> spearman(truth=[[1.0], [2.0], [3.0]], forecast=[[1.0], [10.0], [1000.0]])
    1.0
    """
    return _averaged(lambda a, p: _pearson(rankdata(a, axis=1), rankdata(p, axis=1)), truth, forecast)


def kendall(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Kendall's rank correlation, tau-b.

    :math:`(C - D) / \sqrt{(C + D + T_a)(C + D + T_p)}` with the numbers of pairs of times that truth and forecast
    order alike (C), opposite (D), and that are tied in one of them alone (T), averaged over components. Range -1 to 1
    (perfect); higher is better. Unchanged by any increasing map of either series.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

    References
    ----------
    M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945) 239-251,
    doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> round(kendall(truth=[[1.0], [2.0], [3.0]], forecast=[[1.0], [3.0], [2.0]]), 6)
    0.333333
    """
    return _averaged(_kendall, truth, forecast)


def mutual_information(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Mutual information between the values of truth and forecast at equal times, in nats.

    The estimate of Kraskov, Stögbauer and Grassberger from the distances to the third neighbour (maximum norm, each
    series in units of its standard deviation), averaged over components; a negative estimate counts as 0. Range 0
    (independent) to about :math:`\ln n`, where a perfect forecast of n points ends; higher is better. Unchanged by a
    shift and a change of unit of either series. Fewer than 5 points give NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape.

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


def _averaged(measure: Callable[[_Columns, _Columns], _Columns], truth: ArrayLike, forecast: ArrayLike) -> Any:
    """Return the mean over components of a measure of columns (column, time)."""
    a, p, form = paired_series(truth, forecast)
    columns = [np.ascontiguousarray(values.transpose(0, 2, 1)).reshape(-1, a.shape[1]) for values in (a, p)]
    return form(_guarded(measure, *columns).reshape(len(a), a.shape[2]).mean(axis=1))


def _guarded(measure: Callable[[_Columns, _Columns], _Columns], a: _Columns, p: _Columns) -> _Columns:
    result = np.zeros(len(a))
    undefined = ~(np.isfinite(a).all(axis=1) & np.isfinite(p).all(axis=1)) | (a == a[:, :1]).all(axis=1)
    result[undefined] = np.nan
    measured = ~undefined & ~(p == p[:, :1]).all(axis=1)
    if measured.any():
        result[measured] = measure(a[measured], p[measured])
    return result


def _pearson(a: _Columns, p: _Columns) -> _Columns:
    with np.errstate(over="ignore", invalid="ignore"):
        # Unit size first, so that squares of values near the largest double do not overflow.
        x, y = (values / np.abs(values).max(axis=1, keepdims=True) for values in (a, p))
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
        # One product after the other, as sums over many at once would round otherwise.
        size = _products(x, x) ** 0.5 * _products(y, y) ** 0.5
        correlation = np.clip(_products(x, y) / np.where(size > 0.0, size, 1.0), -1.0, 1.0)
        return np.where(size > 0.0, correlation, 0.0)


def _products(x: _Columns, y: _Columns) -> _Columns:
    return np.array([one @ other for one, other in zip(x, y, strict=True)])


def _kendall(a: _Columns, p: _Columns) -> _Columns:
    if not _many(a):
        return np.array([_kendall_of_one(x, y) for x, y in zip(a, p, strict=True)])
    from dysts.metrics._column_loops import discordant_pairs

    discordant = np.empty(len(a), dtype=np.int64)
    discordant_pairs(a, p, discordant)
    pairs = a.shape[1] * (a.shape[1] - 1) // 2
    tau = (pairs - 2 * discordant) / np.sqrt(pairs) / np.sqrt(pairs)
    for row in np.flatnonzero(discordant < 0).tolist():
        tau[row] = _kendall_of_one(a[row], p[row])
    return np.clip(tau, -1.0, 1.0)


def _kendall_of_one(x: _Columns, y: _Columns) -> float:
    # The p-value is not used, and its exact form would take most of the time.
    return float(kendalltau(x, y, method="asymptotic").statistic)


def _mutual_information(a: _Columns, p: _Columns) -> _Columns:
    rows, count = a.shape
    if count < NEIGHBOURS + 2:
        return np.full(rows, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = ((values - values.mean(axis=1, keepdims=True)) / values.std(axis=1, keepdims=True) for values in (a, p))
    result = np.full(rows, np.nan)
    finite = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    if finite.any():
        near = (_near_in_many if _many(a) else _near)(x[finite], y[finite])
        table = digamma(np.arange(count + 1))
        means = [np.mean(table[side], axis=1) for side in near]
        result[finite] = np.maximum(0.0, table[count] + table[NEIGHBOURS] - means[0] - means[1])
    return result


def _many(columns: _Columns) -> bool:
    return len(columns) >= ENOUGH_COLUMNS and columns.shape[1] <= LONGEST_COLUMNS


def _near_in_many(x: _Columns, y: _Columns) -> NDArray[np.int64]:
    from dysts.metrics._column_loops import neighbours_within

    near = np.empty((2, *x.shape), dtype=np.int64)
    neighbours_within(x, y, NEIGHBOURS, near)
    return near


def _near(x: _Columns, y: _Columns) -> NDArray[np.int64]:
    """Count the values within the distance of a neighbour: int64 (2, column, time)."""
    near = np.empty((2, *x.shape), dtype=np.int64)
    for row, points in enumerate(np.stack([x, y], axis=-1)):
        # Just less than the distance of the third neighbour, which must not count whatever the rounding.
        radius = np.asarray(cKDTree(points).query(points, NEIGHBOURS + 1, p=np.inf)[0])[:, -1] * (1.0 - 1e-9)
        for side in (0, 1):
            near[side, row] = _within(points[:, side], radius)
    return near


def _within(values: _Columns, radius: _Columns) -> NDArray[np.int64]:
    """Count the points within a radius of each point, itself among them."""
    ranked = np.sort(values)
    last = np.searchsorted(ranked, values + radius, side="right")
    # At least the point itself, which rounding of the sums may exclude.
    return np.maximum(last - np.searchsorted(ranked, values - radius, side="left"), 1)
