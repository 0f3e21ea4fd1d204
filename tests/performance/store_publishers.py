"""Publishes malicious but consistent data sets, and serves data sets badly; counts how each is met.

Usage: python tests/performance/store_publishers.py [--sites N] [--servers N] [--seed S] [--limit SECONDS]

Each site is published rightly, then changed, and all its hashes are made to agree with the change. Each server offers a
right site on the loopback interface and misbehaves. A case is bad if something is executed or written outside the
folder, if numbers come out wrong without a word, if an exception is not one of ours, or if a call does not end.
"""

import argparse
import collections
import contextlib
import hashlib
import json
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from bad_servers import BEHAVIOURS, misbehaving

import dysts
from dysts.datasets import Recipe, sinks, source, transfer
from dysts.datasets.build import build
from dysts.datasets.collection import Collection
from dysts.datasets.publish import publish
from dysts.datasets.source import Source
from dysts.datasets.store import write_group
from dysts.errors import DystsError

RECIPE = Recipe(name="wires", points_per_period=20, periods=6, trajectories=3)
NAMES = ("Lorenz", "Rossler")
HOSTILE: tuple[Any, ...] = (
    0, 1, -1, 2.5, 1e300, True, None, "", "x", [], {}, [1, 2], {"a": 1}, 10**400, [[[[1]]]], "\x1b]0;x\x07", "../../x",
)  # fmt: skip


class EndlessError(BaseException):
    """A call that does not end; no handler of exceptions catches it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End what takes longer."""

    def end(*_: object) -> None:
        raise EndlessError

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def judge(base: str, root: Path, expected: dict[str, np.ndarray], *, lazy: bool, limit: float) -> str:
    """Open Lorenz from a source, read it, and say how it went."""
    folder = root / "case" / "cache"
    shutil.rmtree(root / "case", ignore_errors=True)
    folder.mkdir(parents=True)
    canary = root / "canary"
    before = {path for path in root.rglob("*") if root / "case" not in path.parents}
    outcome = "right numbers"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            with limited(limit):
                dataset = Collection(RECIPE, NAMES, folder, source=Source(base), lazy=lazy)["Lorenz"]
                found = {name: dataset[name].values for name in ("series", "time", "start")}
            if not all(np.array_equal(found[name], expected[name]) for name in expected):
                outcome = "wrong with a warning" if told else "WRONG"
        except EndlessError:
            outcome = "ENDLESS"
        except DystsError:
            outcome = "refused"
        except Exception as error:  # noqa: BLE001 - that is what is counted
            outcome = f"FOREIGN: {type(error).__name__}"
    if canary.exists():
        canary.unlink()
        return "EXECUTED"
    outside = {path for path in root.rglob("*") if root / "case" not in path.parents} - before
    beside = [path for path in (root / "case").iterdir() if path.name != "cache"]
    return "OUTSIDE" if outside or beside else outcome


def seal_site(host: Path, *, archive: bytes | None = None) -> None:
    """Make all hashes of a site agree with what is in it."""
    folder = host / RECIPE.name
    path = folder / "catalogue.json"
    catalogue = json.loads(path.read_text())
    for name in NAMES:
        if archive is None or name != "Lorenz":
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as packed:
                for file in sorted((folder / name).rglob("*")):
                    if file.is_file():
                        packed.write(file, f"{name}/{file.relative_to(folder / name).as_posix()}")
        else:
            (folder / f"{name}.zip").write_bytes(archive)
        content = (folder / f"{name}.zip").read_bytes()
        entry = catalogue["systems"][name]
        entry["archive"] |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        metadata = (folder / name / "zarr.json").read_bytes()
        entry["metadata_sha256"] = hashlib.sha256(metadata).hexdigest()
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            attributes = json.loads(metadata)["attributes"]
            entry["attributes"] |= {key: attributes[key] for key in entry["attributes"] if key in attributes}
    write_catalogue(host, json.dumps(catalogue).encode())


def write_catalogue(host: Path, content: bytes) -> None:
    """Write the catalogue of the data set, and its hash into the index."""
    (host / RECIPE.name / "catalogue.json").write_bytes(content)
    index = json.loads((host / "catalogue.json").read_text())
    index["datasets"][RECIPE.name]["sha256"] = hashlib.sha256(content).hexdigest()
    (host / "catalogue.json").write_text(json.dumps(index))


def _change_somewhere(document: Any, generator: random.Random) -> None:
    """Replace, remove or add a value at a random place of a JSON document."""
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = generator.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and generator.random() < 0.8:
            here = here[key]
            continue
        how = generator.choice(("replace", "replace", "remove", "add"))
        if how == "replace":
            here[key] = generator.choice(HOSTILE)
        elif how == "remove":
            del here[key]
        elif isinstance(here, dict):
            here[generator.choice(("extra", "scale_factor", "units", "filters", "must_understand"))] = 2.0
        else:
            here.append(generator.choice(HOSTILE))
        return


def _metadata(host: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = host / RECIPE.name / "Lorenz" / "zarr.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    seal_site(host)


def _array(change: Callable[[dict[str, Any]], object], name: str = "series") -> Callable[[Path, Path], None]:
    return lambda host, _root: _metadata(host, lambda document: change(_arrays(document)[name]))


def _arrays(document: dict[str, Any]) -> dict[str, Any]:
    arrays: dict[str, Any] = document["consolidated_metadata"]["metadata"]
    return arrays


def _extra(node: dict[str, Any], count: int = 1) -> Callable[[Path, Path], None]:
    nodes = {f"extra{number}": node for number in range(count)}
    return lambda host, _root: _metadata(host, lambda document: _arrays(document).update(nodes))


def _zipped(pack: Callable[[zipfile.ZipFile, Path], None]) -> Callable[[Path, Path], None]:
    def change(host: Path, root: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with zipfile.ZipFile(root / "bad.zip", "w") as packed:
                for file in sorted((host / RECIPE.name / "Lorenz").rglob("*")):
                    if file.is_file():
                        packed.write(file, f"Lorenz/{file.relative_to(host / RECIPE.name / 'Lorenz').as_posix()}")
                pack(packed, root)
        content = (root / "bad.zip").read_bytes()
        (root / "bad.zip").unlink()
        seal_site(host, archive=content)

    return change


def _link(packed: zipfile.ZipFile, root: Path) -> None:
    entry = zipfile.ZipInfo("Lorenz/link")
    entry.external_attr = 0o120777 << 16
    packed.writestr(entry, str(root / "canary"))


def _many(packed: zipfile.ZipFile, _root: Path) -> None:
    for number in range(20_000):
        packed.writestr(f"Lorenz/e{number}", b"")


def _overlap(packed: zipfile.ZipFile, _root: Path) -> None:
    packed.writestr("Lorenz/big", b"\0" * 2**20)
    first = packed.infolist()[-1]
    for number in range(100):
        twin = zipfile.ZipInfo(f"Lorenz/twin{number}")
        for name in ("header_offset", "CRC", "compress_size", "file_size", "external_attr"):
            setattr(twin, name, getattr(first, name))
        packed.filelist.append(twin)
        packed.NameToInfo[twin.filename] = twin


def _exchange(host: Path, _root: Path) -> None:
    folder = host / RECIPE.name
    for one, other in (("Lorenz", "aside"), ("Rossler", "Lorenz"), ("aside", "Rossler")):
        (folder / one).rename(folder / other)
    seal_site(host)


def _point_elsewhere(host: Path, _root: Path) -> None:
    catalogue = json.loads((host / RECIPE.name / "catalogue.json").read_text())
    catalogue["systems"]["Lorenz"] = catalogue["systems"]["Rossler"]
    write_catalogue(host, json.dumps(catalogue).encode())


def _catalogue(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Path], None]:
    def apply(host: Path, _root: Path) -> None:
        catalogue = json.loads((host / RECIPE.name / "catalogue.json").read_text())
        change(catalogue)
        write_catalogue(host, json.dumps(catalogue).encode())

    return apply


def _chunk(change: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    def apply(host: Path, _root: Path) -> None:
        path = host / RECIPE.name / "Lorenz" / "series" / "c" / "0" / "0" / "0"
        path.write_bytes(change(path.read_bytes()))
        seal_site(host)

    return apply


class _Executed:
    """An object whose unpickling leaves a trace."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.canary}",)


def _pickled(host: Path, root: Path) -> None:
    """Add an array of Zarr format 2 whose compressor is a pickle, with a chunk."""
    node = {
        "zarr_format": 2, "node_type": "array", "shape": [1], "chunks": [1], "dtype": "|O", "fill_value": None,
        "order": "C", "dimension_separator": "/", "attributes": {"_ARRAY_DIMENSIONS": ["trajectory"]},
        "filters": [{"id": "vlen-utf8"}], "compressor": {"id": "pickle"},
    }  # fmt: skip
    chunk = host / RECIPE.name / "Lorenz" / "extra0" / "0"
    chunk.parent.mkdir()
    chunk.write_bytes(pickle.dumps(_Executed(root / "canary")))
    _extra(node)(host, root)


def targeted() -> dict[str, Callable[[Path, Path], None]]:
    """Return changes that were thought out, by name."""
    huge = {
        "zarr_format": 3, "node_type": "array", "shape": [10**11], "data_type": "float64", "fill_value": 0.0,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [10]}}, "codecs": [{"name": "bytes"}],
        "chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}, "attributes": {},
        "dimension_names": ["trajectory"], "storage_transformers": [],
    }  # fmt: skip
    deep = ('{"a":' * 5000) + "1" + "}" * 5000
    return {
        "pickle in format 2": _pickled,
        "array of 10^11": _extra(huge),
        "20,000 arrays": _extra(huge | {"shape": [10]}, 20_000),
        "scale": _array(lambda array: array["attributes"].update(scale_factor=2.0)),
        "days since": _array(lambda array: array["attributes"].update(units="days since 2000-01-01"), "time"),
        "big endian": _array(lambda array: array["codecs"][1].update(configuration={"endian": "big"})),
        "another order": _array(lambda array: array["codecs"][0]["configuration"].update(order=[1, 0, 2])),
        "gzip": _array(lambda array: array["codecs"].insert(2, {"name": "gzip", "configuration": {"level": 1}})),
        "unknown codec": _array(lambda array: array["codecs"].append({"name": "numcodecs.pcodec"})),
        "keys of format 2": _array(lambda array: array["chunk_key_encoding"].update(name="v2")),
        "fill value": _array(lambda array: array.update(fill_value=1.0)),
        "complex": _array(lambda array: array.update(data_type="complex128")),
        "shape": _array(lambda array: array.update(shape=[3, 10**9, 3])),
        "chunk of 0": _array(lambda array: array["chunk_grid"]["configuration"].update(chunk_shape=[0, 0, 0])),
        "exchanged groups": _exchange,
        "entry of another group": _point_elsewhere,
        "name of another": lambda host, _root: _metadata(host, lambda d: d["attributes"].update(system="Rossler")),
        "other equations": lambda host, _root: _metadata(
            host, lambda d: d["attributes"].update(definition=d["attributes"]["definition"].replace("*x", "*y", 1))
        ),
        "zip slip": _zipped(lambda packed, _root: packed.writestr("../../canary", "x")),
        "absolute name": _zipped(lambda packed, root: packed.writestr(str(root / "canary"), "x")),
        "link": _zipped(_link),
        "many entries": _zipped(_many),
        "overlapping entries": _zipped(_overlap),
        "another file": _zipped(lambda packed, _root: packed.writestr("Lorenz/evil.py", "x")),
        "no group": _zipped(lambda packed, _root: packed.filelist.clear()),
        "announced size": _catalogue(lambda c: c["systems"]["Lorenz"]["archive"].update(bytes=10**18)),
        "path upwards": _catalogue(lambda c: c["systems"]["Lorenz"]["archive"].update(file="../../etc/passwd")),
        "address as path": _catalogue(lambda c: c["systems"]["Lorenz"].update(group="http://127.0.0.1:1/x")),
        "deep catalogue": lambda host, _root: write_catalogue(host, deep.encode()),
        "deep metadata": lambda host, _root: (
            (host / RECIPE.name / "Lorenz" / "zarr.json").write_text(deep),
            seal_site(host),
        )[0],
        "chunk that swells": _chunk(lambda content: content[:4] + b"\xff\xff\xff\x7f" + content[8:]),
        "chunk of noise": _chunk(lambda content: hashlib.sha256(content).digest() * 100),
    }  # fmt: skip


def change_at_random(host: Path, generator: random.Random) -> None:
    """Change the metadata, the catalogue or the index at a random place."""
    which = generator.choice(("metadata", "metadata", "metadata", "catalogue", "index"))
    if which == "metadata":
        _metadata(host, lambda document: _change_somewhere(document, generator))
    elif which == "catalogue":
        _catalogue(lambda document: _change_somewhere(document, generator))(host, host)
    else:
        index = json.loads((host / "catalogue.json").read_text())
        _change_somewhere(index, generator)
        (host / "catalogue.json").write_text(json.dumps(index))


def main() -> None:
    """Run both campaigns and print the counts; the status is 1 if a case ends badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--servers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=25.0, help="seconds after which a call counts as endless")
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    # The limits of the package, shortened so that a campaign of slow servers ends today.
    transfer.TIMEOUT, transfer.GRACE, source.LONGEST_DOCUMENT = 1.0, 3.0, 10.0
    source.PAUSE, sinks.BLOCK = 0.01, 4096
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name in NAMES:
            write_group(build(RECIPE, dysts.get_system(name)), root / "built" / name)
        publish(RECIPE, NAMES, root / "built", root / "right")
        right = build(RECIPE, dysts.get_system("Lorenz"))
        expected = {name: right[name].values for name in ("series", "time", "start")}
        thought_out = list(targeted().items())

        def run_sites(lazy: bool) -> collections.Counter[str]:
            counts: collections.Counter[str] = collections.Counter()
            for number in range(arguments.sites // 2):
                shutil.rmtree(root / "host", ignore_errors=True)
                shutil.copytree(root / "right", root / "host")
                label = "at random"
                if number < len(thought_out):
                    label, change = thought_out[number]
                    change(root / "host", root)
                else:
                    change_at_random(root / "host", generator)
                outcome = judge(str(root / "host"), root, expected, lazy=lazy, limit=arguments.limit)
                counts[outcome] += 1
                if outcome.split(":")[0].isupper():
                    print(f"  {label}: {outcome}", flush=True)
            return counts

        def run_servers() -> collections.Counter[str]:
            counts: collections.Counter[str] = collections.Counter()
            cases = [(name, target) for target in ("catalogue", "zip", "chunk") for name in BEHAVIOURS]
            for name, target in cases[: arguments.servers]:
                with misbehaving(root / "right", name, target) as base:
                    begin = time.monotonic()
                    outcome = judge(base, root, expected, lazy=target == "chunk", limit=arguments.limit)
                    spent = time.monotonic() - begin
                counts[outcome] += 1
                if outcome.split(":")[0].isupper():
                    print(f"  {name}, {target}: {outcome} after {spent:.0f} s", flush=True)
            return counts

        for title, counts in (
            ("sites, downloaded", run_sites(lazy=False)),
            ("sites, read lazily", run_sites(lazy=True)),
            ("servers", run_servers()),
        ):
            print(f"{title}: {counts.total()} cases: " + ", ".join(f"{n} {o}" for o, n in counts.most_common()))
            bad += sum(count for outcome, count in counts.items() if outcome.split(":")[0].isupper())
    print(f"{bad} end badly")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
