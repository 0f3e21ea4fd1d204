"""Rank correlations between the scores of forecasters and the invariants of systems."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmark.comparison.blocks import score_by_system
from benchmark.tasks.references import REFERENCES
from dysts.errors import DystsError, InvalidArgumentError
from dysts.systems.registry import Registry, registry_of

FEWEST_SYSTEMS = 5
MEDIAN = "(median)"
"""Name of the row for the median over forecasters."""
_SKIPPED = ("period", "recommended_step", "mean", "standard_deviation")


def invariants_of(systems: Sequence[str], *, registry: Registry | None = None) -> pd.DataFrame:
    """Return the invariants of systems that are single numbers, from the registry.

    Parameters
    ----------
    systems : sequence of str
        Names; one that the registry does not know has none.
    registry : Registry, optional
        Holds systems beside those of the package.

    Returns
    -------
    pandas.DataFrame
        A row per system: ``lyapunov_exponent_per_period``, ``dimension`` (number of state variables) and every
        computed property that is one number; NaN where it is not known.
    """
    rows: dict[str, dict[str, float]] = {}
    for name in systems:
        rows[name] = {}
        try:
            system = registry_of(registry).find(name)
        except DystsError:
            continue
        values: dict[str, float] = {"dimension": float(system.dimension)}
        for key, entry in system.properties.items():
            value = entry["value"]
            if key not in _SKIPPED and isinstance(value, int | float) and not isinstance(value, bool):
                values[key] = float(value)
        with suppress(DystsError):
            values["lyapunov_exponent_per_period"] = system.lyapunov_exponent * system.period
        rows[name] = values
    return pd.DataFrame.from_dict(rows, orient="index").reindex(list(systems))


def invariant_correlations(
    table: pd.DataFrame,
    score: str = "smape",
    *,
    invariants: pd.DataFrame | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate the score of each forecaster with the invariants of the systems.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    invariants : pandas.DataFrame, optional
        A row per system; `invariants_of` by default.
    resamples : int
        Resamples of the bootstrap over systems.
    level : float
        Coverage of the intervals, between 0 and 1.
    seed : int
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        A row per invariant and forecaster, and one for ``(median)``, the median score over forecasters:
        ``invariant``, ``forecaster``, Spearman's ``correlation`` with ``low`` and ``high``, and the number of
        ``systems``. Missing where fewer than 5 systems have both, or one of the two does not vary.

    Raises
    ------
    InvalidArgumentError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InvalidArgumentError(f"level must lie between 0 and 1, got {level!r}")
    blocks = score_by_system(table, score)
    blocks[MEDIAN] = blocks.median(axis=1)
    known = invariants_of(list(blocks.index)) if invariants is None else invariants.reindex(blocks.index)
    rows = []
    for invariant in known.columns:
        x = known[invariant].to_numpy(dtype=np.float64)
        usable = np.isfinite(x)
        for forecaster in blocks.columns:
            y = blocks[forecaster].to_numpy(dtype=np.float64)
            found = _spearman(x[usable], y[usable], resamples=resamples, level=level, seed=seed)
            rows.append({"invariant": invariant, "forecaster": forecaster, **found, "systems": int(usable.sum())})
    return pd.DataFrame(rows, columns=["invariant", "forecaster", "correlation", "low", "high", "systems"])


def curve_correlations(
    curves: pd.DataFrame,
    invariants: "pd.Series[float]",
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate the error of each forecaster with one invariant, at every Lyapunov time.

    Parameters
    ----------
    curves : pandas.DataFrame
        From `benchmark.results.error_curves.error_curves`.
    invariants : pandas.Series
        Of one invariant, by system.
    resamples, level, seed
        As in `invariant_correlations`.

    Returns
    -------
    pandas.DataFrame
        ``forecaster``, ``time`` (Lyapunov times), Spearman's ``correlation`` with ``low`` and ``high``, ``systems``.
    """
    times = [column for column in curves.columns if isinstance(column, float)]
    rows = []
    for forecaster, cells in curves.groupby("forecaster", sort=True):
        medians = cells.groupby("system")[times].median()
        x = invariants.reindex(medians.index).to_numpy(dtype=np.float64)
        for time in times:
            y = medians[time].to_numpy(dtype=np.float64)
            usable = np.isfinite(x) & ~np.isnan(y)
            found = _spearman(x[usable], y[usable], resamples=resamples, level=level, seed=seed)
            rows.append({"forecaster": forecaster, "time": time, **found, "systems": int(usable.sum())})
    return pd.DataFrame(rows, columns=["forecaster", "time", "correlation", "low", "high", "systems"])


def median_curve_correlations(
    curves: pd.DataFrame,
    invariants: pd.DataFrame,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate the median error over forecasters with invariants, at every Lyapunov time.

    Parameters
    ----------
    curves : pandas.DataFrame
        From `benchmark.results.error_curves.error_curves`; references are left out.
    invariants : pandas.DataFrame
        A row per system, as from `invariants_of`.
    resamples, level, seed
        As in `invariant_correlations`.

    Returns
    -------
    pandas.DataFrame
        ``invariant``, ``time`` (Lyapunov times), Spearman's ``correlation`` with ``low`` and ``high``, ``systems``.
    """
    medians = median_over_forecasters(curves).reset_index()
    medians.insert(0, "forecaster", MEDIAN)
    found = [
        curve_correlations(medians, invariants[name], resamples=resamples, level=level, seed=seed).assign(
            invariant=name
        )
        for name in invariants.columns
    ]
    columns = ["invariant", "time", "correlation", "low", "high", "systems"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def median_over_forecasters(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the median error over forecasters of each system, without references.

    Parameters
    ----------
    curves : pandas.DataFrame
        ``system``, ``forecaster``, and a column for each Lyapunov time, as from
        `benchmark.results.error_curves.error_curves`.

    Returns
    -------
    pandas.DataFrame
        A row for each system, with the columns of the times.
    """
    times = [column for column in curves.columns if isinstance(column, float)]
    own = curves[~curves["forecaster"].isin(list(REFERENCES))]
    return own.groupby(["system", "forecaster"])[times].median().groupby("system").median()


def _spearman(
    x: NDArray[np.float64], y: NDArray[np.float64], *, resamples: int, level: float, seed: int
) -> Mapping[str, Any]:
    missing = {"correlation": np.nan, "low": np.nan, "high": np.nan}
    if len(x) < FEWEST_SYSTEMS or np.ptp(rankdata(x)) == 0 or np.ptp(rankdata(y)) == 0:
        return missing
    draws = np.random.default_rng(seed).integers(0, len(x), size=(resamples, len(x)))
    drawn = rank_correlation(x[draws], y[draws])
    tail = 50.0 * (1 - level)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return {
        "correlation": float(rank_correlation(x[None], y[None])[0]),
        "low": float(low),
        "high": float(high),
    }


def rank_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Spearman's correlation of each row of two arrays, float64 [row, case], with the ranks taken within it."""
    a, b = rankdata(x, axis=1), rankdata(y, axis=1)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1)))
