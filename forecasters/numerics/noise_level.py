"""Estimates the measurement noise of a smooth series, and smooths it by as much."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

FloatArray = NDArray[np.float64]

ORDERS = range(3, 9)
"""Orders of the differences: each higher one leaves less of a smooth signal, and all leave the same of the noise."""
WIDTHS = (5, 7, 9, 13, 17, 25, 35, 49)
"""Widths of the smoothing polynomials, in points."""
DEGREE = 4
"""Degree of the smoothing polynomials."""
ALLOWED_RESIDUAL = 1.15
"""Residual in standard deviations of the noise up to which a wider polynomial is taken to keep all of the signal."""


def noise_level(series: FloatArray) -> FloatArray:
    """Return the standard deviation of white noise on each component, float64 [component].

    The estimate is the least of the root mean squares of several differences, each divided by that of its coefficients.
    It is an upper bound where the series has few points in a period.

    Parameters
    ----------
    series : float64 [time, component]

    Examples
    --------
    >>> wave = np.sin(np.arange(1000) / 16.0)[:, None]
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((1000, 1))
    >>> bool(abs(noise_level(wave + noise)[0] - 0.01) < 1e-3), bool(noise_level(wave)[0] < 1e-8)
    (True, True)
    """
    levels = [
        np.sqrt((np.diff(series, order, axis=0) ** 2).mean(axis=0) / math.comb(2 * order, order)) for order in ORDERS
    ]
    least: FloatArray = np.min(levels, axis=0)
    return least


def smoothed(series: FloatArray, level: FloatArray) -> tuple[FloatArray, int]:
    """Return the series without most of its noise, and the width of the smoothing polynomials.

    Parameters
    ----------
    series : float64 [time, component]
    level : float64 [component]
        Of the noise; the widest polynomials whose residual does not exceed it are taken.
    """
    best, chosen = smoothed_by(series, WIDTHS[0]), WIDTHS[0]
    for width in WIDTHS[1:]:
        if width > len(series):
            break
        trial = smoothed_by(series, width)
        if (np.sqrt(((trial - series) ** 2).mean(axis=0)) > ALLOWED_RESIDUAL * level).any():
            break
        best, chosen = trial, width
    return best, chosen


def smoothed_by(series: FloatArray, width: int) -> FloatArray:
    """Return the series smoothed by local polynomials of a given width in points, float64 [time, component]."""
    smooth: FloatArray = savgol_filter(series, width, DEGREE, axis=0)
    return smooth
