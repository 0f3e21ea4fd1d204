"""Run the track: its cells in worker processes, each result kept as it comes, so that a run goes on where it was."""

import hashlib
import importlib.util
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.discovery.statuses import WITH_EQUATIONS
from benchmark.discovery.table import discovery_table, write_discovery_table
from benchmark.discovery.tasks import (
    REFERENCES,
    VERSION,
    DiscoveryTask,
    SystemData,
    discovery_systems,
    discovery_tasks,
    library_of,
    takes_part,
)
from benchmark.results.cell_row import now
from benchmark.results.writing import ResultsWriter
from benchmark.running import provenance
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, MOST_WORKERS, TIME_LIMITS
from benchmark.running.processes import LocalProcesses
from benchmark.running.progress import Costs, Progress
from dysts.checks import check_count, check_positive
from dysts.discovery.expansion import canonical_form
from dysts.discovery.named_methods import GENETIC, METHODS, needs_of
from dysts.errors import DystsError, unknown_name
from dysts.systems.registry import get_system
from dysts.version import PACKAGE

TRACK = "discovery"
"""What the command line calls the track."""
TABLE = "discovery.parquet"
"""Name of the table in the results folder."""
TIME_LIMIT = TIME_LIMITS["discovery"]
"""Wall-clock seconds of a cell unless told otherwise."""
WORK = "benchmark.discovery.cell:run_discovery"


@dataclass(frozen=True)
class _Cell:
    task: DiscoveryTask
    method: str
    key: str


def run_track(
    *,
    systems: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    time_limit: float = TIME_LIMIT,
    memory_limit_mb: int = DEFAULT_MEMORY_LIMIT_MB,
    retry_failed: bool = False,
    progress: bool = True,
) -> pd.DataFrame:
    """Run the cells of the track that have no result yet, and return the table of all that were asked for.

    Parameters
    ----------
    systems : sequence of str, optional
        By default all flows without delay.
    methods : sequence of str, optional
        By default all that are installed, without genetic programming, and the forecasters `REFERENCES`.
    output : path, optional
        Results folder, ``benchmark-results/discovery`` by default.
    workers : int, optional
        Worker processes; by default one per core, at most 8.
    time_limit : float
        Wall-clock seconds of a cell.
    memory_limit_mb : int
    retry_failed : bool
        Run the cells again that ended without equations.
    progress : bool
        Report progress on stderr.

    Returns
    -------
    pandas.DataFrame
        See `benchmark.discovery.table.COLUMNS`.

    Raises
    ------
    UnknownNameError
        If a system or a method is not known, or the packages of a method are not installed.
    RunError
        If another run holds the folder.
    """
    known = discovery_systems()
    chosen = list(known if systems is None else systems)
    for name in chosen:
        if name not in known:
            raise unknown_name("system of the track", name, known)
    wanted = _methods(methods)
    check_positive("time_limit", time_limit)
    count = min(provenance.available_cores(), MOST_WORKERS) if workers is None else check_count("workers", workers)
    code = {name: _code(name) for name in wanted}
    cells = [
        _Cell(task, method, task.key(method, code[method]))
        # Kind by kind, so that a run that is stopped has whole tables.
        for kind in zip(*map(discovery_tasks, chosen), strict=True)
        for task in kind
        for method in wanted
        if takes_part(method, task)
    ]
    folder = Path("benchmark-results") / TRACK if output is None else Path(output)
    with closing(ResultsWriter(folder)) as writer:
        todo = [
            cell
            for cell in cells
            if cell.key not in writer.rows or (retry_failed and writer.rows[cell.key]["status"] != "ok")
        ]
        manifest = {
            "track": TRACK,
            "version": VERSION,
            "systems": chosen,
            "methods": {name: {"code": code[name], **_versions(name)} for name in wanted},
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "machine": provenance.machine(),
            "limits": {"seconds": time_limit, "memory_mb": memory_limit_mb},
        }
        session = {"begun": now(), "workers": count, "cells_to_run": len(todo)}
        earlier = writer.sessions()
        writer.write_manifest({**manifest, "sessions": [*earlier, session]})
        begun = time.monotonic()
        if todo:
            _run(todo, writer, len(cells), count, time_limit, memory_limit_mb, progress=progress)
        session |= {"finished": now(), "wall_seconds": round(time.monotonic() - begun, 1)}
        manifest["sessions"] = [*earlier, session]
        writer.write_manifest(manifest)
        table = discovery_table([writer.rows[cell.key] for cell in cells])
        write_discovery_table(table, manifest, folder / TABLE)
    return table


def table_of_folder(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the table of the cells that a folder has so far, finished or not, the newest code of each."""
    rows: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in ResultsWriter.read_rows(Path(folder)).values():
        place = tuple(row[name] for name in ("system", "method", "given", "points_per_period", "noise_db"))
        rows[place] = row
    return discovery_table(rows.values())


def _run(
    todo: Sequence[_Cell],
    writer: ResultsWriter,
    total: int,
    workers: int,
    time_limit: float,
    memory_limit_mb: int,
    *,
    progress: bool,
) -> None:
    by_key = {cell.key: cell for cell in todo}
    left = Counter(cell.method for cell in todo)
    costs = Costs()
    data: dict[str, SystemData | str] = {}
    scheduler = LocalProcesses(workers=workers, time_limit=time_limit, memory_limit_mb=memory_limit_mb, work=WORK)
    stream = sys.stderr if progress else None
    with closing(Progress(total=total, done=total - len(todo), workers=workers, stream=stream)) as bar:

        def finish(cell: _Cell, outcome: CellOutcome) -> None:
            writer.commit(_row(cell, outcome, data.get(cell.task.system)), None)
            left[cell.method] -= 1
            costs.learn(cell.method, outcome.seconds)
            bar.update(f"{cell.method}: {cell.task.label}", failed=outcome.status != "ok", left=left, costs=costs)

        def jobs() -> Iterator[Job]:
            for cell in todo:
                name = cell.task.system
                if name not in data:
                    try:
                        data[name] = SystemData.of(get_system(name))
                    except DystsError as error:
                        data[name] = one_line(error)
                found = data[name]
                if isinstance(found, str):
                    finish(cell, CellOutcome(key=cell.key, status="no_series", error=f"no series: {found}"))
                else:
                    yield _job(cell, found)

        with closing(scheduler.run(jobs())) as outcomes:  # type: ignore[type-var]
            for outcome in outcomes:
                finish(by_key[outcome.key], outcome)


def _job(cell: _Cell, data: SystemData) -> Job:
    times, states, rates = data.given(cell.task)
    parts = [times[:, None], states] if rates is None else [times[:, None], states, rates]
    return Job(
        key=cell.key,
        label=cell.task.label,
        forecaster=cell.method,
        preset="",
        config={},
        seed=0,
        season_length=cell.task.points_per_period,
        horizon=1,
        train=np.concatenate(parts, axis=1),
        known={
            "system": cell.task.system,
            "angles": list(data.angles),
            "clean": cell.task.noise_db is None,
            "step": data.series[cell.task.points_per_period][0],
            "continuation": data.continuation[cell.task.points_per_period].tolist(),
            "elsewhere": [] if data.elsewhere is None else data.elsewhere.tolist(),
            "test": data.test.tolist(),
            "test_step": data.test_step,
        },
    )


def _row(cell: _Cell, outcome: CellOutcome, data: SystemData | str | None) -> dict[str, Any]:
    task = cell.task
    scores = dict(outcome.tuned)
    if isinstance(data, SystemData):
        scores["relation_degree"] = data.relation_degree
        if data.elsewhere is not None and cell.method not in REFERENCES and outcome.status not in WITH_EQUATIONS:
            scores |= {"elsewhere_error": 2.0, "elsewhere_valid_time": 0.0}
    return {
        **scores,
        "key": cell.key,
        "system": task.system,
        "method": cell.method,
        "given": task.given,
        "points_per_period": task.points_per_period,
        "noise_db": float("inf") if task.noise_db is None else float(task.noise_db),
        **_facts(task.system),
        "status": outcome.status,
        "error": outcome.error,
        "fit_seconds": outcome.fit_seconds,
        "peak_memory_mb": outcome.peak_memory_mb,
        "equations": outcome.tuned.get("equations", "") if task.noise_db is None else "",
        "finished": now(),
    }


@cache
def _facts(name: str) -> Mapping[str, Any]:
    """Return the columns of a row that are about its system."""
    system = get_system(name)
    spectrum = system.properties.get("lyapunov_spectrum")
    return {
        "library": library_of(system),
        "dimension": system.dimension,
        "true_terms": sum(map(len, canonical_form(system))),
        "period": system.period,
        "lyapunov_exponent": float("nan") if spectrum is None else float(spectrum["value"][0]),
    }


def _methods(methods: Sequence[str] | None) -> list[str]:
    if methods is None:
        return [name for name in (*METHODS, *REFERENCES) if name not in GENETIC and not _lacking(name)]
    for name in methods:
        if name not in (*METHODS, *REFERENCES):
            raise unknown_name("method of discovery", name, (*METHODS, *REFERENCES))
        if lacking := _lacking(name):
            from dysts.errors import MissingPackageError
            from dysts.version import install_command

            raise MissingPackageError(f"{name} needs {', '.join(lacking)}; {install_command('discovery')}")
    return list(dict.fromkeys(methods))


def _lacking(method: str) -> list[str]:
    return [package for package in needs_of(method) if importlib.util.find_spec(package) is None]


def _versions(method: str) -> dict[str, str]:
    return {package: metadata.version(package) for package in needs_of(method)}


def _code(method: str) -> str:
    """Return the fingerprint of the code on which the result of a method depends."""
    digest = hashlib.sha256()
    for path in sorted((PACKAGE / "discovery").glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(Path(__file__).with_name("cell.py").read_bytes())
    digest.update(Path(__file__).with_name("tasks.py").read_bytes())
    digest.update(repr(sorted(_versions(method).items())).encode())
    return digest.hexdigest()[:16]
