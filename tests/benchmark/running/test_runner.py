"""A cell ends in one row whatever its forecaster does, and a stopped run goes on where it was."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest
import xarray

import benchmark
from benchmark.results.reading import ROWS, Results
from benchmark.running.execution import run_job
from benchmark.running.job import CellOutcome, Job
from benchmark.running.worker_process import WorkerProcess
from benchmark.schema import COLUMNS
from dysts.errors import InvalidArgumentError, RunError, UnknownNameError

STABLE = [name for name in COLUMNS if name not in fakes.MEASURED_COLUMNS]
HERE = Path(__file__).resolve().parents[1]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers in /proc")


def _run(suite: benchmark.Suite, folder: Path, **options: Any) -> Results:
    return benchmark.run(
        suite,
        **{"open_dataset": fakes.open_dataset, "output": folder, "workers": 2, "progress": False, **options},
    )


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One run over forecasters that misbehave in every way, with a well-behaved one among them."""
    suite = fakes.suite(
        "Raising",
        "Exiting",
        "NotANumber",
        "WrongShape",
        "Words",
        "Masked",
        "Unspeakable",
        "Baseless",
        "Segfault",
        "Killed",
        "Vanishing",
        "Talkative",
        "Greedy",
        "Mean",
        systems=["Alpha"],
        trajectories=1,
    )
    # The limit is far above what the others need, however busy the machine is; the one that hangs comes below.
    results = _run(suite, tmp_path_factory.mktemp("faults") / "results", time_limit=240.0, memory_limit_mb=600)
    return results.table.set_index(results.table["forecaster"].str.partition(":")[2])


@pytest.mark.parametrize(
    ("forecaster", "status", "words"),
    [
        ("Raising", "failed", "ValueError: matrix is singular in two lines"),
        ("Exiting", "failed", "SystemExit: had enough"),
        ("NotANumber", "failed", "1 of 40 values that are not finite"),
        (
            "WrongShape",
            "failed",
            "real numbers with shape (20, 2) (time, component), got shape (19, 2)",
        ),
        ("Words", "failed", "got a list with values of type"),
        ("Masked", "failed", "got 20 of 40 values masked"),
        ("Unspeakable", "failed", "Unspeakable: its message cannot be written, which raises ZeroDivisionError"),
        ("Baseless", "failed", "BaseException: from below"),
        ("Segfault", "crashed", "killed by SIGSEGV; its last output: about to fall over"),
        ("Killed", "crashed", "killed by SIGKILL"),
        ("Vanishing", "crashed", "exited with code 0"),
        ("Greedy", "out_of_memory", ""),
    ],
)
def test_fault_costs_its_cell_and_counts(faults: pd.DataFrame, forecaster: str, status: str, words: str) -> None:
    row = faults.loc[forecaster]
    assert row["status"] == status
    assert words in row["error"]
    assert "\n" not in row["error"]
    assert (row["smape"], row["vpt"]) == (200.0, 0.0)


def test_a_cell_that_hangs_is_stopped_at_its_limit(tmp_path: Path) -> None:
    suite = fakes.suite("Hanging", systems=["Alpha"], trajectories=1)
    row = _run(suite, tmp_path / "results", workers=1, time_limit=2.0).table.iloc[0]
    assert (row["status"], row["error"]) == ("timeout", "stopped at the time limit of 2 s")
    assert (row["smape"], row["vpt"]) == (200.0, 0.0)


@pytest.mark.parametrize("forecaster", ["Mean", "Talkative"])
def test_other_cells_are_untouched(faults: pd.DataFrame, forecaster: str) -> None:
    row = faults.loc[forecaster]
    assert (row["status"], row["error"]) == ("ok", "")
    assert 0 < row["smape"] < 200
    assert row["fit_seconds"] >= 0
    assert row["peak_memory_mb"] > 1


def test_scores_are_those_of_running_in_this_process(tmp_path: Path) -> None:
    table = _run(fakes.suite("Seasonal", "Mean"), tmp_path / "results").table
    assert len(table) == 12
    seasonal = table[table["forecaster"] == "benchmark_fakes:Seasonal"]
    assert (seasonal["smape"] < 1e-9).all()
    assert seasonal["vpt_censored"].all()
    np.testing.assert_allclose(seasonal["vpt"], 20 * 0.1 * 0.9)
    assert not table[table["forecaster"] == "benchmark_fakes:Mean"]["vpt_censored"].any()
    assert table["system"].drop_duplicates().tolist() == list(fakes.SYSTEMS)


def test_a_rollout_that_left_its_bounds_is_told(tmp_path: Path) -> None:
    table = _run(fakes.suite("Diverging", "Mean"), tmp_path / "results").table
    diverging = table["forecaster"] == "benchmark_fakes:Diverging"
    assert (table.loc[diverging, "diverged_at"] == 3.0).all()
    assert table.loc[~diverging, "diverged_at"].isna().all()
    assert (table["status"] == "ok").all()


def test_nothing_goes_to_standard_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _run(fakes.suite("Talkative", systems=["Alpha"]), tmp_path / "results", progress=True)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "2/2 cells" in captured.err


def test_global_generator_gives_each_cell_the_same_numbers(tmp_path: Path) -> None:
    suite = fakes.suite("Noise")
    one = _run(suite, tmp_path / "one", workers=1).table
    two = _run(suite, tmp_path / "two", workers=2).table
    pd.testing.assert_frame_equal(one[STABLE], two[STABLE])


def test_second_call_computes_nothing(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", "Raising")
    first = _run(suite, tmp_path / "results")
    journal = (tmp_path / "results" / ROWS).read_bytes()
    second = _run(suite, tmp_path / "results")
    assert len(fit_log.read_text().splitlines()) == 6
    assert (tmp_path / "results" / ROWS).read_bytes() == journal
    pd.testing.assert_frame_equal(first.table, second.table)


def test_failed_cells_are_retried_on_request(tmp_path: Path) -> None:
    suite = fakes.suite("Mean", "Raising", systems=["Alpha"])
    folder = tmp_path / "results"
    _run(suite, folder)
    table = _run(suite, folder, retry_failed=True).table
    assert len(table) == 4
    assert len((folder / ROWS).read_text().splitlines()) == 6


def test_lost_forecast_is_computed_again(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", systems=["Alpha"])
    results = _run(suite, tmp_path / "results")
    key = results.table["key"].iloc[0]
    (results.folder / "forecasts.zarr" / "forecast" / key / "zarr.json").unlink()
    _run(suite, tmp_path / "results").forecast(key)
    assert len(fit_log.read_text().splitlines()) == 3


def test_other_data_are_other_cells(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", systems=["Alpha"], trajectories=1)

    def changed(recipe: str, *, systems: list[str]) -> dict[str, xarray.Dataset]:
        datasets = dict(fakes.open_dataset(recipe, systems=systems))
        datasets["Alpha"].attrs["sha256"] = "new"
        return datasets

    first = _run(suite, tmp_path / "results")
    second = _run(suite, tmp_path / "results", open_dataset=changed)
    assert len(fit_log.read_text().splitlines()) == 2
    assert len(first.table) == len(second.table) == 1
    assert second.table["data_sha256"].tolist() == ["new"]


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


def test_what_a_cell_changes_in_its_process_does_not_reach_the_next(tmp_path: Path) -> None:
    suite = fakes.suite("Vandal", systems=["Alpha"])
    table = _run(suite, tmp_path / "results", workers=1).table
    assert table["error"].tolist() == ["", ""]


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


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"suite": "quik"}, UnknownNameError, "quick"),
        ({"workers": 0}, InvalidArgumentError, "workers"),
        ({"time_limit": float("nan")}, InvalidArgumentError, "time_limit"),
        ({"memory_limit_mb": -1}, InvalidArgumentError, "memory_limit_mb"),
        ({"systems": ["Alfa"]}, UnknownNameError, "did you mean 'Alpha'"),
        ({"trajectories": 3}, InvalidArgumentError, "2 trajectories"),
        ({"systems": "Alpha"}, InvalidArgumentError, "sequence of names"),
        ({"forecasters": ["benchmark_fakes:Nothing"]}, UnknownNameError, "no callable 'Nothing'"),
        ({"forecasters": ["no_such_module:Mean"]}, UnknownNameError, "cannot import"),
        ({"forecasters": ["__main__:Mean"]}, UnknownNameError, "__main__"),
        ({"seed": -1}, InvalidArgumentError, "seed"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    suite = options.pop("suite", fakes.suite("Mean"))
    with pytest.raises(error, match=words.replace("(", r"\(")):
        _run(suite, tmp_path / "results", **options)
    assert not (tmp_path / "results").exists()


def test_truth_never_reaches_the_scheduler(tmp_path: Path) -> None:
    class Spy:
        def __init__(self) -> None:
            self.jobs: list[Job] = []

        def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
            for job in jobs:
                self.jobs.append(job)
                yield dataclasses.replace(run_job(job), seconds=1.0)

    spy = Spy()
    results = _run(fakes.suite("Mean"), tmp_path / "results", scheduler=spy)
    assert len(spy.jobs) == len(results.table) == 6
    for job, (_, row) in zip(spy.jobs, results.table.iterrows(), strict=True):
        series = fakes.dataset(row["system"])["series"].values[row["trajectory"]]
        np.testing.assert_array_equal(job.train, series[:100])
        arrays = [value for value in vars(job).values() if isinstance(value, np.ndarray)]
        assert len(arrays) == 1


def test_longest_cells_start_first(tmp_path: Path) -> None:
    class Timed(fakes.InProcess):
        """Says that the slow one is slow, whatever else this machine does."""

        def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
            for outcome in super().run(jobs):
                yield dataclasses.replace(outcome, seconds=2.0 if "Slow" in self.jobs[-1].forecaster else 1.0)

    folder = tmp_path / "results"
    _run(fakes.suite("Mean", "SlowMean", trajectories=1), folder, scheduler=Timed())
    _run(fakes.suite("Mean", "SlowMean"), folder, scheduler=Timed())
    lines = pd.read_json(folder / ROWS, lines=True)["forecaster"].str.partition(":")[2].tolist()
    assert lines[6:] == ["SlowMean"] * 3 + ["Mean"] * 3


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
