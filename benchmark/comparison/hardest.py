"""The systems in the order of the best forecast on each."""

import numpy as np
import pandas as pd

from benchmark.comparison.blocks import goodness, score_by_system
from benchmark.tasks.references import FLOORS, ORACLE, REFERENCES


def hardest_systems(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Order the systems by the score of the best forecaster on each, hardest first.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.

    Returns
    -------
    pandas.DataFrame
        ``system``, the ``best`` forecaster, its ``score``, those of the ``floor`` and the ``oracle`` where they are
        known, and ``everybody_fails``, true where the best is no better than the floor.
    """
    blocks = score_by_system(table, score)
    good = goodness(blocks, score)
    framed = _references(table, score).reindex(blocks.index)
    if not len(blocks):
        return pd.DataFrame(columns=["system", "best", "score", "floor", "oracle", "everybody_fails"])
    place = good.to_numpy(dtype=np.float64).argmax(axis=1)
    floor = goodness(framed[["floor"]], score)["floor"]
    found = pd.DataFrame(
        {
            "system": blocks.index,
            "best": blocks.columns[place],
            "score": blocks.to_numpy(dtype=np.float64)[np.arange(len(blocks)), place],
            "floor": framed["floor"].to_numpy(),
            "oracle": framed["oracle"].to_numpy(),
            "everybody_fails": (good.max(axis=1) <= floor).to_numpy(),
            "order": good.max(axis=1).to_numpy(),
        }
    )
    return found.sort_values(["order", "system"], kind="stable", ignore_index=True).drop(columns="order")


def _references(table: pd.DataFrame, score: str) -> pd.DataFrame:
    rows = table[table["forecaster"].isin(list(REFERENCES)) & (table["status"] == "ok")]
    medians = rows.groupby(["system", "forecaster"])[score].median().unstack("forecaster")
    floors = medians.reindex(columns=list(FLOORS))
    better = goodness(floors, score).max(axis=1)
    oracle = medians[ORACLE] if ORACLE in medians else pd.Series(np.nan, index=medians.index)
    # Changing the sign twice gives the value itself.
    return pd.DataFrame({"floor": goodness(better.to_frame("floor"), score)["floor"], "oracle": oracle})
