"""How far the error of one step explains the valid time: what limits a forecast."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmark.comparison.shared_cells import shared_cells
from benchmark.scoring.table import VPT_THRESHOLD

FEWEST_CELLS = 5
"""Least number of cells for a correlation."""


def step_limits(table: pd.DataFrame, *, threshold: float = VPT_THRESHOLD) -> pd.DataFrame:
    r"""Compare the valid times of each forecaster with those that the error of its first point allows.

    Chaos lets an error :math:`\varepsilon_1` of one step grow to the threshold :math:`\theta` within
    :math:`\ln(\theta / \varepsilon_1)` Lyapunov times, if it grows at the rate of the largest exponent and no later
    step adds to it.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results with a Lyapunov time; censored cells are left out of the ratio and the correlation.
    threshold : float
        Largest valid error, in standard deviations.

    Returns
    -------
    pandas.DataFrame
        A row for each forecaster, the smallest median error first: ``first_error``, its median; ``allowed``, the median
        of the times that it allows; ``vpt_share``, the median of the valid time over the allowed one; ``correlation``,
        Spearman's, between the two over cells, NaN below five cells; ``cells``, those that are not censored.

    Examples
    --------
    >>> errors = 0.4 * np.exp(-np.arange(1.0, 7.0))
    >>> rows = {"forecaster": "A", "system": list("PQRSTU"), "vpt": 0.5 * np.arange(1.0, 7.0), "status": "ok"}
    >>> found = step_limits(pd.DataFrame({**rows, "vpt_censored": False, "first_error": errors})).iloc[0]
    >>> [round(float(found[name]), 6) for name in ("allowed", "vpt_share", "correlation")]
    [3.5, 0.5, 1.0]
    """
    cells = shared_cells(table)
    cells = cells[(cells["status"] == "ok") & cells["vpt"].notna() & cells["first_error"].notna()]
    with np.errstate(divide="ignore"):
        allowed = np.log(threshold / cells["first_error"].to_numpy(dtype=np.float64))
    cells = cells.assign(allowed=np.maximum(allowed, 0.0))
    rows = []
    for name, own in cells.groupby("forecaster", sort=True):
        # An exact first point, as of a persistent component, allows any time.
        ended = own[~own["vpt_censored"] & np.isfinite(own["allowed"]) & (own["allowed"] > 0.0)]
        enough = len(ended) >= FEWEST_CELLS and ended["allowed"].nunique() > 1 and ended["vpt"].nunique() > 1
        rows.append(
            {
                "forecaster": str(name),
                "first_error": float(own["first_error"].median()),
                "allowed": float(own["allowed"].median()),
                "vpt_share": float((ended["vpt"] / ended["allowed"]).median()) if len(ended) else np.nan,
                "correlation": float(spearmanr(ended["allowed"], ended["vpt"]).statistic) if enough else np.nan,
                "cells": len(ended),
            }
        )
    columns = ["forecaster", "first_error", "allowed", "vpt_share", "correlation", "cells"]
    return pd.DataFrame(rows, columns=columns).sort_values("first_error", kind="stable", ignore_index=True)
