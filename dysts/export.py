"""Writes a trajectory to a file that other programs read; the file appears complete or not at all."""

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dysts.cache import replacing
from dysts.errors import InvalidArgumentError, StorageError
from dysts.series.text import as_cell

if TYPE_CHECKING:
    import xarray

SUFFIXES = (".zarr", ".csv", ".npz")


def check_destination(path: Path, *, overwrite: bool = False) -> Path:
    """Refuse a destination before any work is done for it.

    Raises
    ------
    InvalidArgumentError
        If the suffix is not one of ``.zarr``, ``.csv``, ``.npz``.
    StorageError
        If it exists and may not be overwritten, or its folder cannot be written.
    """
    if path.suffix not in SUFFIXES:
        raise InvalidArgumentError(f"output must be a name that ends in {', '.join(SUFFIXES)}, got {path.name!r}")
    if path.exists() and not overwrite:
        raise StorageError(f"{path} exists already; choose another name or allow to overwrite it")
    if not path.parent.is_dir():
        raise StorageError(f"the folder {path.parent} does not exist; make it first: mkdir -p {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise StorageError(f"the folder {path.parent} cannot be written")
    return path


def export(trajectory: "xarray.DataArray", path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a trajectory as Zarr v3, CSV or NumPy archive, as the suffix says.

    Parameters
    ----------
    trajectory : xarray.DataArray
        What `dysts.integrate` returned.
    path : str or path-like
        ``.zarr``: everything, for `xarray.open_zarr`. ``.csv``: one row for each time (and trajectory), columns
        by component. ``.npz``: arrays ``values``, ``time``, ``component``.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    Path

    Raises
    ------
    InvalidArgumentError, StorageError

    Examples
    --------
    >>> import dysts, pathlib, tempfile
    >>> from dysts.export import export
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lorenz.csv"
    >>> _ = export(dysts.integrate("Lorenz", 3), path)
    >>> path.read_text().splitlines()[0]
    'time,x,y,z'
    """
    destination = check_destination(Path(path), overwrite=overwrite)
    with replacing(destination) as part:
        {".zarr": _write_zarr, ".csv": _write_csv, ".npz": _write_npz}[destination.suffix](trajectory, part)
    return destination


def _write_zarr(trajectory: "xarray.DataArray", path: Path) -> None:
    from dysts.datasets.store import write_zarr

    dataset = trajectory.rename("state").to_dataset()
    dataset.attrs = dict(trajectory.attrs)
    write_zarr(dataset, path)


def _write_csv(trajectory: "xarray.DataArray", path: Path) -> None:
    values = trajectory.values.reshape(-1, trajectory.shape[-1])
    time = np.tile(trajectory["time"].values, len(values) // trajectory.sizes["time"])
    columns = [time, *values.T]
    names = ["time", *map(str, trajectory["component"].values)]
    if "trajectory" in trajectory.dims:
        columns.insert(0, np.repeat(trajectory["trajectory"].values, trajectory.sizes["time"]))
        names.insert(0, "trajectory")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(map(as_cell, names))
        for row in zip(*columns, strict=True):
            # repr is the shortest text that reads back to the same number.
            file.write(",".join(repr(value.item()) for value in row) + "\n")


def _write_npz(trajectory: "xarray.DataArray", path: Path) -> None:
    np.savez(
        path,
        values=trajectory.values,
        time=trajectory["time"].values,
        component=np.array(trajectory["component"].values, dtype=str),
    )
