"""Slices of the cases over threads, and how many processors there are."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dysts.checks import check_count


def in_threads(solve: Callable[[int, int], None], cases: int, threads: int | None, *, together: int = 1) -> None:
    """Call ``solve(first, last)`` over slices of the cases, one for each thread; it must release the lock inside.

    Parameters
    ----------
    solve : callable
        Handles the cases ``first <= case < last`` and writes each result to its own place.
    cases : int
    threads : int or None
        By default one per processor that this process may use.
    together : int
        So many cases side by side take hardly longer than one, so slices are not made smaller without need.
    """
    if threads is not None:
        check_count("threads", threads)
    workers = 1 if cases == 1 else min(cases, processors() if threads is None else threads)
    if workers == 1:
        solve(0, cases)
        return
    # More slices than threads, so that a slow one does not make the others wait; where cases go side by side, each
    # slice has enough to fill the places of those that end.
    fewest = min(workers, -(-cases // together))
    slices = max(fewest, min(8 * workers, cases if together == 1 else cases // (4 * together)))
    bounds = np.unique(np.linspace(0, cases, slices + 1).astype(int))
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(solve, bounds[:-1].tolist(), bounds[1:].tolist()))


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
