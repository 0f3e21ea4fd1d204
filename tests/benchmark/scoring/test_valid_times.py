"""Valid times end where the horizon or the known truth ends, leave out driving phases, and have named norms."""

import json
import math
from dataclasses import replace
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pytest
import xarray

import benchmark
import dysts
from benchmark import Task
from benchmark.results.reading import Results
from benchmark.results.rescoring import rescored_row
from benchmark.scoring.compute import score
from benchmark.scoring.table import THRESHOLDS, VALID_TIMES, within_column
from benchmark.scoring.valid_times import known_points
from benchmark.tasks.data import TaskData, cut
from dysts import metrics
from dysts.errors import InvalidArgumentError, UnknownNameError

STEP = 0.1


def _data(**changes: object) -> TaskData:
    return replace(cut(Task(system="Alpha", train_length=100, horizon=20), fakes.dataset("Alpha")), **changes)  # type: ignore[arg-type]


def _failing_at(data: TaskData, row: int) -> np.ndarray:
    forecast = data.truth.copy()
    forecast[row:] += 100.0
    return forecast


def test_a_truth_of_whole_steps_loses_none_to_rounding() -> None:
    data = replace(_data(), step=0.1, truth_end=0.3)
    assert 0.3 / 0.1 < 3.0
    assert known_points(data) == 3


@pytest.mark.parametrize(
    ("truth_end", "row", "steps", "by"),
    [
        (math.nan, 20, 20, "horizon"),
        (math.inf, 20, 20, "horizon"),
        (20 * STEP, 20, 20, "horizon"),
        (1.25, 20, 12, "truth"),
        (1.25, 12, 12, "truth"),
        (1.25, 11, 11, ""),
        (12 * STEP, 15, 12, "truth"),
        (0.05, 15, 0, "truth"),
        (math.nan, 0, 0, ""),
    ],
)
def test_no_forecast_is_valid_beyond_the_known_truth(truth_end: float, row: int, steps: int, by: str) -> None:
    data = _data(truth_end=truth_end)
    scores = score(data, _failing_at(data, row))
    assert scores["vpt"] == pytest.approx(steps * STEP * 0.9)
    assert scores["vpt_periods"] == pytest.approx(steps * STEP / 2.0)
    assert scores["censored_by"] == by
    for name in VALID_TIMES:
        # The smape so far stays small for a while after the error has become large.
        if name != "vpt_smape":
            assert scores[f"{name}_censored"] == (by != ""), name
        assert scores[name] <= scores["known_lyapunov"] * (1 + 1e-12)
    assert scores["known_lyapunov"] == pytest.approx(known_points(data) * STEP * 0.9)
    assert scores["horizon_lyapunov"] == pytest.approx(20 * STEP * 0.9)
    assert score(data, None)["censored_by"] == ""


def test_scores_up_to_lyapunov_times_beyond_the_known_truth_are_missing() -> None:
    # One Lyapunov time is two points.
    data = _data(lyapunov_exponent=5.0, truth_end=1.05)
    scores = score(data, data.truth + 0.1)
    assert not math.isnan(scores["nrmse_at_5"])
    assert math.isnan(scores["nrmse_at_10"])
    reasons = json.loads(scores["missing"])
    assert "nrmse_at_10" in reasons["the truth is known for 5 Lyapunov times"]


def test_a_threshold_that_no_error_reaches_censors_and_one_that_every_error_exceeds_does_not() -> None:
    data = _data()
    # In standard deviations 0.35 everywhere.
    scores = score(data, data.truth + 0.35 * data.scale)
    for threshold in THRESHOLDS:
        name = within_column(threshold)
        assert scores[f"{name}_censored"] == (threshold > 0.35)
        assert scores[name] == pytest.approx(1.8 if threshold > 0.35 else 0.0)


def test_the_curve_of_thresholds_rises() -> None:
    data = _data()
    scores = score(data, data.truth + 0.065 * np.arange(20)[:, None] * data.scale)
    times = [scores[within_column(threshold)] for threshold in THRESHOLDS]
    assert times == sorted(times)
    # The error of row k is 0.065 k.
    assert times == pytest.approx([0.09 * (math.floor(threshold / 0.065) + 1) for threshold in THRESHOLDS])


def test_norms_with_one_unit_are_those_of_vectors() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(50, 3)) * [1.0, 10.0, 0.1] + [5.0, 0.0, 0.0]
    forecast = truth + rng.normal(size=(50, 3))
    spread, size = truth.std(axis=0), np.sqrt((truth**2).mean(axis=0))
    distance = np.linalg.norm(truth - forecast, axis=1)
    for norm, unit in (
        ("spread", np.sqrt(((truth - truth.mean(axis=0)) ** 2).sum(axis=1).mean())),
        ("size", np.sqrt((truth**2).sum(axis=1).mean())),
    ):
        scale = metrics.norm_scale(norm, standard_deviation=spread, root_mean_square=size)
        error = metrics.normalised_error(truth=truth, forecast=forecast, scale=scale)
        np.testing.assert_allclose(error, distance / unit, rtol=1e-12)
    own = metrics.norm_scale("component", standard_deviation=spread)
    np.testing.assert_array_equal(own, spread)
    with pytest.raises(UnknownNameError, match="norm"):
        metrics.norm_scale("taxicab", standard_deviation=spread)
    with pytest.raises(InvalidArgumentError, match="root_mean_square"):
        metrics.norm_scale("size", standard_deviation=spread)


def _driven() -> xarray.Dataset:
    system = dysts.get_system("Duffing")
    angle = 2 * np.pi * np.arange(120) / 20
    columns = [np.sin(angle), 3.0 + np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    attributes = {**fakes.dataset("Duffing").attrs}
    attributes["definition"] = json.dumps(system.to_entry(with_properties=False)["definition"])
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), np.stack(columns, axis=-1)[None])},
        coords={"component": list(system.observable_names)},
        attrs=attributes,
    )


def test_driving_phases_do_not_dilute_the_norm() -> None:
    data = cut(Task(system="Duffing", train_length=100, horizon=20), _driven())
    assert data.components == ("x", "y", "sin_z", "cos_z")
    assert data.responding == (0, 1)
    forecast = data.truth.copy()
    # 0.5 standard deviations in both responding components, a perfect phase: 0.35 over all four.
    forecast[5:, :2] += 0.5 * data.scale[:2]
    scores = score(data, forecast)
    assert scores["vpt_periods"] == pytest.approx(5 / 20)
    assert scores["nrmse"] == pytest.approx(0.5 * math.sqrt(15 / 20))
    # A wrong phase is no error of a norm.
    forecast = data.truth.copy()
    forecast[:, 2:] = 0.0
    assert score(data, forecast)["vpt_censored"]
    phase_alone = cut(Task(system="Duffing", train_length=100, horizon=20, components=("sin_z",)), _driven())
    assert phase_alone.responding == (0,)
    one_of_each = cut(Task(system="Duffing", train_length=100, horizon=20, components=("cos_z", "x")), _driven())
    assert one_of_each.responding == (1,)


def test_stored_forecasts_are_scored_again_with_the_end_of_their_truth(tmp_path: Path) -> None:
    suite = fakes.suite("Seasonal", systems=["Alpha"], trajectories=1)
    benchmark.run(suite, output=tmp_path, open_dataset=fakes.open_dataset, scheduler=fakes.InProcess(), progress=False)
    results = Results.load(tmp_path)
    row = results.table.iloc[0].to_dict()
    again = rescored_row(tmp_path, {**row, "scoring": "other"}, exponent=0.9, error=0.01)
    assert again is not None
    assert (again["vpt"], again["vpt_size"]) == (row["vpt"], row["vpt_size"])
    assert math.isnan(again["truth_end"])
