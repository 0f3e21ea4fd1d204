"""The dominant time scale of a set of series, at which the surrogate series are made."""

import numpy as np

from dysts.errors import InvalidArgumentError

FALSE_ALARM = 1e-3
"""Probability that the highest line of white noise counts as a time scale."""
LEAST, MOST = 5, 500
"""Bounds on the points in a period of the surrogates: fewer show no shape, more no whole period in a window."""


def main_period(series: np.ndarray) -> int:
    """Return twice the median period of the strongest lines of the training series, in whole points.

    As in the protocol of 2021, in which the main period is 2 / f. A line is significant if white noise of the same
    length has a line as strong with probability `FALSE_ALARM` at most (Fisher 1929, to first order).

    Parameters
    ----------
    series : numpy.ndarray [series, time]

    Raises
    ------
    InvalidArgumentError
        If half of the series or more have no significant line: white noise has no time scale.

    Examples
    --------
    >>> waves = np.sin(2 * np.pi * np.arange(400) / 20.0)[None] * np.ones((5, 1))
    >>> main_period(waves)
    40
    """
    power = np.abs(np.fft.rfft(series - series.mean(axis=1, keepdims=True), axis=1))[:, 1:] ** 2
    shares = power.max(axis=1) / power.sum(axis=1)
    lines = power.shape[1]
    chance = lines * (1.0 - np.minimum(shares, 1.0)) ** (lines - 1)
    significant = chance < FALSE_ALARM
    if 2 * significant.sum() <= len(series):
        raise InvalidArgumentError(
            f"the series must have a time scale, got {int(significant.sum())} of {len(series)} with a significant line"
        )
    frequencies = (1 + power.argmax(axis=1)[significant]) / series.shape[1]
    return int(np.clip(2.0 / np.median(frequencies), LEAST, MOST))
