"""Compares orbits that start elsewhere with the motion on a set: the same, another one, rest or escape."""

from dataclasses import dataclass

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.invariants.survival import AT_REST, escape_bound, first_orbit, followed_exponent, tolerance
from dysts.invariants.tangent_dynamics import follow_tangents
from dysts.systems.system import System

SPREAD = 2.0
"""Half the width of the box in which the orbits start, in standard deviations of the motion."""
SAME = 0.2
"""Largest relative difference of two exponents, beside three standard errors, that counts as the same motion."""
STEPS_PER_PERIOD = 3000
"""Limit on the mean number of steps in a period; an orbit far from the set that needs more is given up."""
BLOCKS = 20
"""Number of parts of the second half of each orbit, whose spread gives the error."""


@dataclass(frozen=True)
class Coexistence:
    """The outcomes of orbits that start elsewhere.

    Attributes
    ----------
    trajectories : int
        Number of orbits.
    periods : float
        Length of each orbit, of which the second half counts.
    outcomes : dict of str to int
        Number of orbits that show the ``same`` largest exponent, show ``other motion``, are ``at rest``, have
        ``escaped``, or were ``given up`` after too many steps.
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
    """Follow orbits from a box around the set of an entry, and compare their largest exponents with that of the set.

    Where energy or volume is conserved, orbits of another energy have other exponents.

    Parameters
    ----------
    system : System
        Without a delay and without jumps; with a positive exponent.
    trajectories : int
        Number of orbits; they start uniformly within two standard deviations of the mean of each component.
    periods : int
        Length of each orbit; growth in the second half counts.
    exponent : float, optional
        Largest exponent on the set, by default the stored one.
    period : float, optional
        Period of the system, by default the stored one.
    seed : int
        Seed of the starts and of the tangent vectors.
    threads : int, optional
        Number of threads, by default one per processor; the result does not depend on it.

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
