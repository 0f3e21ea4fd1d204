"""The processes below a process: find them, add up their memory, end them all."""

import os
import signal
from contextlib import suppress
from pathlib import Path

_ROUNDS = 100
"""Rounds of stopping what has been started meanwhile; each round finds only processes younger than the last."""


def descendants(process: int) -> list[int]:
    """Return the processes below a process, parents first; empty where the system does not list them.

    Processes that detached themselves are found if the process is the reaper of its orphans.
    """
    found: list[int] = []
    left = [process]
    while left:
        children = [child for child in _children(left.pop()) if child not in found]
        found += children
        left += children
    return found


def resident_mb(process: int) -> float:
    """Return the resident memory of a process and of all below it, in MiB.

    Memory that processes share is counted once where the system tells, as a child begins with all of its parent's.
    """
    below = descendants(process)
    if not below:
        return _resident_mb(process)
    return sum(_proportional_mb(each) for each in (process, *below))


def end_all(process: int) -> None:
    """Kill a process and all below it, however fast they start others."""
    known: list[int] = []
    # A stopped process starts none, so each round stops those that slipped through the last one.
    for _ in range(_ROUNDS):
        fresh = [each for each in (process, *descendants(process)) if each not in known]
        if not fresh:
            break
        for each in fresh:
            _send(each, signal.SIGSTOP)
        known += fresh
    for each in reversed(known):
        _send(each, signal.SIGKILL)


def _send(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _children(process: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError, ValueError):
            found += [int(text) for text in path.read_text(encoding="ascii").split()]
    return found


def _resident_mb(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _proportional_mb(process: int) -> float:
    with suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return _resident_mb(process)
