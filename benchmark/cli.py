"""The command ``dysts-benchmark``."""

import argparse
import io
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from benchmark.processes import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT, MOST_WORKERS
from benchmark.requirements import check_installed
from benchmark.suites import describe_suite, get_suite, list_suites
from dysts.errors import DystsError, unknown_name

if TYPE_CHECKING:
    from benchmark.processes import Scheduler

EXIT_OK = 0
EXIT_MISTAKE = 2
EXIT_INTERRUPTED = 130

_RUN_EXAMPLES = """\
examples:
  dysts-benchmark run
  dysts-benchmark run quick --systems Lorenz,Rossler --forecasters NVAR,ESN
  dysts-benchmark run quick --forecasters NVAR,my_models:Wavelets -o mine

The same command goes on where it stopped: a finished cell is never run twice.
A forecaster of your own is module:factory, where
factory(preset=..., season_length=..., seed=...) returns an object with
fit(series) and predict(horizon).
"""

_EXAMPLES = """\
examples:
  dysts-benchmark run quick
  dysts-benchmark run my-suite.toml --scheduler tcp://login-node:8786
  dysts-benchmark status benchmark-results/quick
  dysts-benchmark leaderboard benchmark-results/quick
  dysts-benchmark compare benchmark-results/quick --score smape
  dysts-benchmark rescore benchmark-results/quick
  dysts-benchmark export benchmark-results/quick -o quick.parquet
  dysts-benchmark merge machine-1 machine-2 -o together
  dysts-benchmark report benchmark-results/quick -o report

exit codes:
  0    done, even if some cells failed: they are rows, and they count
  2    a mistake in the command, or a file that cannot be used
  130  interrupted
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_MISTAKE, f"dysts-benchmark: error: {message} (see {self.prog} --help)\n")


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        check_installed()
        return _COMMANDS[options.command](options)
    except KeyboardInterrupt:
        sys.stderr.write(f"\ninterrupted{_how_to_go_on(options, arguments)}\n")
        return EXIT_INTERRUPTED
    except DystsError as error:
        sys.stderr.write(f"dysts-benchmark: error: {error}\n")
        return EXIT_MISTAKE
    except BrokenPipeError:
        # The reader of a pipe has seen enough; a second attempt to flush would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK


def _run(options: argparse.Namespace) -> int:
    from benchmark.comparison import leaderboard, leaderboard_text
    from benchmark.runner import run

    # As for python -m: a forecaster of one's own may lie in the current folder.
    if any(":" in name for name in options.forecasters or ()) and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    suite = get_suite(options.suite)
    folder = Path(options.output or Path("benchmark-results") / suite.name)
    results = run(
        suite,
        systems=_names(options.systems),
        forecasters=_names(options.forecasters),
        trajectories=options.trajectories,
        seed=options.seed,
        output=folder,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        progress=not options.quiet,
        scheduler=_cluster(options),
    )
    print(leaderboard_text(leaderboard(results)))
    print(_failures(results.table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_OK


def _cluster(options: argparse.Namespace) -> "Scheduler | None":
    if options.scheduler is None:
        return None
    from benchmark.cluster import DaskCluster

    return DaskCluster(options.scheduler, time_limit=options.time_limit, memory_limit_mb=options.memory_limit_mb)


def _leaderboard(options: argparse.Namespace) -> int:
    from benchmark.comparison import leaderboard, leaderboard_text
    from benchmark.results import Results
    from benchmark.schema import COLUMNS

    results = Results.load(options.folder)
    if options.by is not None:
        if options.by not in COLUMNS:
            raise unknown_name("column", options.by, COLUMNS)
        for value, rows in results.table.groupby(options.by, sort=True):
            print(f"{options.by} = {value}")
            print(leaderboard_text(leaderboard(rows)) + "\n")
        return EXIT_OK
    board = leaderboard(results)
    if options.csv:
        print(board.to_csv(index=False, lineterminator="\n"), end="")
        return EXIT_OK
    print(leaderboard_text(board))
    print(_failures(results.table["status"].tolist()))
    if results.missing:
        print(f"{results.missing} of {len(results.manifest['cells'])} cells have not been run yet")
    return EXIT_OK


def _report(options: argparse.Namespace) -> int:
    from benchmark.report import write_report
    from benchmark.results import Results

    path = write_report(
        Results.load(options.folder), options.output, report=lambda line: print(line, file=sys.stderr, flush=True)
    )
    print(f"report: {path}")
    return EXIT_OK


def _compare(options: argparse.Namespace) -> int:
    from benchmark.comparison_text import comparison_text
    from benchmark.curves import error_curves
    from benchmark.results import Results
    from benchmark.scores import LYAPUNOV_TIMES

    results = Results.load(options.folder)
    curves = error_curves(results, LYAPUNOV_TIMES) if options.over_time else None
    print(comparison_text(results.table, options.score, curves=curves))
    return EXIT_OK


def _status(options: argparse.Namespace) -> int:
    from benchmark.status import status

    print(status(options.folder).text())
    return EXIT_OK


def _rescore(options: argparse.Namespace) -> int:
    from benchmark.rescoring import rescore

    results, changed = rescore(options.folder)
    print(f"{changed} of {len(results.table)} rows have new scores; no forecaster was run")
    return EXIT_OK


def _export(options: argparse.Namespace) -> int:
    from benchmark.export import export
    from benchmark.results import Results

    path = export(Results.load(options.folder), options.output)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return EXIT_OK


def _merge(options: argparse.Namespace) -> int:
    from benchmark.merging import merge

    results = merge(options.folders, options.output)
    left = f", {results.missing} have not been run yet" if results.missing else ""
    print(f"{len(results.table)} cells in {options.output}{left}")
    return EXIT_OK


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "report": _report,
    "leaderboard": _leaderboard,
    "compare": _compare,
    "status": _status,
    "rescore": _rescore,
    "export": _export,
    "merge": _merge,
}


def _names(given: Sequence[str] | None) -> list[str] | None:
    # Names may be separated by spaces or by commas, as in the command dysts.
    return None if given is None else [name for text in given for name in text.split(",") if name]


def _how_to_go_on(options: argparse.Namespace, arguments: Sequence[str] | None) -> str:
    if options.command != "run":
        return ""
    command = shlex.join(["dysts-benchmark", *(sys.argv[1:] if arguments is None else arguments)])
    return f"; the finished cells are kept, go on with: {command}"


def _failures(statuses: Sequence[str]) -> str:
    counts = {
        status: statuses.count(status) for status in dict.fromkeys(statuses) if status not in ("ok", "unavailable")
    }
    if not counts:
        return f"all {len(statuses)} cells ended with a forecast"
    listed = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items())
    return (
        f"{sum(counts.values())} of {len(statuses)} cells have no forecast ({listed}) and count with the "
        "worst scores; results.csv has the errors"
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="dysts-benchmark",
        description="Run forecasters on chaotic systems and compare them in Lyapunov times.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run(commands)
    report = commands.add_parser(
        "report",
        help="write a folder of pages about a results folder",
        description="Write a folder of HTML pages about a results folder, which opens from disk without a server.",
        allow_abbrev=False,
    )
    report.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    report.add_argument(
        "-o", "--output", default="report", metavar="FOLDER", help="folder to write (default: %(default)s)"
    )
    board = commands.add_parser(
        "leaderboard",
        help="print the leaderboard of a results folder",
        description="Print the leaderboard of a results folder, finished or not.",
        allow_abbrev=False,
    )
    board.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    board.add_argument("--csv", action="store_true", help="print all columns as CSV")
    board.add_argument("--by", metavar="COLUMN", help="one leaderboard for each value, such as measurement_noise")
    compare = _add_folder_command(
        commands, "compare", "print how far the differences between forecasters can be trusted"
    )
    compare.add_argument("--score", default="vpt", metavar="SCORE", help="what is compared (default: %(default)s)")
    compare.add_argument(
        "--over-time",
        action="store_true",
        help="correlate errors with invariants at Lyapunov times",
    )
    _add_folder_command(commands, "status", "print how far a run is")
    _add_folder_command(commands, "rescore", "score the stored forecasts again, without running forecasters")
    export = _add_folder_command(commands, "export", "write the table as one small Parquet file")
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write")
    merge = commands.add_parser(
        "merge",
        help="put results of several machines together",
        description="Put results of several machines into a new folder.",
        allow_abbrev=False,
    )
    merge.add_argument("folders", nargs="+", metavar="FOLDER", help="results folders")
    merge.add_argument("-o", "--output", required=True, metavar="FOLDER", help="new results folder")
    return parser


def _add_folder_command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, purpose: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", allow_abbrev=False
    )
    parser.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    return parser


def _add_run(commands: "argparse._SubParsersAction[_Parser]") -> None:
    run = commands.add_parser(
        "run",
        help="run a suite, or go on with it",
        description="Run a suite, or go on with it, and print the leaderboard.",
        epilog=_RUN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    suites = "; ".join(f"{name}: {describe_suite(name)}" for name in list_suites())
    run.add_argument(
        "suite",
        nargs="?",
        default="quick",
        metavar="SUITE",
        help=f"a file *.toml or *.json, or one of these: {suites} (default: quick)".replace("%", "%%"),
    )
    what = run.add_argument_group("what to run, in place of what the suite names")
    what.add_argument("--systems", nargs="+", metavar="A,B", help="systems (all: dysts list)")
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
    how.add_argument("--quiet", action="store_true", help="no progress on stderr")


if __name__ == "__main__":
    sys.exit(main())
