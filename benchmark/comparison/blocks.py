"""The table that every comparison starts from: one number per system and forecaster."""

import numpy as np
import pandas as pd

from benchmark.comparison.medians import CENSORED, tied
from benchmark.comparison.shared_cells import shared_cells
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.scoring.table import get_score
from benchmark.tasks.references import REFERENCES
from dysts.errors import InvalidArgumentError


def score_by_system(table: pd.DataFrame, score: str = "vpt", *, references: bool = False) -> pd.DataFrame:
    """Return the median of a score over the cells of each system and forecaster.

    Trajectories of one system are not independent of each other, so a system counts once. Failed cells count with the
    worst score. Systems for which the score has no meaning for one of the forecasters are left out for all of them, so
    that every forecaster is judged by the same systems.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    references : bool
        Whether to keep the references among the columns.

    Returns
    -------
    pandas.DataFrame
        A row per system, a column per forecaster, in alphabetical order.

    Raises
    ------
    UnknownNameError
        If there is no such score.
    InvalidArgumentError
        If the score has no direction.
    """
    if get_score(score).direction is None:
        raise InvalidArgumentError(f"{score} has no direction, so nothing can be ranked by it")
    filled = with_worst_scores(shared_cells(table))
    if not references:
        filled = filled[~filled["forecaster"].isin(list(REFERENCES))]
    if score in CENSORED:
        filled = filled.assign(**{score: tied(filled[score].to_numpy(dtype=np.float64))})
    # By default a median skips missing cells, which would hide that a system lacks some.
    medians = filled.groupby(["system", "forecaster"])[score].agg(lambda values: values.median(skipna=False))
    return medians.unstack("forecaster").dropna(axis=0, how="any").sort_index(axis=0).sort_index(axis=1)


def censored_by_system(table: pd.DataFrame, blocks: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return which entries of `score_by_system` are lower bounds: those of cells that are all censored.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    blocks : pandas.DataFrame
        From `score_by_system`.
    score : str
        One of `benchmark.comparison.medians.CENSORED`.
    """
    cells = with_worst_scores(shared_cells(table))
    flags = cells.groupby(["system", "forecaster"])[CENSORED[score]].all().unstack("forecaster")
    return flags.reindex(index=blocks.index, columns=blocks.columns).astype(bool)


def goodness(blocks: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return the blocks with a sign that makes larger values better."""
    return blocks if get_score(score).direction == "higher" else -blocks
