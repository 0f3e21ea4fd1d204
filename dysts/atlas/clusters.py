"""Groups of systems that stay the same when the windows change: consensus of clusterings over bootstrap samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist, squareform

from dysts.errors import InvalidArgumentError, MissingPackageError
from dysts.version import install_command

DIRECTIONS = 8
"""Number of principal components in which systems are compared; those after hold noise of the windows."""
SAMPLES = 60
"""Number of bootstrap samples of windows behind a consensus; half of the windows have a third of them."""
HALVES = 10
"""Number of random splits of the windows into two halves, between which partitions are compared."""
COUNTS = tuple(range(4, 9))
"""Numbers of clusters that are tried."""
LEAST_AGREEMENT = 0.75
"""Adjusted Rand index between two halves of the windows that a number of clusters must reach. The largest such number
is taken, as few clusters are stable and say little."""
STARTS = 5
"""Number of starts of k-means in each sample."""
LEAST_SIZE = 4
"""Least number of systems in a cluster: of fewer nothing general can be said."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """A consensus partition.

    Attributes
    ----------
    labels : numpy.ndarray of int [system]
        Number of the cluster of each system, from 0, the largest cluster first.
    confidence : numpy.ndarray [system]
        Mean share of bootstrap samples in which a system is together with the others of its cluster.
    silhouette : numpy.ndarray [system]
        How much nearer a system is to its own cluster than to the next one, from -1 to 1.
    coordinates : numpy.ndarray [system, direction]
        The principal components in which systems are compared.
    stability : numpy.ndarray [cluster]
        Mean overlap of each cluster with the most similar one from half of the windows; see `cluster_stability`.
    adjusted_rand : float
        Mean adjusted Rand index between the partitions from two halves of the windows.
    tried : dict of int to float
        The same for each number of clusters that was tried.
    """

    labels: np.ndarray
    confidence: np.ndarray
    silhouette: np.ndarray
    coordinates: np.ndarray
    stability: np.ndarray
    adjusted_rand: float
    tried: dict[int, float]


def adjusted_rand_index(first: Sequence[int] | np.ndarray, second: Sequence[int] | np.ndarray) -> float:
    """Return the agreement of two partitions beyond chance: 1 if they are equal, 0 on average if unrelated.

    References
    ----------
    Hubert and Arabie, Comparing partitions, Journal of Classification 2 (1985).

    Examples
    --------
    >>> adjusted_rand_index([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    >>> round(adjusted_rand_index([0, 0, 1, 1], [0, 1, 0, 1]), 6)
    -0.5
    """
    _, one = np.unique(first, return_inverse=True)
    _, two = np.unique(second, return_inverse=True)
    table = np.zeros((one.max() + 1, two.max() + 1))
    np.add.at(table, (one, two), 1.0)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1.0) / 2.0).sum())

    both, of_first, of_second = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = of_first * of_second / pairs(np.array([len(one)]))
    most = 0.5 * (of_first + of_second)
    return 1.0 if most == expected else (both - expected) / (most - expected)


def cluster_stability(labels: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """Return how much of each cluster other partitions keep: float64 [cluster], 1 for all of it.

    The overlap of two clusters is the Jaccard coefficient, the number of common members by that of members of either.
    In each other partition the most similar cluster counts; the mean over the partitions is returned.

    Parameters
    ----------
    labels : numpy.ndarray of int [point]
        Numbers of the clusters, from 0.
    others : sequence of numpy.ndarray of int [point]
        Other partitions of the same points.

    References
    ----------
    C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics and Data Analysis 52 (2007)
    258-271, doi:10.1016/j.csda.2006.11.025.

    Examples
    --------
    >>> labels = np.array([0, 0, 1, 1, 2, 2])
    >>> cluster_stability(labels, [np.array([7, 7, 5, 5, 5, 4])])
    array([1.        , 0.66666667, 0.5       ])
    """

    def overlap(cluster: np.ndarray, other: np.ndarray) -> float:
        return max(
            float((cluster & (other == name)).sum() / (cluster | (other == name)).sum()) for name in np.unique(other)
        )

    return np.array(
        [np.mean([overlap(labels == label, other) for other in others]) for label in range(labels.max() + 1)]
    )


def consensus_clusters(features: np.ndarray, *, seed: int = 0, counts: Sequence[int] = COUNTS) -> Clusters:
    """Partition systems by their features, so that the partition depends as little as possible on the windows.

    In each bootstrap sample of windows the mean features are reduced to principal components and grouped by k-means;
    the consensus groups systems by how often they were together (Monti et al. 2003). The number of clusters is the
    largest for which the partitions from two halves of the windows agree by `LEAST_AGREEMENT`, or the one that agrees
    best.

    Parameters
    ----------
    features : numpy.ndarray [window, system, feature]
        Standardised features; all systems have equally many windows, four or more.
    seed : int
        Seed of the bootstrap samples.
    counts : sequence of int
        Numbers of clusters that are tried.

    Raises
    ------
    InvalidArgumentError
        If there are too few windows or systems.
    MissingPackageError
        If scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(f"the atlas needs {error.name}: {install_command('atlas')}") from error
    windows, systems, _ = features.shape
    if windows < 4 or systems < 2 * max(counts):
        raise InvalidArgumentError(
            f"features must have at least 4 windows and {2 * max(counts)} systems, got {windows} and {systems}"
        )
    generator = np.random.default_rng(seed)
    splits = [generator.permutation(windows) for _ in range(HALVES)]
    together = [
        [_together(features[half], counts, generator, SAMPLES // 3) for half in np.array_split(split, 2)]
        for split in splits
    ]
    parts = {count: [[_partition(half[count], count) for half in halves] for halves in together] for count in counts}
    tried = {count: float(np.mean([adjusted_rand_index(*halves) for halves in parts[count]])) for count in counts}
    whole = _together(features, counts, generator, SAMPLES)
    allowed = [
        count for count in counts if np.bincount(_partition(whole[count], count))[1:].min() >= LEAST_SIZE
    ] or list(counts)
    stable = [count for count in allowed if tried[count] >= LEAST_AGREEMENT]
    best = max(stable) if stable else max(allowed, key=lambda count: tried[count])
    labels = _by_size(_partition(whole[best], best))
    coordinates = principal_components(features.mean(axis=0))
    same = labels[:, None] == labels[None, :]
    np.fill_diagonal(same, False)
    confidence = np.array([whole[best][row, same[row]].mean() if same[row].any() else 1.0 for row in range(systems)])
    return Clusters(
        labels=labels,
        confidence=confidence,
        silhouette=silhouettes(coordinates, labels),
        coordinates=coordinates,
        stability=cluster_stability(labels, [half for halves in parts[best] for half in halves]),
        adjusted_rand=tried[best],
        tried=tried,
    )


def principal_components(features: np.ndarray, count: int = DIRECTIONS) -> np.ndarray:
    """Return the principal components of features, each feature first scaled to unit variance over the systems."""
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    scaled = np.clip(centred / np.where(spread > 1e-12, spread, 1.0), -3.0, 3.0)
    left, sizes, _ = np.linalg.svd(scaled - scaled.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, :count] * sizes[:count])


def silhouettes(coordinates: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how well each point lies in its cluster (Rousseeuw 1987), 0 for one alone."""
    distances = squareform(pdist(coordinates))
    found = np.zeros(len(labels))
    for row, label in enumerate(labels):
        own = labels == label
        if own.sum() < 2:
            continue
        inside = distances[row, own].sum() / (own.sum() - 1)
        beside = min(distances[row, labels == other].mean() for other in np.unique(labels) if other != label)
        found[row] = (beside - inside) / max(inside, beside)
    return found


def _together(
    features: np.ndarray, counts: Sequence[int], generator: np.random.Generator, samples: int
) -> dict[int, np.ndarray]:
    """Return for each number of clusters the share of samples in which two systems are in one cluster."""
    from sklearn.cluster import KMeans

    windows, systems, _ = features.shape
    shares = {count: np.zeros((systems, systems)) for count in counts}
    for _ in range(samples):
        chosen = generator.integers(windows, size=windows)
        coordinates = principal_components(features[chosen].mean(axis=0))
        start = int(generator.integers(2**31))
        for count in counts:
            labels = KMeans(count, n_init=STARTS, random_state=start).fit_predict(coordinates)
            shares[count] += labels[:, None] == labels[None, :]
    return {count: share / samples for count, share in shares.items()}


def _partition(together: np.ndarray, count: int) -> np.ndarray:
    tree = linkage(squareform(1.0 - together, checks=False), method="average")
    return np.asarray(fcluster(tree, count, criterion="maxclust"))


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Number the clusters from 0, the largest first, equal ones by their first system."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda place: (-sizes[place], first[place]))
    return np.array([order.index(int(np.flatnonzero(names == label)[0])) for label in labels])
