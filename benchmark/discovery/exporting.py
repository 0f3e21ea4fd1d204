"""The table of a run of the track, finished or not, as one small file to commit."""

import json
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.discovery.run import TRACK, table_of_folder
from benchmark.discovery.table import write_discovery_table
from benchmark.discovery.tasks import DiscoveryTask, takes_part
from benchmark.results.reading import MANIFEST
from dysts.errors import InvalidArgumentError, StorageError

KIND = ("given", "points_per_period", "noise_db")
"""Columns that tell what a method was given; a run goes through all systems for one kind after the other."""


def manifest_of_track(folder: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return the manifest of a run of the track; None for another folder."""
    try:
        manifest = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("track") == TRACK else None


def export_track(folder: str | os.PathLike[str], path: str | os.PathLike[str]) -> Path:
    """Write the table of a run, of which only kinds of tasks are kept that have the cells of all systems and methods.

    Raises
    ------
    InvalidArgumentError
        If the name of the file does not end in ``.parquet``.
    StorageError
        If the folder holds no run of the track, or no kind of tasks is whole yet.
    """
    if Path(path).suffix != ".parquet":
        raise InvalidArgumentError(f"the file must end in .parquet, got {os.fspath(path)!r}")
    manifest = manifest_of_track(folder)
    if manifest is None:
        raise StorageError(f"{os.fspath(folder)} holds no run of the track {TRACK}")
    table = whole_kinds(table_of_folder(folder), manifest["systems"], list(manifest["methods"]))
    if table.empty:
        raise StorageError(f"no kind of tasks in {os.fspath(folder)} has the cells of all systems and methods yet")
    return write_discovery_table(table, manifest, path)


def whole_kinds(table: pd.DataFrame, systems: list[str], methods: list[str]) -> pd.DataFrame:
    """Return the rows of the kinds of tasks that have a cell for each system and each method that takes part."""
    table = table[table["system"].isin(systems) & table["method"].isin(methods)]
    whole = []
    for _, part in table.groupby(list(KIND)):
        given, sampling, noise = (part[name].iloc[0] for name in KIND)
        level = None if noise == math.inf else int(noise)
        tasks = [
            DiscoveryTask(system=system, given=str(given), points_per_period=int(sampling), noise_db=level)
            for system in systems
        ]
        if len(part) == sum(takes_part(method, task) for task in tasks for method in methods):
            whole.append(part)
    return pd.concat(whole).sort_index().reset_index(drop=True) if whole else table[:0]
