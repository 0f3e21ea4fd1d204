"""Computes the first of the infinitely many Lyapunov exponents of delay systems.

References
----------
J. D. Farmer, Chaotic attractors of an infinite-dimensional dynamical system, Physica D 4 (1982) 366-393.
"""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dysts.checks import check_count
from dysts.errors import IntegrationError
from dysts.systems.system import System
from dysts.workers.threads import processors

STEPS_PER_DELAY, STEPS_PER_PERIOD = 100, 200
"""Least numbers of integration steps in a delay and in a period; the step is constant and divides the delay."""


def delay_growth_rates(
    system: System,
    vectors: int,
    *,
    trajectories: int,
    period: float,
    discard: float,
    periods: float,
    seed: int,
    threads: int | None = None,
) -> np.ndarray:
    """Return the mean growth rates of tangent vectors of a delay system along trajectories.

    Each trajectory starts from a constant history close to the stored state.

    Parameters
    ----------
    system : System
        With a delay.
    vectors : int
        Number of tangent vectors.
    trajectories : int
        Number of trajectories.
    period : float
        Unit of the two lengths, which are rounded up to whole delays.
    discard, periods : float
        Lengths of the first part of each trajectory, which is not recorded, and of the recorded part.
    seed : int
        Seed of the histories and of the starting vectors.
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    float64 [trajectory, vector]

    Raises
    ------
    IntegrationError
        If a trajectory leaves every bound.
    """
    from dysts.solvers.delay.tangent import delay_tangent_growth
    from dysts.solvers.status import Status

    delay = float(system.flat_parameters[str(system.delay)])
    steps = max(STEPS_PER_DELAY, math.ceil(STEPS_PER_PERIOD * delay / period))
    right_hand_side = system.compiled
    jacobian, program = right_hand_side.compiled_jacobian
    constants = right_hand_side.table(system.flat_parameters)
    jacobian_constants = program.table(system.flat_parameters)
    generator = np.random.default_rng(seed)
    size = system.dimension
    state = np.array(system.initial_conditions)
    starts = state + 0.05 * (np.abs(state) + 0.1) * generator.standard_normal((trajectories, size))
    vectors_at_first = generator.standard_normal((trajectories, vectors, steps + 1, size))
    blocks = math.ceil(periods * period / delay)
    growth = np.empty((trajectories, 1, vectors))
    endings = [(0, 0.0)] * trajectories

    def follow(index: int) -> None:
        past = np.empty((1 + vectors, steps + 1, size))
        past[0] = starts[index]
        past[1:] = vectors_at_first[index]
        endings[index] = delay_tangent_growth(
            right_hand_side.function.address,
            jacobian.address,
            constants,
            jacobian_constants,
            delay / steps,
            math.ceil(discard * period / delay),
            blocks,
            past,
            np.zeros_like(past),
            growth[index],
        )

    with ThreadPoolExecutor(processors() if threads is None else check_count("threads", threads)) as pool:
        list(pool.map(follow, range(trajectories)))
    for index, (status, reached) in enumerate(endings):
        if status:
            raise IntegrationError(
                f"{system.name} (trajectory {index}) stopped at time {reached:.6g} while tangent vectors were "
                f"followed: {Status(status).sentence}"
            )
    rates: np.ndarray = growth[:, 0] / (blocks * delay)
    return rates
