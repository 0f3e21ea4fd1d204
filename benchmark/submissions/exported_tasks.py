"""Tasks for others: the windows to fit on, with hashes and without truth, in a folder that any language reads."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.running.planning import OpenDataset, task_data
from benchmark.submissions.declaration import FILE, FORMAT, KINDS
from benchmark.submissions.formats import write_series
from benchmark.tasks.data import TaskData
from benchmark.tasks.suite import Suite
from benchmark.tasks.task import Task
from benchmark.values import canonical_json
from dysts.cache import cannot_write, write_atomically
from dysts.errors import StorageError
from dysts.systems.registry import Registry
from dysts.version import __version__

TASKS = "tasks.json"
"""Name of the file that lists the tasks."""
STEM = "train"
"""First part of the names of the files that hold the windows."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExportedTasks:
    """The tasks of a suite with their data, and the hash that stands for them.

    Attributes
    ----------
    suite : Suite
    data : mapping of Task to TaskData
    narrowed_systems : tuple of str
        The systems, where they are not those of the named suite; else empty.
    narrowed_trajectories : int or None
        The trajectories of each system, where they are not those of the named suite.
    solved : bool
        Whether the truths are those from the equations already, with their ends.
    registry : Registry or None
        Holds systems beside those of the package.
    """

    suite: Suite
    data: Mapping[Task, TaskData]
    narrowed_systems: tuple[str, ...] = ()
    narrowed_trajectories: int | None = None
    solved: bool = False
    registry: Registry | None = None

    def entries(self) -> list[dict[str, Any]]:
        """Return what a stranger needs to know of each task, as JSON values."""
        return [
            {
                "task": task.digest,
                "system": task.system,
                "trajectory": task.trajectory,
                "components": list(data.components),
                "train_length": len(data.train),
                "horizon": len(data.truth),
                "step": data.step,
                "points_per_period": data.season_length,
                "train_sha256": sha256(data.train),
            }
            for task, data in self.data.items()
        ]

    @property
    def sha256(self) -> str:
        """Hash of the tasks and their windows, the same on every machine that has the same data."""
        return hashlib.sha256(canonical_json({"tasks": self.entries()}).encode()).hexdigest()

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Points and components of the forecast of each task, by its digest."""
        return {task.digest: data.truth.shape for task, data in self.data.items()}

    @property
    def components(self) -> dict[str, tuple[str, ...]]:
        """Names of the components of each task, by its digest."""
        return {task.digest: data.components for task, data in self.data.items()}


def tasks_of(
    suite: Suite,
    *,
    systems: Sequence[str] | None = None,
    trajectories: int | None = None,
    open_dataset: OpenDataset | None = None,
    registry: Registry | None = None,
) -> ExportedTasks:
    """Return the tasks of a suite with their data.

    Parameters
    ----------
    suite : Suite
    systems : sequence of str, optional
        Systems in place of those of the suite.
    trajectories : int, optional
        Number of trajectories of each system, in place of that of the suite.
    open_dataset : callable, optional
        See `benchmark.run`.
    registry : Registry, optional
        Holds systems beside those of the package.

    Raises
    ------
    UnknownNameError
        If a system, recipe or component is not known.
    InvalidArgumentError
        If the data are not usable or too short.
    """
    chosen = suite.narrowed(systems=systems, trajectories=trajectories)
    return ExportedTasks(
        suite=chosen,
        data=task_data(chosen, open_dataset=open_dataset, registry=registry),
        narrowed_systems=() if chosen.systems == suite.systems else chosen.systems,
        narrowed_trajectories=None if chosen.trajectories == suite.trajectories else chosen.trajectories,
        registry=registry,
    )


def check_new_folder(folder: str | os.PathLike[str]) -> Path:
    """Raise `StorageError` unless a folder does not exist yet or is empty, before any work for it is done."""
    target = Path(folder)
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise cannot_write(target, error) from error
    if taken:
        raise StorageError(f"the folder for the tasks must be a new or empty one, and {target} holds something")
    return target


def export_tasks(
    tasks: ExportedTasks, folder: str | os.PathLike[str], *, extra: Mapping[str, Any] | None = None
) -> Path:
    """Write the windows to fit on, their list, and a declaration to fill in.

    The folder gets ``tasks.json``, the windows as ``train.npz``, ``train.parquet`` and ``train-csv/``, and
    ``submission.json``. It holds no truth.

    Parameters
    ----------
    tasks : ExportedTasks
    folder : path
        Does not exist yet, or is empty.
    extra : mapping, optional
        Further fields of ``tasks.json``.

    Raises
    ------
    StorageError
        If the folder holds something or cannot be written.
    """
    target = check_new_folder(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        write_series(target, STEM, {task.digest: data.train for task, data in tasks.data.items()}, tasks.components)
        write_atomically(target / TASKS, _json({**_manifest(tasks), **(extra or {})}))
        write_atomically(target / FILE, _json(_blank_declaration(tasks)))
    except StorageError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error
    return target


def _manifest(tasks: ExportedTasks) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "sha256": tasks.sha256,
        "suite": tasks.suite.name,
        "systems": list(tasks.suite.systems),
        "trajectories": tasks.suite.trajectories,
        "package": f"dysts {__version__}",
        "tasks": tasks.entries(),
    }


def _blank_declaration(tasks: ExportedTasks) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": "",
        "authors": "",
        "kind": f"one of {', '.join(KINDS)}",
        "suite": tasks.suite.name,
        "tasks": tasks.sha256,
        "systems": list(tasks.narrowed_systems),
        "trajectories": tasks.narrowed_trajectories,
        "code": "",
        "licence": "",
        "hardware": "",
        "seconds": None,
        "trained_on": [],
        "seen_systems": [],
    }


def _json(values: Mapping[str, Any] | Sequence[Any]) -> bytes:
    return (json.dumps(values, indent=1) + "\n").encode()


def sha256(values: np.ndarray) -> str:
    """Return the hash of numbers, float64 of any shape, in the order and form of every machine."""
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<f8").tobytes()).hexdigest()
