"""The share of systems on which a forecast stays valid for a given time, with what the ends of observation hide."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from benchmark.comparison.bootstrap import LEVEL, RESAMPLES, system_counts
from benchmark.comparison.censored_times import resampled_shares
from benchmark.comparison.medians import CENSORED, tied
from benchmark.comparison.shared_cells import shared_cells
from benchmark.comparison.worst_scores import with_worst_scores

MILESTONES = (5.0, 12.0, 24.0)
"""Lyapunov times for which the shares are given; two dozen is what the 2023 paper speaks of."""


def valid_shares(
    table: pd.DataFrame,
    times: Sequence[float] = MILESTONES,
    *,
    score: str = "vpt",
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the share of cells on which each forecaster is valid for at least each time.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    times : sequence of float
        In the unit of the score.
    score : str
        A valid time.
    resamples, level, seed
        Of the bootstrap over systems, as in `benchmark.comparison.bootstrap.bootstrap_median`.

    Returns
    -------
    pandas.DataFrame
        A row for each forecaster and time: ``forecaster``, ``time``; ``share``, the product-limit estimate, NaN
        where no cell was observed so long; its interval ``low`` and ``high``, Clopper and Pearson's of independent
        cells where the share is 0 or 1, and from 0 to the upper end of the share at the longest observed time where it
        is NaN; ``cells``, those with the score; ``reaching``, those known to be valid so long; ``hidden``, those whose
        observation ended earlier while they were valid.

    Examples
    --------
    >>> rows = {"forecaster": "A", "system": list("PQRS"), "vpt": [1.0, 6.0, 7.0, 4.0], "status": "ok"}
    >>> table = pd.DataFrame({**rows, "vpt_censored": [False, False, True, True]})
    >>> valid_shares(table, [5.0])[["share", "cells", "reaching", "hidden"]].iloc[0].tolist()
    [0.75, 4.0, 2.0, 1.0]
    """
    filled = with_worst_scores(shared_cells(table))
    known = filled[filled[score].notna()]
    rows = []
    for name, cells in known.groupby("forecaster", sort=True):
        values = tied(cells[score].to_numpy(dtype=np.float64))
        censored = cells[CENSORED[score]].to_numpy(dtype=bool)
        counts = system_counts(cells["system"].to_numpy(dtype=np.str_), resamples=resamples, level=level, seed=seed)
        for time in times:
            share = resampled_shares(values, censored, np.ones((1, len(values))), time)[0]
            low = high = np.nan
            # Nobody was observed so long, so that the share is anything up to that at the end of observation.
            end = values.max() if np.isnan(share) else time
            if counts is not None:
                drawn = resampled_shares(values, censored, counts, end)
                if np.isfinite(drawn).any():
                    tail = 50.0 * (1 - level)
                    low, high = np.nanpercentile(drawn, [tail, 100 - tail], method="nearest")
                low = 0.0 if np.isnan(share) else low
                if share in (0.0, 1.0):
                    # No resample of equal outcomes differs from another, so the interval is that of a binomial share.
                    known_cells = int(((values >= time) | ~censored).sum())
                    low, high = binomtest(round(share * known_cells), known_cells).proportion_ci(level)
            rows.append(
                {
                    "forecaster": str(name),
                    "time": float(time),
                    "share": float(share),
                    "low": float(low),
                    "high": float(high),
                    "cells": len(values),
                    "reaching": int((values >= time).sum()),
                    "hidden": int(((values < time) & censored).sum()),
                }
            )
    return pd.DataFrame(rows, columns=["forecaster", "time", "share", "low", "high", "cells", "reaching", "hidden"])
