"""The commands of ``dysts-benchmark`` with their arguments and help."""

from collections.abc import Sequence

from benchmark.contract import add_check
from benchmark.listing import completed_words, suites_text
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT, MOST_WORKERS, TIME_LIMITS
from benchmark.templates.command import add_template
from dysts.cli.arguments import add_registry
from dysts.cli.completion import add_completion
from dysts.cli.conventions import Commands, Parser, add_command, add_commands, examples_text, exit_codes_text
from dysts.version import __version__

_GROUPS = {
    "running": ("run", "check", "template", "status", "list", "rescore", "merge"),
    "results": ("leaderboard", "compare", "report", "export"),
    "for others": ("tasks", "score"),
}

_RUN_EXAMPLES = (
    "dysts-benchmark run",
    "dysts-benchmark run quick --systems Lorenz,Rossler --forecasters NVAR,ESN",
    "dysts-benchmark run quick --forecasters NVAR,my_models:Wavelets -o mine",
    "dysts-benchmark run standard --forecasters my:model --against standard.parquet",
    "dysts-benchmark run discovery --systems Lorenz",
)

_RUN_NOTES = """\
Five runs are no suites: parameters and basins forecast at other values of a
parameter and on other motions than those of the training series; discovery
finds equations, with the methods that --forecasters names (default: all that
are installed, without genetic programming); sampling compares an LSTM on data
drawn uniformly, from random starts and by importance; transfer classifies
series by features learnt on chaotic systems. docs/explanation has pages on all
but discovery.
The same command goes on where it stopped: a finished cell is not run twice, but
for those of a forecaster whose code has changed.
A forecaster of your own is module:factory, where
factory(preset=..., season_length=..., seed=...) returns an object with
fit(series) and predict(horizon), or a name that an installed package gives it
(dysts-benchmark list).
"""

_EXAMPLES = (
    "dysts-benchmark run quick",
    "dysts-benchmark run my-suite.toml --scheduler tcp://login-node:8786",
    "dysts-benchmark status benchmark-results/quick",
    "dysts-benchmark leaderboard benchmark-results/quick",
    "dysts-benchmark leaderboard mine results/standard.parquet",
    "dysts-benchmark compare benchmark-results/quick --score smape",
    "dysts-benchmark report benchmark-results/quick -o report",
    "dysts-benchmark merge machine-1 machine-2 -o together",
)

_EXIT_CODES = exit_codes_text(
    done="done, even if some cells failed: they are rows, and they count",
    in_part="check: a property on which the benchmark relies does not hold",
)


def parser() -> Parser:
    """Return the parser of the program, with every command."""
    program = Parser(
        prog="dysts-benchmark",
        description="Run forecasters on chaotic systems and compare them in Lyapunov times.",
        epilog=f"{examples_text(_EXAMPLES)}\n\n{_EXIT_CODES}\n\n"
        "dysts-benchmark COMMAND --help tells more about a command.",
    )
    program.add_argument("--version", action="version", version=f"dysts-benchmark {__version__}")
    add_completion(program, completed_words())
    commands = add_commands(program, _GROUPS, dest="command")
    _add_run(commands)
    add_check(commands)
    add_template(commands)
    report = _add_reading_command(
        commands, "report", "write a folder of pages, which opens from disk", examples=("-o report",)
    )
    report.add_argument(
        "-o", "--output", default="report", metavar="FOLDER", help="folder to write (default: %(default)s)"
    )
    board = _add_reading_command(
        commands,
        "leaderboard",
        "print the leaderboard of results, finished or not",
        json=True,
        examples=("--by measurement_noise", "results/standard.parquet --latex"),
    )
    board.add_argument("--csv", action="store_true", help="print all columns as CSV")
    board.add_argument("--latex", action="store_true", help="print a table for LaTeX with the rules of booktabs")
    board.add_argument("--by", metavar="COLUMN", help="one leaderboard for each value, such as measurement_noise")
    compare = _add_reading_command(
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
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write, *.parquet or *.csv")
    export.add_argument(
        "--over-time",
        action="store_true",
        help="write nrmse and smape of the first so many Lyapunov times, from the stored forecasts",
    )
    merge = add_command(
        commands,
        "merge",
        "put results of several machines into a new folder",
        examples=("dysts-benchmark merge machine-1 machine-2 -o together",),
    )
    merge.add_argument("folders", nargs="+", metavar="FOLDER", help="results folders")
    merge.add_argument("-o", "--output", required=True, metavar="FOLDER", help="new results folder")
    _add_submissions(commands)
    listing = add_command(commands, "list", "names of the suites and forecasters")
    listing.add_argument("--json", action="store_true", help="print JSON")
    return program


def _add_reading_command(
    commands: Commands, name: str, purpose: str, *, json: bool = False, examples: Sequence[str] = ("",)
) -> Parser:
    command = _command(commands, name, purpose, json=json, examples=examples)
    command.add_argument(
        "sources",
        nargs="+",
        metavar="RESULTS",
        help="results folders of runs, and tables *.parquet that export wrote; several are compared with one another",
    )
    command.add_argument(
        "--with",
        dest="beside",
        nargs="+",
        default=[],
        metavar="RESULTS",
        help="further results to show beside them, such as those of a submission",
    )
    return command


def _add_submissions(commands: Commands) -> None:
    tasks = add_command(
        commands,
        "tasks",
        "write the windows to fit on for others, without the truth",
        examples=("dysts-benchmark tasks quick -o tasks", "dysts-benchmark tasks standard --systems Lorenz -o tasks"),
    )
    score = add_command(
        commands,
        "score",
        "score the forecasts of a submission as a run scores its own",
        examples=("dysts-benchmark score submission -o theirs",),
    )
    tasks.add_argument("-o", "--output", required=True, metavar="FOLDER", help="new folder for the tasks")
    score.add_argument("folder", metavar="FOLDER", help="folder with submission.json and the forecasts")
    score.add_argument("-o", "--output", required=True, metavar="FOLDER", help="results folder")
    tasks.add_argument("suite", metavar="SUITE", help="a suite, or a file *.toml or *.json that holds one")
    score.add_argument("--suite", metavar="SUITE", help="the suite of the tasks (default: the one that is declared)")
    tasks.add_argument("--systems", nargs="+", metavar="A,B", help="systems in place of those of the suite")
    tasks.add_argument("--trajectories", type=int, metavar="N", help="trajectories of each system")
    tasks.add_argument(
        "--hidden",
        metavar="FILE",
        help="tasks with fresh starts, whose truth goes into this file *.npz, to be published later",
    )
    score.add_argument("--truth", metavar="FILE", help="the published truth of hidden tasks")
    add_registry(tasks)
    add_registry(score)


def _add_folder_command(
    commands: Commands, name: str, purpose: str, *, json: bool = False, examples: Sequence[str] = ("",)
) -> Parser:
    command = _command(commands, name, purpose, json=json, examples=examples)
    command.add_argument("folder", metavar="FOLDER", help="results folder of a run")
    return command


def _command(commands: Commands, name: str, purpose: str, *, json: bool, examples: Sequence[str]) -> Parser:
    whole = [f"dysts-benchmark {name} benchmark-results/quick {example}".rstrip() for example in examples]
    command = add_command(commands, name, purpose, examples=whole)
    if json:
        command.add_argument("--json", action="store_true", help="print JSON")
    return command


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
    what.add_argument("--archive", metavar="FOLDER", help="run transfer: sets in the formats of the UCR archive")
    what.add_argument("--sets", nargs="+", metavar="A,B", help="run transfer: only these sets")
    what.add_argument("--seeds", type=int, metavar="N", help="run sampling, transfer: number of seeds (default: 5)")
    what.add_argument("--samplings", nargs="+", metavar="A,B", help="run sampling: only these samplings")
    what.add_argument(
        "--form",
        choices=("short", "published"),
        help="run sampling: settings, ours or those of the paper of 2021, ten times as long (default: short)",
    )
    what.add_argument("--ways", nargs="+", metavar="A,B", help="run transfer: only these ways to features")
    what.add_argument("--epochs", type=int, metavar="N", help="run transfer: passes over the windows (default: 20)")
    what.add_argument(
        "--surrogates", nargs="+", metavar="N,N", help="run transfer: numbers of systems to learn from (default: all)"
    )
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
        metavar="S",
        help=f"seconds after which a cell is stopped (default: {DEFAULT_TIME_LIMIT:g}; "
        + ", ".join(f"{limit:g} for {name}" for name, limit in TIME_LIMITS.items())
        + ")",
    )
    how.add_argument(
        "--memory-limit-mb",
        type=int,
        default=DEFAULT_MEMORY_LIMIT_MB,
        metavar="MB",
        help="memory of a worker; 0 for no limit (default: %(default)d)",
    )
    how.add_argument(
        "--against",
        nargs="+",
        metavar="RESULTS",
        help="rank beside these results, folders or tables *.parquet such as results/standard.parquet",
    )
    how.add_argument("--scheduler", metavar="ADDRESS", help="run on this dask.distributed cluster")
    how.add_argument("--retry-failed", action="store_true", help="run cells again that have no forecast")
    how.add_argument("--again", nargs="+", metavar="A,B", help="run the cells of these forecasters again")
    how.add_argument("--quiet", action="store_true", help="no progress on stderr")
