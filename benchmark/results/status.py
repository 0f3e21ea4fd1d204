"""The progress of a run, read from its folder while it goes on or after it ended."""

import json
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmark.results.manifest import suite_of
from benchmark.results.reading import RUNNING, Results
from benchmark.running.progress import Costs, clock_text


@dataclass(frozen=True, kw_only=True)
class Status:
    """The state of a results folder.

    Attributes
    ----------
    cells : int
        Number of cells that the last command asked for.
    done : int
        Those that have ended, in whatever way.
    failed : dict of str to int
        Those of them without a forecast, by status.
    running : tuple of tuple
        Label and seconds so far of each cell in flight; empty if no process holds the folder.
    left : int
        Those that have not ended, the running ones among them.
    estimate : float
        Seconds until all have ended, from the seconds of the finished cells of each forecaster and the number of
        workers; NaN where nothing has finished.
    """

    cells: int
    done: int
    failed: dict[str, int]
    running: tuple[tuple[str, float], ...]
    left: int
    estimate: float

    def text(self) -> str:
        """Write the status for people, one line a fact."""
        failures = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in self.failed.items())
        lines = [
            f"done     {self.done} of {self.cells}",
            f"failed   {sum(self.failed.values())}" + (f" ({failures})" if failures else ""),
            f"running  {len(self.running)}",
            *(f"         {label}, {clock_text(seconds)}" for label, seconds in self.running),
            f"left     {self.left}" + (f", about {clock_text(self.estimate)}" if self.left else ""),
        ]
        return "\n".join(lines)


def status(folder: str | os.PathLike[str]) -> Status:
    """Read the state of a results folder without disturbing the run that holds it.

    Raises
    ------
    StorageError
        If the folder holds no results.
    """
    results = Results.load(folder)
    table, manifest = results.table, results.manifest
    counts = table["status"].value_counts().to_dict()
    failed = {str(name): int(count) for name, count in counts.items() if name not in ("ok", "unavailable")}
    costs = Costs()
    for name, seconds in zip(table["forecaster"], table["cell_seconds"], strict=True):
        costs.learn(str(name), float(seconds))
    sessions = list(manifest.get("sessions", [])) or [{}]
    workers = max(1, int(sessions[-1].get("workers", 1)))
    finished = Counter(table["forecaster"])
    asked = Counter(cell.forecaster for cell in suite_of(manifest).cells(seed=int(manifest["seed"])))
    left = {name: max(0, count - finished[name]) for name, count in asked.items()}
    estimate = sum(count * costs.expect(name) for name, count in left.items() if count) / workers
    return Status(
        cells=results.missing + len(table),
        done=len(table),
        failed=failed,
        running=_running(Path(folder)),
        left=results.missing,
        estimate=float(estimate),
    )


def _running(folder: Path) -> tuple[tuple[str, float], ...]:
    # The note of a killed run is out of date, which its free lock shows.
    if not _held(folder):
        return ()
    try:
        cells: list[dict[str, Any]] = json.loads((folder / RUNNING).read_text(encoding="utf-8"))
        now = datetime.now(UTC)
        return tuple(
            (str(cell["label"]), (now - datetime.fromisoformat(str(cell["begun"]))).total_seconds()) for cell in cells
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _held(folder: Path) -> bool:
    import fcntl

    try:
        with (folder / ".lock").open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
