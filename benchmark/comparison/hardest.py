"""The systems in the order of the skill of the best forecast on each."""

import numpy as np
import pandas as pd

from benchmark.comparison.blocks import censored_by_system, goodness, score_by_system
from benchmark.comparison.medians import CENSORED
from benchmark.comparison.shared_cells import shared_cells
from benchmark.tasks.references import FLOORS, ORACLE, REFERENCES


def hardest_systems(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Order the systems by the skill of the best forecaster on each, hardest first.

    The score itself would put systems first that have a short horizon in Lyapunov times. A system whose best forecast
    is valid to its end is not hard, whatever its score: such systems come last.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.

    Returns
    -------
    pandas.DataFrame
        ``system``, the ``best`` forecaster, its ``score`` and ``skill`` (NaN without an oracle that beats the floor),
        the scores of the ``floor`` and the ``oracle`` where they are known, ``censored``, true where the best forecast
        was valid to its end, and ``everybody_fails``, true where it is no better than the floor and not censored.
    """
    blocks = score_by_system(table, score)
    good = goodness(blocks, score)
    framed = _references(table, score).reindex(blocks.index)
    if not len(blocks):
        columns = ["system", "best", "score", "skill", "floor", "oracle", "censored", "everybody_fails"]
        return pd.DataFrame(columns=columns)
    place = good.to_numpy(dtype=np.float64).argmax(axis=1)
    floor = goodness(framed[["floor"]], score)["floor"].to_numpy(dtype=np.float64)
    oracle = goodness(framed[["oracle"]], score)["oracle"].to_numpy(dtype=np.float64)
    best = good.max(axis=1).to_numpy(dtype=np.float64)
    censored = np.zeros(len(blocks), dtype=bool)
    if score in CENSORED:
        flags = censored_by_system(table, blocks, score).to_numpy(dtype=bool)
        censored = flags[np.arange(len(blocks)), place]
    with np.errstate(invalid="ignore", divide="ignore"):
        skill = np.where(oracle > floor, (best - floor) / (oracle - floor), np.nan)
    found = pd.DataFrame(
        {
            "system": blocks.index,
            "best": blocks.columns[place],
            "score": blocks.to_numpy(dtype=np.float64)[np.arange(len(blocks)), place],
            "skill": skill,
            "floor": framed["floor"].to_numpy(),
            "oracle": framed["oracle"].to_numpy(),
            "censored": censored,
            "everybody_fails": (best <= floor) & ~censored,
        }
    )
    return found.sort_values(["censored", "skill", "system"], kind="stable", ignore_index=True)


def _references(table: pd.DataFrame, score: str) -> pd.DataFrame:
    rows = shared_cells(table)
    rows = rows[rows["forecaster"].isin(list(REFERENCES)) & (rows["status"] == "ok")]
    medians = rows.groupby(["system", "forecaster"])[score].median().unstack("forecaster")
    floors = medians.reindex(columns=list(FLOORS))
    better = goodness(floors, score).max(axis=1)
    oracle = medians[ORACLE] if ORACLE in medians else pd.Series(np.nan, index=medians.index)
    # Changing the sign twice gives the value itself.
    return pd.DataFrame({"floor": goodness(better.to_frame("floor"), score)["floor"], "oracle": oracle})
