"""Runs the cells that a journal does not have yet; what the tracks beside the forecasting benchmark share."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from benchmark.results.journal import Journal, read_journal
from benchmark.running.job import CellOutcome, Job
from benchmark.running.processes import Scheduler

JOURNAL = "journal.jsonl"
"""Name of the file with a row for each finished cell."""
ENDED = ("ok", "unavailable")
"""Statuses of cells that are not run again when failed ones are."""


def run_missing(
    folder: Path,
    keys: Collection[str],
    *,
    jobs: Callable[[set[str]], Iterable[Job]],
    row: Callable[[CellOutcome], dict[str, Any]],
    scheduler: Scheduler,
    retry_failed: bool,
    say: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Run cells without a row, append a row for each as it ends, and return the rows of all.

    Parameters
    ----------
    folder : Path
        The results folder; created if need be.
    keys : collection of str
        Keys of the cells in the order of the table.
    jobs : callable
        Returns the jobs of the keys that it is given.
    row : callable
        Returns the row of an outcome; ``key`` and ``status`` are among its fields.
    scheduler : Scheduler
    retry_failed : bool
        Whether to run failed cells again.
    say : callable, optional
        Receives a line for each finished cell.

    Raises
    ------
    StorageError
        If the journal cannot be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with Journal(folder / JOURNAL) as journal:
        known = {str(each["key"]): each for each in journal.rows}
        waiting = {key for key in keys if key not in known or (retry_failed and known[key]["status"] not in ENDED)}
        for count, outcome in enumerate(scheduler.run(jobs(waiting)), start=1):
            made = row(outcome)
            journal.append(made)
            if say:
                say(f"{count}/{len(waiting)} {made['said']}" if "said" in made else f"{count}/{len(waiting)}")
    latest = {str(each["key"]): each for each in read_journal(folder / JOURNAL)}
    return [latest[key] for key in keys if key in latest]
