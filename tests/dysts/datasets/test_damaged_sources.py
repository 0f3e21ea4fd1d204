"""What is damaged or contradicts itself at the source is never installed."""

import hashlib
import json
from pathlib import Path

import pytest
from dataset_helpers import Server, assert_same, collection, visible

from dysts.datasets.catalogue import CATALOGUE_FORMAT
from dysts.errors import NewerFormatError, StorageError


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def _page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><title>Not found</title>")


def _empty(path: Path) -> None:
    path.write_text(json.dumps({"format": CATALOGUE_FORMAT}))


FAULTS = {
    "truncated zip": ("small/Rossler.zip", lambda p: p.write_bytes(p.read_bytes()[:-500]), "ends too early"),
    "longer zip": ("small/Rossler.zip", lambda p: p.write_bytes(p.read_bytes() + b"x" * 500), "more than the"),
    "flipped byte in a zip": ("small/Rossler.zip", _flip, "does not match its hash"),
    "page instead of a zip": ("small/Rossler.zip", _page, "ends too early|does not match"),
    "missing zip": ("small/Rossler.zip", Path.unlink, "404"),
    "page instead of a catalogue": ("small/catalogue.json", _page, "does not match its hash in the index"),
    "page instead of the index": ("catalogue.json", _page, "begins with '<!DOCTYPE html>"),
    "no index": ("catalogue.json", Path.unlink, "404"),
    "index without data sets": (
        "catalogue.json",
        _empty,
        "no index",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_damaged_at_the_source_is_never_installed(
    fault: str, server: Server, published: Path, built: Path, tmp_path: Path
) -> None:
    path, damage, sentence = FAULTS[fault]
    good = (published / path).read_bytes()
    damage(published / path)
    with pytest.raises(StorageError, match=sentence):
        collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert visible(tmp_path / "cache") == []
    (published / path).write_bytes(good)
    collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert_same(tmp_path / "cache", built, ("Rossler",))


def test_a_catalogue_with_a_wrong_hash_or_of_a_newer_version(published: Path, tmp_path: Path) -> None:
    def rewrite(change: str, to: str) -> None:
        path = published / "small" / "catalogue.json"
        content = json.loads(path.read_text())
        parts = change.split(".")
        inner = content
        for part in parts[:-1]:
            inner = inner[part]
        inner[parts[-1]] = to
        path.write_text(json.dumps(content))
        index = json.loads((published / "catalogue.json").read_text())
        index["datasets"]["small"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (published / "catalogue.json").write_text(json.dumps(index))

    original = (published / "small" / "catalogue.json").read_text()
    for change, to, sentence in (
        ("systems.Rossler.archive.sha256", "0" * 64, "does not match its hash"),
        ("systems.Rossler.attributes.sha256", "0" * 64, "do not match the catalogue"),
        ("systems.Rossler.archive.file", "../../secret", "no catalogue"),
        ("recipe.periods", 7, "another recipe"),
    ):
        rewrite(change, to)  # type: ignore[arg-type]
        with pytest.raises(StorageError, match=sentence):
            collection(published, tmp_path / "cache").fetch(["Rossler"])
        assert visible(tmp_path / "cache") == []
        (published / "small" / "catalogue.json").write_text(original)
    rewrite("format", CATALOGUE_FORMAT + 1)  # type: ignore[arg-type]
    with pytest.raises(NewerFormatError, match="upgrade dysts"):
        collection(published, tmp_path / "cache").fetch(["Rossler"])
