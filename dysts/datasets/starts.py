"""Starts of trajectories: random times in the strata of one orbit from the stored initial condition.

A set that orbits are known to leave (`System.lifetime`) is followed in legs instead. If a trajectory, or what follows
it within `AFTERWARDS` periods, diverges, calms down or repeats itself, it has left; the leg is drawn again from the
same state, displaced by `DISPLACEMENT` standard deviations, and the number of such restarts is kept. Delay systems
have no state to start from; each trajectory has a history of its own.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from dysts.datasets.recipe import SPLITS, STRATUM, Recipe, period_of, solver_of
from dysts.errors import IntegrationError
from dysts.integration.integrate import integrate
from dysts.systems.kinds import MAP
from dysts.systems.system import System

STEPS_PER_PERIOD = 100_000
"""Limit on the steps of the solver; systems that chatter at a discontinuity take some ten thousand."""
DISPLACEMENT = 1e-3
AFTERWARDS = 24
"""Periods after the end of a trajectory in which it must still be on the set; half of them are the longest lag."""
WINDOW_POINTS = 100
"""Samples in each period after the end of a trajectory."""
REPEATED = 0.02
"""Distance in standard deviations that counts as a return; chaotic motion does not keep it for twelve periods."""
CALM_PERIODS, CALM = 12, 0.5
"""Periods, and share of the standard deviations on the set: smaller motion over so many periods spirals into a fixed
point, while motion on the sets of the registry has a share of 0.88 and more."""
SPREAD_PERIODS = 60.0
LEG = 24.0
"""Periods between two inspections of whether the orbit is still on the set."""
STEPS_ON_THE_SET = 2000
"""Limit on the steps in each period of an orbit that may leave, as an escape to infinity needs ever more steps."""
ATTEMPTS = 5
MOST_RESTARTS = 200
DELAY_DISCARD = 50.0
"""Periods in which a delay system forgets its constant history."""
DELAY_SPREAD = 0.05
"""Standard deviation of the constant histories, relative to the stored one."""


@dataclass(frozen=True, eq=False)
class Starts:
    """States from which the trajectories of a recipe start.

    Attributes
    ----------
    states : float64 [trajectory, variable]
    times : float64 [trajectory]
        Times of the states on the orbit, which counts from the stored initial condition.
    restarts : int
        How often a piece of the orbit was drawn again.
    """

    states: np.ndarray
    times: np.ndarray
    restarts: int = 0


def start_times(recipe: Recipe, system: System) -> np.ndarray:
    """Return the times on the orbit at which the trajectories start: float64 [trajectory]."""
    if system.delay:
        return np.full(recipe.trajectories, DELAY_DISCARD * system.period)
    first, every = SPLITS[recipe.split]
    width = STRATUM * recipe.duration(system)
    random = np.random.default_rng(recipe.seed_for(system.name, "starts")).random(recipe.trajectories)
    strata = first + every * np.arange(recipe.trajectories)
    times: np.ndarray = recipe.after * period_of(system) + width * (strata + random / STRATUM)
    return np.floor(times) if system.kind == MAP else times


def starts(recipe: Recipe, system: System) -> Starts:
    """Return the states in which the trajectories of an ordinary system start.

    Parameters
    ----------
    recipe : Recipe
    system : System
        Without a delay.

    Raises
    ------
    IntegrationError
        If no orbit stays on a transient set for as long as a trajectory needs.

    Examples
    --------
    >>> import dysts
    >>> recipe = Recipe(name="small", points_per_period=20, periods=5, trajectories=2)
    >>> starts(recipe, dysts.get_system("Lorenz")).states.shape
    (2, 3)
    """
    times = tuple(start_times(recipe, system).tolist())
    if system.lifetime is None:
        return _on_one_orbit(times, system)
    seed = recipe.seed_for(system.name, "restarts")
    return _surviving(times, recipe.duration(system), recipe.rtol, seed, system)


# Fine, coarse and noisy recipes have the same starts, and are built one after the other.
@functools.lru_cache(maxsize=4)
def _on_one_orbit(times: tuple[float, ...], system: System) -> Starts:
    steps = int(STEPS_PER_PERIOD * (times[-1] / period_of(system) + 1.0))
    orbit = integrate(
        system, times=np.array(times), solver=solver_of(system), maximum_steps=steps, predictability=False
    )
    return Starts(states=orbit.values, times=np.array(times))


@functools.lru_cache(maxsize=4)
def _surviving(times: tuple[float, ...], duration: float, tolerance: float, seed: int, system: System) -> Starts:
    """Follow the orbit in legs, and draw a leg again whenever it leaves the set."""
    generator = np.random.default_rng(seed)
    first = _first_orbit(system)
    spread, scale = first.std(axis=0), system.observe(first).std(axis=0)
    stops = _stops(np.array(times), LEG * system.period)
    states = [np.array(system.initial_conditions)]
    attempts = [0] * len(stops)
    restarts = 0
    while len(states) <= len(stops):
        leg = len(states) - 1
        end = stops[leg]
        displacement = DISPLACEMENT * spread * generator.standard_normal(spread.size) if attempts[leg] else 0.0
        arrived = _after(system, states[-1] + displacement, end - (stops[leg - 1] if leg else 0.0))
        needed = duration if end in times else 0.0
        if arrived is not None and _stays(system, arrived, needed, tolerance, scale):
            states.append(arrived)
            continue
        restarts += 1
        attempts[leg] += 1
        if restarts > MOST_RESTARTS:
            raise IntegrationError(
                f"{system.name} left the set that it is about {MOST_RESTARTS} times before time {end + needed:.6g}; "
                f"its lifetime is {system.lifetime:g} periods, and shorter trajectories may work"
            )
        if attempts[leg] % ATTEMPTS == 0:
            # From some point on the orbit leaves with every displacement: go back, one leg further at each attempt.
            back = min(leg, attempts[leg] // ATTEMPTS)
            del states[len(states) - back :]
            attempts[leg - back] += 1
    return Starts(
        states=np.array([states[1 + stops.index(time)] for time in times]), times=np.array(times), restarts=restarts
    )


def _stops(times: np.ndarray, leg: float) -> list[float]:
    """Return the times at which the orbit is inspected: the starts, and stops between starts that are far apart."""
    stops: list[float] = []
    reached = 0.0
    for time in times.tolist():
        legs = max(1, math.ceil((time - reached) / leg))
        stops += [reached + (time - reached) * part / legs for part in range(1, legs)] + [time]
        reached = time
    return stops


def _first_orbit(system: System) -> np.ndarray:
    assert system.lifetime is not None
    periods = min(SPREAD_PERIODS, system.lifetime / 2.0)
    orbit = integrate(system, int(periods * 20), points_per_period=20, solver=solver_of(system), predictability=False)
    return np.asarray(orbit.values)


def _after(system: System, state: np.ndarray, time: float) -> np.ndarray | None:
    if time == 0.0:
        return state
    end = integrate(
        system,
        times=[time],
        initial_conditions=state,
        solver=solver_of(system),
        maximum_steps=_most_steps(system, time),
        on_failure="keep",
        predictability=False,
        threads=1,
    ).values[-1]
    return end if np.isfinite(end).all() else None


def _stays(system: System, start: np.ndarray, duration: float, tolerance: float, scale: np.ndarray) -> bool:
    # At a start, the trajectory and the motion after it are checked; at a stop between starts, only the latter.
    during = int(duration / system.period * WINDOW_POINTS)
    step = system.period / WINDOW_POINTS
    window = np.concatenate([np.arange(during) * step, duration + np.arange(AFTERWARDS * WINDOW_POINTS) * step])
    states = integrate(
        system,
        times=window,
        initial_conditions=start,
        rtol=tolerance,
        solver=solver_of(system),
        maximum_steps=_most_steps(system, window[-1]),
        on_failure="keep",
        predictability=False,
        threads=1,
    ).values
    if not np.isfinite(states).all():
        return False
    observed = system.observe(states)
    if calms_down(observed, scale, WINDOW_POINTS):
        return False
    stretches = [observed[during:], observed[:during]] if during >= AFTERWARDS * WINDOW_POINTS else [observed[during:]]
    return not any(map(repeats_itself, stretches))


def _most_steps(system: System, time: float) -> int:
    return int(STEPS_ON_THE_SET * (time / system.period + 1.0))


def calms_down(series: np.ndarray, scale: np.ndarray, points_per_period: float) -> bool:
    """Whether all components hardly move at the end of a series, as near a fixed point.

    Parameters
    ----------
    series : float64 [time, component]
    scale : float64 [component]
        Standard deviations on the set.
    points_per_period : float

    Examples
    --------
    >>> time = np.arange(4000) / 100.0
    >>> swing, spiral = np.sin(2.0 * np.pi * time)[:, None], np.exp(-0.05 * time)[:, None]
    >>> scale = np.array([0.7])
    >>> calms_down(swing, scale, 100.0), calms_down(spiral * swing, scale, 100.0)
    (False, True)
    """
    end = series[-round(CALM_PERIODS * points_per_period) :]
    return bool((end.std(axis=0) < CALM * scale).all())


def repeats_itself(series: np.ndarray) -> bool:
    """Whether a series is constant or periodic, so that its second half recurs within its first.

    Parameters
    ----------
    series : float64 [time, component]

    Examples
    --------
    >>> time = np.arange(2000) / 40.0
    >>> repeats_itself(np.sin(2.0 * np.pi * time)[:, None]), repeats_itself(np.sin(time**1.1)[:, None])
    (True, False)
    """
    half = len(series) // 2
    scale = series.std(axis=0)
    # Components that stand still, and noise around a state of rest, have no scale to be compared with.
    moving = scale > 1e-6 * (np.abs(series).max(axis=0) + 1e-300)
    if not moving.any():
        return True
    scaled = series[:, moving] / scale[moving]
    late = scaled[half:]
    # A return between two samples is missed by up to the distance between them.
    steps = np.abs(np.diff(scaled, axis=0))
    slack = np.maximum(steps[half - 1 :], np.concatenate([steps[half:], steps[-1:]]))
    return any(
        (np.abs(late - scaled[half - lag : len(scaled) - lag]) < REPEATED + slack).all() for lag in range(5, half + 1)
    )


def delay_orbits(recipe: Recipe, system: System, first: int, last: int, times: np.ndarray) -> np.ndarray:
    """Return the state of a delay system at times relative to the starts of a block of trajectories.

    Each trajectory has an orbit of its own, from a constant history close to the stored one, of which the first
    `DELAY_DISCARD` periods are left out.

    Parameters
    ----------
    recipe : Recipe
    system : System
        With a delay.
    first, last : int
        The block of trajectories.
    times : float64 [time]
        Increasing, relative to the starts.

    Returns
    -------
    float64 [trajectory, time, component]
    """
    state = np.array(system.initial_conditions)
    seed = recipe.seed_for(system.name, f"histories {recipe.after}")
    random = [np.random.default_rng([seed, case]).standard_normal(state.size) for case in range(first, last)]
    orbits = integrate(
        system,
        times=DELAY_DISCARD * system.period + times,
        initial_conditions=state + DELAY_SPREAD * (np.abs(state) + 0.1) * np.array(random),
        rtol=recipe.rtol,
        solver=solver_of(system),
        predictability=False,
        threads=1,
    )
    return np.asarray(orbits.values)
