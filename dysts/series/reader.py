"""One reader for series of one's own: files, tables and arrays become labelled trajectories."""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.checks import check_names, check_positive
from dysts.errors import InvalidArgumentError, MissingPackageError, unreadable
from dysts.series.table import TIME_NAMES, Columns, columns_of, step_of
from dysts.series.text import read_text

if TYPE_CHECKING:
    import pandas
    import xarray

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
SUFFIXES = (*TEXT_SUFFIXES, ".npz", ".npy", ".parquet")
"""Endings of the files that `read_series` reads; those of text may be followed by ``.gz``, ``.bz2`` or ``.xz``."""
SAME_STEP = 1e-3
"""Largest relative difference of a step that is given from that of the times."""


def read_series(
    source: Any,
    *,
    columns: Sequence[str] = (),
    step: float | None = None,
    trajectory: Any = None,
    separator: str | None = None,
    decimal: str | None = None,
) -> "xarray.DataArray":
    """Read a series of one's own, evenly sampled, and say what was taken for what.

    Parameters
    ----------
    source : path-like, str, array_like, pandas.DataFrame, xarray.DataArray or xarray.Dataset
        A file (CSV and other text, NPZ, NPY, Parquet), a table with a row for each time, or an array [time],
        [time, component] or [trajectory, time, component].
    columns : sequence of str
        The components; by default all columns that hold neither times, trajectories nor an index.
    step : float, optional
        The time between two rows, where the source has no times, or dates.
    trajectory : optional
        Which trajectory to read, where the source has several; by default all, which must be equally long.
    separator, decimal : str, optional
        How a text file is written; inferred by default.

    Returns
    -------
    xarray.DataArray
        float64 [time, component], or [trajectory, time, component] for a source with several trajectories. The
        attribute ``read_as`` says in words what was taken for what; ``step`` is the time between two rows.

    Raises
    ------
    StorageError
        If a file cannot be read.
    UnknownNameError
        If a chosen column or trajectory is not there.
    InvalidArgumentError
        If the values are no finite numbers, the times are not even, or it is not clear what is what.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "probe.csv"
    >>> _ = path.write_text("time;x;y\\n0,0;1,5;2\\n0,1;1,6;3\\n0,2;1,7;4\\n")
    >>> series = read_series(path)
    >>> series["component"].values.tolist(), round(series.attrs["step"], 6)
    (['x', 'y'], 0.1)
    >>> series.attrs["read_as"]
    "semicolons between columns, decimal comma, a header; times from the column 'time'; components x, y; 3 rows"
    """
    chosen = check_names("columns", columns)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        where = f"the file {path}"
        found = _from_file(path, where, chosen, separator=separator, decimal=decimal)
    else:
        where = "the series"
        if separator is not None or decimal is not None:
            raise InvalidArgumentError("separator and decimal must come with a text file, got them beside an array")
        found = _from_memory(source, where, chosen)
    return _labelled(found, where, step=step, trajectory=trajectory)


def _from_file(
    path: Path, where: str, chosen: tuple[str, ...], *, separator: str | None, decimal: str | None
) -> Columns:
    suffixes = [suffix for suffix in path.suffixes[-2:] if suffix.lower() not in (".gz", ".bz2", ".xz")]
    ending = suffixes[-1].lower() if suffixes else ""
    if ending in TEXT_SUFFIXES:
        frame, form = read_text(path, separator=separator, decimal=decimal)
        found = columns_of(frame, where, chosen=chosen, named=form.names is not None)
        found.notes.insert(0, form.description())
        return found
    try:
        if ending == ".npy":
            return _from_array(np.load(path, allow_pickle=False), where, chosen)
        if ending == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return _from_archive({name: archive[name] for name in archive.files}, where, chosen)
        if ending == ".parquet":
            import pandas

            return _from_frame(pandas.read_parquet(path), where, chosen)
    except ImportError as error:
        raise MissingPackageError("Parquet files need pyarrow: pip install pyarrow") from error
    except InvalidArgumentError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise unreadable(path, error, what="the series") from error
    raise InvalidArgumentError(f"{where} must end in {', '.join(SUFFIXES)}, got {path.suffix or 'no ending'}")


def _from_memory(source: Any, where: str, chosen: tuple[str, ...]) -> Columns:
    import pandas
    import xarray

    if isinstance(source, pandas.Series):
        source = source.to_frame(str(source.name if source.name is not None else 0))
    if isinstance(source, pandas.DataFrame):
        return _from_frame(source, where, chosen)
    if isinstance(source, xarray.Dataset):
        source = _array_of(source, where)
    if isinstance(source, xarray.DataArray):
        return _from_labelled(source, where, chosen)
    return _from_array(source, where, chosen)


def _from_frame(frame: "pandas.DataFrame", where: str, chosen: tuple[str, ...]) -> Columns:
    import pandas

    index = frame.index
    if isinstance(index, pandas.MultiIndex) or isinstance(frame.columns, pandas.MultiIndex):
        raise InvalidArgumentError(f"{where} must have one level of rows and columns, got several; use reset_index()")
    counted = pandas.api.types.is_integer_dtype(index) and index.name is None
    if not counted:
        named = str(index.name) if index.name is not None else "time"
        frame = frame.reset_index(names=named)
    return columns_of(frame, where, chosen=chosen, named=not isinstance(frame.columns, pandas.RangeIndex))


def _from_archive(arrays: dict[str, np.ndarray], where: str, chosen: tuple[str, ...]) -> Columns:
    import pandas

    tables = [name for name, array in arrays.items() if array.ndim in (2, 3)]
    flat = {name: array for name, array in arrays.items() if array.ndim == 1 and array.dtype.kind in "fiub"}
    if not tables and flat and len({len(array) for array in flat.values()}) == 1:
        return columns_of(pandas.DataFrame(flat), where, chosen=chosen)
    if len(tables) != 1:
        raise InvalidArgumentError(
            f"{where} must hold one array of a series, or equally long columns, got "
            f"{', '.join(f'{name} {array.shape}' for name, array in list(arrays.items())[:8]) or 'nothing'}"
        )
    values = arrays[tables[0]]
    names = next(
        (list(map(str, arrays[name])) for name in ("component", "components", "names", "columns") if name in arrays),
        None,
    )
    if names is not None and len(names) != values.shape[-1]:
        raise InvalidArgumentError(f"{where} must have {values.shape[-1]} names of components, got {len(names)}")
    found = _from_array(values, where, chosen, names=names)
    time = next((name for name in flat if name.lower() in TIME_NAMES), None)
    if time is not None:
        if len(flat[time]) != values.shape[-2]:
            raise InvalidArgumentError(f"{where} must have {values.shape[-2]} times, got {len(flat[time])}")
        found.times = np.tile(flat[time].astype(np.float64), len(found.values) // len(flat[time]))
        found.notes.insert(1, f"times from the array {time!r}")
    found.notes.insert(0, f"values from the array {tables[0]!r}")
    return found


def _array_of(dataset: "xarray.Dataset", where: str) -> "xarray.DataArray":
    """Return the series of a stored group, or the variables of a dataset as components."""
    for name in ("series", "state"):
        if name in dataset:
            array = dataset[name]
            components = dataset.attrs.get("components")
            if "component" not in array.coords and components is not None:
                array = array.assign_coords(component=list(components))
            return array
    variables = [name for name, array in dataset.data_vars.items() if array.dims == ("time",)]
    if not variables or len(variables) != len(dataset.data_vars):
        raise InvalidArgumentError(f"{where} must be a dataset with variables over time, got {list(dataset.data_vars)}")
    return dataset[variables].to_array("component").transpose("time", "component")


def _from_labelled(array: "xarray.DataArray", where: str, chosen: tuple[str, ...]) -> Columns:
    dims = tuple(map(str, array.dims))
    if "time" not in dims or len(dims) > 3 or (len(dims) == 3 and "trajectory" not in dims):
        raise InvalidArgumentError(f"{where} must have the dimensions ([trajectory,] time, component), got {dims}")
    component = next((dim for dim in dims if dim not in ("trajectory", "time")), None)
    order = [dim for dim in ("trajectory", "time", component) if dim in dims]
    array = array.transpose(*order)
    names = None
    if component is not None and component in array.coords:
        names = list(map(str, array[component].values))
    elif component is None:
        names = [str(array.name if array.name is not None else 0)]
    found = _from_array(array.values if component is not None else array.values[..., None], where, chosen, names=names)
    if "time" in array.coords:
        times = np.asarray(array["time"].values)
        if times.dtype.kind in "fiu":
            found.times = np.tile(times.astype(np.float64), len(found.values) // len(times))
            found.notes.insert(0, "times from the coordinate 'time'")
    return found


def _from_array(values: Any, where: str, chosen: tuple[str, ...], *, names: list[str] | None = None) -> Columns:
    import pandas

    try:
        array = np.ma.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError
        plain = np.ma.filled(array.astype(np.float64), np.nan)
    except (TypeError, ValueError, OverflowError):
        kind = type(values).__name__
        raise InvalidArgumentError(f"{where} must hold real numbers, got other things in a {kind}") from None
    if plain.ndim == 1:
        plain = plain[:, None]
    if plain.ndim not in (2, 3) or plain.size == 0:
        raise InvalidArgumentError(
            f"{where} must have the axes (time, component) or (trajectory, time, component), got shape {plain.shape}"
        )
    trajectories = np.repeat(np.arange(len(plain)), plain.shape[1]) if plain.ndim == 3 else None
    table = plain.reshape(-1, plain.shape[-1])
    labels = names if names is not None else [str(index) for index in range(table.shape[1])]
    frame = pandas.DataFrame(table, columns=labels)
    # What an array holds is what was meant: no column is taken for times, as its name may be that of a component.
    found = columns_of(frame, where, chosen=chosen or tuple(labels), named=True)
    found.trajectories = trajectories
    found.notes.insert(0, f"an array with the axes ({'trajectory, ' if plain.ndim == 3 else ''}time, component)")
    return found


def _labelled(found: Columns, where: str, *, step: float | None, trajectory: Any) -> "xarray.DataArray":
    import xarray

    if step is not None:
        check_positive("step", step)
    groups, labels = [np.arange(len(found.values))], None
    if found.trajectories is not None:
        groups, labels = _groups(found.trajectories, where, trajectory)
    elif trajectory is not None:
        raise InvalidArgumentError(f"trajectory must come with a source of several trajectories, got {where} with one")
    start = 0.0
    if found.times is not None:
        steps = [step_of(found.times[rows], where) for rows in groups]
        if max(steps) > (1.0 + SAME_STEP) * min(steps):
            raise InvalidArgumentError(
                f"the trajectories of {where} must have one step, got {min(steps):.6g} to {max(steps):.6g}"
            )
        if step is not None and abs(step - steps[0]) > SAME_STEP * steps[0]:
            raise InvalidArgumentError(
                f"step must be that of the times of {where}, {steps[0]:.6g}, or be left out, got {step!r}"
            )
        times = found.times[groups[0]]
        start, step = float(times[0]), steps[0]
    else:
        if step is None:
            raise InvalidArgumentError(
                f"{where} has no column of times that are numbers, so step must be given, got None"
            )
        times = start + step * np.arange(len(groups[0]))
    values = np.stack([found.values[rows] for rows in groups])
    rows = f"{len(groups[0])} rows" if labels is None else f"{len(groups)} trajectories of {len(groups[0])} rows"
    coordinates = {"time": times, "component": np.array(found.names, dtype=object)}
    return xarray.DataArray(
        values[0] if labels is None else values,
        dims=("time", "component") if labels is None else ("trajectory", "time", "component"),
        coords=coordinates if labels is None else coordinates | {"trajectory": labels},
        attrs={"step": float(step), "read_as": "; ".join([*found.notes, rows])},
    )


def _groups(trajectories: np.ndarray, where: str, wanted: Any) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Return the rows of each trajectory, and their labels; no labels if one trajectory is wanted."""
    import pandas

    codes, labels = pandas.factorize(trajectories)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise InvalidArgumentError(
            f"the trajectories of {where} must be named in each row, got nothing in row {row + 1}"
        )
    if wanted is not None:
        position = np.flatnonzero(labels == wanted)
        if not position.size:
            raise unknown_trajectory(wanted, labels, where)
        return [np.flatnonzero(codes == position[0])], None
    groups = [np.flatnonzero(codes == code) for code in range(len(labels))]
    lengths = sorted({len(rows) for rows in groups})
    if len(lengths) > 1:
        raise InvalidArgumentError(
            f"the trajectories of {where} must be equally long, got {lengths[0]} to {lengths[-1]} rows; "
            "choose one by trajectory="
        )
    return groups, np.asarray(labels)


def unknown_trajectory(wanted: object, labels: np.ndarray, where: str) -> Exception:
    """Build the error for a trajectory that a source does not have."""
    from dysts.errors import unknown_name

    return unknown_name(f"trajectory of {where}", wanted, map(str, labels))
