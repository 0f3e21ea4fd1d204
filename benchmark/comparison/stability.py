"""The dependence of a ranking on the choice of systems."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from benchmark.comparison.blocks import goodness, score_by_system
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
    good = goodness(score_by_system(table, score), score)
    values = good.to_numpy(dtype=np.float64)
    if not values.size:
        raise InvalidArgumentError(f"no system has a {score} of every forecaster")
    draws = np.random.default_rng(seed).integers(0, len(values), size=(resamples, len(values)))
    medians = np.array([np.median(values[draw], axis=0) for draw in draws])
    ranks = rankdata(-medians, axis=1)
    tail = 50.0 * (1 - level)
    low, high = np.percentile(ranks, [tail, 100 - tail], axis=0)
    first = (ranks == ranks.min(axis=1, keepdims=True)).mean(axis=0)
    found = pd.DataFrame(
        {
            "forecaster": good.columns,
            "rank": rankdata(-np.median(values, axis=0)),
            "rank_low": low,
            "rank_high": high,
            "first": first,
        }
    )
    return found.sort_values(["rank", "forecaster"], kind="stable", ignore_index=True)
