"""Every score of a row, what is missing and why, and scoring stored forecasts again."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest
import xarray

import benchmark
import dysts
from benchmark import Task
from benchmark.export import export, exported_manifest, read_export
from benchmark.results.reading import ROWS, TABLE, Results
from benchmark.results.rescoring_tables import rescored_table
from benchmark.schema import COLUMNS, SCORED_COLUMNS, check_table
from benchmark.scoring.compute import score
from benchmark.scoring.table import LYAPUNOV_TIMES, SCORES, at_column, get_score
from benchmark.tasks.data import ScoringData, TaskData, cut
from dysts import metrics
from dysts.errors import InvalidArgumentError, RunError, StorageError, UnknownNameError


def _data(**attributes: object) -> TaskData:
    dataset = fakes.dataset("Alpha")
    dataset.attrs.update(attributes)
    return cut(Task(system="Alpha", train_length=100, horizon=20), dataset)


def _reasons(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: reason for reason, names in json.loads(row["missing"] or "{}").items() for name in names}


def test_every_score_is_a_number_or_missing_with_a_reason() -> None:
    data = _data()
    for forecast in (data.truth, data.truth + 0.1, np.zeros_like(data.truth), None):
        row = score(data, forecast)
        assert set(row) | {"scoring", "lyapunov_exponent", "lyapunov_exponent_error"} == set(SCORED_COLUMNS)
        reasons = _reasons(row)
        for name in SCORES:
            assert math.isnan(row[name]) == (name in reasons), name


def test_scores_at_lyapunov_times_are_those_of_the_beginning() -> None:
    # A step of 0.1 at an exponent of 5: one Lyapunov time is two points, and the horizon is ten.
    data = _data(lyapunov_exponent=5.0)
    forecast = data.truth + 0.02 * np.arange(40).reshape(20, 2)
    row = score(data, forecast)
    for time in LYAPUNOV_TIMES:
        points = round(2 * time)
        arrays = {"truth": data.truth[:points], "forecast": forecast[:points]}
        assert row[at_column("smape", time)] == pytest.approx(metrics.smape(**arrays))
        assert row[at_column("nrmse", time)] == pytest.approx(metrics.nrmse(**arrays, scale=data.scale))
    short = score(_data(lyapunov_exponent=2.0), forecast)
    assert math.isnan(short["smape_at_5"])
    assert _reasons(short)["smape_at_5"] == "the horizon is 4 Lyapunov times"


def test_failed_cell_is_worst_exactly_where_a_forecast_would_have_a_score() -> None:
    data = _data()
    perfect, failed = score(data, data.truth + 0.01), score(data, None)
    for name, entry in SCORES.items():
        if math.isnan(entry.worst):
            assert math.isnan(failed[name])
            continue
        assert math.isnan(failed[name]) == math.isnan(perfect[name]), name
        if not math.isnan(failed[name]):
            assert failed[name] == entry.worst
    assert not failed["vpt_censored"]
    # Values below -1 have no logarithm, whatever the forecast.
    low = ScoringData(**{**_scoring(data), "truth": data.truth - 5.0})
    assert math.isnan(score(low, None)["rmsle"])
    assert "rmsle" in _reasons(score(low, None))


def test_no_forecast_scores_worse_than_the_worst() -> None:
    data = _data()
    rng = np.random.default_rng(0)
    failed = score(data, None)
    for scale in (0.0, 1.0, 1e6):
        row = score(data, scale * rng.normal(size=data.truth.shape))
        for name, entry in SCORES.items():
            if entry.direction is None or math.isnan(row[name]):
                continue
            sign = 1 if entry.direction == "higher" else -1
            assert sign * row[name] >= sign * failed[name], name


def test_without_lyapunov_time_only_what_needs_it_is_missing() -> None:
    reasons = _reasons(score(_data(lyapunov_exponent=-1.0), _data().truth))
    expected = {name for name in SCORES if name.startswith("vpt") and name != "vpt_periods"}
    expected |= {at_column(name, time) for name in ("smape", "nrmse") for time in LYAPUNOV_TIMES} | {"error_growth"}
    assert {name for name, reason in reasons.items() if "does not exceed zero" in reason} == expected


@pytest.fixture(scope="module")
def long_run() -> tuple[ScoringData, np.ndarray]:
    system = dysts.get_system("Lorenz")
    x = dysts.integrate(system, 10100, points_per_period=20, predictability=False).values[100:]
    data = ScoringData(
        truth=x[:5000],
        step=system.period / 20,
        season_length=20,
        scale=x.std(axis=0),
        lyapunov_exponent=0.906,
        lyapunov_exponent_error=0.002,
    )
    return data, x[5000:]


def test_long_forecasts_are_compared_with_the_attractor(long_run: tuple[ScoringData, np.ndarray]) -> None:
    data, other = long_run
    near = score(data, other)
    still = score(data, np.zeros_like(other))
    for name in ("spectral_hellinger", "state_space_divergence", "sliced_wasserstein"):
        assert near[name] < still[name]
    assert near["dimension_difference"] < 0.5
    assert near["exponent_ratio"] == pytest.approx(1.0, abs=0.5)
    assert near["vpt"] < 1.0
    assert "forecast" in _reasons(still)["dimension_difference"]


def test_every_score_has_a_definition_and_a_column() -> None:
    for name, entry in SCORES.items():
        assert COLUMNS[name] == "float64"
        assert len(entry.definition) > 15
    with pytest.raises(UnknownNameError, match="did you mean 'smape'"):
        get_score("smap")


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising", trajectories=1),
        open_dataset=fakes.open_dataset,
        output=tmp_path / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )


def _other_exponent(_recipe: str, *, systems: list[str]) -> dict[str, xarray.Dataset]:
    return {system: fakes.dataset(system, exponent=1.8) for system in systems}


def test_new_exponent_scores_again_without_running(results: Results, fit_log: Path) -> None:
    rescored, changed = benchmark.rescore(results.folder, exponents=lambda _row: (1.8, 0.01))
    assert changed == len(results.table) == 9
    assert fit_log.read_text() == ""
    old, new = results.table, rescored.table
    mean = old["forecaster"] == "benchmark_fakes:Mean"
    assert (new.loc[mean, "vpt_periods"] == old.loc[mean, "vpt_periods"]).all()
    np.testing.assert_allclose(new["horizon_lyapunov"], 2 * old["horizon_lyapunov"])
    np.testing.assert_array_equal(new["smape"], old["smape"])
    assert new["finished"].tolist() == old["finished"].tolist()
    pd.testing.assert_frame_equal(pd.read_parquet(results.folder / TABLE), new)
    assert benchmark.rescore(results.folder, exponents=lambda _row: (1.8, 0.01))[1] == 0


def test_rescoring_agrees_with_running_anew(results: Results, tmp_path: Path) -> None:
    rescored, _ = benchmark.rescore(results.folder, exponents=lambda _row: (1.8, 0.01))
    anew = benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising", trajectories=1),
        open_dataset=_other_exponent,
        output=tmp_path / "anew",
        scheduler=fakes.InProcess(),
        progress=False,
    )
    columns = ["key", *SCORED_COLUMNS]
    pd.testing.assert_frame_equal(rescored.table[columns], anew.table[columns])


@pytest.mark.parametrize("exponent", [0.9, 0.001])
def test_a_table_without_forecasts_is_scored_as_its_folder_is(
    results: Results, tmp_path: Path, exponent: float
) -> None:
    def known(_row: Mapping[str, Any]) -> tuple[float, float]:
        return exponent, 0.01

    rounded = read_export(export(results, tmp_path / "small.parquet")).assign(
        vpt=lambda table: table["vpt"] * (1 - 4e-5)
    )
    fresh, changed = rescored_table(rounded, exponents=known, steps=lambda _row: 0.1)
    rescored, _ = benchmark.rescore(results.folder, exponents=known)
    numbers = [name for name in SCORED_COLUMNS if COLUMNS[name] == "float64"]
    np.testing.assert_allclose(fresh[numbers], rescored.table[numbers], rtol=1e-4)
    others = [name for name in SCORED_COLUMNS if name not in numbers]
    pd.testing.assert_frame_equal(fresh[others], rescored.table[others])
    assert exponent != 0.9 or fresh["vpt"].tolist() == rescored.table["vpt"].tolist()
    assert fresh["vpt"].isna().all() == (exponent == 0.001)
    assert changed > 0
    assert rescored_table(fresh, exponents=known, steps=lambda _row: 0.1)[1] == 0


def test_a_table_without_forecasts_refuses_scores_that_need_them(results: Results) -> None:
    steps = {"steps": lambda _row: 0.1}
    with pytest.raises(RunError, match=r"lyapunov_exponent of .* is 0.9 in the table and 1.8 now"):
        rescored_table(results.table, exponents=lambda _row: (1.8, 0.01), **steps)
    with pytest.raises(RunError, match=r"the step of .* is 0.1 in the table and 0.2 now"):
        rescored_table(results.table, exponents=lambda _row: (0.9, 0.01), steps=lambda _row: 0.2)
    without, _ = rescored_table(results.table, exponents=lambda _row: (0.001, 0.01), **steps)
    with pytest.raises(RunError, match="its forecast is needed"):
        rescored_table(without, exponents=lambda _row: (0.9, 0.01), **steps)


def test_same_command_with_a_new_annotation_runs_nothing(results: Results, fit_log: Path) -> None:
    again = benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising", trajectories=1),
        open_dataset=_other_exponent,
        output=results.folder,
        scheduler=fakes.InProcess(),
        progress=False,
    )
    assert fit_log.read_text() == ""
    assert (again.table["lyapunov_exponent"] == 1.8).all()
    assert again.table["key"].tolist() == results.table["key"].tolist()
    assert len((results.folder / ROWS).read_text().splitlines()) == 9


def test_lost_forecast_keeps_its_row(results: Results) -> None:
    key = results.table["key"].iloc[0]
    (results.folder / "forecasts.zarr" / "forecast" / key / "zarr.json").unlink()
    rescored, changed = benchmark.rescore(results.folder, exponents=lambda _row: (1.8, 0.01))
    assert changed == 8
    assert rescored.table["lyapunov_exponent"].iloc[0] == 0.9


def test_rescoring_is_refused_while_a_run_holds_the_folder(results: Results) -> None:
    from benchmark.results.writing import ResultsWriter

    writer = ResultsWriter(results.folder)
    try:
        with pytest.raises(RunError, match="another run"):
            benchmark.rescore(results.folder)
    finally:
        writer.close()


def test_full_disk_while_rescoring_keeps_the_old_rows(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (results.folder / ROWS).read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(dysts.errors.StorageError, match="No space left"):
        benchmark.rescore(results.folder, exponents=lambda _row: (1.8, 0.01))
    assert (results.folder / ROWS).read_bytes() == before


def test_table_passes_its_schema_and_a_doctored_one_does_not(results: Results) -> None:
    table = pd.read_parquet(results.folder / TABLE)
    check_table(table)
    failed = table["status"] == "failed"
    doctored = {
        "lacks the column 'vpt'": table.drop(columns="vpt"),
        "unknown column 'bonus'": table.assign(bonus=1.0),
        "must hold float64, got int64": table.assign(smape=1),
        "must be one of .*, got 'fine'": table.assign(status="fine"),
        "stands twice": table.assign(key="a"),
        "must have the worst, 200": table.assign(smape=table["smape"].where(~failed, 3.0)),
        "has no error": table.assign(error=""),
    }
    for words, wrong in doctored.items():
        with pytest.raises(InvalidArgumentError, match=words):
            check_table(wrong)


def test_export_says_what_was_run(results: Results, tmp_path: Path) -> None:
    path = export(results, tmp_path / "small.parquet")
    told = exported_manifest(path)
    assert told == {name: value for name, value in results.manifest.items() if name != "cells"}
    pd.DataFrame({"key": ["a"]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(StorageError, match="says of its run"):
        exported_manifest(tmp_path / "other.parquet")


def test_exported_table_is_the_table_to_five_digits(results: Results, tmp_path: Path) -> None:
    table = read_export(export(results, tmp_path / "small.parquet"))
    for name, kind in COLUMNS.items():
        if kind == "float64":
            np.testing.assert_allclose(table[name], results.table[name], rtol=1e-4)
        else:
            assert table[name].tolist() == results.table[name].tolist()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(dysts.errors.StorageError, match="broken"):
        read_export(tmp_path / "broken.parquet")


def _scoring(data: TaskData) -> dict[str, Any]:
    names = ("truth", "step", "season_length", "scale", "lyapunov_exponent", "lyapunov_exponent_error")
    return {name: getattr(data, name) for name in names}
