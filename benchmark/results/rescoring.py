"""Score stored forecasts again, without running a forecaster: after a new annotation, or for new scores."""

import os
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.own_series import OWN
from benchmark.results.cell_row import scored
from benchmark.results.reading import Results, read_array
from benchmark.results.writing import ResultsWriter
from benchmark.scoring.compute import WITHOUT_FIDELITY, scoring_digest
from benchmark.tasks.data import ScoringData
from dysts.errors import DystsError, StorageError
from dysts.systems.registry import Registry, registry_of

Exponents = Callable[[Mapping[str, Any]], tuple[float, float]]


def rescore(folder: str | os.PathLike[str], *, exponents: Exponents | None = None) -> tuple[Results, int]:
    """Score every stored forecast of a results folder again.

    Forecasts are not computed again, and failed cells keep their worst scores. Rows whose forecast cannot be read stay
    as they are; the next run of the same command computes those cells again.

    Parameters
    ----------
    folder : path
        Results folder of a run, finished or not.
    exponents : callable, optional
        Called with a row for the largest Lyapunov exponent of its system and its standard error. By default the
        registry's for a system, that in the results folder for one of one's own, and the row's for a series.

    Returns
    -------
    tuple
        The results, and the number of rows that changed.

    Raises
    ------
    RunError
        If a run holds the folder.
    StorageError
        If the folder holds no results, or cannot be read or written.
    """
    path = Path(folder)
    own = Results.load(path).registry
    with closing(ResultsWriter(path)) as writer:
        changed = []
        for row in writer.rows.values():
            exponent, error = registry_exponents(row, own) if exponents is None else exponents(row)
            fresh = rescored_row(path, row, exponent=exponent, error=error, regime=registry_regime(row, own))
            if fresh is not None and fresh != row:
                changed.append(fresh)
        writer.replace_rows(changed)
        writer.compact(Results.load(path).manifest["cells"])
    return Results.load(path), len(changed)


def refresh(writer: ResultsWriter, outdated: Mapping[str, ScoringData]) -> None:
    """Score the stored forecasts of some rows again, by key, with these data."""
    fresh = []
    for key, data in outdated.items():
        row = writer.rows[key]
        forecast = read_array(writer.folder, "forecast", key)[0] if row["status"] == "ok" else None
        fresh.append({**row, **scored(data, forecast, status=str(row["status"]), error=str(row["error"]))})
    writer.replace_rows(fresh)


def rescored_row(
    folder: Path, row: Mapping[str, Any], *, exponent: float, error: float, regime: str = ""
) -> dict[str, Any] | None:
    """Return a row with scores from its stored forecast, or None if that cannot be read."""
    try:
        truth, attributes = read_array(folder, "truth", str(row["task"]))
        forecast = read_array(folder, "forecast", str(row["key"]))[0] if row["status"] == "ok" else None
    except StorageError:
        return None
    if "responding" not in attributes:
        # An earlier version stored less than scoring needs; the next run stores it.
        return None
    size = attributes["size"]
    data = ScoringData(
        truth=truth,
        step=float(attributes["step"]),
        season_length=int(attributes["season_length"]),
        scale=np.asarray(attributes["scale"], dtype=np.float64),
        lyapunov_exponent=exponent,
        lyapunov_exponent_error=error,
        regime=regime,
        size=None if size is None else np.asarray(size, dtype=np.float64),
        responding=tuple(int(column) for column in attributes["responding"]),
        truth_end=float(attributes["truth_end"]),
        fidelity=WITHOUT_FIDELITY not in str(row.get("missing")),
    )
    if row.get("scoring") == scoring_digest(data):
        return dict(row)
    return {**row, **scored(data, forecast, status=str(row["status"]), error=str(row["error"]))}


def registry_exponents(row: Mapping[str, Any], registry: Registry | None = None) -> tuple[float, float]:
    """Return the registry's largest exponent of a row's system, or the row's own where the registry has none.

    Parameters
    ----------
    row : mapping
    registry : Registry, optional
        Holds systems beside those of the package.
    """
    if row["recipe"] != OWN:
        with suppress(DystsError):
            system = registry_of(registry).find(str(row["system"]))
            return system.lyapunov_exponent, system.lyapunov_exponent_error
    stored = (row.get("lyapunov_exponent"), row.get("lyapunov_exponent_error"))
    exponent, error = (np.nan if value is None else float(value) for value in stored)
    return exponent, error


def registry_regime(row: Mapping[str, Any], registry: Registry | None = None) -> str:
    """Return the regime that the registry names for a row's system; empty where it names none."""
    if row["recipe"] == OWN:
        return ""
    try:
        return str(registry_of(registry).find(str(row["system"])).property_value("regime"))
    except DystsError:
        return ""
