"""What is wrong with a forecaster of one's own is told before the run, all at once, with what is expected."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.running.building import build
from benchmark.running.execution import _checked_forecast
from benchmark.tasks.task import Task
from dysts.errors import DystsError, ForecastError, InvalidArgumentError, RunError

FACTORIES = """
class Model:
    def fit(self, series):
        pass
    def predict(self, horizon):
        pass

def returns_none(*, preset, season_length, seed):
    pass

def without_arguments():
    return Model()

def with_others(seed, rate=0.1):
    return Model()

def raises(*, preset, season_length, seed):
    raise ValueError("no weights")

def takes_all(**settings):
    return Model()

def inner_mistake(*, preset, season_length, seed):
    return without_arguments(seed=seed)

instance = Model()
"""
REFUSED = {
    "returns_none": "must return an object with fit\\(series\\) and predict\\(horizon\\), got None",
    "without_arguments": "must take preset, season_length, seed by keyword, .* got without_arguments\\(\\)",
    "with_others": "must take preset, season_length, seed by keyword, .* got with_others\\(seed, rate=0.1\\)",
    "Model": "must take preset, season_length, seed by keyword, .* got Model\\(\\)",
    "instance": "must be a function or class that returns a forecaster, got Model",
    "missing": "module 'factories_of_mine' has no 'missing'",
}


@pytest.fixture(autouse=True)
def _factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "factories_of_mine.py").write_text(FACTORIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("factories_of_mine", None)


@pytest.mark.parametrize(("name", "sentence"), REFUSED.items())
def test_a_factory_that_builds_nothing_is_told_what_is_expected(name: str, sentence: str) -> None:
    with pytest.raises(DystsError, match=sentence):
        build(f"factories_of_mine:{name}", preset="fast", season_length=20, seed=0)


def test_a_factory_may_take_anything_and_its_own_mistakes_are_its_own() -> None:
    assert build("factories_of_mine:takes_all", preset="fast", season_length=20, seed=0, config={"a": 1})
    with pytest.raises(TypeError, match="without_arguments"):
        build("factories_of_mine:inner_mistake", preset="fast", season_length=20, seed=0)


def test_all_mistakes_of_a_call_are_told_at_once(tmp_path: Path) -> None:
    names = tuple(f"factories_of_mine:{name}" for name in (*REFUSED, "raises", "takes_all"))
    suite = benchmark.Suite(name="fake", systems=("Alpha",), forecasters=names, train_length=100, horizon=20)
    with pytest.raises(RunError, match="7 of 8 forecasters cannot be built") as told:
        benchmark.run(suite, open_dataset=fakes.open_dataset, output=tmp_path / "out", progress=False)
    assert all(f"factories_of_mine:{name}'" in str(told.value) for name in (*REFUSED, "raises"))
    assert not (tmp_path / "out").exists()


def test_a_forecast_of_another_form_is_told_what_is_expected() -> None:
    forecast = np.ones((20, 2))
    refused = {
        "got a dict": {"forecast": forecast},
        "got a NoneType": None,
        "got a tuple": (forecast, 1.0),
        "its axes are exchanged": forecast.T,
        "the training series is in front of it": np.ones((120, 2)),
        r"got shape \(1, 20, 2\)": forecast[None],
        r"got shape \(20,\)": forecast[:, 0],
        "40 of 40 values masked": np.ma.masked_all((20, 2)),
        "got 1 of 40 values that are not finite": np.where(np.arange(40).reshape(20, 2) == 3, np.nan, 1.0),
    }
    for sentence, value in refused.items():
        with pytest.raises(ForecastError, match=sentence):
            _checked_forecast(value, (20, 2), fitted=100)
    np.testing.assert_array_equal(_checked_forecast(pd.DataFrame(forecast), (20, 2)), forecast)
    np.testing.assert_array_equal(_checked_forecast(np.ma.array(forecast), (20, 2)), forecast)


def test_a_forecast_of_darts_is_told_how_it_becomes_an_array() -> None:
    darts = pytest.importorskip("darts")
    with pytest.raises(ForecastError, match=r"got a darts TimeSeries \(its method values\(\) gives an array\)"):
        _checked_forecast(darts.TimeSeries.from_values(np.ones((20, 2))), (20, 2))


def test_noise_of_ten_standard_deviations_asks_for_percent() -> None:
    with pytest.raises(InvalidArgumentError, match=r"below 10 standard deviations, got 10; 10 percent are 0\.1"):
        Task(system="Lorenz", measurement_noise=10)
    assert Task(system="Lorenz", measurement_noise=9.5).measurement_noise == 9.5


def test_a_network_of_the_papers_size_is_trained_as_the_fast_one() -> None:
    fast, paper, both = (
        build("NBEATS", preset=preset, season_length=100, seed=0).config for preset in ("fast", "paper", "paper-size")
    )
    assert (both.stacks, both.layers, both.width) == (paper.stacks, paper.layers, paper.width)
    assert both.width != fast.width
    assert (both.epochs, both.batch_size, both.one_cycle) == (fast.epochs, fast.batch_size, fast.one_cycle)
    assert both.learning_rate == fast.learning_rate != paper.learning_rate
    small = build("NBEATS", preset="small-size", season_length=100, seed=0).config
    assert small == replace(fast, most_steps=small.most_steps)
    # The larger network has fewer steps in the same time.
    assert fast.most_steps is None
    assert both.most_steps < small.most_steps
    shorter = build("NBEATS", preset="paper-size", season_length=100, seed=0, config={"epochs": 3}).config
    assert (shorter.epochs, shorter.width) == (3, paper.width)
    with pytest.raises(InvalidArgumentError, match="got NVAR"):
        build("NVAR", preset="paper-size", season_length=100, seed=0)
