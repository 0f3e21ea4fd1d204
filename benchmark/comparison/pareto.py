"""The Pareto front of score and cost."""

import numpy as np
import pandas as pd

from benchmark.comparison.blocks import goodness, score_by_system
from benchmark.comparison.medians import median_of
from benchmark.comparison.shared_cells import shared_cells
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.tasks.references import REFERENCES


def pareto_front(table: pd.DataFrame, score: str = "vpt") -> pd.DataFrame:
    """Set the median score of each forecaster against its median seconds.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.

    Returns
    -------
    pandas.DataFrame
        A row per forecaster, cheapest first: ``forecaster``; ``seconds``, the median of fit and forecast together
        over cells that ended with a forecast; the median ``score``, that of the leaderboard; ``on_front``, true where
        no other forecaster is at least as good in both and better in one.
    """
    blocks = score_by_system(table, score)
    filled = with_worst_scores(table)
    filled = filled[(filled["status"] == "ok") & ~filled["forecaster"].isin(list(REFERENCES))]
    cells = with_worst_scores(shared_cells(table))
    medians = {
        str(name): median_of(cells[cells["forecaster"] == name], score, resamples=1).value for name in blocks.columns
    }
    seconds = (filled["fit_seconds"] + filled["predict_seconds"]).groupby(filled["forecaster"]).median()
    front = pd.DataFrame({"seconds": seconds.reindex(blocks.columns), "score": pd.Series(medians)})
    good = goodness(front[["score"]], score)["score"].to_numpy(dtype=np.float64)
    # A forecaster without any forecast has no cost, and is never on the front.
    cost = front["seconds"].to_numpy(dtype=np.float64)
    known = np.isfinite(cost)
    dominated = [
        bool(((cost <= cost[i]) & (good >= good[i]) & ((cost < cost[i]) | (good > good[i])) & known).any())
        for i in range(len(front))
    ]
    front["on_front"] = known & ~np.array(dominated, dtype=bool)
    return front.rename_axis("forecaster").reset_index().sort_values("seconds", kind="stable", ignore_index=True)
