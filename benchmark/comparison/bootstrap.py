"""Intervals from resampling whole systems."""

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError

RESAMPLES = 2000
"""Resamples of a bootstrap unless told otherwise."""
LEVEL = 0.95
"""Coverage of intervals unless told otherwise."""


def bootstrap_median(
    values: NDArray[np.float64],
    clusters: NDArray[np.generic],
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Median with a percentile interval from resampling whole clusters.

    Trajectories of one system are not independent of each other, so the systems are drawn with
    replacement, each with all of its values. The interval speaks of systems drawn from the same
    population, and is missing where there is only one.

    Parameters
    ----------
    values : ndarray, float64 [cell]
        Scores without NaN; infinity is allowed.
    clusters : ndarray [cell]
        The system of each cell.
    resamples : int
        Number of resamples.
    level : float
        Coverage of the interval, between 0 and 1.
    seed : int
        Seed of the resampling; equal seeds and systems draw the same resamples, which pairs forecasters.

    Returns
    -------
    tuple of float
        Median, lower and upper end; NaN where there are no values.

    References
    ----------
    C. A. Field and A. H. Welsh, "Bootstrapping clustered data", Journal of the Royal Statistical Society B
    69 (2007) 369-390, doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    >>> values, systems = np.array([1.0, 2.0, 3.0, 4.0]), np.array(["A", "A", "B", "B"])
    >>> bootstrap_median(values, systems)
    (2.5, 1.5, 3.5)
    """
    if values.shape != clusters.shape or values.ndim != 1:
        raise InvalidArgumentError(
            f"values have shape {values.shape} and clusters {clusters.shape}; they must be equal and flat"
        )
    counts = system_counts(clusters, resamples=resamples, level=level, seed=seed)
    median = float(np.median(values)) if values.size else np.nan
    if counts is None:
        return median, np.nan, np.nan
    medians = counted_medians(values, counts)
    tail = 50.0 * (1 - level)
    low, high = np.percentile(medians, [tail, 100 - tail], method="nearest")
    return median, float(low), float(high)


def system_counts(
    systems: NDArray[np.generic], *, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> NDArray[np.float64] | None:
    """Draw systems with replacement, and return how often each cell stands in each resample.

    Parameters
    ----------
    systems : ndarray [cell]
        The system of each cell.
    resamples, level, seed
        As in `bootstrap_median`.

    Returns
    -------
    float64 [resample, cell] or None
        None with fewer than two systems, of which nothing can be resampled.
    """
    if not 0 < level < 1:
        raise InvalidArgumentError(f"level must lie between 0 and 1, got {level!r}")
    names, membership = np.unique(systems, return_inverse=True)
    if len(names) < 2:
        return None
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return draws[:, membership].astype(np.float64)


def counted_medians(values: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each resample, in which every value stands as often as its count says.

    Parameters
    ----------
    values : float64 [cell]
    counts : float64 [resample, cell]

    Examples
    --------
    >>> counted_medians(np.array([1.0, 5.0, 2.0]), np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])).tolist()
    [2.0, 3.5]
    """
    # The median of counts needs one sort for all resamples.
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    counted = np.cumsum(counts[:, order], axis=1)
    total = counted[:, -1:]
    lower = ranked[np.argmax(counted > (total - 1) // 2, axis=1)]
    upper = ranked[np.argmax(counted > total // 2, axis=1)]
    return np.asarray(np.where(lower == upper, lower, (lower + upper) / 2), dtype=np.float64)
