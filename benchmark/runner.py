"""Run a suite: plan its cells, run those that have no result yet, keep every result as it comes."""

import math
import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import provenance
from benchmark.data import TaskData, cut
from benchmark.execution import Job, Outcome, build, one_line, resolved_config
from benchmark.processes import (
    DEFAULT_MEMORY_LIMIT_MB,
    DEFAULT_TIME_LIMIT,
    MOST_WORKERS,
    LocalProcesses,
    Scheduler,
)
from benchmark.progress import Costs, Progress
from benchmark.results import Results, ResultsWriter
from benchmark.scoring import score
from benchmark.suites import Suite, get_suite
from benchmark.tasks import Cell, canonical_json
from dysts.errors import DystsError, InvalidArgumentError, RunError, unknown_name

if TYPE_CHECKING:
    import xarray

_TAIL_POINTS = 100

OpenDataset = Callable[..., "Mapping[str, xarray.Dataset]"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _PlannedCell:
    cell: Cell
    data: TaskData
    config: Mapping[str, Any]
    key: str


def run(
    suite: str | Suite = "quick",
    *,
    systems: Sequence[str] | None = None,
    forecasters: Sequence[str] | None = None,
    trajectories: int | None = None,
    seed: int = 0,
    output: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    memory_limit_mb: int = DEFAULT_MEMORY_LIMIT_MB,
    retry_failed: bool = False,
    progress: bool = True,
    open_dataset: OpenDataset | None = None,
    scheduler: Scheduler | None = None,
) -> Results:
    """Run every cell of a suite that has no result yet, and return the results.

    Each finished cell is durable at once, so that a run that was stopped in any way goes on where it was
    when it is called again with the same arguments. A cell ends in exactly one row: with scores, or with a
    status and the error. The folder's table holds the cells of the last call; rows of earlier calls stay
    in its journal and are used again when they are asked for again.

    Parameters
    ----------
    suite : str or Suite
        What to run.
    systems, forecasters : sequence of str, optional
        Use these in place of the suite's. A forecaster of one's own is ``"module:factory"``, where
        ``factory(preset=..., season_length=..., seed=...)`` returns an object with ``fit`` and ``predict``.
    trajectories : int, optional
        Number of trajectories of each system.
    seed : int
        Seed of every forecaster.
    output : path, optional
        Results folder; ``benchmark-results/<suite>`` by default.
    workers : int, optional
        Number of worker processes; by default one per core, at most 8.
    time_limit : float
        Wall-clock seconds of a cell.
    memory_limit_mb : int
        Memory of a worker in MiB; 0 for no limit.
    retry_failed : bool
        Run the cells again that ended without a forecast.
    progress : bool
        Report progress on stderr.
    open_dataset : callable, optional
        Called as ``open_dataset(recipe, systems=[...])`` for a mapping from system to dataset;
        ``dysts.open_dataset`` by default.
    scheduler : Scheduler, optional
        Where the cells run; worker processes of this machine by default.

    Returns
    -------
    Results

    Raises
    ------
    RunError
        If another run holds the folder, or no worker can start.
    InvalidArgumentError
        If an argument or the data are not usable.
    UnknownNameError
        If a suite, system or forecaster is not known.
    StorageError
        If the folder cannot be read or written.
    """
    chosen = (get_suite(suite) if isinstance(suite, str) else suite).narrowed(
        systems=systems, forecasters=forecasters, trajectories=trajectories
    )
    _check_limits(workers=workers, time_limit=time_limit, memory_limit_mb=memory_limit_mb)
    folder = Path("benchmark-results") / chosen.name if output is None else Path(output)
    say = _say if progress else _silence
    say(f"suite {chosen.name}: {len(chosen.systems)} systems, {len(chosen.forecasters)} forecasters")
    # Planned before the folder is touched, so that a mistake leaves nothing behind.
    planned = _plan(chosen, seed=seed, open_dataset=open_dataset)
    keys = [entry.key for entry in planned]
    with closing(ResultsWriter(folder)) as writer:
        todo = [entry for entry in planned if not _is_done(writer, entry.key, retry_failed=retry_failed)]
        costs = _costs(writer.rows.values())
        count = min(workers or min(provenance.available_cores(), MOST_WORKERS), max(1, len(todo)))
        begun = time.monotonic()
        session = {"begun": _now(), "command": _command(), "workers": count, "cells_to_run": len(todo)}
        manifest = {
            **_manifest(chosen, keys, seed=seed),
            "limits": {"seconds": time_limit, "memory_mb": memory_limit_mb},
        }
        earlier = writer.sessions()
        writer.write_manifest({**manifest, "sessions": [*earlier, session]})
        for entry in {entry.cell.task: entry for entry in planned}.values():
            _store_truth(writer, entry)
        if len(todo) < len(planned):
            say(f"{len(planned) - len(todo)} of {len(planned)} cells have a result already")
        if scheduler is None:
            scheduler = LocalProcesses(workers=count, time_limit=time_limit, memory_limit_mb=memory_limit_mb)
        bar = Progress(
            total=len(planned),
            done=len(planned) - len(todo),
            workers=count,
            stream=sys.stderr if progress else None,
        )
        with closing(bar):
            _run_cells(longest_first(todo, costs), scheduler, writer, bar, costs)
        writer.compact(keys)
        session |= {"finished": _now(), "wall_seconds": round(time.monotonic() - begun, 3)}
        writer.write_manifest({**manifest, "sessions": [*earlier, session]})
    return Results.load(folder)


def longest_first(planned: Sequence[_PlannedCell], costs: Costs) -> list[_PlannedCell]:
    """Order cells so that the longest start first; those of unknown length lead, as they may be long."""

    def rank(entry: _PlannedCell) -> float:
        name = entry.cell.forecaster
        return -costs.expect(name) if costs.known(name) else -math.inf

    return sorted(planned, key=rank)


def _plan(suite: Suite, *, seed: int, open_dataset: OpenDataset | None) -> list[_PlannedCell]:
    cells = suite.cells(seed=seed)
    if open_dataset is None:
        import dysts

        for system in suite.systems:
            dysts.get_system(system)
        open_dataset = dysts.open_dataset
    # A misspelt forecaster is noticed before any data are built.
    for name in suite.forecasters:
        _config(Cell(task=cells[0].task, forecaster=name, preset=suite.preset, seed=seed), season_length=2)
    datasets = open_dataset(suite.recipe, systems=list(suite.systems))
    absent = [system for system in suite.systems if system not in datasets]
    if absent:
        raise unknown_name("system", absent[0], list(datasets))
    # Looked up once per system: a collection may read its files at each look-up.
    by_system = {system: datasets[system] for system in suite.systems}
    by_task = {task: cut(task, by_system[task.system]) for task in suite.tasks()}
    configs: dict[tuple[str, int], dict[str, Any]] = {}
    planned = []
    for cell in cells:
        data = by_task[cell.task]
        shared = (cell.forecaster, data.season_length)
        if shared not in configs:
            configs[shared] = _config(cell, season_length=data.season_length)
        key = cell.key(config=configs[shared], data=data.fingerprint(), version=provenance.package_version())
        planned.append(_PlannedCell(cell=cell, data=data, config=configs[shared], key=key))
    return planned


def _config(cell: Cell, *, season_length: int) -> dict[str, Any]:
    try:
        model = build(cell.forecaster, preset=cell.preset, season_length=season_length, seed=cell.seed)
    except DystsError:
        raise
    except Exception as error:
        raise RunError(f"forecaster {cell.forecaster!r} cannot be built: {one_line(error)}") from error
    return resolved_config(model)


def _run_cells(
    todo: Sequence[_PlannedCell], scheduler: Scheduler, writer: ResultsWriter, bar: Progress, costs: Costs
) -> None:
    by_key = {entry.key: entry for entry in todo}
    left = Counter(entry.cell.forecaster for entry in todo)
    outcomes = scheduler.run(_job(entry) for entry in todo)
    try:
        for outcome in outcomes:
            entry = by_key[outcome.key]
            writer.commit(_row(entry, outcome), outcome.forecast)
            left[entry.cell.forecaster] -= 1
            costs.learn(entry.cell.forecaster, outcome.seconds)
            bar.update(entry.cell.label, failed=outcome.status != "ok", left=left, costs=costs)
    finally:
        close = getattr(outcomes, "close", None)
        if close is not None:
            close()


def _job(entry: _PlannedCell) -> Job:
    return Job(
        key=entry.key,
        label=entry.cell.label,
        forecaster=entry.cell.forecaster,
        preset=entry.cell.preset,
        config=entry.config,
        seed=entry.cell.seed,
        season_length=entry.data.season_length,
        horizon=entry.cell.task.horizon,
        train=entry.data.train,
    )


def _row(entry: _PlannedCell, outcome: Outcome) -> dict[str, Any]:
    task, data = entry.cell.task, entry.data
    return {
        "key": entry.key,
        "task": task.digest,
        **task.to_dict(),
        "forecaster": entry.cell.forecaster,
        "preset": entry.cell.preset,
        "seed": entry.cell.seed,
        "status": outcome.status,
        "error": outcome.error,
        **score(data, outcome.forecast),
        "fit_seconds": outcome.fit_seconds,
        "predict_seconds": outcome.predict_seconds,
        "cell_seconds": outcome.seconds,
        "peak_memory_mb": outcome.peak_memory_mb,
        "step": data.step,
        "lyapunov_exponent": data.lyapunov_exponent,
        "lyapunov_exponent_error": data.lyapunov_exponent_error,
        "config": canonical_json(entry.config),
        "data_sha256": data.sha256,
        "version": provenance.package_version(),
        "versions": canonical_json(provenance.versions()),
        "commit": provenance.commit(),
        "finished": _now(),
    }


def _store_truth(writer: ResultsWriter, entry: _PlannedCell) -> None:
    digest = entry.cell.task.digest
    if writer.truth_of(digest) == entry.data.sha256:
        return
    data = entry.data
    attributes = {
        **entry.cell.task.to_dict(),
        "sha256": data.sha256,
        "components": list(data.components),
        "step": data.step,
        "season_length": data.season_length,
        "scale": data.scale.tolist(),
        "train_range": [data.train.min(axis=0).tolist(), data.train.max(axis=0).tolist()],
        "train_tail": data.train[-_TAIL_POINTS:].tolist(),
    }
    writer.write_truth(digest, data.truth, attributes)


def _is_done(writer: ResultsWriter, key: str, *, retry_failed: bool) -> bool:
    row = writer.rows.get(key)
    if row is None:
        return False
    if row["status"] == "ok":
        return writer.has_forecast(key)
    return not retry_failed


def _costs(rows: Iterable[Mapping[str, Any]]) -> Costs:
    costs = Costs()
    for row in rows:
        seconds = row.get("cell_seconds")
        if seconds is not None:
            costs.learn(str(row["forecaster"]), float(seconds))
    return costs


def _manifest(suite: Suite, keys: Sequence[str], *, seed: int) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "description": suite.description,
        "systems": list(suite.systems),
        "forecasters": list(suite.forecasters),
        "trajectories": suite.trajectories,
        "recipe": suite.recipe,
        "train_length": suite.train_length,
        "horizon": suite.horizon,
        "preset": suite.preset,
        "seed": seed,
        "version": provenance.package_version(),
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "machine": provenance.machine(),
        "cells": list(keys),
    }


def _check_limits(*, workers: int | None, time_limit: float, memory_limit_mb: int) -> None:
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise InvalidArgumentError(f"workers must be an integer of at least 1, got {workers!r}")
    if not (math.isfinite(time_limit) and time_limit > 0):
        raise InvalidArgumentError(f"time_limit must be a positive number of seconds, got {time_limit!r}")
    if isinstance(memory_limit_mb, bool) or not isinstance(memory_limit_mb, int) or memory_limit_mb < 0:
        raise InvalidArgumentError(
            f"memory_limit_mb must be an integer of at least 0 (0: no limit), got {memory_limit_mb!r}"
        )


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name or "python", *sys.argv[1:]])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _silence(_text: str) -> None:
    return
