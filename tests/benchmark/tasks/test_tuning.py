"""Configurations are chosen on the train recipe alone, within a budget, and used again."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest
import xarray

import benchmark
from benchmark import Suite, Task
from benchmark.results.reading import TUNING, Results
from benchmark.running.execution import run_job
from benchmark.running.job import Job
from benchmark.tasks.tuning import Budget, candidates_of, choose, train_task
from dysts.errors import ForecastError, InvalidArgumentError


def _dataset(system: str, period: float, value: str) -> xarray.Dataset:
    """A sine with noise of which every recipe has its own."""
    seed = sum(map(ord, system + value))
    angle = 2 * np.pi * np.arange(120) / period + np.array([0.3, 1.1])[:, None]
    series = np.stack([np.sin(angle), 3.0 + np.cos(angle)], axis=-1)
    series += 0.01 * np.random.default_rng(seed).normal(size=series.shape)
    attributes = {**fakes.dataset(system).attrs, "sha256": f"{system} {period} {value}"}
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), series)}, coords={"component": ["x", "y"]}, attrs=attributes
    )


class _Recipes:
    """Data sets in which train and test may have different periods."""

    def __init__(self, *, train: float = 20.0, test: float = 20.0, value: str = "") -> None:
        self.periods, self.value = {"train-fine": train, "test-fine": test}, value

    def __call__(self, recipe: str, *, systems: Sequence[str]) -> dict[str, xarray.Dataset]:
        value = recipe + (self.value if recipe == "test-fine" else "")
        return {system: _dataset(system, self.periods[recipe], value) for system in systems}


def _suite(*forecasters: str, **changes: Any) -> Suite:
    return replace(fakes.suite(*forecasters, systems=["Alpha", "Beta"]), tuning=Budget(configurations=10), **changes)


def _run(folder: Path, scheduler: fakes.InProcess, recipes: _Recipes | None = None, **options: Any) -> Results:
    return benchmark.run(
        options.pop("suite", _suite("Lagged")),
        open_dataset=recipes or _Recipes(),
        output=folder,
        scheduler=scheduler,
        progress=False,
        **options,
    )


def test_best_configuration_is_found_stored_and_used(tmp_path: Path) -> None:
    table = _run(tmp_path / "results", fakes.InProcess()).table
    assert [json.loads(config)["lag"] for config in table["config"]] == [20] * 4
    assert (table["smape"] < 10.0).all()
    tuning = json.loads(table["tuning"].iloc[0])
    assert tuning["recipe"] == "train-fine"
    assert tuning["budget"] == {"configurations": 10, "seconds": 120.0}
    assert (tuning["tried"], tuning["of"], tuning["failed"]) == (4, 4, 0)
    assert 0.0 < tuning["smape"] < 10.0


def test_trajectories_share_one_choice_and_the_next_run_reuses_it(tmp_path: Path) -> None:
    scheduler = fakes.InProcess()
    _run(tmp_path / "results", scheduler)
    assert [bool(job.tuning) for job in scheduler.jobs] == [True] * 2 + [False] * 4
    again = fakes.InProcess()
    _run(tmp_path / "results", again)
    assert again.jobs == []
    more = fakes.InProcess()
    suite = replace(_suite("Lagged"), horizon=19)
    _run(tmp_path / "results", more, suite=suite, forecasters=["benchmark_fakes:Lagged"])
    # Another horizon is another choice.
    assert sum(bool(job.tuning) for job in more.jobs) == 2
    assert len((tmp_path / "results" / TUNING).read_text().splitlines()) == 4


def test_no_point_of_the_test_recipe_reaches_the_choice(tmp_path: Path) -> None:
    scheduler = fakes.InProcess()
    _run(tmp_path / "results", scheduler)
    chosen = [job for job in scheduler.jobs if job.tuning]
    for job in chosen:
        system = job.label.rpartition(" ")[2]
        np.testing.assert_array_equal(job.train, _Recipes()("train-fine", systems=[system])[system]["series"].values[0])
        test = _Recipes()("test-fine", systems=[system])[system]["series"].values
        assert not np.isin(job.train, test).any()
        arrays = [value for value in vars(job).values() if isinstance(value, np.ndarray)]
        assert len(arrays) == 1


def test_choice_depends_on_the_train_recipe_and_not_on_the_test_recipe(tmp_path: Path) -> None:
    # On the test recipe a lag of 7 would be right, and on the train recipe one of 33.
    table = _run(tmp_path / "a", fakes.InProcess(), _Recipes(train=33.0, test=7.0)).table
    assert {json.loads(config)["lag"] for config in table["config"]} == {33}
    assert (table["smape"] > 20.0).all()
    other = _run(tmp_path / "b", fakes.InProcess(), _Recipes(train=33.0, test=7.0, value="changed")).table
    assert [json.loads(row)["digest"] for row in table["tuning"]] == [
        json.loads(row)["digest"] for row in other["tuning"]
    ]
    assert [json.loads(row)["smape"] for row in table["tuning"]] == [
        json.loads(row)["smape"] for row in other["tuning"]
    ]
    assert table["smape"].tolist() != other["smape"].tolist()


def test_forecaster_that_nothing_fits_fails_with_the_reason(tmp_path: Path) -> None:
    table = _run(tmp_path / "results", fakes.InProcess(), suite=_suite("Untunable")).table
    assert (table["status"] == "failed").all()
    assert "tuning: none of 4 configurations gave a forecast" in table["error"].iloc[0]
    assert "cannot be fitted" in table["error"].iloc[0]
    assert (table["smape"] == 200.0).all()
    retried = fakes.InProcess()
    _run(tmp_path / "results", retried, suite=_suite("Untunable"), retry_failed=True)
    assert len(retried.jobs) == 2


def test_forecaster_without_a_grid_is_run_as_it_is(tmp_path: Path) -> None:
    table = _run(tmp_path / "results", fakes.InProcess(), suite=_suite("Seasonal")).table
    assert (table["status"] == "ok").all()
    assert json.loads(table["tuning"].iloc[0])["of"] == 1


def test_time_budget_ends_the_search_after_the_first() -> None:
    series = np.sin(np.arange(60.0))[:, None]
    tried: list[Any] = []

    def forecast(config: Any, train: np.ndarray) -> np.ndarray:
        tried.append(config)
        return np.zeros((20, train.shape[1]))

    found = choose(
        series, train_length=40, horizon=20, candidates=[{}, {"a": 1}, {"a": 2}], seconds=1e-9, forecast=forecast
    )
    assert found["tried"] == len(tried) == 1
    assert found["config"] == {}


def test_failing_configurations_are_counted_and_never_chosen() -> None:
    series = np.sin(np.arange(60.0))[:, None]

    def forecast(config: Any, _train: np.ndarray) -> np.ndarray:
        if config.get("bad"):
            raise ValueError("no")
        return np.full((20, 1), float(config.get("level", 5.0)))

    candidates = [{"bad": True}, {"level": 3.0}, {"level": 0.1}]
    found = choose(series, train_length=40, horizon=20, candidates=candidates, seconds=60.0, forecast=forecast)
    assert (found["failed"], found["tried"]) == (1, 3)
    with pytest.raises(ForecastError, match="none of 1"):
        choose(series, train_length=40, horizon=20, candidates=[{"bad": True}], seconds=60.0, forecast=forecast)


def test_grid_is_whole_where_the_budget_allows_and_even_where_not() -> None:
    grid = {"a": (1, 2, 3), "b": ("x", "y")}
    whole, of = candidates_of(grid, most=7)
    assert of == len(whole) == 7
    assert len({json.dumps(entry, sort_keys=True) for entry in whole}) == 7
    some, of = candidates_of(grid, most=3)
    assert (len(some), of) == (3, 7)
    assert some[0] == {}
    assert candidates_of(grid, most=1)[0] == ({},)


def test_only_test_recipes_have_a_counterpart() -> None:
    assert train_task(Task(system="Lorenz", trajectory=4)) == Task(system="Lorenz", recipe="train-fine")
    with pytest.raises(InvalidArgumentError, match=r"must begin with 'test-'.*, got 'long'"):
        train_task(Task(system="Lorenz", recipe="long"))


def test_package_forecasters_take_the_chosen_configuration() -> None:
    series = np.sin(2 * np.pi * np.arange(120) / 20)[:, None]
    common: dict[str, Any] = {"key": "k", "label": "l", "forecaster": "NVAR", "preset": "fast", "config": {}, "seed": 0}
    job = Job(
        **common,
        season_length=20,
        horizon=20,
        train=series,
        tuning={"candidates": [{}], "train_length": 100, "seconds": 60},
    )
    outcome = run_job(job)
    assert outcome.status == "ok"
    assert outcome.tuned["config"] == {}
    assert outcome.forecast is None


@pytest.mark.parametrize(
    "change", [{"configurations": 0}, {"configurations": 1.5}, {"seconds": 0}, {"seconds": "long"}]
)
def test_budget_refuses_values_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(change))):
        Budget(**change)
