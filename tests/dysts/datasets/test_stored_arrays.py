"""Groups on this machine are decoded by this package itself: the same data set as by way of Zarr."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import xarray
from dataset_helpers import SMALL

import dysts
from dysts.datasets.build import build
from dysts.datasets.layout import Array
from dysts.datasets.plain_attributes import structured_attributes
from dysts.datasets.store import create_arrays, finish, read_group
from dysts.errors import StorageError


@pytest.fixture(scope="module")
def built() -> xarray.Dataset:
    # Its state is stored beside observables, so that all kinds of arrays are there.
    return build(SMALL, dysts.get_system("Duffing"))


@pytest.fixture(params=[3, 2], ids=["one file", "two files"])
def path(request: pytest.FixtureRequest, built: xarray.Dataset, tmp_path: Path) -> Path:
    """A group whose arrays have so many rows in each file."""
    path = tmp_path / "Duffing"
    arrays = {
        str(name): Array(
            name=str(name),
            dims=tuple(map(str, variable.dims)),
            shape=variable.shape,
            dtype=str(variable.dtype),
            labels=variable.attrs,
            rows=variable.shape[0] if variable.ndim == 1 else request.param,
        )
        for name, variable in built.variables.items()
    }
    stored = create_arrays(path, arrays)
    for name, variable in built.variables.items():
        stored[str(name)][...] = variable.values
    finish(path, arrays, structured_attributes(built.attrs))
    return path


def test_both_ways_open_the_same_data_set(path: Path, built: xarray.Dataset) -> None:
    group = read_group(path)
    direct, through_zarr = group._directly(), group._by_zarr()
    xarray.testing.assert_identical(direct, through_zarr)
    xarray.testing.assert_identical(pickle.loads(pickle.dumps(group._directly())), through_zarr)  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(direct["series"].values, built["series"].values)
    assert direct["series"].values.flags.writeable
    for selection in (
        {"trajectory": 2},
        {"trajectory": slice(None, None, -1)},
        {"trajectory": slice(2, 2)},
        {"trajectory": [2, 0, 2], "time": slice(3, 90, 7)},
        {"time": -1, "component": [1, 0]},
    ):
        # A fresh one each time, as what was read stays in memory.
        xarray.testing.assert_identical(group._directly().isel(selection), through_zarr.isel(selection))


def test_nothing_but_times_is_read_before_it_is_asked_for(path: Path) -> None:
    chunks = list((path / "series").rglob("c/*/*/*"))
    dataset = read_group(path).open()
    for chunk in chunks:
        chunk.unlink()
    assert dataset["series"].shape == (3, 120, 4)
    with pytest.raises(StorageError, match=r"series/c/0/0/0 is missing"):
        dataset["series"][0].load()


def test_what_is_stored_is_not_looked_into_before_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, built: xarray.Dataset
) -> None:
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path)
    monkeypatch.delenv("DYSTS_SOURCE", raising=False)
    collection = dysts.open_dataset(SMALL, systems=["Duffing"])
    assert collection.absent() == []
    metadata = collection.path("Duffing") / "zarr.json"
    whole = metadata.read_bytes()
    metadata.write_bytes(b"{")
    again = dysts.open_dataset(SMALL, systems=["Duffing"])
    assert metadata.read_bytes() == b"{"
    with pytest.warns(match="Duffing of small is replaced"):
        assert again["Duffing"].attrs["sha256"] == built.attrs["sha256"]
    assert metadata.read_bytes() == whole
