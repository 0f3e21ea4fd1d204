"""The command ``dysts-benchmark``."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.contract import add_check, check_command
from benchmark.listing import completed_words, list_command, suites_text
from benchmark.running.processes import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT, MOST_WORKERS
from benchmark.running.requirements import check_installed
from benchmark.tasks.named_suites import get_suite
from dysts.cli.arguments import add_registry, names
from dysts.cli.completion import add_completion
from dysts.cli.conventions import (
    EXIT_DONE,
    Commands,
    Parser,
    add_command,
    add_commands,
    examples_text,
    exit_codes_text,
    run_command,
)
from dysts.cli.terminal import json_text
from dysts.errors import unknown_name
from dysts.version import __version__

if TYPE_CHECKING:
    from benchmark.running.processes import Scheduler

_GROUPS = {
    "running": ("run", "check", "status", "list", "rescore", "merge"),
    "results": ("leaderboard", "compare", "report", "export"),
}

_RUN_EXAMPLES = (
    "dysts-benchmark run",
    "dysts-benchmark run quick --systems Lorenz,Rossler --forecasters NVAR,ESN",
    "dysts-benchmark run quick --forecasters NVAR,my_models:Wavelets -o mine",
)

_RUN_NOTES = """\
The same command goes on where it stopped: a finished cell is not run twice, but
for those of a forecaster whose code has changed.
A forecaster of your own is module:factory, where
factory(preset=..., season_length=..., seed=...) returns an object with
fit(series) and predict(horizon).
"""

_EXAMPLES = (
    "dysts-benchmark run quick",
    "dysts-benchmark run my-suite.toml --scheduler tcp://login-node:8786",
    "dysts-benchmark status benchmark-results/quick",
    "dysts-benchmark leaderboard benchmark-results/quick",
    "dysts-benchmark compare benchmark-results/quick --score smape",
    "dysts-benchmark report benchmark-results/quick -o report",
    "dysts-benchmark merge machine-1 machine-2 -o together",
)

_EXIT_CODES = exit_codes_text(
    done="done, even if some cells failed: they are rows, and they count",
    in_part="check: a property on which the benchmark relies does not hold",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the name of the program; those of the process by default.

    Returns
    -------
    int
        Exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)

    def command() -> int:
        options = _parser().parse_args(given)
        check_installed()
        return _COMMANDS[options.command](options)

    return run_command("dysts-benchmark", command, interrupted=f"interrupted{_how_to_go_on(given)}")


def _run(options: argparse.Namespace) -> int:
    from benchmark.comparison.leaderboard import leaderboard
    from benchmark.comparison.leaderboard_text import leaderboard_text
    from benchmark.comparison.shared_cells import notes_text
    from benchmark.runner import run

    # As for python -m: a forecaster of one's own may lie in the current folder.
    if any(":" in name for name in options.forecasters or ()) and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    suite = get_suite(options.suite)
    folder = Path(options.output or Path("benchmark-results") / suite.name)
    results = run(
        suite,
        systems=names(options.systems),
        forecasters=names(options.forecasters),
        trajectories=options.trajectories,
        seed=options.seed,
        output=folder,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        again=names(options.again) or (),
        progress=not options.quiet,
        scheduler=_cluster(options),
        registry=options.registry,
    )
    print(leaderboard_text(leaderboard(results), notes=notes_text(results.table)))
    print(_failures(results.table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_DONE


def _cluster(options: argparse.Namespace) -> "Scheduler | None":
    if options.scheduler is None:
        return None
    from benchmark.running.cluster import DaskCluster

    return DaskCluster(options.scheduler, time_limit=options.time_limit, memory_limit_mb=options.memory_limit_mb)


def _leaderboard(options: argparse.Namespace) -> int:
    from benchmark.comparison.leaderboard import leaderboard
    from benchmark.comparison.leaderboard_text import leaderboard_text
    from benchmark.comparison.shared_cells import notes_text
    from benchmark.results.reading import Results
    from benchmark.schema import COLUMNS

    results = Results.load(options.folder)
    if options.by is not None:
        if options.by not in COLUMNS:
            raise unknown_name("column", options.by, COLUMNS)
        parts = [(value, rows, leaderboard(rows)) for value, rows in results.table.groupby(options.by, sort=True)]
        if options.json:
            print(
                json_text([{options.by: value, "leaderboard": board.to_dict("records")} for value, _, board in parts])
            )
            return EXIT_DONE
        for value, rows, board in parts:
            print(f"{options.by} = {value}")
            print(leaderboard_text(board, notes=notes_text(rows)) + "\n")
        return EXIT_DONE
    board = leaderboard(results)
    if options.json:
        print(json_text({"leaderboard": board.to_dict("records"), "cells_missing": results.missing}))
        return EXIT_DONE
    if options.csv:
        print(board.to_csv(index=False, lineterminator="\n"), end="")
        return EXIT_DONE
    print(leaderboard_text(board, notes=notes_text(results.table)))
    print(_failures(results.table["status"].tolist()))
    if results.missing:
        print(f"{results.missing} of {len(results.manifest['cells'])} cells have not been run yet")
    return EXIT_DONE


def _report(options: argparse.Namespace) -> int:
    from dysts.plotting.style import matplotlib

    matplotlib()
    from benchmark.report import write_report
    from benchmark.results.reading import Results

    path = write_report(
        Results.load(options.folder), options.output, report=lambda line: print(line, file=sys.stderr, flush=True)
    )
    print(f"report: {path}")
    return EXIT_DONE


def _compare(options: argparse.Namespace) -> int:
    from benchmark.comparison.comparison_text import comparison_tables, comparison_text
    from benchmark.results.error_curves import error_curves
    from benchmark.results.reading import Results
    from benchmark.scoring.table import LYAPUNOV_TIMES

    results = Results.load(options.folder)
    curves = error_curves(results, LYAPUNOV_TIMES) if options.over_time else None
    # Without any Lyapunov time the valid times are those in periods.
    score = options.score or ("vpt" if results.table["vpt"].notna().any() else "vpt_periods")
    if options.json:
        print(json_text(comparison_tables(results.table, score, curves=curves, registry=results.registry)))
    else:
        print(comparison_text(results.table, score, curves=curves, registry=results.registry))
    return EXIT_DONE


def _status(options: argparse.Namespace) -> int:
    from benchmark.results.status import status

    found = status(options.folder)
    print(json_text(found) if options.json else found.text())
    return EXIT_DONE


def _rescore(options: argparse.Namespace) -> int:
    if options.folder.endswith(".parquet"):
        return _rescore_table(options.folder)
    from benchmark.results.rescoring import rescore

    results, changed = rescore(options.folder)
    print(f"{changed} of {len(results.table)} rows have new scores; no forecaster was run")
    return EXIT_DONE


def _rescore_table(path: str) -> int:
    from benchmark.export import exported_manifest, read_export, write_export
    from benchmark.results.rescoring_tables import rescored_table

    table, changed = rescored_table(read_export(path))
    write_export(table, exported_manifest(path), path)
    print(f"{changed} of {len(table)} rows of {path} have new scores; no forecast was needed")
    return EXIT_DONE


def _export(options: argparse.Namespace) -> int:
    from benchmark.export import export
    from benchmark.results.reading import Results

    path = export(Results.load(options.folder), options.output)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return EXIT_DONE


def _merge(options: argparse.Namespace) -> int:
    from benchmark.results.merging import merge

    results = merge(options.folders, options.output)
    left = f", {results.missing} have not been run yet" if results.missing else ""
    print(f"{len(results.table)} cells in {options.output}{left}")
    return EXIT_DONE


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": check_command,
    "report": _report,
    "leaderboard": _leaderboard,
    "compare": _compare,
    "status": _status,
    "list": list_command,
    "rescore": _rescore,
    "export": _export,
    "merge": _merge,
}


def _how_to_go_on(given: Sequence[str]) -> str:
    if given[:1] != ["run"]:
        return ""
    return f"; the finished cells are kept, go on with: {shlex.join(['dysts-benchmark', *given])}"


def _failures(statuses: Sequence[str]) -> str:
    counts = {
        status: statuses.count(status) for status in dict.fromkeys(statuses) if status not in ("ok", "unavailable")
    }
    missing = statuses.count("unavailable")
    told = f"; {missing} cells of references do not exist for their data" if missing else ""
    if not counts:
        return f"all {len(statuses) - missing} cells ended with a forecast{told}"
    listed = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items())
    return (
        f"{sum(counts.values())} of {len(statuses) - missing} cells have no forecast ({listed}) and count with the "
        f"worst scores; results.csv has the errors{told}"
    )


def _parser() -> Parser:
    parser = Parser(
        prog="dysts-benchmark",
        description="Run forecasters on chaotic systems and compare them in Lyapunov times.",
        epilog=f"{examples_text(_EXAMPLES)}\n\n{_EXIT_CODES}\n\n"
        "dysts-benchmark COMMAND --help tells more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"dysts-benchmark {__version__}")
    add_completion(parser, completed_words())
    commands = add_commands(parser, _GROUPS, dest="command")
    _add_run(commands)
    add_check(commands)
    report = commands.add_parser(
        "report",
        help="write a folder of pages about a results folder",
        description="Write a folder of pages about a results folder; it opens from disk.",
        allow_abbrev=False,
    )
    report.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    report.add_argument(
        "-o", "--output", default="report", metavar="FOLDER", help="folder to write (default: %(default)s)"
    )
    board = _add_folder_command(
        commands,
        "leaderboard",
        "print the leaderboard of a results folder, finished or not",
        json=True,
        examples=("--by measurement_noise", "--json"),
    )
    board.add_argument("--csv", action="store_true", help="print all columns as CSV")
    board.add_argument("--by", metavar="COLUMN", help="one leaderboard for each value, such as measurement_noise")
    compare = _add_folder_command(
        commands,
        "compare",
        "print how far the differences between forecasters can be trusted",
        json=True,
        examples=("--score smape",),
    )
    compare.add_argument("--score", metavar="SCORE", help="what is compared (default: vpt, or vpt_periods without it)")
    compare.add_argument(
        "--over-time",
        action="store_true",
        help="correlate errors with invariants at Lyapunov times",
    )
    _add_folder_command(commands, "status", "print how far a run is", json=True)
    _add_folder_command(commands, "rescore", "score the stored forecasts again, without running forecasters")
    export = _add_folder_command(
        commands, "export", "write the table as one small Parquet file", examples=("-o quick.parquet",)
    )
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write")
    merge = add_command(
        commands,
        "merge",
        "put results of several machines into a new folder",
        examples=("dysts-benchmark merge machine-1 machine-2 -o together",),
    )
    merge.add_argument("folders", nargs="+", metavar="FOLDER", help="results folders")
    merge.add_argument("-o", "--output", required=True, metavar="FOLDER", help="new results folder")
    listing = add_command(commands, "list", "names of the suites and forecasters")
    listing.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_folder_command(
    commands: Commands, name: str, purpose: str, *, json: bool = False, examples: Sequence[str] = ("",)
) -> Parser:
    whole = [f"dysts-benchmark {name} benchmark-results/quick {example}".rstrip() for example in examples]
    parser = add_command(commands, name, purpose, examples=whole)
    parser.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_run(commands: Commands) -> None:
    run = add_command(commands, "run", "run a suite, or go on with it, and print the leaderboard")
    run.epilog = f"suites:\n{suites_text()}\n\n{examples_text(_RUN_EXAMPLES)}\n\n{_RUN_NOTES}"
    run.add_argument(
        "suite",
        nargs="?",
        default="quick",
        metavar="SUITE",
        help="one of those below, or a file *.toml or *.json (default: quick)",
    )
    what = run.add_argument_group("what to run, in place of what the suite names")
    what.add_argument("--systems", nargs="+", metavar="A,B", help="systems (all: dysts list)")
    add_registry(what)
    what.add_argument("--forecasters", nargs="+", metavar="A,B", help="forecasters, or module:factory")
    what.add_argument("--trajectories", type=int, metavar="N", help="trajectories of each system")
    what.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every forecaster (default: 0)")
    how = run.add_argument_group("how to run it")
    how.add_argument("-o", "--output", metavar="FOLDER", help="results folder (default: benchmark-results/SUITE)")
    how.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help=f"worker processes, one thread each (default: one per core, at most {MOST_WORKERS})",
    )
    how.add_argument(
        "--time-limit",
        type=float,
        default=DEFAULT_TIME_LIMIT,
        metavar="S",
        help="seconds after which a cell is stopped (default: %(default)g)",
    )
    how.add_argument(
        "--memory-limit-mb",
        type=int,
        default=DEFAULT_MEMORY_LIMIT_MB,
        metavar="MB",
        help="memory of a worker; 0 for no limit (default: %(default)d)",
    )
    how.add_argument("--scheduler", metavar="ADDRESS", help="run on this dask.distributed cluster")
    how.add_argument("--retry-failed", action="store_true", help="run cells again that have no forecast")
    how.add_argument("--again", nargs="+", metavar="A,B", help="run the cells of these forecasters again")
    how.add_argument("--quiet", action="store_true", help="no progress on stderr")


if __name__ == "__main__":
    sys.exit(main())
