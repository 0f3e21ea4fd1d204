"""The share of systems on which one forecaster beats another."""

import numpy as np
import pandas as pd

from benchmark.comparison.blocks import goodness, score_by_system


def win_rates(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Return the share of systems on which the forecaster of the row beats that of the column.

    A tie counts half, so the entry and its mirror sum to 1; the diagonal is NaN.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.

    Returns
    -------
    pandas.DataFrame
        Square, best mean rate first.
    """
    good = goodness(score_by_system(table, score), score)
    values = good.to_numpy(dtype=np.float64)
    wins = (values[:, :, None] > values[:, None, :]) + 0.5 * (values[:, :, None] == values[:, None, :])
    rates = wins.mean(axis=0) if len(values) else np.full((values.shape[1],) * 2, np.nan)
    np.fill_diagonal(rates, np.nan)
    square = pd.DataFrame(rates, index=good.columns, columns=good.columns)
    order = square.mean(axis=1).sort_values(ascending=False, kind="stable").index
    return square.loc[order, order]
