"""Finds out from amplitudes whether orbits settle on regular motion.

Tangent vectors are not defined across jumps of the right-hand side. The standard deviation of an orbit in successive
windows is: it varies for chaos and is constant for a periodic oscillation.
"""

import numpy as np

from dysts.checks import check_count
from dysts.integration.integrate import integrate
from dysts.invariants.survival import SETTLED, Survival, first_orbit, starts_near
from dysts.systems.system import System

WINDOW = 20
"""Length of a window in periods; a standard deviation is taken in each."""
POINTS_PER_PERIOD = 25
"""Number of points in a period."""
CONSTANT = 0.02
"""Largest relative change of the standard deviation that counts as none."""
RTOL = 1e-9
"""Relative tolerance of the integration."""


def survival_by_amplitude(
    system: System,
    *,
    trajectories: int = 8,
    periods: int = 2000,
    period: float | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> Survival:
    """Follow orbits from near the stored initial condition and record when their amplitudes become constant.

    An orbit has left a chaotic set when the standard deviations of all components in windows of 20 periods stay within
    2 % of those of the last window until the end, for at least 400 periods.

    Parameters
    ----------
    system : System
        Without a delay.
    trajectories : int
        Number of orbits; they start a thousandth of the standard deviation apart.
    periods : int
        Length of each orbit.
    period : float, optional
        Period of the system, by default the stored one.
    seed : int
        Seed of the starts.
    threads : int, optional
        Number of threads, by default one per processor; the result does not depend on it.

    Returns
    -------
    Survival
        Every orbit that left counts as ``other motion``, without an exponent.

    Examples
    --------
    >>> import dysts
    >>> survival_by_amplitude(dysts.get_system("Lorenz"), trajectories=2, periods=800).surviving
    1.0
    """
    unit = system.period if period is None else period
    windows = max(SETTLED + 1, check_count("periods", periods) // WINDOW)
    starts = starts_near(system, first_orbit(system, unit), check_count("trajectories", trajectories), seed)
    observed = [
        system.observe(
            integrate(
                system,
                windows * WINDOW * POINTS_PER_PERIOD,
                step=unit / POINTS_PER_PERIOD,
                initial_conditions=state,
                rtol=RTOL,
                maximum_steps=1_000_000_000,
                predictability=False,
                threads=threads,
            ).values
        )
        for state in starts
    ]
    spreads = np.array([series.reshape(windows, WINDOW * POINTS_PER_PERIOD, -1).std(axis=1) for series in observed])
    lifetimes = [float(left * WINDOW) for left in map(settled_at, spreads) if left is not None]
    return Survival(
        trajectories=len(spreads),
        periods=float(windows * WINDOW),
        lifetimes=tuple(lifetimes),
        afterwards={"other motion": len(lifetimes)} if lifetimes else {},
        exponent_afterwards=float("nan"),
    )


def settled_at(spreads: np.ndarray) -> int | None:
    """Return the first window from which the spreads, float64 [window, component], are those of the last one."""
    changed = (np.abs(spreads - spreads[-1]) > CONSTANT * np.abs(spreads[-1])).any(axis=1)
    still = np.flatnonzero(changed)
    left = int(still[-1]) + 1 if still.size else 0
    return left if len(spreads) - left >= SETTLED else None
