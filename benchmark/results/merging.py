"""Put the results of several machines into one folder."""

import itertools
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmark.results.exponents import check_equal_exponents
from benchmark.results.reading import Results, own_systems, read_array
from benchmark.results.writing import ResultsWriter
from dysts.errors import InvalidArgumentError, RunError, StorageError

_COMMON = ("version",)


def merge(folders: Sequence[str | os.PathLike[str]], output: str | os.PathLike[str]) -> Results:
    """Merge results folders: every cell that any of them has.

    Where several have a cell, one with a forecast is kept before one without, and of those the first. Forecasts are
    copied with their rows, so the merged folder can be continued, scored again and reported as any other.

    Parameters
    ----------
    folders : sequence of path
        Results folders, finished or not.
    output : path
        The merged folder; it must not hold results yet.

    Returns
    -------
    Results

    Raises
    ------
    InvalidArgumentError
        If there are fewer than two folders.
    RunError
        If the folders hold results of different versions, different data for one task, scores with different Lyapunov
        exponents of one system, or different systems of one's own under one name.
    StorageError
        If a folder holds no results, or something cannot be read or written.
    """
    sources = [Path(folder) for folder in folders]
    if len(sources) < 2 or len({path.resolve() for path in sources}) < len(sources):
        raise InvalidArgumentError("merging needs at least two different results folders")
    target = Path(output)
    if (target / "run.json").exists():
        raise StorageError(f"{target} holds results already; merge into a new folder")
    loaded = [Results.load(path) for path in sources]
    _check_alike(loaded)
    with closing(ResultsWriter(target)) as writer:
        for results in loaded:
            _copy(results, writer)
            writer.write_systems(own_systems(results.folder))
        keys = list(dict.fromkeys(str(key) for results in loaded for key in results.manifest["cells"]))
        writer.write_manifest(_manifest(loaded, keys))
        writer.compact(keys)
    return Results.load(target)


def _check_alike(loaded: Sequence[Results]) -> None:
    first = loaded[0]
    data: dict[str, tuple[str, Path]] = {}
    for results, other in itertools.combinations(loaded, 2):
        check_equal_exponents(results, other)
        _check_own_systems(results.folder, other.folder)
    for results in loaded:
        for name in _COMMON:
            if results.manifest.get(name) != first.manifest.get(name):
                raise RunError(
                    f"{results.folder} was made with {name} {results.manifest.get(name)!r} and {first.folder} with "
                    f"{first.manifest.get(name)!r}; results of different versions cannot be merged"
                )
        for task, sha256 in zip(results.table["task"], results.table["data_sha256"], strict=True):
            known, where = data.setdefault(str(task), (str(sha256), results.folder))
            if known != sha256:
                raise RunError(
                    f"{results.folder} and {where} hold results of different data for the same task; the data sets "
                    "differ between the machines"
                )


def _check_own_systems(one: Path, other: Path) -> None:
    entries, others = own_systems(one), own_systems(other)
    for name in entries:
        if name in others and entries[name] != others[name]:
            raise RunError(f"{one} and {other} hold different systems of the name {name!r}; they cannot be merged")


def _copy(results: Results, writer: ResultsWriter) -> None:
    with_forecast = {key for key, row in writer.rows.items() if row["status"] == "ok"}
    source = ResultsWriter.read_rows(results.folder)
    for key, row in source.items():
        if key in with_forecast or (key in writer.rows and row["status"] != "ok"):
            continue
        forecast = read_array(results.folder, "forecast", key)[0] if row["status"] == "ok" else None
        task = str(row["task"])
        if not writer.truth_of(task):
            truth, attributes = read_array(results.folder, "truth", task)
            writer.write_truth(task, truth, attributes)
        writer.commit(row, forecast)


def _manifest(loaded: Sequence[Results], keys: Sequence[str]) -> dict[str, Any]:
    merged: dict[str, Any] = dict(loaded[0].manifest)
    for name in ("systems", "forecasters", "references", "variants", "series"):
        merged[name] = _union(results.manifest.get(name, []) for results in loaded)
    merged["trajectories"] = max(int(results.manifest["trajectories"]) for results in loaded)
    merged["sessions"] = [
        session | {"folder": results.folder.name}
        for results in loaded
        for session in results.manifest.get("sessions", [])
    ]
    merged["cells"] = list(keys)
    return merged


def _union(lists: Any) -> list[Any]:
    union: list[Any] = []
    for entries in lists:
        for entry in entries:
            if entry not in union:
                union.append(dict(entry) if isinstance(entry, Mapping) else entry)
    return union
