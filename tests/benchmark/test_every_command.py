"""Every command works on each kind of run: no oracle, no references, no Lyapunov times, one system, failures only."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest

import benchmark
from benchmark import cli
from benchmark.own_series import SeriesFile
from benchmark.tasks.suite import Suite


def _fakes(*forecasters: str, **changes: Any) -> Suite:
    """One or two series are enough for every command, and their pages are drawn soon."""
    return replace(fakes.suite(*forecasters, systems=["Alpha"], trajectories=1), **changes)


def _own(folder: Path, *forecasters: str, exponent: float | None = None, **changes: Any) -> Suite:
    rows = np.sin(0.1 * np.arange(300))[:, None] + [0.0, 2.0]
    np.savetxt(folder / "heart.csv", rows, delimiter=",", header="a,b", comments="")
    series = SeriesFile(name="heart", file=str(folder / "heart.csv"), step=0.1, lyapunov_exponent=exponent)
    names = tuple(f"benchmark_fakes:{name}" for name in forecasters)
    suite = Suite(name="own", systems=(), series=(series,), forecasters=names, train_length=100, horizon=20)
    return replace(suite, **changes)


ORACLE: tuple[str, ...] = ("Oracle",)
KINDS: dict[str, Callable[[Path], Suite]] = {
    "references, but no equations for an oracle": lambda _: _fakes(
        "Mean", references=("Climatology", "Persistence", "Oracle")
    ),
    "two systems without references": lambda _: _fakes("Mean", "Seasonal", systems=("Alpha", "Beta")),
    "one system, one forecaster": lambda _: _fakes("Mean"),
    "own series": lambda folder: _own(folder, "Mean"),
    "own series with an exponent, and one that diverges": lambda folder: _own(
        folder, "Mean", "Diverging", exponent=1.2
    ),
    "own series without references": lambda folder: _own(folder, "Mean", "Seasonal", references=()),
    "every forecast valid to the end": lambda _: _fakes(
        "Seasonal", systems=("Alpha", "Beta"), forecasters=("benchmark_fakes:Seasonal", "NaiveSeasonal")
    ),
    "failures only": lambda _: _fakes("Raising"),
    "failures beside an oracle without equations": lambda folder: _own(
        folder, "Raising", exponent=1.2, references=ORACLE
    ),
    "failures on own series without references": lambda folder: _own(folder, "Raising", references=()),
}


def _run(suite: Suite, folder: Path) -> None:
    benchmark.run(suite, open_dataset=fakes.open_dataset, output=folder, scheduler=fakes.InProcess(), progress=False)


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_on_every_kind_of_run(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    _run(KINDS[kind](tmp_path), folder)
    shutil.copytree(folder, tmp_path / "copy")
    commands = [
        ["leaderboard"],
        ["leaderboard", "--json"],
        ["leaderboard", "--csv"],
        ["leaderboard", "--by", "system"],
        ["leaderboard", "--by", "horizon", "--json"],
        ["compare"],
        ["compare", "--json"],
        ["compare", "--score", "smape"],
        ["compare", "--over-time"],
        ["status"],
        ["status", "--json"],
        ["rescore"],
        ["export", "-o", str(tmp_path / "table.parquet")],
        ["report", "-o", str(tmp_path / "report")],
    ]
    for command in commands:
        assert cli.main([command[0], str(folder), *command[1:]]) == 0, command
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert "nan" not in told.out.lower().split(), command
        if "--json" in command:
            json.loads(told.out)
    assert cli.main(["rescore", str(tmp_path / "table.parquet")]) == 0
    assert cli.main(["merge", str(folder), str(tmp_path / "copy"), "-o", str(tmp_path / "merged")]) == 0
    assert cli.main(["leaderboard", str(tmp_path / "merged")]) == 0
    assert (tmp_path / "report" / "index.html").exists()
