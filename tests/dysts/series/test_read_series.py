"""Series come back from every kind of file as they were, and what cannot be told apart is refused with a hint."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray

import dysts
from dysts.errors import InvalidArgumentError, StorageError, UnknownNameError
from dysts.export import export
from dysts.series import read_series

STEP = 0.25
VALUES = dysts.integrate("Rossler", 300, step=STEP).values
FRAME = pd.DataFrame(VALUES, columns=["x", "y", "z"])
TIMES = STEP * np.arange(300)


def text(rows: np.ndarray, *, header: str = "", between: str = ",", point: str = ".") -> str:
    lines = [between.join(repr(float(value)).replace(".", point) for value in row) for row in rows]
    return "\n".join([header, *lines] if header else lines) + "\n"


def with_time(values: np.ndarray = VALUES) -> np.ndarray:
    return np.column_stack([TIMES, values])


PLAIN = text(VALUES, header="x,y,z")
TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "header": (PLAIN, ("x", "y", "z")),
    "no header": (text(VALUES), ("0", "1", "2")),
    "savetxt header": (text(VALUES, header="# x,y,z"), ("x", "y", "z")),
    "comments": ("# measured in May\n% by hand\n" + PLAIN + "# the end\n", ("x", "y", "z")),
    "time": (text(with_time(), header="time,x,y,z"), ("x", "y", "z")),
    "t": (text(with_time(), header="T;x;y;z", between=";"), ("x", "y", "z")),
    "time without a name": (text(with_time(), between="\t"), ("1", "2", "3")),
    "pandas index": (FRAME.to_csv(), ("x", "y", "z")),
    "pandas without names": (pd.DataFrame(VALUES).to_csv(), ("0", "1", "2")),
    "pandas without names and index": (pd.DataFrame(VALUES).to_csv(index=False), ("0", "1", "2")),
    "decimal commas": (text(VALUES, header="x;y;z", between=";", point=","), ("x", "y", "z")),
    "decimal commas and tabs": (text(VALUES, between="\t", point=","), ("0", "1", "2")),
    "decimal commas and blanks": (text(VALUES, header="x y z", between=" ", point=","), ("x", "y", "z")),
    "semicolons": (text(VALUES, header="x;y;z", between=";"), ("x", "y", "z")),
    "blanks": (text(VALUES, header="x y z", between="   "), ("x", "y", "z")),
    "bars": (text(VALUES, header="x|y|z", between="|"), ("x", "y", "z")),
    "blanks after commas": (text(VALUES, header="x, y, z", between=", "), ("x", "y", "z")),
    "quotes": (text(VALUES, header='"x","the y, in volts","z"'), ("x", "the y, in volts", "z")),
    "separators at the ends": (PLAIN.replace("\n", ",\n"), ("x", "y", "z")),
    "empty lines": ("\n\n" + PLAIN.replace("\n", "\n\n"), ("x", "y", "z")),
    "returns": (PLAIN.replace("\n", "\r\n"), ("x", "y", "z")),
    "byte order mark": ("\ufeff" + PLAIN, ("x", "y", "z")),
    "dates": (FRAME.set_index(pd.date_range("2020", periods=300, freq="h", name="date")).to_csv(), ("x", "y", "z")),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_files_as_people_have_them(kind: str, tmp_path: Path) -> None:
    content, names = TEXTS[kind]
    path = tmp_path / "series.csv"
    path.write_bytes(content.encode())
    timed = kind in ("time", "t", "time without a name")
    series = read_series(path, step=None if timed else STEP)
    np.testing.assert_array_equal(series.values, VALUES)
    assert tuple(series["component"].values) == names
    np.testing.assert_array_equal(series["time"].values, TIMES)
    assert series.attrs["step"] == pytest.approx(STEP, rel=1e-12)
    assert f"components {', '.join(names)}; 300 rows" in series.attrs["read_as"]


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_compressed_text(suffix: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / f"series.csv{suffix}"
    path.write_bytes(pack(PLAIN.encode()))
    np.testing.assert_array_equal(read_series(path, step=1.0).values, VALUES)
    path.write_bytes(pack(PLAIN.encode())[:-20])
    with pytest.raises((StorageError, InvalidArgumentError)):
        read_series(path, step=1.0)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_our_own_exports_go_back_unchanged(suffix: str, many: bool, tmp_path: Path) -> None:
    states = [[1.0, 2.0, 0.5], [2.0, 1.0, 0.1]] if many else [1.0, 2.0, 0.5]
    x = dysts.integrate("Rossler", 50, initial_conditions=states)
    back = read_series(export(x, tmp_path / f"x{suffix}"))
    assert back.dims == x.dims
    np.testing.assert_array_equal(back.values, x.values)
    np.testing.assert_array_equal(back["time"].values, x["time"].values)
    np.testing.assert_array_equal(back["component"].values, x["component"].values)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_exports_of_data_sets_go_back_unchanged(suffix: str, tmp_path: Path) -> None:
    from dysts.datasets.conversions import WRITERS

    x = dysts.integrate("Rossler", 40, step=STEP, initial_conditions=[[1.0, 2.0, 0.5], [2.0, 1.0, 0.1]])
    attributes = {"components": ["x", "y", "z"], "step": STEP}
    dataset = xarray.Dataset({"series": x.rename("series")}, attrs=attributes)
    WRITERS[suffix]({"Rossler": dataset}, tmp_path / "tables")
    back = read_series(tmp_path / "tables" / f"Rossler.{suffix}")
    np.testing.assert_array_equal(back.values, x.values)
    np.testing.assert_array_equal(back["time"].values, x["time"].values)
    np.testing.assert_array_equal(read_series(dataset).values, x.values)


def test_one_of_several_trajectories() -> None:
    frame = FRAME.assign(trajectory=np.repeat(["a", "b"], [100, 200]))
    assert read_series(frame, step=STEP, trajectory="b").shape == (200, 3)
    with pytest.raises(InvalidArgumentError, match="equally long, got 100 to 200 rows; choose one by trajectory="):
        read_series(frame, step=STEP)
    with pytest.raises(UnknownNameError, match="trajectory of the series 'c'"):
        read_series(frame, step=STEP, trajectory="c")
    with pytest.raises(InvalidArgumentError, match="trajectory must come with"):
        read_series(FRAME, step=STEP, trajectory="b")


def memory() -> dict[str, Any]:
    x = xarray.DataArray(VALUES, dims=("time", "component"), coords={"time": TIMES, "component": ["x", "y", "z"]})
    return {
        "list": VALUES.tolist(),
        "float32": VALUES.astype(np.float32),
        "fortran": np.asfortranarray(VALUES),
        "masked": np.ma.masked_array(VALUES, mask=False),
        "three axes": np.stack([VALUES, VALUES]),
        "one axis": VALUES[:, 0],
        "frame": FRAME,
        "frame with times": FRAME.set_index(pd.Index(TIMES, name="time")),
        "frame with a nameless index of times": FRAME.set_index(pd.Index(TIMES)),
        "frame with dates": FRAME.set_index(pd.date_range("2020", periods=300, freq="h")),
        "frame with an odd index": FRAME.set_index(FRAME.index[::-1]),
        "series": FRAME["x"],
        "labelled": x,
        "labelled, transposed": x.T,
        "labelled, one component": x.sel(component="x", drop=True).rename("x"),
        "dataset": xarray.Dataset({"x": x[:, 0].drop_vars("component"), "y": x[:, 1].drop_vars("component")}),
    }


@pytest.mark.parametrize("kind", memory())
def test_tables_and_arrays_in_memory(kind: str) -> None:
    series = read_series(memory()[kind], step=STEP)
    count = {"one axis": 1, "series": 1, "labelled, one component": 1, "dataset": 2}.get(kind, 3)
    expected = VALUES[:, :count].astype(np.float32) if kind == "float32" else VALUES[:, :count]
    got = series.values if kind != "three axes" else series.values[1]
    np.testing.assert_array_equal(got, expected)
    named = "frame" in kind or "labelled" in kind or kind in ("series", "dataset")
    assert series["component"].values.tolist() == ["x", "y", "z"][:count] if named else ["0", "1", "2"][:count]


def test_archives_and_parquet(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", VALUES)
    np.savez(tmp_path / "x.npz", v=VALUES)
    np.savez(tmp_path / "columns.npz", t=TIMES, x=VALUES[:, 0], y=VALUES[:, 1])
    FRAME.to_parquet(tmp_path / "x.parquet")
    for name in ("x.npy", "x.npz", "x.parquet"):
        np.testing.assert_array_equal(read_series(tmp_path / name, step=STEP).values, VALUES)
    columns = read_series(tmp_path / "columns.npz")
    assert columns["component"].values.tolist() == ["x", "y"]
    assert columns.attrs["step"] == pytest.approx(STEP)
    np.savez(tmp_path / "two.npz", a=VALUES, b=VALUES)
    with pytest.raises(InvalidArgumentError, match=r"one array of a series.*a \(300, 3\), b \(300, 3\)"):
        read_series(tmp_path / "two.npz", step=STEP)
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for name in ("objects.npy", "absent.csv", "absent.npz"):
        with pytest.raises(StorageError, match="cannot read the series"):
            read_series(tmp_path / name, step=STEP)
    for name in ("x.npy", "x.npz", "x.parquet"):
        (tmp_path / name).write_bytes(b"no such thing")
        with pytest.raises(StorageError, match="cannot read the series"):
            read_series(tmp_path / name, step=STEP)


def changed(row: int, column: int, cell: str) -> str:
    lines = PLAIN.splitlines()
    cells = lines[row].split(",")
    cells[column] = cell
    lines[row] = ",".join(cells)
    return "\n".join(lines)


REFUSED = {
    "gap": (changed(17, 1, ""), "column 'y' of .* must have no gaps, got a missing value in row 17"),
    "n/a": (changed(17, 1, "n/a"), "got a missing value in row 17"),
    "infinite": (changed(17, 1, "inf"), "got an infinite value in row 17"),
    "text": (changed(17, 1, "#REF!"), "column 'y' .* must hold numbers, got '#REF!' in row 17"),
    "late text": (changed(290, 1, "#REF!"), "column 'y' .* must hold numbers, got '#REF!' in row 290"),
    "a column of words": (
        "key,x\na1f,1.5\nb2e,2.5\n",
        "column 'key' .* must hold numbers, got 'a1f' in row 1; name the components by columns= if it is none",
    ),
    "two names": (PLAIN.replace("x,y,z", "x,x,z"), "columns of different names, got 'x' twice"),
    "short row": (changed(290, 1, "1").rsplit(",", 1)[0] + "\n", "a missing value in row 300"),
    "long row": (PLAIN + "1,2,3,4\n", "must have 3 cells in each row"),
    "words": ("a story\nof no numbers\n", "must have numbers in columns, got 'a story'"),
    "empty": ("", "must have numbers in columns, got ''"),
    "header only": ("x,y,z\n", "must have numbers in columns"),
    # Neither is one column with a decimal comma, as the comma stands between the names.
    "a short row": ("x,y\n1,2\n3\n4,5\n", "must have 2 cells in each row, got 1 in line 3"),
    "a gap": ("x,y\n1,2\n,3\n4,5\n", "column 'x' .* got a missing value in row 2"),
    "two readings": ("0,123\n0,456\n0,789\n", "can be read in two ways, '0,123'"),
    "uneven times": (
        text(np.column_stack([TIMES**1.1, VALUES]), header="t,x,y,z"),
        "times of .* must be even.*interpolate",
    ),
    "falling times": (text(np.column_stack([TIMES[::-1], VALUES]), header="t,x,y,z"), "times of .* must increase"),
    "no step": (PLAIN, "no column of times that are numbers, so step must be given"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_told_apart_is_refused_with_a_hint(kind: str, tmp_path: Path) -> None:
    content, message = REFUSED[kind]
    path = tmp_path / "series.csv"
    path.write_text(content)
    timed = kind in ("no step", "uneven times", "falling times")
    with pytest.raises(InvalidArgumentError, match=message):
        read_series(path, step=None if timed else STEP)


def test_a_hint_settles_two_readings(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("0,123\n0,456\n0,789\n")
    assert read_series(path, step=1.0, decimal=",").values.ravel().tolist() == [0.123, 0.456, 0.789]
    assert read_series(path, step=1.0, separator=",").shape == (3, 2)
    with pytest.raises(InvalidArgumentError, match="separator must be one of"):
        read_series(path, step=1.0, separator="ab")


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (VALUES, {}, "step must be given, got None"),
        (VALUES, {"step": -1.0}, "step must be a positive"),
        (VALUES, {"step": 1.0, "columns": ["q"]}, "column of the series 'q'"),
        (VALUES, {"step": 1.0, "decimal": ","}, "must come with a text file"),
        (VALUES * 1j, {"step": 1.0}, "real numbers"),
        ([["a"]], {"step": 1.0}, "real numbers"),
        (np.zeros((2, 2, 2, 2)), {"step": 1.0}, r"got shape \(2, 2, 2, 2\)"),
        (np.zeros((0, 2)), {"step": 1.0}, r"got shape \(0, 2\)"),
        (np.ma.masked_array(VALUES, mask=VALUES > 3), {"step": 1.0}, "a missing value"),
        (FRAME.assign(time=TIMES), {"step": 0.3}, "step must be that of the times of the series, 0.25"),
        (xarray.DataArray(VALUES, dims=("a", "b")), {"step": 1.0}, "must have the dimensions"),
        (Path("series.xlsx"), {"step": 1.0}, r"must end in .csv, .*got .xlsx"),
    ],
)
def test_mistakes(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidArgumentError, UnknownNameError), match=message):
        read_series(source, **options)


def test_columns_can_be_chosen_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text(text(with_time(), header="time,x,y,z"))
    series = read_series(path, columns=["z", "x"])
    np.testing.assert_array_equal(series.values, VALUES[:, [2, 0]])
    # A column that is chosen is a component, whatever its name.
    assert read_series(path, columns=["time"], step=1.0)["component"].values.tolist() == ["time"]
