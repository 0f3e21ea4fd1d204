"""The truth of a task: solved from its last observed state, known until a stated time, stored once for a run."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest
import xarray

import benchmark
import dysts
from benchmark import Suite, Task
from benchmark.results import known_truths
from benchmark.results.reading import Results
from benchmark.tasks.data import TaskData, cut
from benchmark.tasks.references import build_reference
from benchmark.tasks.truth import KnownTruth, known_truth
from dysts.datasets.build import build
from dysts.datasets.clocks import with_coordinates
from dysts.datasets.named_recipes import get_recipe
from dysts.datasets.recipe import Recipe

POINTS, PER_PERIOD = 2600, 40


@pytest.fixture(scope="module")
def lorenz() -> xarray.Dataset:
    """A series that is integrated loosely: wrong by one per cent after some ten Lyapunov times."""
    system = dysts.get_system("Lorenz")
    step = system.period / PER_PERIOD
    states = dysts.integrate(system, POINTS, step=step, rtol=1e-6, predictability=False).values
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), states[None])},
        coords={"component": list(system.variables)},
        attrs={
            "period": system.period,
            "points_per_period": PER_PERIOD,
            "lyapunov_exponent": system.lyapunov_exponent,
            "lyapunov_exponent_error": system.lyapunov_exponent_error,
            "definition": json.dumps(system.to_entry(with_properties=False)["definition"]),
            "sha256": "loose",
        },
    )


def _known(data: TaskData) -> KnownTruth:
    return known_truth("Lorenz", data.truth_start, data.truth, step=data.step, components=data.components)


def test_the_truth_is_solved_anew_and_ends_where_doubles_lose_it(lorenz: xarray.Dataset) -> None:
    task = Task(system="Lorenz", train_length=100, horizon=40, horizon_clock="lyapunov times", components=("z", "x"))
    data = cut(task, lorenz)
    found = _known(data)
    unit = data.step * data.lyapunov_exponent
    # Beyond the 37 Lyapunov times in which a rounding error fills the attractor no double is right; the package's
    # extended precision is.
    assert found.end * data.lyapunov_exponent > 20.0
    wrong = np.flatnonzero(np.abs((found.values - data.truth) / data.scale).max(axis=1) > 0.01)
    assert 3.0 < wrong[0] * unit < 16.0
    exact = dysts.integrate(
        "Lorenz",
        times=data.step * np.arange(len(data.truth) + 1),
        initial_conditions=lorenz["series"].values[0, 99],
        rtol=1e-13,
        solver="taylor",
    ).values[1:, [2, 0]]
    known = int(10.0 / unit)
    np.testing.assert_allclose(found.values[:known], exact[:known], rtol=0, atol=1e-4)


def test_a_short_window_is_known_to_its_end(lorenz: xarray.Dataset) -> None:
    data = cut(Task(system="Lorenz", train_length=100, horizon=40), lorenz)
    found = _known(data)
    assert found.end == math.inf
    assert "rtol" in found.told


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"recipe": json.dumps({"dynamical_noise": 0.02})}, "noise drives the equations"),
        ({"recipe": json.dumps({"signal_to_noise_db": 20.0})}, "the stored series holds measurement noise"),
        ({"definition": "{}"}, "cannot be read"),
    ],
)
def test_where_the_truth_cannot_be_solved_it_is_the_stored_one(
    lorenz: xarray.Dataset, attributes: Mapping[str, str], reason: str
) -> None:
    dataset = lorenz.copy()
    dataset.attrs = {**lorenz.attrs, **attributes}
    data = cut(Task(system="Lorenz", train_length=100, horizon=40), dataset)
    found = _known(data)
    np.testing.assert_array_equal(found.values, data.truth)
    assert math.isnan(found.end)
    assert reason in found.told


def test_delay_systems_and_series_of_ones_own_say_why() -> None:
    system = dysts.get_system("MackeyGlass")
    dataset = fakes.dataset("Alpha")
    assert cut(Task(system="Alpha", train_length=100, horizon=20), dataset).truth_start.reason == (
        "the dataset has no equations"
    )
    dataset.attrs["definition"] = json.dumps(system.to_entry(with_properties=False)["definition"])
    start = cut(Task(system="MackeyGlass", train_length=100, horizon=20), dataset).truth_start
    assert "delay system" in start.reason


def test_the_past_of_a_delay_system_is_computed_again_where_its_recipe_is_known() -> None:
    system = dysts.get_system("MackeyGlass")
    recipe = Recipe(name="small", points_per_period=20, periods=12, trajectories=2)
    dataset = with_coordinates(build(recipe, system))
    task = Task(system="MackeyGlass", trajectory=1, train_length=100, horizon=40)
    data = cut(task, dataset)
    found = known_truth("MackeyGlass", data.truth_start, data.truth, step=data.step, components=data.components)
    assert "rtol" in found.told
    assert found.end == math.inf
    np.testing.assert_allclose(found.values, data.truth, rtol=0.0, atol=1e-6)
    other = dataset.assign_attrs(inputs="0" * 64)
    assert "stored points only" in cut(task, other).truth_start.reason


def test_a_run_stores_its_truths_and_finds_them_again(
    lorenz: xarray.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = Suite(
        name="truths",
        systems=("Lorenz",),
        forecasters=("benchmark_fakes:Mean",),
        references=("Persistence",),
        train_length=100,
        horizon=50,
        horizon_clock="lyapunov times",
        most_points=2500,
    )

    def opened(recipe: str, *, systems: Sequence[str]) -> Mapping[str, xarray.Dataset]:
        del recipe, systems
        return {"Lorenz": lorenz}

    def run() -> Results:
        return benchmark.run(suite, output=tmp_path, open_dataset=opened, scheduler=fakes.InProcess(), progress=False)

    solved: list[str] = []
    real = known_truths.known_truth

    def counted(system: str, *arguments: Any, **options: Any) -> KnownTruth:
        solved.append(system)
        return real(system, *arguments, **options)

    monkeypatch.setattr(known_truths, "known_truth", counted)
    first = run()
    again = run()
    assert solved == ["Lorenz"]
    row = first.table.iloc[0]
    values, attributes = first.truth(str(row["task"]))
    assert float(attributes["truth_end"]) == row["truth_end"]
    assert "rtol" in attributes["truth"]
    end = row["truth_end"] * row["lyapunov_exponent"]
    assert row["known_lyapunov"] == pytest.approx(min(row["horizon_lyapunov"], end))
    assert len(values) == row["horizon_points"]
    assert again.table["vpt"].equals(first.table["vpt"])
    # Another way to find truths: they are found anew, and the rows are scored again without running anything.
    monkeypatch.setattr(known_truths, "TRUTH_VERSION", 99)
    run()
    assert solved == ["Lorenz", "Lorenz"]


def test_truth_and_oracle_of_equations_that_contain_the_time_start_at_its_last_observed_value() -> None:
    # The only smooth system of the registry whose equations contain the time; its motion is known for good.
    dataset = build(replace(get_recipe("test-fine"), periods=2, trajectories=2), dysts.get_system("Torus"))
    task = Task(system="Torus", trajectory=1, train_length=100, horizon=80)
    data = cut(task, dataset)
    found = known_truth("Torus", data.truth_start, data.truth, step=data.step, components=data.components)
    assert found.end == math.inf
    np.testing.assert_allclose(found.values, data.truth, atol=1e-9)
    oracle = build_reference("Oracle", data.oracle.known).fit(data.train)
    np.testing.assert_allclose(oracle.predict(80), data.truth, atol=1e-9)
