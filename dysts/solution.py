"""What the compiled drivers return: numbers, and how each trajectory ended."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dysts.clocks import check_count


class Solution:
    """Trajectories with their ends; rows after the last time that was reached hold NaN.

    Parameters
    ----------
    trajectories, times, components, events : int
        The shapes below.
    blank : bool
        Whether the values are NaN from the start; if not, `erase` is left to whoever computes them.

    Attributes
    ----------
    values : float64 [trajectory, time, component]
    status : int64 [trajectory]
        A `dysts.solvers.status.Status`.
    reached : float64 [trajectory]
        The time up to which the trajectory was computed.
    counts : int64 [trajectory, 3]
        Accepted steps, rejected steps, evaluations of the right-hand side.
    found : int64 [trajectory]
        Number of events recorded.
    event_times : float64 [trajectory, event]
    event_states : float64 [trajectory, event, component]
    """

    def __init__(self, trajectories: int, times: int, components: int, events: int = 0, *, blank: bool = True) -> None:
        self.values = np.empty((trajectories, times, components))
        if blank:
            self.erase(0, trajectories)
        self.status = np.zeros(trajectories, dtype=np.int64)
        self.reached = np.zeros(trajectories)
        self.counts = np.zeros((trajectories, 3), dtype=np.int64)
        self.found = np.zeros(trajectories, dtype=np.int64)
        self.event_times = np.full((trajectories, events), np.nan)
        self.event_states = np.full((trajectories, events, components), np.nan)

    def erase(self, first: int, last: int) -> None:
        """Set the values of the trajectories ``first <= case < last`` to NaN, as long as none is computed."""
        self.values[first:last] = np.nan


def join(parts: Sequence[Solution]) -> Solution:
    """Return the trajectories of all parts as one solution."""
    if len(parts) == 1:
        return parts[0]
    whole = Solution.__new__(Solution)
    for name in vars(parts[0]):
        setattr(whole, name, np.concatenate([getattr(part, name) for part in parts]))
    return whole


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
        check_count(threads, "threads")
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
