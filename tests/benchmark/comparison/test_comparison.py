"""The leaderboard on rows whose answer is known, and the bootstrap behind its intervals."""

import math

import numpy as np
import pandas as pd
import pytest

from benchmark import leaderboard, leaderboard_text
from benchmark.comparison.bootstrap import bootstrap_median
from dysts.errors import InvalidArgumentError


def _rows(**columns: object) -> pd.DataFrame:
    defaults = {
        "preset": "fast",
        "status": "ok",
        "vpt_missing": "",
        "vpt_censored": False,
        "mae": 1.0,
        "vpt_periods": 1.0,
        "cell_seconds": 0.5,
    }
    return pd.DataFrame({**defaults, **columns})


@pytest.fixture
def table() -> pd.DataFrame:
    good = _rows(
        forecaster="Good",
        system=["A", "A", "B", "B"],
        vpt=[1.0, 2.0, 3.0, 4.0],
        smape=[10.0, 20.0, 30.0, 40.0],
        nrmse=[0.1, 0.2, 0.3, 0.4],
    )
    bad = _rows(
        forecaster="Bad",
        system=["A", "A", "B", "B"],
        # Scores that a failed cell must not keep.
        vpt=[9.0, 0.5, 0.5, 9.0],
        smape=[0.0, 100.0, 100.0, 0.0],
        nrmse=[0.0, 1.0, 1.0, 0.0],
        status=["failed", "ok", "ok", "crashed"],
    )
    return pd.concat([bad, good], ignore_index=True)


def test_medians_failures_and_order(table: pd.DataFrame) -> None:
    board = leaderboard(table).set_index("forecaster")
    assert board.index.tolist() == ["Good", "Bad"]
    # The product-limit median is the first time that at most half of the cells exceed.
    assert board.loc["Good", ["vpt", "smape", "nrmse", "failed", "cells"]].tolist() == [2.0, 25, 0.25, 0, 4]
    # Bad: valid times 0, 0.5, 0.5, 0; smape 200, 100, 100, 200; nrmse inf, 1, 1, inf.
    assert board.loc["Bad", ["vpt", "smape", "failed"]].tolist() == [0.0, 150.0, 2]
    assert board.loc["Bad", "nrmse"] == math.inf
    assert board.loc["Good", "seconds"] == 2.0


def test_cells_without_lyapunov_time_are_left_out_of_the_valid_time_alone(table: pd.DataFrame) -> None:
    table.loc[table["system"] == "B", ["vpt", "vpt_missing"]] = [math.nan, "not chaotic"]
    board = leaderboard(table).set_index("forecaster")
    assert board.loc["Good", ["vpt", "smape", "cells", "vpt_cells"]].tolist() == [1.0, 25.0, 4, 2]
    # The failed cell of B stays missing; that of A counts as 0.
    assert board.loc["Bad", ["vpt", "vpt_cells"]].tolist() == [0.0, 2]


def test_censored_cells_raise_the_median_until_it_lies_beyond_the_longest_time(table: pd.DataFrame) -> None:
    good = table["forecaster"] == "Good"
    table.loc[good & (table["vpt"] == 4.0), "vpt_censored"] = True
    assert leaderboard(table).set_index("forecaster").loc["Good", "vpt"] == 2.0
    table.loc[good & (table["vpt"] == 1.0), "vpt_censored"] = True
    # Of the three that outlast 1, one fails at 2 and one at 3: the shares that exceed them are 2/3 and 1/3.
    assert leaderboard(table).set_index("forecaster").loc["Good", "vpt"] == 3.0
    table.loc[good & (table["vpt"] == 3.0), "vpt_censored"] = True
    board = leaderboard(table).set_index("forecaster")
    assert board["lower_bound"].tolist() == [True, False]
    assert board.loc["Good", ["vpt", "vpt_end", "censored"]].tolist() == [math.inf, 4.0, 3]
    assert "> 4.00" in leaderboard_text(board.reset_index())


def test_order_of_rows_does_not_matter(table: pd.DataFrame) -> None:
    shuffled = table.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(leaderboard(shuffled), leaderboard(table))


def test_text_fits_the_terminal(table: pd.DataFrame) -> None:
    long = table.assign(forecaster="package.module:AnExtraordinarilyLongNameOfAForecaster", smape=1e-12)
    for rows in (table, long, table.iloc[:0]):
        text = leaderboard_text(leaderboard(rows))
        assert max(map(len, text.splitlines())) <= 80
    assert "AnExtraordinarilyLo…" in leaderboard_text(leaderboard(long))


class TestBootstrap:
    def test_equals_resampling_by_hand(self) -> None:
        rng = np.random.default_rng(1)
        values, systems = rng.normal(size=14), np.repeat(np.arange(5), [1, 2, 3, 4, 4])
        draws = np.random.default_rng(11).multinomial(5, [0.2] * 5, size=300)
        medians = [
            np.median(np.concatenate([np.tile(values[systems == s], k) for s, k in enumerate(draw)])) for draw in draws
        ]
        expected = np.percentile(medians, [2.5, 97.5], method="nearest")
        median, low, high = bootstrap_median(values, systems, resamples=300, seed=11)
        assert median == np.median(values)
        np.testing.assert_allclose([low, high], expected)

    def test_interval_covers_the_median_of_the_population(self) -> None:
        # 20 systems of median 0 with 3 strongly dependent trajectories each, 300 experiments: at a coverage
        # of 0.95 the count has a standard deviation of 3.8; a percentile bootstrap of 20 clusters falls
        # somewhat short, and resampling cells instead of systems covers about 0.8.
        rng = np.random.default_rng(5)
        covered = 0
        for _ in range(300):
            centres = rng.normal(size=20)
            values = np.repeat(centres, 3) + 0.1 * rng.normal(size=60)
            _, low, high = bootstrap_median(values, np.repeat(np.arange(20), 3), resamples=400)
            covered += low <= 0.0 <= high
        assert 0.90 <= covered / 300 <= 0.99

    def test_seed_decides_alone(self) -> None:
        values, systems = np.arange(30.0), np.arange(30) // 3
        assert bootstrap_median(values, systems, seed=1) == bootstrap_median(values, systems, seed=1)
        order = np.random.default_rng(0).permutation(30)
        assert bootstrap_median(values[order], systems[order]) == bootstrap_median(values, systems)

    def test_infinite_scores_and_single_systems(self) -> None:
        values = np.array([1.0, math.inf, math.inf, math.inf])
        assert bootstrap_median(values, np.arange(4))[0] == math.inf
        median, low, high = bootstrap_median(np.array([1.0, 3.0]), np.array(["A", "A"]))
        assert median == 2.0
        assert math.isnan(low)
        assert math.isnan(high)
        assert all(math.isnan(value) for value in bootstrap_median(np.zeros(0), np.zeros(0)))

    def test_bad_arguments_are_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match="shape"):
            bootstrap_median(np.zeros(3), np.zeros(2))
        with pytest.raises(InvalidArgumentError, match="level"):
            bootstrap_median(np.zeros(3), np.zeros(3), level=95.0)
