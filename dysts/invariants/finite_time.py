"""Computes Lyapunov exponents over finite times along trajectories."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.checks import check_count, check_not_negative, check_positive
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.attractor import attractor_states
from dysts.invariants.jumps import has_jumps
from dysts.invariants.tangent_dynamics import tangent_growth_rates
from dysts.systems.registry import as_system
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray

RTOL = 1e-9
"""Relative tolerance of the state, and tolerance of the unit tangent vectors."""


def local_exponents(
    system: System | str,
    *,
    interval: float,
    intervals: int,
    vectors: int = 1,
    trajectories: int = 16,
    discard: float = 20.0,
    initial_conditions: Any = None,
    seed: int = 0,
    threads: int | None = None,
) -> "xarray.DataArray":
    """Return the growth rates of tangent vectors in successive intervals of time.

    The mean of the rates over a long time is the Lyapunov spectrum; their spread shows how predictability varies along
    the attractor.

    Parameters
    ----------
    system : System or str
        Without a delay and without jumps.
    interval : float
        Duration of each interval, in the system's own unit of time.
    intervals : int
        Number of successive intervals.
    vectors : int
        Number of exponents.
    trajectories : int
        Number of starting states, which lie on one long orbit.
    discard : float
        Length of the first part in periods, which is not recorded: the vectors turn into their directions.
    initial_conditions : array_like [trajectory, component], optional
        Starting states; by default states of one long orbit.
    seed : int
        Seed of the starting states and vectors.
    threads : int, optional
        Number of threads, by default one per processor; the result does not depend on it.

    Returns
    -------
    xarray.DataArray
        float64 [trajectory, time, exponent], per unit of time; the coordinate ``time`` is the end of the interval,
        counted from the end of the discarded part.

    Raises
    ------
    InvalidArgumentError, IntegrationError, NotSupportedError

    References
    ----------
    H. D. I. Abarbanel, R. Brown, M. B. Kennel, Journal of Nonlinear Science 1 (1991) 175-199.

    Examples
    --------
    >>> import dysts
    >>> rates = dysts.local_exponents("Lorenz", interval=0.5, intervals=200)
    >>> rates.dims, bool((rates < 0.0).any())
    (('trajectory', 'time', 'exponent'), True)
    """
    import xarray

    system = as_system(system)
    if system.delay is not None or has_jumps(system):
        raise NotSupportedError(f"system must have no delay and no jumps for local exponents, got {system.name}")
    most = system.dimension - (system.driving_phase is not None)
    if check_count("vectors", vectors) > most:
        raise InvalidArgumentError(
            f"vectors must be at most {most} for {system.name}, driving phases left out, got {vectors}"
        )
    check_positive("interval", interval)
    check_count("intervals", intervals)
    check_not_negative("discard", discard)
    check_count("seed", seed, least=0)
    if initial_conditions is None:
        span = check_count("trajectories", trajectories) * (discard + intervals * interval / system.period)
        states = attractor_states(system, trajectories, seed=seed, span=span)
    else:
        states = np.atleast_2d(system.check_states(initial_conditions))
    rates, _ = tangent_growth_rates(
        system,
        states,
        vectors,
        discard=discard * system.period,
        interval=interval,
        intervals=intervals,
        rtol=RTOL,
        seed=seed,
        threads=threads,
    )
    return xarray.DataArray(
        rates,
        dims=("trajectory", "time", "exponent"),
        coords={"time": interval * np.arange(1, intervals + 1), "exponent": np.arange(1, vectors + 1)},
        name="local_exponents",
        attrs={"system": system.name, "interval": interval},
    )
