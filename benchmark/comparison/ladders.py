"""Valid times against measurement noise, beside the ceiling that the noise leaves: the ladders of the suite `hard`."""

from typing import cast

import numpy as np
import pandas as pd

from benchmark.comparison.bootstrap import LEVEL, RESAMPLES
from benchmark.comparison.medians import CENSORED, median_of, tied
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.tasks.references import ORACLE

ALL, SOME = "all", "some"


def noise_ladders(
    table: pd.DataFrame, *, score: str = "vpt", resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> pd.DataFrame:
    """Return the median valid time of each forecaster at each level of noise, and how often it exceeds the ceiling.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results, the references among them.
    score : str
        A valid time.
    resamples, level, seed
        Of the bootstrap over systems, as in `benchmark.comparison.bootstrap.bootstrap_median`.

    Returns
    -------
    pandas.DataFrame
        A row for each rung and forecaster, references included: ``observed`` (``"all"`` or ``"some"`` components),
        ``train_length``, ``noise``, ``forecaster``; ``median`` with ``low`` and ``high``, as
        `benchmark.comparison.medians.median_of` gives them; ``cells`` and ``censored``; ``compared``, the cells of
        which it is known whether they exceed the oracle's, and ``above``, the share of these that do, NaN without any;
        ``beyond``, the share of these that exceed every valid time as well that the oracle's ensemble predicts, so that
        the draw of the noise does not explain it, NaN where the rows have no ensembles;
        ``remarks``, cells whose forecaster left a remark, as the oracle does where it could not assimilate.

    Examples
    --------
    >>> rows = {"components": "", "train_length": 1000, "measurement_noise": 0.1, "status": "ok", "error": ""}
    >>> times = (("A", "NVAR", 1.0), ("A", "Oracle", 3.0), ("B", "NVAR", 4.0), ("B", "Oracle", 3.0))
    >>> table = pd.DataFrame(
    ...     {**rows, "system": name, "task": name, "forecaster": forecaster, "vpt": vpt, "vpt_censored": False}
    ...     for name, forecaster, vpt in times
    ... )
    >>> noise_ladders(table).set_index("forecaster").loc["NVAR", ["noise", "above"]].tolist()
    [0.1, 0.5]
    """
    filled = with_worst_scores(table)
    known = filled[filled[score].notna()].copy()
    known["observed"] = np.where(known["components"] == "", ALL, SOME)
    rows = []
    for condition, rung in known.groupby(["observed", "train_length", "measurement_noise"], sort=True):
        observed, length, noise = cast(tuple[str, int, float], condition)
        ceiling = rung[rung["forecaster"] == ORACLE].set_index("task")
        for name, cells in rung.groupby("forecaster", sort=True):
            median = median_of(cells, score, resamples=resamples, level=level, seed=seed)
            above, beyond, compared = _above(cells, ceiling, score)
            rows.append(
                {
                    "observed": observed,
                    "train_length": int(length),
                    "noise": float(noise),
                    "forecaster": str(name),
                    "median": median.value,
                    "low": median.low,
                    "high": median.high,
                    "cells": median.cells,
                    "censored": median.censored,
                    "above": above,
                    "beyond": beyond,
                    "compared": compared,
                    "remarks": int(((cells["status"] == "ok") & (cells["error"] != "")).sum()),
                }
            )
    return pd.DataFrame(rows)


def ladder_text(ladders: pd.DataFrame, *, observed: str = ALL, train_length: int = 1000) -> str:
    """Return one ladder as a Markdown table: a row for each forecaster, the ceiling first, a column for each noise.

    Parameters
    ----------
    ladders : pandas.DataFrame
        Of `noise_ladders`.
    observed : {"all", "some"}
    train_length : int
    """
    chosen = ladders[(ladders["observed"] == observed) & (ladders["train_length"] == train_length)]
    noises = sorted(chosen["noise"].unique())
    medians = chosen.pivot_table(index="forecaster", columns="noise", values="median", aggfunc="first", dropna=False)
    order = medians.max(axis=1).sort_values(ascending=False, kind="stable").index
    names = [name for name in (ORACLE,) if name in order] + [name for name in order if name != ORACLE]
    lines = ["| | " + " | ".join(f"{noise:g}" for noise in noises) + " |", "|---" * (len(noises) + 1) + "|"]
    for name in names:
        own = chosen[chosen["forecaster"] == name].set_index("noise")
        cells = [_cell(own.loc[noise]) if noise in own.index else "" for noise in noises]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _above(cells: pd.DataFrame, ceiling: pd.DataFrame, score: str) -> tuple[float, float, int]:
    """Return the shares of cells above the oracle's and above all times predicted for it, and the number compared.

    A censored time is a lower bound: it exceeds what it is larger than, and of the rest nothing is known. A forecast
    does not exceed an oracle that is valid to the end of what is observed.
    """
    shared = cells[cells["task"].isin(ceiling.index)]
    if shared.empty:
        return np.nan, np.nan, 0
    best = ceiling.loc[shared["task"]]
    own, top = (tied(rows[score].to_numpy(dtype=np.float64)) for rows in (shared, best))
    own_open, top_open = (rows[CENSORED[score]].to_numpy(dtype=bool) for rows in (shared, best))
    exceeds = (own > top) & ~top_open
    known = exceeds | ~own_open | top_open
    if not known.any():
        return np.nan, np.nan, 0
    highest = _highest_predicted(best)
    beyond = np.nan if highest is None else float((exceeds & ~(own <= highest))[known].mean())
    return float(exceeds[known].mean()), beyond, int(known.sum())


def _highest_predicted(oracle: pd.DataFrame) -> np.ndarray | None:
    """Return the greatest predicted valid times of the oracle in Lyapunov times, NaN without; None without any."""
    if "predicted_valid_high" not in oracle or oracle["predicted_valid_high"].isna().all():
        return None
    times = oracle["predicted_valid_high"] * oracle["lyapunov_exponent"]
    return tied(times.to_numpy(dtype=np.float64))


def _cell(row: pd.Series) -> str:
    if not np.isfinite(row["median"]):
        return "open" if row["cells"] else ""
    low, high = (f"{end:.1f}" if np.isfinite(end) else "open" for end in (row["low"], row["high"]))
    return f"{row['median']:.1f} ({low} to {high})"
