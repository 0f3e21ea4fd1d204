"""Hellinger distance between smoothed periodograms, as the literature on reconstruction defines it."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

from dysts.checks import check_positive
from dysts.metrics._arrays import paired_arrays
from dysts.metrics.distributions import hellinger

WIDTH = 20.0
"""Standard deviation of the Gaussian filter in the literature, in frequency bins."""


def smoothed_spectral_hellinger(*, truth: ArrayLike, forecast: ArrayLike, width: float = WIDTH) -> float:
    r"""Hellinger distance between smoothed power spectra, :math:`D_H = \sqrt{1 - \sum_f \sqrt{P_f Q_f}}`.

    P and Q are squared magnitudes of the discrete Fourier transforms of the series without their means, convolved with
    a Gaussian of `width` frequency bins and normalised to 1; averaged over components. Range 0 (equal) to 1; lower is
    better. The width in bins makes the distance depend on the length of the series: compare equal lengths alone.
    :func:`dysts.metrics.spectral_hellinger_distance` averages segments instead. A constant forecast of a truth that
    varies counts as 1, two constants as 0; a NaN or an infinite forecast gives NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, equidistant in time.
    width : float
        Standard deviation of the filter, in frequency bins.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape, or the width is not positive.

    References
    ----------
    J. Mikhaeil, Z. Monfared, D. Durstewitz, "On the difficulty of learning chaotic dynamics with recurrent neural
    networks", NeurIPS 2022 (arXiv:2110.07238).

    Examples
    --------
    >>> t = np.linspace(0.0, 40.0 * np.pi, 2000)[:, None]
    >>> smoothed_spectral_hellinger(truth=np.sin(t), forecast=5.0 - 2.0 * np.sin(t)) < 1e-6
    True
    """
    a, p = paired_arrays(truth, forecast)
    check_positive("width", width)
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return math.nan
    return float(np.mean([_distance(a[:, column], p[:, column], width) for column in range(a.shape[1])]))


def _distance(a: NDArray[np.float64], p: NDArray[np.float64], width: float) -> float:
    constant = [bool(np.all(values == values[0])) for values in (a, p)]
    if any(constant):
        return 0.0 if all(constant) else 1.0
    spectra = []
    for values in (a, p):
        # Unit size first, so that squares stay finite; the distance does not depend on it.
        centred = values / np.abs(values).max()
        power = np.abs(np.fft.rfft(centred - centred.mean())) ** 2
        spectra.append(gaussian_filter1d(power, width))
    return hellinger(*spectra)
