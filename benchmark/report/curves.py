"""Read the stored forecasts for the report: series to draw, and errors against Lyapunov time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.results.error_curves import stored_forecast
from benchmark.results.reading import Results
from dysts.errors import DystsError

_GRID_POINTS = 80


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One forecast beside the truth, in one component.

    Attributes
    ----------
    past, truth, forecast : ndarray, float64 [time]
        End of the training series, what followed, and what was predicted (NaN where nothing was).
    low, high : float
        Range of the component over the training series and the truth.
    step : float
        Time between points, in `unit`.
    unit : str
        ``"Lyapunov times"``, or ``"periods"`` where there are none.
    component : str
        Name of the component.
    valid : float
        Valid prediction time, in `unit`.
    """

    past: NDArray[np.float64]
    truth: NDArray[np.float64]
    forecast: NDArray[np.float64]
    low: float
    high: float
    step: float
    unit: str
    component: str
    valid: float


def panel(results: Results, cell: pd.Series) -> Panel | None:
    """Read the series of the panel of one cell; None if its truth is not stored."""
    try:
        truth, attributes = results.truth(str(cell["task"]))
    except DystsError:
        return None
    chaotic = not cell["vpt_missing"]
    per_period = float(cell["step"]) * float(attributes["season_length"])
    unit = float(cell["lyapunov_exponent"]) if chaotic else 1.0 / per_period
    forecast = stored_forecast(results, cell)
    lowest, highest = attributes["train_range"]
    return Panel(
        past=np.asarray(attributes["train_tail"], dtype=np.float64)[-len(truth) // 4 :, 0],
        truth=truth[:, 0],
        forecast=np.full(len(truth), np.nan) if forecast is None else forecast[:, 0],
        low=min(float(lowest[0]), float(truth[:, 0].min())),
        high=max(float(highest[0]), float(truth[:, 0].max())),
        step=float(cell["step"]) * unit,
        unit="Lyapunov times" if chaotic else "periods",
        component=str(attributes["components"][0]),
        valid=float(cell["vpt"] if chaotic else cell["vpt_periods"]),
    )


QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def lyapunov_grid(results: Results) -> NDArray[np.float64]:
    """Return Lyapunov times, float64 [time], up to where half of the cells reach; none if no system has any."""
    table = results.table
    chaotic = table[(table["vpt_missing"] == "") & table["known_lyapunov"].gt(0)]
    if chaotic.empty:
        return np.zeros(0)
    return np.linspace(0, float(chaotic["known_lyapunov"].median()), _GRID_POINTS + 1)[1:]


def error_quantiles(
    curves: pd.DataFrame, grid: NDArray[np.float64], forecasters: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Quantiles over cells of the normalised error of each forecaster.

    A cell without a forecast counts as infinitely wrong.

    Parameters
    ----------
    curves : pandas.DataFrame
        From `benchmark.results.error_curves.error_curves`, at the times of the grid.
    grid : float64 [time]
        Lyapunov times.
    forecasters : sequence of str

    Returns
    -------
    dict of str to float64 [quantile, time]
        The `QUANTILES` of each forecaster with any cell.
    """
    found = {}
    for name in forecasters:
        errors = curves.loc[curves["forecaster"] == name, list(grid)].to_numpy(dtype=np.float64)
        if not len(errors) or not grid.size or np.isnan(errors).all():
            continue
        quantiles = np.full((len(QUANTILES), grid.size), np.nan)
        for time in np.flatnonzero(~np.isnan(errors).all(axis=0)):
            known = errors[~np.isnan(errors[:, time]), time]
            # The nearest order statistic, as a number and infinity have no value between them.
            quantiles[:, time] = np.quantile(known, QUANTILES, method="inverted_cdf")
            quantiles[2, time] = np.median(known)
        found[name] = quantiles
    return found
