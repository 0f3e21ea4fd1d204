"""A submission gets the scores of a run for the same forecasts, bit for bit, and its faults count and are told."""

import json
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest

import benchmark
from benchmark.beside import together
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.leaderboard_text import leaderboard_text
from benchmark.comparison.shared_cells import notes
from benchmark.schema import SCORED_COLUMNS
from benchmark.submissions.exported_tasks import ExportedTasks, export_tasks, tasks_of
from benchmark.submissions.formats import Array, write_series
from benchmark.submissions.scored import ABSENT, score_submission
from dysts.errors import InvalidArgumentError, RunError, StorageError

SUITE = fakes.suite("Mean")


def declaration(tasks: ExportedTasks, /, **changes: Any) -> dict[str, Any]:
    said = {"format": 1, "name": "Theirs", "authors": "A. Author", "kind": "statistical", "suite": tasks.suite.name}
    return {**said, "tasks": tasks.sha256, **changes}


def submit(folder: Path, tasks: ExportedTasks, forecasts: dict[str, Array], /, **changes: Any) -> Path:
    folder.mkdir()
    (folder / "submission.json").write_text(json.dumps(declaration(tasks, **changes)))
    np.savez(folder / "forecasts.npz", allow_pickle=False, **forecasts)  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module")
def tasks() -> ExportedTasks:
    return tasks_of(SUITE, open_dataset=fakes.open_dataset)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> benchmark.Results:
    return benchmark.run(
        SUITE,
        open_dataset=fakes.open_dataset,
        output=tmp_path_factory.mktemp("run") / "run",
        scheduler=fakes.InProcess(),
        progress=False,
    )


def forecasts_of(run: benchmark.Results) -> dict[str, Array]:
    rows = run.table[~run.table["reference"]]
    return {row["task"]: run.forecast(row["key"]) for row in rows.to_dict("records")}


@pytest.mark.parametrize("form", ["npz", "parquet", "csv"])
def test_a_stored_run_that_is_submitted_has_equal_bits_in_every_score(
    form: str, run: benchmark.Results, tasks: ExportedTasks, tmp_path: Path
) -> None:
    folder = submit(tmp_path / "theirs", tasks, {})
    write_series(folder, "forecasts", forecasts_of(run), tasks.components)
    for name in {"forecasts.npz", "forecasts.parquet", "forecasts-csv"} - {f"forecasts.{form}", f"forecasts-{form}"}:
        path = folder / name
        path.unlink() if path.is_file() else [*map(Path.unlink, path.iterdir()), path.rmdir()]
    scored = score_submission(folder, tasks, output=tmp_path / "scored", progress=False).table.set_index("task")
    own = run.table[~run.table["reference"]].set_index("task").loc[scored.index]
    assert (scored["status"] == "ok").all()
    for column in SCORED_COLUMNS:
        np.testing.assert_array_equal(scored[column].to_numpy(), own[column].to_numpy(), err_msg=column)


def test_exported_folder_holds_the_windows_three_times_and_no_truth(tasks: ExportedTasks, tmp_path: Path) -> None:
    folder = export_tasks(tasks, tmp_path / "tasks")
    manifest = json.loads((folder / "tasks.json").read_text())
    assert manifest["sha256"] == tasks.sha256 == json.loads((folder / "submission.json").read_text())["tasks"]
    windows = np.load(folder / "train.npz")
    assert {path.name for path in folder.iterdir()} == {
        *("tasks.json", "submission.json", "train.npz", "train.parquet", "train-csv")
    }
    assert set(windows) == {entry["task"] for entry in manifest["tasks"]}
    for entry, data in zip(manifest["tasks"], tasks.data.values(), strict=True):
        np.testing.assert_array_equal(windows[entry["task"]], data.train)
        lines = (folder / "train-csv" / f"{entry['task']}.csv").read_text().splitlines()
        assert lines[0] == ",".join(entry["components"])
        np.testing.assert_array_equal(np.array([line.split(",") for line in lines[1:]], dtype=float), data.train)
        assert len(lines) == entry["train_length"] + 1 == SUITE.train_length + 1
    with pytest.raises(StorageError, match="must be a new or empty one"):
        export_tasks(tasks, folder)


def test_hash_of_the_tasks_changes_with_any_number_of_them(tasks: ExportedTasks) -> None:
    def other(recipe: str, *, systems: list[str]) -> Any:
        changed = dict(fakes.open_dataset(recipe, systems=systems))
        changed["Beta"] = changed["Beta"].copy(deep=True)
        changed["Beta"]["series"][0, 5, 0] += 1e-12
        return changed

    assert tasks_of(SUITE, open_dataset=other).sha256 != tasks.sha256
    assert tasks_of(SUITE, open_dataset=fakes.open_dataset).sha256 == tasks.sha256


def test_faults_of_single_forecasts_count_and_are_told(
    run: benchmark.Results, tasks: ExportedTasks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forecasts = forecasts_of(run)
    absent, short, infinite, *_ = forecasts
    kept = {**forecasts, short: forecasts[short][:-1], infinite: forecasts[infinite] * np.nan}
    kept.pop(absent)
    folder = submit(tmp_path / "theirs", tasks, {**kept, "deadbeef": np.zeros((2, 2))})
    scored = score_submission(folder, tasks, output=tmp_path / "scored").table.set_index("task")
    told = capsys.readouterr().err
    assert scored.loc[absent, "error"] == ABSENT
    assert "its shape must be (20, 2), got (19, 2)" in scored.loc[short, "error"]
    assert "40 of its 40 numbers are not finite" in scored.loc[infinite, "error"]
    assert (scored.loc[[absent, short, infinite], "vpt"] == 0.0).all()
    assert (scored.loc[[absent, short, infinite], "status"] == "failed").all()
    assert "deadbeef: it is no task of the suite" in told
    assert ABSENT in told


def test_exchanged_forecasts_are_told_and_scored_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = tasks_of(SUITE, open_dataset=_with_a_distant_system)
    moved = {task.digest: data.truth.copy() for task, data in far.data.items()}
    distant = [task.digest for task in far.data if task.system == "Gamma"]
    near = [task.digest for task in far.data if task.system == "Alpha"]
    moved[distant[0]], moved[near[0]] = moved[near[0]], moved[distant[0]]
    folder = submit(tmp_path / "theirs", far, moved)
    scored = score_submission(folder, far, output=tmp_path / "scored").table.set_index("task")
    assert (scored["status"] == "ok").all()
    assert scored.loc[[distant[0], near[0]], "vpt"].max() == 0.0
    assert capsys.readouterr().err.count("near that of") == 2


def _with_a_distant_system(recipe: str, *, systems: list[str]) -> Any:
    changed = dict(fakes.open_dataset(recipe, systems=systems))
    changed["Gamma"] = changed["Gamma"] + 100.0
    changed["Gamma"].attrs = fakes.dataset("Gamma").attrs
    return changed


def test_a_submission_stands_beside_a_run_with_its_origin_and_what_it_has_seen(
    run: benchmark.Results, tasks: ExportedTasks, tmp_path: Path
) -> None:
    folder = submit(tmp_path / "a", tasks, forecasts_of(run), seen_systems=["Alpha"], trained_on=["The Pile"])
    score_submission(folder, tasks, output=tmp_path / "scored", progress=False)
    both = together([run.folder, tmp_path / "scored"])
    board = leaderboard(both)
    assert board.set_index("forecaster")["mark"].to_dict() == {"Theirs": "†", "benchmark_fakes:Mean": ""}
    assert "Theirs†" in leaderboard_text(board)
    assert (
        "Theirs†: submitted by A. Author, statistical, trained on The Pile; it may have seen 1 of these 3 systems "
        "beforehand."
    ) in notes(both.table)


def test_two_submissions_of_one_name_are_refused(run: benchmark.Results, tasks: ExportedTasks, tmp_path: Path) -> None:
    forecasts = forecasts_of(run)
    for name, factor in (("a", 1.0), ("b", 1.1)):
        folder = submit(tmp_path / name, tasks, {task: factor * values for task, values in forecasts.items()})
        score_submission(folder, tasks, output=tmp_path / f"scored-{name}", progress=False)
    with pytest.raises(RunError, match="two submissions with other forecasts have the name 'Theirs'"):
        together([tmp_path / "scored-a", tmp_path / "scored-b"])


def test_a_submission_for_other_tasks_is_refused(tasks: ExportedTasks, tmp_path: Path) -> None:
    folder = submit(tmp_path / "theirs", tasks, {}, tasks="0" * 64)
    with pytest.raises(RunError, match="was made for the tasks 000000000000"):
        score_submission(folder, tasks, output=tmp_path / "scored", progress=False)
    assert not (tmp_path / "scored").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "NVAR"}, "none of this package's forecasters"),
        ({"name": ""}, "the name of a submission must not be empty"),
        ({"name": "x" * 41}, "at most 40 characters, got 41"),
        ({"name": "a\x1b[31m"}, "printable text"),
        ({"kind": "magic"}, "one of statistical, deep learning, physics, pretrained, other, got 'magic'"),
        ({"code": "ftp://x"}, "an address https://"),
        ({"seconds": "12"}, "a finite number of at least 0, got '12'"),
        ({"seconds": -1}, "a finite number of at least 0, got -1"),
        ({"seen_systems": "all"}, "must be a list of texts"),
        ({"tasks": "12"}, "64 hexadecimal digits"),
        ({"format": 2}, "the field 'format' with the value 1"),
        ({"speed": 3}, "unknown field 'speed'"),
        ({"trajectories": 0}, "trajectories of a submission"),
    ],
)
def test_declarations_are_checked(changes: dict[str, Any], message: str, tasks: ExportedTasks, tmp_path: Path) -> None:
    folder = submit(tmp_path / "theirs", tasks, {}, **changes)
    with pytest.raises(InvalidArgumentError, match=message.replace("(", r"\(")):
        score_submission(folder, tasks, output=tmp_path / "scored", progress=False)
