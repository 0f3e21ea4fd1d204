"""Files hold the same numbers, appear complete or not at all, and are not overwritten by accident."""

import csv
from pathlib import Path

import numpy as np
import pytest
import xarray

import dysts
from dysts.errors import InvalidArgumentError, StorageError
from dysts.export import export
from dysts.integration.rebuild import rebuild


@pytest.fixture(scope="module")
def trajectory() -> xarray.DataArray:
    return dysts.integrate("Rossler", 20, initial_conditions=[[1.0, 2.0, 0.5], [2.0, 1.0, 0.1]])


def test_csv_reads_back_to_the_same_bits(trajectory: xarray.DataArray, tmp_path: Path) -> None:
    path = export(trajectory, tmp_path / "x.csv")
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["trajectory", "time", "x", "y", "z"]
    values = np.array([[float(row[name]) for name in ("x", "y", "z")] for row in rows]).reshape(2, 20, 3)
    np.testing.assert_array_equal(values, trajectory.values)
    np.testing.assert_array_equal([float(row["time"]) for row in rows[:20]], trajectory["time"].values)


def test_npz_needs_no_pickle(trajectory: xarray.DataArray, tmp_path: Path) -> None:
    path = export(trajectory, tmp_path / "x.npz")
    with np.load(path, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["values"], trajectory.values)
        assert archive["component"].tolist() == ["x", "y", "z"]


def test_zarr_opens_with_plain_xarray_and_can_be_rebuilt(trajectory: xarray.DataArray, tmp_path: Path) -> None:
    path = export(trajectory, tmp_path / "x.zarr")
    stored = xarray.open_zarr(path)
    assert stored.attrs["system"] == "Rossler"
    np.testing.assert_array_equal(stored["state"].values, trajectory.values)
    np.testing.assert_array_equal(rebuild(stored["state"].assign_attrs(stored.attrs)).values, trajectory.values)


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".zarr"])
def test_what_exists_is_kept_unless_told_otherwise(trajectory: xarray.DataArray, tmp_path: Path, suffix: str) -> None:
    path = export(trajectory, tmp_path / f"x{suffix}")
    with pytest.raises(StorageError, match="exists already"):
        export(trajectory, path)
    export(trajectory[:, :5], path, overwrite=True)
    assert [entry.name for entry in tmp_path.iterdir()] == [f"x{suffix}"]


def test_wrong_destinations_are_refused(trajectory: xarray.DataArray, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"\.zarr, \.csv, \.npz"):
        export(trajectory, tmp_path / "x.txt")
    with pytest.raises(StorageError, match="does not exist"):
        export(trajectory, tmp_path / "nowhere" / "x.csv")


def test_a_failed_write_leaves_nothing(
    trajectory: xarray.DataArray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dysts.export.os.replace", full)
    with pytest.raises(StorageError, match="No space left"):
        export(trajectory, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_names_of_components_are_no_formulas_of_a_spreadsheet(tmp_path: Path) -> None:
    from dysts.series import read_series

    names = ["=cmd|'/c calc'!A1", 'a,"b"', "-x"]
    x = dysts.integrate("Rossler", 5).assign_coords(component=np.array(names, dtype=object))
    path = export(x, tmp_path / "x.csv")
    header = next(csv.reader(path.open()))
    assert header == ["time", "'=cmd|'/c calc'!A1", 'a,"b"', "'-x"]
    back = read_series(path)
    np.testing.assert_array_equal(back.values, x.values)
    assert back["component"].values.tolist() == names
