"""Distances between the attractors of a long forecast and of the truth, as sets of states or by their spectra.

Each component counts in units of the truth's standard deviation.
A constant component of the truth counts with unit 1 where the forecast is constant as well, and makes the distance
infinite (or largest) where it is not.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import welch
from scipy.spatial.distance import cdist

from dysts.metrics._arrays import component_scale, divide_by_scale, paired_arrays
from dysts.metrics.distributions import hellinger

MOST_STATES = 1000
"""Largest number of states of a series in the state-space divergence, whose cost grows with its square."""
POINTS_AT_ONCE = 32
"""Number of points whose kernels are summed at once: with 1000 states, a quarter of a megabyte, which caches hold."""
DIRECTIONS = 100
"""Number of directions of projection of the sliced Wasserstein distance."""
SEGMENTS = 8
"""Smallest number of points in a segment of Welch's method."""


def spectral_hellinger_distance(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    r"""Hellinger distance between the power spectra of truth and forecast.

    :math:`\sqrt{1 - \sum_f \sqrt{P_f Q_f}}` with spectra P and Q that sum to 1, without frequency 0, estimated by
    Welch's method from segments of a quarter of the series, averaged over components. Range 0 (equal spectra) to 1 (no
    frequency in common); lower is better. Unchanged by a shift and a change of unit of either series, and nearly by
    where on the attractor each starts. A constant forecast of a truth that varies has no spectrum and counts as 1, two
    constants as 0. A NaN gives NaN, and so do fewer than 16 times.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted values, equidistant in time.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    J. Mikhaeil, Z. Monfared, D. Durstewitz, "On the difficulty of learning chaotic dynamics with recurrent neural
    networks", NeurIPS 2022 (arXiv:2110.07238), for the use of this distance.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.linspace(0.0, 40.0 * np.pi, 2000)[:, None]
    >>> spectral_hellinger_distance(truth=np.sin(t), forecast=3.0 + np.cos(t)) < 0.1
    True
    """
    a, p = paired_arrays(truth, forecast)
    if np.isnan(a).any() or not np.isfinite(p).all() or len(a) < 2 * SEGMENTS:
        return float("nan")
    return float(np.mean([_spectral(a[:, column], p[:, column]) for column in range(a.shape[1])]))


def state_space_divergence(*, truth: ArrayLike, forecast: ArrayLike, seed: int = 0) -> float:
    r"""Kullback-Leibler divergence of the forecast's distribution over state space from the truth's, in nats.

    Both distributions are Gaussian kernel estimates, :math:`P(x) = \mathrm{mean}_i\, N(x; a_i, h^2)`, around at most
    1000 states at equal distances in time, of width :math:`h = n^{-1 / (d + 4)}` (Scott's rule for n states of d
    components). :math:`\mathrm{mean}_x(\ln P(x) - \ln Q(x))` is taken over 1000 states drawn from P. Range about 0
    (perfect) to infinity; lower is better. Unchanged by the order of components, a shift and a change of unit. A NaN
    or an infinite forecast gives NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted states.
    seed : int
        For the states that are drawn.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    G. Koppe, H. Toutounji, P. Kirsch, S. Lis, D. Durstewitz, "Identifying nonlinear dynamical systems via generative
    recurrent neural networks with applications to fMRI", PLOS Computational Biology 15 (2019) e1007263,
    doi:10.1371/journal.pcbi.1007263.

    Examples
    --------
    >>> import numpy as np
    >>> states = np.random.default_rng(0).normal(size=(500, 2))
    >>> state_space_divergence(truth=states, forecast=states)
    0.0
    >>> state_space_divergence(truth=states, forecast=states + 3.0) > 3.0
    True
    """
    a, p = _standardised(truth, forecast)
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return float("nan")
    chosen = np.unique(np.linspace(0, len(a) - 1, min(MOST_STATES, len(a))).round().astype(int))
    a, p = a[chosen], p[chosen]
    width = len(a) ** (-1.0 / (a.shape[1] + 4))
    generator = np.random.default_rng(seed)
    # Equal numbers from every kernel, which makes the mean steadier than drawing the kernels at random.
    centres = a[np.resize(np.arange(len(a)), MOST_STATES)]
    drawn = centres + width * generator.normal(size=centres.shape)
    return float(np.mean(_log_kernels(drawn, a, width) - _log_kernels(drawn, p, width)))


def _log_kernels(points: NDArray[np.float64], centres: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return the logarithm of the sum of Gaussian kernels at each point: float64 [point].

    The kernel of the nearest centre is separated from the sum, in which it counts as one. The others need not be summed
    apart from it, as scipy's ``logsumexp`` does: what they lose beside one is less than the rounding of the logarithm.
    """
    logarithms = np.empty(len(points))
    steepness = 0.5 / width**2
    # One memory for all blocks: new pages for each would take half of the time.
    memory = np.empty((POINTS_AT_ONCE, len(centres)))
    for first in range(0, len(points), POINTS_AT_ONCE):
        block = slice(first, first + POINTS_AT_ONCE)
        terms = cdist(points[block], centres, "sqeuclidean", out=memory[: len(points) - first])
        nearest = terms.min(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            terms -= nearest
        terms *= -steepness
        np.exp(terms, out=terms)
        sums = np.log(terms.sum(axis=1)) - steepness * nearest[:, 0]
        # Where all centres are so far away that their distances overflow, every kernel is 0.
        logarithms[block] = np.where(nearest[:, 0] == np.inf, -np.inf, sums)
    return logarithms


def sliced_wasserstein_distance(
    *, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None, seed: int = 0
) -> float:
    r"""Sliced Wasserstein distance of order 1 between the sets of states, in standard deviations.

    :math:`\mathrm{mean}_\theta W_1(\theta \cdot a, \theta \cdot p)` over 100 directions :math:`\theta` drawn evenly
    from the unit sphere, where :math:`W_1` between two equally large sets of numbers is the mean distance between the
    sorted ones. Range 0 (equal sets) to infinity; lower is better. Unchanged by the order of times, a shift and a
    change of unit. A NaN gives NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted states.
    scale : float or array_like, float [component], optional
        Units of the components; standard deviations of the truth by default. Sets around a truth that rests have
        finite distances in units of another motion.
    seed : int
        For the directions.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    N. Bonneel, J. Rabin, G. Peyré, H. Pfister, "Sliced and Radon Wasserstein barycenters of measures", Journal of
    Mathematical Imaging and Vision 51 (2015) 22-45, doi:10.1007/s10851-014-0506-3.

    Examples
    --------
    >>> sliced_wasserstein_distance(truth=[[-1.0], [1.0]], forecast=[[3.0], [1.0]])
    2.0
    """
    if scale is None:
        a, p = _standardised(truth, forecast)
    else:
        a, p = paired_arrays(truth, forecast)
        unit = component_scale(scale, a.shape[1])
        a, p = divide_by_scale(a, unit), divide_by_scale(p, unit)
    if np.isnan(a).any() or np.isnan(p).any():
        return float("nan")
    if not np.isfinite(p).all():
        return math.inf
    directions = np.random.default_rng(seed).normal(size=(a.shape[1], DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean(np.abs(np.sort(a @ directions, axis=0) - np.sort(p @ directions, axis=0))))


def _spectral(a: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    constant = [bool(np.all(values == values[0])) for values in (a, p)]
    if any(constant):
        return 0.0 if all(constant) else 1.0
    # The middle is subtracted by welch; unit size keeps the squares finite.
    spectra = []
    for values in (a, p):
        centred = values / np.abs(values).max()
        _, power = welch(centred - centred.mean(), nperseg=max(SEGMENTS, len(values) // 4), detrend="constant")
        spectra.append(power[1:])
    if any(not power.sum() > 0.0 for power in spectra):
        return 1.0
    return hellinger(*spectra)


def _standardised(truth: ArrayLike, forecast: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, p = paired_arrays(truth, forecast)
    centre, scale = a.mean(axis=0), a.std(axis=0)
    return divide_by_scale(a - centre, scale), divide_by_scale(p - centre, scale)
