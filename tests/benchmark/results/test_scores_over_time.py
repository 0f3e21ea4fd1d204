"""Scores over the horizon are those of the rows, end with the truth, and survive their file."""

import math
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.reading import Results
from benchmark.results.scores_over_time import TIMES, read_scores_over_time, scores_over_time, write_scores_over_time
from benchmark.scoring.table import at_column
from dysts.errors import InvalidArgumentError, StorageError


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return benchmark.run(
        fakes.suite("Mean", "Lagged", "Raising", systems=("Alpha", "Beta"), trajectories=1),
        open_dataset=fakes.open_dataset,
        output=tmp_path_factory.mktemp("run") / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )


def test_they_are_the_scores_of_the_rows_at_the_same_times(results: Results) -> None:
    times = (0.5, 1.0)
    table = scores_over_time(results, times)
    for score in ("nrmse", "smape"):
        own = table[table["score"] == score].set_index("key")[list(times)]
        rows = results.table.set_index("key").loc[own.index, [at_column(score, time) for time in times]]
        assert own.notna().to_numpy().any()
        np.testing.assert_allclose(own.to_numpy(), rows.to_numpy(), rtol=1e-12)


def test_they_end_with_the_horizon(results: Results) -> None:
    table = scores_over_time(results)
    known = results.table.set_index("key")["known_lyapunov"]
    for row in table.to_dict("records"):
        for time in TIMES:
            assert math.isnan(row[time]) == (time > known[row["key"]])
    assert table[TIMES[-1]].isna().any()


def test_a_cell_without_a_forecast_is_the_worst_as_far_as_it_is_observed(results: Results) -> None:
    table = scores_over_time(results, (0.5, 1e6))
    worst = table[table["forecaster"].str.endswith("Raising")].set_index("score")[0.5]
    assert len(worst) == 4
    assert set(worst["nrmse"]) == {np.inf}
    assert set(worst["smape"]) == {200.0}
    assert table[1e6].isna().all()


def test_the_file_holds_four_digits(results: Results, tmp_path: Path) -> None:
    path = write_scores_over_time(results, tmp_path / "over-time.parquet")
    found, exact = read_scores_over_time(path), scores_over_time(results)
    pd.testing.assert_frame_equal(found, exact, rtol=6e-4, check_dtype=False)
    assert list(found.columns) == list(exact.columns)


def test_what_cannot_be_written_or_read_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"must end in \.parquet, got 'a\.csv'"):
        write_scores_over_time(results, tmp_path / "a.csv")
    with pytest.raises(StorageError, match="there is no folder"):
        write_scores_over_time(results, tmp_path / "none" / "a.parquet")
    bare = Results(folder=tmp_path, table=results.table, manifest=results.manifest)
    with pytest.raises(InvalidArgumentError, match="stores no forecast"):
        write_scores_over_time(bare, tmp_path / "a.parquet")
    with pytest.raises(StorageError, match="cannot read scores over time"):
        read_scores_over_time(tmp_path / "missing.parquet")
    results.table.to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(StorageError, match="must have the columns"):
        read_scores_over_time(tmp_path / "rows.parquet")
