"""What a folder says about its run, and folders put together."""

import itertools
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest
import xarray

import benchmark
from benchmark.beside import together
from benchmark.cli import main
from benchmark.results.merging import merge
from benchmark.results.reading import RUNNING, Results
from benchmark.results.status import status
from benchmark.results.writing import ResultsWriter
from benchmark.running.progress import Costs, Progress
from benchmark.schema import SCORED_COLUMNS
from dysts.errors import InvalidArgumentError, RunError, StorageError
from dysts.systems.registry_file import write_entries


def _run(
    folder: Path,
    *forecasters: str,
    systems: tuple[str, ...] = fakes.SYSTEMS,
    trajectories: int = 1,
    **options: object,
) -> Results:
    return benchmark.run(
        fakes.suite(*forecasters, systems=systems, trajectories=trajectories),
        **{"open_dataset": fakes.open_dataset, "scheduler": fakes.InProcess(), **options},  # type: ignore[arg-type]
        output=folder,
        progress=False,
    )


class _Stopping(fakes.InProcess):
    """Asks for the state after four jobs and stops, as a run that is killed."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def run(self, jobs: object) -> object:  # type: ignore[override]
        for number, outcome in enumerate(super().run(jobs)):  # type: ignore[arg-type]
            if number == 4:
                self.seen = status(self.folder)
                raise KeyboardInterrupt
            yield outcome


def test_status_of_a_run_on_its_way_and_after(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    scheduler = _Stopping(folder)
    with pytest.raises(KeyboardInterrupt):
        _run(folder, "Mean", "Raising", scheduler=scheduler, workers=1)
    seen = scheduler.seen
    assert (seen.cells, seen.done, seen.left) == (6, 4, 2)
    assert seen.failed == {"failed": 2}
    assert [label for label, _ in seen.running] == ["benchmark_fakes:Mean on Gamma/0"]
    # Half a second a cell, two cells left, one worker counted.
    assert seen.estimate == pytest.approx(1.0)
    # The note of the stopped run is still there, but nobody holds the folder.
    assert (folder / RUNNING).exists()
    stopped = status(folder)
    assert (stopped.done, stopped.running) == (4, ())
    _run(folder, "Mean", "Raising")
    after = status(folder)
    assert (after.done, after.left, after.running) == (6, 0, ())
    assert "done     6 of 6" in after.text()
    assert "3 failed" in after.text()
    assert not (folder / RUNNING).exists()


def test_a_reference_that_does_not_exist_is_no_failure(tmp_path: Path) -> None:
    suite = replace(fakes.suite("Mean", systems=["Alpha"], trajectories=1), references=("Oracle",))
    benchmark.run(
        suite, open_dataset=fakes.open_dataset, scheduler=fakes.InProcess(), output=tmp_path / "r", progress=False
    )
    seen = status(tmp_path / "r")
    assert (seen.done, seen.failed) == (2, {})


def test_broken_note_does_not_hide_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    _run(folder, "Mean")
    writer = ResultsWriter(folder)
    try:
        (folder / RUNNING).write_text('[{"label": ', encoding="utf-8")
        assert status(folder).done == 3
        writer.write_running({"k": {"label": "a cell", "begun": datetime.now(UTC).isoformat()}})
        assert status(folder).running[0][0] == "a cell"
    finally:
        writer.close()


def test_parts_of_a_suite_become_the_whole(tmp_path: Path) -> None:
    whole = _run(tmp_path / "whole", "Mean", "Raising")
    _run(tmp_path / "a", "Mean", "Raising", systems=("Alpha",))
    _run(tmp_path / "b", "Mean", "Raising", systems=("Beta", "Gamma"))
    merged = merge([tmp_path / "a", tmp_path / "b"], tmp_path / "merged")
    columns = ["key", "system", "forecaster", "status", *SCORED_COLUMNS]
    pd.testing.assert_frame_equal(merged.table[columns], whole.table[columns])
    for key in merged.table.loc[merged.table["status"] == "ok", "key"]:
        np.testing.assert_array_equal(merged.forecast(key), whole.forecast(key))
    assert merged.manifest["systems"] == list(fakes.SYSTEMS)
    assert [session["folder"] for session in merged.manifest["sessions"]] == ["a", "b"]
    # It can be continued: nothing is left to run.
    scheduler = fakes.InProcess()
    _run(tmp_path / "merged", "Mean", "Raising", scheduler=scheduler)
    assert scheduler.jobs == []
    assert benchmark.rescore(tmp_path / "merged", exponents=lambda _row: (2.0, 0.01))[1] == 6


def test_a_forecast_wins_over_a_failure_and_the_first_over_the_second(tmp_path: Path) -> None:
    class Failing(fakes.InProcess):
        def run(self, jobs: object) -> object:  # type: ignore[override]
            for outcome in super().run(jobs):  # type: ignore[arg-type]
                yield replace(outcome, status="crashed", error="lost", forecast=None)

    _run(tmp_path / "a", "Mean", scheduler=Failing())
    _run(tmp_path / "b", "Mean")
    merged = merge([tmp_path / "a", tmp_path / "b"], tmp_path / "merged")
    assert merged.table["status"].tolist() == ["ok"] * 3
    assert len(merged.table) == 3
    other = merge([tmp_path / "b", tmp_path / "a"], tmp_path / "other")
    assert other.table["status"].tolist() == ["ok"] * 3


def test_results_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    def changed(_recipe: str, *, systems: list[str]) -> dict[str, xarray.Dataset]:
        datasets = {system: fakes.dataset(system) for system in systems}
        for dataset in datasets.values():
            dataset.attrs["sha256"] = "another version"
        return datasets

    _run(tmp_path / "a", "Mean")
    _run(tmp_path / "b", "Mean", open_dataset=changed)
    with pytest.raises(RunError, match="different data for the same task"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    manifest = json.loads((tmp_path / "b" / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "b" / "run.json").write_text(json.dumps({**manifest, "version": "0.1"}), encoding="utf-8")
    with pytest.raises(RunError, match=r"version '0\.1'"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "d")
    with pytest.raises(InvalidArgumentError, match="two different"):
        merge([tmp_path / "a", os.path.join(tmp_path, "a")], tmp_path / "e")
    with pytest.raises(StorageError, match="holds results already"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "a")
    assert not (tmp_path / "c").exists()


def test_scores_with_different_exponents_of_one_system_are_not_merged(tmp_path: Path) -> None:
    def annotated(_recipe: str, *, systems: list[str]) -> dict[str, xarray.Dataset]:
        return {name: fakes.dataset(name, exponent=1.2 if name == "Beta" else 0.9) for name in systems}

    # The data are the same, so nothing but the exponents shows that the scores do not belong together.
    _run(tmp_path / "a", "Mean")
    _run(tmp_path / "b", "Seasonal", trajectories=2, open_dataset=annotated)
    folders = [tmp_path / "a", tmp_path / "b"]
    with pytest.raises(RunError, match=r"exponents of 1 of 3 systems, Beta among them: 0\.9 and 1\.2; .*rescore"):
        merge(folders, tmp_path / "c")
    assert not (tmp_path / "c").exists()
    with pytest.raises(RunError, match="Beta among them"):
        together(folders)
    for folder in folders:
        benchmark.rescore(folder, exponents=lambda _row: (1.0, 0.01))
    assert set(merge(folders, tmp_path / "c").table["lyapunov_exponent"]) == {1.0}


def test_different_systems_of_one_name_are_not_merged(tmp_path: Path) -> None:
    for name, rate in (("a", "1"), ("b", "2")):
        _run(tmp_path / name, "Mean" if rate == "1" else "Seasonal")
        entry = {"definition": {"variables": ["x"], "equations": {"x": f"-{rate}*x"}}}
        write_entries(tmp_path / name / "systems.json", {"Mine": entry})
    with pytest.raises(RunError, match="different systems of the name 'Mine'"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(tmp_path / "a", "Mean", "Raising", "Seasonal", systems=("Alpha",))
    _run(tmp_path / "b", "Mean", "Raising", "Seasonal", systems=("Beta", "Gamma"))
    merged = str(tmp_path / "merged")
    assert main(["merge", str(tmp_path / "a"), str(tmp_path / "b"), "-o", merged]) == 0
    assert capsys.readouterr().out == f"9 cells in {merged}\n"
    assert main(["status", merged]) == 0
    assert "done     9 of 9" in capsys.readouterr().out
    assert main(["rescore", merged]) == 0
    assert "0 of 9 rows have new scores" in capsys.readouterr().out
    assert main(["leaderboard", merged, "--by", "system"]) == 0
    assert "system = Beta" in capsys.readouterr().out
    assert main(["leaderboard", merged, "--by", "sistem"]) == 2
    assert "did you mean 'system'" in capsys.readouterr().err
    assert main(["compare", merged, "--score", "smape"]) == 0
    text = capsys.readouterr().out
    for words in (
        "Friedman: statistic",
        "Nemenyi",
        "Pairwise tests",
        "Hardest systems",
        "beats the column",
        "not beaten",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 110
    assert main(["compare", merged, "--score", "smap"]) == 2
    assert "did you mean 'smape'" in capsys.readouterr().err


def test_what_a_program_reads_agrees_with_what_people_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(tmp_path / "results", "Mean", "Seasonal", "Raising")

    def printed(*arguments: str) -> Any:
        assert main([arguments[0], str(tmp_path / "results"), *arguments[1:], "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    found = printed("status")
    assert (found["cells"], found["done"], found["left"], found["failed"]) == (9, 9, 0, {"failed": 3})
    board = printed("leaderboard")
    assert board["cells_missing"] == 0
    rows = {row["forecaster"].rpartition(":")[2]: row for row in board["leaderboard"]}
    assert {name: row["failed"] for name, row in rows.items()} == {"Mean": 0, "Seasonal": 0, "Raising": 3}
    parts = printed("leaderboard", "--by", "system")
    assert [part["system"] for part in parts] == sorted(fakes.SYSTEMS)
    assert all(row["cells"] == 1 for part in parts for row in part["leaderboard"])
    compared = printed("compare", "--score", "smape")
    assert compared["score"] == "smape"
    assert len(compared["ranks"]) == len(compared["wins"]) == len(compared["front"]) == 3
    assert (compared["test"] is None) == bool(compared["no_test"])
    assert main(["compare", str(tmp_path / "results"), "--score", "smape"]) == 0
    text = capsys.readouterr().out
    assert (f"No test of the ranks: {compared['no_test']}" in text) == bool(compared["no_test"])


def test_progress_gives_no_estimate_before_it_knows_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(total=3, done=0, workers=2, stream=sys.stderr, clock=itertools.count(0.0, 10.0).__next__)
    costs = Costs()
    progress.update("Oracle on probe/0", failed=False, left={"Mean": 2}, costs=costs)
    costs.learn("Mean", 10.0)
    progress.update("Mean on probe/0", failed=True, left={"Mean": 1}, costs=costs)
    progress.close()
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [
        "1/3 cells, 10 s elapsed; last: Oracle on probe/0",
        "2/3 cells, 1 failed, 20 s elapsed, about 5 s left; last: Mean on probe/0",
    ]


def test_list_names_suites_and_forecasters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["suites"]) == benchmark.list_suites()
    assert len(found["forecasters"]) == 24
    assert not set(found["pretrained"]) & set(found["forecasters"])
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in [*found["suites"], *found["forecasters"], *found["pretrained"]])
