"""Hidden tasks: fresh starts, a truth that was committed to, and scores from the published truth alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmark import cli
from benchmark.submissions.hidden import hidden_tasks, read_truth, write_truth
from benchmark.tasks.suite import Suite
from dysts.errors import StorageError

SUITE = Suite(name="small", systems=("SprottA",), forecasters=("NVAR",), train_length=200, horizon=40)


def test_windows_are_others_for_every_seed_and_those_of_no_public_data() -> None:
    one, same, other = (hidden_tasks(SUITE, seed=seed) for seed in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256
    (task,) = one.data
    assert task.recipe == "test-fine-hidden"
    (public,) = SUITE.tasks()
    assert task.digest != public.digest


def test_truth_comes_back_whole_and_its_hash_is_that_of_the_file(tmp_path: Path) -> None:
    tasks = hidden_tasks(SUITE, seed=5)
    digest = write_truth(tasks, tmp_path / "truth.npz")
    found, again = read_truth(tmp_path / "truth.npz")
    assert digest == again
    assert found.sha256 == tasks.sha256
    for before, after in zip(tasks.data.values(), found.data.values(), strict=True):
        np.testing.assert_array_equal(before.truth, after.truth)
        assert before.truth_end == after.truth_end
        assert before.lyapunov_exponent == after.lyapunov_exponent
    # A random number in the file hides whether a guess of the truth is right.
    assert write_truth(tasks, tmp_path / "again.npz") != digest


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"\x00" * 1000])
def test_a_file_that_holds_no_truth_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "truth.npz"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="the truth of hidden tasks"):
        read_truth(path)


def test_from_hidden_tasks_to_a_score_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth, tasks = tmp_path / "truth.npz", tmp_path / "tasks"
    suite = tmp_path / "small.json"
    suite.write_text(json.dumps({**SUITE.to_dict(), "name": "small"}))
    assert cli.main(["tasks", str(suite), "--hidden", str(truth), "-o", str(tasks)]) == 0
    manifest = json.loads((tasks / "tasks.json").read_text())
    windows = np.load(tasks / "train.npz")
    forecasts = {
        entry["task"]: np.repeat(windows[entry["task"]][-1:], entry["horizon"], axis=0) for entry in manifest["tasks"]
    }
    np.savez(tasks / "forecasts.npz", allow_pickle=False, **forecasts)
    said = json.loads((tasks / "submission.json").read_text())
    (tasks / "submission.json").write_text(json.dumps({**said, "name": "Still", "authors": "A", "kind": "other"}))
    assert cli.main(["score", str(tasks), "-o", str(tmp_path / "scored")]) == 2
    assert "whose truth --truth FILE must name" in capsys.readouterr().err
    assert cli.main(["score", str(tasks), "--truth", str(truth), "-o", str(tmp_path / "scored")]) == 0
    told = capsys.readouterr().out
    assert f"the truth has the SHA-256 {manifest['truth_sha256']}" in told
    assert "1 of 1 tasks have a forecast" in told
    assert cli.main(["tasks", str(suite), "--hidden", str(truth), "-o", str(tmp_path / "other")]) == 2
    assert "must be a new one" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmark.submissions.commands.hidden_tasks", lambda *_, **__: pytest.fail("data were made"))
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "mine.txt").touch()
    truth = tmp_path / "truth.npz"
    assert cli.main(["tasks", "quick", "--hidden", str(truth), "-o", str(tmp_path / "tasks")]) == 2
    assert "must be a new or empty one" in capsys.readouterr().err
    assert not truth.exists()
