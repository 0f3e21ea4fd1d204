"""Errors relative to the size or the spread of the truth.

NaN rule of every metric here: a NaN anywhere in the truth or the forecast gives NaN; nothing is skipped. Metrics that
divide by a property of the series, such as its range, do so for each component and average over components.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.metrics._arrays import paired_series

_ROUNDING = 8.0 * np.finfo(np.float64).eps


def marre(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Mean absolute error in percent of the range of the truth (mean absolute ranged relative error).

    :math:`100 \cdot \mathrm{mean}_t(|a - p|) / (\max_t a - \min_t a)`, averaged over components. Range 0 (perfect) to
    infinity; lower is better. Unchanged by a shift or a change of unit. A constant truth has no range: NaN.

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
    >>> marre(truth=[[1.0], [3.0]], forecast=[[1.0], [4.0]])
    25.0
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        return form(np.mean(100.0 * _over(np.mean(np.abs(a - p), axis=1), _spread(a)), axis=1))


def r2_score(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Coefficient of determination.

    :math:`1 - \sum_t (a - p)^2 / \sum_t (a - \bar a)^2`, averaged over components. Range minus infinity to 1
    (perfect), and 0 for predicting the mean of the truth; higher is better. Unchanged by a shift or a change of unit.
    A constant truth leaves nothing to explain: NaN.

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
    >>> r2_score(truth=[[1.0], [2.0], [3.0]], forecast=[[1.0], [2.0], [2.0]])
    0.5
    """
    a, p, form = paired_series(truth, forecast)
    spread = _spread(a)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        left = np.sum((a - p) ** 2, axis=1)
        whole = np.where(spread > 0.0, np.sum((a - a.mean(axis=1, keepdims=True)) ** 2, axis=1), spread)
        return form(np.mean(1.0 - _over(left, whole), axis=1))


def rmsle(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Root mean squared logarithmic error.

    :math:`\sqrt{\mathrm{mean}((\ln(1 + a) - \ln(1 + p))^2)}` over all times and components. Range 0 (perfect) to
    infinity; lower is better. It is made for counts: a truth at or below -1 has no logarithm and gives NaN, a forecast
    there gives infinity, so that leaving the domain never pays.

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
    >>> round(rmsle(truth=[[0.0]], forecast=[[1.0]]), 6)
    0.693147
    """
    a, p, form = paired_series(truth, forecast)
    outside = np.any(a <= -1.0, axis=(1, 2))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        error = np.sqrt(np.mean((np.log1p(a) - np.log1p(np.maximum(p, -1.0))) ** 2, axis=(1, 2)))
    return form(np.where(outside, np.nan, error))


def mape(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Mean absolute percentage error.

    :math:`100 \cdot \mathrm{mean}(|a - p| / |a|)` over all times and components. Range 0 (perfect) to infinity; lower
    is better. A point with :math:`a = p = 0` counts as 0; any other with :math:`a = 0` makes the whole infinite. It
    is unchanged by a change of unit and depends on the origin of the coordinates.

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
    >>> mape(truth=[[1.0], [2.0]], forecast=[[1.0], [3.0]])
    25.0
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        error = np.abs(a - p)
        return form(100.0 * np.mean(np.where(error == 0.0, 0.0, error / np.abs(a)), axis=(1, 2)))


def wape(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Weighted absolute percentage error of each component, averaged over components.

    :math:`\mathrm{mean}_c(100 \cdot \sum_t |a_c - p_c| / \sum_t |a_c|)`: one ratio for each component, as its unit is
    its own; a single ratio of sums over all components would be that of the largest one. Range 0 (perfect) to infinity;
    lower is
    better. A component whose truth is 0 throughout counts as 0 if the forecast is, and as infinite otherwise. It is
    unchanged by a change of unit and depends on the origin of the coordinates.

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
    >>> wape(truth=[[1.0], [3.0]], forecast=[[1.0], [4.0]])
    25.0
    """
    a, p, form = paired_series(truth, forecast)
    return form(np.mean(_percent_of_size(np.mean(np.abs(a - p), axis=1), np.mean(np.abs(a), axis=1)), axis=1))


def coefficient_of_variation(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Root mean squared error in percent of the size of the truth's mean.

    :math:`100 \cdot \sqrt{\mathrm{mean}_t((a - p)^2)} / |\mathrm{mean}_t(a)|`, averaged over components. Range 0
    (perfect) to infinity; lower is better. A truth whose mean is 0 but for rounding has no such score: NaN.
    It is unchanged by a change of unit and depends on the origin of the coordinates.

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
    >>> coefficient_of_variation(truth=[[1.0], [3.0]], forecast=[[2.0], [4.0]])
    50.0
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.abs(np.mean(a, axis=1))
        # The mean of n rounded values is wrong by some rounding errors of the largest.
        zero = size <= _ROUNDING * np.abs(a).max(axis=1)
        error = np.sqrt(np.mean((a - p) ** 2, axis=1))
        return form(np.mean(100.0 * _over(error, np.where(zero, 0.0, size)), axis=1))


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the range of each component (series, component); 0 where values differ by no more than their rounding."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.ptp(values, axis=1)
        return np.where(spread <= _ROUNDING * np.abs(values).max(axis=1), 0.0, spread)


def _over(error: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.where(spread == 0.0, np.nan, error / spread)


def _percent_of_size(error: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return 100.0 * np.where(error == 0.0, np.where(np.isnan(size), np.nan, 0.0), error / size)
