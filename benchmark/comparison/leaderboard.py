"""Compare forecasters over all cells: medians with intervals, failures, cost."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.scoring.scores import get_score
from benchmark.scoring.scoring import WORST_SCORES
from benchmark.tasks.references import FLOORS, ORACLE, REFERENCES
from dysts.errors import InvalidArgumentError

if TYPE_CHECKING:
    from benchmark.results.results import Results

RESAMPLES = 2000
LEVEL = 0.95

_ALWAYS_DEFINED = ("smape", "nrmse", "mae", "mse", "rmse", "vpt_periods")


def with_worst_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table in which every cell that did not end well has the worst scores.

    A score in Lyapunov times that has no meaning for the system stays missing, and so do all of a reference that does
    not exist for it.
    """
    filled = table.copy()
    failed = ~filled["status"].isin(("ok", "unavailable"))
    if not failed.any():
        return filled
    for name in (name for name in WORST_SCORES if name in filled.columns):
        undefined = pd.Series(False, index=filled.index)
        if name == "vpt":
            undefined = filled["vpt_missing"] != ""
        elif name not in _ALWAYS_DEFINED:
            # What the data leave without meaning is missing in the row of a failed cell as well.
            undefined = filled[name].isna()
        filled.loc[failed & ~undefined, name] = WORST_SCORES[name]
    return filled


def bootstrap_median(
    values: NDArray[np.float64],
    clusters: NDArray[np.generic],
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Median with a percentile interval from resampling whole clusters.

    Trajectories of one system are not independent of each other, so the systems are drawn with
    replacement, each with all of its values. The interval speaks of systems drawn from the same
    population, and is missing where there is only one.

    Parameters
    ----------
    values : ndarray, float64 [cell]
        Scores without NaN; infinity is allowed.
    clusters : ndarray [cell]
        The system of each cell.
    resamples : int
        Number of resamples.
    level : float
        Coverage of the interval, between 0 and 1.
    seed : int
        Seed of the resampling; equal seeds and systems draw the same resamples, which pairs forecasters.

    Returns
    -------
    tuple of float
        Median, lower and upper end; NaN where there are no values.

    References
    ----------
    C. A. Field and A. H. Welsh, "Bootstrapping clustered data", Journal of the Royal Statistical Society B
    69 (2007) 369-390, doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    >>> values, systems = np.array([1.0, 2.0, 3.0, 4.0]), np.array(["A", "A", "B", "B"])
    >>> bootstrap_median(values, systems)
    (2.5, 1.5, 3.5)
    """
    if values.shape != clusters.shape or values.ndim != 1:
        raise InvalidArgumentError(
            f"values have shape {values.shape} and clusters {clusters.shape}; they must be equal and flat"
        )
    if not 0 < level < 1:
        raise InvalidArgumentError(f"level must lie between 0 and 1, got {level!r}")
    if not values.size:
        return np.nan, np.nan, np.nan
    median = float(np.median(values))
    names, membership = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        return median, np.nan, np.nan
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    # A value drawn k times stands k times in the resample: the median of counts needs one sort for all.
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    counted = np.cumsum(draws[:, membership[order]], axis=1)
    total = counted[:, -1:]
    lower = ranked[np.argmax(counted > (total - 1) // 2, axis=1)]
    upper = ranked[np.argmax(counted > total // 2, axis=1)]
    medians = np.where(lower == upper, lower, (lower + upper) / 2)
    tail = 50.0 * (1 - level)
    low, high = np.percentile(medians, [tail, 100 - tail], method="nearest")
    return median, float(low), float(high)


def with_skill(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Return the table with the column ``skill``: the position of a score between floor and oracle.

    0 is the better of the floors (climatology, persistence) on the same task, 1 the oracle; below 0 is worse than the
    floor. It is missing where the oracle is, or is no better than the floor.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        The score that is framed.

    Raises
    ------
    InvalidArgumentError
        If the score has no direction.
    """
    direction = get_score(score).direction
    if direction is None:
        raise InvalidArgumentError(f"{score} has no direction, so there is no skill in it")
    framed = table.copy()
    if "task" not in framed.columns or score not in framed.columns:
        return framed.assign(skill=np.nan)
    groups = framed["task"] + "/" + framed["seed"].astype(str)
    floors = framed[score].where(framed["forecaster"].isin(FLOORS))
    floor = floors.groupby(groups).transform("max" if direction == "higher" else "min")
    top = framed[score].where(framed["forecaster"] == ORACLE).groupby(groups).transform("max")
    distance = top - floor
    better = distance > 0 if direction == "higher" else distance < 0
    with np.errstate(invalid="ignore", divide="ignore"):
        framed["skill"] = ((framed[score] - floor) / distance).where(better & np.isfinite(distance))
    return framed


def leaderboard(
    results: "Results | pd.DataFrame", *, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> pd.DataFrame:
    """Rank the forecasters by their median valid prediction time, with the references among them.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Results of a run, or their table.
    resamples : int
        Resamples of the bootstrap over systems.
    level : float
        Coverage of the interval, between 0 and 1.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        A row per forecaster, best first: ``forecaster``; ``reference``, true for the rows that frame the others;
        medians ``vpt`` (Lyapunov times) with ``vpt_low`` and ``vpt_high``, ``vpt_periods``, ``smape``, ``nrmse``,
        and ``skill``, that of the valid time between floor and oracle (see `with_skill`); counts ``cells``,
        ``vpt_cells`` (those with a Lyapunov time), ``censored`` (those valid to the end of the horizon) and
        ``failed``; ``lower_bound``, true where a longer horizon might raise ``vpt``, because a forecast at
        or below the median is censored; total ``seconds``. A failed cell counts with the worst scores.
    """
    table = results if isinstance(results, pd.DataFrame) else results.table
    table = with_skill(with_worst_scores(table))
    rows = [
        {
            "forecaster": name,
            "reference": name in REFERENCES,
            **_summary(cells, resamples=resamples, level=level, seed=seed),
        }
        for name, cells in _by_forecaster(table)
    ]
    columns = ["forecaster", *_SUMMARY, "reference"]
    board = pd.DataFrame(rows, columns=columns)
    return board.sort_values(
        ["vpt", "vpt_periods", "smape", "forecaster"],
        ascending=[False, False, True, True],
        na_position="last",
        kind="stable",
        ignore_index=True,
    )


_SUMMARY = (
    "vpt",
    "vpt_low",
    "vpt_high",
    "vpt_periods",
    "smape",
    "nrmse",
    "skill",
    "cells",
    "vpt_cells",
    "censored",
    "lower_bound",
    "failed",
    "seconds",
)


def _by_forecaster(table: pd.DataFrame) -> list[tuple[Hashable, pd.DataFrame]]:
    # An unavailable reference has nothing to summarise.
    table = table[table["status"] != "unavailable"]
    presets_differ = table.groupby("forecaster")["preset"].nunique().gt(1).any()
    if not presets_differ:
        return list(table.groupby("forecaster", sort=True))
    names = table["forecaster"] + " (" + table["preset"] + ")"
    return list(table.groupby(names, sort=True))


def _summary(cells: pd.DataFrame, *, resamples: int, level: float, seed: int) -> dict[str, float]:
    chaotic = cells[cells["vpt"].notna()]
    median, low, high = bootstrap_median(
        chaotic["vpt"].to_numpy(dtype=np.float64),
        chaotic["system"].to_numpy(dtype=np.str_),
        resamples=resamples,
        level=level,
        seed=seed,
    )
    return {
        "vpt": median,
        "vpt_low": low,
        "vpt_high": high,
        "vpt_periods": float(cells["vpt_periods"].median()),
        "smape": float(cells["smape"].median()),
        "nrmse": float(np.median(cells["nrmse"].to_numpy())),
        "skill": float(cells["skill"].median()) if cells["skill"].notna().any() else np.nan,
        "cells": len(cells),
        "vpt_cells": len(chaotic),
        "censored": int(chaotic["vpt_censored"].sum()),
        "lower_bound": bool((chaotic["vpt_censored"] & (chaotic["vpt"] <= median)).any()),
        "failed": int((cells["status"] != "ok").sum()),
        "seconds": float(cells["cell_seconds"].sum()),
    }


def leaderboard_text(board: pd.DataFrame, *, level: float = LEVEL) -> str:
    """Write a leaderboard as text of at most 80 columns.

    Parameters
    ----------
    board : pandas.DataFrame
        What `leaderboard` returns.
    level : float
        The coverage that `leaderboard` was given, for the heading.

    Returns
    -------
    str
        Lines without a final newline.
    """
    interval = f"{100 * level:g}% interval"
    lines = [
        f"{'':<3} {'':<20} {'valid time':>10}",
        f"{'#':>3} {'forecaster':<20} {'(Lyapunov)':>10} {interval:>14} "
        f"{'skill':>6} {'smape':>6} {'fails':>5} {'seconds':>8}",
        "-" * 79,
    ]
    rank = 0
    for row in board.to_dict("records"):
        # References frame the table; they are not ranked.
        rank += not row["reference"]
        name = short_name(row["forecaster"])
        name = name if len(name) <= 20 else name[:19] + "…"
        bound = "≥ " if row["lower_bound"] else ""
        span = "n/a" if np.isnan(row["vpt_low"]) else f"{figures(row['vpt_low'])} - {figures(row['vpt_high'])}"
        lines.append(
            f"{'-' if row['reference'] else rank:>3} {name:<20} {bound + figures(row['vpt']):>10} {span:>14} "
            f"{figures(row['skill']):>6} {figures(row['smape']):>6} {row['failed']:>5} "
            f"{row['seconds']:>8.1f}"
        )
    if not len(board):
        lines.append("no finished cell")
    if board["lower_bound"].any():
        lines.append("≥: at least, as some of the forecasts were still valid when they ended.")
    if board["reference"].any():
        lines.append("-: references. Skill is the position of the valid time between the floor, 0,")
        lines.append("   and the oracle, 1, which integrates the true equations.")
    return "\n".join(lines)


def short_name(forecaster: str) -> str:
    """Return the name for people, without the module of a forecaster of one's own.

    Examples
    --------
    >>> short_name("my_package.models:Wavelets"), short_name("NVAR")
    ('Wavelets', 'NVAR')
    """
    return str(forecaster).rpartition(":")[2]


def figures(value: float) -> str:
    """Write a number in at most six characters, with three significant figures where they fit.

    Examples
    --------
    >>> figures(1.2345), figures(123.4), figures(2e-13), figures(float("nan"))
    ('1.23', '123', '2e-13', 'n/a')
    """
    if np.isnan(value):
        return "n/a"
    if np.isinf(value):
        return "inf"
    if value == 0:
        return "0"
    if not 0.001 <= abs(value) < 99999.5:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    decimals = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(decimals, 3)}f}"
