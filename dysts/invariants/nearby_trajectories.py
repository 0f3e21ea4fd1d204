"""Measures the growth of distances between a trajectory and copies of it that start close by.

Nothing is linearised, so that the method holds also where the right-hand side jumps and tangent vectors would need a
correction at each jump. It shares no code with the variational equations, and checks them.

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
"""Distance of a copy after each renormalisation, in units of each component's standard deviation."""
RTOL = 1e-12
"""Relative tolerance of the integration."""
INTERVALS_PER_PERIOD = 20
"""Number of renormalisations in a period."""
SMALLEST_SEPARATION = 1e-7
"""Smallest distance along a direction, as a fraction of the largest one, above the tolerance of the integration."""


def nearby_growth_rates(
    system: System, states: np.ndarray, vectors: int, *, period: float, discard: int, periods: int, seed: int
) -> np.ndarray:
    """Return the mean rates at which nearby trajectories separate, for each trajectory.

    Parameters
    ----------
    system : System
        Without a delay.
    states : float64 [trajectory, component]
    vectors : int
        Number of copies. No copy is displaced along a driving phase.
    period : float
        Unit of the two lengths; distances are renormalised twenty times in a period.
    discard, periods : int
        Lengths of the first part, which is not recorded, and of the recorded part.
    seed : int
        Seed of the directions of the first displacements.

    Returns
    -------
    float64 [trajectory, vector]
        Minus infinity for a direction that contracts to nothing within one interval, as on a surface along which the
        state slides.

    Raises
    ------
    NotSupportedError
        If the right-hand side depends on time explicitly.
    IntegrationError
        If the integration fails.
    """
    if not system.autonomous:
        raise NotSupportedError(
            f"system must not depend on time explicitly, got {system.name}: make its phase a variable"
        )
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
        # The displacement is that of the copies as rounded, which differs from the one that was asked for.
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
    """Return orthonormal rows with the same span, and the logarithms of the lengths that each row added to it."""
    factors, triangular = np.linalg.qr(np.swapaxes(vectors, 1, 2))
    lengths = np.abs(np.diagonal(triangular, axis1=1, axis2=2)).copy()
    whole = np.linalg.norm(vectors, axis=2)
    lengths[lengths <= SMALLEST_SEPARATION * whole.max(axis=1, keepdims=True)] = 0.0
    with np.errstate(divide="ignore"):
        return np.swapaxes(factors, 1, 2), np.log(lengths)
