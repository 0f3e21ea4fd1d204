"""Measures how long orbits stay on a set, and where those go that leave it.

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
"""Length of a block in periods; growth is averaged over it."""
BLOCKS_IN_A_ROW = 10
"""Number of successive blocks whose mean growth is compared with the exponent on the set."""
CHANGED = 0.5
"""Growth, as a fraction of the exponent on the set, below which an orbit has left the set."""
SETTLED = 20
"""Number of blocks of changed growth at the end of an orbit from which it counts as having left for good."""
RTOL = 1e-6
"""Relative tolerance. With 1e-8 the lifetimes of 64 orbits each of Coullet, Sakarya, HyperLu, PanXuZhou and Bouali are
the same within their errors, at twice the time."""
CONSERVING_RTOL = 1e-8
"""Relative tolerance where energy or volume is conserved, as no damping reduces the drift; at 1e-6 an orbit of
BlinkingRotlet, whose domain is bounded, ended at the singular coordinates of its centre."""
ESCAPED, DRIFTED = 1e3, 1e6
"""Size at which an orbit has escaped, in units of the largest value of the first orbit; the larger one for systems with
angles, which may drift."""
MOST_STEPS = 1_000_000_000
"""Limit on the steps of each orbit."""
SIZE_PERIODS = 10
"""Length in periods of the first orbit, which gives the scale."""
AT_REST = -1e-3
"""Largest exponent, per period, below which an autonomous flow approaches a fixed point."""


@dataclass(frozen=True)
class Survival:
    """The lifetimes of an ensemble of orbits on a set.

    Attributes
    ----------
    trajectories : int
        Number of orbits.
    periods : float
        Largest length of an orbit.
    lifetimes : tuple of float
        Periods after which orbits left the set, one for each that left.
    afterwards : dict of str to int
        Number of orbits that are ``at rest``, have ``escaped`` or show ``other motion`` after they left.
    exponent_afterwards : float
        Mean largest exponent of the other motion, per unit of time; NaN if there is none.
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
        """The maximum-likelihood mean of an exponential distribution, in periods; infinite if no orbit left."""
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
    r"""Follow orbits from near the stored initial condition and record when they leave the set.

    An orbit has left when it diverges, or when the growth of a tangent vector, averaged over 500 periods at a time,
    stays below half of the exponent for the rest of the time.

    Parameters
    ----------
    system : System
        Without a delay and without jumps; with a positive exponent.
    trajectories : int
        Number of orbits; they start a thousandth of the standard deviation apart.
    periods : int
        Length of each orbit.
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
    Survival

    Raises
    ------
    NotSupportedError
        If the system has a delay or jumps, or its exponent is not positive.

    Notes
    -----
    Orbits leave a transient set at a constant rate, so that their number falls exponentially. Of n orbits that are
    followed for a time T, let k leave at the times t_i. The maximum-likelihood estimate of the mean lifetime is

    .. math:: N(t) = n e^{-t/\tau}, \qquad \tau = \frac{1}{k} \left( \sum_{i=1}^{k} t_i + (n - k) T \right).

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
            # Another motion may have preceded the divergence; its beginning is not searched for.
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
    """Return ten periods from the stored initial condition, which give the scale: float64 [time, component]."""
    points: np.ndarray = integrate(system, 50 * SIZE_PERIODS, step=period / 50, predictability=False).values
    return points


def starts_near(
    system: System, first: np.ndarray, count: int, seed: int, *, distance: float = PERTURBATION
) -> np.ndarray:
    """Return random states around the stored one, `distance` standard deviations wide: float64 [state, component]."""
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
        raise NotSupportedError(f"system must have no delay to be followed for long, got {system.name}")
    reference = system.lyapunov_exponent if exponent is None else check_positive("exponent", exponent)
    if not reference > 0.0:
        raise NotSupportedError(f"system must have a positive exponent, got {system.name} with {reference}")
    unit = system.period if period is None else check_positive("period", period)
    if has_jumps(system, period=unit):
        raise NotSupportedError(
            f"system must have a right-hand side without jumps for tangent vectors, got {system.name}"
        )
    return reference, unit


def tolerance(system: System) -> float:
    """Return the relative tolerance with which long orbits of a system are followed."""
    return CONSERVING_RTOL if conserves(system) else RTOL


def escape_bound(system: System, first: np.ndarray) -> float:
    """Return the size of a component beyond which an orbit has escaped; `first` is float64 [time, component]."""
    return (DRIFTED if system.observables else ESCAPED) * (1.0 + float(np.abs(first).max()))


def _left_at(rates: np.ndarray, reference: float) -> int | None:
    """Return the first block after the last one of undiminished growth, or None if the growth lasts to the end."""
    smooth = np.convolve(rates, np.full(BLOCKS_IN_A_ROW, 1.0 / BLOCKS_IN_A_ROW), mode="valid")
    on_set = np.flatnonzero(smooth >= CHANGED * reference)
    if on_set.size == 0:
        return 0
    # Half of the last window with undiminished growth already lies after the change.
    left = int(on_set[-1]) + BLOCKS_IN_A_ROW // 2
    return left if len(rates) - left >= SETTLED else None
