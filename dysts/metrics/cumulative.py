"""Errors of a forecast up to each of its times, and the time up to which they are small."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.checks import check_positive
from dysts.metrics._arrays import component_scale, divide_by_scale, paired_arrays
from dysts.metrics.lyapunov import ValidPredictionTime

SMAPE_THRESHOLD = 30.0
"""Largest valid cumulative smape of the published comparison, on the scale from 0 to 200."""


def cumulative_smape(*, truth: ArrayLike, forecast: ArrayLike) -> NDArray[np.float64]:
    r"""Smape of the forecast up to each of its times.

    Entry k is :func:`dysts.metrics.smape` of the first k + 1 rows. Range 0 (perfect) to 200; lower is better. A NaN
    makes all entries from its time on NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit.

    Returns
    -------
    ndarray, float64 [time]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> cumulative_smape(truth=[[1.0], [2.0]], forecast=[[1.0], [6.0]])
    array([ 0., 50.])
    """
    a, p = paired_arrays(truth, forecast)
    # Halves, so that the sum of two values near the largest double does not overflow.
    a, p = a / 2.0, p / 2.0
    size = np.abs(a) + np.abs(p)
    with np.errstate(invalid="ignore"):
        ratio = np.divide(np.abs(a - p), size, out=np.zeros_like(size), where=size != 0.0)
    return 200.0 * _running_mean(ratio)


def cumulative_nrmse(*, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""Normalised root mean squared error of the forecast up to each of its times.

    Entry k is :func:`dysts.metrics.nrmse` of the first k + 1 rows, with the scale of the whole. Range 0 (perfect) to
    infinity, without unit; lower is better. A NaN makes all entries from its time on NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit.
    scale : float or array_like, float [component], optional
        Standard deviation of each component over the attractor; without it, that of the whole truth.

    Returns
    -------
    ndarray, float64 [time]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape, or the scale is negative or has a
        wrong shape.

    Examples
    --------
    >>> cumulative_nrmse(truth=[[0.0], [0.0]], forecast=[[2.0], [0.0]], scale=1.0)
    array([2.        , 1.41421356])
    """
    a, p = paired_arrays(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        unit = np.std(a, axis=0) if scale is None else component_scale(scale, a.shape[1])
        return np.asarray(np.sqrt(_running_mean(divide_by_scale(a - p, unit) ** 2)), dtype=np.float64)


def smape_valid_time(
    *, truth: ArrayLike, forecast: ArrayLike, step: float, threshold: float = SMAPE_THRESHOLD
) -> ValidPredictionTime:
    """Time until the cumulative smape first exceeds a threshold.

    If the cumulative smape of the first k times is within the threshold and that of the next one is not, the valid
    time is ``k * step``. Range 0 to ``horizon * step``; higher is better. A NaN counts as crossing. A later return
    below the threshold does not count.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit; the first row is one step after the last observation.
    step : float
        Time between two rows.
    threshold : float
        Largest valid :func:`cumulative_smape`, between 0 and 200.

    Returns
    -------
    ValidPredictionTime
        The time, in the unit of `step`, and whether the end of the forecast cut it off.

    Raises
    ------
    InvalidArgumentError
        If the step or the threshold is not positive and finite, or for the reasons of :func:`cumulative_smape`.

    References
    ----------
    W. Gilpin, "Model scale versus domain knowledge in statistical forecasting of chaotic systems", Physical Review
    Research 5 (2023) 043252, doi:10.1103/PhysRevResearch.5.043252.

    Examples
    --------
    >>> smape_valid_time(truth=[[1.0], [1.0]], forecast=[[1.0], [9.0]], step=0.5)
    ValidPredictionTime(time=0.5, censored=False)
    """
    check_positive("step", step)
    check_positive("threshold", threshold)
    running = cumulative_smape(truth=truth, forecast=forecast)
    invalid = np.flatnonzero(~(running <= threshold))
    valid_steps = int(invalid[0]) if invalid.size else running.size
    return ValidPredictionTime(time=valid_steps * float(step), censored=not invalid.size)


def _running_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.arange(1, len(values) + 1)
    return np.asarray(np.cumsum(values.mean(axis=1)) / rows, dtype=np.float64)
