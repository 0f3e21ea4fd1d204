"""``dysts dataset``: build, check, publish, download, verify, export and remove precomputed series."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from dysts.cli.arguments import add_registry
from dysts.cli.conventions import Commands, add_command, add_commands
from dysts.cli.dataset_choice import chosen_collections, published_index
from dysts.cli.dataset_upkeep import info_command, remove_command, verify_command
from dysts.cli.messages import end_line, say
from dysts.cli.terminal import json_text
from dysts.errors import StorageError, unknown_name
from dysts.workers.threads import processors

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
        "write a folder for a static host, a hub or an archive",
        examples=("dysts dataset publish site", "dysts dataset publish site test-fine --systems Lorenz,Rossler"),
    )
    publish.add_argument("folder", metavar="DIR")
    publish.add_argument("--address", metavar="URL", help="where the folder will be, for its metadata")
    publish.add_argument("--no-table", action="store_true", help="leave out the Parquet tables, which need pyarrow")
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
    add_registry(parser)


def build_command(arguments: argparse.Namespace) -> int:
    """Compute the missing series of data sets, and check them."""
    from dysts.checks import check_count
    from dysts.datasets.jobs import build_jobs

    workers = check_count("workers", arguments.workers)
    collections = list(chosen_collections(arguments))
    jobs = []
    for collection in collections:
        missing = collection.missing()
        collection.tell_what_goes(missing)
        jobs += collection.jobs(missing)
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
    for collection in chosen_collections(arguments):
        name = collection.recipe.name
        missing = collection.missing()
        present = [system for system in collection.systems if system not in missing]
        for system in missing:
            if collection.path(system).exists():
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
    from dysts.datasets.hub_files import write_hub_files
    from dysts.datasets.publish import publish

    chosen = bool(arguments.datasets)
    published = 0
    for collection in chosen_collections(arguments):
        missing = collection.missing()
        if missing and not chosen and len(missing) == len(collection):
            continue
        if missing:
            raise StorageError(
                f"{collection.recipe.name} lacks {len(missing)} systems, such as {missing[0]}; "
                f"run: dysts dataset build {collection.recipe.name}, or name the --systems to publish"
            )
        replaced = Path(arguments.folder) / collection.recipe.name
        if replaced.exists():
            held = sum(path.is_dir() for path in replaced.iterdir())
            print(f"{replaced}: replaces the {held} systems that were published there", file=sys.stderr)
        catalogue = publish(
            collection.recipe,
            collection.systems,
            collection.folder,
            Path(arguments.folder),
            registry=collection.registry,
            table=not arguments.no_table,
            report=say,
        )
        end_line()
        print(
            f"{arguments.folder}/{collection.recipe.name}: {len(catalogue.systems)} systems, "
            f"{catalogue.everything.bytes / 1e6:.1f} MB in one file"
        )
        published += 1
    if not published:
        raise StorageError("nothing is stored that could be published; run: dysts dataset build all")
    print(f"{arguments.folder}: {', '.join(write_hub_files(arguments.folder, address=arguments.address))}")
    return 0


def download_command(arguments: argparse.Namespace) -> int:
    """Download published series."""
    from dysts.datasets.comparison import differences

    for collection in chosen_collections(arguments, source=_source(arguments)):
        catalogue = collection.catalogue()
        if catalogue is None:
            raise unknown_name(
                f"data set at {collection.source.base}", collection.recipe.name, published_index(collection.source)
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


def export_command(arguments: argparse.Namespace) -> int:
    """Write a data set for other programs."""
    from dysts.datasets.conversions import WRITERS
    from dysts.datasets.source import default_source

    collections = list(chosen_collections(arguments, source=default_source()))
    for collection in collections:
        output = Path(arguments.output) if len(collections) == 1 else Path(arguments.output) / collection.recipe.name
        collection.fetch(collection.missing())
        WRITERS[arguments.format](collection, output)
        print(f"{output}: {len(collection)} systems of {collection.recipe.name}")
    return 0
