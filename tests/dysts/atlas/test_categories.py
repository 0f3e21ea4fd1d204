"""Categories are stable groups, their numbers are right, and the stored atlas agrees with the collection."""

import json
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.atlas import published_clusters, read_atlas
from dysts.atlas.build import categorise
from dysts.atlas.clusters import adjusted_rand_index, consensus_clusters, silhouettes
from dysts.systems.registry import read_entries

PACKAGED = Path(dysts.__file__).parents[1] / "systems.json"


def groups(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows of 60 systems in four groups that differ by ten times the spread between windows."""
    generator = np.random.default_rng(seed)
    labels = np.arange(60) % 4
    centres = generator.standard_normal((4, 12))
    own = centres[labels] + 0.15 * generator.standard_normal((60, 12))
    return own[None] + 0.1 * generator.standard_normal((10, 60, 12)), labels


def test_the_adjusted_rand_index_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(0)
    for _ in range(20):
        one, two = generator.integers(5, size=40), generator.integers(3, size=40)
        assert adjusted_rand_index(one, two) == pytest.approx(metrics.adjusted_rand_score(one, two), abs=1e-12)


def test_silhouettes_agree_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    features, labels = groups(1)
    np.testing.assert_allclose(
        silhouettes(features[0], labels), metrics.silhouette_samples(features[0], labels), atol=1e-12
    )


def test_the_consensus_finds_groups_and_says_how_sure_it_is() -> None:
    pytest.importorskip("sklearn")
    features, labels = groups(2)
    found = consensus_clusters(features, counts=(4,))
    assert adjusted_rand_index(found.labels, labels) == 1.0
    assert found.tried[4] > 0.99
    assert found.confidence.min() > 0.95
    assert found.stability.tolist() == [1.0] * 4
    alike = consensus_clusters(np.random.default_rng(0).standard_normal((10, 60, 12)), counts=(4,))
    assert alike.adjusted_rand < 0.3
    assert alike.stability.max() < 0.75


def test_the_stored_atlas_has_every_system_and_is_stable() -> None:
    atlas = read_atlas()
    assert set(atlas.places) | set(atlas.without) == set(dysts.list_systems())
    assert atlas.adjusted_rand >= 0.7
    counts = np.bincount([place.category for place in atlas.places.values()])
    assert counts.tolist() == [category.size for category in atlas.categories]
    assert len({category.name for category in atlas.categories}) == len(atlas.categories)
    for category, other in zip(atlas.categories, range(len(atlas.categories)), strict=True):
        own = [place for place in atlas.places.values() if place.category == other]
        assert category.confidence == pytest.approx(np.mean([place.confidence for place in own]), abs=2e-3)
        assert atlas.places[category.typical].category == other
        assert 0.5 < category.stability <= 1.0


def test_the_registry_has_the_category_of_the_atlas() -> None:
    atlas = read_atlas()
    for name in atlas.places:
        entry = dysts.get_system(name).properties_entry("category")
        assert entry["value"] == atlas.category_of(name)
        assert entry["settings"]["confidence"] == atlas.places[name].confidence


def test_categories_are_written_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    entries = {name: read_entries(PACKAGED)[name] for name in ("Lorenz", "Rossler")}
    for entry in entries.values():
        entry["properties"].pop("category", None)
    changed = json.loads(json.dumps(entries["Lorenz"]))
    changed["definition"]["parameters"]["rho"] = 35.0
    path.write_text(json.dumps({"Lorenz": changed, "Rossler": entries["Rossler"]}))
    assert categorise(path, read_atlas()) == ["Rossler"]
    written = json.loads(path.read_text())
    assert written["Lorenz"] == changed
    assert written["Rossler"]["properties"].pop("category")["version"] == dysts.__version__
    assert written["Rossler"] == entries["Rossler"]


def test_the_published_partition_has_its_seven_sizes() -> None:
    sizes = np.bincount(list(published_clusters().values()))
    assert sizes.tolist() == [21, 17, 15, 20, 17, 24, 17]
    assert set(published_clusters()) <= set(dysts.list_systems())
