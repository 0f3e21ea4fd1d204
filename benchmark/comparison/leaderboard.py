"""Rank forecasters over all cells: medians with intervals, failures, cost."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmark.comparison.bootstrap import LEVEL, RESAMPLES
from benchmark.comparison.medians import median_of
from benchmark.comparison.origins import mark
from benchmark.comparison.shared_cells import shared_cells
from benchmark.comparison.skill import with_skill
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.tasks.references import REFERENCES

if TYPE_CHECKING:
    from benchmark.results.reading import Results


def leaderboard(
    results: "Results | pd.DataFrame", *, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> pd.DataFrame:
    """Rank the forecasters by their median valid prediction time, with the references among them.

    Where forecasters have different cells, they are ranked on the cells that all of them have; see `shared_cells`.

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
        the product-limit median ``vpt`` (Lyapunov times) with ``vpt_low`` and ``vpt_high``, which are infinite where
        too many forecasts are still valid at their end, and ``vpt_end``, the longest time up to which it is known;
        medians ``vpt_periods``, ``smape``, ``nrmse``,
        and ``skill``, that of the valid time between floor and oracle (see `with_skill`); counts ``cells``,
        ``vpt_cells`` (those with a Lyapunov time), ``censored`` (those valid to the end of the horizon) and
        ``failed``; ``lower_bound``, true where ``vpt`` is infinite: the median lies beyond ``vpt_end``; total
        ``seconds``; ``mark``, that of a submission (see `benchmark.comparison.origins`) or empty. A failed cell counts
        with the worst scores.
    """
    table = shared_cells(results if isinstance(results, pd.DataFrame) else results.table)
    table = with_skill(with_worst_scores(table))
    rows = [
        {
            "forecaster": name,
            "reference": name in REFERENCES,
            "mark": mark(cells) if "config" in cells.columns else "",
            **_summary(cells, resamples=resamples, level=level, seed=seed),
        }
        for name, cells in _by_forecaster(table)
    ]
    columns = ["forecaster", *_SUMMARY, "reference", "mark"]
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
    "vpt_end",
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
    found = median_of(cells, "vpt", resamples=resamples, level=level, seed=seed)
    return {
        "vpt": found.value,
        "vpt_low": found.low,
        "vpt_high": found.high,
        "vpt_end": found.end,
        "vpt_periods": median_of(cells, "vpt_periods", resamples=1).value,
        "smape": float(cells["smape"].median()),
        "nrmse": float(np.median(cells["nrmse"].to_numpy())),
        "skill": float(cells["skill"].median()) if cells["skill"].notna().any() else np.nan,
        "cells": len(cells),
        "vpt_cells": found.cells,
        "censored": found.censored,
        "lower_bound": bool(np.isinf(found.value)),
        "failed": int((cells["status"] != "ok").sum()),
        "seconds": float(cells["cell_seconds"].sum()),
    }
