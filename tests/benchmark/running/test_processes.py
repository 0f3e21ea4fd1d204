"""Killed runs and workers: a stopped run continues, and every process of a cell ends with it."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.reading import ROWS, Results
from benchmark.running import worker_process
from benchmark.running.job import Job
from benchmark.running.worker_process import WorkerProcess
from benchmark.schema import COLUMNS
from dysts.errors import RunError

STABLE = [name for name in COLUMNS if name not in fakes.MEASURED_COLUMNS]
HERE = Path(__file__).resolve().parents[1]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers in /proc")


def _run(suite: benchmark.Suite, folder: Path, **options: Any) -> Results:
    return benchmark.run(
        suite,
        **{"open_dataset": fakes.open_dataset, "output": folder, "workers": 2, "progress": False, **options},
    )


@needs_proc
def test_worker_killed_from_outside_costs_one_cell(tmp_path: Path) -> None:
    script = _script(tmp_path / "results", workers=1)
    parent = subprocess.Popen([sys.executable, "-c", script], env=_environment(tmp_path), cwd=tmp_path)
    try:
        _wait_for_rows(tmp_path / "results", 2)
        worker = _children(parent.pid)[0]
        os.kill(worker, signal.SIGKILL)
        assert parent.wait(timeout=300) == 0
    finally:
        parent.kill()
    table = Results.load(tmp_path / "results").table
    assert len(table) == 6
    # At most one: the kill may fall between two cells.
    assert table["status"].tolist().count("crashed") <= 1
    assert table["status"].isin(["ok", "crashed"]).all()


def test_what_workers_tell_is_told_once_by_the_process_that_started_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="dysts")
    table = _run(fakes.suite("Telling", systems=["Alpha"]), tmp_path / "results").table
    assert set(table["status"]) == {"ok"}
    assert [line for line in caplog.messages if "Telling" in line] == ["compiling the loops of Telling"]
    assert "1 of 2" not in caplog.messages


@needs_proc
def test_run_killed_in_its_middle_ends_in_the_same_table(tmp_path: Path) -> None:
    whole = _run(fakes.suite("SlowMean", "Raising"), tmp_path / "whole").table
    folder = tmp_path / "results"
    script = _script(folder, workers=2, forecasters=("SlowMean", "Raising"))
    log = tmp_path / "fits.log"
    for rows in (3, 7):
        parent = subprocess.Popen([sys.executable, "-c", script], env=_environment(tmp_path), cwd=tmp_path)
        _wait_for_rows(folder, rows)
        workers = _children(parent.pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        assert workers
        _wait_until(lambda alive=workers: not any(_is_running(worker) for worker in alive))
        # As if the kill had fallen into the write of a row.
        with (folder / ROWS).open("ab") as file:
            file.write(b'{"key": "0123')
    finished = len((folder / ROWS).read_bytes().splitlines()) - 1
    assert 7 <= finished < 12
    committed = {row["key"] for _, row in Results.load(folder).table.iterrows()}
    before = log.read_text().splitlines()
    assert subprocess.run([sys.executable, "-c", script], env=_environment(tmp_path), cwd=tmp_path).returncode == 0

    table = Results.load(folder).table
    pd.testing.assert_frame_equal(table[STABLE], whole[STABLE])
    again = log.read_text().splitlines()[len(before) :]
    slow_left = [row for _, row in table.iterrows() if "SlowMean" in row["forecaster"] and row["key"] not in committed]
    assert len(again) == len(slow_left)
    for _, row in table[table["status"] == "ok"].iterrows():
        np.testing.assert_array_equal(
            Results.load(folder).forecast(row["key"]), Results.load(tmp_path / "whole").forecast(row["key"])
        )


@needs_proc
def test_busy_workers_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    script = _script(tmp_path / "results", workers=1, forecasters=("Hanging",))
    parent = subprocess.Popen([sys.executable, "-c", script], env=_environment(tmp_path), cwd=tmp_path)
    try:
        _wait_until((tmp_path / "fits.log").exists)
        workers = _children(parent.pid)
    finally:
        parent.kill()
        parent.wait()
    assert len(workers) == 1
    _wait_until(lambda: not _is_running(workers[0]))


def test_a_worker_takes_along_what_its_forecaster_started(fit_log: Path) -> None:
    worker = WorkerProcess(memory_limit_mb=0)
    try:
        _wait_until(lambda: worker.news(memory_limit_mb=0) is None and worker.ready)
        assert worker.give(_job("Multiplying"), time_limit=3600.0)
        _wait_until(fit_log.read_text)
    finally:
        worker.kill()
    child = int(fit_log.read_text())
    _wait_until(lambda: not _is_running(child))


def test_a_worker_that_does_not_start_in_time_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "_START_SECONDS", 0.0)
    worker = WorkerProcess(memory_limit_mb=0)
    try:
        with pytest.raises(RunError, match="a worker process cannot start: stopped at the time limit of 0 s"):
            worker.news(memory_limit_mb=0)
    finally:
        worker.kill()


@needs_proc
def test_a_detached_process_ends_with_its_cell(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Detaching", "Mean", systems=["Alpha"], trajectories=1)
    table = _run(suite, tmp_path / "results", workers=1).table
    assert table["status"].tolist() == ["ok", "ok"]
    detached = int(fit_log.with_suffix(".pid").read_text())
    _wait_until(lambda: not _is_running(detached))


@needs_proc
def test_memory_of_children_counts(tmp_path: Path) -> None:
    suite = fakes.suite("HeavyChild", systems=["Alpha"], trajectories=1)
    row = _run(suite, tmp_path / "results", workers=1, memory_limit_mb=900).table.iloc[0]
    assert (row["status"], row["error"]) == ("out_of_memory", "stopped at the memory limit of 900 MB")


def test_two_runs_on_one_folder(tmp_path: Path) -> None:
    script = _script(tmp_path / "results", workers=1)
    first = subprocess.Popen([sys.executable, "-c", script], env=_environment(tmp_path), cwd=tmp_path)
    try:
        _wait_for_rows(tmp_path / "results", 1)
        with pytest.raises(RunError, match=rf"another run \(process {first.pid}\) is writing"):
            _run(fakes.suite("SlowMean"), tmp_path / "results")
        assert first.wait(timeout=300) == 0
    finally:
        first.kill()
    assert Results.load(tmp_path / "results").missing == 0


def _job(forecaster: str) -> Job:
    return Job(
        key="key",
        label="label",
        forecaster=f"benchmark_fakes:{forecaster}",
        preset="fast",
        config={},
        seed=0,
        season_length=20,
        horizon=20,
        train=fakes.dataset("Alpha")["series"].values[0],
    )


def _script(folder: Path, *, workers: int, forecasters: tuple[str, ...] = ("SlowMean",)) -> str:
    return textwrap.dedent(f"""
        import benchmark, benchmark_fakes as fakes
        benchmark.run(
            fakes.suite(*{forecasters!r}),
            open_dataset=fakes.open_dataset,
            output={str(folder)!r},
            workers={workers},
            progress=False,
        )
    """)


def _environment(folder: Path) -> dict[str, str]:
    path = os.pathsep.join([str(HERE), *(entry for entry in sys.path if entry), str(HERE.parent.parent)])
    return {**os.environ, "PYTHONPATH": path, "FAKE_LOG": str(folder / "fits.log")}


def _wait_for_rows(folder: Path, count: int) -> None:
    path = folder / ROWS
    _wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= count)


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "waited for five minutes in vain"
        time.sleep(0.02)


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(path.parent.name))
    return found


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A killed process whose reaper is slow is dead all the same.
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True
