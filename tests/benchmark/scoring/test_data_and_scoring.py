"""Cutting tasks out of datasets, and scoring forecasts of them."""

import math

import benchmark_fakes as fakes
import numpy as np
import pytest
import xarray

from benchmark import Task
from benchmark.scoring.compute import score
from benchmark.tasks.data import TaskData, cut
from dysts import metrics
from dysts.errors import InvalidArgumentError

TASK = Task(system="Alpha", trajectory=1, train_length=100, horizon=20)


def _data(**attributes: object) -> TaskData:
    dataset = fakes.dataset("Alpha")
    dataset.attrs.update(attributes)
    return cut(TASK, dataset)


def test_train_and_truth_are_neighbours_and_do_not_overlap() -> None:
    data = _data()
    series = fakes.dataset("Alpha")["series"].values[1]
    np.testing.assert_array_equal(np.concatenate([data.train, data.truth]), series)
    assert (len(data.train), len(data.truth)) == (100, 20)
    assert data.step == pytest.approx(0.1)
    assert data.season_length == 20
    # Whole periods of a sine and a cosine.
    np.testing.assert_allclose(data.scale, np.sqrt([0.5, 0.5]))


def test_the_scale_is_that_of_all_trajectories() -> None:
    data = fakes.dataset("Alpha")
    data["series"][1] *= 3.0
    task = Task(system="Alpha", recipe="test-fine", trajectory=0, train_length=100, horizon=20)
    whole = data["series"].values.reshape(-1, 2)
    np.testing.assert_allclose(cut(task, data).scale, whole.std(axis=0))


def test_forecaster_cannot_write_into_the_truth() -> None:
    data = _data()
    assert not np.shares_memory(data.train, data.truth)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Task(system="Alpha", trajectory=2, train_length=100, horizon=20), "2 trajectories"),
        (Task(system="Alpha", train_length=100, horizon=21), "need 121"),
        (
            Task(system="Alpha", train_length=100, horizon=2, horizon_clock="lyapunov times"),
            "a horizon of 2 Lyapunov times, which are 23 points, need 123; most_points ends it earlier",
        ),
    ],
)
def test_task_beyond_the_data_is_refused(task: Task, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        cut(task, fakes.dataset("Alpha"))


def test_unusable_data_are_refused() -> None:
    dataset = fakes.dataset("Alpha")
    dataset["series"].values[0, 5, 0] = np.nan
    with pytest.raises(InvalidArgumentError, match="not finite"):
        cut(TASK, dataset)
    with pytest.raises(InvalidArgumentError, match="axes"):
        cut(TASK, xarray.Dataset({"series": (("a", "b"), np.zeros((2, 2)))}))
    with pytest.raises(InvalidArgumentError, match="period"):
        _data(period="soon")


def test_scores_are_those_of_the_metrics() -> None:
    data = _data()
    forecast = data.truth + 0.01 * np.arange(40).reshape(20, 2)
    scores = score(data, forecast)
    assert scores["smape"] == metrics.smape(truth=data.truth, forecast=forecast)
    assert scores["mae"] == metrics.mae(truth=data.truth, forecast=forecast)
    assert scores["nrmse"] == metrics.nrmse(truth=data.truth, forecast=forecast, scale=data.scale)
    valid = metrics.valid_prediction_time(
        truth=data.truth, forecast=forecast, step=data.step, threshold=0.4, scale=data.scale
    )
    assert 0 < valid.time < 2.0
    assert scores["vpt"] == pytest.approx(valid.time * 0.9)
    assert scores["vpt_periods"] == pytest.approx(valid.time / 2.0)
    assert scores["horizon_lyapunov"] == pytest.approx(20 * 0.1 * 0.9)


def test_perfect_forecast_is_valid_to_the_end() -> None:
    data = _data()
    scores = score(data, data.truth)
    assert (scores["smape"], scores["nrmse"], scores["vpt_censored"]) == (0.0, 0.0, True)
    assert scores["vpt"] == pytest.approx(scores["horizon_lyapunov"])


def test_no_forecast_scores_worst() -> None:
    scores = score(_data(), None)
    assert (scores["smape"], scores["nrmse"], scores["vpt"]) == (200.0, math.inf, 0.0)


@pytest.mark.parametrize(
    ("exponent", "error", "word"),
    [(0.02, 0.01, "3 standard errors"), (-0.5, 0.01, "does not exceed zero"), (math.nan, 0.01, "unknown")],
)
def test_valid_time_is_missing_with_a_reason_without_chaos(exponent: float, error: float, word: str) -> None:
    data = _data(lyapunov_exponent=exponent, lyapunov_exponent_error=error)
    for forecast in (data.truth, None):
        scores = score(data, forecast)
        assert math.isnan(scores["vpt"])
        assert math.isnan(scores["horizon_lyapunov"])
        assert word in scores["vpt_missing"]
    assert score(data, data.truth)["vpt_periods"] == pytest.approx(1.0)
