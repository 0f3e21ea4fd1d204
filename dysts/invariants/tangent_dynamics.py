"""Measures the growth of tangent vectors along trajectories, by the variational equations with the exact Jacobian.

References
----------
G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Lyapunov characteristic exponents for smooth dynamical
systems and for Hamiltonian systems; a method for computing all of them, Meccanica 15 (1980) 9-30.
"""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dysts.checks import check_count
from dysts.errors import IntegrationError
from dysts.integration.request import MAXIMUM_STEPS
from dysts.systems.angles import within_one_turn
from dysts.systems.kinds import refuse_map
from dysts.systems.system import System
from dysts.workers.threads import processors

MOST_ESCAPED = 0.2
"""Largest share of trajectories that may leave a set with a lifetime before the exponents are refused."""
MOST_STUCK = 1.0 / 32.0
"""Largest share that may fail where a variable is an angle: a long orbit may meet a singularity such as r = 0."""


def most_lost(system: System) -> float:
    """Return the largest share of orbits that may fail before the result is rejected."""
    if system.lifetime is not None:
        return MOST_ESCAPED
    return MOST_STUCK if system.turns.any() else 0.0


def starting_vectors(system: System, trajectories: int, vectors: int, *, seed: int) -> np.ndarray:
    """Return random tangent vectors, float64 [trajectory, vector, component], with 0 along a driving phase."""
    starts: np.ndarray = np.random.default_rng(seed).standard_normal((trajectories, vectors, system.dimension))
    if system.driving_phase is not None:
        starts[..., system.variables.index(system.driving_phase.variable)] = 0.0
    return starts


def follow_tangents(
    system: System,
    states: np.ndarray,
    vectors: int,
    *,
    discard: float,
    interval: float,
    intervals: int,
    rtol: float,
    seed: int,
    maximum_steps: int = MAXIMUM_STEPS,
    bound: float = math.inf,
    threads: int | None = None,
) -> tuple[np.ndarray, list[tuple[int, float]]]:
    """Return the growth of tangent vectors in each interval, and how each trajectory ended.

    Parameters
    ----------
    system, states, vectors, discard, interval, intervals, rtol, seed, threads
        As for `tangent_growth_rates`.
    maximum_steps : int
        Limit for each trajectory.
    bound : float
        Size of a component, other than a driving phase, at which a trajectory is stopped.

    Returns
    -------
    growth : float64 [trajectory, interval, vector]
        Logarithms of stretching factors; meaningless after a trajectory has ended.
    endings : list of (int, float)
        `dysts.solvers.status.Status` and the time that was reached.
    """
    from dysts.solvers.tangent import tangent_growth

    function, program = system.compiled.variational(vectors)
    constants = program.table(system.flat_parameters)
    clock, clock_period = system.phase_index_and_period
    # The compiled driver is typed for a writable array.
    turns = system.turns.copy()
    states = within_one_turn(states, turns)
    absolute = np.concatenate([np.full(system.dimension, rtol * 1e-3), np.full(system.dimension * vectors, rtol)])
    relative = np.full(len(absolute), rtol)
    starts = starting_vectors(system, len(states), vectors, seed=seed)
    growth = np.empty((len(states), intervals, vectors))
    endings = [(0, 0.0)] * len(states)

    def follow(index: int) -> None:
        endings[index] = tangent_growth(
            function.address,
            constants,
            states[index],
            starts[index],
            discard,
            interval,
            relative,
            absolute,
            maximum_steps,
            clock,
            clock_period,
            turns,
            bound,
            growth[index],
            np.zeros(3, dtype=np.int64),
        )

    with ThreadPoolExecutor(processors() if threads is None else check_count("threads", threads)) as pool:
        list(pool.map(follow, range(len(states))))
    return growth, endings


def tangent_growth_rates(
    system: System,
    states: np.ndarray,
    vectors: int,
    *,
    discard: float,
    interval: float,
    intervals: int,
    rtol: float,
    seed: int,
    maximum_steps: int = MAXIMUM_STEPS,
    threads: int | None = None,
) -> tuple[np.ndarray, int]:
    r"""Return the growth rates of tangent vectors in successive intervals along trajectories.

    The vectors are the columns of V in the variational equations, which are integrated together with the state,

    .. math:: \dot x = f(x), \qquad \dot V = Df(x) V, \qquad V(t_j^+) R_j = V(t_j^-),

    where the Gram-Schmidt factorisation with the upper triangular R replaces the vectors by orthonormal ones every two
    steps. The rate of the k-th vector in an interval of length T is

    .. math:: \lambda_k = \frac{1}{T} \sum_{t_j \in T} \ln (R_j)_{kk}.

    Its mean along an orbit is the k-th Lyapunov exponent.

    Parameters
    ----------
    system : System
        Without a delay and without jumps of its right-hand side.
    states : float64 [trajectory, component]
    vectors : int
        Number of tangent vectors. Their component along a driving phase is 0.
    discard : float
        Length of the first part of each trajectory, which is not recorded: the vectors turn into their directions.
    interval : float
        Duration of each interval, in the system's own unit of time.
    intervals : int
    rtol : float
        Relative tolerance for the state, and tolerance for the unit vectors.
    seed : int
        For the starting vectors.
    maximum_steps : int
        Limit for each trajectory.
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    rates : float64 [trajectory, interval, vector]
        Rates of the trajectories that reached the end, per unit of time.
    escaped : int
        Number of trajectories that did not reach it.

    Raises
    ------
    IntegrationError
        If more than a fifth of the trajectories of a system with a lifetime fail, more than one in 32 of a system with
        angles, or any of another system.
    """
    refuse_map(system, "growth in time")
    from dysts.solvers.status import Status

    growth, endings = follow_tangents(
        system,
        states,
        vectors,
        discard=discard,
        interval=interval,
        intervals=intervals,
        rtol=rtol,
        seed=seed,
        maximum_steps=maximum_steps,
        threads=threads,
    )
    failed = [index for index, (status, _) in enumerate(endings) if status]
    # The exponents of a transient set are averages over the orbits that have not left it yet.
    if len(failed) > most_lost(system) * len(states):
        status, reached = endings[failed[0]]
        raise IntegrationError(
            f"{system.name} (trajectory {failed[0]}, {len(failed)} of {len(states)} failed) stopped at time "
            f"{reached:.6g} while tangent vectors were followed: {Status(status).sentence}"
        )
    return np.delete(growth, failed, axis=0) / interval, len(failed)
