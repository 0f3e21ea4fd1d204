"""The commands ``dysts-benchmark tasks`` and ``dysts-benchmark score``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmark.submissions.declaration import Declaration
from benchmark.submissions.exported_tasks import TASKS, ExportedTasks, check_new_folder, export_tasks, tasks_of
from benchmark.submissions.hidden import SUFFIX, hidden_tasks, read_truth, write_truth
from benchmark.submissions.scored import score_submission
from benchmark.tasks.named_suites import get_suite
from dysts.cli.arguments import names
from dysts.cli.conventions import EXIT_DONE
from dysts.errors import InvalidArgumentError
from dysts.systems.registry import registry_of


def tasks_command(options: argparse.Namespace) -> int:
    """Write the tasks of a suite for others."""
    check_new_folder(options.output)
    if options.hidden is not None:
        _check_truth_file(options.hidden)
    make = tasks_of if options.hidden is None else hidden_tasks
    tasks = _tasks(make, options.suite, names(options.systems), options.trajectories, options.registry)
    extra = {}
    if options.hidden is not None:
        extra = {"truth_sha256": write_truth(tasks, Path(options.hidden))}
    folder = export_tasks(tasks, options.output, extra=extra)
    print(f"{len(tasks.data)} tasks of the suite {tasks.suite.name}: {folder}")
    if options.hidden is not None:
        print(f"keep {options.hidden} until the forecasts are in; its SHA-256 stands in {folder / TASKS}")
    print("fill in submission.json, and put forecasts.npz, forecasts.parquet or forecasts-csv/ beside it")
    return EXIT_DONE


def score_command(options: argparse.Namespace) -> int:
    """Score a submission and print how many of its tasks have a forecast."""
    said = Declaration.read(Path(options.folder))
    if options.truth is not None:
        tasks, digest = read_truth(Path(options.truth))
        print(f"the truth has the SHA-256 {digest}")
    else:
        if said.suite.endswith(SUFFIX) and options.suite is None:
            raise InvalidArgumentError(
                f"{options.folder} is for the hidden suite {said.suite!r}, whose truth --truth FILE must name"
            )
        suite = options.suite or said.suite
        tasks = _tasks(tasks_of, suite, list(said.systems) or None, said.trajectories, options.registry)
    results = score_submission(options.folder, tasks, output=options.output)
    usable = int((results.table["status"] == "ok").sum())
    print(f"{usable} of {len(results.table)} tasks have a forecast; the others count with the worst scores")
    print(f"results: {options.output}")
    return EXIT_DONE


def _check_truth_file(path: str) -> None:
    if not path.endswith(".npz"):
        raise InvalidArgumentError(f"the file for the truth must end in .npz, got {path!r}")
    if Path(path).exists():
        raise InvalidArgumentError(f"the file for the truth must be a new one, and {path} exists")


def _tasks(
    make: Callable[..., ExportedTasks],
    suite: str,
    systems: list[str] | None,
    trajectories: int | None,
    registry: str | None,
) -> ExportedTasks:
    whole = get_suite(suite)
    known = registry_of(registry if registry is not None else whole.registry or None)
    if registry is not None and systems is None:
        systems = list(known)
    return make(whole, systems=systems, trajectories=trajectories, registry=known)
