"""What a run on transfer says: accuracies by set, paired differences over the sets, a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from benchmark.transfer.cell import WAYS

TESTED = "matched"
"""The way with which the others are compared."""
LEAST_SETS = 6
"""Least number of sets for a paired test to be able to find anything."""
SIGNIFICANT = 0.05
"""Probability below which a difference counts, divided by the number of comparisons."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What matched time scales gain on another way, paired by set.

    Attributes
    ----------
    way : str
        The other way.
    sets, wins, ties : int
        Number of sets, and on how many of them the accuracy is higher, or the same.
    mean : float
        Mean difference of the accuracies.
    p : float
        Of Wilcoxon's signed-rank test; NaN for fewer sets than `LEAST_SETS` or without any difference.
    """

    way: str
    sets: int
    wins: int
    ties: int
    mean: float
    p: float


def accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean accuracy over seeds: a row for each set, a column for each way.

    Where encoders learn from several numbers of systems, those of the largest number count.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.transfer.run.run_transfer`.
    """
    done = table[(table["status"] == "ok") & table["surrogates"].isin([0, table["surrogates"].max()])]
    means = done.groupby(["set", "way"])["accuracy"].mean().unstack("way")
    return means[[way for way in WAYS if way in means.columns]]


def gains(means: pd.DataFrame) -> list[Gain]:
    """Compare matched time scales with each other way, paired by set.

    Parameters
    ----------
    means : pandas.DataFrame
        A row for each set, a column for each way.
    """
    found = []
    for way in means.columns.drop(TESTED) if TESTED in means.columns else ():
        gaps = (means[TESTED] - means[way]).dropna().to_numpy()
        if len(gaps):
            testable = len(gaps) >= LEAST_SETS and bool(np.any(gaps != 0.0))
            found.append(
                Gain(
                    way=str(way),
                    sets=len(gaps),
                    wins=int((gaps > 0.0).sum()),
                    ties=int((gaps == 0.0).sum()),
                    mean=float(gaps.mean()),
                    p=float(wilcoxon(gaps).pvalue) if testable else float("nan"),
                )
            )
    return found


def number_curve(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean accuracy of matched time scales: a row for each number of systems, a column for each set.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.transfer.run.run_transfer`.
    """
    done = table[(table["status"] == "ok") & (table["way"] == TESTED)]
    return done.groupby(["surrogates", "set"])["accuracy"].mean().unstack("set")


def verdict(found: Sequence[Gain]) -> str:
    """Return the result in one sentence.

    Examples
    --------
    >>> verdict([Gain(way="raw", sets=90, wins=66, ties=8, mean=0.039, p=3e-7)])
    'Matched time scales are better than raw (+0.039, p = 3e-07).'
    >>> verdict([Gain(way="raw", sets=6, wins=3, ties=1, mean=0.01, p=0.6)])
    'Matched time scales differ from no other way over 6 sets.'
    """
    level = SIGNIFICANT / max(1, len(found))
    parts = [
        f"{'better' if each.mean > 0.0 else 'worse'} than {each.way} ({each.mean:+.3f}, p = {each.p:.2g})"
        for each in found
        if each.p < level
    ]
    if parts:
        return f"Matched time scales are {', '.join(parts)}."
    return f"Matched time scales differ from no other way over {max((each.sets for each in found), default=0)} sets."


def transfer_text(table: pd.DataFrame) -> str:
    """Return the mean accuracy of each set and way, paired differences, the curve over numbers of systems, the verdict.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.transfer.run.run_transfer`.
    """
    means = accuracies(table)
    whole = means.dropna()
    said = ", ".join(f"{way} {value:.3f}" for way, value in whole.mean().items()) if len(whole) else "no set has all"
    lines = [means.round(3).to_string(), f"mean over the sets: {said}"]
    curve = number_curve(table)
    if len(curve) > 1:
        lines += ["accuracy of matched time scales by the number of systems", curve.round(3).to_string()]
    found = gains(means)
    for each in found:
        line = f"{TESTED} - {each.way}: {each.mean:+.3f}, better on {each.wins} of {each.sets} sets, {each.ties} equal"
        lines.append(line if np.isnan(each.p) else f"{line}, p = {each.p:.2g}")
    return "\n".join([*lines, verdict(found)] if found else lines)
