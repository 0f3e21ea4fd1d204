"""The command ``dysts-benchmark``."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.contract import check_command
from benchmark.listing import list_command
from benchmark.options import parser
from benchmark.running.limits import DEFAULT_TIME_LIMIT, TIME_LIMITS
from benchmark.running.requirements import check_installed, needed
from benchmark.tasks.named_suites import get_suite
from benchmark.templates.command import template_command
from dysts.cli.arguments import names
from dysts.cli.conventions import EXIT_DONE, run_command
from dysts.cli.terminal import json_text
from dysts.errors import InvalidArgumentError, unknown_name

if TYPE_CHECKING:
    from benchmark.running.processes import Scheduler


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
        options = parser().parse_args(given)
        check_installed(needed(options.command))
        return _COMMANDS[options.command](options)

    return run_command("dysts-benchmark", command, interrupted=f"interrupted{_how_to_go_on(given)}")


def _run(options: argparse.Namespace) -> int:
    from benchmark.beside import check_table_of_today, together
    from benchmark.comparison.leaderboard import leaderboard
    from benchmark.comparison.leaderboard_text import leaderboard_text
    from benchmark.comparison.shared_cells import notes_text
    from benchmark.runner import run

    if options.time_limit is None:
        options.time_limit = TIME_LIMITS.get(options.suite, DEFAULT_TIME_LIMIT)
    if options.suite == "sampling":
        return _sampling(options)
    if options.suite == "transfer":
        return _transfer(options)
    _refuse_with(
        options, options.suite, "archive", "sets", "seeds", "samplings", "form", "ways", "epochs", "surrogates"
    )
    if options.suite == "discovery":
        from benchmark.discovery.command import discovery_command

        return discovery_command(options)
    if options.suite in ("parameters", "basins"):
        from benchmark.generalisation.command import generalisation_command

        _refuse_with(options, options.suite, "trajectories", "registry", "again", "scheduler", "against")
        return generalisation_command(options)
    suite = get_suite(options.suite)
    # As for python -m: a forecaster of one's own may lie in the current folder.
    if any(":" in name for name in names(options.forecasters) or suite.forecasters) and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for table in options.against or ():
        # A table that cannot be compared is refused before the run, which may take hours.
        check_table_of_today(table)
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
    shown = together([folder, *options.against]) if options.against else results
    print(leaderboard_text(leaderboard(shown), notes=notes_text(shown.table)))
    print(_failures(results.table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_DONE


def _sampling(options: argparse.Namespace) -> int:
    from benchmark.sampling.densities import SAMPLINGS
    from benchmark.sampling.run import SEEDS, run_sampling
    from benchmark.sampling.settings import FORMS
    from benchmark.sampling.verdict import sampling_text

    _refuse_with(
        options,
        "sampling",
        "forecasters",
        "trajectories",
        "registry",
        "again",
        "scheduler",
        "against",
        "archive",
        "sets",
        "ways",
        "epochs",
        "surrogates",
    )
    folder = Path(options.output or Path("benchmark-results") / "sampling")
    table = run_sampling(
        folder,
        systems=names(options.systems),
        samplings=names(options.samplings) or tuple(SAMPLINGS),
        seeds=SEEDS if options.seeds is None else options.seeds,
        first_seed=options.seed,
        settings=FORMS[options.form or "short"],
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        say=None if options.quiet else lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(sampling_text(table))
    print(_failures(table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_DONE


def _transfer(options: argparse.Namespace) -> int:
    from benchmark.transfer.cell import WAYS
    from benchmark.transfer.run import EPOCHS, SEEDS, run_transfer
    from benchmark.transfer.verdict import transfer_text

    _refuse_with(
        options,
        "transfer",
        "systems",
        "forecasters",
        "trajectories",
        "registry",
        "again",
        "scheduler",
        "against",
        "samplings",
        "form",
    )
    folder = Path(options.output or Path("benchmark-results") / "transfer")
    table = run_transfer(
        folder,
        archive=options.archive,
        sets=names(options.sets),
        ways=names(options.ways) or WAYS,
        seeds=SEEDS if options.seeds is None else options.seeds,
        first_seed=options.seed,
        epochs=EPOCHS if options.epochs is None else options.epochs,
        surrogates=[_whole("--surrogates", count) for count in names(options.surrogates) or ()] or None,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        say=None if options.quiet else lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(transfer_text(table))
    print(_failures(table["status"].tolist()))
    print(f"results: {folder}")
    return EXIT_DONE


def _whole(option: str, text: str) -> int:
    """Return the whole number that an option has in a list."""
    if not text.isdecimal():
        raise InvalidArgumentError(f"{option} must be whole numbers, got {text!r}")
    return int(text)


def _refuse_with(options: argparse.Namespace, run: str, *refused: str) -> None:
    """Refuse options that a run does not have; a zero is given too."""
    for name in refused:
        value = getattr(options, name)
        if value is not None:
            raise InvalidArgumentError(f"--{name} must be left out with the run {run}, got {value}")


def _cluster(options: argparse.Namespace) -> "Scheduler | None":
    if options.scheduler is None:
        return None
    from benchmark.running.cluster import DaskCluster

    return DaskCluster(options.scheduler, time_limit=options.time_limit, memory_limit_mb=options.memory_limit_mb)


def _leaderboard(options: argparse.Namespace) -> int:
    from benchmark.beside import together
    from benchmark.comparison.leaderboard import leaderboard
    from benchmark.comparison.leaderboard_latex import leaderboard_latex
    from benchmark.comparison.leaderboard_text import leaderboard_text
    from benchmark.comparison.shared_cells import notes_text
    from benchmark.schema import COLUMNS

    results = together([*options.sources, *options.beside])
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
        from benchmark.results.csv_text import without_formulas

        print(without_formulas(board).to_csv(index=False, lineterminator="\n"), end="")
        return EXIT_DONE
    if options.latex:
        print(leaderboard_latex(board))
        return EXIT_DONE
    print(leaderboard_text(board, notes=notes_text(results.table)))
    print(_failures(results.table["status"].tolist()))
    if results.missing:
        print(f"{results.missing} of {len(results.manifest['cells'])} cells have not been run yet")
    return EXIT_DONE


def _report(options: argparse.Namespace) -> int:
    from dysts.plotting.style import matplotlib

    matplotlib()
    from benchmark.beside import together
    from benchmark.report import write_report

    path = write_report(
        together([*options.sources, *options.beside]),
        options.output,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    print(f"report: {path}")
    return EXIT_DONE


def _compare(options: argparse.Namespace) -> int:
    from benchmark.beside import together
    from benchmark.comparison.comparison_text import comparison_tables, comparison_text
    from benchmark.results.error_curves import error_curves
    from benchmark.scoring.table import LYAPUNOV_TIMES

    results = together([*options.sources, *options.beside])
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
    from benchmark.discovery.exporting import export_track, manifest_of_track
    from benchmark.export import export
    from benchmark.results.reading import Results
    from benchmark.results.scores_over_time import write_scores_over_time

    if manifest_of_track(options.folder) is not None and not options.over_time:
        path = export_track(options.folder, options.output)
    else:
        write = write_scores_over_time if options.over_time else export
        path = write(Results.load(options.folder), options.output)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return EXIT_DONE


def _merge(options: argparse.Namespace) -> int:
    from benchmark.results.merging import merge

    results = merge(options.folders, options.output)
    left = f", {results.missing} have not been run yet" if results.missing else ""
    print(f"{len(results.table)} cells in {options.output}{left}")
    return EXIT_DONE


def _tasks(options: argparse.Namespace) -> int:
    from benchmark.submissions.commands import tasks_command

    return tasks_command(options)


def _score(options: argparse.Namespace) -> int:
    from benchmark.submissions.commands import score_command

    return score_command(options)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "check": check_command,
    "template": template_command,
    "report": _report,
    "leaderboard": _leaderboard,
    "compare": _compare,
    "status": _status,
    "list": list_command,
    "rescore": _rescore,
    "export": _export,
    "merge": _merge,
    "tasks": _tasks,
    "score": _score,
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


if __name__ == "__main__":
    sys.exit(main())
