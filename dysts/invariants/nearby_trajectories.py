"""Growth of the distances between a trajectory and copies of it that start close by.

Nothing is linearised, so the method also holds where the right-hand side jumps and tangent vectors would have to be
told of the jump; and it shares no code with the variational equations, which it checks.

References
----------
G. Benettin, L. Galgani, J.-M. Strelcyn, Kolmogorov entropy and numerical experiments, Physical Review A 14 (1976)
2338-2345, for one copy; D. C. Soriano et al., Chaos 22 (2012) 033103, for as many copies as exponents.
"""

import numpy as np

from dysts.errors import IntegrationError, NotSupportedError
from dysts.integration.integrate import integrate
from dysts.invariants.tangent_dynamics import starting_vectors
from dysts.systems.system import System

SEPARATION = 1e-7
"""Distance after each renormalisation, in units of each component's standard deviation."""
RTOL = 1e-12
INTERVALS_PER_PERIOD = 20
SMALLEST_SEPARATION = 1e-7
"""Of a direction, as a fraction of the distance before: below, the tolerance of the integration is what is left."""


def nearby_growth_rates(
    system: System, states: np.ndarray, vectors: int, *, period: float, discard: int, periods: int, seed: int
) -> np.ndarray:
    """Return how fast nearby trajectories move apart, averaged over each trajectory.

    Parameters
    ----------
    system : System
        Without a delay.
    states : float64 [trajectory, component]
    vectors : int
        Number of copies. None is displaced along a driving phase.
    period : float
        Unit of the two lengths; distances are renormalised twenty times in each.
    discard, periods : int
        Periods at first that are not recorded, and the recorded ones.
    seed : int
        For the directions of the first displacements.

    Returns
    -------
    float64 [trajectory, vector]
        Minus infinity for a direction that is lost within one interval, as on a surface to which the state sticks.

    Raises
    ------
    NotSupportedError
        If the right-hand side depends on time explicitly.
    IntegrationError
        If the integration fails.
    """
    if not system.autonomous:
        raise NotSupportedError(f"{system.name} depends on time explicitly; make the phase a variable")
    states = np.array(states, dtype=np.float64)
    scale = states.std(axis=0)
    scale[scale <= 0.0] = 1.0
    directions = _orthonormal(starting_vectors(system, len(states), vectors, seed=seed))[0]
    interval = period / INTERVALS_PER_PERIOD
    growth = np.zeros((len(states), vectors))
    for count in range((discard + periods) * INTERVALS_PER_PERIOD):
        copies = states[:, None, :] + SEPARATION * directions * scale
        start = np.concatenate([states[:, None, :], copies], axis=1).reshape(-1, system.dimension)
        end = integrate(
            system, times=[interval], initial_conditions=start, rtol=RTOL, predictability=False, threads=1
        ).values[:, 0]
        if not np.isfinite(end).all():
            raise IntegrationError(f"{system.name}: a nearby trajectory left every bound")
        end = end.reshape(len(states), vectors + 1, system.dimension)
        # What is displaced is taken from the copies as they are in floating point, not as they were meant.
        states = np.ascontiguousarray(end[:, 0])
        displacement = (end[:, 1:] - end[:, :1]) / (SEPARATION * scale)
        if system.driving_phase is not None:
            displacement[..., system.variables.index(system.driving_phase.variable)] = 0.0
        directions, logarithms = _orthonormal(displacement)
        if count >= discard * INTERVALS_PER_PERIOD:
            growth += logarithms
    rates: np.ndarray = growth / (periods * period)
    return rates


def _orthonormal(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return orthonormal rows that span the same, and the logarithms of the lengths of what each added."""
    factors, triangular = np.linalg.qr(np.swapaxes(vectors, 1, 2))
    lengths = np.abs(np.diagonal(triangular, axis1=1, axis2=2)).copy()
    whole = np.linalg.norm(vectors, axis=2)
    lengths[lengths <= SMALLEST_SEPARATION * whole.max(axis=1, keepdims=True)] = 0.0
    with np.errstate(divide="ignore"):
        return np.swapaxes(factors, 1, 2), np.log(lengths)
