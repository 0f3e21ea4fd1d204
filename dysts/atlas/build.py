"""Computes the atlas and the reference of the collection, and writes categories into a registry file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dysts.atlas.atlas import Atlas, Category, Place
from dysts.atlas.clusters import Clusters, consensus_clusters
from dysts.atlas.embedding import embed_in_plane
from dysts.atlas.reference import Reference, build_reference
from dysts.atlas.windows import DATA_SET, SystemFeatures, collect_features
from dysts.atlas.words import described
from dysts.invariants.stored.entries import rounded
from dysts.systems.registry import get_system, list_systems, read_entries
from dysts.systems.registry_file import write_entries
from dysts.systems.system import System
from dysts.version import __version__

TRAITS = 4
"""Number of traits of a category."""
NAMED_BY = 2
"""Number of traits in its name."""
METHOD = (
    f"consensus of k-means over bootstrap samples of the windows of the data set {DATA_SET}: features of time "
    "series per cycle (catch22 and those of dysts.atlas.features) with annotated invariants"
)


def build_atlas(
    systems: Sequence[System] | None = None, *, report: Callable[[str], None] | None = None
) -> tuple[Atlas, Reference]:
    """Compute the atlas and the reference of systems from their windows.

    Parameters
    ----------
    systems : sequence of System, optional
        By default all flows of the collection.
    report : callable, optional
        Receives lines about the progress.

    Raises
    ------
    MissingPackageError
        If a package of the extra ``atlas`` is not installed.
    """
    chosen = [get_system(name) for name in list_systems()] if systems is None else list(systems)
    found, without = collect_features(chosen, report=report)
    reference = build_reference(found)
    return atlas_of(found, without, reference), reference


def atlas_of(found: Sequence[SystemFeatures], without: Sequence[str], reference: Reference) -> Atlas:
    """Return the atlas of systems, from the features of their windows.

    Parameters
    ----------
    found : sequence of SystemFeatures
    without : sequence of str
        Names of systems without a time scale.
    reference : Reference
        Of the same features.
    """
    features = np.stack([reference.standardised(each.values).mean(axis=1) for each in found], axis=1)
    invariants = invariants_of([get_system(each.system) for each in found])
    repeated = np.broadcast_to(invariants, (len(features), *invariants.shape))
    together = np.concatenate([features, repeated], axis=-1)
    clusters = consensus_clusters(together)
    plane = embed_in_plane(clusters.coordinates)
    categories = _categories(found, features.mean(axis=0), clusters, reference)
    places = {
        each.system: Place(
            x=rounded(float(plane[row, 0]), digits=4),
            y=rounded(float(plane[row, 1]), digits=4),
            category=int(clusters.labels[row]),
            confidence=rounded(float(clusters.confidence[row]), digits=3),
            silhouette=rounded(float(clusters.silhouette[row]), digits=3),
            outline=each.outline,
        )
        for row, each in enumerate(found)
    }
    return Atlas(
        version=__version__,
        method=METHOD,
        adjusted_rand=rounded(clusters.adjusted_rand, digits=3),
        tried={str(count): rounded(value, digits=3) for count, value in clusters.tried.items()},
        categories=categories,
        places=places,
        without=tuple(without),
    )


def invariants_of(systems: Sequence[System]) -> np.ndarray:
    """Return annotated invariants of systems, standardised: float64 [system, invariant]; 0 where one is unknown.

    They are the logarithm of the largest Lyapunov exponent per period, the Kaplan-Yorke dimension and the permutation
    entropy.
    """
    rows = []
    for system in systems:
        known = system.properties
        exponent = system.lyapunov_exponent * system.period if "lyapunov_spectrum" in known else np.nan
        rows.append(
            [
                np.log(max(exponent, 1e-3)) if np.isfinite(exponent) else np.nan,
                known["kaplan_yorke_dimension"]["value"] if "kaplan_yorke_dimension" in known else np.nan,
                known["permutation_entropy"]["value"] if "permutation_entropy" in known else np.nan,
            ]
        )
    values = np.array(rows, dtype=np.float64)
    standard = (values - np.nanmean(values, axis=0)) / np.maximum(np.nanstd(values, axis=0), 1e-9)
    return np.where(np.isfinite(standard), np.clip(standard, -3.0, 3.0), 0.0)


def _categories(
    found: Sequence[SystemFeatures], means: np.ndarray, clusters: Clusters, reference: Reference
) -> tuple[Category, ...]:
    """Name the clusters by the features in which they differ most from all other systems."""
    made: list[Category] = []
    for label in range(clusters.labels.max() + 1):
        inside = clusters.labels == label
        spread = np.sqrt(0.5 * (means[inside].var(axis=0) + means[~inside].var(axis=0)))
        effect = (means[inside].mean(axis=0) - means[~inside].mean(axis=0)) / np.maximum(spread, 1e-9)
        order = np.argsort(-np.abs(effect))
        traits = described([(str(reference.features[place]), float(effect[place])) for place in order], count=TRAITS)
        centre = clusters.coordinates[inside].mean(axis=0)
        away = ((clusters.coordinates - centre) ** 2).sum(axis=1) + np.where(inside, 0.0, np.inf)
        names = {category.name for category in made}
        count = next(
            count for count in range(NAMED_BY, TRAITS + 2) if count > len(traits) or _name(traits, count) not in names
        )
        made.append(
            Category(
                name=_name(traits, count),
                traits=traits,
                size=int(inside.sum()),
                confidence=rounded(float(clusters.confidence[inside].mean()), digits=3),
                silhouette=rounded(float(clusters.silhouette[inside].mean()), digits=3),
                stability=rounded(float(clusters.stability[label]), digits=3),
                typical=found[int(np.argmin(away))].system,
            )
        )
    return tuple(made)


def _name(traits: Sequence[str], count: int) -> str:
    return ", ".join(traits[:count])


def categorise(path: Path, atlas: Atlas) -> list[str]:
    """Write the property ``category`` of an atlas into a registry file; return the systems that got one.

    Definitions and other properties stay as they are. Only entries with the definition of the collection get a
    category.

    Parameters
    ----------
    path : Path
        The registry file; it must be writable.
    atlas : Atlas

    Raises
    ------
    RegistryError
        If the file is malformed; nothing is written then.
    """
    entries = read_entries(path)
    done = []
    for name, entry in entries.items():
        if name not in atlas.places or name not in list_systems():
            continue
        if System.from_entry(name, entry).definition_json != get_system(name).definition_json:
            continue
        place = atlas.places[name]
        properties = dict(entry.get("properties", {}))
        properties["category"] = {
            "value": atlas.category_of(name),
            "method": atlas.method,
            "settings": {"confidence": place.confidence, "silhouette": place.silhouette},
            "version": atlas.version,
        }
        entries[name] = {"definition": entry["definition"], "properties": properties}
        done.append(name)
    write_entries(path, entries)
    return done
