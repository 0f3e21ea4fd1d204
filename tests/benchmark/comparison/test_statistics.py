"""Comparisons over systems: known answers, symmetries, and agreement with scipy and published tables."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import comparison
from benchmark.comparison.comparison_text import comparison_text
from dysts.errors import InvalidArgumentError

SYSTEMS = [f"S{index:02d}" for index in range(24)]
NAMES = ["Best", "Good", "Alike", "Poor"]


def _table(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for number, system in enumerate(SYSTEMS):
        ease = rng.normal()
        values = {"Best": ease + 6, "Good": ease + 3, "Alike": ease + 3, "Poor": ease}
        for name, value in values.items():
            for trajectory in range(2):
                rows.append(
                    {
                        "system": system,
                        "trajectory": trajectory,
                        "forecaster": name,
                        "preset": "fast",
                        "status": "ok",
                        "vpt_missing": "",
                        "vpt_censored": False,
                        "vpt": value + 0.5 * rng.normal(),
                        "smape": 100 - value,
                        "nrmse": math.inf if name == "Poor" else 1.0,
                        "fit_seconds": {"Best": 8.0, "Good": 1.0, "Alike": 4.0, "Poor": 0.1}[name],
                        "predict_seconds": 0.1,
                    }
                )
        for name, value in (("Climatology", 1.0), ("Persistence", 5.5), ("Oracle", 20.0)):
            rows.append({**rows[-1], "forecaster": name, "vpt": value if number else 100.0})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return _table()


def test_blocks_hold_medians_without_references_and_with_worst_scores(table: pd.DataFrame) -> None:
    blocks = comparison.score_by_system(table)
    assert list(blocks.columns) == sorted(NAMES)
    assert len(blocks) == len(SYSTEMS)
    cells = table[(table["system"] == "S03") & (table["forecaster"] == "Best")]
    assert blocks.loc["S03", "Best"] == pytest.approx(cells["vpt"].mean(), rel=1e-4)
    failed = table.copy()
    failed.loc[(failed["system"] == "S03") & (failed["forecaster"] == "Best"), "status"] = "crashed"
    assert comparison.score_by_system(failed).loc["S03", "Best"] == 0.0
    undefined = table.copy()
    undefined.loc[undefined["system"] == "S03", ["vpt", "vpt_missing"]] = [math.nan, "not chaotic"]
    assert "S03" not in comparison.score_by_system(undefined).index
    with pytest.raises(InvalidArgumentError, match="no direction"):
        comparison.score_by_system(table.assign(error_growth=1.0), "error_growth")


def test_win_rates_mirror_each_other_and_count_ties_half(table: pd.DataFrame) -> None:
    rates = comparison.win_rates(table)
    assert rates.index[0] == "Best"
    assert rates.loc["Best", "Poor"] == 1.0
    np.testing.assert_allclose((rates + rates.T).to_numpy()[~np.eye(4, dtype=bool)], 1.0)
    tied = comparison.win_rates(table, "nrmse")
    assert tied.loc["Best", "Good"] == 0.5
    assert tied.loc["Good", "Poor"] == 1.0
    by_loop = comparison.score_by_system(table)
    assert rates.loc["Good", "Alike"] == np.mean(by_loop["Good"] > by_loop["Alike"])


def test_ranks_agree_with_scipy_and_with_the_published_table(table: pd.DataFrame) -> None:
    found = comparison.compare_ranks(table)
    blocks = comparison.score_by_system(table)
    expected = stats.friedmanchisquare(*[blocks[name] for name in blocks.columns])
    assert found.friedman_statistic == pytest.approx(expected.statistic)
    assert found.friedman_p == pytest.approx(expected.pvalue)
    # Demsar 2006, table 5: q = 2.569 for four classifiers at 0.05.
    assert found.critical_difference == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 24)), rel=1e-3)
    assert found.mean_ranks.index[0] == "Best"
    assert found.mean_ranks.sum() == pytest.approx(1 + 2 + 3 + 4)


def test_alike_forecasters_share_a_bar_and_others_do_not(table: pd.DataFrame) -> None:
    found = comparison.compare_ranks(table)
    assert [set(group) for group in found.groups] == [{"Good", "Alike"}]
    pairs = {frozenset((row["better"], row["worse"])): row for _, row in found.pairs.iterrows()}
    assert len(pairs) == 6
    assert not pairs[frozenset(("Good", "Alike"))]["different"]
    assert sum(bool(row["different"]) for row in pairs.values()) == 5
    by_smape = comparison.compare_ranks(table, "smape").pairs.set_index(["better", "worse"])
    blocks = comparison.score_by_system(table, "smape")
    alone = stats.wilcoxon(blocks["Best"] - blocks["Poor"]).pvalue
    assert by_smape.loc[("Best", "Poor"), "p"] == pytest.approx(alone)
    # Holm: the least of six is multiplied by six.
    assert found.pairs["p_holm"].iloc[0] == pytest.approx(6 * found.pairs["p"].min())


def test_false_alarms_of_the_corrected_tests_are_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    # statsmodels collects garbage in each correction, which takes most of the time where many objects are alive.
    monkeypatch.setattr("gc.collect", lambda: 0)
    rng = np.random.default_rng(9)
    alarms = 0
    for _ in range(60):
        rows = [
            {
                "system": f"S{i}",
                "forecaster": name,
                "status": "ok",
                "vpt_missing": "",
                "vpt_censored": False,
                "vpt": rng.normal(),
            }
            for i in range(12)
            for name in "ABCD"
        ]
        alarms += bool(comparison.compare_ranks(pd.DataFrame(rows)).pairs["different"].any())
    # At most 5 % of 60 are 3, with a standard deviation of 1.7.
    assert alarms <= 8


def test_failures_in_both_are_no_difference(table: pd.DataFrame) -> None:
    found = comparison.compare_ranks(table, "nrmse")
    pairs = {frozenset((row["better"], row["worse"])): row["p"] for _, row in found.pairs.iterrows()}
    assert pairs[frozenset(("Best", "Good"))] == 1.0
    assert pairs[frozenset(("Best", "Poor"))] < 0.001


def test_two_forecasters_are_too_few_for_ranks(table: pd.DataFrame) -> None:
    with pytest.raises(InvalidArgumentError, match="at least 3 forecasters"):
        comparison.compare_ranks(table[table["forecaster"].isin(["Best", "Good"])])


def test_stability_knows_what_is_certain_and_what_is_not(table: pd.DataFrame) -> None:
    found = comparison.rank_stability(table, resamples=400).set_index("forecaster")
    assert found.loc["Best", ["rank", "rank_low", "rank_high", "first"]].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert found.loc["Poor", ["rank_low", "rank_high"]].tolist() == [4.0, 4.0]
    assert {found.loc["Good", "rank_low"], found.loc["Good", "rank_high"]} == {2.0, 3.0}
    again = comparison.rank_stability(table, resamples=400).set_index("forecaster")
    pd.testing.assert_frame_equal(found, again)


def test_pareto_front_against_its_definition(table: pd.DataFrame) -> None:
    front = comparison.pareto_front(table).set_index("forecaster")
    assert front["seconds"].to_dict() == pytest.approx({"Poor": 0.2, "Good": 1.1, "Alike": 4.1, "Best": 8.1})
    better_alike = front.loc["Alike", "score"] > front.loc["Good", "score"]
    assert front["on_front"].to_dict() == {"Poor": True, "Good": True, "Alike": better_alike, "Best": True}


def test_hardest_systems(table: pd.DataFrame) -> None:
    hard = comparison.hardest_systems(table)
    blocks = comparison.score_by_system(table)
    framed = hard.set_index("system")
    # The floor of the first system, 100, is above its oracle, so nobody has a skill there.
    assert framed.loc["S00", "everybody_fails"]
    assert framed.loc["S00", "floor"] == 100.0
    assert hard["system"].iloc[-1] == "S00"
    assert hard["skill"].dropna().is_monotonic_increasing
    for system in SYSTEMS[1:]:
        best = blocks.loc[system].max()
        assert framed.loc[system, "floor"] == 5.5
        assert framed.loc[system, "everybody_fails"] == (best <= 5.5)
        assert framed.loc[system, "skill"] == pytest.approx((best - 5.5) / (20.0 - 5.5))


def test_a_system_whose_best_forecast_outlasts_its_horizon_is_not_hard(table: pd.DataFrame) -> None:
    hard = comparison.hardest_systems(table)
    first, best = hard["system"].iloc[0], hard["best"].iloc[0]
    whole = table.copy()
    whole.loc[(whole["system"] == first) & (whole["forecaster"] == best), "vpt_censored"] = True
    again = comparison.hardest_systems(whole).set_index("system")
    assert again.loc[first, "censored"]
    assert again.index[-1] == first
    assert not again.loc[first, "everybody_fails"]


def test_correlations_with_invariants(table: pd.DataFrame) -> None:
    blocks = comparison.score_by_system(table, "smape")
    rng = np.random.default_rng(1)
    known = pd.DataFrame({"same": blocks["Best"], "noise": rng.normal(size=len(blocks)), "flat": 1.0})
    known.loc["S05", "noise"] = np.nan
    found = comparison.invariant_correlations(table, "smape", invariants=known).set_index(["invariant", "forecaster"])
    assert found.loc[("same", "Best"), "correlation"] == pytest.approx(1.0)
    noise = found.loc[("noise", "Best")]
    usable = known["noise"].notna()
    expected = stats.spearmanr(known.loc[usable, "noise"], blocks.loc[usable, "Best"]).statistic
    assert noise["correlation"] == pytest.approx(expected)
    assert noise["systems"] == 23
    assert noise["low"] < noise["correlation"] < noise["high"]
    assert noise["low"] < 0.0 < noise["high"]
    assert math.isnan(found.loc[("flat", "Best"), "correlation"])


def test_intervals_of_correlations_cover() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(100):
        x = rng.normal(size=40)
        y = 0.6 * x + 0.8 * rng.normal(size=40)
        rows = pd.DataFrame(
            {
                "system": [f"S{i:02d}" for i in range(40)],
                "forecaster": "A",
                "status": "ok",
                "vpt_missing": "",
                "smape": y,
            }
        )
        known = pd.DataFrame({"x": x}, index=rows["system"])
        found = comparison.invariant_correlations(rows, "smape", invariants=known, resamples=300)
        # Spearman's correlation of a normal pair with correlation r is 6 / pi * arcsin(r / 2).
        covered += found["low"].iloc[0] <= 6 / math.pi * math.asin(0.3) <= found["high"].iloc[0]
    # A percentile bootstrap covers somewhat less than 95 of 100; its count scatters by 2.2.
    assert covered >= 86


def test_text_of_many_forecasters_fits_the_terminal(table: pd.DataFrame) -> None:
    alike = table[table["forecaster"] == "Good"]
    many = pd.concat([table, *(alike.assign(forecaster=f"AForecasterOfALongName{index:02d}") for index in range(26))])
    text = comparison_text(many, "vpt")
    assert max(map(len, text.splitlines())) <= 80
    wins = text.partition("Share of systems")[2].partition("Median vpt")[0]
    rows = [line.split() for line in wins.splitlines() if line[:2].strip().isdigit()]
    assert sum(len(row) - 2 for row in rows if row[1].startswith("Best")) == 30


def test_correlations_along_lyapunov_time() -> None:
    systems = [f"S{i}" for i in range(10)]
    exponent = pd.Series(np.arange(10.0), index=systems)
    curves = pd.DataFrame({"key": systems, "system": systems, "forecaster": "A"})
    curves = pd.concat([curves, pd.DataFrame({0.5: np.arange(10.0), 1.0: -np.arange(10.0), 2.0: np.nan})], axis=1)
    found = comparison.curve_correlations(curves, exponent).set_index("time")
    assert found.loc[0.5, "correlation"] == pytest.approx(1.0)
    assert found.loc[1.0, "correlation"] == pytest.approx(-1.0)
    assert math.isnan(found.loc[2.0, "correlation"])


def test_median_over_forecasters_is_correlated_without_references() -> None:
    systems = [f"S{number}" for number in range(9)]
    rising = np.arange(9.0)
    curves = pd.concat(
        [
            pd.DataFrame({"key": name, "system": systems, "forecaster": name, 0.5: values, 1.0: -values})
            for name, values in (("A", rising), ("B", rising + 0.1), ("C", -rising), ("Oracle", -100.0 * rising))
        ]
    )
    known = pd.DataFrame({"same": rising, "constant": 1.0}, index=systems)
    found = comparison.median_curve_correlations(curves, known).set_index(["invariant", "time"])
    assert found.loc[("same", 0.5), "correlation"] == pytest.approx(1.0)
    assert found.loc[("same", 1.0), "correlation"] == pytest.approx(-1.0)
    assert math.isnan(found.loc[("constant", 0.5), "correlation"])
    assert set(found["systems"]) == {9}


def test_invariants_come_from_the_registry() -> None:
    known = comparison.invariants_of(["Lorenz", "Nowhere"])
    assert known.loc["Lorenz", "dimension"] == 3.0
    assert 0.5 < known.loc["Lorenz", "lyapunov_exponent_per_period"] < 0.8
    assert known.loc["Nowhere"].isna().all()


def test_a_forecaster_without_a_forecast_is_never_on_the_front(table: pd.DataFrame) -> None:
    failed = table.assign(status=table["status"].where(table["forecaster"] != "Good", "failed"))
    front = comparison.pareto_front(failed).set_index("forecaster")
    assert np.isnan(front.loc["Good", "seconds"])
    assert not front.loc["Good", "on_front"]
    assert front["on_front"].any()
