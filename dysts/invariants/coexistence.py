"""What becomes of orbits that start elsewhere: the same motion, another one, rest or escape."""

from dataclasses import dataclass

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.invariants.survival import AT_REST, escape_bound, first_orbit, followed_exponent, tolerance
from dysts.invariants.tangent_dynamics import follow_tangents
from dysts.systems.system import System

SPREAD = 2.0
"""Standard deviations around the mean of the motion within which the orbits start."""
SAME = 0.2
"""Relative difference of two exponents that still counts as the same motion, beside three standard errors."""
STEPS_PER_PERIOD = 3000
"""At most, on average; an orbit that needs more, far from the set, is given up."""
BLOCKS = 20
"""Into which the second half of each orbit is cut, for the error."""


@dataclass(frozen=True)
class Coexistence:
    """How orbits from elsewhere end.

    Attributes
    ----------
    trajectories : int
    periods : float
        Length of each; the second half counts.
    outcomes : dict of str to int
        How many show the ``same`` largest exponent, ``other motion``, are ``at rest``, ``escaped``, or were
        ``given up``, as they took too many steps.
    other_exponents : tuple of float
        Largest exponents of the other motion, per unit of time, in rising order.
    """

    trajectories: int
    periods: float
    outcomes: dict[str, int]
    other_exponents: tuple[float, ...]

    @property
    def same(self) -> float:
        """The share of orbits that show the same motion in the end."""
        return self.outcomes.get("same", 0) / self.trajectories


def coexistence(
    system: System,
    *,
    trajectories: int = 32,
    periods: int = 2000,
    exponent: float | None = None,
    period: float | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> Coexistence:
    """Follow orbits from a box around the set that the entry is about, and compare their largest exponents with its.

    Where energy or volume is conserved, orbits from elsewhere have other exponents by right.

    Parameters
    ----------
    system : System
        Without a delay and without jumps; with a positive exponent.
    trajectories : int
        Orbits; they start uniformly within two standard deviations of the mean of each component.
    periods : int
        Length of each; growth in the second half counts.
    exponent : float, optional
        Largest exponent on the set, by default the stored one.
    period : float, optional
        By default the stored one.
    seed : int
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    Coexistence

    Raises
    ------
    NotSupportedError
        If the system has a delay or jumps, or its exponent is not positive.

    Examples
    --------
    >>> import dysts
    >>> coexistence(dysts.get_system("Rossler"), trajectories=4, periods=400).outcomes.keys() <= {"same", "escaped"}
    True
    """
    from dysts.solvers.status import Status

    reference, unit = followed_exponent(system, exponent, period)
    half = check_count("periods", periods) / 2.0
    first = first_orbit(system, unit)
    box = np.random.default_rng(seed).uniform(
        -SPREAD, SPREAD, (check_count("trajectories", trajectories), system.dimension)
    )
    growth, endings = follow_tangents(
        system,
        first.mean(axis=0) + box * first.std(axis=0),
        1,
        discard=half * unit,
        interval=check_positive("interval", half * unit / BLOCKS),
        intervals=BLOCKS,
        rtol=tolerance(system),
        seed=seed,
        maximum_steps=int(STEPS_PER_PERIOD * 2.0 * half),
        bound=escape_bound(system, first),
        threads=threads,
    )
    outcomes: dict[str, int] = {}
    others: list[float] = []
    for logarithms, (status, _) in zip(growth[:, :, 0], endings, strict=True):
        rates = logarithms / (half * unit / BLOCKS)
        mean, error = float(rates.mean()), float(rates.std(ddof=1)) / np.sqrt(BLOCKS)
        if status == Status.TOO_MANY_STEPS:
            outcome = "given up"
        elif status:
            outcome = "escaped"
        elif abs(mean - reference) <= SAME * reference + 3.0 * error:
            outcome = "same"
        elif system.driving_phase is None and mean * unit < AT_REST:
            outcome = "at rest"
        else:
            outcome = "other motion"
            others.append(mean)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return Coexistence(len(endings), 2.0 * half, outcomes, tuple(sorted(others)))
