"""Whether orbits stay on the set that an entry is about, for how long, and what becomes of them.

References
----------
T. Tel, Y.-C. Lai, Transient Chaos, Springer (2011), chapter 1 (exponential lifetimes and their mean).
"""

from dataclasses import dataclass

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import NotSupportedError
from dysts.integration.attractor import PERTURBATION
from dysts.integration.integrate import integrate
from dysts.invariants.jumps import has_jumps
from dysts.invariants.lyapunov import conserves
from dysts.invariants.tangent_dynamics import follow_tangents
from dysts.systems.system import System

BLOCK = 50
"""Periods over which growth is averaged before it is compared."""
BLOCKS_IN_A_ROW = 10
CHANGED = 0.5
"""Of the exponent on the set; an orbit whose growth stays below has left the set."""
SETTLED = 20
"""Blocks without change at the end that are needed to say that an orbit has left for good."""
RTOL = 1e-6
"""Lifetimes do not tell it from 1e-8: of 64 orbits each they agree within their errors for Coullet, Sakarya, HyperLu,
PanXuZhou and Bouali, in half the time."""
CONSERVING_RTOL = 1e-8
"""Where nothing damps the drift of conserved quantities; with the other, an orbit of BlinkingRotlet, whose domain is
bounded, ended at the singular coordinates of its centre."""
ESCAPED, DRIFTED = 1e3, 1e6
"""Times the largest value of the first trajectory; the larger one where coordinates are angles, which may drift."""
MOST_STEPS = 1_000_000_000
SIZE_PERIODS = 10
AT_REST = -1e-3
"""Per period; a largest exponent below, of an autonomous flow, belongs to a fixed point."""


@dataclass(frozen=True)
class Survival:
    """How an ensemble of orbits leaves a set.

    Attributes
    ----------
    trajectories : int
    periods : float
        Length of each, at most.
    lifetimes : tuple of float
        Periods after which orbits left, those that did.
    afterwards : dict of str to int
        What became of them: ``at rest``, ``escaped``, or ``other motion``.
    exponent_afterwards : float
        Mean largest exponent of the other motion, per unit of time; NaN without such.
    """

    trajectories: int
    periods: float
    lifetimes: tuple[float, ...]
    afterwards: dict[str, int]
    exponent_afterwards: float

    @property
    def surviving(self) -> float:
        """The share of orbits that stayed."""
        return 1.0 - len(self.lifetimes) / self.trajectories

    @property
    def mean_lifetime(self) -> float:
        """Maximum-likelihood mean of an exponential distribution, in periods; infinite if no orbit left."""
        if not self.lifetimes:
            return float("inf")
        stayed = (self.trajectories - len(self.lifetimes)) * self.periods
        return (sum(self.lifetimes) + stayed) / len(self.lifetimes)


def survival(
    system: System,
    *,
    trajectories: int = 8,
    periods: int = 100_000,
    exponent: float | None = None,
    period: float | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> Survival:
    """Follow orbits from the neighbourhood of the stored initial condition for a long time.

    An orbit has left when it diverges, or when the growth of a tangent vector, averaged over 500 periods at a time,
    stays below half of the exponent for the rest of the time.

    Parameters
    ----------
    system : System
        Without a delay and without jumps; with a positive exponent.
    trajectories : int
        Orbits; they start a thousandth of the standard deviation apart.
    periods : int
        Length of each.
    exponent : float, optional
        Largest exponent on the set, by default the stored one.
    period : float, optional
        By default the stored one.
    seed : int
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    Survival

    Raises
    ------
    NotSupportedError
        If the system has a delay or jumps, or its exponent is not positive.

    Examples
    --------
    >>> import dysts
    >>> survival(dysts.get_system("Lorenz"), trajectories=2, periods=2000).surviving
    1.0
    """
    reference, unit = followed_exponent(system, exponent, period)
    blocks = max(SETTLED, check_count("periods", periods) // BLOCK)
    interval = BLOCK * unit
    first = first_orbit(system, unit)
    states = starts_near(system, first, check_count("trajectories", trajectories), seed)
    growth, endings = follow_tangents(
        system,
        states,
        1,
        discard=0.0,
        interval=interval,
        intervals=blocks,
        rtol=tolerance(system),
        seed=seed,
        maximum_steps=MOST_STEPS,
        bound=escape_bound(system, first),
        threads=threads,
    )
    lifetimes: list[float] = []
    afterwards: dict[str, int] = {}
    later: list[float] = []
    for rates, (status, reached) in zip(growth[:, :, 0] / interval, endings, strict=True):
        if status:
            # What happened before the divergence may already have been another motion; it is not told apart here.
            lifetimes.append(reached / unit)
            fate = "escaped"
        else:
            left = _left_at(rates, reference)
            if left is None:
                continue
            lifetimes.append(float(left * BLOCK))
            after = float(rates[left:].mean())
            resting = system.driving_phase is None and after * unit < AT_REST
            fate = "at rest" if resting else "other motion"
            if not resting:
                later.append(after)
        afterwards[fate] = afterwards.get(fate, 0) + 1
    return Survival(
        trajectories=len(states),
        periods=float(blocks * BLOCK),
        lifetimes=tuple(lifetimes),
        afterwards=afterwards,
        exponent_afterwards=float(np.mean(later)) if later else float("nan"),
    )


def first_orbit(system: System, period: float) -> np.ndarray:
    """Return the first periods from the stored initial condition, for the scale: float64 [time, component]."""
    points: np.ndarray = integrate(system, 50 * SIZE_PERIODS, step=period / 50, predictability=False).values
    return points


def starts_near(
    system: System, first: np.ndarray, count: int, seed: int, *, distance: float = PERTURBATION
) -> np.ndarray:
    """Return states some standard deviations from the stored one: float64 [state, component]."""
    noise = np.random.default_rng(seed).standard_normal((count, system.dimension))
    states: np.ndarray = np.array(system.initial_conditions) + distance * first.std(axis=0) * noise
    return states


def followed_exponent(system: System, exponent: float | None, period: float | None) -> tuple[float, float]:
    """Return the largest exponent on the set and the period, of a system whose tangent vectors can be followed.

    Raises
    ------
    NotSupportedError
        If the system has a delay or jumps, or its exponent is not positive.
    """
    if system.delay is not None:
        raise NotSupportedError(f"{system.name} has a delay; its long-time behaviour is not followed here")
    reference = system.lyapunov_exponent if exponent is None else check_positive("exponent", exponent)
    if not reference > 0.0:
        raise NotSupportedError(f"{system.name} has the largest exponent {reference}; only chaos can end")
    unit = system.period if period is None else check_positive("period", period)
    if has_jumps(system, period=unit):
        raise NotSupportedError(f"the right-hand side of {system.name} jumps, of which tangent vectors are not told")
    return reference, unit


def tolerance(system: System) -> float:
    """Return the relative tolerance with which long orbits of a system are followed."""
    return CONSERVING_RTOL if conserves(system) else RTOL


def escape_bound(system: System, first: np.ndarray) -> float:
    """Return the size of a component beyond which an orbit has escaped: float64 [time, component] gives the scale."""
    return (DRIFTED if system.observables else ESCAPED) * (1.0 + float(np.abs(first).max()))


def _left_at(rates: np.ndarray, reference: float) -> int | None:
    """Return the block with which the growth falls for good, or None if it does not."""
    smooth = np.convolve(rates, np.full(BLOCKS_IN_A_ROW, 1.0 / BLOCKS_IN_A_ROW), mode="valid")
    on_set = np.flatnonzero(smooth >= CHANGED * reference)
    if on_set.size == 0:
        return 0
    # The window that was last on the set ends with the first blocks after it.
    left = int(on_set[-1]) + BLOCKS_IN_A_ROW // 2
    return left if len(rates) - left >= SETTLED else None
