"""Sizes, build times, opening, reading and downloading of the precomputed series, beside gzipped JSON.

Usage: python tests/performance/store.py [--systems N] [--latency MS] [--stored]

Builds every standard recipe of the first N systems (all by default) into a folder that is removed at the end, and
prints tables; with --stored it takes what is in the cache folder and times no builds. CPU seconds are those of one
process whose compiled code is in the cache already.
"""

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray

import dysts
from dysts.cache import cache_folder
from dysts.datasets import RECIPES, Recipe
from dysts.datasets.build import Series, build
from dysts.datasets.checked_files import CheckedFiles
from dysts.datasets.collection import Collection
from dysts.datasets.group import _parsed
from dysts.datasets.named_recipes import STANDARD
from dysts.datasets.publish import publish
from dysts.datasets.source import Source
from dysts.datasets.starts import _on_one_orbit, _surviving
from dysts.datasets.store import open_group, write_group

sys.path.insert(0, str(Path(__file__).parents[1] / "dysts" / "datasets"))
from dataset_helpers import Handler, serving

SHOWN = "test-fine"


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sizes_and_seconds(names: list[str], root: Path) -> None:
    """Build every recipe and print what it takes."""
    print(f"{'recipe':28}{'MB':>9}{'raw MB':>9}{'ratio':>7}{'CPU s':>9}{'slowest':>9}")
    total = 0.0
    for recipe_name in STANDARD:
        recipe = RECIPES[recipe_name]
        raw, seconds = 0, {}
        for name in names:
            # Each recipe is charged with its starts, although one after the other they share them.
            _on_one_orbit.cache_clear()
            _surviving.cache_clear()
            begin = time.process_time()
            dataset = build(recipe, dysts.get_system(name))
            write_group(dataset, root / recipe_name / name)
            seconds[name] = time.process_time() - begin
            raw += dataset.nbytes
        spent = sum(seconds.values())
        total += spent
        stored = size_of(root / recipe_name)
        slowest = max(seconds, key=lambda name: seconds[name])
        print(
            f"{recipe_name:28}{stored / 1e6:9.1f}{raw / 1e6:9.1f}{raw / stored:7.2f}{spent:9.1f}"
            f"  {slowest} {seconds[slowest]:.1f}",
            flush=True,
        )
    print(f"{'all':28}{'':25}{total:9.1f}\n")


def stored_sizes(names: list[str], root: Path) -> None:
    """Print the sizes of what is built already."""
    print(f"{'recipe':28}{'MB':>9}{'raw MB':>9}{'ratio':>7}")
    for recipe_name in STANDARD:
        groups = [root / recipe_name / name for name in names]
        stored, raw = sum(map(size_of, groups)), sum(open_group(group).nbytes for group in groups)
        print(f"{recipe_name:28}{stored / 1e6:9.1f}{raw / 1e6:9.1f}{raw / stored:7.2f}", flush=True)
    print()


def milliseconds(work: Callable[[], object], repeat: int) -> float:
    """Return the median time of some calls."""
    spent = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        spent.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(spent)


def opening(names: list[str], root: Path, work: Path) -> None:
    """Compare opening and reading with one gzipped JSON file of the same numbers, as the predecessor has it."""
    folder = root / SHOWN
    content = {
        name: {
            "time": open_group(folder / name)["time"].values.tolist(),
            "values": open_group(folder / name)["series"].values.tolist(),
        }
        for name in names
    }
    path = work / "series.json.gz"
    with gzip.open(path, "wt") as file:
        json.dump(content, file)
    del content
    one = "Lorenz" if "Lorenz" in names else names[0]

    def from_json(chosen: list[str]) -> list[np.ndarray]:
        with gzip.open(path, "rt") as file:
            loaded = json.load(file)
        return [np.array(loaded[name]["values"]) for name in chosen]

    def fresh() -> Collection:
        return Collection(RECIPES[SHOWN], names, folder)

    rows = [
        ("open one", milliseconds(lambda: fresh()[one], 50), None),
        (
            "open and read one",
            milliseconds(lambda: fresh()[one]["series"].values, 50),
            milliseconds(lambda: from_json([one]), 3),
        ),
        (
            "open and read all",
            milliseconds(lambda: [fresh()[name]["series"].values for name in names], 3),
            milliseconds(lambda: from_json(names), 3),
        ),
        ("tree of all", milliseconds(lambda: fresh().to_datatree(), 3), None),
    ]
    print(
        f"{SHOWN} of {len(names)} systems: {size_of(folder) / 1e6:.1f} MB here, "
        f"{path.stat().st_size / 1e6:.1f} MB of JSON"
    )
    print(f"{'':22}{'ms':>9}{'JSON ms':>10}{'ratio':>8}")
    for label, ours, theirs in rows:
        print(f"{label:22}{ours:9.1f}" + (f"{theirs:10.0f}{theirs / ours:8.0f}" if theirs is not None else ""))
    print()


def _accept(*_: object, **__: object) -> None:
    """Check nothing, in place of `CheckedFiles._check`."""


def checking(names: list[str], root: Path, repeat: int = 9) -> None:
    """Print what the checks cost: reading with and without those of the chunks, and opening beside plain xarray.

    The two of a pair are measured by turns, so that what else the machine does meets both.
    """
    folder = root / SHOWN
    opened = [open_group(folder / name) for name in names]

    def read() -> None:
        for dataset in opened:
            # A copy has nothing in memory yet, so the chunks are read from the disk again.
            dataset["series"].copy(deep=False).variable._data.get_duck_array()

    def read_unchecked() -> None:
        checked = CheckedFiles._check
        CheckedFiles._check = _accept  # type: ignore[method-assign]
        try:
            read()
        finally:
            CheckedFiles._check = checked  # type: ignore[method-assign]

    def open_ours() -> None:
        _parsed.cache_clear()
        for name in names:
            open_group(folder / name)

    def open_plain() -> None:
        for name in names:
            np.asarray(xarray.open_zarr(folder / name, zarr_format=3, consolidated=True, chunks=None)["time"])

    print(f"{SHOWN} of {len(names)} systems, medians of {repeat} pairs")
    print(f"{'':36}{'ms':>9}{'ms without':>12}{'ratio':>8}")
    for label, ours, without in (
        ("read all, with checks of the chunks", read, read_unchecked),
        ("open all, beside plain xarray", open_ours, open_plain),
    ):
        ours()
        without()
        pairs = [(milliseconds(ours, 1), milliseconds(without, 1)) for _ in range(repeat)]
        one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(first / second for first, second in pairs)
        print(f"{label:36}{one:9.1f}{other:12.1f}{ratio:8.3f}", flush=True)
    print()


def downloading(names: list[str], root: Path, work: Path, latency: float) -> None:
    """Count requests and bytes over the loopback interface, each answer being late."""
    publish(RECIPES[SHOWN], names, root / SHOWN, work / "host")
    one = "Lorenz" if "Lorenz" in names else names[0]

    def late(_handler: Handler) -> bool:
        time.sleep(latency)
        return False

    print(f"download of {SHOWN}, {1e3 * latency:.0f} ms added to each answer")
    print(f"{'':46}{'requests':>9}{'MB':>9}{'seconds':>9}")
    with serving(work / "host") as server:
        server.misbehave = late

        def collection(name: str, lazy: bool = False) -> Collection:
            return Collection(RECIPES[SHOWN], names, work / name, source=Source(server.url), lazy=lazy)

        def measure(label: str, action: Callable[[], object]) -> None:
            server.requests.clear()
            server.sent = 0
            begin = time.perf_counter()
            action()
            spent = time.perf_counter() - begin
            print(f"{label:46}{len(server.requests):9}{server.sent / 1e6:9.2f}{spent:9.2f}", flush=True)

        opened = collection("two")
        measure("first system: catalogue, zip, verify, open", lambda: collection("one")[one]["series"].values)
        opened.catalogue()
        measure("one more system, catalogue known", lambda: opened[one]["series"].values)
        measure("all systems, one file", lambda: collection("three").fetch(names))
        some = names[: max(2, len(names) // 3)]
        measure(f"{len(some)} systems, a file for each", lambda: collection("four").fetch(some))
        try:
            lazy = collection("five", lazy=True)
            measure("lazy: catalogue, open and read one", lambda: lazy[one]["series"].values)
            measure("lazy: open and read one more", lambda: lazy[names[0]]["series"].values)
            measure(
                "plain xarray: the whole tree, read one",
                lambda: xarray.open_datatree(f"{server.url}/{SHOWN}", engine="zarr")[f"{one}/series"].values,
            )
        except ImportError as error:
            print(f"lazy reading is not measured: {error}")


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int)
    parser.add_argument("--latency", type=float, default=30.0, metavar="MS")
    parser.add_argument("--stored", action="store_true", help="take what is in the cache folder")
    arguments = parser.parse_args()
    names = dysts.list_systems()[: arguments.systems]
    if arguments.stored:
        with tempfile.TemporaryDirectory() as folder:
            root = cache_folder() / "datasets"
            stored_sizes(names, root)
            opening(names, root, Path(folder))
            checking(names, root)
            downloading(names, root, Path(folder), arguments.latency / 1e3)
        return
    warm = Recipe(name="warm", points_per_period=10, periods=2, trajectories=2, dynamical_noise=0.01)
    for name in names:
        for recipe in (warm, Recipe(name="warm", points_per_period=10, periods=2, trajectories=2)):
            series = Series(recipe, dysts.get_system(name))
            series.compute(0, 1)
    with tempfile.TemporaryDirectory() as folder:
        root, work = Path(folder) / "built", Path(folder) / "work"
        work.mkdir()
        sizes_and_seconds(names, root)
        opening(names, root, work)
        checking(names, root)
        downloading(names, root, work, arguments.latency / 1e3)


if __name__ == "__main__":
    main()
