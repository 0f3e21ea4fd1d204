"""Results of several runs beside one another: folders and exported tables, as one table."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmark.export import exported_manifest, read_export
from benchmark.results.exponents import check_equal_exponents, check_exponents_of_today
from benchmark.results.reading import Results
from benchmark.schema import SUBMITTED
from benchmark.scoring.compute import SCORING_VERSION
from dysts.errors import InvalidArgumentError, RunError

SUFFIX = ".parquet"
"""End of the name of an exported table."""
_CELL = ["forecaster", "preset", "task", "seed"]
_TASK = ("recipe", "train_length", "horizon", "horizon_clock", "most_points", "measurement_noise", "stride")


def load_results(source: str | os.PathLike[str]) -> Results:
    """Read a results folder, or a table that `benchmark.export.export` wrote.

    A table holds no forecasts, so what needs them is missing.

    Parameters
    ----------
    source : path
        A folder, or a file whose name ends in ``.parquet``.

    Raises
    ------
    StorageError
        If there is nothing of the kind, or it cannot be read.
    InvalidArgumentError
        If a file holds no table of results.
    """
    path = Path(source)
    if path.suffix != SUFFIX:
        return Results.load(path)
    table = read_export(path)
    return Results(folder=path, table=table, manifest={**exported_manifest(path), "cells": list(table["key"])})


def together(sources: Sequence[str | os.PathLike[str]]) -> Results:
    """Read results and put them into one table, a cell that several have once, as the first of them has it.

    Parameters
    ----------
    sources : sequence of path
        Results folders and exported tables, at least one.

    Returns
    -------
    Results
        With the manifest of the first; forecasts are read from the folders that have them.

    Raises
    ------
    RunError
        If the scores, the data or the Lyapunov exponents of two are of different versions, or two have no task in
        common; the message says in what they differ.
    StorageError, InvalidArgumentError
        As from `load_results`.
    """
    if not sources:
        raise InvalidArgumentError("the results to read must be at least one folder or table, got none")
    loaded = [load_results(source) for source in sources]
    for other in loaded[1:]:
        _check_alike(loaded[0], other)
    for results, other in itertools.combinations(loaded, 2):
        check_equal_exponents(results, other)
    table = pd.concat([results.table for results in loaded], ignore_index=True)
    _check_names_of_submissions(table)
    table = table.drop_duplicates(_CELL, keep="first", ignore_index=True)
    first = loaded[0]
    manifest = dict(first.manifest)
    if len(loaded) > 1:
        cells = [str(key) for key in manifest["cells"]]
        manifest["cells"] = list(dict.fromkeys([*cells, *(str(key) for key in table["key"])]))
        manifest["sessions"] = [session for each in loaded for session in each.manifest.get("sessions", [])]
    return replace(first, table=table, manifest=manifest, elsewhere=tuple(each.folder for each in loaded[1:]))


def check_table_of_today(source: str | os.PathLike[str]) -> None:
    """Raise unless results can be compared with those of a run of this version.

    Raises
    ------
    RunError
        If their scores are of another version, or were computed with other exponents than those of the registry.
    StorageError, InvalidArgumentError
        As from `load_results`.
    """
    results = load_results(source)
    for version in sorted(set(results.table["scoring_version"])):
        if version != SCORING_VERSION:
            raise RunError(
                f"the scores of {source} are of version {version}, those of this package of version {SCORING_VERSION}; "
                "they cannot be compared"
            )
    check_exponents_of_today(results)


def _check_names_of_submissions(table: pd.DataFrame) -> None:
    submitted = table[table["preset"] == SUBMITTED].drop_duplicates(["forecaster", "code"])
    twice = submitted["forecaster"][submitted["forecaster"].duplicated()]
    if len(twice):
        raise RunError(
            f"two submissions with other forecasts have the name {twice.iloc[0]!r}; score one under another name"
        )


def _check_alike(one: Results, other: Results) -> None:
    names = (str(one.folder), str(other.folder))
    if one.table.empty or other.table.empty:
        empty = names[0] if one.table.empty else names[1]
        raise RunError(f"{empty} holds no finished cell, so there is nothing to compare with")
    versions = [sorted({int(value) for value in each.table["scoring_version"]}) for each in (one, other)]
    if versions[0] != versions[1]:
        told = [", ".join(map(str, each)) for each in versions]
        raise RunError(
            f"the scores of {names[0]} are of version {told[0]}, those of {names[1]} of version {told[1]}; they cannot "
            "be compared (dysts-benchmark rescore FOLDER scores stored forecasts again)"
        )
    tasks = [each.table.drop_duplicates("task").set_index("task") for each in (one, other)]
    common = tasks[0].index.intersection(tasks[1].index)
    if not len(common):
        raise RunError(f"{names[0]} and {names[1]} have no task in common: {_difference(tasks[0], tasks[1])}")
    different = tasks[0].loc[common, "data_sha256"] != tasks[1].loc[common, "data_sha256"]
    if different.any():
        system = tasks[0].loc[common, "system"][different].iloc[0]
        raise RunError(
            f"{names[0]} and {names[1]} were computed from different data for {int(different.sum())} of {len(common)} "
            f"tasks, {system} among them: the data sets are of different versions, so the scores cannot be compared"
        )


def _difference(one: pd.DataFrame, other: pd.DataFrame) -> str:
    if not set(one["system"]) & set(other["system"]):
        return "they have no system in common"
    for name in _TASK:
        values = [sorted({str(value) for value in each[name]}) for each in (one, other)]
        if values[0] != values[1]:
            return f"{name} is {', '.join(values[0])} in one and {', '.join(values[1])} in the other"
    return "they differ in components, trajectories or seeds of noise"
