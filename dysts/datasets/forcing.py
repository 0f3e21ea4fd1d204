"""Dynamical noise: how strong it is for a system, and how a delay system is integrated with it.

The noise is additive and white, with an amplitude for each variable of ``strength * spread / sqrt(period)``: the spread
is the variable's standard deviation along the orbit from the stored initial condition, at most 1 for a variable, such
as an angle, that is observed through others only. A driving phase takes none. Where noise of that strength carries a
trajectory away, so that it diverges or goes `FARTHEST` times as far from the middle of that orbit as the orbit does,
all amplitudes of the system are halved until it does not. If the scheme is carried away without any noise, as at close
encounters of masses, its steps are quartered first until it is not.

References
----------
U. Kuechler, E. Platen, Strong discrete time approximation of stochastic differential equations with time delay,
Mathematics and Computers in Simulation 54 (2000) 189-205.
"""

import functools
import math

import numpy as np

from dysts.datasets.recipe import solver_of
from dysts.errors import IntegrationError, NotSupportedError
from dysts.integration.histories import delay_of
from dysts.integration.integrate import integrate
from dysts.integration.noise import Noise
from dysts.systems.system import System

SPREAD_PERIODS, SPREAD_POINTS = 60.0, 20
STEPS_PER_PERIOD, MOST_STEPS_PER_PERIOD = 1000, 256_000
MOST_STEPS = 100_000_000
HALVINGS = 20
FARTHEST = 5.0


def amplitudes(system: System, strength: float) -> np.ndarray:
    """Return the amplitude of the noise on each variable: float64 [variable].

    Examples
    --------
    >>> import dysts
    >>> amplitudes(dysts.get_system("Lorenz"), 0.02).round(2)
    array([0.18, 0.21, 0.2 ])
    """
    spread = _orbit(system).std(axis=0)
    for index, name in enumerate(system.variables):
        if name not in system.observable_names:
            spread[index] = min(spread[index], 1.0)
        if system.driving_phase is not None and name == system.driving_phase.variable:
            spread[index] = 0.0
    return np.asarray(strength * spread / math.sqrt(system.period))


@functools.lru_cache(maxsize=4)
def _orbit(system: System) -> np.ndarray:
    periods = SPREAD_PERIODS if system.lifetime is None else min(SPREAD_PERIODS, system.lifetime / 2.0)
    points = int(periods * SPREAD_POINTS)
    orbit: np.ndarray = integrate(
        system, points, points_per_period=SPREAD_POINTS, solver=solver_of(system), predictability=False
    ).values
    return orbit


def _carried_away(system: System, states: np.ndarray) -> bool:
    orbit = system.observe(_orbit(system))
    middle = 0.5 * (orbit.max(axis=0) + orbit.min(axis=0))
    reach = orbit.max(axis=0) - middle
    return bool((np.abs(system.observe(states) - middle) > FARTHEST * reach + 1e-12 * np.abs(middle)).any())


def forced(
    system: System, times: np.ndarray, starts: np.ndarray, given: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Integrate with noise from many states, halving it until no trajectory is carried away.

    Parameters
    ----------
    system : System
        Without a delay.
    times : float64 [time]
    starts : float64 [trajectory, variable]
    given : float64 [variable]
        Amplitudes to begin with.
    seed : int

    Returns
    -------
    values : float64 [trajectory, time, variable]
    amplitudes : float64 [variable]
        Those that were used.

    Raises
    ------
    IntegrationError
        If trajectories are carried away by a millionth of the noise still.
    """

    def run(amplitude: np.ndarray, steps: int) -> np.ndarray | None:
        try:
            states = integrate(
                system,
                times=times,
                initial_conditions=starts,
                noise=Noise(additive=amplitude.tolist(), seed=seed),
                longest_step=system.period / steps,
                maximum_steps=MOST_STEPS,
                threads=1,
            ).values
        except IntegrationError:
            return None
        return None if _carried_away(system, states) else states

    steps = STEPS_PER_PERIOD
    for halving in range(HALVINGS + 1):
        used = given * 0.5**halving
        values = run(used, steps)
        if values is not None:
            return values, used
        while halving == 0 and steps < MOST_STEPS_PER_PERIOD and run(0.0 * given, steps) is None:
            steps *= 4
    raise IntegrationError(f"{system.name} is carried away by noise of amplitudes {used.tolist()} still")


def history_times(system: System) -> np.ndarray:
    """Return the times, from minus the delay to 0, at which `forced_delay` needs the history: float64 [step + 1]."""
    delay = delay_of(system)
    steps = max(10, math.ceil(delay / system.period * STEPS_PER_PERIOD))
    return np.linspace(-delay, 0.0, steps + 1)


def forced_delay(
    system: System, times: np.ndarray, histories: np.ndarray, amplitude: np.ndarray, seed: int
) -> np.ndarray:
    """Integrate a delay system with additive noise: Heun's drift, in steps that divide the delay.

    Between two steps the result is interpolated linearly.

    Parameters
    ----------
    system : System
        With a delay and without a driving phase.
    times : float64 [time]
        Not negative, increasing.
    histories : float64 [trajectory, step + 1, variable]
        The state at `history_times`.
    amplitude : float64 [variable]
    seed : int
        Trajectory k has the same noise however many there are.

    Returns
    -------
    float64 [trajectory, time, variable]

    Raises
    ------
    NotSupportedError
        If the system has a driving phase.
    IntegrationError
        If a trajectory diverges.
    """
    if system.driving_phase is not None:
        raise NotSupportedError(f"{system.name} has a delay and a driving phase; noise is not integrated with both")
    delay_steps = histories.shape[1] - 1
    step = delay_of(system) / delay_steps
    count = math.ceil(times[-1] / step) + 1
    past = np.concatenate([np.moveaxis(histories, 1, 0), np.empty((count, len(histories), system.dimension))])
    kicks = (
        amplitude
        * math.sqrt(step)
        * np.stack(
            [
                np.random.default_rng([seed, case]).standard_normal((count, system.dimension))
                for case in range(len(histories))
            ],
            axis=1,
        )
    )
    for index in range(count):
        now = delay_steps + index
        begin = system.rhs(index * step, past[now], past[now - delay_steps])
        predicted = past[now] + step * begin + kicks[index]
        end = system.rhs((index + 1) * step, predicted, past[now - delay_steps + 1])
        past[now + 1] = past[now] + 0.5 * step * (begin + end) + kicks[index]
    if not np.isfinite(past).all():
        raise IntegrationError(f"{system.name} diverges with noise of amplitude {amplitude.tolist()}")
    position = times / step
    before = np.minimum(position.astype(int), count - 1)
    fraction = (position - before)[:, np.newaxis, np.newaxis]
    values = past[delay_steps + before] * (1.0 - fraction) + past[delay_steps + before + 1] * fraction
    return np.ascontiguousarray(np.moveaxis(values, 1, 0))
