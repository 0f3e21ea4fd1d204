"""Estimates the smallest distance between states that a series resolves, from its quantisation and its noise.

References
----------
A. Stefansson, N. Koncar, A. J. Jones, A note on the Gamma test, Neural Computing and Applications 5 (1997) 131-133.
"""

import numpy as np
from scipy.spatial import cKDTree

REFERENCES = 1000
"""Largest number of states whose neighbours are searched for."""
NEIGHBOURS = 10
"""Number of neighbours of each state, the line through whose distances is extrapolated to zero."""
REPEATED = 0.5
"""Share of distinct values below which a component is quantised; the gaps between them are its step."""
DOMINANT = 0.4
"""Least share of noise in the square distance of the closest neighbours; a smaller one may be curvature."""
RESOLVED = 3.0
"""Distance, in units of the resolution, from which it is trusted: there the noise adds 5 % to it."""


def resolution(values: np.ndarray, *, theiler: int, seed: int = 0) -> float:
    r"""Return the root-mean-square distance of two states that differ by quantisation and noise alone.

    Parameters
    ----------
    values : float64 [time, component]
        Equidistant states or delay vectors.
    theiler : int
        Neighbours fewer points apart in time do not count.
    seed : int
        Seed of the choice of states.

    Notes
    -----
    The Gamma test: with :math:`x_{(k)}` the k-th neighbour of the state x and x' the state one step later,

    .. math:: \delta_k = \mathrm{median} \, |x_{(k)} - x|^2, \qquad
        \gamma_k = \mathrm{median} \, |x_{(k)}' - x'|^2 \approx \Gamma + A \delta_k.

    Deterministic motion takes close states to close ones, so that :math:`\Gamma` is the part of the square distance
    that is noise. Rounding to steps q adds :math:`q^2/6` for each component.

    Examples
    --------
    >>> wave = np.sin(0.1 * np.arange(2000)[:, None] + [0.0, 1.5])
    >>> noise = 0.03 * np.random.default_rng(0).standard_normal(wave.shape)
    >>> round(resolution(wave + noise, theiler=63) / (2.0 * 0.03), 1)
    1.0
    """
    return float(np.sqrt(max(_noise(values, theiler, seed), quantisation(values) ** 2)))


def quantisation(values: np.ndarray) -> float:
    """Return the root-mean-square distance of two states, float64 [time, component], that differ by rounding alone.

    Examples
    --------
    >>> dice = np.random.default_rng(0).integers(0, 6, (500, 6)) / 10.0
    >>> round(quantisation(dice), 12)
    0.1
    """
    total = 0.0
    for component in values.T:
        distinct = np.unique(component)
        if 1 < len(distinct) <= REPEATED * len(component):
            total += float(np.median(np.diff(distinct))) ** 2 / 6.0
    return total**0.5


def _noise(values: np.ndarray, theiler: int, seed: int) -> float:
    """Return the mean square distance to which that of the next states is extrapolated for neighbours at distance 0."""
    known = len(values) - 1
    references = np.random.default_rng(seed).permutation(known)[:REFERENCES]
    tree = cKDTree(values[:known])
    count = min(known, NEIGHBOURS + 2 * theiler)
    close = np.atleast_2d(tree.query(values[references], count)[1])
    far = np.abs(close - references[:, None]) >= theiler
    ranks = np.cumsum(far, axis=1)
    enough = ranks[:, -1] >= NEIGHBOURS
    far &= ranks <= NEIGHBOURS
    apart, references = close[enough][far[enough]].reshape(-1, NEIGHBOURS), references[enough]
    near = ((values[apart] - values[references][:, None]) ** 2).sum(axis=2)
    later = ((values[apart + 1] - values[references + 1][:, None]) ** 2).sum(axis=2)
    if len(near) < NEIGHBOURS:
        return 0.0
    distances, next_distances = np.median(near, axis=0), np.median(later, axis=0)
    if not distances.std() > 0.0:
        return float(next_distances.mean())
    slope, intercept = np.polyfit(distances, next_distances, 1)
    if slope <= 0.0:
        return float(next_distances.mean())
    return float(intercept) if intercept > DOMINANT * next_distances[0] else 0.0
