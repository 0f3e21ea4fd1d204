"""Estimates the autocorrelation time of a series of states, and compares its recurrence with that of red noise.

References
----------
M. R. Allen, L. A. Smith, Journal of Climate 9 (1996) 3373-3404 (red noise as the null hypothesis). Surrogates with
randomised phases have the autocorrelation of the series itself and cannot serve for a test of it.
"""

import math
from typing import Any

import numpy as np
from scipy.signal import lfilter

from dysts.checks import check_positive
from dysts.invariants.estimate import Estimate
from dysts.invariants.time_series import check_series, standardised

SHORTEST = 100
"""Least number of points of a series."""
SEGMENTS = 5
"""Number of segments of the series, whose spread gives the error."""
FEWEST_SEGMENTS = 4
"""Least number of segments in which the autocorrelation falls; in fewer, the time is a good part of a segment."""
LONGEST_SHARE = 0.25
"""Longest lag as a share of the series."""
CONCLUSIVE = 0.9
"""Share of the lags in which the envelope must fall, as the last tenth has no later lags to confirm it."""


def mean_autocorrelation(standard: np.ndarray, *, longest: float) -> np.ndarray:
    """Return the mean autocorrelation of standardised components, up to a share of their length: float64 [lag]."""
    length = len(standard)
    padded = 1 << (2 * length - 1).bit_length()
    power = np.abs(np.fft.rfft(standard, padded, axis=0)) ** 2
    lags = int(length * longest)
    products = np.fft.irfft(power.mean(axis=1), padded)[:lags] / (length - np.arange(lags))
    return products / products[0] if products[0] > 0.0 else products


def autocorrelation_time(series: Any, *, step: float = 1.0) -> Estimate:
    """Return the time after which the envelope of the mean autocorrelation stays below 1/e.

    The envelope at a lag is the largest absolute value at this and all later lags, up to a quarter of the length, so
    that the zeros of an oscillation do not count.

    Parameters
    ----------
    series : array_like [time, component]
        Components are standardised.
    step : float
        Time between two points.

    Returns
    -------
    Estimate
        The error is the standard error over five segments, and that of a whole number of points. Not reliable where the
        envelope does not fall in the series and in four of the segments: the motion is regular or the series too short.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.signal import lfilter
    >>> red = lfilter([1.0], [1.0, -0.95], np.random.default_rng(0).standard_normal(50000))
    >>> abs(autocorrelation_time(red).value - 19.5) < 3.0
    True
    """
    spacing = check_positive("step", step)
    values = standardised(check_series(series, shortest=SHORTEST))
    whole = _fall(mean_autocorrelation(values, longest=LONGEST_SHARE))
    if whole is None:
        return Estimate(np.nan, np.nan, "the autocorrelation does not fall below 1/e within a quarter of the series")
    parts = [
        _fall(mean_autocorrelation(part - part.mean(axis=0), longest=LONGEST_SHARE))
        for part in np.array_split(values, SEGMENTS)
    ]
    known = [part for part in parts if part is not None]
    if len(known) < FEWEST_SEGMENTS:
        return Estimate(
            np.nan,
            np.nan,
            f"the autocorrelation falls below 1/e in only {len(known)} of {SEGMENTS} parts of the series",
        )
    # A lag is a whole number of points, which has an error of its own where all segments agree.
    error = math.hypot(np.std(known, ddof=1) / math.sqrt(len(known)), 1.0 / math.sqrt(12.0))
    return Estimate(whole * spacing, error * spacing)


def _fall(correlation: np.ndarray) -> float | None:
    envelope = np.maximum.accumulate(np.abs(correlation)[::-1])[::-1]
    below = np.flatnonzero(envelope < math.exp(-1.0))
    return float(below[0]) if below.size and below[0] < CONCLUSIVE * len(correlation) else None


def recurrence_significance(series: Any, *, lag: int, surrogates: int = 199, seed: int = 0) -> float:
    """Return the probability that red noise recurs at a lag at least as well as the series.

    The recurrence is the mean autocorrelation at the lag. The red noise has the variance and the correlation between
    successive points of each component.

    Parameters
    ----------
    series : array_like [time, component]
    lag : int
        Number of points, such as the dominant period divided by the step.
    surrogates : int
        Number of series of red noise.
    seed : int
        Seed of the red noise.

    Returns
    -------
    float
        The share of random series that recur at least as well, counting the series itself.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> recurrence_significance(np.sin(0.1 * np.arange(3000)), lag=63) < 0.01
    True
    """
    values = standardised(check_series(series, shortest=max(SHORTEST, 4 * lag)))
    observed = mean_autocorrelation(values, longest=0.5)[lag]
    memory = (values[1:] * values[:-1]).mean(axis=0)
    generator = np.random.default_rng(seed)
    as_good = 1
    for _ in range(surrogates):
        noise = generator.standard_normal(values.shape)
        red = np.stack([lfilter([1.0], [1.0, -m], noise[:, i]) for i, m in enumerate(memory)], axis=1)
        as_good += bool(mean_autocorrelation(standardised(red), longest=0.5)[lag] >= observed)
    return as_good / (surrogates + 1)
