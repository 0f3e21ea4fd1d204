"""Run jobs in worker processes of this machine, each with a time and a memory limit that really stop it."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

from benchmark.running.execution import Job, Outcome, one_line
from benchmark.running.worker import decode_outcome, encode_job
from dysts.errors import RunError

MOST_WORKERS = 8
"""Largest number of workers that is chosen without being asked for."""

DEFAULT_TIME_LIMIT = 300.0
DEFAULT_MEMORY_LIMIT_MB = 4096

_START_SECONDS = 180.0
_CHECK_SECONDS = 0.1
_OUTPUT_TAIL = 2000
_SEND_ATTEMPTS = 2
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


class Scheduler(Protocol):
    """Runs jobs somewhere and yields one outcome per job, in the order in which they finish."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
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
    """

    def __init__(self, *, workers: int, time_limit: float, memory_limit_mb: int) -> None:
        self._count = workers
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Yield the outcomes; closing the iterator kills every worker.

        Raises
        ------
        RunError
            If a worker process cannot start.
        """
        source = iter(jobs)
        again: deque[tuple[Job, int]] = deque()
        workers: list[_Worker] = []
        finished: list[Outcome] = []
        following = _next(source, again)
        try:
            while True:
                for worker in workers:
                    if following is None:
                        break
                    if worker.job or not worker.ready:
                        continue
                    job, attempts = following
                    if not worker.give(job, time_limit=self._time_limit):
                        if attempts + 1 < _SEND_ATTEMPTS:
                            again.append((job, attempts + 1))
                        else:
                            words = f"{_SEND_ATTEMPTS} workers died on receiving the cell"
                            finished.append(Outcome(key=job.key, status="crashed", error=words))
                    following = _next(source, again)
                workers = [worker for worker in workers if worker.alive]
                if following is not None and len(workers) < self._count:
                    workers.append(_Worker(self._memory_limit_mb))
                # Only now, so that what the caller does with them takes no time from the workers.
                yield from finished
                if following is None and not any(worker.job for worker in workers):
                    return
                finished, workers = self._watch(workers)
        finally:
            for worker in workers:
                worker.kill()

    def _watch(self, workers: "list[_Worker]") -> "tuple[list[Outcome], list[_Worker]]":
        """Wait a moment for news of any worker; return the outcomes and the workers that live on."""
        wait([channel for worker in workers for channel in worker.channels()], timeout=_CHECK_SECONDS)
        outcomes: list[Outcome] = []
        living: list[_Worker] = []
        for worker in workers:
            outcome = worker.news(memory_limit_mb=self._memory_limit_mb)
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
    """

    def __init__(self, *, time_limit: float, memory_limit_mb: int) -> None:
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self._worker: _Worker | None = None

    def run(self, job: Job) -> Outcome:
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
            return Outcome(key=job.key, status="crashed", error=f"{_SEND_ATTEMPTS} workers died on receiving the cell")
        while True:
            wait(worker.channels(), timeout=_CHECK_SECONDS)
            outcome = worker.news(memory_limit_mb=self._memory_limit_mb)
            if outcome is not None:
                return outcome

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.kill()

    def _ready(self) -> "_Worker":
        if self._worker is None or not self._worker.alive:
            self._worker = _Worker(self._memory_limit_mb)
        while not self._worker.ready:
            wait(self._worker.channels(), timeout=_CHECK_SECONDS)
            self._worker.news(memory_limit_mb=self._memory_limit_mb)
        return self._worker


class _Worker:
    """One worker process as seen from its parent."""

    def __init__(self, memory_limit_mb: int) -> None:
        self.job: Job | None = None
        self.ready = False
        self.alive = True
        self._begun = time.monotonic()
        self._time_limit = _START_SECONDS
        self._tail = b""
        self._connection, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "benchmark.running.worker"]
        descriptor = theirs.fileno()
        try:
            self._process = subprocess.Popen(
                [*command, str(descriptor), str(os.getpid()), str(memory_limit_mb)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[descriptor],
                env=_environment(),
                # A group of its own: Ctrl-C in a terminal reaches the parent alone, and killing the group
                # takes along what a forecaster started.
                start_new_session=True,
            )
        except OSError as error:
            self._connection.close()
            raise RunError(f"a worker process cannot start: {error}") from error
        finally:
            theirs.close()
        if self._process.stdout is None:
            raise RunError("a worker process has no output to read")
        self._output: int | None = self._process.stdout.fileno()
        os.set_blocking(self._output, False)

    def channels(self) -> list[Connection | int]:
        """Return what to wait on for news."""
        return [self._connection] if self._output is None else [self._connection, self._output]

    def give(self, job: Job, *, time_limit: float) -> bool:
        """Send a job; False if the worker turned out to be dead, in which case it has not started."""
        try:
            self._connection.send_bytes(encode_job(job))
        except OSError:
            self.kill()
            return False
        self.job = job
        self._tail = b""
        self._time_limit = time_limit
        self._begun = time.monotonic()
        return True

    def news(self, *, memory_limit_mb: int) -> Outcome | None:
        """Take what has arrived and enforce the limits; return the outcome of the job if it is over."""
        self._read_output()
        if not self.alive:
            return None
        try:
            if self._connection.poll():
                return self._message(self._connection.recv_bytes())
        except (OSError, EOFError):
            return self._ended("crashed", "")
        except (ValueError, KeyError, TypeError) as error:
            return self._ended("crashed", f"the worker sent an unreadable answer: {one_line(error)}")
        if self._process.poll() is not None:
            return self._ended("crashed", "")
        if (self.job or not self.ready) and time.monotonic() - self._begun > self._time_limit:
            return self._ended("timeout", f"stopped at the time limit of {self._time_limit:g} s")
        if self.job and memory_limit_mb and _resident_mb(self._process.pid) > memory_limit_mb:
            return self._ended("out_of_memory", f"stopped at the memory limit of {memory_limit_mb} MB")
        return None

    def kill(self) -> None:
        """End the process with everything that it started, and reap it."""
        if not self.alive:
            return
        self.alive = False
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._read_output()
        self._connection.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._output = None

    def _message(self, message: bytes) -> Outcome | None:
        if not self.ready:
            self.ready = True
            return None
        outcome = decode_outcome(message)
        if self.job is None or outcome.key != self.job.key:
            raise ValueError("an answer to another cell")
        self.job = None
        return replace(outcome, seconds=time.monotonic() - self._begun)

    def _ended(self, status: str, error: str) -> Outcome | None:
        # A worker that died by itself is reaped before the kill, which would overwrite how it died.
        if status == "crashed":
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)
        died = self._process.poll()
        self.kill()
        last = " ".join(self._tail.decode(errors="replace").split())[-200:]
        if not error:
            error = f"the worker {_manner(died)}" + (f"; its last output: {last}" if last else "")
        if not self.ready:
            raise RunError(f"a worker process cannot start: {one_line(error)}")
        if self.job is None:
            return None
        job, self.job = self.job, None
        seconds = time.monotonic() - self._begun
        return Outcome(key=job.key, status=status, error=one_line(error), seconds=seconds)

    def _read_output(self) -> None:
        if self._output is None:
            return
        # Bounded, so that a worker that prints without end cannot keep the parent from the limits.
        for _ in range(64):
            try:
                chunk = os.read(self._output, 65536)
            except BlockingIOError:
                return
            if not chunk:
                self._output = None
                return
            self._tail = (self._tail + chunk)[-_OUTPUT_TAIL:]


def _next(source: Iterator[Job], again: deque[tuple[Job, int]]) -> tuple[Job, int] | None:
    if again:
        return again.popleft()
    job = next(source, None)
    return None if job is None else (job, 0)


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment.update(dict.fromkeys(_ONE_THREAD, "1"))
    # The worker imports exactly what the parent would, from the same places.
    environment["PYTHONPATH"] = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    environment["PYTHONHASHSEED"] = "0"
    return environment


def _resident_mb(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _manner(code: int | None) -> str:
    if code is None:
        return "closed its connection"
    if code >= 0:
        return f"exited with code {code}"
    with suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"
