"""Statistics of censored times against closed forms, simulation and an independent implementation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from benchmark.comparison.censored_times import _prentice_scores, paired_test, resampled_quantiles, survival_curve
from benchmark.comparison.medians import median_of, tied
from dysts.errors import InvalidArgumentError

FREIREICH = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
"""Weeks of remission under 6-mercaptopurine (Freireich et al., Blood 21 (1963) 699-716), the textbook example."""
FREIREICH_CENSORED = [0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]


def _random(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    # Whole numbers, so that failures tie with each other and with censored times.
    times, ends = rng.integers(0, 12, size), rng.integers(3, 15, size)
    return np.minimum(times, ends).astype(float), times >= ends


def test_curve_is_that_of_the_textbook() -> None:
    curve = survival_curve(np.array(FREIREICH, float), np.array(FREIREICH_CENSORED, bool))
    # Cox and Oakes, Analysis of Survival Data (1984), table 1.1 and section 4.3.
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {week: round(curve.at(week), 3) for week in published} == published
    assert curve.quantile(0.5) == 23.0
    assert curve.quantile(0.75) == np.inf
    assert curve.at(5.9) == 1.0
    assert np.isnan(curve.at(36.0))


def test_without_censoring_it_is_the_share_of_longer_times() -> None:
    times, _ = _random(1, 200)
    curve = survival_curve(times, np.zeros(200, bool))
    np.testing.assert_allclose(curve.share, [(times > t).mean() for t in curve.times], atol=1e-12)
    assert curve.quantile(0.5) == np.sort(times)[99]


@pytest.mark.parametrize("seed", range(5))
def test_curve_and_quantiles_agree_with_independent_implementations(seed: int) -> None:
    times, censored = _random(seed, 60)
    curve = survival_curve(times, censored)
    theirs = stats.ecdf(stats.CensoredData.right_censored(times, censored)).sf
    np.testing.assert_allclose(curve.share, theirs.evaluate(curve.times), rtol=1e-9)
    for level in (0.25, 0.5, 0.75):
        assert curve.quantile(level) == _first_below(theirs.quantiles, theirs.probabilities, 1.0 - level)
    counts = np.random.default_rng(seed).integers(0, 4, (20, 60)).astype(float)
    for drawn, count in zip(resampled_quantiles(times, censored, counts), counts, strict=True):
        kept = count > 0
        weighted = SurvfuncRight(times[kept], ~censored[kept], freq_weights=count[kept])
        assert drawn == _first_below(weighted.surv_times, weighted.surv_prob, 0.5)


def _first_below(times: np.ndarray, shares: np.ndarray, level: float) -> float:
    # Shares are products of fractions, so that one that equals the level may be off by a rounding.
    below = np.flatnonzero(shares <= level + 1e-12)
    return float(times[below[0]]) if below.size else np.inf


def test_a_resample_counts_a_case_as_often_as_it_was_drawn() -> None:
    times, censored = _random(7, 40)
    counts = np.random.default_rng(7).integers(0, 4, (50, 40))
    found = resampled_quantiles(times, censored, counts.astype(float))
    for drawn, count in zip(found, counts, strict=True):
        repeated = survival_curve(np.repeat(times, count), np.repeat(censored, count))
        assert drawn == repeated.quantile(0.5)


def test_all_censored_has_no_median_and_none_censored_has_the_plain_one() -> None:
    times = np.array([1.0, 2.0, 3.0])
    assert survival_curve(times, np.ones(3, bool)).quantile(0.5) == np.inf
    assert survival_curve(times, np.zeros(3, bool)).quantile(0.5) == 2.0
    with pytest.raises(InvalidArgumentError, match="times must be flat"):
        survival_curve(np.empty(0), np.empty(0, bool))


def test_paired_test_keeps_its_level_under_heavy_censoring_and_has_power() -> None:
    rng = np.random.default_rng(0)

    def p_value(factor: float) -> float:
        ends, common = rng.exponential(1.5, 40), rng.exponential(1.0, 40)
        one = common * rng.exponential(1.0, 40)
        other = factor * common * rng.exponential(1.0, 40)
        return paired_test(np.minimum(one, ends), one >= ends, np.minimum(other, ends), other >= ends)

    alike = np.array([p_value(1.0) for _ in range(600)])
    # Four standard errors of a share of 0.05 in 600 draws.
    assert (alike < 0.05).mean() == pytest.approx(0.05, abs=0.036)
    assert np.mean([p_value(4.0) < 0.05 for _ in range(100)]) > 0.8


def test_paired_test_on_small_samples_counts_all_signs() -> None:
    one, other = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([6.0, 7.0, 8.0, 9.0, 10.0])
    none = np.zeros(5, bool)
    # Two of the 32 sign patterns are as extreme as five differences of one sign.
    assert paired_test(one, none, other, none) == 2 / 32
    assert paired_test(other, none, one, none) == 2 / 32
    assert paired_test(one, none, one, none) == 1.0


def test_scores_are_those_of_prentice() -> None:
    # By hand, with the factors (n - d + 1)/(n + 1) = 4/5, 3/4 and 1/2 at the failures at 1, 2 and 4.
    scores = _prentice_scores(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, False]))
    np.testing.assert_allclose(scores, [-4 / 5, -2 / 5, 2 / 5, 1 / 10], atol=1e-15)


def test_pairs_censored_at_the_same_time_do_not_count() -> None:
    # More than so few that all signs are counted, if they did.
    ties = np.full(20, 9.0)
    one, other = np.append([1.0, 2.0, 3.0, 4.0], ties), np.append([2.0, 3.0, 4.0, 5.0], ties)
    censored = one == 9.0
    assert paired_test(one, censored, other, censored) == 2 / 16


def test_median_of_cells_is_the_product_limit_estimate_with_open_ends() -> None:
    cells = pd.DataFrame(
        {
            "system": list("ABCDEF"),
            "vpt": [0.5, 1.0, 2.0, 2.0, 3.0, np.nan],
            "vpt_censored": [False, False, True, True, True, False],
            "smape": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        }
    )
    found = median_of(cells, "vpt")
    assert (found.value, found.cells, found.censored, found.end) == (np.inf, 5, 3, 3.0)
    assert found.low < np.inf
    assert found.high == np.inf
    plain = median_of(cells, "smape")
    assert (plain.value, plain.cells, plain.censored) == (3.5, 6, 0)
    assert np.isnan(median_of(cells[cells["system"] == "A"], "vpt").low)
    assert np.isnan(median_of(cells[cells["system"] == "F"], "vpt").value)


def test_a_table_of_five_digits_ties_with_a_fresh_one() -> None:
    assert tied(np.array([1.380304657, 0.839054799, 7.295550909])).tolist() == [1.3803, 0.83905, 7.2956]
