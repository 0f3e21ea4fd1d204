"""Run the comparison of samplings: cells in worker processes, a journal that a later run goes on with, one table."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.results.journal import read_journal
from benchmark.results.missing_cells import JOURNAL, run_missing
from benchmark.running.job import CellOutcome, Job
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT
from benchmark.running.processes import LocalProcesses, Scheduler
from benchmark.sampling.cell import FACTORY
from benchmark.sampling.densities import SAMPLINGS
from benchmark.sampling.settings import SCORES, Settings
from dysts.checks import check_count, check_positive
from dysts.errors import DystsError, unknown_name
from dysts.integration.integrate import integrate
from dysts.systems.kinds import FLOW
from dysts.systems.registry import get_system, list_systems
from dysts.workers.threads import processors

VERSION = 3
"""Version of the protocol; cells of another version are run again."""
SYSTEMS = 30
"""Number of systems of a run unless told otherwise."""
SEEDS = 5
"""Number of seeds of a run unless told otherwise."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A system, a sampling and a seed.

    Attributes
    ----------
    system, sampling : str
    seed : int
    """

    system: str
    sampling: str
    seed: int

    def key(self, settings: Settings) -> str:
        """Return the name of the cell in the journal, which changes with everything that decides about its result."""
        facts = [VERSION, get_system(self.system).definition_json, self.sampling, self.seed, asdict(settings)]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]


def default_systems(count: int = SYSTEMS) -> list[str]:
    """Return systems for the run, evenly over the alphabet: flows without a delay that stay on their attractor.

    Examples
    --------
    >>> len(default_systems()), default_systems(2)
    (30, ['Aizawa', 'LidDrivenCavityFlow'])
    """
    known = [get_system(name) for name in list_systems(kind=FLOW)]
    fitting = [system.name for system in known if system.delay is None and system.lifetime is None]
    places = np.arange(count) * len(fitting) // count
    return [fitting[place] for place in places]


def run_sampling(
    output: str | os.PathLike[str],
    *,
    systems: Sequence[str] | None = None,
    samplings: Sequence[str] = tuple(SAMPLINGS),
    seeds: int = SEEDS,
    first_seed: int = 0,
    settings: Settings | None = None,
    workers: int | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    memory_limit_mb: int = DEFAULT_MEMORY_LIMIT_MB,
    retry_failed: bool = False,
    say: Callable[[str], None] | None = None,
    scheduler: Scheduler | None = None,
) -> pd.DataFrame:
    """Run every cell that has no result yet, and return a row for each cell.

    Parameters
    ----------
    output : path
        The results folder; a run that was stopped goes on from its journal.
    systems : sequence of str, optional
        By default `default_systems`.
    samplings : sequence of str
        Names in `benchmark.sampling.densities.SAMPLINGS`.
    seeds, first_seed : int
        Number of seeds, and the first of them.
    settings : Settings, optional
    workers : int, optional
        Processes; by default one for each processor.
    time_limit, memory_limit_mb : float, int
        Of each cell.
    retry_failed : bool
        Whether to run failed cells again.
    say : callable, optional
        Receives a line for each finished cell.
    scheduler : Scheduler, optional
        Where the cells run; by default on this machine.

    Returns
    -------
    pandas.DataFrame
        Columns system, sampling, seed, status, error, seconds, and lists for each cell: ``steps`` at the checkpoints,
        and the errors there by the names in `benchmark.sampling.settings.SCORES`.

    Raises
    ------
    UnknownNameError, InvalidArgumentError, StorageError
    """
    chosen = settings or Settings()
    for name in samplings:
        if name not in SAMPLINGS:
            raise unknown_name("sampling", name, SAMPLINGS)
    check_positive("time_limit", time_limit)
    names = default_systems() if systems is None else [get_system(name).name for name in systems]
    cells = {
        cell.key(chosen): cell
        # All systems with one seed before the next seed, so that a run that was stopped is a balanced table.
        for seed in range(first_seed, first_seed + check_count("seeds", seeds))
        for system in names
        for sampling in samplings
        for cell in [Cell(system=system, sampling=sampling, seed=seed)]
    }
    failed: dict[str, str] = {}

    def row(outcome: CellOutcome) -> dict[str, Any]:
        errors = [] if outcome.forecast is None else outcome.forecast[:, 0].tolist()
        return _row(outcome, cells[outcome.key], errors, chosen)

    rows = run_missing(
        Path(output),
        cells,
        jobs=lambda waiting: _jobs({key: cells[key] for key in cells if key in waiting}, chosen, failed),
        row=row,
        scheduler=scheduler
        or LocalProcesses(
            workers=check_count("workers", processors() if workers is None else workers),
            time_limit=time_limit,
            memory_limit_mb=memory_limit_mb,
        ),
        retry_failed=retry_failed,
        say=say,
    )
    rows += [
        _row(CellOutcome(key=key, status="unavailable", error=reason), cells[key], [], chosen)
        for key, reason in failed.items()
    ]
    return pd.DataFrame(rows).drop(columns="said")


def _jobs(waiting: dict[str, Cell], settings: Settings, failed: dict[str, str]) -> Iterator[Job]:
    """Yield the jobs; a system whose series cannot be made goes into `failed` with the reason."""
    series: dict[str, np.ndarray] = {}
    changed = {name: value for name, value in asdict(settings).items() if name != "points_per_period"}
    for key, cell in waiting.items():
        if cell.system not in series:
            try:
                series[cell.system] = observed_series(cell.system, settings)
            except DystsError as error:
                # The system has no series, so none of its cells has.
                failed[key] = str(error)
                continue
        yield Job(
            key=key,
            label=f"{cell.system} {cell.sampling}",
            forecaster=FACTORY,
            preset=cell.sampling,
            config={"system": cell.system, **changed},
            seed=cell.seed,
            season_length=settings.points_per_period,
            horizon=len(SCORES) * len(settings.steps_at_checkpoints),
            train=series[cell.system],
        )


def observed_series(system: str, settings: Settings) -> np.ndarray:
    """Return the first observable and its future, standardised by the training points: float64 [time, 1]."""
    found = integrate(
        system,
        settings.train + settings.future,
        points_per_period=settings.points_per_period,
        observables=True,
        predictability=False,
    ).values[:, :1]
    known = found[: settings.train]
    standardised: np.ndarray = (found - known.mean()) / known.std()
    return standardised


def _row(outcome: CellOutcome, cell: Cell, errors: list[float], settings: Settings) -> dict[str, Any]:
    count = len(errors) // len(SCORES)
    scores = {name: errors[place * count : (place + 1) * count] for place, name in enumerate(SCORES)}
    last = ", ".join(f"{name} {values[-1]:.3f}" for name, values in scores.items() if values)
    return {
        "key": outcome.key,
        **asdict(cell),
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        **scores,
        "steps": list(settings.steps_at_checkpoints[:count]),
        "said": f"{cell.system} {cell.sampling} seed {cell.seed}: {last or f'{outcome.status}: {outcome.error}'}",
    }


def read_sampling(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the last row of each cell in a results folder.

    Raises
    ------
    StorageError
    """
    rows = {str(row["key"]): row for row in read_journal(Path(folder) / JOURNAL)}
    return pd.DataFrame(list(rows.values())).drop(columns="said")
