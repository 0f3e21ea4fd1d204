"""Run jobs in worker processes of this machine, each with a time and a memory limit that really stop it."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Protocol

from benchmark.running.job import CellOutcome, Job
from benchmark.running.requirements import check_forecasters_installed
from benchmark.running.worker_process import FORECASTING, WorkerProcess
from dysts.errors import RunError

_CHECK_SECONDS = 0.1
"""Seconds between two checks of the limits while no worker reports anything."""
_START_ATTEMPTS = 3
"""Workers that die one after the other while they start, after which no more are started."""
_SEND_ATTEMPTS = 2
"""Workers that a cell is sent to before it counts as crashed, as one may die between two cells."""


class Scheduler(Protocol):
    """Runs jobs somewhere and yields one outcome per job, in the order in which they finish."""

    def prepare(self, forecasters: Sequence[str]) -> None:
        """Check that the forecasters can be built where the cells will run, before any of them runs.

        Raises
        ------
        RunError
        """
        ...

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        """Yield the outcomes; closing the iterator stops everything in flight."""
        ...


class LocalProcesses:
    """Scheduler over processes of this machine, one thread each.

    A worker that exceeds a limit or dies costs the one cell it was running and is replaced. Workers end
    when this process ends, however it ends. What they print is swallowed, but for the last words of one
    that dies.

    Parameters
    ----------
    workers : int
        Number of processes, at least 1.
    time_limit : float
        Wall-clock seconds of a cell.
    memory_limit_mb : int
        Memory of a worker in MiB; 0 for no limit. Allocating more raises MemoryError in the worker; one
        whose resident memory still comes to exceed it (Linux) is killed.
    work : str
        The function that answers a job with an outcome, as ``module:function`` of this package.
    """

    def __init__(self, *, workers: int, time_limit: float, memory_limit_mb: int, work: str = FORECASTING) -> None:
        self._work = work
        self._count = workers
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self._failed_starts = 0

    def prepare(self, forecasters: Sequence[str]) -> None:
        """Check that the packages are installed; the plan has built every forecaster on this machine.

        Raises
        ------
        RunError
            If the packages of a forecaster are not installed; the message says what installs them.
        """
        check_forecasters_installed(forecasters)

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        """Yield the outcomes; closing the iterator kills every worker.

        Raises
        ------
        RunError
            If a worker process cannot start.
        """
        source = iter(jobs)
        again: deque[tuple[Job, int]] = deque()
        workers: list[WorkerProcess] = []
        finished: list[CellOutcome] = []
        next_job = _next(source, again)
        try:
            while True:
                for worker in workers:
                    if next_job is None:
                        break
                    if worker.job or not worker.ready:
                        continue
                    job, attempts = next_job
                    if not worker.give(job, time_limit=self._time_limit):
                        if attempts + 1 < _SEND_ATTEMPTS:
                            again.append((job, attempts + 1))
                        else:
                            finished.append(_undeliverable(job))
                    next_job = _next(source, again)
                workers = [worker for worker in workers if worker.alive]
                if next_job is not None and len(workers) < self._count:
                    workers.append(WorkerProcess(self._memory_limit_mb, work=self._work))
                # Yielded after the new jobs are sent, so that no worker waits while the caller handles an outcome.
                yield from finished
                if next_job is None and not any(worker.job for worker in workers):
                    return
                finished, workers = self._watch(workers)
        finally:
            for worker in workers:
                worker.kill()

    def _watch(self, workers: "list[WorkerProcess]") -> "tuple[list[CellOutcome], list[WorkerProcess]]":
        """Wait a moment for news of any worker; return the outcomes and the workers that live on."""
        wait([channel for worker in workers for channel in worker.channels()], timeout=_CHECK_SECONDS)
        outcomes: list[CellOutcome] = []
        living: list[WorkerProcess] = []
        for worker in workers:
            try:
                outcome = worker.news(memory_limit_mb=self._memory_limit_mb)
            except RunError:
                # Something from outside may have killed it; what keeps all from starting is an error.
                self._failed_starts += 1
                if self._failed_starts >= _START_ATTEMPTS:
                    raise
                continue
            if worker.ready:
                self._failed_starts = 0
            if outcome is not None:
                outcomes.append(outcome)
            if worker.alive:
                living.append(worker)
        return outcomes, living


class OneProcess:
    """Runs one job after the other in a process that is replaced when it exceeds a limit or dies.

    Parameters
    ----------
    time_limit : float
        Wall-clock seconds of a cell.
    memory_limit_mb : int
        Memory of the process in MiB; 0 for no limit.
    code_folder : str
        Where the process looks for modules first; empty for nowhere but where this one does.
    """

    def __init__(self, *, time_limit: float, memory_limit_mb: int, code_folder: str = "") -> None:
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self._code_folder = code_folder
        self._worker: WorkerProcess | None = None

    def run(self, job: Job) -> CellOutcome:
        """Return the outcome of a job.

        Raises
        ------
        RunError
            If the process cannot start.
        """
        for _ in range(_SEND_ATTEMPTS):
            worker = self._ready()
            if worker.give(job, time_limit=self._time_limit):
                break
        else:
            return _undeliverable(job)
        while True:
            wait(worker.channels(), timeout=_CHECK_SECONDS)
            outcome = worker.news(memory_limit_mb=self._memory_limit_mb)
            if outcome is not None:
                return outcome

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.kill()

    def _ready(self) -> "WorkerProcess":
        if self._worker is None or not self._worker.alive:
            self._worker = WorkerProcess(self._memory_limit_mb, code_folder=self._code_folder)
        while not self._worker.ready:
            wait(self._worker.channels(), timeout=_CHECK_SECONDS)
            self._worker.news(memory_limit_mb=self._memory_limit_mb)
        return self._worker


def _next(source: Iterator[Job], again: deque[tuple[Job, int]]) -> tuple[Job, int] | None:
    if again:
        return again.popleft()
    job = next(source, None)
    return None if job is None else (job, 0)


def _undeliverable(job: Job) -> CellOutcome:
    return CellOutcome(key=job.key, status="crashed", error=f"{_SEND_ATTEMPTS} workers died on receiving the cell")
