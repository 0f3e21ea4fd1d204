"""The atlas of the collection: a place in the plane and a category for each system, as data in the package."""

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dysts.cache import write_atomically
from dysts.errors import unreadable

FILE = Path(__file__).parent / "atlas.json"
"""The atlas of the collection, which `dysts categorise` writes."""
PUBLISHED = Path(__file__).parent / "published_clusters.json"
"""The partition of 2021."""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One group of systems.

    Attributes
    ----------
    name : str
        In words, from the features by which it stands out most.
    traits : tuple of str
        Those features in words, the clearest first.
    size : int
        Number of systems.
    confidence, silhouette : float
        Means over its systems.
    stability : float
        Mean overlap with the most similar category from half of the windows, from 0 to 1.
    typical : str
        The system nearest to its centre.
    """

    name: str
    traits: tuple[str, ...]
    size: int
    confidence: float
    silhouette: float
    stability: float
    typical: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """One system of the atlas.

    Attributes
    ----------
    x, y : float
        In the plane, from 0 to 1; only neighbourhoods have a meaning.
    category : int
        Position in `Atlas.categories`.
    confidence : float
        Mean share of bootstrap samples in which the system is together with the others of its category.
    silhouette : float
        From -1 to 1.
    outline : str
        Two components over some periods, as the path of an SVG; see `dysts.atlas.outline`.
    """

    x: float
    y: float
    category: int
    confidence: float
    silhouette: float
    outline: str


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """Categories and places of all systems.

    Attributes
    ----------
    version, method : str
        Of the package, and how the atlas was made.
    adjusted_rand : float
        Agreement of the partitions from two halves of the windows.
    tried : mapping of str to float
        The same for each number of categories that was tried.
    without : tuple of str
        Systems without a component that has a time scale.
    """

    version: str
    method: str
    adjusted_rand: float
    tried: Mapping[str, float]
    categories: tuple[Category, ...]
    places: Mapping[str, Place]
    without: tuple[str, ...] = field(default=())

    def category_of(self, system: str) -> str:
        """Return the name of the category of a system; an empty text if the atlas does not have the system."""
        return self.categories[self.places[system].category].name if system in self.places else ""


def write_atlas(atlas: Atlas, path: Path = FILE) -> None:
    """Write an atlas as JSON, a line for each system.

    Raises
    ------
    StorageError
    """
    plain: dict[str, Any] = asdict(atlas)
    places = plain.pop("places")
    text = json.dumps(plain, indent=1)[:-2]
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(place)}" for name, place in places.items())
    write_atomically(path, f'{text},\n "places": {{\n{lines}\n }}\n}}\n'.encode())


@functools.cache
def read_atlas(path: Path = FILE) -> Atlas:
    """Return the atlas in a file, by default that of the collection.

    Raises
    ------
    StorageError
        If the file is missing or holds something else.

    Examples
    --------
    >>> len(read_atlas().categories) >= 4
    True
    """
    try:
        plain = json.loads(path.read_text())
        return Atlas(
            version=str(plain["version"]),
            method=str(plain["method"]),
            adjusted_rand=float(plain["adjusted_rand"]),
            tried=plain["tried"],
            categories=tuple(Category(**{**each, "traits": tuple(each["traits"])}) for each in plain["categories"]),
            places={name: Place(**place) for name, place in plain["places"].items()},
            without=tuple(plain["without"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise unreadable(path, OSError(str(error)), what="the atlas") from error


def published_clusters() -> dict[str, int]:
    """Return the number of the cluster of each system in the partition of 2021.

    Examples
    --------
    >>> published_clusters()["Chua"], published_clusters()["Lorenz"]
    (0, 1)
    """
    clusters = json.loads(PUBLISHED.read_text())["clusters"]
    return {system: number for number, systems in enumerate(clusters) for system in systems}
