"""Builds many systems at once, on processes of this machine or on a dask cluster, and goes on where it was stopped."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dysts.cache import writable_folder
from dysts.datasets.build import Series, build
from dysts.datasets.recipe import Recipe
from dysts.datasets.store import write_group
from dysts.datasets.streaming import write_series
from dysts.errors import DystsError, NotSupportedError
from dysts.systems.system import System
from dysts.version import install_command
from dysts.workers.processes import worker_pool

ANSWER_WITHIN = 10.0
"""Seconds in which a scheduler must answer."""


@dataclass(frozen=True)
class Job:
    """One system of one data set, and where its group goes.

    Attributes
    ----------
    recipe : Recipe
    system : System
    path : Path
        On a cluster, every worker must see it under this name.
    """

    recipe: Recipe
    system: System
    path: Path


@dataclass(frozen=True)
class BuildReport:
    """The outcome of a build, by data set and system.

    Attributes
    ----------
    seconds : dict of (str, str) to float
        How long each group took that was built.
    failures : dict of (str, str) to str
        The reason for each that was not.
    """

    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)


def build_system(name: str, entry: str, wanted: Sequence[tuple[dict[str, Any], str]]) -> list[float | str]:
    """Build some data sets of one system; runs in any process that sees their folders.

    Parameters
    ----------
    name, entry : str
        The system, as its entry in JSON.
    wanted : sequence of (dict, str)
        The fields of each recipe, and where its group goes.

    Returns
    -------
    list of float or str
        For each, the seconds that it took, or why it failed.
    """
    system = System.from_entry(name, json.loads(entry))
    outcomes: list[float | str] = []
    for fields, path in wanted:
        begin = time.monotonic()
        try:
            recipe = Recipe.from_dict(fields)
            series = Series(recipe, system)
            if len(series.blocks) == 1:
                write_group(build(recipe, system), Path(path))
            else:
                write_series(series, Path(path))
            outcomes.append(time.monotonic() - begin)
        except DystsError as error:
            outcomes.append(str(error))
    return outcomes


def build_jobs(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    report: Callable[[str], None] | None = None,
) -> BuildReport:
    """Build groups, all of one system in one process; a group is there when it is complete.

    The numbers do not depend on the number of workers nor on where they are computed first.

    Parameters
    ----------
    jobs : sequence of Job
    workers : int
        Processes of this machine; with 1, this process does the work.
    scheduler : str, optional
        Address of a running dask scheduler, to be used instead.
    report : callable, optional
        Receives a line for each system.

    Returns
    -------
    BuildReport
        A group that failed does not stop the others.

    Raises
    ------
    StorageError
        If a folder cannot be written.
    NotSupportedError
        If a scheduler is given and `distributed` is not installed, or it cannot be reached.
    """
    by_system: dict[str, list[Job]] = {}
    for job in jobs:
        by_system.setdefault(job.system.name, []).append(job)
    for folder in {job.path.parent for job in jobs}:
        writable_folder(folder)
    tasks = [
        (name, json.dumps(group[0].system.to_entry()), [(job.recipe.to_dict(), str(job.path)) for job in group])
        for name, group in by_system.items()
    ]
    if scheduler is not None:
        finished = _on_cluster(tasks, scheduler)
    elif workers > 1 and len(tasks) > 1:
        finished = _on_processes(tasks, min(workers, len(tasks)))
    else:
        finished = _here(tasks)
    done = BuildReport()
    begin = time.monotonic()
    for count, (name, outcomes) in enumerate(finished, 1):
        told = []
        for position, job in enumerate(by_system[name]):
            outcome = outcomes if isinstance(outcomes, str) else outcomes[position]
            key = (job.recipe.name, name)
            if isinstance(outcome, str):
                done.failures[key] = outcome
                told.append(f"{job.recipe.name} failed: {outcome}")
            else:
                done.seconds[key] = outcome
        if report:
            spent = sum(done.seconds.get((job.recipe.name, name), 0.0) for job in by_system[name])
            left = (time.monotonic() - begin) / count * (len(tasks) - count)
            estimate = f", about {left:.0f} s left" if count < len(tasks) else ""
            report(f"{count}/{len(tasks)} {'; '.join([f'{name}: {spent:.1f} s', *told])}{estimate}")
    return done


_Task = tuple[str, str, list[tuple[dict[str, Any], str]]]
_Finished = Iterator[tuple[str, list[float | str] | str]]


def _here(tasks: Iterable[_Task]) -> _Finished:
    for task in tasks:
        yield task[0], build_system(*task)


def _on_processes(tasks: Sequence[_Task], workers: int) -> _Finished:
    """Run tasks in processes; if one dies, the rest goes on, and what was running is tried again alone."""
    waiting = {task[0]: task for task in tasks}
    alone = False
    while waiting:
        batch = list(waiting.values())[:1] if alone else list(waiting.values())
        with worker_pool(min(workers, len(batch))) as pool:
            running = {pool.submit(build_system, *task): task[0] for task in batch}
            broken = False
            for future in as_completed(running):
                name = running[future]
                try:
                    outcome: list[float | str] | str = future.result()
                except BrokenProcessPool:
                    broken = True
                    if not alone:
                        continue
                    outcome = "the process that built it was killed, perhaps for want of memory"
                del waiting[name]
                yield name, outcome
        alone = alone or broken


def _on_cluster(tasks: Sequence[_Task], scheduler: str) -> _Finished:
    try:
        import distributed
    except ImportError:
        raise NotSupportedError(
            f"--scheduler needs the package distributed: {install_command('cluster')} here and on the workers"
        ) from None
    try:
        client = distributed.Client(scheduler, timeout=ANSWER_WITHIN, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise NotSupportedError(f"no dask scheduler answers at {scheduler}: {error}") from None
    return _from_client(client, tasks)


def _from_client(client: Any, tasks: Sequence[_Task]) -> _Finished:
    import distributed

    with client:
        # Not pure: a group that was removed is to be built again by a cluster that has built it before.
        running = {client.submit(build_system, *task, pure=False): task[0] for task in tasks}
        for future in distributed.as_completed(running, loop=client.loop):
            error = future.exception()
            name = running[future]
            if error is None:
                yield name, future.result()
            elif isinstance(error, distributed.scheduler.KilledWorker):
                yield name, f"the workers that built it were killed ({error})"
            else:
                raise error
