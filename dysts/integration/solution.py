"""The result of the compiled loops: trajectories and the status with which each ended."""

from collections.abc import Sequence

import numpy as np

from dysts.checks import check_memory


class Solution:
    """Trajectories with their ends; rows after the last time that was reached hold NaN.

    Parameters
    ----------
    trajectories, times, components, events : int
        The shapes below.
    blank : bool
        Whether the values are NaN from the start; if not, `erase` is left to the loop that computes them.

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
        check_memory(trajectories * (times + events) * components, "the trajectories")
        self.values = np.empty((trajectories, times, components))
        if blank:
            self.erase(0, trajectories)
        self.status = np.zeros(trajectories, dtype=np.int64)
        self.reached = np.zeros(trajectories)
        self.counts = np.zeros((trajectories, 3), dtype=np.int64)
        self.found = np.zeros(trajectories, dtype=np.int64)
        self.event_times = np.empty((trajectories, events))
        self.event_states = np.empty((trajectories, events, components))
        if events:
            self.event_times[:] = np.nan
            self.event_states[:] = np.nan

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
