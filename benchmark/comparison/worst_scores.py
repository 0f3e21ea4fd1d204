"""Give cells without a forecast the worst scores, so that failing never pays."""

import pandas as pd

from benchmark.scoring.compute import WORST_SCORES

_ALWAYS_DEFINED = ("smape", "nrmse", "mae", "mse", "rmse", "vpt_periods")


def with_worst_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table in which every cell that did not end well has the worst scores.

    A score in Lyapunov times that has no meaning for the system stays missing, and so do all of a reference that does
    not exist for it.
    """
    filled = table.copy()
    failed = ~filled["status"].isin(("ok", "unavailable"))
    if not failed.any():
        return filled
    for name in (name for name in WORST_SCORES if name in filled.columns):
        undefined = pd.Series(False, index=filled.index)
        if name == "vpt":
            undefined = filled["vpt_missing"] != ""
        elif name not in _ALWAYS_DEFINED:
            # A score that the data leave undefined is missing in the row of a failed cell as well.
            undefined = filled[name].isna()
        filled.loc[failed & ~undefined, name] = WORST_SCORES[name]
    return filled
