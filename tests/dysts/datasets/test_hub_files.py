"""A published folder has what hubs and archives want: tables, a card, Croissant metadata, the licence, and hashes."""

import dataclasses
import datetime
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from dataset_helpers import NAMES, SMALL

from dysts.datasets.hub_card import hub_tables
from dysts.datasets.hub_files import license_file, write_hub_files
from dysts.datasets.publish import publish
from dysts.datasets.store import open_group

DATE = datetime.date(2026, 11, 27)


@pytest.fixture
def hub(built: Path, tmp_path: Path) -> Path:
    """A folder as it goes to a hub."""
    pytest.importorskip("pyarrow")
    publish(SMALL, NAMES, built, tmp_path / "hub", table=True)
    write_hub_files(tmp_path / "hub", address="https://example.org/series", date=DATE)
    return tmp_path / "hub"


def test_a_hub_loads_and_streams_the_folder(
    hub: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(str(hub), "small", split="test", cache_dir=str(tmp_path / "cache"))
    assert len(loaded) == 9
    streamed = list(datasets.load_dataset(str(hub), split="test", streaming=True))
    for row, again in zip(loaded, streamed, strict=True):
        stored = open_group(built / row["system"])
        np.testing.assert_array_equal(np.array(row["series"]), stored["series"].values[row["trajectory"]])
        assert again == row
        assert (row["step"], row["period"]) == (stored.attrs["step"], stored.attrs["period"])
    assert {row["system"] for row in loaded} == set(NAMES)


def test_croissant_lists_every_file_with_its_hash_and_every_column(hub: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    document = json.loads((hub / "croissant.json").read_text())
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert (document["url"], document["datePublished"]) == ("https://example.org/series", "2026-11-27")
    objects = {entry["@id"]: entry for entry in document["distribution"]}
    assert set(objects) == {f"small/{name}" for name in ("trajectories.parquet", "everything.zip", "catalogue.json")}
    for path, entry in objects.items():
        content = (hub / path).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["contentSize"] == f"{len(content)} B"
    splits, records = document["recordSet"]
    assert splits["dataType"] == "cr:Split"
    columns = [field["source"]["extract"]["column"] for field in records["field"]]
    assert columns == parquet.read_schema(hub / "small" / "trajectories.parquet").names
    assert all(field["source"]["fileObject"]["@id"] in objects for field in records["field"])
    used = {key for entry in [document, *document["distribution"], *records["field"]] for key in entry}
    known = set(document["@context"]) | {"@context", "@type", "@id"}
    vocabulary = {"alternateName", "contentSize", "contentUrl", "creator", "datePublished", "distribution"}
    assert used - known <= vocabulary | {"encodingFormat", "keywords", "license", "sha256", "url", "version"}


def test_hashes_and_licence(hub: Path) -> None:
    lines = (hub / "SHA256SUMS").read_text().splitlines()
    sums = {path: digest for digest, path in (line.split("  ") for line in lines)}
    files = {"README.md", "croissant.json", "LICENSE", "catalogue.json"}
    archives = {f"small/{name}.zip" for name in NAMES}
    assert set(sums) == files | archives | {
        "small/catalogue.json",
        "small/everything.zip",
        "small/trajectories.parquet",
    }
    for path, digest in sums.items():
        assert hashlib.sha256((hub / path).read_bytes()).hexdigest() == digest, path
    assert (hub / "LICENSE").read_bytes() == license_file().read_bytes()


def test_without_tables_the_card_names_none(built: Path, tmp_path: Path) -> None:
    publish(SMALL, NAMES, built, tmp_path / "hub")
    write_hub_files(tmp_path / "hub", date=DATE)
    assert "configs:" not in (tmp_path / "hub" / "README.md").read_text()
    assert json.loads((tmp_path / "hub" / "croissant.json").read_text())["recordSet"] == []


def test_train_and_test_are_splits_of_one_configuration_and_no_two_tables_share_a_place() -> None:
    recipes = [
        dataclasses.replace(SMALL, name=name, split=split)
        for name, split in (("train-fine", "train"), ("test-fine", "test"), ("fine", "train"), ("long", "all"))
    ]
    tables = hub_tables(recipes, {r.name: f"{r.name}/t.parquet" for r in recipes}, {r.name: 2 for r in recipes})
    places = [(table.configuration, table.split) for table in tables]
    assert places == [("fine", "train"), ("fine", "test"), ("fine-other", "train"), ("long", "train")]
