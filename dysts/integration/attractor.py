"""States on the attractor: independent starting points from the stored initial condition and a seed."""

import math

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import IntegrationError, NotSupportedError
from dysts.integration.integrate import integrate
from dysts.systems.angles import within_one_turn
from dysts.systems.kinds import refuse_map
from dysts.systems.system import System

PERTURBATION = 1e-3
"""Size of the random displacement in units of each component's standard deviation along the orbit."""
SAMPLES_PER_PERIOD = 50
STEPS_PER_PERIOD = 100_000
"""Limit on the steps of the solver; systems that chatter at a discontinuity take some ten thousand."""

STARTS_BESIDE = 5
BESIDE = 1e-6
"""Relative displacement of an orbit that met a singularity of its coordinates; it may do so in five starts more."""


def attractor_states(
    system: System,
    count: int,
    *,
    seed: int,
    span: float,
    period: float | None = None,
    jitter: float = 1.0,
) -> np.ndarray:
    """Return states on one orbit from the stored initial condition, at random times in equal strata.

    Where the orbit is known to leave the set that the entry is about (`System.lifetime`), the states come from the
    first half of the lifetime, or of what this orbit lasts, and are displaced by a thousandth of the standard
    deviation instead of by time.
    Angles lie within one turn.

    Parameters
    ----------
    system : System
    count : int
        Number of states; each comes from its own stratum of the orbit, in the order of time.
    seed : int
        Equal seeds give equal states.
    span : float
        Length of the orbit in periods; the longer, the less the states depend on one another.
    period : float, optional
        The unit of `span`, by default the stored period.
    jitter : float
        The fraction of its stratum in which a state may lie; below one, states keep a distance in time.

    Returns
    -------
    float64 [state, component]

    Examples
    --------
    >>> import dysts
    >>> attractor_states(dysts.get_system("Lorenz"), 5, seed=0, span=50).shape
    (5, 3)
    """
    refuse_map(system, "the choice of states along an orbit in time")
    if system.delay is not None:
        raise NotSupportedError(f"{system.name} is a delay system, which goes on from a history and not from a state")
    check_count("count", count)
    unit = system.period if period is None else check_positive("period", period)
    if system.lifetime is not None:
        span = min(span, system.lifetime / 2.0)
    generator = np.random.default_rng(seed)
    strata = (np.arange(count) + jitter * generator.random(count)) / count
    times = strata * check_positive("span", span) * unit
    if system.lifetime is not None:
        samples = np.linspace(0.0, span * unit, max(2, math.ceil(span * SAMPLES_PER_PERIOD)))
        times = np.union1d(times, samples)
    maximum_steps = int(STEPS_PER_PERIOD * (span + 1.0))
    turns = system.turns
    if system.lifetime is None and system.autonomous and turns.any():
        return _with_short_angles(system, times, turns, maximum_steps)
    orbit = integrate(
        system,
        times=times,
        maximum_steps=maximum_steps,
        predictability=False,
        on_failure="raise" if system.lifetime is None else "keep",
    ).values
    if system.lifetime is None:
        return orbit
    ended = ~np.isfinite(orbit).all(axis=1)
    if ended.any():
        # Lifetimes are those of orbits on average; one that ends earlier is used up to half of its own.
        span = 0.5 * float(times[int(ended.argmax())]) / unit
        return attractor_states(system, count, seed=seed, span=span, period=unit, jitter=jitter)
    states = orbit[np.searchsorted(times, strata * span * unit)]
    displacement: np.ndarray = PERTURBATION * orbit.std(axis=0) * generator.standard_normal(states.shape)
    return states + displacement


def _with_short_angles(system: System, times: np.ndarray, turns: np.ndarray, maximum_steps: int) -> np.ndarray:
    """Return states at increasing times, the angles brought back within one turn at each."""
    state = np.array(system.initial_conditions)
    states = np.empty((len(times), system.dimension))
    before = 0.0
    for index, time in enumerate(times.tolist()):
        if time > before:
            state = _later(system, state, time - before, maximum_steps)
        states[index] = state = within_one_turn(state, turns)
        before = time
    return states


def _later(system: System, state: np.ndarray, duration: float, maximum_steps: int) -> np.ndarray:
    """Return the state after a duration.

    Where polar coordinates are singular, at r = 0, an orbit may come too close for any step; one that starts a few
    digits beside does not.
    """
    generator = np.random.default_rng(0)
    for remaining in reversed(range(STARTS_BESIDE + 1)):
        try:
            later: np.ndarray = integrate(
                system,
                times=[duration],
                initial_conditions=state,
                maximum_steps=maximum_steps,
                predictability=False,
            ).values[-1]
            return later
        except IntegrationError:
            if not remaining:
                raise
            state = state * (1.0 + BESIDE * generator.standard_normal(len(state)))
    raise AssertionError("the loop returns or raises")
