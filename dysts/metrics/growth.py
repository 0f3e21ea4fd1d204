"""Curves of errors: their values at given Lyapunov times, and their rate of growth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.checks import check_positive
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate

SATURATION = 0.4
"""Normalised error beyond which the size of the attractor bounds the growth."""

FEWEST_POINTS = 10
"""Smallest number of errors to which a rate is fitted."""

SMALLEST_GROWTH = 2.0
"""Smallest factor of growth over the fitted stretch: a slope of less is noise."""


def at_lyapunov_times(
    curve: ArrayLike, *, step: float, lyapunov_exponent: float, times: ArrayLike
) -> NDArray[np.float64]:
    """Read a curve, such as `cumulative_smape`, at times given in Lyapunov times.

    Parameters
    ----------
    curve : array_like, float [time]
        Values one step, two steps, ... after the last observation.
    step : float
        Time between two values.
    lyapunov_exponent : float
        Largest Lyapunov exponent, per unit of time.
    times : array_like, float [grid]
        Times after the last observation, in Lyapunov times.

    Returns
    -------
    ndarray, float64 [grid]
        Linear between the values; the first value before it, NaN beyond the last.

    Raises
    ------
    InvalidArgumentError
        If the step or the exponent is not positive and finite, or an array is empty or not one-dimensional.

    Examples
    --------
    >>> at_lyapunov_times([0.0, 1.0, 4.0], step=0.5, lyapunov_exponent=2.0, times=[1.5, 3.0, 4.0])
    array([0.5, 4. , nan])
    """
    check_positive("step", step)
    check_positive("lyapunov_exponent", lyapunov_exponent)
    values, wanted = _flat("curve", curve), _flat("times", times)
    own = step * lyapunov_exponent * np.arange(1, values.size + 1)
    # Rounding of the product must not exclude a horizon of exactly this many Lyapunov times.
    within = wanted <= own[-1] * (1 + 1e-9)
    low = np.clip(np.searchsorted(own, wanted) - 1, 0, max(0, values.size - 2))
    high = np.minimum(low + 1, values.size - 1)
    share = np.clip((wanted - own[low]) / np.where(high > low, own[high] - own[low], 1.0), 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        # An infinite neighbour of weight 0 would turn a finite value into NaN.
        mixed = np.where(share == 0.0, values[low], np.where(share == 1.0, values[high], 0.0))
        between = (share > 0.0) & (share < 1.0)
        mixed[between] = ((1.0 - share) * values[low] + share * values[high])[between]
    return np.where(within, mixed, np.nan)


def error_growth_rate(error: ArrayLike, *, step: float, saturation: float = SATURATION) -> Estimate:
    r"""Rate at which the error of a forecast grows exponentially, until it saturates.

    The slope of :math:`\ln e(t)` by least squares over the rows before the first error above `saturation`. A
    forecaster that knows the flow is limited by chaos alone, so its rate is about the largest Lyapunov exponent; the
    error of a poor one grows faster at first, and from a higher level.

    Parameters
    ----------
    error : array_like, float [time]
        :func:`dysts.metrics.normalised_error` one step, two steps, ... after the last observation.
    step : float
        Time between two errors.
    saturation : float
        Error beyond which rows are not used, in standard deviations.

    Returns
    -------
    Estimate
        Per unit of time, with the standard error of the slope, which neglects that neighbouring errors are alike.
        Without a value, and with the reason, where fewer than 10 errors are positive and below saturation, or they do
        not span a factor of 2.

    Raises
    ------
    InvalidArgumentError
        If the step or the saturation is not positive and finite, or the errors are empty or not one-dimensional.

    Examples
    --------
    >>> import numpy as np
    >>> found = error_growth_rate(1e-3 * np.exp(0.9 * np.arange(100) * 0.1), step=0.1)
    >>> round(found.value, 6)
    0.9
    """
    check_positive("step", step)
    check_positive("saturation", saturation)
    values = _flat("error", error)
    crossing = np.flatnonzero(~(values <= saturation))
    early = values[: int(crossing[0]) if crossing.size else values.size]
    used = np.flatnonzero(early > 0.0)
    if used.size < FEWEST_POINTS:
        return Estimate(
            np.nan, np.nan, f"only {used.size} errors are positive and below saturation; {FEWEST_POINTS} are needed"
        )
    logarithms = np.log(early[used])
    if np.ptp(logarithms) < np.log(SMALLEST_GROWTH):
        return Estimate(np.nan, np.nan, f"the error changes by less than a factor of {SMALLEST_GROWTH:g}")
    times = (used + 1) * float(step)
    coefficients, covariance = np.polyfit(times, logarithms, 1, cov=True)
    return Estimate(float(coefficients[0]), float(np.sqrt(covariance[0, 0])))


def _flat(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise InvalidArgumentError(f"{name} must hold real numbers: {problem}") from problem
    if array.ndim != 1 or array.size == 0:
        raise InvalidArgumentError(f"{name} must be one-dimensional and not empty, got shape {array.shape}")
    return array
