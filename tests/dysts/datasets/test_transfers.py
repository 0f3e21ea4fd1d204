"""Transfers end, however slowly or oddly a server answers, and archives are refused before they fill the disk."""

import hashlib
import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest
from dataset_helpers import Handler, Server, assert_same, collection, visible

from dysts.datasets import sinks, source, transfer
from dysts.datasets.archive import unpack
from dysts.datasets.source import Source
from dysts.errors import StorageError

sys.path.insert(0, str(Path(__file__).parents[2] / "performance"))
from bad_servers import misbehaving


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits as short as a test."""
    monkeypatch.setattr(transfer, "TIMEOUT", 0.5)
    monkeypatch.setattr(transfer, "GRACE", 1.0)
    monkeypatch.setattr(source, "LONGEST_DOCUMENT", 3.0)
    monkeypatch.setattr(source, "PAUSE", 0.01)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("a byte now and then", "too slow to wait|longest time"),
        ("slow headers", "too slow to wait|longest time"),
        ("slow size of a chunk", "too slow to wait|longest time"),
        ("100 without end", "too slow|longest time|headers"),
        ("body without end", "more than 1000000 bytes|too slow|longest time"),
        ("one byte and close", "cannot fetch"),
        ("length abc", "the length 'abc' of the answer is no number"),
        ("length empty", "no number"),
        ("redirect to no address", "cannot be understood|cannot fetch"),
        ("redirect to a file", "cannot fetch|answers 302"),
        ("redirect to ftp", "cannot fetch|answers 302"),
        ("redirect to itself", "answers 404"),
        ("403 with control characters", r"answers 403 \?\]0;pwn\?"),
        ("no status", "cannot fetch"),
    ],
)
def test_a_document_from_a_bad_server_is_an_error_that_says_why(
    behaviour: str, sentence: str, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LARGEST_DOCUMENT", 1_000_000)
    (published / "wires").mkdir()
    (published / "wires" / "catalogue.json").write_text("{}" * 200)
    with misbehaving(published, behaviour, "catalogue") as base, pytest.raises(StorageError, match=sentence) as caught:
        Source(base).read("wires/catalogue.json")
    assert "\x1b" not in str(caught.value)


def test_connections_are_counted_in_total(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_ATTEMPTS", 20)
    monkeypatch.setattr(transfer, "GRACE", 60.0)
    size = (published / "small" / "Lorenz.zip").stat().st_size
    kept = pytest.raises(StorageError, match=f"20 of {size} bytes are kept")
    with misbehaving(published, "one byte and close", "zip") as base, kept:
        collection(base, tmp_path / "cache").fetch(["Lorenz"])
    assert visible(tmp_path / "cache") == []


def test_a_size_beyond_the_disk_is_refused_before_the_first_byte(
    server: Server, published: Path, tmp_path: Path
) -> None:
    path = published / "small" / "catalogue.json"
    content = json.loads(path.read_text())
    content["systems"]["Lorenz"]["archive"]["bytes"] = 10**18
    path.write_text(json.dumps(content))
    index = json.loads((published / "catalogue.json").read_text())
    index["datasets"]["small"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (published / "catalogue.json").write_text(json.dumps(index))
    with pytest.raises(StorageError, match="announced with 1000000000000000000 bytes"):
        collection(server.url, tmp_path / "cache").fetch(["Lorenz"])
    assert not any(path.endswith(".zip") for path, _ in server.requests)


def test_a_large_document_is_read_in_linear_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Twice the bytes take about twice as long; with copies of all that is there, four times.
    monkeypatch.setattr(sinks, "BLOCK", 2**10)
    monkeypatch.setattr(transfer, "GRACE", 60.0)
    monkeypatch.setattr(source, "LONGEST_DOCUMENT", 60.0)
    spent = {}
    for megabytes in (1, 32):
        (tmp_path / "document").write_bytes(b"x" * (megabytes * 2**20))
        begin = time.process_time()
        assert len(Source(tmp_path).read("document")) == megabytes * 2**20
        spent[megabytes] = time.process_time() - begin
    # A quadratic reader takes some 1000 times as long for 32 times the bytes.
    assert spent[32] < 320 * max(spent[1], 1e-3)


def test_a_part_of_a_file_is_read_with_and_without_ranges(server: Server, published: Path) -> None:
    right = (published / "small" / "Lorenz.zip").read_bytes()
    for kind in (server.url, str(published), published.as_uri()):
        assert Source(kind).read_part("small/Lorenz.zip", 1000, 2500) == right[1000:3500]
        assert Source(kind).read_part("small/Lorenz.zip", 0, len(right)) == right

    def plain(handler: Handler) -> bool:
        handler.answer(Path(handler.translate_path(handler.path)).read_bytes(), ranges=False)
        return True

    server.misbehave = plain
    assert Source(server.url).read_part("small/Lorenz.zip", 1000, 2500) == right[1000:3500]
    with pytest.raises(StorageError):
        Source(published).read_part("small/Lorenz.zip", len(right) - 5, 10)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "catalogue.json")
    with pytest.raises(StorageError, match="is no file"):
        Source(tmp_path).read("catalogue.json")


def test_overlapping_and_countless_entries_are_refused_before_unpacking(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with zipfile.ZipFile(tmp_path / "overlap.zip", "w") as packed:
        packed.writestr("Lorenz/big", b"\0" * 10**6)
        first = packed.infolist()[0]
        for number in range(15):
            twin = zipfile.ZipInfo(f"Lorenz/twin{number}")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "external_attr"):
                setattr(twin, name, getattr(first, name))
            packed.filelist.append(twin)
    with pytest.raises(StorageError, match="its entries overlap"):
        unpack(tmp_path / "overlap.zip", tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as packed:
        for number in range(2000):
            packed.writestr(f"Lorenz/e{number}", b"")
    with pytest.raises(StorageError, match=r"must have at most \d+ entries, got 2000"):
        unpack(tmp_path / "many.zip", tmp_path / "out", groups=3)
    assert not any((tmp_path / "out").iterdir())


def test_a_refused_archive_does_not_stay(server: Server, published: Path, built: Path, tmp_path: Path) -> None:
    catalogue = json.loads((published / "small" / "catalogue.json").read_text())
    catalogue["systems"]["Lorenz"]["metadata_sha256"] = "0" * 64
    content = json.dumps(catalogue).encode()
    (published / "small" / "catalogue.json").write_bytes(content)
    index = json.loads((published / "catalogue.json").read_text())
    index["datasets"]["small"]["sha256"] = hashlib.sha256(content).hexdigest()
    (published / "catalogue.json").write_text(json.dumps(index))
    with pytest.raises(StorageError, match="do not match the catalogue"):
        collection(server.url, tmp_path / "cache").fetch(["Lorenz"])
    assert not list((tmp_path / "cache").glob(".*.part"))
    collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert_same(tmp_path / "cache", built, ("Rossler",))
