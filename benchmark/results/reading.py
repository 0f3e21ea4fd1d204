"""A results folder: a journal of rows, the forecasts, and a compacted table.

Files
-----
rows.jsonl        one durable row per finished cell; the source of truth
tuning.jsonl      one durable row per chosen configuration
running.json      the cells in flight, while a run goes on
forecasts.zarr    ``forecast/<key>`` and ``truth/<task>``, written before the row that commits them
systems.json      the registry entries of systems of one's own
run.json          what the last command asked for, and where it ran
results.parquet, results.csv
                  the table of the last command, written when it ends
rows.parquet      the same with the state of the journal that it was made of, from which it is read again
"""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray

from benchmark.results.columns import FILE, read_table
from benchmark.schema import COLUMNS, completed_row
from dysts.errors import StorageError
from dysts.systems.registry import Registry, read_entries, registry_of

ROWS = "rows.jsonl"
TUNING = "tuning.jsonl"
RUNNING = "running.json"
FORECASTS = "forecasts.zarr"
MANIFEST = "run.json"
TABLE = "results.parquet"
CSV = "results.csv"
SYSTEMS = "systems.json"


@dataclass(frozen=True, eq=False)
class Results:
    """The results of a benchmark command, as they stand.

    Attributes
    ----------
    folder : Path
        The results folder.
    table : pandas.DataFrame
        One row per finished cell with the columns of `COLUMNS`, in the order of the suite.
    manifest : mapping
        What was asked for and where it ran; ``cells`` holds the keys of all cells.
    elsewhere : tuple of Path
        Other results folders whose rows the table holds; forecasts that `folder` lacks are read from them.
    """

    folder: Path
    table: pd.DataFrame
    manifest: Mapping[str, Any]
    elsewhere: tuple[Path, ...] = ()

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Results":
        """Read a results folder, finished or not.

        Raises
        ------
        StorageError
            If the folder holds no results, or they cannot be read.
        """
        path = Path(folder)
        if not (path / MANIFEST).is_file():
            raise StorageError(
                f"{path} holds no benchmark results ({MANIFEST} is missing); give the folder that dysts-benchmark run "
                f"wrote{_folders_beside(path)}"
            )
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            keys = [str(key) for key in manifest["cells"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"cannot read {path / MANIFEST}: {error}") from error
        return cls(folder=path, table=read_table(path / FILE, path / ROWS, keys, table_of=table_of), manifest=manifest)

    def _repr_html_(self) -> str:
        suite = escape(str(self.manifest.get("suite", "")))
        left = f", {self.missing} of {len(self.manifest['cells'])} not run yet" if self.missing else ""
        counts = self.table.groupby(["forecaster", "status"], sort=False).size().unstack("status", fill_value=0)
        return f"<div><strong>{suite}</strong>: {len(self.table)} cells{left}{counts.to_html(border=0)}</div>"

    @property
    def registry(self) -> Registry:
        """The systems of one's own in the run; `Registry.find` finds those of the package as well.

        Raises
        ------
        StorageError, RegistryError
            If the file that holds them cannot be read.
        """
        return registry_of(own_systems(self.folder))

    @property
    def missing(self) -> int:
        """Number of cells that were asked for and have not finished."""
        return len(self.manifest["cells"]) - len(self.table)

    def forecast(self, key: str) -> NDArray[np.float64]:
        """Return the forecast of a cell, float64 (time, component), in raw units.

        Raises
        ------
        StorageError
            If the cell has none, or it cannot be read.
        """
        return self._array("forecast", key)[0]

    def truth(self, task: str) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Return the truth of a task by its digest, float64 (time, component), with its attributes.

        The attributes hold ``components``, ``step``, ``season_length``, ``scale``, ``train_range`` (lowest and
        highest value per component) and ``train_tail`` (the end of the training series).

        Raises
        ------
        StorageError
            If the task is not there, or cannot be read.
        """
        return self._array("truth", task)

    def _array(self, group: str, name: str) -> tuple[NDArray[np.float64], dict[str, Any]]:
        for folder in (self.folder, *self.elsewhere):
            if (folder / FORECASTS / group / name).exists():
                return read_array(folder, group, name)
        return read_array(self.folder, group, name)


def own_systems(folder: Path) -> dict[str, Any]:
    """Return the registry entries of systems of one's own in a results folder, by name.

    Raises
    ------
    StorageError, RegistryError
        If the file that holds them cannot be read.
    """
    path = folder / SYSTEMS
    return read_entries(path) if path.exists() else {}


def own_entries(registry: Registry, systems: Sequence[str]) -> dict[str, Any]:
    """Return the entries of those systems that a registry holds and the package does not."""
    packaged = registry_of(None)
    return {name: registry[name].to_entry() for name in systems if name in registry and name not in packaged}


def read_array(folder: Path, group: str, name: str) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Return a stored array, float64 (time, component), with its attributes.

    Parameters
    ----------
    folder : Path
        The results folder.
    group : {"forecast", "truth"}
    name : str
        Key of the cell, or digest of the task.

    Raises
    ------
    StorageError
        If it is not there, or cannot be read.
    """
    path = folder / FORECASTS / group / name
    try:
        array = zarr.open_array(str(path), mode="r")
        return np.asarray(array[...], dtype=np.float64), dict(array.attrs)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise StorageError(f"cannot read {group} {name} of {folder}: {error}") from error


def table_of(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the given keys, in their order, with the columns and types of `COLUMNS`."""
    by_key = {str(row.get("key")): completed_row(row) for row in rows}
    chosen = [by_key[key] for key in keys if key in by_key]
    columns = {name: [_cell(row.get(name), kind) for row in chosen] for name, kind in COLUMNS.items()}
    return pd.DataFrame({name: pd.Series(columns[name], dtype=kind) for name, kind in COLUMNS.items()})


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return {"float64": math.nan, "int64": 0, "bool": False}.get(kind, "")
    return value


def _folders_beside(path: Path) -> str:
    # Most often the name is misspelt, or names a folder that holds several results.
    near = [entry.parent for place in (path, path.parent) for entry in sorted(place.glob(f"*/{MANIFEST}"))]
    return f", such as {near[0]}" if near else ""
