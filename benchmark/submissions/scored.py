"""Scores the forecasts of a submission: the same rows as those of a run, in a results folder like that of a run."""

import math
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmark.results.cell_row import now, row, truth_attributes
from benchmark.results.known_truths import with_known_truths
from benchmark.results.manifest import run_manifest
from benchmark.results.reading import Results, own_entries
from benchmark.results.writing import ResultsWriter
from benchmark.running import provenance
from benchmark.running.job import CellOutcome
from benchmark.running.planning import PlannedCell
from benchmark.running.progress import say as say_on_stderr
from benchmark.running.progress import silence
from benchmark.running.source_code import Code
from benchmark.schema import SUBMITTED
from benchmark.submissions.declaration import Declaration
from benchmark.submissions.exported_tasks import ExportedTasks, sha256
from benchmark.submissions.formats import Array, read_series
from benchmark.tasks.data import TaskData
from benchmark.tasks.task import Cell, Task
from benchmark.values import content_hash
from dysts.errors import RunError

STEM = "forecasts"
"""First part of the names of the files that hold the forecasts."""
ABSENT = "the submission has no forecast for this task"
"""Error of a cell that a submission leaves out."""
FAR, NEAR = 5.0, 1.0
"""Distances of the first point of a forecast from the end of a window, in standard deviations of the window. One that
is far from its own and near that of another task is probably the forecast of that one."""
MOST_TOLD = 10
"""Largest number of single tasks that are told of."""


def score_submission(
    folder: str | os.PathLike[str],
    tasks: ExportedTasks,
    *,
    output: str | os.PathLike[str],
    progress: bool = True,
) -> Results:
    """Score a submission, and return its results.

    A task without a usable forecast counts with the worst scores, as a cell of a run does that failed. What is missing,
    stands there twice, has a wrong shape or is not finite is told on stderr, and in the row of its cell.

    Parameters
    ----------
    folder : path
        Holds ``submission.json`` and the forecasts in one of the forms of `benchmark.submissions.formats`.
    tasks : ExportedTasks
        The tasks that the forecasts are for.
    output : path
        Results folder; an earlier score of the same submission is replaced.
    progress : bool
        Tell on stderr what is wrong with single forecasts.

    Raises
    ------
    RunError
        If the submission was made for other tasks, or has no forecast for any.
    StorageError, InvalidArgumentError
        If a file cannot be read, or is not what it must be.
    """
    source = Path(folder)
    said = Declaration.read(source)
    if said.tasks != tasks.sha256:
        raise RunError(
            f"{source} was made for the tasks {said.tasks[:12]}... of the suite {said.suite!r}, and these of the suite "
            f"{tasks.suite.name!r} are {tasks.sha256[:12]}...: another suite, other systems, or another version of the "
            "data"
        )
    forecasts, problems = read_series(source, STEM, tasks.shapes, tasks.components)
    say = say_on_stderr if progress else silence
    _tell(problems, forecasts, tasks, say)
    if not forecasts:
        raise RunError(f"{source} has no usable forecast for any of the {len(tasks.data)} tasks")
    code = _code(forecasts)
    planned = [_cell(said, task, data, code) for task, data in tasks.data.items()]
    keys = [entry.key for entry in planned]
    suite = tasks.suite.narrowed(forecasters=[said.name])
    with closing(ResultsWriter(Path(output))) as writer:
        if tasks.registry is not None:
            writer.write_systems(own_entries(tasks.registry, suite.systems))
        session = {"begun": now(), "command": "dysts-benchmark score", "workers": 1, "cells_to_run": len(planned)}
        manifest = {**run_manifest(suite, keys, seed=0), "submission": said.to_dict()}
        writer.write_manifest({**manifest, "sessions": [session]})
        if tasks.solved:
            for entry in planned:
                writer.write_truth(entry.cell.task.digest, entry.data.truth, truth_attributes(entry))
        else:
            planned = with_known_truths(planned, writer, say)
        for entry in planned:
            digest = entry.cell.task.digest
            found = forecasts.get(digest)
            error = "" if found is not None else problems.get(digest, ABSENT)
            outcome = CellOutcome(
                key=entry.key,
                status="failed" if found is None else "ok",
                error=error,
                forecast=found,
                seconds=math.nan if said.seconds is None else said.seconds / len(planned),
            )
            writer.commit(row(entry, outcome, tuned={}), found)
        writer.compact(keys)
        writer.write_manifest({**manifest, "sessions": [{**session, "finished": now()}]})
    return Results.load(output)


def _cell(said: Declaration, task: Task, data: TaskData, code: str) -> PlannedCell:
    cell = Cell(task=task, forecaster=said.name, preset=SUBMITTED, seed=0)
    config = {"submission": said.to_dict()}
    key = cell.key(config=config, data=data.fingerprint(), version=provenance.package_version(), code=code)
    return PlannedCell(cell=cell, data=data, config=config, key=key, code=Code(fingerprint=code))


def _code(forecasts: Mapping[str, Array]) -> str:
    """Return the hash of all forecasts, which stands for the code, as that is not here."""
    return content_hash({digest: sha256(values) for digest, values in forecasts.items()})


def _tell(
    problems: Mapping[str, str], forecasts: Mapping[str, Array], tasks: ExportedTasks, say: Callable[[str], None]
) -> None:
    labels = {task.digest: f"{task.system}/{task.trajectory} ({task.digest})" for task in tasks.data}
    absent = [digest for digest in labels if digest not in forecasts and digest not in problems]
    told = [f"{labels.get(name, name)}: {problem}" for name, problem in problems.items()]
    told += [f"{labels[digest]}: {ABSENT}" for digest in absent]
    told += [
        f"{labels[digest]}: its first point is far from the end of its window and near that of {labels[other]}; it is "
        "scored as it stands"
        for digest, other in probably_exchanged(forecasts, tasks).items()
    ]
    for line in told[:MOST_TOLD]:
        say(line)
    if len(told) > MOST_TOLD:
        say(f"and {len(told) - MOST_TOLD} more")


def probably_exchanged(forecasts: Mapping[str, Array], tasks: ExportedTasks) -> dict[str, str]:
    """Return the tasks whose forecasts begin at the end of another task's window, with that task, by digests."""
    ends = {}
    for task, data in tasks.data.items():
        spread = data.train.std(axis=0)
        ends[task.digest] = (data.train[-1], np.where(spread > 0.0, spread, 1.0))

    def distance(forecast: Array, digest: str) -> float:
        end, spread = ends[digest]
        return float(np.abs((forecast[0] - end) / spread).max())

    found = {}
    for digest, forecast in forecasts.items():
        if distance(forecast, digest) <= FAR:
            continue
        others = [name for name in ends if name != digest and tasks.shapes[name] == forecast.shape]
        nearest = min(others, key=lambda name: distance(forecast, name), default=None)
        if nearest is not None and distance(forecast, nearest) <= NEAR:
            found[digest] = nearest
    return found
