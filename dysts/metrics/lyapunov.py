"""The valid prediction time of a forecast, in time and in Lyapunov times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.checks import check_positive
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.metrics._arrays import component_scale, divide_by_scale, paired_arrays

NORMS = ("component", "spread", "size")
"""Names of the norms in which a valid prediction time is measured; see `norm_scale`."""


@dataclass(frozen=True, kw_only=True)
class ValidPredictionTime:
    """The time up to which a forecast is valid.

    Attributes
    ----------
    time : float
        Valid time after the last observation, at most the horizon.
    censored : bool
        True if the error never crossed the threshold: the forecast ended before it went wrong, and
        ``time`` is the whole horizon, a lower bound of what the forecaster can do.
    """

    time: float
    censored: bool


def normalised_error(*, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""Error at each time, with each component in units of its standard deviation.

    :math:`e(t) = \sqrt{\mathrm{mean}_c(((a_c(t) - p_c(t)) / s_c)^2)}` over the components :math:`c`.
    Range 0 (perfect) to infinity, without unit; lower is better. A NaN at one time gives NaN at that time
    only. Where the scale is 0, an error of 0 counts as 0 and any other as infinity.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit.
    scale : float or array_like, float [component], optional
        Standard deviation of each component over the attractor; without it, that of the truth.

    Returns
    -------
    ndarray, float64 [time]

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape, or the scale is
        negative or has a wrong shape.

    Examples
    --------
    >>> normalised_error(truth=[[0.0, 0.0], [0.0, 0.0]], forecast=[[0.0, 0.0], [3.0, 4.0]], scale=5.0)
    array([0.        , 0.70710678])
    """
    a, p = paired_arrays(truth, forecast)
    with np.errstate(over="ignore", invalid="ignore"):
        unit = np.std(a, axis=0) if scale is None else component_scale(scale, a.shape[1])
        return np.asarray(np.sqrt(np.mean(divide_by_scale(a - p, unit) ** 2, axis=1)), dtype=np.float64)


def norm_scale(
    norm: str, *, standard_deviation: ArrayLike, root_mean_square: ArrayLike | None = None
) -> NDArray[np.float64]:
    r"""Scale with which `normalised_error` is the error in one of the norms of the literature.

    ==============  =====================================================================================
    norm            error
    ==============  =====================================================================================
    ``component``   :math:`\sqrt{\mathrm{mean}_c((a_c - p_c)^2 / s_c^2)}`: each component in its own unit
    ``spread``      :math:`\lVert a - p \rVert / \sqrt{\sum_c s_c^2}`: one unit, the spread around the mean
    ``size``        :math:`\lVert a - p \rVert / \sqrt{\sum_c q_c^2}`: one unit, the size from the origin
    ==============  =====================================================================================

    with standard deviations :math:`s_c` and root mean squares :math:`q_c` over the attractor. The first does not
    depend on the units of the components; the other two do, and the last on the origin of the coordinates as well.

    Parameters
    ----------
    norm : {"component", "spread", "size"}
    standard_deviation : array_like, float [component]
        Over the attractor.
    root_mean_square : array_like, float [component], optional
        Over the attractor; needed for ``size``.

    Returns
    -------
    ndarray, float64 [component]

    Raises
    ------
    UnknownNameError
        If there is no such norm.
    InvalidArgumentError
        If a scale is negative or has a wrong shape.

    References
    ----------
    J. Pathak, B. Hunt, M. Girvan, Z. Lu, E. Ott, "Model-free prediction of large spatiotemporally chaotic systems from
    data: a reservoir computing approach", Physical Review Letters 120 (2018) 024102,
    doi:10.1103/PhysRevLett.120.024102, for one unit of all components.

    Examples
    --------
    >>> norm_scale("spread", standard_deviation=[1.0, 7.0])
    array([5., 5.])
    """
    if norm not in NORMS:
        raise unknown_name("norm", norm, NORMS)
    count = np.size(standard_deviation)
    if norm == "component":
        return component_scale(standard_deviation, count)
    if norm == "size" and root_mean_square is None:
        raise InvalidArgumentError("the norm 'size' needs root_mean_square, got None")
    given = standard_deviation if norm == "spread" or root_mean_square is None else root_mean_square
    return np.full(count, np.sqrt(np.mean(component_scale(given, count) ** 2)))


def valid_prediction_time(
    *,
    truth: ArrayLike,
    forecast: ArrayLike,
    step: float,
    threshold: float = 0.4,
    scale: ArrayLike | None = None,
) -> ValidPredictionTime:
    """Time until the normalised error first exceeds a threshold.

    If the errors of the first k times are within the threshold and the next one is not, the valid time is
    ``k * step``: row k of the arrays lies ``(k + 1) * step`` after the last observation. Range 0 to
    ``horizon * step``; higher is better. A NaN counts as crossing, so an unusable forecast is valid for
    no time. A later return below the threshold does not count.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, in any common unit; the first row is one step after the last
        observation.
    step : float
        Time between two rows.
    threshold : float
        Largest valid :func:`normalised_error`, in standard deviations. The literature has values from 0.1 to 1.
    scale : float or array_like, float [component], optional
        Standard deviation of each component over the attractor; without it, that of the truth.

    Returns
    -------
    ValidPredictionTime
        The time, in the unit of `step`, and whether the end of the forecast cut it off.

    Raises
    ------
    InvalidArgumentError
        If the step or the threshold is not positive and finite, or for the reasons of
        :func:`normalised_error`.

    References
    ----------
    P. R. Vlachas et al., "Backpropagation algorithms and reservoir computing in recurrent neural networks
    for the forecasting of complex spatiotemporal dynamics", Neural Networks 126 (2020) 191-217,
    doi:10.1016/j.neunet.2020.02.016.

    Examples
    --------
    >>> truth = [[0.0], [0.0], [0.0]]
    >>> valid_prediction_time(truth=truth, forecast=[[0.1], [0.2], [0.9]], step=0.5, scale=1.0)
    ValidPredictionTime(time=1.0, censored=False)
    >>> valid_prediction_time(truth=truth, forecast=truth, step=0.5, scale=1.0)
    ValidPredictionTime(time=1.5, censored=True)
    """
    check_positive("step", step)
    check_positive("threshold", threshold)
    error = normalised_error(truth=truth, forecast=forecast, scale=scale)
    invalid = np.flatnonzero(~(error <= threshold))
    valid_steps = int(invalid[0]) if invalid.size else error.size
    return ValidPredictionTime(time=valid_steps * float(step), censored=not invalid.size)


def in_lyapunov_times(time: float, *, lyapunov_exponent: float) -> float:
    """Express a time in Lyapunov times, the time over which a small error grows by the factor e.

    Parameters
    ----------
    time : float
        A time in the unit of the system.
    lyapunov_exponent : float
        Largest Lyapunov exponent, per unit of time.

    Returns
    -------
    float
        ``time * lyapunov_exponent``.

    Raises
    ------
    InvalidArgumentError
        If the exponent is not positive and finite: without chaos there is no Lyapunov time.

    Examples
    --------
    >>> in_lyapunov_times(2.0, lyapunov_exponent=0.9)
    1.8
    """
    check_positive("lyapunov_exponent", lyapunov_exponent)
    return float(time) * float(lyapunov_exponent)
