"""The dependence of a ranking on the choice of systems."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from benchmark.comparison.blocks import score_by_system
from benchmark.comparison.medians import median_of, resampled_medians
from benchmark.comparison.shared_cells import shared_cells
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.scoring.table import get_score
from dysts.errors import InvalidArgumentError


def rank_stability(
    table: pd.DataFrame, score: str = "vpt", *, resamples: int = 2000, level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Rank forecasters by their median over systems, and over systems drawn anew with replacement.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    resamples : int
        Number of draws.
    level : float
        Coverage of the interval of ranks, between 0 and 1.
    seed : int
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        A row per forecaster, best first: ``forecaster``, ``rank`` (ties share their mean), ``rank_low`` and
        ``rank_high``, and ``first``, the share of draws in which it has the first place or shares it.

    Raises
    ------
    InvalidArgumentError
        If no system has the score for all forecasters, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InvalidArgumentError(f"level must lie between 0 and 1, got {level!r}")
    blocks = score_by_system(table, score)
    if not blocks.size:
        raise InvalidArgumentError(f"no system has a {score} of every forecaster")
    cells = with_worst_scores(shared_cells(table))
    cells = cells[cells["system"].isin(blocks.index)]
    sign = 1.0 if get_score(score).direction == "higher" else -1.0
    by_name = [cells[cells["forecaster"] == name] for name in blocks.columns]
    drawn = [resampled_medians(rows, score, resamples=resamples, level=level, seed=seed) for rows in by_name]
    medians = sign * np.column_stack(drawn)
    whole = sign * np.array([median_of(rows, score, resamples=1).value for rows in by_name])
    ranks = rankdata(-medians, axis=1)
    tail = 50.0 * (1 - level)
    low, high = np.percentile(ranks, [tail, 100 - tail], axis=0)
    first = (ranks == ranks.min(axis=1, keepdims=True)).mean(axis=0)
    found = pd.DataFrame(
        {
            "forecaster": blocks.columns,
            "rank": rankdata(-whole),
            "rank_low": low,
            "rank_high": high,
            "first": first,
        }
    )
    return found.sort_values(["rank", "forecaster"], kind="stable", ignore_index=True)
