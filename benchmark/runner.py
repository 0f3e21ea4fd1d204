"""Run a suite: plan its cells, run those that have no result yet, keep every result as it comes."""

import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.results.cell_row import now, row
from benchmark.results.known_truths import with_known_truths
from benchmark.results.manifest import run_manifest
from benchmark.results.reading import Results, own_entries
from benchmark.results.rescoring import refresh
from benchmark.results.writing import ResultsWriter
from benchmark.running import provenance
from benchmark.running.entry_points import whole_names
from benchmark.running.job import CellOutcome
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT, MOST_WORKERS
from benchmark.running.planning import OpenDataset, PlannedCell, PlannedTuning, plan, system_by_system
from benchmark.running.processes import (
    LocalProcesses,
    Scheduler,
)
from benchmark.running.progress import Costs, Progress, silence
from benchmark.running.progress import say as say_on_stderr
from benchmark.scoring.compute import scoring_digest
from benchmark.tasks.named_suites import get_suite
from benchmark.tasks.suite import Suite
from benchmark.values import checked_names
from dysts.checks import check_count, check_positive
from dysts.errors import unknown_name
from dysts.systems.registry import RegistrySource, registry_of

if TYPE_CHECKING:
    import xarray


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
    again: Sequence[str] = (),
    progress: bool = True,
    open_dataset: OpenDataset | None = None,
    scheduler: Scheduler | None = None,
    own_series: "Mapping[str, xarray.Dataset] | None" = None,
    registry: RegistrySource | None = None,
) -> Results:
    """Run every cell of a suite that has no result yet, and return the results.

    Each finished cell is durable at once, so that a run that was stopped in any way goes on where it was
    when it is called again with the same arguments. A cell ends in exactly one row: with scores, or with a
    status and the error. The folder's table holds the cells of the last call; rows of earlier calls stay
    in its journal and are used again when they are asked for again.

    Parameters
    ----------
    suite : str or Suite
        What to run: a named suite, a file ``*.toml`` or ``*.json`` that holds one, or a value.
    systems, forecasters : sequence of str, optional
        Use these in place of the suite's. A forecaster of one's own is ``"module:factory"``, where
        ``factory(preset=..., season_length=..., seed=...)`` returns an object with ``fit`` and ``predict``, or the name
        of an entry point ``dysts.forecasters`` of an installed package, which stands for it.
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
    again : sequence of str
        Forecasters whose cells are run again whether or not they have results; for one whose code cannot be
        fingerprinted. A forecaster whose code has changed is run again without it.
    progress : bool
        Report progress on stderr.
    open_dataset : callable, optional
        Called as ``open_dataset(recipe, systems=[...])`` for a mapping from system to dataset;
        ``dysts.open_dataset`` by default.
    scheduler : Scheduler, optional
        Where the cells run; worker processes of this machine by default.
    own_series : mapping of str to xarray.Dataset, optional
        Data of the suite's own series by name, from `benchmark.own_series.own_series`, in place of their files.
    registry : str, path-like, or mapping, optional
        Systems of one's own, as `dysts.load_systems` takes them, in place of the suite's registry. They are what is run
        unless `systems` names some, which may be of the package as well. The results folder keeps their entries.

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
    whole = get_suite(suite) if isinstance(suite, str) else suite
    known = registry_of(registry if registry is not None else whole.registry or None)
    if registry is not None and systems is None:
        systems = list(known)
    chosen = whole.narrowed(systems=systems, forecasters=forecasters, trajectories=trajectories)
    chosen = chosen.renamed(whole_names)
    again = whole_names(checked_names("forecasters to run again", again))
    for name in again:
        if name not in chosen.forecasters:
            raise unknown_name("forecaster to run again", name, chosen.forecasters)
    _check_limits(workers=workers, time_limit=time_limit, memory_limit_mb=memory_limit_mb)
    folder = Path("benchmark-results") / chosen.name if output is None else Path(output)
    say = say_on_stderr if progress else silence
    count_systems = len(chosen.systems) + len(chosen.series)
    say(f"suite {chosen.name}: {count_systems} systems, {len(chosen.forecasters)} forecasters")
    # The plan is made before the folder is touched, so that a mistake leaves nothing behind.
    planned = plan(chosen, seed=seed, open_dataset=open_dataset, own=own_series or {}, registry=known)
    keys = [entry.key for entry in planned]
    _tell_unknown_code(planned, say)
    with closing(ResultsWriter(folder)) as writer:
        todo = [entry for entry in planned if not _is_done(writer, entry, retry_failed=retry_failed, again=again)]
        tunings = _tunings_to_do(writer, todo, retry_failed=retry_failed, again=again)
        _tell_changed_code(planned, writer, say)
        costs = _costs(writer.rows.values())
        jobs = max(len(todo), len(tunings), 1)
        count = min(workers or min(provenance.available_cores(), MOST_WORKERS), jobs)
        begun = time.monotonic()
        session = {"begun": now(), "command": _command(), "workers": count, "cells_to_run": len(todo)}
        manifest = {
            **run_manifest(chosen, keys, seed=seed),
            "limits": {"seconds": time_limit, "memory_mb": memory_limit_mb},
        }
        writer.write_systems(own_entries(known, chosen.systems))
        earlier = writer.sessions()
        writer.write_manifest({**manifest, "sessions": [*earlier, session]})
        wanted = {entry.key for entry in todo}
        planned = with_known_truths(planned, writer, say)
        todo = [entry for entry in planned if entry.key in wanted]
        if len(todo) < len(planned):
            say(f"{len(planned) - len(todo)} of {len(planned)} cells have a result already")
        _score_again(writer, planned, todo, say)
        if scheduler is None:
            scheduler = LocalProcesses(workers=count, time_limit=time_limit, memory_limit_mb=memory_limit_mb)
        if todo:
            scheduler.prepare(list(dict.fromkeys(entry.cell.forecaster for entry in todo)))
        stream = sys.stderr if progress else None
        if tunings:
            say(f"choosing {len(tunings)} configurations on the train recipe")
            with closing(Progress(total=len(tunings), done=0, workers=count, stream=stream)) as bar:
                _run_tunings(tunings, scheduler, writer, bar)
        done = len(planned) - len(todo)
        with closing(Progress(total=len(planned), done=done, workers=count, stream=stream)) as bar:
            ordered = todo if chosen.in_order else system_by_system(todo, costs)
            _run_cells(ordered, scheduler, writer, bar, costs)
        writer.write_running(None)
        writer.compact(keys)
        session |= {"finished": now(), "wall_seconds": round(time.monotonic() - begun, 3)}
        writer.write_manifest({**manifest, "sessions": [*earlier, session]})
    return Results.load(folder)


def _score_again(writer: ResultsWriter, planned: Sequence[PlannedCell], todo: Sequence[PlannedCell], say: Any) -> None:
    """Score the finished cells again whose exponents or scores have changed since; their forecasts stay."""
    running = {entry.key for entry in todo}
    outdated = {
        entry.key: entry.data
        for entry in planned
        if entry.key not in running and writer.rows[entry.key].get("scoring") != scoring_digest(entry.data)
    }
    if outdated:
        say(f"{len(outdated)} results are scored again, as exponents or scores have changed")
        refresh(writer, outdated)


def _run_tunings(tunings: Sequence[PlannedTuning], scheduler: Scheduler, writer: ResultsWriter, bar: Progress) -> None:
    by_key = {entry.tuning.digest: entry for entry in tunings}
    left = Counter(entry.tuning.forecaster for entry in tunings)
    costs = Costs()
    with closing(_Outcomes(scheduler, (entry.job() for entry in tunings), writer)) as outcomes:
        for outcome in outcomes:
            tuning = by_key[outcome.key].tuning
            writer.commit_tuning(
                {
                    "key": outcome.key,
                    "system": tuning.task.system,
                    "forecaster": tuning.forecaster,
                    "preset": tuning.preset,
                    "task": tuning.task.to_dict(),
                    "budget": tuning.budget.to_dict(),
                    "status": outcome.status,
                    "error": outcome.error,
                    "tuned": dict(outcome.tuned),
                    "finished": now(),
                }
            )
            left[tuning.forecaster] -= 1
            costs.learn(tuning.forecaster, outcome.seconds)
            label = f"tuning of {tuning.forecaster} on {tuning.task.system}"
            bar.update(label, failed=outcome.status != "ok", left=left, costs=costs)


def _run_cells(
    todo: Sequence[PlannedCell], scheduler: Scheduler, writer: ResultsWriter, bar: Progress, costs: Costs
) -> None:
    by_key = {entry.key: entry for entry in todo}
    left = Counter(entry.cell.forecaster for entry in todo)

    def finish(entry: PlannedCell, outcome: CellOutcome) -> None:
        tuned = {} if entry.tuning is None else writer.tunings[entry.tuning.tuning.digest]["tuned"]
        writer.commit(row(entry, outcome, tuned=tuned), outcome.forecast)
        left[entry.cell.forecaster] -= 1
        costs.learn(entry.cell.forecaster, outcome.seconds)
        bar.update(entry.cell.label, failed=outcome.status not in ("ok", "unavailable"), left=left, costs=costs)

    runnable = []
    for entry in todo:
        hopeless = _without_running(entry, writer)
        if hopeless is None:
            runnable.append(entry)
        else:
            finish(entry, hopeless)
    jobs = (entry.job(_chosen(entry, writer)) for entry in runnable)
    with closing(_Outcomes(scheduler, jobs, writer)) as outcomes:
        for outcome in outcomes:
            finish(by_key[outcome.key], outcome)


class _Outcomes:
    """The outcomes of jobs as they come, with a note of those in flight; closing stops everything."""

    def __init__(self, scheduler: Scheduler, jobs: Iterable[Any], writer: ResultsWriter) -> None:
        self._writer = writer
        self._running: dict[str, dict[str, Any]] = {}
        self._outcomes = scheduler.run(self._noted(jobs))

    def _noted(self, jobs: Iterable[Any]) -> Iterator[Any]:
        for job in jobs:
            self._running[job.key] = {"label": job.label, "begun": now()}
            self._writer.write_running(self._running)
            yield job

    def __iter__(self) -> Iterator[CellOutcome]:
        for outcome in self._outcomes:
            self._running.pop(outcome.key, None)
            self._writer.write_running(self._running)
            yield outcome

    def close(self) -> None:
        close = getattr(self._outcomes, "close", None)
        if close is not None:
            close()


def _without_running(entry: PlannedCell, writer: ResultsWriter) -> CellOutcome | None:
    """Return the outcome of a cell that cannot run: a reference without equations, or one whose tuning failed."""
    if entry.unavailable:
        return CellOutcome(key=entry.key, status="unavailable", error=entry.unavailable)
    if entry.tuning is not None:
        found = writer.tunings[entry.tuning.tuning.digest]
        if found["status"] != "ok":
            return CellOutcome(key=entry.key, status=found["status"], error=f"tuning: {found['error']}")
    return None


def _chosen(entry: PlannedCell, writer: ResultsWriter) -> Mapping[str, Any]:
    if entry.tuning is None:
        return {}
    chosen: Mapping[str, Any] = writer.tunings[entry.tuning.tuning.digest]["tuned"]["config"]
    return chosen


def _tunings_to_do(
    writer: ResultsWriter, todo: Sequence[PlannedCell], *, retry_failed: bool, again: Sequence[str]
) -> list[PlannedTuning]:
    needed = {entry.tuning.tuning.digest: entry.tuning for entry in todo if entry.tuning is not None}
    return [
        entry
        for digest, entry in needed.items()
        if digest not in writer.tunings
        or entry.tuning.forecaster in again
        or (retry_failed and writer.tunings[digest]["status"] != "ok")
    ]


def _tell_unknown_code(planned: Sequence[PlannedCell], say: Callable[[str], None]) -> None:
    """Name the forecasters whose code cannot be read, once each."""
    for name, unknown in {entry.cell.forecaster: entry.code.unknown for entry in planned}.items():
        if unknown:
            say(
                f"{name}: {', '.join(unknown)} has no source that can be read, so a change of it is not noticed; give "
                f"the forecaster an attribute 'version', or run with --again {name}"
            )


def _tell_changed_code(planned: Sequence[PlannedCell], writer: ResultsWriter, say: Callable[[str], None]) -> None:
    """Name the forecasters that have results of other code for the same tasks."""
    now_code = {(entry.cell.forecaster, entry.cell.task.digest): entry.code.fingerprint for entry in planned}
    older = Counter(
        str(stored["forecaster"])
        for stored in writer.rows.values()
        if now_code.get((str(stored["forecaster"]), str(stored["task"])), "") not in ("", stored.get("code"))
    )
    for name, count in older.items():
        say(f"{name} has changed since {count} of its results were made; they are kept in the journal and not shown")


def _is_done(writer: ResultsWriter, entry: PlannedCell, *, retry_failed: bool, again: Sequence[str]) -> bool:
    stored = writer.rows.get(entry.key)
    if stored is None or entry.cell.forecaster in again:
        return False
    if stored["status"] == "ok":
        return writer.has_forecast(entry.key)
    return stored["status"] == "unavailable" or not retry_failed


def _costs(rows: Iterable[Mapping[str, Any]]) -> Costs:
    costs = Costs()
    for stored in rows:
        seconds = stored.get("cell_seconds")
        if seconds is not None:
            costs.learn(str(stored["forecaster"]), float(seconds))
    return costs


def _check_limits(*, workers: int | None, time_limit: float, memory_limit_mb: int) -> None:
    if workers is not None:
        check_count("workers", workers)
    check_positive("time_limit", time_limit)
    check_count("memory_limit_mb", memory_limit_mb, least=0)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name or "python", *sys.argv[1:]])
