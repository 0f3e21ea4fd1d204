"""Tests of the difference between the mean ranks of forecasters."""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmark.comparison.blocks import censored_by_system, goodness, score_by_system
from benchmark.comparison.censored_times import paired_test
from benchmark.comparison.medians import CENSORED
from dysts.errors import InvalidArgumentError


@dataclass(frozen=True, kw_only=True, eq=False)
class RankComparison:
    """Mean ranks with two tests of their differences.

    Attributes
    ----------
    score : str
        What was ranked.
    systems : int
        Number of systems.
    alpha : float
        Level of the tests.
    mean_ranks : pandas.Series
        By forecaster, 1 is best, best first.
    friedman_statistic, friedman_p : float
        Friedman's test that all forecasters are alike.
    critical_difference : float
        Nemenyi's: mean ranks that differ by less are not told apart.
    groups : tuple of tuple of str
        The bars of a critical-difference diagram: largest sets of neighbours within the critical difference.
    pairs : pandas.DataFrame
        ``better``, ``worse``, ``p`` of Wilcoxon's signed-rank test (for valid times, which may be censored, of the
        paired Prentice-Wilcoxon test), ``p_holm`` corrected for all pairs after Holm, and
        ``different``, whether that is below alpha; clearest first.
    """

    score: str
    systems: int
    alpha: float
    mean_ranks: "pd.Series[float]"
    friedman_statistic: float
    friedman_p: float
    critical_difference: float
    groups: tuple[tuple[str, ...], ...]
    pairs: pd.DataFrame


def compare_ranks(table: pd.DataFrame, score: str = "vpt", *, alpha: float = 0.05) -> RankComparison:
    """Rank the forecasters on every system and test the mean ranks.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    alpha : float
        Level of the tests, between 0 and 1.

    Returns
    -------
    RankComparison

    Raises
    ------
    InvalidArgumentError
        If there are fewer than three forecasters or two systems.

    References
    ----------
    J. Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of Machine Learning Research 7
    (2006) 1-30.
    A. Benavoli, G. Corani, F. Mangili, "Should we really use post-hoc tests based on mean-ranks?", Journal of Machine
    Learning Research 17 (2016) 1-10: the reason for Wilcoxon's test beside Nemenyi's, whose verdict on a pair depends
    on the other forecasters.
    """
    if not 0 < alpha < 1:
        raise InvalidArgumentError(f"alpha must lie between 0 and 1, got {alpha!r}")
    blocks = score_by_system(table, score)
    censored = censored_by_system(table, blocks, score) if score in CENSORED else None
    good = goodness(blocks, score)
    count, forecasters = good.shape
    if forecasters < 3 or count < 2:
        raise InvalidArgumentError(
            f"ranks need at least 3 forecasters and 2 systems with a {score}, got {forecasters} and {count}"
        )
    values = good.to_numpy(dtype=np.float64)
    ranks = stats.rankdata(-values, axis=1)
    means = pd.Series(ranks.mean(axis=0), index=good.columns).sort_values(kind="stable")
    if np.all(ranks == ranks[:, :1]):
        statistic, p_value = 0.0, 1.0
    else:
        found = stats.friedmanchisquare(*ranks.T)
        statistic, p_value = float(found.statistic), float(found.pvalue)
    # The studentised range of infinitely many degrees of freedom, as in the tables of Nemenyi's test.
    quantile = float(stats.studentized_range.ppf(1 - alpha, forecasters, np.inf)) / np.sqrt(2.0)
    difference = quantile * float(np.sqrt(forecasters * (forecasters + 1) / (6.0 * count)))
    return RankComparison(
        score=score,
        systems=count,
        alpha=alpha,
        mean_ranks=means,
        friedman_statistic=statistic,
        friedman_p=p_value,
        critical_difference=difference,
        groups=_groups(means, difference),
        pairs=_pairs(good, censored, means, alpha),
    )


def _groups(means: "pd.Series[float]", difference: float) -> tuple[tuple[str, ...], ...]:
    names, values = [str(name) for name in means.index], means.to_numpy()
    groups: list[tuple[str, ...]] = []
    last_end = -1
    for begin in range(len(values)):
        end = int(np.flatnonzero(values - values[begin] < difference)[-1])
        if end > begin and end > last_end:
            groups.append(tuple(names[begin : end + 1]))
            last_end = end
    return tuple(groups)


def _pairs(good: pd.DataFrame, censored: pd.DataFrame | None, means: "pd.Series[float]", alpha: float) -> pd.DataFrame:
    from statsmodels.stats.multitest import multipletests

    rows = []
    for better, worse in itertools.combinations(means.index, 2):
        one, other = good[better].to_numpy(float), good[worse].to_numpy(float)
        if censored is not None:
            p_value = paired_test(one, censored[better].to_numpy(bool), other, censored[worse].to_numpy(bool))
        else:
            difference = _difference(one, other)
            # Without any difference the test has no statistic, and the forecasters are alike.
            p_value = float(stats.wilcoxon(difference, zero_method="zsplit").pvalue) if difference.any() else 1.0
        rows.append({"better": str(better), "worse": str(worse), "p": p_value})
    pairs = pd.DataFrame(rows)
    different, corrected, _, _ = multipletests(pairs["p"], alpha=alpha, method="holm")
    pairs["p_holm"], pairs["different"] = corrected, different
    return pairs.sort_values(["p_holm", "p"], kind="stable", ignore_index=True)


def _difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        difference = one - other
    # Two failures are alike; one failure is the largest of all differences.
    return np.where(np.isnan(difference), 0.0, difference)
