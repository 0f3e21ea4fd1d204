"""One worker process as its parent sees it: jobs in, outcomes out, and an end at the limits."""

import functools
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from benchmark.running.descendants import end_all, resident_mb
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.worker import TOLD, decode_outcome, encode_job
from dysts.errors import RunError
from dysts.progress import tell

_START_SECONDS = 180.0
"""Seconds in which a worker process must have imported what it needs."""
_OUTPUT_TAIL = 2000
"""Bytes of a worker's output that are kept, for the message if it dies."""
FORECASTING = "benchmark.running.execution:run_job"
"""The work of a cell of a suite: fit a forecaster and forecast."""
_OF_THE_PROJECT = "benchmark."
"""What the modules of cells of the harness itself begin with, whose process runs further cells."""
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
"""Environment variables that keep numerical libraries to one thread in each worker."""

_tell_once = functools.cache(tell)
"""`dysts.progress.tell` for lines of workers, of which several compile the same at the same time."""


class WorkerProcess:
    """One worker process as seen from its parent.

    It runs one cell after the other of the package's forecasters, and ends after one of a forecaster of one's own, so
    that no cell depends on the environment, patched modules or settings that another one's code has left.

    Parameters
    ----------
    memory_limit_mb : int
        Memory of the process in MiB; 0 for no limit.
    code_folder : str
        Where it looks for modules first; empty for nowhere but where its parent does.
    work : str
        The function that answers a job with an outcome, as ``module:function`` of this package.
    """

    def __init__(self, memory_limit_mb: int, *, code_folder: str = "", work: str = FORECASTING) -> None:
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
                [*command, str(descriptor), str(os.getpid()), str(memory_limit_mb), work],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[descriptor],
                env=_environment(code_folder),
                # A process group of its own: Ctrl-C in a terminal reaches the parent alone, and a kill of the group
                # also ends the processes that a forecaster started.
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

    def news(self, *, memory_limit_mb: int) -> CellOutcome | None:
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
        if self.job and memory_limit_mb and resident_mb(self._process.pid) > memory_limit_mb:
            return self._ended("out_of_memory", f"stopped at the memory limit of {memory_limit_mb} MB")
        return None

    def kill(self) -> None:
        """End the process with everything that it started, and reap it."""
        if not self.alive:
            return
        self.alive = False
        end_all(self._process.pid)
        # Where the system lists no descendants, the group still holds those that did not detach themselves.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._read_output()
        self._connection.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._output = None

    def _message(self, message: bytes) -> CellOutcome | None:
        if message.startswith(TOLD):
            _tell_once(message[len(TOLD) :].decode(errors="ignore"))
            return None
        if not self.ready:
            self.ready = True
            return None
        outcome = decode_outcome(message)
        if self.job is None or outcome.key != self.job.key:
            raise ValueError("an answer to another cell")
        seconds = time.monotonic() - self._begun
        if ":" in self.job.forecaster and not self.job.forecaster.startswith(_OF_THE_PROJECT):
            # One's own code may have changed anything in its process, or left processes behind.
            self.kill()
        self.job = None
        return replace(outcome, seconds=seconds)

    def _ended(self, status: str, error: str) -> CellOutcome | None:
        # A worker that died by itself is reaped first, as the kill would replace its exit status.
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
        return CellOutcome(key=job.key, status=status, error=one_line(error), seconds=seconds)

    def _read_output(self) -> None:
        if self._output is None:
            return
        # Bounded, as a worker that prints without end would otherwise keep the parent from checking the limits.
        for _ in range(64):
            try:
                chunk = os.read(self._output, 65536)
            except BlockingIOError:
                return
            if not chunk:
                self._output = None
                return
            self._tail = (self._tail + chunk)[-_OUTPUT_TAIL:]


def _environment(code_folder: str) -> dict[str, str]:
    environment = dict(os.environ)
    environment.update(dict.fromkeys(_ONE_THREAD, "1"))
    # The worker imports exactly what the parent would, from the same places.
    environment["PYTHONPATH"] = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    if code_folder:
        environment["PYTHONPATH"] = os.pathsep.join([code_folder, environment["PYTHONPATH"]])
    environment["PYTHONHASHSEED"] = "0"
    return environment


def _manner(code: int | None) -> str:
    if code is None:
        return "closed its connection"
    if code >= 0:
        return f"exited with code {code}"
    with suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"
