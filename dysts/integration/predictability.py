"""The predictable time of a trajectory, measured by integrating it at two tolerances."""

import math
from collections.abc import Callable

import numpy as np

from dysts.integration.solution import Solution
from dysts.systems.system import System

AGREEMENT = 0.01
"""The difference, in units of the standard deviation of the trajectory, at which two solutions part."""
FACTOR = 10.0
"""Ratio of the two tolerances."""


def worth_measuring(system: System, times: np.ndarray, relative: float) -> bool:
    """Whether chaos may amplify errors of the size of the tolerance to one percent within these times.

    Half of the time that the largest exponent gives is left as a margin, as errors grow unevenly; where the exponent
    is not known, it may be anything.
    """
    if "lyapunov_spectrum" not in system.properties:
        return True
    return bool(abs(times[-1] - times[0]) * system.lyapunov_exponent > 0.5 * math.log(AGREEMENT / relative))


def predictable_until(
    system: System,
    times: np.ndarray,
    solution: Solution,
    again: Callable[[float], Solution],
    relative: float,
    smallest: float,
) -> float:
    """Return the last time up to which two tolerances agree to one percent.

    Parameters
    ----------
    system : System
        Its observables are compared, so that angles and phases count modulo a turn.
    times : float64 [time]
    solution : Solution
        One trajectory.
    again : callable
        Computes the trajectory with another relative tolerance.
    relative, smallest : float
        The tolerance of the solution, and the smallest that is allowed.
    """
    other = relative / FACTOR if relative / FACTOR >= smallest else relative * FACTOR
    mine, theirs = system.observe(solution.values[0]), system.observe(again(other).values[0])
    finite = np.isfinite(mine).all(axis=1) & np.isfinite(theirs).all(axis=1)
    if not finite.any():
        return float(times[0])
    # A state that blows up has no square in double precision.
    largest = max(float(np.abs(mine[finite]).max()), 1e-300)
    scale = (mine[finite] / largest).std(axis=0) * largest
    # A component that stands still has no scale of its own, and where all do, as in a single point, their size counts.
    scale = np.where(scale > 0.0, scale, float(scale.max()) or largest)
    # A component that blows up differs by more than a double can hold, which is infinitely much.
    with np.errstate(over="ignore", invalid="ignore"):
        difference = np.sqrt((((mine - theirs) / scale) ** 2).mean(axis=1))
    apart = np.flatnonzero(~finite | ~(difference <= AGREEMENT))
    if apart.size == 0:
        return float(times[-1])
    return float(times[max(int(apart[0]) - 1, 0)])
