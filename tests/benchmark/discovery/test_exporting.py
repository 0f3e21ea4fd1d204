"""The export of a run of the track: whole kinds of tasks only, and no other folder."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.discovery.exporting import export_track, whole_kinds
from benchmark.discovery.table import read_discovery_table
from benchmark.discovery.tasks import discovery_tasks, takes_part
from benchmark.results.journal import journal_line
from benchmark.results.reading import MANIFEST, ROWS
from dysts.errors import InvalidArgumentError, StorageError

KINDS = ["given", "points_per_period", "noise_db"]
METHODS = ["HeldOutThresholding", "PySINDy-Weak", "NVAR"]


def rows(systems: list[str]) -> list[dict[str, object]]:
    return [
        {
            "key": task.key(method, "code"),
            "system": task.system,
            "method": method,
            "given": task.given,
            "points_per_period": task.points_per_period,
            "noise_db": float("inf") if task.noise_db is None else float(task.noise_db),
            "status": "failed",
            "error": "of no interest here",
        }
        for system in systems
        for task in discovery_tasks(system)
        for method in METHODS
        if takes_part(method, task)
    ]


def test_kinds_that_are_not_whole_are_left_out() -> None:
    table = pd.DataFrame(rows(["Lorenz", "Duffing"]))
    assert len(whole_kinds(table, ["Lorenz", "Duffing"], METHODS)) == len(table)
    cut = table.drop(index=table.index[(table["given"] == "states") & (table["noise_db"] == 20.0)][0])
    left = whole_kinds(cut, ["Lorenz", "Duffing"], METHODS)
    assert set(map(tuple, table[KINDS].to_numpy())) - set(map(tuple, left[KINDS].to_numpy())) == {("states", 100, 20.0)}
    assert whole_kinds(table, ["Lorenz", "Duffing", "Rossler"], METHODS).empty


def test_the_command_writes_the_table_of_a_run_that_was_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    manifest = {"track": "discovery", "systems": ["Lorenz"], "methods": {name: {} for name in METHODS}}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    done = rows(["Lorenz"])[1:]
    (folder / ROWS).write_bytes(b"".join(journal_line(row) for row in done))
    target = tmp_path / "discovery.parquet"
    assert main(["export", str(folder), "-o", str(target)]) == 0, capsys.readouterr().err
    table = read_discovery_table(target)
    assert 0 < len(table) < len(done)
    assert (table["f1"] == 0.0).all()
    with pytest.raises(InvalidArgumentError, match=r"must end in \.parquet"):
        export_track(folder, tmp_path / "table.csv")
    with pytest.raises(StorageError, match="holds no run of the track"):
        export_track(tmp_path, target)
    (folder / ROWS).write_text("")
    with pytest.raises(StorageError, match="no kind of tasks"):
        export_track(folder, target)
