"""Scores of the first so many Lyapunov times of every cell: read from stored forecasts, kept as one small table."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray

from benchmark.results.error_curves import stored_forecast
from benchmark.results.reading import Results
from dysts import metrics
from dysts.cache import replacing
from dysts.errors import InvalidArgumentError, StorageError

TIMES = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 24.0, 28.0, 32.0)
"""Lyapunov times of the table: denser where forecasts end, and up to what double precision determines."""

SCORES = {"nrmse": np.inf, "smape": 200.0}
"""Scores of the table, each with the value of a cell without a forecast."""

NAMES = ("key", "system", "forecaster", "score")
"""Columns of the table before those of the times."""


def scores_over_time(results: Results, times: ArrayLike = TIMES) -> pd.DataFrame:
    """Return nrmse and smape of the first so many Lyapunov times of every cell.

    Parameters
    ----------
    results : Results
        Results of a run with its forecasts.
    times : array_like, float [grid]
        Lyapunov times after the last observation.

    Returns
    -------
    pandas.DataFrame
        Two rows for each cell whose system has a Lyapunov time: ``key``, ``system``, ``forecaster``, ``score``, which
        is "nrmse" or "smape", and a column for each time with the score from the first point to that time. NaN where
        the horizon or the truth ends earlier; the worst value at all observed times where there is no forecast.
    """
    grid = np.asarray(times, dtype=np.float64)
    rows: list[dict[str, Any]] = []
    for _, cell in results.table.iterrows():
        if cell["vpt_missing"] or cell["status"] == "unavailable":
            continue
        for score, values in _cell_scores(results, cell, grid).items():
            named = {"key": cell["key"], "system": cell["system"], "forecaster": cell["forecaster"], "score": score}
            rows.append(named | dict(zip(grid.tolist(), values.tolist(), strict=True)))
    return pd.DataFrame(rows, columns=[*NAMES, *grid.tolist()])


def _cell_scores(results: Results, cell: "pd.Series[Any]", grid: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    step, exponent = float(cell["step"]), float(cell["lyapunov_exponent"])
    observed = grid <= float(cell["known_lyapunov"]) * (1 + 1e-9)
    forecast = stored_forecast(results, cell)
    if forecast is None:
        # A forecast that was made and is not stored is unknown; one that was never made is the worst.
        failed = cell["status"] != "ok"
        return {score: np.where(observed & failed, worst, np.nan) for score, worst in SCORES.items()}
    truth, attributes = results.truth(str(cell["task"]))
    columns = attributes.get("responding") or list(range(truth.shape[1]))
    normed = {
        "truth": truth[:, columns],
        "forecast": forecast[:, columns],
        "scale": np.asarray(attributes["scale"])[columns],
    }
    curves = {
        "nrmse": metrics.cumulative_nrmse(**normed),
        "smape": metrics.cumulative_smape(truth=truth, forecast=forecast),
    }
    read = {
        score: metrics.at_lyapunov_times(curve, step=step, lyapunov_exponent=exponent, times=grid)
        for score, curve in curves.items()
    }
    return {score: np.where(observed, values, np.nan) for score, values in read.items()}


def write_scores_over_time(results: Results, path: str | os.PathLike[str]) -> Path:
    """Write `scores_over_time` at `TIMES` as one Parquet file of single-precision numbers with four digits.

    Raises
    ------
    InvalidArgumentError
        If the name of the file does not end in ``.parquet``, or the run stores no forecasts.
    StorageError
        If the file cannot be written, or a stored truth cannot be read.
    """
    target = Path(path)
    if target.suffix != ".parquet":
        raise InvalidArgumentError(f"the file must end in .parquet, got {target.name!r}")
    if not target.parent.is_dir():
        raise StorageError(f"cannot write {target}: there is no folder {target.parent}")
    table = scores_over_time(results)
    times = list(TIMES)
    forecast = table["key"].isin(results.table.loc[results.table["status"] == "ok", "key"])
    if table.loc[forecast, times].isna().all(axis=None):
        raise InvalidArgumentError(f"{results.folder} stores no forecast of a system with a Lyapunov time")
    for time in times:
        table[time] = [np.float32(f"{value:.3e}") for value in table[time]]
    table = table.rename(columns={time: f"{time:g}" for time in times})
    with replacing(target) as part:
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        pq.write_table(arrow, part, compression="zstd", compression_level=19)
    return target


def read_scores_over_time(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table of `write_scores_over_time`, with the times as numbers.

    Raises
    ------
    StorageError
        If the file cannot be read, or holds another table.
    """
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot read scores over time from {os.fspath(path)}: {error}") from error
    times = [name for name in table.columns if name not in NAMES]
    if not set(NAMES) <= set(table.columns) or not all(_is_number(name) for name in times):
        raise StorageError(f"{os.fspath(path)} must have the columns {', '.join(NAMES)} and times, got another table")
    named = {name: float(name) for name in times}
    return table.rename(columns=named).astype(dict.fromkeys(named.values(), np.float64))


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
