"""What leaves a data set is read back by the library that it is for, number by number."""

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray
from dataset_helpers import SMALL

import dysts
from dysts.datasets import conversions
from dysts.datasets.build import build
from dysts.datasets.clocks import with_coordinates
from dysts.errors import InvalidArgumentError, StorageError


@pytest.fixture(scope="module")
def series() -> dict[str, xarray.Dataset]:
    return {name: with_coordinates(build(SMALL, dysts.get_system(name))) for name in ("Duffing", "Lorenz")}


def test_numpy_and_the_first_component(series: dict[str, xarray.Dataset]) -> None:
    values = conversions.to_numpy(series["Duffing"])
    np.testing.assert_array_equal(values, series["Duffing"]["series"].values)
    np.testing.assert_array_equal(conversions.to_numpy(series["Duffing"], first_component=True), values[..., 0])


def test_pandas_in_long_form(series: dict[str, xarray.Dataset]) -> None:
    frame = conversions.to_pandas(series["Duffing"])
    assert list(frame.columns) == ["system", "trajectory", "time", "component", "value"]
    assert set(frame["system"]) == {"Duffing"}
    wide = frame.pivot(index=["trajectory", "time"], columns="component", values="value")[["x", "y", "sin_z", "cos_z"]]
    np.testing.assert_array_equal(wide.to_numpy().reshape(3, 120, 4), series["Duffing"]["series"].values)


def test_darts(series: dict[str, xarray.Dataset]) -> None:
    darts = pytest.importorskip("darts")
    made = conversions.to_darts(series["Lorenz"])
    assert len(made) == 3
    assert isinstance(made[0], darts.TimeSeries)
    assert list(made[0].components) == ["x", "y", "z"]
    np.testing.assert_array_equal(made[1].values(), series["Lorenz"]["series"].values[1])


def test_torch_windows_in_a_data_loader(series: dict[str, xarray.Dataset]) -> None:
    torch = pytest.importorskip("torch")
    windows = conversions.to_torch(series["Lorenz"], context=30, horizon=10, stride=7)
    assert isinstance(windows, torch.utils.data.Dataset)
    positions = range(0, 120 - 40 + 1, 7)
    assert len(windows) == 3 * len(positions)
    values = series["Lorenz"]["series"].values
    expected = [(t, p) for t in range(3) for p in positions]
    loader = torch.utils.data.DataLoader(windows, batch_size=5, shuffle=False)
    seen = [(past, future) for pasts, futures in loader for past, future in zip(pasts, futures, strict=True)]
    for (trajectory, position), (past, future) in zip(expected, seen, strict=True):
        np.testing.assert_array_equal(past.numpy(), values[trajectory, position : position + 30])
        np.testing.assert_array_equal(future.numpy(), values[trajectory, position + 30 : position + 40])
    for last, first in ((windows[-1], windows[-len(windows)]), (windows[len(windows) - 1], windows[np.int64(0)])):
        np.testing.assert_array_equal(last[0].numpy(), values[2, positions[-1] : positions[-1] + 30])
        np.testing.assert_array_equal(first[0].numpy(), values[0, :30])
    for beyond in (len(windows), -len(windows) - 1):
        with pytest.raises(IndexError, match="must be from"):
            windows[beyond]
    with pytest.raises(InvalidArgumentError, match="must fit into the 120 points of a trajectory of Lorenz, got 121"):
        conversions.to_torch(series["Lorenz"], context=115, horizon=6)
    assert len(conversions.to_torch(series["Lorenz"], context=115, horizon=5, stride=1000)) == 3


def test_torch_windows_of_a_collection_stay_within_trajectories(series: dict[str, xarray.Dataset]) -> None:
    torch = pytest.importorskip("torch")
    windows = pickle.loads(pickle.dumps(conversions.to_torch(series, context=30, horizon=10, stride=7)))  # noqa: S301
    positions = range(0, 120 - 40 + 1, 7)
    expected = [(name, t, p) for name in ("Duffing", "Lorenz") for t in range(3) for p in positions]
    assert len(windows) == len(expected)
    for index, (name, trajectory, position) in enumerate(expected):
        window = torch.cat(windows[index]).numpy()
        np.testing.assert_array_equal(window, series[name]["series"].values[trajectory, position : position + 40])
        assert windows.system_of(index) == name
    assert windows.system_of(-1) == "Lorenz"
    with pytest.raises(IndexError, match="must be from"):
        windows[len(windows)]


def test_univariate_windows_of_systems_of_any_dimension_stand_in_one_batch(series: dict[str, xarray.Dataset]) -> None:
    torch = pytest.importorskip("torch")
    windows = conversions.to_torch(series, context=100, horizon=20, univariate=True)
    past, future = next(iter(torch.utils.data.DataLoader(windows, batch_size=100)))
    truth = [
        series[name]["series"].values[t, :, c]
        for name, n in (("Duffing", 4), ("Lorenz", 3))
        for t in range(3)
        for c in range(n)
    ]
    np.testing.assert_array_equal(torch.cat([past, future], dim=1)[..., 0].numpy(), np.stack(truth))


@pytest.mark.parametrize("data", [np.zeros((3, 120, 2)), {}, None])
def test_torch_windows_of_something_else_end_in_a_sentence(data: object) -> None:
    pytest.importorskip("torch")
    with pytest.raises(InvalidArgumentError, match="must"):
        conversions.to_torch(data, context=3, horizon=2)


def test_what_is_handed_out_can_be_changed_without_changing_the_data_set(series: dict[str, xarray.Dataset]) -> None:
    dataset = series["Lorenz"]
    before = dataset["series"].values.copy()
    whole, first = conversions.to_numpy(dataset), conversions.to_numpy(dataset, first_component=True)
    whole *= 0.0
    first *= 0.0
    windows = conversions.to_torch(dataset, context=3, horizon=2)
    for tensor in windows[0]:
        tensor -= 1000.0
    conversions.to_darts(dataset)[0].values(copy=False)[...] = 0.0
    conversions.to_arrow(dataset)
    frame = conversions.to_pandas(dataset)
    frame.loc[:, "value"] = 0.0
    np.testing.assert_array_equal(dataset["series"].values, before)
    np.testing.assert_array_equal(windows[0][0].numpy(), before[0, :3])
    np.testing.assert_array_equal(windows[1][0].numpy(), before[0, 1:4])


def test_torch_windows_travel_to_other_processes(series: dict[str, xarray.Dataset]) -> None:
    windows = conversions.to_torch(series["Lorenz"], context=30, horizon=10, stride=7)
    again = pickle.loads(pickle.dumps(windows))  # noqa: S301
    assert len(again) == len(windows)
    for here, there in zip(windows[5], again[5], strict=True):
        np.testing.assert_array_equal(here.numpy(), there.numpy())


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_data_loader_with_every_start_method(method: str, series: dict[str, xarray.Dataset]) -> None:
    torch = pytest.importorskip("torch")
    windows = conversions.to_torch(series["Lorenz"], context=30, horizon=10, stride=40)
    loader = torch.utils.data.DataLoader(windows, batch_size=4, num_workers=2, multiprocessing_context=method)
    seen = np.concatenate([past.numpy() for past, _ in loader])
    np.testing.assert_array_equal(seen, np.stack([windows[index][0].numpy() for index in range(len(windows))]))


def test_csv(series: dict[str, xarray.Dataset], tmp_path: Path) -> None:
    folder = conversions.write_csv(series, tmp_path / "out")
    frame = pandas.read_csv(folder / "Duffing.csv")
    assert list(frame.columns) == ["trajectory", "time", "x", "y", "sin_z", "cos_z"]
    values = frame[["x", "y", "sin_z", "cos_z"]].to_numpy().reshape(3, 120, 4)
    np.testing.assert_array_equal(values, series["Duffing"]["series"].values)
    np.testing.assert_array_equal(frame["time"].to_numpy()[:120], series["Duffing"]["time"].values)


def test_parquet(series: dict[str, xarray.Dataset], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = conversions.write_parquet(series, tmp_path / "out")
    table = parquet.read_table(folder / "Lorenz.parquet")
    assert table.column_names == ["trajectory", "time", "x", "y", "z"]
    values = np.stack([table[name].to_numpy() for name in "xyz"], axis=-1).reshape(3, 120, 3)
    np.testing.assert_array_equal(values, series["Lorenz"]["series"].values)
    assert b'"system": "Lorenz"' in table.schema.metadata[b"dysts"]


def test_hugging_face(series: dict[str, xarray.Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    folder = conversions.write_huggingface(series, tmp_path / "out")
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))["test"]
    assert len(loaded) == 6
    row = loaded[4]
    assert (row["system"], row["trajectory"], row["components"]) == ("Lorenz", 1, ["x", "y", "z"])
    np.testing.assert_array_equal(np.array(row["series"]), series["Lorenz"]["series"].values[1])
    assert row["step"] == series["Lorenz"].attrs["step"]


@pytest.mark.parametrize(
    ("name", "split", "written"),
    [("mine", "train", "train"), ("training-free", "test", "test"), ("test-of-all", "all", "train")],
)
def test_the_split_of_an_export_is_that_of_the_recipe(name: str, split: str, written: str, tmp_path: Path) -> None:
    recipe = dataclasses.replace(SMALL, name=name, split=split)
    built = {"Lorenz": build(recipe, dysts.get_system("Lorenz"))}
    folder = conversions.write_huggingface(built, tmp_path / "out")
    assert [path.name for path in (folder / "data").iterdir()] == [f"{written}-00000-of-00001.parquet"]
    assert f"split: {written}" in (folder / "README.md").read_text()


def test_train_and_test_are_not_exported_as_one(series: dict[str, xarray.Dataset], tmp_path: Path) -> None:
    train = build(dataclasses.replace(SMALL, split="train"), dysts.get_system("Rossler"))
    with pytest.raises(InvalidArgumentError, match="must be of one split, got test, train"):
        conversions.write_huggingface({**series, "Rossler": train}, tmp_path / "out")


def test_a_folder_that_exists_is_refused_and_a_failure_leaves_nothing(
    series: dict[str, xarray.Dataset], tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(StorageError, match="exists already"):
        conversions.write_csv(series, tmp_path / "there")
    with pytest.raises(KeyError):
        conversions.write_csv({"Lorenz": series["Lorenz"].drop_vars("series")}, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
