"""Errors averaged over all times and components.

NaN rule of every metric here: a NaN anywhere in the truth or the forecast gives NaN; nothing is skipped.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dysts.metrics._arrays import component_scale, divide_by_scale, paired_series, series_scale


def smape(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Symmetric mean absolute percentage error, on the scale from 0 to 200.

    :math:`200 \cdot \mathrm{mean}(|a - p| / (|a| + |p|))` over all times and components, where a point
    with :math:`a = p = 0` counts as 0. Range 0 (perfect) to 200 (every sign wrong); lower is better.
    It depends on the origin of the coordinates: adding a constant to both series changes it.
    An infinite forecast gives NaN.

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

    References
    ----------
    S. Makridakis, "Accuracy measures: theoretical and practical concerns", International Journal of
    Forecasting 9 (1993) 527-529, doi:10.1016/0169-2070(93)90079-3.

    Examples
    --------
    >>> smape(truth=[[1.0], [2.0]], forecast=[[1.0], [6.0]])
    50.0
    """
    a, p, form = paired_series(truth, forecast)
    # Halves, so that the sum of two values near the largest double does not overflow.
    a, p = a / 2.0, p / 2.0
    size = np.abs(a) + np.abs(p)
    with np.errstate(invalid="ignore"):
        ratio = np.divide(np.abs(a - p), size, out=np.zeros_like(size), where=size != 0.0)
    return form(200.0 * np.mean(ratio, axis=(1, 2)))


def mae(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Mean absolute error.

    :math:`\mathrm{mean}(|a - p|)` over all times and components. Range 0 (perfect) to infinity, in the
    unit of the data; lower is better. Unchanged when a constant is added to both series.

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
    >>> mae(truth=[[1.0], [2.0]], forecast=[[1.0], [6.0]])
    2.0
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        return form(np.mean(np.abs(a - p), axis=(1, 2)))


def mse(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Mean squared error.

    :math:`\mathrm{mean}((a - p)^2)` over all times and components. Range 0 (perfect) to infinity, in the
    squared unit of the data; lower is better. Unchanged when a constant is added to both series. An error
    whose square exceeds the largest double gives infinity.

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
    >>> mse(truth=[[1.0], [2.0]], forecast=[[1.0], [6.0]])
    8.0
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        return form(np.mean((a - p) ** 2, axis=(1, 2)))


def rmse(*, truth: ArrayLike, forecast: ArrayLike) -> Any:
    r"""Root mean squared error.

    :math:`\sqrt{\mathrm{mean}((a - p)^2)}` over all times and components. Range 0 (perfect) to infinity,
    in the unit of the data; lower is better. Unchanged when a constant is added to both series.

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
    >>> rmse(truth=[[0.0], [0.0]], forecast=[[3.0], [3.0]])
    3.0
    """
    squares = mse(truth=truth, forecast=forecast)
    return float(np.sqrt(squares)) if isinstance(squares, float) else np.sqrt(squares)


def nrmse(*, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None) -> Any:
    r"""Root mean squared error with each component in units of its standard deviation.

    :math:`\sqrt{\mathrm{mean}(((a - p) / s)^2)}` over all times and components, with one scale :math:`s`
    per component. Range 0 (perfect) to infinity, without unit; lower is better: predicting the mean of a
    long series scores about 1. Unchanged by a shift, and by a change of unit of any component when the
    scale follows it. Where the scale is 0, an error of 0 counts as 0 and any other as infinity.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values, in any common unit.
    scale : float or array_like, float [component] or [series, component], optional
        Standard deviation of each component over the attractor. Without it, that of the truth, which on
        a short window can be far from the attractor's.

    Returns
    -------
    float, or float64 [series]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, without these axes, not real or differ in shape, or the scale is
        negative or has a wrong shape.

    Examples
    --------
    >>> nrmse(truth=[[-1.0, 10.0], [1.0, 30.0]], forecast=[[-1.0, 20.0], [1.0, 20.0]])
    0.7071067811865476
    """
    a, p, form = paired_series(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        if scale is None:
            unit = np.std(a, axis=1)
        elif np.ndim(truth) == 3:
            unit = series_scale(scale, len(a), a.shape[2])
        else:
            unit = component_scale(scale, a.shape[2])[np.newaxis]
        return form(np.sqrt(np.mean(divide_by_scale(a - p, unit[:, np.newaxis]) ** 2, axis=(1, 2))))
