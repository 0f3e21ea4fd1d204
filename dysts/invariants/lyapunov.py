"""Lyapunov spectrum from the variational equations with the exact Jacobian.

References
----------
G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Lyapunov characteristic exponents for smooth dynamical
systems and for Hamiltonian systems; a method for computing all of them, Meccanica 15 (1980) 9-30.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.attractor import attractor_states
from dysts.clocks import check_count, check_positive
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.integration import MAXIMUM_STEPS
from dysts.registry import get_system
from dysts.solution import processors
from dysts.system import System

MOST_ESCAPED = 0.2
"""Largest fraction of trajectories that may leave a set with a lifetime before the exponents are refused."""


@dataclass(frozen=True)
class LyapunovSpectrum:
    """Lyapunov exponents with their standard errors.

    Attributes
    ----------
    exponents : tuple of float
        Per unit of time, largest first.
    errors : tuple of float
        Standard errors, from the spread over independent trajectories.
    settings : dict
        What is needed to compute the same again.
    """

    exponents: tuple[float, ...]
    errors: tuple[float, ...]
    settings: dict[str, Any]

    @property
    def largest(self) -> float:
        """The largest exponent."""
        return self.exponents[0]


def lyapunov_spectrum(
    system: System | str,
    *,
    vectors: int | None = None,
    trajectories: int = 32,
    periods: float = 400.0,
    discard: float = 20.0,
    period: float | None = None,
    initial_conditions: Any = None,
    rtol: float = 1e-8,
    seed: int = 0,
    threads: int | None = None,
) -> LyapunovSpectrum:
    """Compute the first Lyapunov exponents as averages over trajectories on the attractor.

    Parameters
    ----------
    system : System or str
    vectors : int, optional
        How many exponents, by default all.
    trajectories : int
        Number of trajectories, at least 2, for the error.
    periods, discard : float
        Recorded length of each, after a part that is discarded while the tangent vectors turn. The recorded
        parts follow one another on one long orbit; in a set with a lifetime they are cut to a quarter of it.
        Few long trajectories are better than many short ones: what the ends contribute falls with their length.
    period : float, optional
        Unit of the lengths, by default the stored period.
    initial_conditions : array_like [trajectory, component], optional
        Starting states instead of those from the orbit.
    rtol : float
        Relative tolerance for the state, and tolerance for the unit tangent vectors.
    seed : int
        For the starting states and vectors.
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    LyapunovSpectrum

    Raises
    ------
    InvalidArgumentError, IntegrationError, NotSupportedError

    Examples
    --------
    >>> import dysts
    >>> spectrum = dysts.lyapunov_spectrum("Lorenz", trajectories=16)
    >>> abs(spectrum.largest - 0.9056) < 0.03
    True
    """
    if isinstance(system, str):
        system = get_system(system)
    if system.delay:
        raise NotSupportedError(f"{system.name} is a delay system; this version computes no exponents of such")
    size = system.dimension
    number = size if vectors is None else check_count(vectors, "vectors")
    if number > size:
        raise InvalidArgumentError(f"vectors is {number}; {system.name} has {size} exponents")
    unit = system.period if period is None else check_positive(period, "period")
    if system.lifetime is not None:
        periods, discard = min(periods, system.lifetime / 4.0), min(discard, system.lifetime / 8.0)
    if initial_conditions is None:
        if check_count(trajectories, "trajectories") < 2:
            raise InvalidArgumentError("trajectories is 1; an error needs at least 2")
        span = trajectories * check_positive(periods, "periods")
        states = attractor_states(system, trajectories, seed=seed, span=span, period=unit)
    else:
        states = system.check_states(initial_conditions)
        if states.ndim != 2 or len(states) < 2:
            raise InvalidArgumentError("initial_conditions must be two or more states; an error needs at least 2")
    growth, escaped = _growth(
        system,
        states,
        number,
        discard=discard * unit,
        duration=check_positive(periods, "periods") * unit,
        rtol=rtol,
        seed=seed,
        threads=threads,
    )
    order = np.argsort(-growth.mean(axis=0), kind="stable")
    mean = growth.mean(axis=0)[order]
    error = growth.std(axis=0, ddof=1)[order] / np.sqrt(len(growth))
    return LyapunovSpectrum(
        exponents=tuple(mean.tolist()),
        errors=tuple(error.tolist()),
        settings={
            "trajectories": len(growth),
            **({"escaped": escaped} if escaped else {}),
            "periods": periods,
            "discard": discard,
            "rtol": rtol,
            "seed": seed,
        },
    )


def _growth(
    system: System,
    states: np.ndarray,
    number: int,
    *,
    discard: float,
    duration: float,
    rtol: float,
    seed: int,
    threads: int | None,
) -> tuple[np.ndarray, int]:
    """Return the mean growth rates, float64 [trajectory, vector], and how many trajectories escaped."""
    from dysts.solvers.status import Status
    from dysts.solvers.tangent import tangent_growth

    function, constants = system._right_hand_side.variational(number)
    clock, clock_period = system.clock_index_and_period
    size = system.dimension
    absolute = np.concatenate([np.full(size, rtol * 1e-3), np.full(size * number, rtol)])
    starts = np.random.default_rng(seed).standard_normal((len(states), number, size))
    growth = np.empty((len(states), 1, number))
    endings = [(0, 0.0)] * len(states)

    def follow(index: int) -> None:
        endings[index] = tangent_growth(
            function.address,
            constants,
            states[index],
            starts[index],
            discard,
            duration,
            rtol,
            absolute,
            MAXIMUM_STEPS,
            clock,
            clock_period,
            growth[index],
            np.zeros(3, dtype=np.int64),
        )

    with ThreadPoolExecutor(processors() if threads is None else check_count(threads, "threads")) as pool:
        list(pool.map(follow, range(len(states))))
    failed = [index for index, (status, _) in enumerate(endings) if status]
    # On a set that orbits are known to leave, the exponents are those of the orbits that have not left it yet.
    allowed = 0.0 if system.lifetime is None else MOST_ESCAPED
    if len(failed) > allowed * len(states):
        status, reached = endings[failed[0]]
        raise IntegrationError(
            f"{system.name} (trajectory {failed[0]}, {len(failed)} of {len(states)} failed) stopped at time "
            f"{reached:.6g} while tangent vectors were followed: {Status(status).sentence}"
        )
    return np.delete(growth[:, 0], failed, axis=0) / duration, len(failed)
