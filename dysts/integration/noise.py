"""Stochastic forcing: what it is, and trajectories with it."""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.solution import Solution
from dysts.systems.system import System
from dysts.workers.threads import in_threads

SCHEMES = ("euler-maruyama", "sra3")
BLOCK = 4096
"""Random numbers are drawn for at most so many steps at once, so that long runs need little memory."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Independent white noise on each component: ``dX = f(X) dt + (additive + multiplicative * X) dW``, after Ito.

    The schemes take steps of fixed length. Jumps of the equations are met at the nodes of these steps, with an error of
    the size of the jump times one step; a pulse that is shorter than a step needs a smaller `longest_step`.

    Parameters
    ----------
    additive : float or sequence of float [component]
        Amplitude in units of the component by the square root of time.
    multiplicative : float or sequence of float [component]
        Amplitude in units of the state by the square root of time.
    seed : int
        Equal seeds give equal noise; trajectory k has the same noise however many there are.

    Raises
    ------
    InvalidArgumentError
        If an amplitude is negative or no number, or the seed is no whole number of at least 0.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Lorenz", 200, noise=dysts.Noise(additive=0.5, seed=1))
    >>> x.attrs["solver"]
    'sra3'
    """

    additive: Any = 0.0
    multiplicative: Any = 0.0
    seed: int

    def __post_init__(self) -> None:
        for name in ("additive", "multiplicative"):
            given = getattr(self, name)
            try:
                amplitudes = np.array(given, dtype=np.float64)
            except (TypeError, ValueError, OverflowError):
                raise InvalidArgumentError(f"{name} must be a number of at least 0, got {given!r}") from None
            if amplitudes.ndim > 1 or not (np.isfinite(amplitudes).all() and (amplitudes >= 0.0).all()):
                raise InvalidArgumentError(
                    f"{name} must be a finite number of at least 0, or one for each component, got {given!r}"
                )
            object.__setattr__(self, name, float(amplitudes) if amplitudes.ndim == 0 else tuple(amplitudes.tolist()))
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise InvalidArgumentError(f"seed must be a whole number of at least 0, got {self.seed!r}")
        object.__setattr__(self, "seed", int(self.seed))

    def to_json(self) -> str:
        """Return the arguments that make the same noise, as JSON."""
        return json.dumps(dataclasses.asdict(self))

    @property
    def is_additive(self) -> bool:
        """Whether the amplitudes do not depend on the state."""
        return not np.any(self.multiplicative)

    def scheme(self, solver: object) -> str:
        """Return the stochastic scheme that a solver's name stands for.

        Raises
        ------
        InvalidArgumentError
            If it is no scheme for stochastic systems, or one that cannot treat multiplicative noise.
        """
        if solver == "auto":
            return "sra3" if self.is_additive else "euler-maruyama"
        if solver not in SCHEMES:
            raise InvalidArgumentError(f"solver must be 'auto', 'euler-maruyama' or 'sra3' with noise, got {solver!r}")
        if solver == "sra3" and not self.is_additive:
            raise InvalidArgumentError("solver must be 'euler-maruyama' for multiplicative noise, got 'sra3'")
        return str(solver)

    def amplitudes(self, system: System) -> tuple[np.ndarray, np.ndarray]:
        """Return both amplitudes for each component of a system; a driving phase gets no noise.

        Raises
        ------
        InvalidArgumentError
            If the number of amplitudes is not that of the components, or one of them belongs to a driving phase.
        """
        clock = system.variables.index(system.driving_phase.variable) if system.driving_phase is not None else -1
        both = []
        for name in ("additive", "multiplicative"):
            given = np.array(getattr(self, name))
            if given.shape not in ((), (system.dimension,)):
                raise InvalidArgumentError(
                    f"{name} must be one amplitude, or one for each of the {system.dimension} components of "
                    f"{system.name}, got {given.size}"
                )
            full = np.array(np.broadcast_to(given, (system.dimension,)), dtype=np.float64)
            if clock >= 0 and given.ndim == 1 and given[clock] > 0.0:
                raise InvalidArgumentError(
                    f"{name} noise on {system.variables[clock]}: the driving phase of {system.name} takes none"
                )
            if clock >= 0:
                full[clock] = 0.0
            both.append(full)
        return both[0], both[1]


def solve_stochastic(
    system: System,
    times: np.ndarray,
    states: np.ndarray,
    noise: Noise,
    *,
    scheme: str,
    longest_step: float,
    maximum_steps: int,
    threads: int | None,
    first_trajectory: int = 0,
) -> Solution:
    """Integrate an ordinary system with noise, each interval between two times in equal steps.

    Parameters
    ----------
    system : System
    times : float64 [time]
        Increasing, none negative.
    states : float64 [trajectory, component]
        The states at time 0.
    noise : Noise
    scheme : str
        From `Noise.scheme`.
    longest_step : float
    maximum_steps : int
        Limit for each trajectory; it is known beforehand whether it suffices.
    threads : int or None
        The result does not depend on it; by default one per processor.
    first_trajectory : int
        Number of the first of these trajectories, which chooses its noise.

    Raises
    ------
    InvalidArgumentError
        If the times need more steps than allowed, or the noise does not fit the system.
    NotSupportedError
        For delay systems.
    """
    from dysts.solvers.stochastic import EULER_MARUYAMA, SRA3, stochastic_steps

    if system.delay is not None:
        raise NotSupportedError(f"{system.name} is a delay system, which this version integrates without noise")
    additive, multiplicative = noise.amplitudes(system)
    steps = np.maximum(np.ceil(np.diff(times, prepend=0.0) / longest_step * (1.0 - 1e-12)), 1.0)
    if steps.sum() > maximum_steps:
        raise InvalidArgumentError(
            f"{steps.sum():.0f} steps of at most {longest_step:g} are needed for these times; maximum_steps is "
            f"{maximum_steps}"
        )
    function = system.compiled.function
    constants = system.compiled.table(system.flat_parameters)
    clock, clock_period = system.phase_index_and_period
    code = SRA3 if scheme == "sra3" else EULER_MARUYAMA
    solution = Solution(len(states), len(times), system.dimension)

    def solve(case: int) -> None:
        generator = np.random.default_rng([noise.seed, first_trajectory + case])
        state = states[case].copy()
        reached, status = 0.0, 0
        for index, (end, count) in enumerate(zip(times.tolist(), steps.astype(int).tolist(), strict=True)):
            begin = reached
            done = 0
            while end > reached and done < count and status == 0:
                block = min(BLOCK, count - done)
                target = end if done + block == count else begin + (end - begin) * (done + block) / count
                wiener, integrated = increments(generator, block, system.dimension, (target - reached) / block)
                status, reached = stochastic_steps(
                    function.address,
                    constants,
                    code,
                    reached,
                    target,
                    state,
                    additive,
                    multiplicative,
                    wiener,
                    integrated,
                    clock,
                    clock_period,
                )
                solution.counts[case, 0] += block
                solution.counts[case, 2] += block * (3 if code == SRA3 else 1)
                done += block
            if status != 0:
                break
            solution.values[case, index] = state
        solution.status[case] = status
        solution.reached[case] = reached

    def run(first: int, last: int) -> None:
        for case in range(first, last):
            solve(case)

    in_threads(run, len(states), threads)
    return solution


def increments(
    generator: np.random.Generator, steps: int, components: int, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the increments of Wiener processes over steps, and their integrals over the same steps.

    Returns
    -------
    wiener, integrated : float64 [step, component]
        The integral of a Wiener process from its value at the start of the step has variance ``step**3/3`` and
        covariance ``step**2/2`` with the increment.
    """
    normal = generator.standard_normal((steps, 2, components))
    wiener = math.sqrt(step) * normal[:, 0]
    integrated = 0.5 * step * (wiener + math.sqrt(step / 3.0) * normal[:, 1])
    return np.ascontiguousarray(wiener), np.ascontiguousarray(integrated)
