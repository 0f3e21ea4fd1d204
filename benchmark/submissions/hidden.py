"""Hidden tasks: a suite's windows with fresh starts, whose truth is published after the forecasts, and its hash before.

The starts follow from a secret seed on a part of each orbit that no named recipe reaches, so no published series holds
them. The truth is one NPZ file. Its hash stands in ``tasks.json``, which commits the publisher to it; a random number
in the file keeps anybody from confirming a guess by the hash.
"""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.submissions.exported_tasks import ExportedTasks, tasks_of
from benchmark.tasks.data import TaskData
from benchmark.tasks.oracle_start import OracleStart
from benchmark.tasks.suite import Suite
from benchmark.tasks.task import Task
from benchmark.tasks.truth import TruthStart, known_truth
from dysts.cache import write_atomically
from dysts.errors import InvalidArgumentError, unreadable
from dysts.systems.registry import Registry, registry_of

if TYPE_CHECKING:
    import xarray

SUFFIX = "-hidden"
"""End of the name of the recipe of hidden tasks, so that they are other tasks than the public ones."""
AFTER = 10_000.0
"""Periods of the orbit before the first start, behind all of the named recipes."""
LARGEST_FILE = 2_000_000_000
"""Bytes of the largest truth that is read."""
_ABOUT = "about"
"""Name of the entry that holds everything but the arrays, as JSON text."""
_REASON = "the task is hidden"


def hidden_tasks(
    suite: Suite,
    *,
    seed: int | None = None,
    registry: Registry | None = None,
    systems: list[str] | None = None,
    trajectories: int | None = None,
) -> ExportedTasks:
    """Return the tasks of a suite with fresh starts, with the truth from the equations.

    Parameters
    ----------
    suite : Suite
        Without series of one's own.
    seed : int, optional
        Secret seed of the starts; drawn by the operating system where it is not given.
    registry : Registry, optional
        Holds systems beside those of the package.
    systems : list of str, optional
        Systems in place of those of the suite.
    trajectories : int, optional
        Number of trajectories of each system, in place of that of the suite.

    Raises
    ------
    InvalidArgumentError
        If the suite has series of one's own, which have no fresh starts.
    """
    if suite.series:
        raise InvalidArgumentError(f"a hidden suite must have no series of one's own, got {suite.series[0].name!r}")
    secret = secrets.randbits(62) if seed is None else seed
    variants = tuple(
        {**variant, "recipe": f"{variant['recipe']}{SUFFIX}"} if "recipe" in variant else variant
        for variant in suite.variants
    )
    fresh = replace(suite, name=f"{suite.name}{SUFFIX}", recipe=f"{suite.recipe}{SUFFIX}", variants=variants)
    tasks = tasks_of(
        fresh,
        systems=systems,
        trajectories=trajectories,
        open_dataset=_fresh_data(secret, registry),
        registry=registry,
    )
    return replace(tasks, data={task: _solved(task, data) for task, data in tasks.data.items()}, solved=True)


def write_truth(tasks: ExportedTasks, path: Path) -> str:
    """Write the truth of tasks into one NPZ file, and return its hash, which is what is published first.

    Parameters
    ----------
    tasks : ExportedTasks
    path : Path
        The file, whose name ends in ``.npz``.
    """
    about = {
        "salt": secrets.token_hex(32),
        "suite": tasks.suite.to_dict(),
        "tasks": [
            {"task": task.to_dict(), **_scalars(data), "components": list(data.components)}
            for task, data in tasks.data.items()
        ],
    }
    arrays: dict[str, Any] = {_ABOUT: np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)}
    for task, data in tasks.data.items():
        arrays |= {f"{task.digest}-{name}": getattr(data, name) for name in ("train", "truth", "scale")}
        if data.size is not None:
            arrays[f"{task.digest}-size"] = data.size
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_atomically(path, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def read_truth(path: Path) -> tuple[ExportedTasks, str]:
    """Read the tasks and the hash of a file that `write_truth` wrote.

    Raises
    ------
    StorageError
        If it cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise OSError(f"it has more than {LARGEST_FILE} bytes")
        content = path.read_bytes()
        arrays = np.load(io.BytesIO(content), allow_pickle=False)
        about = json.loads(arrays[_ABOUT].tobytes())
        suite = Suite.from_dict(about["suite"])
        data = {}
        for entry in about["tasks"]:
            task = Task.from_dict(entry["task"])
            data[task] = _data(entry, arrays, task.digest)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile, EOFError) as error:
        raise unreadable(path, error, what="the truth of hidden tasks") from error
    return ExportedTasks(suite=suite, data=data, solved=True), hashlib.sha256(content).hexdigest()


def _fresh_data(secret: int, registry: Registry | None) -> Callable[..., "Mapping[str, xarray.Dataset]"]:
    from dysts.datasets.build import build
    from dysts.datasets.named_recipes import get_recipe

    def open_fresh(recipe: str, *, systems: list[str]) -> "Mapping[str, xarray.Dataset]":
        public = get_recipe(recipe.removesuffix(SUFFIX))
        fresh = replace(public, name=recipe, seed=secret, after=public.after + AFTER)
        return {name: build(fresh, registry_of(registry).find(name)) for name in systems}

    return open_fresh


def _solved(task: Task, data: TaskData) -> TaskData:
    found = known_truth(task.system, data.truth_start, data.truth, step=data.step, components=data.components)
    return replace(
        data,
        truth=found.values,
        truth_end=found.end,
        oracle=OracleStart(reason=_REASON),
        truth_start=TruthStart(reason=_REASON),
    )


_NUMBERS = ("step", "lyapunov_exponent", "lyapunov_exponent_error", "truth_end")


def _scalars(data: TaskData) -> dict[str, Any]:
    # Texts, as JSON has no numbers that are not finite.
    numbers = {name: repr(float(getattr(data, name))) for name in _NUMBERS}
    return {
        **numbers,
        "season_length": data.season_length,
        "regime": data.regime,
        "responding": list(data.responding),
        "sha256": data.sha256,
    }


def _data(entry: Mapping[str, Any], arrays: Mapping[str, Any], digest: str) -> TaskData:
    size = f"{digest}-size"
    return TaskData(
        train=np.asarray(arrays[f"{digest}-train"], dtype=np.float64),
        truth=np.asarray(arrays[f"{digest}-truth"], dtype=np.float64),
        scale=np.asarray(arrays[f"{digest}-scale"], dtype=np.float64),
        size=np.asarray(arrays[size], dtype=np.float64) if size in arrays else None,
        components=tuple(str(name) for name in entry["components"]),
        season_length=int(entry["season_length"]),
        regime=str(entry["regime"]),
        responding=tuple(int(place) for place in entry["responding"]),
        sha256=str(entry["sha256"]),
        step=float(entry["step"]),
        lyapunov_exponent=float(entry["lyapunov_exponent"]),
        lyapunov_exponent_error=float(entry["lyapunov_exponent_error"]),
        truth_end=float(entry["truth_end"]),
        oracle=OracleStart(reason=_REASON),
        truth_start=TruthStart(reason=_REASON),
    )
