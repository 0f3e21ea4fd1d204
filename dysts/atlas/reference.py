"""What the atlas knows of each system: mean features of its components, and how much windows of one system differ.

The distance of a window from a component is that of Mahalanobis: features are weighted by the inverse of their
covariance between windows of the same component, so that those count that tell systems apart.
"""

import functools
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from dysts.atlas.windows import SystemFeatures
from dysts.cache import replacing
from dysts.errors import InvalidArgumentError, unreadable

FILE = Path(__file__).parent / "reference.npz"
"""The reference of the collection, which `dysts categorise` writes."""
SHRINKAGE = 0.05
"""Share of a multiple of the unit matrix in the covariance between windows, which is estimated from ten of each."""
MOST_DEVIATION = 1.0
"""Limit on the deviation of a window from the mean of its component, in standard deviations over all components: one
intermittent system must not decide about the weight of a feature."""
FAMILIAR = 0.99
"""Share of windows of a system that lie within the distance at which a series still counts as like it."""
BOUNDS = (0.4, 2.0)
"""Least and largest value of that distance: windows of a regular system differ by rounding alone, and those of an
intermittent one so much that a pure sine lies among them."""
SPARE = 1.5
"""Factor of that distance, which is estimated from ten windows, themselves part of the mean."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """The reference values of the collection.

    Attributes
    ----------
    features : numpy.ndarray of str [feature]
    systems, components : numpy.ndarray of str [row]
        What each row of `means` is about.
    means : numpy.ndarray [row, feature]
        Mean features of a component, standardised by `centre` and `scale`.
    spreads : numpy.ndarray [feature]
        Standard deviation between windows of one component, in the same units.
    centre, scale : numpy.ndarray [feature]
        Mean and standard deviation over all windows.
    whitening : numpy.ndarray [feature, direction]
        Turns standardised features into coordinates in which the distance is Euclidean.
    familiar : numpy.ndarray [row]
        The distance within which a window still counts as like the component.
    """

    features: np.ndarray
    systems: np.ndarray
    components: np.ndarray
    means: np.ndarray
    spreads: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    whitening: np.ndarray
    familiar: np.ndarray

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Return features in units of their standard deviation over the collection: float64 [..., feature]."""
        return np.asarray((values - self.centre) / self.scale)

    def distances(self, values: np.ndarray) -> np.ndarray:
        """Return the distance of each window from each component: float64 [window, row].

        Parameters
        ----------
        values : numpy.ndarray [window, feature]
            Raw features in the order of `features`.
        """
        coordinates = self.standardised(values) @ self.whitening
        own = self.means @ self.whitening
        squares = ((coordinates[:, None] - own[None]) ** 2).sum(axis=-1)
        return np.asarray(np.sqrt(squares / self.whitening.shape[1]))


def build_reference(found: Sequence[SystemFeatures]) -> Reference:
    """Return the reference of systems, from the features of their windows.

    Parameters
    ----------
    found : sequence of SystemFeatures
        At least two systems with equally many windows.

    Raises
    ------
    InvalidArgumentError
        If there are fewer.
    """
    if len(found) < 2:
        raise InvalidArgumentError(f"found must hold at least two systems, got {len(found)}")
    rows = np.concatenate([each.values.transpose(1, 0, 2) for each in found])
    flat = rows.reshape(-1, rows.shape[-1])
    centre, scale = flat.mean(axis=0), flat.std(axis=0)
    # A feature that is the same in all windows tells nothing, whatever its unit.
    scale = np.where(scale > 1e-9, scale, 1.0)
    standard = (rows - centre) / scale
    means = standard.mean(axis=1)
    deviations = (standard - means[:, None]).reshape(-1, standard.shape[-1])
    limited = np.clip(deviations, -MOST_DEVIATION, MOST_DEVIATION)
    windows = rows.shape[1]
    covariance = limited.T @ limited / (len(limited) * (windows - 1) / windows)
    size = np.trace(covariance) / len(covariance)
    covariance = (1.0 - SHRINKAGE) * covariance + SHRINKAGE * size * np.eye(len(covariance))
    variances, directions = np.linalg.eigh(covariance)
    whitening = directions / np.sqrt(variances)
    own = (standard - means[:, None]) @ whitening
    distances = np.sqrt((own**2).mean(axis=-1)) * windows / (windows - 1)
    return Reference(
        features=np.array(found[0].names),
        systems=np.array([each.system for each in found for _ in each.components]),
        components=np.array([name for each in found for name in each.components]),
        means=means,
        spreads=np.sqrt(np.diag(covariance)),
        centre=centre,
        scale=scale,
        whitening=whitening,
        familiar=np.clip(SPARE * np.quantile(distances, FAMILIAR, axis=1), *BOUNDS),
    )


def write_reference(reference: Reference, path: Path = FILE) -> None:
    """Write a reference as an NPZ file of plain arrays.

    Raises
    ------
    StorageError
    """
    arrays = {field.name: getattr(reference, field.name) for field in fields(reference)}
    arrays = {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


@functools.cache
def read_reference(path: Path = FILE) -> Reference:
    """Return the reference in a file, by default that of the collection.

    Raises
    ------
    StorageError
        If the file is missing or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {field.name: archive[field.name] for field in fields(Reference)}
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise unreadable(path, OSError(str(error)), what="the reference of the atlas") from error
    return Reference(
        **{name: array.astype(np.float64) if array.dtype.kind == "f" else array for name, array in arrays.items()}
    )
