"""Shares of systems on which a forecast lasts, and how far the error of one step explains how long."""

import numpy as np
import pandas as pd
import pytest

from benchmark.comparison.censored_times import resampled_shares
from benchmark.comparison.step_limits import step_limits
from benchmark.comparison.valid_shares import valid_shares

SYSTEMS = [f"S{number}" for number in range(40)]


def table(times: np.ndarray, censored: np.ndarray, **columns: object) -> pd.DataFrame:
    rows = {"forecaster": "A", "system": SYSTEMS[: len(times)], "status": "ok", "vpt": times, "vpt_censored": censored}
    rows["vpt_missing"] = ""
    return pd.DataFrame({**rows, **columns})


def test_without_censoring_it_is_the_share_of_times_that_are_as_long() -> None:
    times = np.random.default_rng(0).exponential(8.0, 40)
    found = valid_shares(table(times, np.zeros(40, dtype=bool))).set_index("time")
    for time in (5.0, 12.0, 24.0):
        assert found.loc[time, "share"] == pytest.approx((times >= time).mean(), abs=1e-12)
        assert found.loc[time, "low"] <= found.loc[time, "share"] <= found.loc[time, "high"]
        assert found.loc[time, "hidden"] == 0


def test_censored_times_count_for_as_long_as_they_were_observed() -> None:
    # Of ten systems two fail at 3, four are observed for 10 alone, and of the other four one fails at 20.
    times = np.array([3.0] * 2 + [10.0] * 4 + [20.0] + [30.0] * 3)
    censored = np.array([False] * 2 + [True] * 4 + [False] + [True] * 3)
    found = valid_shares(table(times, censored), [5.0, 10.0, 12.0, 24.0, 31.0]).set_index("time")
    assert found.loc[5.0, "share"] == found.loc[10.0, "share"] == found.loc[12.0, "share"] == pytest.approx(0.8)
    assert found.loc[24.0, "share"] == pytest.approx(0.8 * 0.75)
    assert np.isnan(found.loc[31.0, "share"])
    assert found.loc[24.0, ["reaching", "hidden", "cells"]].tolist() == [3, 4, 10]


def test_all_failed_before_is_a_share_of_nothing_and_no_missing_value() -> None:
    assert valid_shares(table(np.array([1.0, 2.0]), np.zeros(2, dtype=bool)), [5.0])["share"].tolist() == [0.0]


def test_nothing_in_forty_systems_may_be_one_in_eleven() -> None:
    # 1 - 0.025 ** (1 / 40), from the chance that all of forty fail.
    found = valid_shares(table(np.ones(40), np.zeros(40, dtype=bool)), [1.0, 5.0]).set_index("time")
    assert found.loc[5.0, ["low", "high"]].tolist() == [0.0, pytest.approx(0.0881, abs=1e-4)]
    assert found.loc[1.0, ["low", "high"]].tolist() == [pytest.approx(1 - 0.0881, abs=1e-4), 1.0]


def test_estimate_is_right_where_censoring_has_nothing_to_do_with_the_times() -> None:
    generator = np.random.default_rng(1)
    times, ends = generator.exponential(10.0, 4000), generator.exponential(15.0, 4000)
    share = resampled_shares(np.minimum(times, ends), ends < times, np.ones((1, 4000)), 12.0)[0]
    assert share == pytest.approx(np.exp(-1.2), abs=0.02)
    assert (np.minimum(times, ends) >= 12.0).mean() < share - 0.1


def test_a_resample_counts_a_case_as_often_as_it_was_drawn() -> None:
    times, censored = np.array([2.0, 4.0, 6.0]), np.array([False, True, False])
    counts = np.array([[2.0, 1.0, 1.0], [0.0, 0.0, 3.0]])
    np.testing.assert_allclose(resampled_shares(times, censored, counts, 5.0), [0.5, 1.0])


def test_a_time_that_nobody_was_observed_for_has_the_bounds_of_the_last_observed_one() -> None:
    times = np.append(np.linspace(0.1, 3.0, 39), 8.0)
    censored = times == 8.0
    hidden, seen = valid_shares(table(times, censored), [12.0, 8.0]).to_dict("records")
    assert np.isnan(hidden["share"])
    assert hidden["low"] == 0.0
    assert hidden["high"] == seen["high"] > seen["share"] == pytest.approx(1 / 40)


def test_failed_cells_are_valid_for_no_time() -> None:
    rows = table(np.array([9.0, np.nan]), np.zeros(2, dtype=bool))
    rows["status"] = ["ok", "failed"]
    rows["vpt"] = [9.0, 0.0]
    assert valid_shares(rows, [5.0])["share"].tolist() == [0.5]


def test_errors_that_grow_as_the_exponent_says_last_as_long_as_the_first_allows() -> None:
    first = 10.0 ** -np.arange(1.0, 13.0)
    times = np.log(0.4 / first)
    whole = pd.concat(
        [
            table(times, np.zeros(12, dtype=bool), first_error=first),
            table(0.5 * times[::-1], np.zeros(12, dtype=bool), first_error=first).assign(forecaster="B"),
        ]
    )
    found = step_limits(whole).set_index("forecaster")
    assert found.loc["A", "vpt_share"] == pytest.approx(1.0)
    assert found.loc["A", "correlation"] == pytest.approx(1.0)
    assert found.loc["B", "correlation"] == pytest.approx(-1.0)
    assert found.loc["A", "allowed"] == pytest.approx(float(np.median(times)))


def test_censored_cells_and_exact_first_points_say_nothing_of_the_limit() -> None:
    rows = table(np.array([5.0, 6.0, 7.0]), np.array([True, False, False]), first_error=[1e-3, 0.0, 1e-3])
    found = step_limits(rows).iloc[0]
    assert found["cells"] == 1
    assert found["vpt_share"] == pytest.approx(7.0 / np.log(400.0))
