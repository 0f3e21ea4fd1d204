"""What a run on samplings says: errors against steps, paired differences from uniform windows, a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from benchmark.sampling.settings import SCORES
from dysts.errors import InvalidArgumentError

BASELINE = "uniform"
"""The sampling with which the others are compared."""
RESAMPLES = 2000
"""Number of bootstrap samples of systems behind an interval."""
LEVEL = 0.95
"""Level of the intervals."""
SIGNIFICANT = 0.05
"""Probability below which a difference counts, divided by the number of comparisons."""
LEAST_SYSTEMS = 6
"""Least number of systems for a paired test to be able to find anything."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A sampling beside the baseline, paired by system.

    Attributes
    ----------
    sampling : str
    systems, wins : int
        Number of systems, and on how many of them its error is smaller.
    mean, low, high : float
        Mean difference of the final errors (negative is better) and its interval over systems.
    p : float
        Of Wilcoxon's signed-rank test.
    """

    sampling: str
    systems: int
    wins: int
    mean: float
    low: float
    high: float
    p: float


def final_errors(table: pd.DataFrame, *, score: str = "errors") -> pd.DataFrame:
    """Return the mean final error over seeds: a row for each system, a column for each sampling.

    Only seeds of a system with all samplings count, so that the samplings stand beside each other in pairs also where
    cells failed or the run was stopped.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.sampling.run.run_sampling`.
    score : str
        One of `SCORES`.
    """
    done = complete(table)
    means = done.assign(final=[errors[-1] for errors in done[score]]).groupby(["system", "sampling"])["final"].mean()
    return means.unstack("sampling")


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of those seeds of each system that have a result for every sampling.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.sampling.run.run_sampling`.
    """
    done = table[table["status"] == "ok"]
    had = done.groupby(["system", "seed"])["sampling"].transform("nunique")
    return done[had == table["sampling"].nunique()]


def differences(finals: pd.DataFrame, *, seed: int = 0) -> list[Difference]:
    """Compare each sampling with the baseline, paired by system.

    Parameters
    ----------
    finals : pandas.DataFrame
        A row for each system, a column for each sampling.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InvalidArgumentError
        If the baseline is missing, or there are too few systems.
    """
    if BASELINE not in finals.columns:
        raise InvalidArgumentError(f"the table must have the sampling {BASELINE!r}, got {', '.join(finals.columns)}")
    if len(finals) < LEAST_SYSTEMS:
        raise InvalidArgumentError(f"the table must have {LEAST_SYSTEMS} complete systems, got {len(finals)}")
    return [
        _difference(str(sampling), (finals[sampling] - finals[BASELINE]).to_numpy(), seed)
        for sampling in finals.columns.drop(BASELINE)
    ]


def learning(table: pd.DataFrame, *, score: str = "errors", seed: int = 0) -> Difference:
    """Compare the error of the baseline after all steps with that at the first checkpoint, paired by system.

    A learner whose error does not fall has learnt no forecasts, so that its samplings cannot differ.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.sampling.run.run_sampling`.
    score : str
        One of `SCORES`.
    seed : int
        Of the bootstrap.
    """
    rows = complete(table)
    rows = rows[rows["sampling"] == BASELINE]
    falls = rows.assign(fall=[errors[-1] - errors[0] for errors in rows[score]]).groupby("system")["fall"].mean()
    return _difference(BASELINE, falls.to_numpy(), seed)


def _difference(sampling: str, gaps: np.ndarray, seed: int) -> Difference:
    draws = np.random.default_rng(seed).integers(len(gaps), size=(RESAMPLES, len(gaps)))
    low, high = np.quantile(gaps[draws].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Difference(
        sampling=sampling,
        systems=len(gaps),
        wins=int((gaps < 0.0).sum()),
        mean=float(gaps.mean()),
        low=float(low),
        high=float(high),
        p=float(wilcoxon(gaps).pvalue) if np.any(gaps != 0.0) else 1.0,
    )


def curves(table: pd.DataFrame, *, score: str = "errors") -> pd.DataFrame:
    """Return the median error over systems: a row for each number of steps, a column for each sampling.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `benchmark.sampling.run.run_sampling`.
    score : str
        One of `SCORES`.
    """
    long = (
        complete(table)[["system", "sampling", "steps", score]]
        .explode(["steps", score])
        .astype({"steps": int, score: float})
    )
    per_system = long.groupby(["sampling", "steps", "system"])[score].mean()
    return per_system.groupby(["steps", "sampling"]).median().unstack("sampling")


def verdict(found: Sequence[Difference], *, learnt: Difference | None = None) -> str:
    """Return the result in one sentence.

    Parameters
    ----------
    found : sequence of Difference
        As from `differences`.
    learnt : Difference, optional
        As from `learning`; where the baseline has not learnt, the run decides nothing.

    Examples
    --------
    >>> worse = Difference(sampling="importance", systems=30, wins=14, mean=0.01, low=-0.03, high=0.05, p=0.6)
    >>> verdict([worse])
    'At equal steps and data no sampling differs from uniform windows on 30 systems.'
    >>> flat = Difference(sampling="uniform", systems=30, wins=14, mean=0.01, low=-0.1, high=0.1, p=0.8)
    >>> verdict([worse], learnt=flat)
    'The error with uniform windows does not fall (+0.010, p = 0.8, 30 systems): this run cannot compare samplings.'
    """
    if learnt is not None and not (learnt.mean < 0.0 and learnt.p < SIGNIFICANT):
        return (
            f"The error with uniform windows does not fall ({learnt.mean:+.3f}, p = {learnt.p:.2g}, "
            f"{learnt.systems} systems): this run cannot compare samplings."
        )
    level = SIGNIFICANT / max(1, len(found))
    better = [each for each in found if each.p < level and each.mean < 0.0]
    worse = [each for each in found if each.p < level and each.mean > 0.0]
    count = found[0].systems if found else 0
    if not better and not worse:
        return f"At equal steps and data no sampling differs from uniform windows on {count} systems."
    parts = [f"{each.sampling} is better (p = {each.p:.2g})" for each in better]
    parts += [f"{each.sampling} is worse (p = {each.p:.2g})" for each in worse]
    return f"At equal steps and data, beside uniform windows on {count} systems: {'; '.join(parts)}."


def sampling_text(table: pd.DataFrame) -> str:
    """Return the curves, the paired differences and the verdict as text, for each of `SCORES`."""
    return "\n\n".join(_score_text(table, score) for score in SCORES)


def _score_text(table: pd.DataFrame, score: str) -> str:
    lines = [f"median {SCORES[score]} after optimiser steps", curves(table, score=score).round(3).to_string()]
    finals = final_errors(table, score=score)
    if len(finals) < LEAST_SYSTEMS or BASELINE not in finals.columns:
        return "\n".join([*lines, f"{len(finals)} complete systems: too few to compare"])
    found = differences(finals)
    lines += [
        f"{each.sampling} - {BASELINE}: {each.mean:+.3f} ({each.low:+.3f} to {each.high:+.3f}), better on "
        f"{each.wins} of {each.systems} systems, p = {each.p:.2g}"
        for each in found
    ]
    learnt = learning(table, score=score)
    lines.append(
        f"{BASELINE}, last - first checkpoint: {learnt.mean:+.3f} ({learnt.low:+.3f} to {learnt.high:+.3f}), lower on "
        f"{learnt.wins} of {learnt.systems} systems, p = {learnt.p:.2g}"
    )
    return "\n".join([*lines, verdict(found, learnt=learnt)])
