"""Run the suite `parameters` or `basins`: cells in worker processes, a journal that goes on, one table."""

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from benchmark.generalisation.basins import basins_of, coexisting_systems
from benchmark.generalisation.cases import POINTS_PER_PERIOD, Elsewhere
from benchmark.generalisation.parameters import parameter_systems, parameters_of
from benchmark.generalisation.scores import scores
from benchmark.results.missing_cells import run_missing
from benchmark.running.building import build
from benchmark.running.job import CellOutcome, Job
from benchmark.running.limits import DEFAULT_MEMORY_LIMIT_MB, DEFAULT_TIME_LIMIT
from benchmark.running.processes import LocalProcesses, Scheduler
from benchmark.running.source_code import code_of
from dysts.checks import check_count, check_positive
from dysts.errors import DystsError, unknown_name
from dysts.systems.registry import get_system
from dysts.workers.threads import processors

VERSION = 2
"""Version of the protocol; cells of another version are run again."""
WORK = "benchmark.generalisation.cell:run_elsewhere"
FORECASTERS = ("LinearRegression", "NVAR", "ESN", "RandomForest", "PolynomialODE")
"""Forecasters of a run unless told otherwise: those that forecast from another series than their own within seconds."""
PRESET = "fast"
SUITES: Mapping[str, tuple[Callable[[], Sequence[str]], Callable[[str], Elsewhere]]] = MappingProxyType(
    {
        "parameters": (lambda: tuple(parameter_systems()), parameters_of),
        "basins": (coexisting_systems, basins_of),
    }
)
"""The suites by name: the systems of each, and the task of one system."""
SCORES = ("valid_periods", "valid_to_the_end", "valid_lyapunov_times", "sliced_wasserstein", "right")


def run_generalisation(
    suite: str,
    output: str | os.PathLike[str],
    *,
    systems: Sequence[str] | None = None,
    forecasters: Sequence[str] = FORECASTERS,
    seed: int = 0,
    workers: int | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    memory_limit_mb: int = DEFAULT_MEMORY_LIMIT_MB,
    retry_failed: bool = False,
    say: Callable[[str], None] | None = None,
    scheduler: Scheduler | None = None,
) -> pd.DataFrame:
    """Run every cell that has no result yet, and return a row for each forecast.

    Parameters
    ----------
    suite : {"parameters", "basins"}
    output : path
        The results folder; a run that was stopped goes on from its journal.
    systems : sequence of str, optional
        By default all of the suite.
    forecasters : sequence of str
    seed : int
        Seed of the forecasters.
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
        Columns suite, system, forecaster, place, kind, value, regime, exponent, status, error, fit_seconds, and those
        of `benchmark.generalisation.scores.scores`.

    Raises
    ------
    UnknownNameError, InvalidArgumentError, StorageError
    """
    if suite not in SUITES:
        raise unknown_name("suite of generalisation", suite, SUITES)
    known, task_of = SUITES[suite]
    check_positive("time_limit", time_limit)
    for name in systems or ():
        if name not in known():
            raise unknown_name(f"system of the suite {suite}", name, known())
    code = {
        name: code_of(name, build(name, preset=PRESET, season_length=POINTS_PER_PERIOD, seed=seed)).fingerprint
        for name in forecasters
    }
    cells = {
        _key(suite, system, forecaster, seed, code[forecaster]): (system, forecaster)
        for system in (known() if systems is None else systems)
        for forecaster in forecasters
    }
    tasks: dict[str, Elsewhere] = {}
    without: dict[str, str] = {}

    def task(system: str) -> Elsewhere:
        if system not in tasks:
            tasks.clear()
            tasks[system] = task_of(system)
        return tasks[system]

    def jobs(waiting: set[str]) -> Iterator[Job]:
        for key, (system, forecaster) in cells.items():
            if key not in waiting:
                continue
            try:
                own = task(system)
            except DystsError as error:
                # The system has no task, so none of its cells has.
                without[key] = str(error)
                continue
            yield Job(
                key=key,
                label=f"{forecaster} on {system}",
                forecaster=forecaster,
                preset=PRESET,
                config={},
                seed=seed,
                season_length=POINTS_PER_PERIOD,
                horizon=len(own.cases[0].truth),
                train=own.train,
                known={"contexts": [case.context.tolist() for case in own.cases], "held": list(own.held)},
            )

    def row(outcome: CellOutcome) -> dict[str, Any]:
        system, forecaster = cells[outcome.key]
        return _row(outcome, task(system), suite, forecaster)

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
            work=WORK,
        ),
        retry_failed=retry_failed,
        say=say,
    )
    rows += [
        {"suite": suite, "system": cells[key][0], "forecaster": cells[key][1], "places": [_no_place(reason)]}
        for key, reason in without.items()
    ]
    return table_of_rows(rows)


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row for each forecast, from a row for each cell."""
    flat = [
        {"suite": row["suite"], "system": row["system"], "forecaster": row["forecaster"], **place}
        for row in rows
        for place in row["places"]
    ]
    table = pd.DataFrame(flat)
    # JSON has no infinity: a missing distance of a cell that ended without a forecast is the worst.
    failed = ~table["status"].isin(("ok", "unavailable"))
    table.loc[failed, "sliced_wasserstein"] = np.inf
    return table.astype(dict.fromkeys(("valid_periods", "valid_lyapunov_times", "sliced_wasserstein", "right"), float))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each forecaster and kind of place the medians of the scores and the share of right motions."""
    run = table[table["status"] != "unavailable"]
    grouped = run.groupby(["forecaster", "kind"], sort=False)
    return pd.DataFrame(
        {
            "places": grouped.size(),
            "valid_periods": grouped["valid_periods"].median(),
            "valid_lyapunov_times": grouped["valid_lyapunov_times"].median(),
            "sliced_wasserstein": grouped["sliced_wasserstein"].median(),
            "right": grouped["right"].mean(),
        }
    ).reset_index()


def _key(suite: str, system: str, forecaster: str, seed: int, code: str) -> str:
    facts = [VERSION, suite, get_system(system).definition_json, forecaster, PRESET, seed, code]
    if suite == "parameters":
        facts.append(str(parameter_systems()[system]))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]


def _row(outcome: CellOutcome, task: Elsewhere, suite: str, forecaster: str) -> dict[str, Any]:
    horizon = len(task.cases[0].truth)
    places = []
    for number, case in enumerate(task.cases):
        forecast = None if outcome.forecast is None else outcome.forecast[number * horizon : (number + 1) * horizon]
        found = scores(task, case, forecast)
        places.append(
            {
                "place": case.name,
                "kind": case.kind,
                "value": case.facts.get("value"),
                "regime": case.facts.get("regime", ""),
                "exponent": case.facts.get("exponent"),
                "status": outcome.status,
                "error": outcome.error,
                "fit_seconds": outcome.fit_seconds,
                **(dict.fromkeys(SCORES) if outcome.status == "unavailable" else _plain(found)),
            }
        )
    return {
        "key": outcome.key,
        "status": outcome.status,
        "suite": suite,
        "system": task.system,
        "forecaster": forecaster,
        "places": places,
        "said": f"{forecaster} on {task.system}: {outcome.status}",
    }


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return scores as JSON values, in which a missing or infinite number is null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in found.items()
    }


def _no_place(reason: str) -> dict[str, Any]:
    place = dict.fromkeys(("place", "kind", "regime"), "")
    return {
        **place,
        **dict.fromkeys(("value", "exponent", "fit_seconds", *SCORES)),
        "status": "unavailable",
        "error": reason,
    }
