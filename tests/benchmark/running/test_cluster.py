"""The same cells on a dask.distributed cluster of this machine, whose parts are killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import pandas as pd
import pytest

import benchmark
from benchmark.results.reading import Results
from benchmark.running.cluster import DaskCluster
from benchmark.running.job import CellOutcome, Job
from benchmark.schema import SCORED_COLUMNS
from dysts.errors import RunError

pytest.importorskip("distributed")
HERE = Path(__file__).resolve().parents[1]


class _Cluster:
    """A scheduler and two workers as processes, as a job queue would start them."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        path = os.pathsep.join([str(HERE), str(HERE.parent.parent), *(entry for entry in sys.path if entry)])
        self._environment = {**os.environ, "PYTHONPATH": path, "FAKE_LOG": str(folder / "fits.log")}
        self._folder = folder
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        self.workers = [self.start_worker() for _ in range(2)]

    def start_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self._folder)]
        return self._start("worker", self.address, *options)

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        from distributed import Client

        deadline = time.monotonic() + 120
        while True:
            try:
                with Client(self.address, timeout=5, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=100)
                    return
            except OSError:
                assert time.monotonic() < deadline, "the cluster did not start in two minutes"

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[_Cluster]:
    started = _Cluster(tmp_path)
    try:
        started.wait()
        yield started
    finally:
        started.stop()


class _Counting:
    """Does something once a number of outcomes have come."""

    def __init__(self, scheduler: DaskCluster, *, after: int, act: Any) -> None:
        self._scheduler, self._after, self._act = scheduler, after, act

    def prepare(self, forecasters: Sequence[str]) -> None:
        self._scheduler.prepare(forecasters)

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        for number, outcome in enumerate(self._scheduler.run(jobs), start=1):
            if number == self._after:
                self._act()
            yield outcome


def _scheduler(cluster: _Cluster, *, time_limit: float = 120.0) -> DaskCluster:
    return DaskCluster(cluster.address, time_limit=time_limit, memory_limit_mb=0)


def _run(folder: Path, *forecasters: str, scheduler: Any, **options: Any) -> Results:
    return benchmark.run(
        fakes.suite(*forecasters, **options),
        open_dataset=fakes.open_dataset,
        output=folder,
        scheduler=scheduler,
        progress=False,
    )


@pytest.mark.slow
def test_cells_end_as_they_do_on_this_machine_alone_and_a_killed_worker_costs_none(
    cluster: _Cluster, tmp_path: Path
) -> None:
    names = ("SlowMean", "Raising", "Killed", "Seasonal")
    # Seven of eighteen have come; the worker's next cells run on the other one.
    scheduler = _Counting(_scheduler(cluster), after=7, act=cluster.workers[0].kill)
    remote = _run(tmp_path / "remote", *names, scheduler=scheduler).table
    local = _run(tmp_path / "local", *names, scheduler=None).table
    columns = ["key", "status", *SCORED_COLUMNS]
    strange = remote.loc[remote["status"] != local["status"], ["forecaster", "error"]]
    assert strange.empty, strange.to_dict("records")
    pd.testing.assert_frame_equal(remote[columns], local[columns])
    assert remote["status"].tolist().count("crashed") == 6
    assert "SIGKILL" in remote.set_index("status").loc["crashed", "error"].iloc[0]


OWN = """
import numpy as np
from helper_on_workers import lag

class Copy:
    def fit(self, series):
        self.last = series[-lag():]
    def predict(self, horizon):
        return np.resize(self.last, (horizon, self.last.shape[1]))

def factory(*, preset, season_length, seed):
    return Copy()
"""


def test_own_modules_reach_workers_in_other_folders_in_the_state_of_this_machine(
    cluster: _Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The workers were started in tmp_path, where an older form of the helper lies.
    (tmp_path / "helper_on_workers.py").write_text("def lag():\n    return 7\n")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "copy_on_workers.py").write_text(OWN)
    (mine / "helper_on_workers.py").write_text("def lag():\n    return 20\n")
    monkeypatch.syspath_prepend(str(mine))
    # Each cell of one's own code starts a process, so four are enough.
    suite = replace(
        fakes.suite("Seasonal", systems=["Alpha", "Beta"], trajectories=1),
        forecasters=("copy_on_workers:factory", "benchmark_fakes:Seasonal"),
    )
    options = {"open_dataset": fakes.open_dataset, "progress": False}
    table = benchmark.run(suite, output=tmp_path / "out", scheduler=_scheduler(cluster), **options).table
    assert set(table["status"]) == {"ok"}
    # A season has 20 points, so that the two forecast the same.
    scores = table.pivot(index="task", columns="forecaster", values="smape")
    pd.testing.assert_series_equal(
        scores["copy_on_workers:factory"], scores["benchmark_fakes:Seasonal"], check_names=False
    )
    # The code lies in the workers' own folders, which dask removes after workers that were killed as well.
    sent = list(tmp_path.rglob("code-*/copy_on_workers.py"))
    assert sent
    assert {path.parents[2].name for path in sent} == {"dask-scratch-space"}
    for worker in cluster.workers:
        worker.kill()
        worker.wait()
    cluster.workers.append(cluster.start_worker())
    deadline = time.monotonic() + 120
    while any(path.exists() for path in sent):
        assert time.monotonic() < deadline, sent
        time.sleep(0.2)


def test_a_package_that_workers_lack_is_told_before_the_run(
    cluster: _Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    (installed / "only_here.py").write_text("")
    (tmp_path / "needs_it.py").write_text(OWN.replace("from helper_on_workers import lag", "import only_here"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(installed))
    suite = replace(fakes.suite("Mean"), forecasters=("benchmark_fakes:Mean", "needs_it:factory"))
    with pytest.raises(RunError, match=r"the worker tcp://\S+ cannot import only_here, which a forecaster of your own"):
        benchmark.run(
            suite,
            open_dataset=fakes.open_dataset,
            output=tmp_path / "out",
            scheduler=_scheduler(cluster),
            progress=False,
        )
    assert Results.load(tmp_path / "out").table.empty


def test_a_local_cluster_in_this_process_runs_own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    (tmp_path / "copy_on_workers.py").write_text(OWN.replace("from helper_on_workers import lag", "lag = lambda: 20"))
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("copy_on_workers", None)
    suite = replace(fakes.suite("Mean", systems=["Alpha"], trajectories=1), forecasters=("copy_on_workers:factory",))
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        scheduler = DaskCluster(local.scheduler_address, time_limit=120.0, memory_limit_mb=0)
        table = benchmark.run(
            suite, open_dataset=fakes.open_dataset, output=tmp_path / "out", scheduler=scheduler, progress=False
        ).table
    assert table["status"].tolist() == ["ok"]


def test_time_limit_stops_a_cell_on_the_cluster(cluster: _Cluster, tmp_path: Path) -> None:
    table = _run(
        tmp_path / "out",
        "Hanging",
        "Seasonal",
        scheduler=_scheduler(cluster, time_limit=10.0),
        systems=["Alpha"],
        trajectories=1,
    ).table
    assert table["status"].tolist() == ["timeout", "ok"]


def test_killed_scheduler_loses_nothing_that_was_finished(cluster: _Cluster, tmp_path: Path) -> None:
    def kill() -> None:
        cluster.scheduler.send_signal(signal.SIGKILL)

    folder = tmp_path / "results"
    with pytest.raises(RunError, match="was lost"):
        _run(folder, "SlowMean", scheduler=_Counting(_scheduler(cluster), after=2, act=kill))
    finished = set(Results.load(folder).table["key"])
    assert 1 <= len(finished) < 6
    rest = fakes.InProcess()
    table = _run(folder, "SlowMean", scheduler=rest).table
    assert len(table) == 6
    assert {job.key for job in rest.jobs} == set(table["key"]) - finished


def test_absent_scheduler_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.running.cluster._CONNECT_SECONDS", 1)
    with pytest.raises(RunError, match="cannot reach the scheduler"):
        _run(tmp_path / "out", "Mean", scheduler=DaskCluster("tcp://127.0.0.1:9", time_limit=1.0, memory_limit_mb=0))
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert len(manifest["cells"]) == 6
