"""Computes the properties of systems and writes them into a registry file, resumably and in parallel."""

import dataclasses
import hashlib
import json
import math
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from dysts.cache import cache_folder, writable_folder, write_atomically
from dysts.errors import DystsError
from dysts.integration.integrate import integrate
from dysts.invariants.lyapunov import conserves
from dysts.invariants.stored.effort import FULL, Effort
from dysts.invariants.stored.properties import compute_properties
from dysts.systems.kinds import MAP
from dysts.systems.registry import read_entries
from dysts.systems.registry_file import write_entries
from dysts.systems.system import System
from dysts.version import fingerprint
from dysts.workers.processes import worker_pool

PROBE_PERIODS = 20
"""Length in periods of the trajectory from which the cost of a system is estimated."""
MORE_COST_WHERE_CONSERVED = 5.0
"""Factor of the cost of conservative systems, whose tolerances are tighter and whose orbits are longer."""


FROM_THE_COLLECTION = ("category",)
"""Properties that are computed from all systems together, by `dysts categorise`, and are kept."""
COMPUTED_BY = ("compilation", "equations", "integration", "invariants", "solvers", "systems")
"""The rooms of the package whose sources decide about computed properties."""


def _digest(name: str, entry: Mapping[str, Any], effort: Effort) -> str:
    """Return the hash of the definition, the effort and the code, on which the properties depend."""
    facts = [name, entry["definition"], dataclasses.asdict(effort)]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    digest.update(fingerprint(*COMPUTED_BY).encode())
    return digest.hexdigest()[:20]


def _sentence(properties: Mapping[str, Any]) -> str:
    sentence = f"period {properties['period']['value']:.4g}, " if "period" in properties else ""
    spectrum = properties["lyapunov_spectrum"]
    sentence += f"largest exponent {spectrum['value'][0]:.4g} +- {spectrum['error'][0]:.1g}"
    return f"{sentence}, {properties['regime']['value']}"


def _annotate_one(name: str, entry: Mapping[str, Any], journal: str, effort: Effort) -> tuple[dict[str, Any], float]:
    """Return the properties of one system and the seconds they took; a later run finds them in the journal."""
    begin = time.monotonic()
    properties = compute_properties(System.from_entry(name, entry), effort=effort, threads=1)
    write_atomically(Path(journal), json.dumps(properties).encode())
    return properties, time.monotonic() - begin


def _computed(
    tasks: Mapping[str, tuple[Mapping[str, Any], str]], workers: int, effort: Effort
) -> Iterator[tuple[str, tuple[dict[str, Any], float] | str]]:
    """Yield properties and seconds, or the reason of a failure, by name.

    If a process is killed, the systems that were not finished are computed again, each in a process of its own, so that
    one that needs more memory than there is costs itself alone.
    """
    waiting = dict(tasks)
    alone = False
    while waiting:
        batch = list(waiting)[:1] if alone else list(waiting)
        with worker_pool(min(workers, len(batch))) as pool:
            running = {pool.submit(_annotate_one, name, *waiting[name], effort): name for name in batch}
            broken = False
            for done in as_completed(running):
                name = running[done]
                try:
                    found: tuple[dict[str, Any], float] | str = done.result()
                except DystsError as error:
                    found = str(error)
                except BrokenProcessPool:
                    broken = True
                    if not alone:
                        continue
                    found = "the process that computed it was killed, perhaps for want of memory"
                del waiting[name]
                yield name, found
        alone = alone or broken


def _known(journal: Path) -> dict[str, Any] | None:
    """Return the properties that an earlier run has computed; None if there are none, or their file is damaged."""
    try:
        properties: dict[str, Any] = json.loads(journal.read_text())
    except (OSError, ValueError):
        return None
    return properties


def _expected_cost(system: System) -> float:
    """Return the estimated cost: evaluations in twenty stored periods times the number of variables.

    It is zero for a map, whose properties take seconds. It is infinite without a stored period, so that a system of
    unknown cost comes first.
    """
    if system.kind == MAP:
        return 0.0
    if "period" not in system.properties:
        return math.inf
    probe = integrate(system, PROBE_PERIODS, step=system.period, rtol=1e-6, on_failure="keep", predictability=False)
    cost = float(probe.attrs["evaluations"]) * system.dimension
    return cost * MORE_COST_WHERE_CONSERVED if conserves(system) else cost


def _left(costs: Mapping[str, float], computed: Container[str], failed: Container[str], begin: float) -> str:
    """Return the expected time until the end in words; an empty string while no system is done."""
    known = {name: cost for name, cost in costs.items() if math.isfinite(cost)}
    done = sum(cost for name, cost in known.items() if name in computed or name in failed)
    left = sum(known.values()) - done
    if not done or not left:
        return ""
    return f", about {(time.monotonic() - begin) * left / done:.0f} s left"


def annotate(
    path: Path,
    names: Iterable[str] | None = None,
    *,
    workers: int = 1,
    effort: Effort = FULL,
    report: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """Recompute the properties of systems in a registry file, leaving every definition untouched.

    Finished systems are kept in the cache folder: a run that was killed goes on where it was. The file is
    replaced as a whole at the end.

    Parameters
    ----------
    path : Path
        The registry file; it must be writable.
    names : iterable of str, optional
        By default all.
    workers : int
        Number of processes.
    effort : Effort
        How much is computed.
    report : callable
        Receives one line for each finished system.

    Returns
    -------
    dict of str to str
        The reason for each system that failed; its old properties stay.

    Raises
    ------
    RegistryError
        If the file is malformed; nothing is computed then.
    """
    entries = read_entries(path)
    systems = {name: System.from_entry(name, entry) for name, entry in entries.items()}
    chosen = list(systems if names is None else names)
    folder = writable_folder(cache_folder() / "annotations")
    journals = {name: folder / f"{name}_{_digest(name, entries[name], effort)}.json" for name in chosen}
    computed: dict[str, dict[str, Any]] = {}
    for name, journal in journals.items():
        known = _known(journal)
        if known is not None:
            computed[name] = known
    costs = {name: _expected_cost(systems[name]) for name in chosen if name not in computed}
    # The longest first: started last, they would keep one worker busy alone.
    waiting = sorted(costs, key=lambda name: -costs[name])
    failures: dict[str, str] = {}
    begin = time.monotonic()
    for name, found in _computed({name: (entries[name], str(journals[name])) for name in waiting}, workers, effort):
        if isinstance(found, str):
            failures[name] = found
            outcome = f"failed: {found}"
        else:
            computed[name], seconds = found
            outcome = f"{_sentence(computed[name])}, {seconds:.0f} s"
        if report:
            count = len(computed) + len(failures)
            report(f"{count}/{len(chosen)} {name}: {outcome}{_left(costs, computed, failures, begin)}")
    for name, properties in computed.items():
        before = entries[name].get("properties", {})
        kept = {key: before[key] for key in FROM_THE_COLLECTION if key in before}
        entries[name] = {"definition": entries[name]["definition"], "properties": properties | kept}
    write_entries(path, entries)
    return failures
