"""Suites and series of one's own, named, from files and in code; and the axes of their tasks."""

import json
import re
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest
import xarray

import benchmark
import dysts
from benchmark import Suite, Task, get_suite, list_suites
from benchmark.own_series import SeriesFile, own_series
from benchmark.tasks.data import cut
from benchmark.tasks.named_suites import read_suite
from benchmark.tasks.tuning import train_task
from dysts.datasets import get_recipe
from dysts.errors import InvalidArgumentError, StorageError, UnknownNameError
from dysts.export import export
from dysts.systems.equation_class import equation_class
from forecasters import list_forecasters

WAVE = np.stack([np.sin(2 * np.pi * np.arange(400) / 40), 2 + np.cos(2 * np.pi * np.arange(400) / 40)], axis=1)


@pytest.mark.parametrize("name", list_suites())
def test_named_suites_name_what_exists(name: str) -> None:
    suite = get_suite(name)
    assert suite.name == name
    assert set(suite.systems) <= set(dysts.list_systems(kind="map" if name == "maps" else "flow"))
    assert set(suite.forecasters) <= set(list_forecasters(optional=True))
    assert set(suite.references) == {"Climatology", "Persistence", "ContextParroting", "Oracle"}
    cells = suite.cells(seed=0)
    assert len(set(cells)) == len(cells)
    assert Suite.from_dict(json.loads(json.dumps(suite.to_dict()))) == suite


def test_standard_is_every_system_with_every_forecaster() -> None:
    suite = get_suite("standard")
    assert len(suite.systems) == 135
    assert suite.forecasters == tuple(list_forecasters())
    assert len(suite.tasks()) == 135


def test_sweeps_vary_what_they_are_named_after() -> None:
    noise = {(task.measurement_noise, task.recipe) for task in get_suite("noise").tasks()}
    assert {level for level, _ in noise} == {0.0, 0.01, 0.03, 0.1, 0.3}
    assert (0.0, "test-fine-noisy") in noise
    limited = get_suite("data-limited")
    assert {task.train_length for task in limited.tasks()} == {101, 176, 326, 551, 776, 1000}
    assert (len(limited.systems), len(limited.forecasters)) == (135, 24)
    assert {task.train_length for task in get_suite("data-limited-small").tasks()} == {100, 200, 400, 700, 1000}
    granularity = {(task.recipe, task.train_length, task.horizon) for task in get_suite("granularity").tasks()}
    assert granularity == {("test-fine", 1000, 200), ("test-coarse", 150, 30)}
    assert {task.horizon for task in get_suite("long").tasks()} == {5000}
    assert get_suite("long-paper").recipe == "long-paper"
    assert get_suite("long-paper").horizon == 5000
    paper = get_suite("paper")
    assert (paper.preset, paper.recipe) == ("published", "test-paper")
    assert train_task(paper.tasks()[0]).recipe == "train-paper"
    assert paper.tuning is not None


def test_scale_has_both_sizes_of_networks_and_the_longest_series_for_what_is_fast() -> None:
    suite = get_suite("scale")
    cells = [(cell.forecaster, cell.preset, cell.task.train_length) for cell in suite.cells(seed=0)]
    lengths = {(name, preset): {cell[2] for cell in cells if cell[:2] == (name, preset)} for name, preset, _ in cells}
    assert lengths["NBEATS", "small-size"] == {1000, 4000, 16_000}
    assert lengths["NBEATS", "paper-size"] == {1000, 4000}
    assert lengths["NVAR", "fast"] == lengths["Oracle", "reference"] == {1000, 4000, 16_000, 64_000}
    assert ("NVAR", "paper-size") not in lengths
    large = {(cell.forecaster, cell.preset, cell.task.train_length) for cell in get_suite("scale-large").cells(seed=0)}
    assert {("NBEATS", "paper-size", 16_000), ("NBEATS", "small-size", 64_000), ("ESN", "fast", 64_000)} <= large
    assert set(cells) < large
    assert len({equation_class(dysts.get_system(name)) for name in suite.systems}) >= 4
    assert get_recipe(suite.recipe).points >= 64_000 + suite.most_points


def test_parts_of_a_suite_are_read_written_and_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'systems = ["Lorenz"]\nforecasters = ["NVAR"]\n[[parts]]\nforecasters = ["LSTM", "ESN"]\n'
        'preset = "paper-size"\n[[parts.variants]]\ntrain_length = 300\n',
        encoding="utf-8",
    )
    suite = get_suite(str(path))
    assert suite.presets() == [("NVAR", "fast"), ("LSTM", "paper-size"), ("ESN", "paper-size")]
    assert [task.train_length for task in suite.tasks()] == [1000, 300]
    shown = [(cell.forecaster, cell.preset, cell.task.train_length) for cell in suite.cells(seed=0)]
    assert shown.count(("Oracle", "reference", 300)) == shown.count(("Oracle", "reference", 1000)) == 1
    assert ("LSTM", "paper-size", 300) in shown
    assert ("LSTM", "paper-size", 1000) not in shown
    assert Suite.from_dict(json.loads(json.dumps(suite.to_dict()))) == suite
    assert "parts" not in get_suite("standard").to_dict()
    assert suite.narrowed(forecasters=["LSTM"]).parts[0].forecasters == ("LSTM",)
    assert suite.narrowed(forecasters=["NVAR"]).parts == ()
    with pytest.raises(InvalidArgumentError, match="must be that of a network of darts, got ESN"):
        benchmark.run(suite, output=tmp_path / "results", progress=False)
    for text, words in (
        ("[[parts]]\npreset = 'paper'\n", "lacks the field 'forecasters'"),
        ("[[parts]]\nforecasters = ['ESN']\nsize = 3\n", "field 'size'"),
        ("[[parts]]\nforecasters = ['ESN']\n[[parts.variants]]\nhorizn = 3\n", "field of a variant 'horizn'"),
        ("[[parts]]\nforecasters = []\n", "at least one name"),
    ):
        path.write_text('systems = ["Lorenz"]\nforecasters = ["NVAR"]\n' + text, encoding="utf-8")
        with pytest.raises(InvalidArgumentError, match=words):
            read_suite(path)


def test_a_recipe_that_does_not_exist_is_a_clear_error(tmp_path: Path) -> None:
    suite = Suite(name="s", systems=("Lorenz",), forecasters=("NaiveMean",), recipe="test-finest")
    with pytest.raises(UnknownNameError, match="'test-finest'"):
        benchmark.run(suite, output=tmp_path / "results", progress=False)
    assert not (tmp_path / "results").exists()


TOML = """
description = "mine"
systems = ["Lorenz", "Rossler"]
forecasters = "all"
references = ["Oracle"]
trajectories = 2
train_length = 300
[tuning]
configurations = 5
[[variants]]
components = ["x"]
[[variants]]
measurement_noise = 0.1
stride = 2
[[series]]
name = "heart"
file = "data/heart.csv"
step = 0.5
period = 4.0
"""


def test_suite_file_holds_a_suite(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(TOML, encoding="utf-8")
    suite = get_suite(str(path))
    assert suite.name == "study"
    assert suite.forecasters == tuple(list_forecasters())
    assert suite.tuning is not None
    assert suite.tuning.configurations == 5
    tasks = suite.tasks()
    assert len(tasks) == 2 * 2 * 2 + 2
    assert tasks[0].components == ("x",)
    assert tasks[-1] == Task(system="heart", recipe="own", train_length=300, measurement_noise=0.1, stride=2)
    assert suite.series[0].file == str(tmp_path / "data/heart.csv")
    again = tmp_path / "study.json"
    again.write_text(json.dumps(suite.to_dict()), encoding="utf-8")
    assert read_suite(again) == suite


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sistems = []\n", "unknown field 'sistems'"),
        ("systems = ['Lorenz']\n", "lacks the field 'forecasters'"),
        ("systems = 'Lorenz'\nforecasters = ['ESN']\n", "sequence of names"),
        ("systems = ['Lorenz']\nforecasters = ['ESN']\n[[variants]]\nnoise = 1.0\n", "field of a variant 'noise'"),
        ("systems = ['Lorenz']\nforecasters = ['ESN']\n[[variants]]\nhorizon = -1\n", "horizon of a task"),
        ("systems = ['Lorenz']\nforecasters = ['ESN']\nreferences = ['Sun']\n", "unknown reference 'Sun'"),
        ("systems = ['Lorenz']\nforecasters = ['ESN']\n[tuning]\nhours = 3\n", "unknown field 'hours'"),
        ("forecasters = ['ESN']\n[[series]]\nname = 'a'\nfile = 'a.csv'\nstep = -1.0\n", "step of a series"),
        ("forecasters = ['ESN']\n", "got none"),
    ],
)
def test_mistakes_in_a_suite_file_name_the_file_and_the_field(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidArgumentError, match=re.escape(words)) as caught:
        read_suite(path)
    assert "wrong.toml" in str(caught.value)


def test_unreadable_suite_files(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("systems = [", encoding="utf-8")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    with pytest.raises(StorageError, match=r"torn\.toml"):
        get_suite(str(tmp_path / "torn.toml"))
    with pytest.raises(StorageError, match=r"absent\.toml"):
        get_suite(str(tmp_path / "absent.toml"))
    with pytest.raises(InvalidArgumentError, match="mapping of its fields"):
        get_suite(str(tmp_path / "list.json"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("components", "x"),
        ("components", ["x", "x"]),
        ("components", [3]),
        ("measurement_noise", -0.1),
        ("measurement_noise", "much"),
        ("measurement_noise", float("inf")),
        ("noise_seed", -1),
        ("stride", 0),
    ],
)
def test_axes_refuse_values_that_make_no_sense(field: str, value: object) -> None:
    with pytest.raises(InvalidArgumentError, match=field):
        Task(**{"system": "Lorenz", field: value})  # type: ignore[arg-type]


def test_every_axis_is_another_task() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"components": ("x",)},
        {"components": ("x", "y")},
        {"measurement_noise": 0.1},
        {"noise_seed": 1},
        {"stride": 2},
    ]
    tasks = [Task(system="Lorenz", **change) for change in changes]
    assert len({task.digest for task in tasks}) == len(tasks)
    assert [Task.from_dict(json.loads(json.dumps(task.to_dict()))) for task in tasks] == tasks


def test_observing_less_of_the_same_trajectory() -> None:
    dataset = fakes.dataset("Alpha")
    series = dataset["series"].values[0]
    whole = cut(Task(system="Alpha", train_length=50, horizon=10), dataset)
    coarse = cut(Task(system="Alpha", train_length=50, horizon=10, stride=2), dataset)
    np.testing.assert_array_equal(np.concatenate([coarse.train, coarse.truth]), series[::2])
    assert (coarse.step, coarse.season_length) == (pytest.approx(2 * whole.step), 10)
    one = cut(Task(system="Alpha", train_length=50, horizon=10, components=("y",)), dataset)
    np.testing.assert_array_equal(one.train, whole.train[:, 1:])
    assert one.components == ("y",)
    swapped = cut(Task(system="Alpha", train_length=50, horizon=10, components=("y", "x")), dataset)
    np.testing.assert_array_equal(swapped.truth, whole.truth[:, ::-1])
    with pytest.raises(UnknownNameError, match="component of Alpha 'z'"):
        cut(Task(system="Alpha", train_length=50, horizon=10, components=("z",)), dataset)


def test_noise_has_the_stated_size_and_leaves_the_truth_alone() -> None:
    dataset = fakes.dataset("Alpha")
    clean = cut(Task(system="Alpha", train_length=100, horizon=20), dataset)
    noisy = cut(Task(system="Alpha", train_length=100, horizon=20, measurement_noise=0.1), dataset)
    np.testing.assert_array_equal(noisy.truth, clean.truth)
    np.testing.assert_array_equal(noisy.scale, clean.scale)
    size = (noisy.train - clean.train).std(axis=0) / clean.scale
    # A standard deviation of 100 numbers is known to 7 %.
    np.testing.assert_allclose(size, 0.1, rtol=0.25)
    louder = cut(Task(system="Alpha", train_length=100, horizon=20, measurement_noise=0.2), dataset)
    np.testing.assert_allclose(louder.train - clean.train, 2 * (noisy.train - clean.train))
    one = cut(Task(system="Alpha", train_length=100, horizon=20, measurement_noise=0.1, components=("y",)), dataset)
    np.testing.assert_array_equal(one.train, noisy.train[:, 1:])
    changes = ({"noise_seed": 1}, {"trajectory": 1})
    for change in changes:
        other = cut(Task(system="Alpha", train_length=100, horizon=20, measurement_noise=0.1, **change), dataset)
        assert not np.allclose(other.train, noisy.train)


def _own_suite(path: Path, **fields: Any) -> Suite:
    entry = SeriesFile(name="wave", file=str(path), step=0.1, **fields)
    return Suite(
        name="own",
        systems=(),
        forecasters=("NaiveMean", "NaiveSeasonal"),
        series=(entry,),
        train_length=360,
        horizon=40,
    )


def test_a_csv_file_goes_through_the_whole_run(tmp_path: Path) -> None:
    path = tmp_path / "wave.csv"
    np.savetxt(path, WAVE, delimiter=",", header="a,b", comments="")
    suite = _own_suite(path, period=4.0, lyapunov_exponent=0.5)
    table = benchmark.run(suite, output=tmp_path / "out", scheduler=fakes.InProcess(), progress=False).table
    rows = table.set_index("forecaster")
    assert rows.loc["NaiveSeasonal", "smape"] < 1.0
    assert rows.loc["NaiveSeasonal", "vpt"] == pytest.approx(40 * 0.1 * 0.5)
    assert rows.loc["Oracle", "status"] == "unavailable"
    assert "no equations" in rows.loc["Oracle", "error"]
    assert np.isnan(rows.loc["Oracle", "smape"])
    assert (rows["recipe"] == "own").all()


def test_a_series_without_period_and_exponent(tmp_path: Path) -> None:
    path = tmp_path / "wave.csv"
    np.savetxt(path, WAVE, delimiter=",", header="a,b", comments="")
    table = benchmark.run(_own_suite(path), output=tmp_path / "out", scheduler=fakes.InProcess(), progress=False).table
    seasonal = table.set_index("forecaster").loc["NaiveSeasonal"]
    assert seasonal["smape"] < 10.0
    assert np.isnan(seasonal["vpt"])
    assert "unknown" in seasonal["vpt_missing"]


def test_an_array_takes_the_place_of_the_file(tmp_path: Path) -> None:
    suite = _own_suite(tmp_path / "absent.csv")
    dataset = own_series(WAVE, step=0.1, period=4.0)
    with pytest.raises(StorageError, match=r"absent\.csv"):
        benchmark.run(suite, output=tmp_path / "out", scheduler=fakes.InProcess(), progress=False)
    results = benchmark.run(
        suite, own_series={"wave": dataset}, output=tmp_path / "out", scheduler=fakes.InProcess(), progress=False
    )
    assert results.missing == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": np.zeros((2, 2, 2, 2))}, "axes"),
        (
            {"values": np.full((300, 1), np.nan)},
            "got a missing value in row 1",
        ),
        ({"step": 0.0}, "step"),
        ({"components": ["a"]}, "2 different component names"),
        ({"values": np.ones((300, 2)), "period": None}, "period"),
    ],
)
def test_unusable_series_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        own_series(**{"values": WAVE, "step": 0.1, "period": 4.0, **change})


def test_the_step_comes_from_the_times_and_the_names_from_the_file(tmp_path: Path) -> None:
    x = dysts.integrate("Rossler", 300, step=0.2, initial_conditions=[[1.0, 2.0, 0.5], [2.0, 1.0, 0.1]])
    dataset = SeriesFile(name="w", file=str(export(x, tmp_path / "x.csv")), period=6.0).read()
    np.testing.assert_array_equal(dataset["series"].values, x.values)
    assert dataset["component"].values.tolist() == ["x", "y", "z"]
    assert dataset.attrs["points_per_period"] == pytest.approx(30.0)
    assert own_series(x.isel(trajectory=0), period=6.0)["component"].values.tolist() == ["x", "y", "z"]
    with pytest.raises(InvalidArgumentError, match="step must be given"):
        own_series(x.values, period=6.0)


def test_csv_files_with_words_or_without_the_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("a,b\n1.0,yes\n2.0,no\n", encoding="utf-8")
    with pytest.raises(InvalidArgumentError, match="'b' of the file"):
        SeriesFile(name="w", file=str(path), step=1.0, period=1.0).read()
    with pytest.raises(UnknownNameError, match=r"unknown column of the file .* 'c'"):
        SeriesFile(name="w", file=str(path), step=1.0, period=1.0, columns=("c",)).read()
    kept = SeriesFile(name="w", file=str(path), step=1.0, period=1.0, columns=("a",)).read()
    assert isinstance(kept, xarray.Dataset)
    assert kept["series"].values.tolist() == [[[1.0], [2.0]]]
