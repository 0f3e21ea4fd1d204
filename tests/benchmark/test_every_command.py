"""Every command works on each kind of run: no oracle, no references, no Lyapunov times, one system, failures only."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pytest

import benchmark
from benchmark import cli
from benchmark.own_series import SeriesFile
from benchmark.tasks.suite import Suite

MEAN, RAISING = "benchmark_fakes:Mean", "benchmark_fakes:Raising"


def _own(folder: Path, *, exponent: float | None = None) -> Suite:
    rows = np.sin(0.1 * np.arange(300))[:, None] + [0.0, 2.0]
    np.savetxt(folder / "heart.csv", rows, delimiter=",", header="a,b", comments="")
    series = SeriesFile(name="heart", file=str(folder / "heart.csv"), step=0.1, lyapunov_exponent=exponent)
    return Suite(name="own", systems=(), series=(series,), forecasters=(MEAN,), train_length=100, horizon=20)


KINDS: dict[str, Callable[[Path], Suite]] = {
    "references, but no equations for an oracle": lambda _: replace(
        fakes.suite("Mean"), references=("Climatology", "Persistence", "Oracle")
    ),
    "no references": lambda _: fakes.suite("Mean", "Seasonal"),
    "one system, one forecaster": lambda _: fakes.suite("Mean", systems=["Alpha"], trajectories=1),
    "own series only": _own,
    "own series with an exponent": lambda folder: _own(folder, exponent=1.2),
    "own series without references": lambda folder: replace(_own(folder), references=()),
    "every forecast valid to the end": lambda _: replace(
        fakes.suite("Seasonal"), forecasters=("benchmark_fakes:Seasonal", "NaiveSeasonal")
    ),
    "failures only": lambda _: fakes.suite("Raising"),
    "failures beside references": lambda folder: replace(_own(folder), forecasters=(RAISING,)),
}


def _run(suite: Suite, folder: Path) -> None:
    benchmark.run(suite, open_dataset=fakes.open_dataset, output=folder, scheduler=fakes.InProcess(), progress=False)


QUICK = ("one system, one forecaster", "own series only", "failures only")
"""The others take longer, as they have more to compare."""


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow) for kind in KINDS]
)
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
