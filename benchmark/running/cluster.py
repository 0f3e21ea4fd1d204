"""Run jobs on an existing ``dask.distributed`` cluster, with the limits of the local scheduler on every worker."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmark.running import provenance
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.own_code import OwnCode, lacking, own_code_of, unpacked
from benchmark.running.processes import OneProcess
from benchmark.running.worker import decode_job, decode_outcome, encode_job, encode_outcome
from dysts.errors import RunError
from dysts.version import install_command

_CONNECT_SECONDS = 30
"""Seconds in which the scheduler must answer."""
_AHEAD = 2
"""Jobs that are queued on the cluster for each of its threads: enough that none is idle, few enough to lose little."""

_local = threading.local()


class DaskCluster:
    """Scheduler over the workers of a cluster.

    A cell runs in a process of its own beside the worker that was given it, so that its time and memory limits stop it
    and a crash does not take the worker along. A worker that is lost costs nothing but time: the cluster runs its
    cells elsewhere; after three lost workers a cell counts as crashed.

    The modules of forecasters of one's own are sent with their cells, together with the modules beside them that they
    import; packages that they need must be installed on the workers.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``"tcp://login-node:8786"``.
    time_limit : float
        Wall-clock seconds of a cell.
    memory_limit_mb : int
        Memory of a cell's process in MiB; 0 for no limit.
    """

    def __init__(self, address: str, *, time_limit: float, memory_limit_mb: int) -> None:
        self._address = address
        self._time_limit = time_limit
        self._memory_limit_mb = memory_limit_mb
        self._code = OwnCode()

    def prepare(self, forecasters: Sequence[str]) -> None:
        """Collect the code of forecasters of one's own, and check that every worker has what it needs.

        Raises
        ------
        RunError
            If the scheduler cannot be reached, a worker runs another version of this package, or one lacks a package.
        """
        self._code = own_code_of(forecasters)
        client = self._client()
        try:
            found = client.run(_inspected, self._code)
        except Exception as error:
            raise RunError(f"a worker of {self._address} cannot run dysts: {one_line(error)}") from error
        finally:
            client.close(timeout=5)
        here = provenance.package_version()
        for worker, (version, missing) in found.items():
            if version != here:
                raise RunError(f"the worker {worker} must run dysts {here} as this machine does, got {version}")
            if missing:
                raise RunError(
                    f"the worker {worker} cannot import {', '.join(missing)}, which a forecaster of your own needs: "
                    "install it there, or add its folder to PYTHONPATH where the workers start"
                )

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        """Yield the outcomes; closing the iterator cancels what has not begun.

        Raises
        ------
        RunError
            If the package ``distributed`` is missing, or the scheduler cannot be reached or is lost.
        """
        client = self._client()
        from distributed.client import FutureCancelledError

        try:
            yield from self._outcomes(client, jobs)
        except (OSError, FutureCancelledError) as error:
            raise RunError(
                f"the scheduler at {self._address} was lost ({one_line(error)}); the finished cells are kept, and the "
                "same command goes on with a new one"
            ) from error
        finally:
            client.close(timeout=5)

    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise RunError(f"a cluster needs the package distributed: {install_command('cluster')}") from error
        try:
            return Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise RunError(f"cannot reach the scheduler at {self._address}: {one_line(error)}") from error

    def _outcomes(self, client: Any, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        from distributed import as_completed

        source = iter(jobs)
        files = tuple(sorted(self._code.files.items()))
        running: dict[str, tuple[str, float]] = {}
        completed = as_completed(loop=client.loop)

        def submit() -> None:
            job = next(source, None)
            if job is None:
                return
            future = client.submit(
                _run_remote,
                encode_job(job),
                self._time_limit,
                self._memory_limit_mb,
                files if ":" in job.forecaster else (),
                key=f"dysts-{job.key}-{time.time_ns()}",
                pure=False,
            )
            running[future.key] = (job.key, time.monotonic())
            completed.add(future)

        threads = sum(client.nthreads().values())
        for _ in range(_AHEAD * max(1, threads)):
            submit()
        while running:
            future = next(completed)
            key, begun = running.pop(future.key)
            outcome = _outcome(future, key, seconds=time.monotonic() - begun)
            future.release()
            submit()
            yield outcome


def _outcome(future: Any, key: str, *, seconds: float) -> CellOutcome:
    if future.status == "cancelled":
        raise OSError("its connection was closed")
    # If a worker is lost after its cell has ended, its outcome is lost too: dask runs the cell again, and this waits.
    problem = future.exception()
    if problem is None:
        return decode_outcome(future.result())
    if type(problem).__name__ == "KilledWorker":
        return CellOutcome(key=key, status="crashed", error="several workers were lost while it ran", seconds=seconds)
    return CellOutcome(key=key, status="crashed", error=one_line(problem), seconds=seconds)


def _inspected(code: OwnCode) -> tuple[str, list[str]]:
    """Return the version of the package on a worker, and the modules and packages that it lacks."""
    return provenance.package_version(), lacking(code)


def _run_remote(
    message: bytes, time_limit: float, memory_limit_mb: int, files: tuple[tuple[str, bytes], ...] = ()
) -> bytes:
    """Run one job on a worker of the cluster, in a process that lives on for the next one of this thread."""
    from distributed import get_worker

    # A worker's folder is removed when the worker ends, and that of a killed worker when the next one starts.
    folder = str(unpacked(files, within=Path(get_worker().local_directory))) if files else ""
    settings = (time_limit, memory_limit_mb, folder)
    if getattr(_local, "settings", None) != settings:
        if hasattr(_local, "process"):
            _local.process.close()
        _local.settings = settings
        _local.process = OneProcess(time_limit=time_limit, memory_limit_mb=memory_limit_mb, code_folder=folder)
    return encode_outcome(_local.process.run(decode_job(message)))
