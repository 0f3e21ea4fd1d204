"""Tasks of maps: their truth, their oracle, and valid times in Lyapunov times of iterates."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import dysts
from benchmark import Task, get_suite
from benchmark.scoring.compute import score
from benchmark.tasks.data import TaskData, cut
from benchmark.tasks.map_oracle import build_reference_of
from benchmark.tasks.truth import known_truth


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskData]:
    """The task of the suite on Henon's map."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYSTS_CACHE", str(tmp_path_factory.mktemp("cache")))
        task = next(task for task in get_suite("maps").tasks() if task.system == "HenonMap")
        yield cut(task, dysts.open_dataset(task.recipe, systems=["HenonMap"])["HenonMap"])


def test_the_suite_has_every_map() -> None:
    assert [task.system for task in get_suite("maps").tasks()] == dysts.list_systems(kind="map")


def test_a_point_is_an_iterate(data: TaskData) -> None:
    assert (data.step, data.season_length, len(data.train), len(data.truth)) == (1.0, 1, 1000, 200)
    x, y = data.train[-1]
    np.testing.assert_allclose(data.truth[0], [1.0 - 1.4 * x**2 + y, 0.3 * x], rtol=1e-14)


def test_the_truth_is_known_throughout_and_the_oracle_falls_short_of_it(data: TaskData) -> None:
    found = known_truth("HenonMap", data.truth_start, data.truth, step=data.step, components=data.components)
    assert np.isinf(found.end)
    forecast = build_reference_of("Oracle", data.oracle.known).fit(data.train).predict(200)
    apart = np.abs(forecast - found.values).max(axis=1)
    # From rounding, 1e-16, an error grows by the factor exp(0.42) at each iterate.
    assert apart[:20].max() < 1e-10
    assert apart[120:].max() > 0.1


def test_a_valid_time_counts_lyapunov_times_of_iterates(data: TaskData) -> None:
    forecast = data.truth.copy()
    forecast[37:] += 10.0
    found = score(data, forecast)
    exponent = dysts.get_system("HenonMap").lyapunov_exponent
    # The error is above the threshold from iterate 38 on, so the forecast is valid until iterate 37.
    assert found["vpt"] == pytest.approx(37 * exponent)
    assert found["vpt_periods"] == 37
    assert found["horizon_lyapunov"] == pytest.approx(200 * exponent)


def test_a_stride_observes_every_other_iterate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    task = Task(system="HenonMap", recipe="test-maps", stride=2, train_length=400, horizon=100)
    data = cut(task, dysts.open_dataset("test-maps", systems=["HenonMap"])["HenonMap"])
    forecast = build_reference_of("Oracle", data.oracle.known).fit(data.train).predict(100)
    assert data.step == 2.0
    np.testing.assert_allclose(forecast[:15], data.truth[:15], atol=1e-6)
