"""The command ``dysts-benchmark``."""

import argparse
import io
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from benchmark.processes import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT, MOST_WORKERS
from benchmark.requirements import check_installed
from benchmark.suites import describe_suite, get_suite, list_suites
from dysts.errors import DystsError

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
  dysts-benchmark leaderboard benchmark-results/quick
  dysts-benchmark report benchmark-results/quick -o report.html

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
        if options.command == "run":
            return _run(options)
        if options.command == "report":
            return _report(options)
        return _leaderboard(options)
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
    )
    print(leaderboard_text(leaderboard(results)))
    print(_failures(results.table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_OK


def _leaderboard(options: argparse.Namespace) -> int:
    from benchmark.comparison import leaderboard, leaderboard_text
    from benchmark.results import Results

    results = Results.load(options.folder)
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

    path = write_report(Results.load(options.folder), options.output)
    print(f"report: {path}")
    return EXIT_OK


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
        help="write one HTML page of a results folder",
        description="Write one self-contained HTML page of a results folder.",
        allow_abbrev=False,
    )
    report.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    report.add_argument(
        "-o", "--output", default="report.html", metavar="FILE", help="page to write (default: %(default)s)"
    )
    board = commands.add_parser(
        "leaderboard",
        help="print the leaderboard of a results folder",
        description="Print the leaderboard of a results folder, finished or not.",
        allow_abbrev=False,
    )
    board.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    board.add_argument("--csv", action="store_true", help="print all columns as CSV")
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
    suites = ", ".join(f"{name}: {describe_suite(name)}" for name in list_suites())
    run.add_argument("suite", nargs="?", default="quick", metavar="SUITE", help=f"{suites} (default: quick)")
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
    how.add_argument("--retry-failed", action="store_true", help="run cells again that have no forecast")
    how.add_argument("--quiet", action="store_true", help="no progress on stderr")


if __name__ == "__main__":
    sys.exit(main())
