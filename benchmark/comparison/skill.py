"""Skill: the position of a score between the floor and the oracle."""

import numpy as np
import pandas as pd

from benchmark.scoring.table import get_score
from benchmark.tasks.references import FLOORS, ORACLE
from dysts.errors import InvalidArgumentError


def with_skill(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Return the table with the column ``skill``: the position of a score between floor and oracle.

    0 is the best of the floors (climatology, persistence, context parroting) on the same task, 1 the oracle; below 0
    is worse than the floor. It is missing where the oracle is, or is no better than the floor.

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
