"""Errors against Lyapunov time, read from the stored forecasts."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from benchmark.results.reading import Results
from dysts.errors import DystsError
from dysts.metrics import at_lyapunov_times, normalised_error

WORST_ERROR = np.inf
"""Error of a cell without a forecast, at all times."""


def error_curves(results: Results, times: ArrayLike) -> pd.DataFrame:
    """Return the normalised error of every cell at given Lyapunov times.

    Parameters
    ----------
    results : Results
        Results of a run with its forecasts.
    times : array_like, float [grid]
        Lyapunov times after the last observation.

    Returns
    -------
    pandas.DataFrame
        A row per cell whose system has a Lyapunov time: ``key``, ``system``, ``forecaster``, and a column per time
        with the error, NaN where no truth is known and infinite where the cell has no forecast.
    """
    grid = np.asarray(times, dtype=np.float64)
    table = results.table[(results.table["vpt_missing"] == "") & (results.table["status"] != "unavailable")]
    # Results without a known time of any truth, as of earlier versions, have no times to read errors at.
    errors = [cell_error_curve(results, cell, grid) for _, cell in table.iterrows()] if grid.size else []
    named = table[["key", "system", "forecaster"]].reset_index(drop=True)
    curves = pd.DataFrame(np.array(errors).reshape(len(table), grid.size), columns=list(grid))
    return pd.concat([named, curves], axis=1)


def cell_error_curve(results: Results, cell: "pd.Series[Any]", times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normalised error of one cell at Lyapunov times; NaN throughout if its series are not stored."""
    within = times <= float(cell["known_lyapunov"]) * (1 + 1e-9)
    forecast = stored_forecast(results, cell)
    if forecast is None:
        # A forecast that is not stored, as in an exported table, is unknown; one that never was is the worst.
        return np.where(within & (cell["status"] != "ok"), WORST_ERROR, np.nan)
    try:
        truth, attributes = results.truth(str(cell["task"]))
    except DystsError:
        return np.full(times.size, np.nan)
    columns = attributes.get("responding") or list(range(truth.shape[1]))
    scale = np.asarray(attributes["scale"])[columns]
    error = normalised_error(truth=truth[:, columns], forecast=forecast[:, columns], scale=scale)
    curve = at_lyapunov_times(
        error,
        step=float(cell["step"]),
        lyapunov_exponent=float(cell["lyapunov_exponent"]),
        times=times,
    )
    return np.where(within, curve, np.nan)


def stored_forecast(results: Results, cell: "pd.Series[Any]") -> NDArray[np.float64] | None:
    """Return the forecast of a cell, or None if it has none or it cannot be read."""
    if cell["status"] != "ok":
        return None
    try:
        return results.forecast(str(cell["key"]))
    except DystsError:
        return None
