"""Places systems in the plane so that neighbours stay neighbours."""

import numpy as np

from dysts.errors import MissingPackageError
from dysts.version import install_command

NEIGHBOURS = 8
"""Number of neighbours whose distances are kept."""
LEAST_DISTANCE = 0.35
"""Distance of neighbours in the plane in units of UMAP, large enough for a thumbnail between them."""
LEAST_GAP = 0.06
"""Distance to which places are pushed apart, as a share of the side of the map; a picture is a little smaller."""
PUSHES = 200
"""Number of rounds in which they are."""


def embed_in_plane(coordinates: np.ndarray, *, seed: int = 15) -> np.ndarray:
    """Return places in the plane, from 0 to 1 in both directions, by UMAP (McInnes et al. 2018).

    Parameters
    ----------
    coordinates : numpy.ndarray [system, direction]
    seed : int

    Raises
    ------
    MissingPackageError
        If umap-learn is not installed.
    """
    try:
        from umap import UMAP
    except ImportError as error:
        raise MissingPackageError(f"the atlas needs {error.name}: {install_command('atlas')}") from error
    places = UMAP(
        n_neighbors=min(NEIGHBOURS, len(coordinates) - 1), min_dist=LEAST_DISTANCE, random_state=seed, n_jobs=1
    ).fit_transform(coordinates.astype(np.float32))
    return spread_out(places.astype(np.float64))


def spread_out(places: np.ndarray) -> np.ndarray:
    """Return places scaled to the unit square and pushed apart, so that the pictures at them hardly overlap.

    Parameters
    ----------
    places : numpy.ndarray [system, 2]

    Examples
    --------
    >>> moved = spread_out(np.array([[0.0, 0.0], [0.5, 0.5], [0.5, 0.501], [1.0, 1.0]]))
    >>> bool(np.hypot(*(moved[1] - moved[2])) > 0.05)
    True
    """
    low, high = places.min(axis=0), places.max(axis=0)
    moved = (places - low) / np.maximum(high - low, 1e-9)
    apart = min(LEAST_GAP, 0.8 / np.sqrt(len(moved)))
    for _ in range(PUSHES):
        away = moved[:, None] - moved[None]
        gaps = np.hypot(away[..., 0], away[..., 1])
        np.fill_diagonal(gaps, np.inf)
        missing = np.clip(apart - gaps, 0.0, None)
        push = 0.5 * missing[..., None] * away / np.maximum(gaps, 1e-9)[..., None]
        moved = np.clip(moved + push.sum(axis=1), 0.0, 1.0)
    return np.asarray(moved)
