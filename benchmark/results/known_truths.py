"""The truths of a run: taken from its folder where they are known, computed and stored where they are not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmark.results.cell_row import truth_attributes
from benchmark.results.reading import read_array
from benchmark.results.writing import ResultsWriter
from benchmark.running.planning import PlannedCell
from benchmark.tasks.data import TaskData
from benchmark.tasks.task import Task
from benchmark.tasks.truth import TRUTH_VERSION, known_truth
from dysts.errors import StorageError


def with_known_truths(
    planned: Sequence[PlannedCell], writer: ResultsWriter, say: Callable[[str], None]
) -> list[PlannedCell]:
    """Return planned cells whose data hold the truth with its end, after storing what was not stored yet.

    Parameters
    ----------
    planned : sequence of PlannedCell
    writer : ResultsWriter
        Of the results folder.
    say : callable
        Called with sentences for people.
    """
    entries = {entry.cell.task: entry for entry in planned}
    stored = {task: _stored(entry, writer) for task, entry in entries.items()}
    unknown = [task for task, data in stored.items() if data is None]
    if any(not entries[task].data.truth_start.reason for task in unknown):
        say(f"solving the equations of {len(unknown)} forecast windows for their truth")
    data: dict[Task, TaskData] = {task: known for task, known in stored.items() if known is not None}
    for task in unknown:
        entry = entries[task]
        own = entry.data
        found = known_truth(task.system, own.truth_start, own.truth, step=own.step, components=own.components)
        data[task] = replace(entry.data, truth=found.values, truth_end=found.end)
        attributes = {**truth_attributes(replace(entry, data=data[task])), "truth": found.told}
        writer.write_truth(task.digest, found.values, {**attributes, "truth_version": TRUTH_VERSION})
    return [replace(entry, data=data[entry.cell.task]) for entry in planned]


def _stored(entry: PlannedCell, writer: ResultsWriter) -> TaskData | None:
    digest = entry.cell.task.digest
    attributes = writer.truth_of(digest)
    if attributes.get("truth_version") != TRUTH_VERSION or attributes.get("sha256") != entry.data.sha256:
        return None
    try:
        values, _ = read_array(writer.folder, "truth", digest)
        known = replace(entry.data, truth=values, truth_end=float(attributes["truth_end"]))
    except (StorageError, KeyError, ValueError):
        return None
    same = {name: attributes.get(name) for name in ("step", "components", "responding")}
    wanted = truth_attributes(entry)
    return known if len(values) == len(entry.data.truth) and same == {name: wanted[name] for name in same} else None
