"""Maximum mean discrepancy between the sets of states of a forecast and of the truth."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist, pdist

from dysts.metrics._arrays import divide_by_scale, paired_arrays

MOST_STATES = 1000
"""Largest number of states of a series, at equal distances in time; the cost grows with its square."""


def maximum_mean_discrepancy(*, truth: ArrayLike, forecast: ArrayLike, width: float | None = None) -> float:
    r"""Maximum mean discrepancy between the sets of states, with a Gaussian kernel.

    :math:`\sqrt{\mathrm{mean}\, k(a, a') + \mathrm{mean}\, k(p, p') - 2\, \mathrm{mean}\, k(a, p)}` over all pairs,
    equal ones included, with :math:`k(x, y) = \exp(-\lVert x - y \rVert^2 / (2 w^2))`, each component in units of the
    truth's standard deviation. Without a `width`, w is the median distance between states of the truth. Range 0 (equal
    sets) to :math:`\sqrt{2}`; lower is better. Unchanged by the order of times, a shift and a change of unit. A NaN
    or an infinite forecast gives NaN.

    Parameters
    ----------
    truth, forecast : array_like, float [time, component]
        Observed and predicted states.
    width : float, optional
        Width of the kernel, in standard deviations.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays are empty, not two-dimensional, not real or differ in shape.

    References
    ----------
    A. Gretton, K. Borgwardt, M. Rasch, B. Schölkopf, A. Smola, "A kernel two-sample test", Journal of Machine Learning
    Research 13 (2012) 723-773.

    Examples
    --------
    >>> round(maximum_mean_discrepancy(truth=[[-1.0], [1.0]], forecast=[[-1.0], [1.0]], width=1.0), 12)
    0.0
    """
    a, p = paired_arrays(truth, forecast)
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return math.nan
    centre, unit = a.mean(axis=0), a.std(axis=0)
    chosen = np.unique(np.linspace(0, len(a) - 1, min(MOST_STATES, len(a))).round().astype(int))
    a, p = (divide_by_scale(values[chosen] - centre, unit) for values in (a, p))
    if not (np.isfinite(a).all() and np.isfinite(p).all()):
        return math.nan
    if width is None:
        between = pdist(a)
        middle = float(np.median(between)) if between.size else 0.0
        width = middle if middle > 0.0 else 1.0
    # One memory for all three: new pages for each would take half of the time.
    kernels = np.empty((len(a), len(a)))
    means = []
    for one, other in ((a, a), (p, p), (a, p)):
        cdist(one, other, "sqeuclidean", out=kernels)
        kernels /= -2.0 * width**2
        np.exp(kernels, out=kernels)
        means.append(float(kernels.mean()))
    return math.sqrt(max(0.0, means[0] + means[1] - 2.0 * means[2]))
