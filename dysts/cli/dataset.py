"""``dysts dataset``: build, check, publish, download, verify, export and remove precomputed series."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dysts.cli.arguments import names
from dysts.cli.conventions import Commands, add_command, add_commands
from dysts.cli.terminal import json_text
from dysts.errors import StorageError, unknown_name
from dysts.threads import processors

_GROUPS = {
    "here": ("build", "check", "info", "export", "remove"),
    "between machines": ("publish", "download", "verify"),
}


def add_dataset_parser(known: Commands) -> None:
    """Add the command ``dataset`` and its own commands."""
    parser = add_command(known, "dataset", "build, publish, download, verify and export them")
    actions = add_commands(parser, _GROUPS)
    add_build_arguments(add_command(actions, "build", "compute what is missing into the cache folder, and check it"))

    check = add_command(actions, "check", "look for gaps, escapes, duplicates and overlaps in stored series")
    _common(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(command=check_command)

    publish = add_command(
        actions,
        "publish",
        "write a folder for a static host",
        examples=("dysts dataset publish site", "dysts dataset publish site test-fine --systems Lorenz,Rossler"),
    )
    publish.add_argument("folder", metavar="DIR")
    _common(publish, optional=True)
    publish.set_defaults(command=publish_command)

    download = add_command(
        actions,
        "download",
        "fetch published series into the cache folder",
        examples=("dysts dataset download test-fine --systems Lorenz --source https://example.org/series",),
    )
    _common(download)
    download.add_argument("--source", metavar="URL", help="base address (default: $DYSTS_SOURCE)")
    download.add_argument("--replace", action="store_true", help="also where a local build differs")
    download.set_defaults(command=download_command)

    verify = add_command(
        actions,
        "verify",
        "read everything and compare it with its hashes",
        examples=("dysts dataset verify test-fine", "dysts dataset verify all --source https://example.org/series"),
    )
    _common(verify)
    verify.add_argument("--source", metavar="URL", help="also compare with what is published there")
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.set_defaults(command=verify_command)

    info = add_command(
        actions,
        "info",
        "what is stored, or published, and its size",
        examples=("dysts dataset info", "dysts dataset info --source https://example.org/series --json"),
    )
    _common(info, optional=True)
    info.add_argument("--source", metavar="URL", help="tell what is published there")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.set_defaults(command=info_command)

    remove = add_command(actions, "remove", "delete series from the cache folder")
    _common(remove)
    remove.set_defaults(command=remove_command)

    export = add_command(
        actions,
        "export",
        "write CSV, Parquet or a Hugging Face folder",
        examples=("dysts dataset export test-fine --format parquet -o tables",),
    )
    _common(export)
    export.add_argument("--format", choices=("csv", "parquet", "huggingface"), required=True, help="what to write")
    export.add_argument("-o", "--output", required=True, metavar="DIR", help="where to write it")
    export.set_defaults(command=export_command)


def add_build_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a build."""
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
    from dysts.systems.registry import get_system, list_systems

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
    """Compute the missing series of data sets, and check them."""
    from dysts.checks import check_count
    from dysts.datasets.jobs import build_jobs, end_line, say

    workers = check_count("workers", arguments.workers)
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
            print(f"failed: {name} of {system}: {done.failures[name, system]}", file=sys.stderr)
        found = len(_print_findings(collection, built))
        findings += found
        seconds = sum(done.seconds[name, system] for system in built)
        print(
            f"{collection.folder}: {len(collection) - len(failed)} of {len(collection)} systems, {len(built)} built in "
            f"{seconds:.1f} s, {len(failed)} failed, {found} findings"
        )
    if len(collections) > 1:
        print(f"{len(done.seconds)} groups built in {wall:.1f} s with {workers} workers")
    return 1 if done.failures or findings else 0


def _print_findings(collection: Any, systems: list[str]) -> list[Any]:
    findings: list[Any] = collection.check(systems)
    for finding in findings:
        print(f"{collection.recipe.name}: {finding}")
    return findings


def check_command(arguments: argparse.Namespace) -> int:
    """Check stored series; the exit code is 1 if a check fails."""
    rows = []
    for collection in _collections(arguments):
        name = collection.recipe.name
        missing = collection.missing()
        present = [system for system in collection.systems if system not in missing]
        for system in missing:
            if (collection.folder / system).exists():
                print(f"{system}: {collection.problem(system)}", file=sys.stderr)
        found = collection.check(present) if arguments.json else _print_findings(collection, present)
        rows.append({"dataset": name, "checked": present, "missing": missing, "findings": found})
        if not arguments.json:
            print(f"{name}: {len(present)} systems checked, {len(found)} findings, {len(missing)} not stored")
    if arguments.json:
        print(json_text(rows))
    return 1 if any(row["findings"] for row in rows) else 0


def publish_command(arguments: argparse.Namespace) -> int:
    """Write a folder that a static host can serve."""
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
    """Download published series."""
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
    """Verify stored series; the exit code is 1 if one is damaged or differs from the published one."""
    rows = []
    for collection in _collections(arguments, source=arguments.source):
        catalogue = collection.catalogue() if arguments.source else None
        good: list[str] = []
        bad: dict[str, str] = {}
        for name in collection.systems:
            if arguments.systems or (collection.folder / name).exists():
                problem, readable = _problem(collection, name, catalogue)
                if readable:
                    good.append(name)
                if problem:
                    bad[name] = problem
                    if not arguments.json:
                        print(f"{name}: {problem}")
        if not arguments.json:
            print(f"{collection.recipe.name}: {len(good)} systems verified")
            if not good and not bad:
                print(f"nothing of {collection.recipe.name} is stored here: dysts dataset info", file=sys.stderr)
        rows.append({"dataset": collection.recipe.name, "verified": good, "problems": bad})
    if arguments.json:
        print(json_text(rows))
    return 1 if any(row["problems"] for row in rows) else 0


def _problem(collection: Any, name: str, catalogue: Any) -> tuple[str, bool]:
    """Return the fault of a stored system, if any, and whether its numbers agree with their hash."""
    from dysts.datasets.comparison import differences
    from dysts.datasets.group import OutdatedError
    from dysts.datasets.provenance import check_origin
    from dysts.datasets.verification import verify_group
    from dysts.systems.registry import get_system

    path, system = collection.folder / name, get_system(name)
    if not path.exists():
        return "not stored", False
    try:
        group = verify_group(path, recipe=collection.recipe, system=system)
    except StorageError as error:
        return str(error), False
    try:
        check_origin(group, path, system)
    except OutdatedError:
        pass
    except StorageError as error:
        return str(error), False
    if catalogue is None or name not in catalogue.systems:
        return "", True
    reasons = differences(group.attributes, catalogue.systems[name].attributes)
    return f"differs from the published one: {'; '.join(reasons)}" if reasons else "", True


def info_command(arguments: argparse.Namespace) -> int:
    """Print which data sets are stored or published."""
    if arguments.source:
        from dysts.datasets.source import Source

        published = sorted(_index(Source(arguments.source)).items())
        if arguments.json:
            print(json_text([{"dataset": name, **entry} for name, entry in published]))
            return 0
        for name, entry in published:
            print(f"{name:28} {entry.get('systems', 0):4} systems {entry.get('bytes', 0) / 1e6:9.1f} MB")
        return 0
    rows = [_stored(collection) for collection in _collections(arguments)]
    if arguments.json:
        print(json_text(rows))
        return 0
    for row in rows:
        print(
            f"{row['dataset']:28} {row['systems']:4} of {row['of']} systems {row['bytes'] / 1e6:9.1f} MB, "
            f"{row['downloaded']} downloaded"
        )
        each = f"{row['points']} points, {row['points_per_unit']} per {row['unit']}"
        print(f"  {row['trajectories']} trajectories of {each}")
    return 0


def _stored(collection: Any) -> dict[str, Any]:
    from dysts.datasets.store import origin_of

    paths = [collection.folder / name for name in collection.systems]
    present = [path for path in paths if path.exists()]
    recipe = collection.recipe
    return {
        "dataset": recipe.name,
        "systems": len(present),
        "of": len(paths),
        "bytes": sum(file.stat().st_size for path in present for file in path.rglob("*") if file.is_file()),
        "downloaded": sum(origin_of(path) is not None for path in present),
        "trajectories": recipe.trajectories,
        "points": recipe.points,
        "points_per_unit": recipe.points_per_unit,
        "unit": "period" if recipe.points_per_period else "Lyapunov time",
        "folder": str(collection.folder),
    }


def remove_command(arguments: argparse.Namespace) -> int:
    """Delete stored series."""
    from dysts.cache import temporary_folder

    for collection in _collections(arguments):
        count = 0
        for name in collection.systems:
            path = collection.folder / name
            if not path.exists():
                continue
            # Renamed in one step, so that no other process opens a half deleted group.
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
