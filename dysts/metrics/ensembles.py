"""Whether the spread of an ensemble is as large as its error, and whether the truth could be one of its members."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.metrics._arrays import component_scale, divide_by_scale, paired_arrays
from dysts.metrics.samples import checked_samples


def spread_skill(*, truth: ArrayLike, samples: ArrayLike, scale: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""Ratio of an ensemble's spread to the error of its mean, at each time.

    :math:`\sqrt{\frac{M + 1}{M}}\, \mathrm{spread} / \mathrm{rmse}` with the root mean square over components of the
    unbiased standard deviation of M members and of the error of their mean. 1 where the truth behaves as a further
    member does, in the mean over many forecasts; below 1 the ensemble is too sure. A single forecast has no more than
    one error at each time, so means of many are what to look at. An error of 0 gives infinity; NaN gives NaN.

    Parameters
    ----------
    truth : array_like, float [time, component]
    samples : array_like, float [sample, time, component]
        At least two.
    scale : float or array_like, float [component], optional
        Units of the components; 1 by default.

    Returns
    -------
    ndarray, float64 [time]

    Raises
    ------
    InvalidArgumentError
        If the arrays do not fit together.

    References
    ----------
    V. Fortin, M. Abaza, F. Anctil, R. Turcotte, "Why should ensemble spread match the RMSE of the ensemble mean?",
    Journal of Hydrometeorology 15 (2014) 1708-1713, doi:10.1175/JHM-D-14-0008.1.

    Examples
    --------
    >>> spread_skill(truth=[[2.0]], samples=[[[-1.0]], [[1.0]]]).round(3).tolist()
    [0.866]
    """
    a, x = checked_samples(truth, samples, least=2)
    unit = component_scale(1.0 if scale is None else scale, a.shape[1])
    count = len(x)
    spread = divide_by_scale(x.std(axis=0, ddof=1), unit)
    error = divide_by_scale(x.mean(axis=0) - a, unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((spread**2).mean(axis=1)) / np.sqrt((error**2).mean(axis=1))
    ratios: NDArray[np.float64] = math.sqrt((count + 1) / count) * ratio
    return ratios


def rank_histogram(*, truth: ArrayLike, samples: ArrayLike) -> NDArray[np.float64]:
    """Share of times and components at which the truth has each rank among the members of an ensemble.

    Rank k means that k members are below the truth; a tie with m members counts for all m + 1 ranks equally. The
    histogram of a reliable ensemble is flat, that of one that is too sure is high at both ends, and that of one that is
    too wide in the middle. Times at which the truth or a member is NaN are left out.

    Parameters
    ----------
    truth : array_like, float [time, component]
    samples : array_like, float [sample, time, component]

    Returns
    -------
    ndarray, float64 [rank]
        One more than there are members; the sum is 1, or NaN without any time.

    Raises
    ------
    InvalidArgumentError
        If the arrays do not fit together.

    References
    ----------
    T. M. Hamill, "Interpretation of rank histograms for verifying ensemble forecasts", Monthly Weather Review 129
    (2001) 550-560.

    Examples
    --------
    >>> rank_histogram(truth=[[0.0], [5.0]], samples=[[[1.0], [1.0]], [[2.0], [2.0]]]).tolist()
    [0.5, 0.0, 0.5]
    """
    a, x = checked_samples(truth, samples)
    known = np.isfinite(a) & np.isfinite(x).all(axis=0)
    below = (x < a).sum(axis=0)[known]
    tied = (x == a).sum(axis=0)[known]
    histogram = np.zeros(len(x) + 1)
    for first, ties in zip(below.tolist(), tied.tolist(), strict=True):
        histogram[first : first + ties + 1] += 1.0 / (ties + 1)
    return histogram / len(below) if len(below) else np.full(len(histogram), np.nan)


def denoising_score(*, truth: ArrayLike, denoised: ArrayLike) -> float:
    r"""Score of a series from which noise was removed.

    :math:`100 (1 - \lVert a - p \rVert / \lVert a - \bar a \rVert)`. The norm is over times and components, each in
    units of its standard deviation. 100 is perfect, 0 as bad as the mean; higher is better. A component that is
    constant gives NaN, as does a NaN.

    Parameters
    ----------
    truth, denoised : array_like, float [time, component]

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    Examples
    --------
    >>> denoising_score(truth=[[1.0], [-1.0]], denoised=[[0.9], [-0.9]])
    90.0
    """
    a, p = paired_arrays(truth, denoised)
    deviation = a.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.linalg.norm((a - p) / deviation) / math.sqrt(a.size)
    return float(round(100.0 * (1.0 - relative), 12))
