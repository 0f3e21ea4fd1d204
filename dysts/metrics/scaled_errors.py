"""Errors of the beginning and of the worst so far: the scaled error of ten steps, and the cumulative maximum error."""

import math

import numpy as np
from numpy.typing import ArrayLike

from dysts.checks import check_count
from dysts.metrics._arrays import paired_arrays
from dysts.metrics.lyapunov import normalised_error

STEPS = 10
"""Steps of the scaled error in the literature."""


def mase(*, truth: ArrayLike, forecast: ArrayLike, steps: int = STEPS) -> float:
    r"""Mean absolute scaled error of the first steps.

    :math:`\mathrm{mean}_{k \le n} |a_k - p_k| / \mathrm{mean}_{1 < k \le n} |a_k - a_{k-1}|` with n = `steps`, averaged
    over components: the error in units of the mean change of the truth from one step to the next, over the same steps.
    Range 0 (perfect) to infinity; lower is better. Unchanged by a shift or a change of unit. A truth that stands still
    over these steps, or fewer than 2 of them, gives NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.
    steps : int
        Number of steps, from the first on; all of them where there are fewer.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape, or `steps` is no positive number.

    References
    ----------
    R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", International Journal of
    Forecasting 22 (2006) 679-688, doi:10.1016/j.ijforecast.2006.03.001. They scale by the training series.

    Examples
    --------
    >>> mase(truth=[[0.0], [2.0], [4.0]], forecast=[[1.0], [3.0], [5.0]])
    0.5
    """
    a, p = paired_arrays(truth, forecast)
    count = min(check_count("steps", steps), len(a))
    if count < 2:
        return math.nan
    a, p = a[:count], p[:count]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        change = np.mean(np.abs(np.diff(a, axis=0)), axis=0)
        error = np.mean(np.abs(a - p), axis=0)
        return float(np.mean(np.where(change > 0.0, error / change, np.nan)))


def cumulative_maximum_error(*, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None) -> float:
    r"""Mean over the horizon of the largest error so far, at most 1.

    :math:`\mathrm{mean}_t \min(1, \max_{s \le t} e(s))` with the :func:`dysts.metrics.normalised_error` e. Range 0
    (perfect) to 1 (lost from the first step on); lower is better. It decreases with the valid time whatever the
    threshold. A NaN counts as 1 from its time on.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values.
    scale : float or array_like, float [component], optional
        Standard deviation of each component over the attractor; without it, that of the truth.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        For the reasons of :func:`dysts.metrics.normalised_error`.

    References
    ----------
    C. Schötz, A. White, M. Gelbrecht, N. Boers, "Machine learning for predicting chaotic systems", arXiv:2407.20158
    (2024).

    Examples
    --------
    >>> cumulative_maximum_error(truth=[[0.0], [0.0], [0.0]], forecast=[[0.5], [0.0], [9.0]], scale=1.0)
    0.6666666666666666
    """
    error = normalised_error(truth=truth, forecast=forecast, scale=scale)
    bounded = np.minimum(np.where(np.isnan(error), 1.0, error), 1.0)
    return float(np.maximum.accumulate(bounded).mean())
