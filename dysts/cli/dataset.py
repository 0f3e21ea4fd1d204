"""``dysts dataset``: build, check, publish, download, verify, export and remove precomputed series."""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dysts.cli.arguments import names
from dysts.errors import StorageError, unknown_name
from dysts.solution import processors


def add_dataset_parser(subparsers: Any) -> None:
    """Add the command ``dataset`` and its own commands."""
    parser = subparsers.add_parser("dataset", help="precomputed series: build, publish, download, verify, export")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_build_arguments(actions.add_parser("build", help="compute what is missing into the cache folder, and check it"))

    check = actions.add_parser("check", help="look for gaps, escapes, duplicates and overlaps in stored series")
    _common(check)
    check.set_defaults(command=check_command)

    publish = actions.add_parser("publish", help="write a folder for a static host")
    publish.add_argument("folder", metavar="DIR")
    _common(publish, optional=True)
    publish.set_defaults(command=publish_command)

    download = actions.add_parser("download", help="fetch published series into the cache folder")
    _common(download)
    download.add_argument("--source", metavar="URL", help="base address (default: $DYSTS_SOURCE)")
    download.add_argument("--replace", action="store_true", help="also where a local build differs")
    download.set_defaults(command=download_command)

    verify = actions.add_parser("verify", help="read everything and compare it with its hashes")
    _common(verify)
    verify.add_argument("--source", metavar="URL", help="also compare with what is published there")
    verify.set_defaults(command=verify_command)

    info = actions.add_parser("info", help="what is stored, or published, and its size")
    _common(info, optional=True)
    info.add_argument("--source", metavar="URL", help="tell what is published there")
    info.set_defaults(command=info_command)

    remove = actions.add_parser("remove", help="delete series from the cache folder")
    _common(remove)
    remove.set_defaults(command=remove_command)

    export = actions.add_parser("export", help="write CSV, Parquet or a Hugging Face folder")
    _common(export)
    export.add_argument("--format", choices=("csv", "parquet", "huggingface"), required=True)
    export.add_argument("-o", "--output", required=True, metavar="DIR")
    export.set_defaults(command=export_command)


def add_build_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a build can be told."""
    _common(parser)
    parser.add_argument(
        "--workers", type=int, default=processors(), metavar="N", help="processes (default: one per processor)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a dask scheduler to compute on instead")
    parser.set_defaults(command=build_command)


def _common(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "datasets",
        metavar="DATASET",
        nargs="*" if optional else "+",
        help="such as test-fine, test-fine-float32, mine.toml:NAME, or all" + (" (default: all)" if optional else ""),
    )
    parser.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")


def _collections(arguments: argparse.Namespace, *, source: str | None = None) -> Iterator[Any]:
    from dysts.datasets.collection import Collection, dataset_folder
    from dysts.datasets.named_recipes import STANDARD, get_recipe
    from dysts.datasets.source import Source
    from dysts.registry import get_system, list_systems

    systems = names(arguments.systems) or list_systems()
    for name in systems:
        get_system(name)
    wanted: dict[str, None] = {}
    for name in arguments.datasets or ["all"]:
        wanted |= dict.fromkeys(STANDARD if name == "all" else [name])
    recipes = [get_recipe(name) for name in wanted]
    for recipe in recipes:
        yield Collection(recipe, systems, dataset_folder(recipe), source=Source(source) if source else None)


def build_command(arguments: argparse.Namespace) -> int:
    """Compute what is missing of data sets, and check it."""
    from dysts.clocks import check_count
    from dysts.datasets.jobs import build_jobs, end_line, say

    workers = check_count(arguments.workers, "workers")
    collections = list(_collections(arguments))
    jobs = [job for collection in collections for job in collection.jobs(collection.missing())]
    begin = time.monotonic()
    done = build_jobs(jobs, workers=workers, scheduler=arguments.scheduler, report=say)
    end_line()
    wall = time.monotonic() - begin
    findings = 0
    for collection in collections:
        name = collection.recipe.name
        failed = [system for system in collection.systems if (name, system) in done.failures]
        built = [system for system in collection.systems if (name, system) in done.seconds]
        for system in failed:
            print(f"failed: {name} of {system}: {done.failures[name, system]}")
        found = _findings(collection, built)
        findings += found
        seconds = sum(done.seconds[name, system] for system in built)
        print(
            f"{collection.folder}: {len(collection) - len(failed)} of {len(collection)} systems, {len(built)} built in "
            f"{seconds:.1f} s, {len(failed)} failed, {found} findings"
        )
    if len(collections) > 1:
        print(f"{len(done.seconds)} groups built in {wall:.1f} s with {workers} workers")
    return 1 if done.failures or findings else 0


def _findings(collection: Any, systems: list[str]) -> int:
    """Check systems, print what is found, and count it."""
    findings = collection.check(systems)
    for finding in findings:
        print(f"{collection.recipe.name}: {finding}")
    return len(findings)


def check_command(arguments: argparse.Namespace) -> int:
    """Check stored series; the status is 1 if something is found."""
    total = 0
    for collection in _collections(arguments):
        missing = collection.missing()
        present = [name for name in collection.systems if name not in missing]
        found = _findings(collection, present)
        print(f"{collection.recipe.name}: {len(present)} systems checked, {found} findings, {len(missing)} not stored")
        total += found
    return 1 if total else 0


def publish_command(arguments: argparse.Namespace) -> int:
    """Write a folder for a static host."""
    from dysts.datasets.jobs import end_line, say
    from dysts.datasets.publish import publish

    chosen = bool(arguments.datasets)
    published = 0
    for collection in _collections(arguments):
        missing = collection.missing()
        if missing and not chosen and len(missing) == len(collection):
            continue
        if missing:
            raise StorageError(
                f"{collection.recipe.name} lacks {len(missing)} systems, such as {missing[0]}; "
                f"run: dysts dataset build {collection.recipe.name}, or name the --systems to publish"
            )
        catalogue = publish(
            collection.recipe, collection.systems, collection.folder, Path(arguments.folder), report=say
        )
        end_line()
        print(
            f"{arguments.folder}/{collection.recipe.name}: {len(catalogue.systems)} systems, "
            f"{catalogue.everything.bytes / 1e6:.1f} MB in one file"
        )
        published += 1
    if not published:
        raise StorageError("nothing is stored that could be published; run: dysts dataset build all")
    return 0


def download_command(arguments: argparse.Namespace) -> int:
    """Fetch published series."""
    from dysts.datasets.comparison import differences
    from dysts.datasets.jobs import end_line

    for collection in _collections(arguments, source=_source(arguments)):
        catalogue = collection.catalogue()
        if catalogue is None:
            raise unknown_name(
                f"data set at {collection.source.base}", collection.recipe.name, _index(collection.source)
            )
        wanted = [name for name in collection.systems if name in catalogue.systems]
        if arguments.systems:
            for name in collection.systems:
                if name not in catalogue.systems:
                    raise unknown_name(f"system in the published {collection.recipe.name}", name, catalogue.systems)
        fetched = []
        for name in wanted:
            here = collection.stored(name)
            reasons = [] if here is None else differences(here.attrs, catalogue.systems[name].attributes)
            if here is not None and not arguments.replace:
                if reasons:
                    print(f"{name}: kept as built here; it differs from the published one: {'; '.join(reasons)}")
                continue
            if here is None or reasons:
                fetched.append(name)
        collection.fetch(fetched)
        end_line()
        print(f"{collection.folder}: {len(fetched)} of {len(wanted)} systems of {collection.recipe.name} downloaded")
    return 0


def _source(arguments: argparse.Namespace) -> str:
    from dysts.datasets.source import ENVIRONMENT_VARIABLE, default_source

    source = arguments.source or default_source()
    if source is None:
        raise StorageError(
            f"no source is configured: give --source URL or set {ENVIRONMENT_VARIABLE}; without one, "
            "dysts dataset build computes the same series here"
        )
    return str(source)


def _index(source: Any) -> dict[str, Any]:
    from dysts.datasets.catalogue import read_index

    return read_index(source)


def verify_command(arguments: argparse.Namespace) -> int:
    """Verify stored series; the status is 1 if one is damaged or differs from the published one."""
    from dysts.datasets.comparison import differences
    from dysts.datasets.store import open_group, verify_group

    bad = 0
    for collection in _collections(arguments, source=arguments.source):
        catalogue = collection.catalogue() if arguments.source else None
        good = 0
        for name in collection.systems:
            path = collection.folder / name
            if not path.exists():
                if arguments.systems:
                    print(f"{name}: not stored")
                    bad += 1
                continue
            try:
                verify_group(path)
            except StorageError as error:
                print(f"{name}: {error}")
                bad += 1
                continue
            good += 1
            if catalogue is not None and name in catalogue.systems:
                reasons = differences(open_group(path).attrs, catalogue.systems[name].attributes)
                if reasons:
                    print(f"{name}: differs from the published one: {'; '.join(reasons)}")
                    bad += 1
        print(f"{collection.recipe.name}: {good} systems verified")
    return 1 if bad else 0


def info_command(arguments: argparse.Namespace) -> int:
    """Say what is stored or published."""
    if arguments.source:
        from dysts.datasets.source import Source

        for name, entry in sorted(_index(Source(arguments.source)).items()):
            print(f"{name:28} {entry.get('systems', 0):4} systems {entry.get('bytes', 0) / 1e6:9.1f} MB")
        return 0
    from dysts.datasets.collection import origin_of

    for collection in _collections(arguments):
        paths = [collection.folder / name for name in collection.systems]
        present = [path for path in paths if path.exists()]
        size = sum(file.stat().st_size for path in present for file in path.rglob("*") if file.is_file())
        downloaded = sum(origin_of(path) is not None for path in present)
        recipe = collection.recipe
        unit = "period" if recipe.points_per_period else "Lyapunov time"
        print(
            f"{recipe.name:28} {len(present):4} of {len(paths)} systems {size / 1e6:9.1f} MB, {downloaded} downloaded; "
            f"{recipe.trajectories} trajectories of {recipe.points} points, {recipe.points_per_unit} per {unit}"
        )
    return 0


def remove_command(arguments: argparse.Namespace) -> int:
    """Delete stored series."""
    from dysts.datasets.store import temporary_folder

    for collection in _collections(arguments):
        count = 0
        for name in collection.systems:
            path = collection.folder / name
            if not path.exists():
                continue
            # Out of sight in one step, so that nobody opens what is half deleted.
            with temporary_folder(path) as hidden:
                os.rename(path, hidden / "removed")
            count += 1
        print(f"{collection.folder}: {count} systems removed")
    return 0


def export_command(arguments: argparse.Namespace) -> int:
    """Write a data set for other programs."""
    from dysts.datasets.conversions import WRITERS
    from dysts.datasets.source import default_source

    collections = list(_collections(arguments, source=default_source()))
    for collection in collections:
        output = Path(arguments.output) if len(collections) == 1 else Path(arguments.output) / collection.recipe.name
        collection.fetch(collection.missing())
        WRITERS[arguments.format](collection, output)
        print(f"{output}: {len(collection)} systems of {collection.recipe.name}")
    return 0
