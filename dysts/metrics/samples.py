"""Proper scores of forecasts that are given as samples."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import InvalidArgumentError
from dysts.metrics._arrays import component_scale, divide_by_scale


def crps(*, truth: ArrayLike, samples: ArrayLike, scale: ArrayLike | None = None) -> float:
    r"""Continuous ranked probability score of samples, averaged over times and components.

    :math:`\mathrm{mean}_m |x_m - a| - \frac{1}{2} \mathrm{mean}_{m, n} |x_m - x_n|` over M samples x, the score of
    their
    empirical distribution. Range 0 (all samples right) to infinity; lower is better, and in expectation lowest for
    the true distribution. One sample gives its absolute error. A NaN gives NaN.

    Parameters
    ----------
    truth : array_like, float [time, component]
    samples : array_like, float [sample, time, component]
    scale : float or array_like, float [component], optional
        Units of the components; 1 by default.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays do not fit together.

    References
    ----------
    T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and estimation", Journal of the American
    Statistical Association 102 (2007) 359-378, doi:10.1198/016214506000001437.

    Examples
    --------
    >>> crps(truth=[[1.0]], samples=[[[0.0]], [[2.0]]])
    0.5
    """
    a, x = _scaled(truth, samples, scale)
    count = len(x)
    ranked = np.sort(x, axis=0)
    # The mean distance of all pairs from one sort.
    weights = (2.0 * np.arange(1, count + 1) - count - 1.0) / count**2
    spread = np.tensordot(weights, ranked, axes=1)
    return float(np.mean(np.abs(x - a).mean(axis=0) - spread))


def energy_score(*, truth: ArrayLike, samples: ArrayLike, scale: ArrayLike | None = None) -> float:
    r"""Energy score of samples of the whole state, averaged over times.

    :math:`\mathrm{mean}_m \lVert x_m - a \rVert - \frac{1}{2} \mathrm{mean}_{m, n} \lVert x_m - x_n \rVert` with the
    Euclidean norm over components, the multivariate form of :func:`crps`: it sees dependence between components.
    Range 0 to infinity; lower is better. A NaN gives NaN.

    Parameters
    ----------
    truth : array_like, float [time, component]
    samples : array_like, float [sample, time, component]
    scale : float or array_like, float [component], optional
        Units of the components; 1 by default.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the arrays do not fit together.

    References
    ----------
    T. Gneiting and A. E. Raftery, as for :func:`crps`.

    Examples
    --------
    >>> energy_score(truth=[[0.0, 0.0]], samples=[[[3.0, 4.0]], [[-3.0, -4.0]]])
    2.5
    """
    a, x = _scaled(truth, samples, scale)
    error = np.linalg.norm(x - a, axis=2).mean(axis=0)
    # One sample against all others at a time keeps memory linear in the number of samples.
    spread = sum(np.linalg.norm(x - one, axis=2).sum(axis=0) for one in x) / len(x) ** 2
    return float(np.mean(error - 0.5 * spread))


def checked_samples(
    truth: ArrayLike, samples: ArrayLike, *, least: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return truth [time, component] and samples [sample, time, component] as float64, or raise."""
    try:
        a, x = np.asarray(truth, dtype=np.float64), np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"truth and samples must hold real numbers: {error}") from error
    if a.ndim != 2 or not a.size or x.ndim != 3 or x.shape[1:] != a.shape or not len(x):
        raise InvalidArgumentError(
            "truth must have the axes (time, component) and samples (sample, time, component), got shapes "
            f"{a.shape} and {x.shape}"
        )
    if len(x) < least:
        raise InvalidArgumentError(f"samples must be at least {least}, got {len(x)}")
    return a, x


def _scaled(
    truth: ArrayLike, samples: ArrayLike, scale: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, x = checked_samples(truth, samples)
    if scale is None:
        return a, x
    unit = component_scale(scale, a.shape[1])
    shape = x.shape
    shifted = divide_by_scale((x - a).reshape(-1, shape[2]), unit).reshape(shape)
    return np.zeros_like(a) if not np.isnan(a).any() else np.full_like(a, math.nan), shifted
