"""Invariants of a long forecast beside those of the true dynamics: its dimension and its largest exponent."""

import math

import numpy as np
from numpy.typing import ArrayLike

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.metrics._arrays import paired_arrays


def correlation_dimension_difference(*, truth: ArrayLike, forecast: ArrayLike, theiler: int, seed: int = 0) -> Estimate:
    r"""Difference between the correlation dimensions of forecast and truth, :math:`|D_2(p) - D_2(a)|`.

    Both by :func:`dysts.invariants.correlation_dimension` from series of equal length, so that what a short series
    does to the estimate is the same in both. Range 0 (equal dimensions) to the number of components; lower is better.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted states, on long stretches; 2000 points are few.
    theiler : int
        Pairs fewer points apart in time are left out; a period or more.
    seed : int
        For the reference points.

    Returns
    -------
    Estimate
        Without a value, and with the reason, where one of the dimensions cannot be estimated.

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape, or theiler is no positive integer.

    Examples
    --------
    >>> import numpy as np
    >>> states = np.random.default_rng(0).random((4000, 2))
    >>> line = np.column_stack([states[:, 0], states[:, 0]])
    >>> found = correlation_dimension_difference(truth=states, forecast=line, theiler=1)
    >>> abs(found.value - 1.0) < 0.2
    True
    """
    a, p = paired_arrays(truth, forecast)
    check_count("theiler", theiler)
    return dimension_difference(
        dimension_of(a, theiler=theiler, seed=seed), dimension_of(p, theiler=theiler, seed=seed)
    )


def dimension_of(series: ArrayLike, *, theiler: int, seed: int = 0) -> Estimate:
    """Estimate the correlation dimension of a series, [time, component], or say why it has none."""
    from dysts.invariants.correlation_dimension import correlation_dimension

    try:
        return correlation_dimension(series, theiler=theiler, seed=seed)
    except InvalidArgumentError as problem:
        return Estimate(np.nan, np.nan, str(problem))


def dimension_difference(truth: Estimate, forecast: Estimate) -> Estimate:
    """Return the absolute difference of two dimensions, or which of the two is missing and why."""
    for name, found in (("truth", truth), ("forecast", forecast)):
        if not found.reliable:
            return Estimate(np.nan, np.nan, f"the {name}: {found.reason}")
    return Estimate(abs(forecast.value - truth.value), math.hypot(truth.error, forecast.error))


def forecast_lyapunov_exponent(
    *, forecast: ArrayLike, step: float, season_length: int, lyapunov_exponent: float, seed: int = 0
) -> Estimate:
    """Largest Lyapunov exponent of the dynamics that the forecaster runs in its closed loop, from its forecast.

    By :func:`dysts.invariants.lyapunov_from_data` (Rosenstein's method); compare with the exponent of the system. A
    forecast that has settled on a fixed point or a cycle has none above 0.

    Parameters
    ----------
    forecast : array_like, float [time, component]
        A long forecast.
    step : float
        Time between two points.
    season_length : int
        Points per period; neighbours nearer in time do not count.
    lyapunov_exponent : float
        Largest exponent of the system, per unit of time, from which it follows how long neighbours are followed: five
        Lyapunov times, but at most a quarter of the series.
    seed : int
        For the reference points.

    Returns
    -------
    Estimate
        Per unit of time. Without a value, and with the reason, where the forecast does not give one.

    Raises
    ------
    InvalidArgumentError
        If a number is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> constant = np.ones((2000, 1))
    >>> forecast_lyapunov_exponent(
    ...     forecast=constant, step=0.1, season_length=20, lyapunov_exponent=0.9
    ... ).reliable
    False
    """
    from dysts.invariants.divergence_from_data import lyapunov_from_data

    series, _ = paired_arrays(forecast, forecast)
    check_positive("step", step)
    check_positive("lyapunov_exponent", lyapunov_exponent)
    check_count("season_length", season_length)
    steps = max(10, min(math.ceil(5.0 / (lyapunov_exponent * step)), len(series) // 4))
    try:
        return lyapunov_from_data(series, step=step, steps=steps, theiler=season_length, seed=seed)
    except InvalidArgumentError as problem:
        return Estimate(np.nan, np.nan, str(problem))
