"""Published series arrive whole and verified or not at all, whatever happens on the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray
from dataset_helpers import NAMES, SMALL, Handler, Server, assert_same, collection, visible

import dysts
from dysts.datasets.build import build
from dysts.datasets.collection import Collection
from dysts.datasets.comparison import differences
from dysts.datasets.digest import content_digest
from dysts.datasets.opening import dataset_folder
from dysts.datasets.publish import publish
from dysts.datasets.source import Source
from dysts.datasets.store import open_group, origin_of, write_group
from dysts.errors import DystsWarning, NotSupportedError, StorageError


def test_publishing_twice_gives_the_same_bytes_and_plain_xarray_opens_the_whole(built: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish(SMALL, NAMES, built, tmp_path / name)
    first = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path / "two"): p.read_bytes() for p in (tmp_path / "two").rglob("*") if p.is_file()}
    assert first == second
    publish(SMALL, NAMES, built, tmp_path / "one")
    index = json.loads((tmp_path / "one" / "catalogue.json").read_text())
    assert index["datasets"]["small"]["systems"] == 3
    tree = xarray.open_datatree(tmp_path / "one" / "small", engine="zarr")
    np.testing.assert_array_equal(tree["Lorenz/series"].values, open_group(built / "Lorenz")["series"].values)


def test_a_damaged_group_is_not_published(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "copy")
    chunk = next((tmp_path / "copy" / "Rossler" / "series" / "c").rglob("0/0/0"))
    chunk.write_bytes(chunk.read_bytes()[:-9])
    with pytest.raises(StorageError, match=r"Rossler.*damaged"):
        publish(SMALL, NAMES, tmp_path / "copy", tmp_path / "host")
    assert not (tmp_path / "host").exists()


@pytest.mark.parametrize("kind", ["path", "file", "http", "fsspec"])
def test_download_from_every_kind_of_address(
    kind: str, server: Server, published: Path, built: Path, tmp_path: Path
) -> None:
    if kind == "fsspec":
        import fsspec

        memory = fsspec.filesystem("memory")
        memory.put(str(published), "/bucket/series", recursive=True)
    base = {"path": str(published), "file": published.as_uri(), "http": server.url, "fsspec": "memory://bucket/series"}
    series = collection(base[kind], tmp_path / "cache")
    np.testing.assert_array_equal(series["Lorenz"]["series"].values, open_group(built / "Lorenz")["series"].values)
    assert visible(tmp_path / "cache") == ["Lorenz"]
    origin = origin_of(tmp_path / "cache" / "Lorenz")
    assert origin is not None
    assert origin["source"] == base[kind]
    series.fetch(NAMES)
    assert_same(tmp_path / "cache", built)
    assert not list((tmp_path / "cache").glob("*.part"))
    if kind == "http":
        paths = [path for path, _ in server.requests]
        assert paths.count("/small/Lorenz.zip") == 1
        assert paths.count("/small/everything.zip") == 1


def test_open_dataset_uses_the_source_and_builds_what_it_lacks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "dysts")
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv("DYSTS_SOURCE", server.url)
    folder = dataset_folder(SMALL)
    dysts.open_dataset(SMALL, systems=["Lorenz", "Thomas"])
    told = caplog.text
    assert "1/1 Lorenz: 0.0" in told
    assert f"fetched 1 systems of small from {server.url}" in told
    assert "computing small of 1 systems" in told
    assert f"{server.url} lacks them" in told
    assert (origin_of(folder / "Lorenz") or {})["source"] == server.url
    assert origin_of(folder / "Thomas") is None
    count = len(server.requests)
    dysts.open_dataset(SMALL, systems=["Lorenz"])
    assert len(server.requests) == count


def test_lazy_reading_fetches_no_more_than_is_asked_for(server: Server, built: Path, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    series = collection(server.url, tmp_path / "cache", lazy=True)
    opened = series["Rossler"]
    np.testing.assert_array_equal(opened["series"].values, open_group(built / "Rossler")["series"].values)
    assert not (tmp_path / "cache").exists()
    paths = {path for path, _ in server.requests}
    assert not any("Lorenz" in path or path.endswith(".zip") for path in paths)
    assert len(server.requests) <= 8
    with pytest.raises(StorageError, match="no small of Thomas"):
        Collection(SMALL, ["Thomas"], tmp_path, source=Source(server.url), lazy=True)["Thomas"]


def test_lazy_reading_notices_a_missing_and_a_damaged_chunk(server: Server, published: Path, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    opened = collection(server.url, tmp_path / "cache", lazy=True)["Rossler"]
    chunk = published / "small" / "Rossler" / "series" / "c" / "0" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        opened["series"].values  # noqa: B018
    chunk.unlink()
    with pytest.raises(StorageError, match="missing"):
        opened["series"].values  # noqa: B018


def test_a_server_that_cuts_every_connection(server: Server, published: Path, built: Path, tmp_path: Path) -> None:
    def cut(handler: Handler) -> bool:
        if not handler.path.endswith(".zip"):
            return False
        handler.answer(Path(handler.translate_path(handler.path)).read_bytes(), cut_after=3000)
        return True

    server.misbehave = cut
    collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert_same(tmp_path / "cache", built, ("Rossler",))
    size = (published / "small" / "Rossler.zip").stat().st_size
    ranges = [asked for path, asked in server.requests if path.endswith(".zip")]
    assert len(ranges) == -(-size // 3000)
    assert ranges[1] == "bytes=3000-"


def test_a_server_that_stops_answering_and_the_next_run_goes_on(server: Server, built: Path, tmp_path: Path) -> None:
    cut_at = 5000

    def stop(handler: Handler) -> bool:
        if not handler.path.endswith(".zip"):
            return False
        asked = handler.headers.get("Range")
        content = Path(handler.translate_path(handler.path)).read_bytes()
        handler.answer(content, cut_after=0 if asked else cut_at)
        return True

    server.misbehave = stop
    with pytest.raises(StorageError, match=rf"{cut_at} of \d+ bytes are kept, and the same command goes on"):
        collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert visible(tmp_path / "cache") == []
    server.misbehave = None
    server.requests.clear()
    collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert ("/small/Rossler.zip", f"bytes={cut_at}-") in server.requests
    assert_same(tmp_path / "cache", built, ("Rossler",))


def test_a_server_without_ranges_is_read_from_the_start(server: Server, built: Path, tmp_path: Path) -> None:
    first = True

    def plain(handler: Handler) -> bool:
        nonlocal first
        if not handler.path.endswith(".zip"):
            return False
        content = Path(handler.translate_path(handler.path)).read_bytes()
        handler.answer(content, ranges=False, cut_after=5000 if first else None)
        first = False
        return True

    server.misbehave = plain
    collection(server.url, tmp_path / "cache").fetch(["Rossler"])
    assert_same(tmp_path / "cache", built, ("Rossler",))


def test_what_an_interrupted_run_has_left_is_not_trusted(server: Server, built: Path, tmp_path: Path) -> None:
    catalogue = collection(server.url, tmp_path).catalogue()
    assert catalogue is not None
    archive = catalogue.systems["Rossler"].archive
    for left in (b"garbage" * 10, b"x" * archive.bytes, b"x" * (archive.bytes + 10)):
        folder = tmp_path / f"cache{len(left)}"
        folder.mkdir()
        (folder / f".Rossler.{archive.sha256[:16]}.part").write_bytes(left)
        collection(server.url, folder).fetch(["Rossler"])
        assert_same(folder, built, ("Rossler",))


def test_two_processes_download_the_same_thing(server: Server, built: Path, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from dysts.datasets import Recipe\n"
        "from dysts.datasets.collection import Collection\n"
        "from dysts.datasets.source import Source\n"
        "r = Recipe(name='small', points_per_period=20, periods=6, trajectories=3)\n"
        "c = Collection(r, ['Lorenz', 'Rossler', 'Torus'], pathlib.Path(sys.argv[1]), source=Source(sys.argv[2]))\n"
        "c.fetch(['Rossler'])\n"
        "print(c['Rossler']['series'].shape)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "cache"), server.url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(2)]
    outputs = [process.communicate(timeout=300)[0] for process in running]
    assert outputs == [b"(3, 120, 3)\n"] * 2
    assert [path for path, _ in server.requests].count("/small/Rossler.zip") == 1
    assert_same(tmp_path / "cache", built, ("Rossler",))


def test_a_killed_download_goes_on(server: Server, built: Path, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "import dysts.datasets.sinks as sinks\n"
        "import dysts.datasets.source as s\n"
        "sinks.BLOCK = 500\n"
        "from dysts.datasets import Recipe\n"
        "from dysts.datasets.collection import Collection\n"
        "r = Recipe(name='small', points_per_period=20, periods=6, trajectories=3)\n"
        "Collection(r, ['Rossler'], pathlib.Path(sys.argv[1]), source=s.Source(sys.argv[2])).fetch(['Rossler'])\n"
    )

    def slow(handler: Handler) -> bool:
        if not handler.path.endswith(".zip"):
            return False
        content = Path(handler.translate_path(handler.path)).read_bytes()
        begin = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        handler.send_response(206 if begin else 200)
        handler.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - begin))
        handler.end_headers()
        for position in range(begin, len(content), 500):
            handler.wfile.write(content[position : position + 500])
            handler.wfile.flush()
            time.sleep(0.02)
        return True

    server.misbehave = slow
    folder = tmp_path / "cache"
    process = subprocess.Popen([sys.executable, "-c", program, str(folder), server.url], stderr=subprocess.DEVNULL)
    while not any(part.stat().st_size > 2000 for part in folder.glob("*.part")) and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert visible(folder) == []
    server.misbehave = None
    server.requests.clear()
    collection(server.url, folder).fetch(["Rossler"])
    ((_, asked),) = [request for request in server.requests if request[0].endswith(".zip")]
    assert asked is not None
    assert int(asked[6:-1]) > 1500
    assert_same(folder, built, ("Rossler",))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk(server: Server, built: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a file system")
    try:
        with pytest.raises(StorageError, match=r"No space left.*free some space"):
            collection(server.url, disk / "cache").fetch(["Lorenz"])
        assert visible(disk / "cache") == []
        with pytest.raises(StorageError, match="No space left"):
            write_group(build(SMALL, dysts.get_system("Lorenz")), disk / "built" / "Lorenz")
        assert visible(disk / "built") == []
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        collection(server.url, disk / "cache").fetch(["Lorenz"])
        assert_same(disk / "cache", built, ("Lorenz",))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_what_was_published_for_another_version_is_used_and_explained(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "other")
    values = build(SMALL, dysts.get_system("Rossler"))
    values["series"] = values["series"] + 1e-9
    sha256 = content_digest(values["time"].values, {n: values[n].values for n in values.data_vars})
    values = values.assign_attrs(inputs="f" * 64, dysts_version="0.99", period=values.attrs["period"], sha256=sha256)
    write_group(values, tmp_path / "other" / "Rossler")
    publish(SMALL, NAMES, tmp_path / "other", tmp_path / "host")
    with pytest.warns(DystsWarning, match=r"Rossler was published for another version"):
        collection(tmp_path / "host", tmp_path / "cache").fetch(["Rossler"])
    kept = Collection(SMALL, NAMES, tmp_path / "cache")["Rossler"]
    assert kept.attrs["dysts_version"] == "0.99"
    here = open_group(built / "Rossler").attrs
    assert differences(here, open_group(tmp_path / "other" / "Rossler").attrs) == [
        f"the dysts version is {dysts.__version__!r} here and '0.99' there"
    ]
    assert differences(here, here) == []


def test_an_address_that_needs_a_package_or_makes_no_sense(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not understood"):
        Source("nonsense://bucket").read("catalogue.json")
    with pytest.raises(StorageError, match="does not exist"):
        Source(tmp_path).read("catalogue.json")
    with pytest.raises(StorageError, match="cannot fetch"):
        Source("http://127.0.0.1:9/").read("catalogue.json")


@pytest.mark.parametrize(
    ("address", "package"), [("s3://bucket/series", "s3fs"), ("hf://datasets/user/series", "huggingface_hub")]
)
def test_an_address_whose_package_is_missing_names_the_command_that_installs_it(
    address: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec

    def missing(base: str) -> None:
        raise ImportError(f"no {base}")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(NotSupportedError, match=rf"not installed \(no {address}\); pip install {package}$"):
        Source(address).read("catalogue.json")


@pytest.mark.parametrize(("protocol", "address"), [("s3", "s3://bucket/series"), ("hf", "hf://datasets/user/series")])
def test_addresses_of_object_stores_and_hubs_are_read_and_verified(
    protocol: str, address: str, published: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    # An imitation that keeps its files in memory; `make hub` asks a server of S3.
    imitation = type("Imitation", (MemoryFileSystem,), {"protocol": protocol, "store": {}, "pseudo_dirs": [""]})
    monkeypatch.setitem(sys.modules["fsspec.registry"]._registry, protocol, imitation)
    assert fsspec.get_filesystem_class(protocol) is imitation
    imitation().put(str(published), address, recursive=True)
    for lazy in (False, True):
        series = collection(address, tmp_path / "cache", lazy=lazy)["Rossler"]
        np.testing.assert_array_equal(series["series"].values, open_group(built / "Rossler")["series"].values)
    archive = next(name for name in imitation.store if name.endswith("small/Lorenz.zip"))
    content = bytearray(imitation.store[archive].getvalue())
    content[len(content) // 2] ^= 1
    imitation().pipe(archive, bytes(content))
    with pytest.raises(StorageError, match="hash"):
        collection(address, tmp_path / "cache").fetch(["Lorenz"])
