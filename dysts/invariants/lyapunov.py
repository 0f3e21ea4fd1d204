"""Lyapunov spectrum of a system: exponents as averages over independent trajectories, with standard errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.attractor import STEPS_PER_PERIOD, attractor_states
from dysts.invariants.delay_dynamics import delay_growth_rates
from dysts.invariants.jumps import has_jumps
from dysts.invariants.nearby_trajectories import nearby_growth_rates
from dysts.invariants.tangent_dynamics import tangent_growth_rates
from dysts.systems.registry import get_system
from dysts.systems.system import System

METHODS = ("auto", "tangent", "nearby", "delay")
CONSERVING = ("hamiltonian", "time-dependent hamiltonian", "volume-preserving", "reversible")
DELAY_VECTORS = 4
LONGEST_CONSERVED = 12_800.0
"""Periods of the orbit from which pieces start, where energy or volume is conserved and drifts numerically."""
LOOSE, TIGHT = 1e-7, 1e-9
"""Relative tolerances; the tight one where nothing damps the drift of what is conserved."""


@dataclass(frozen=True)
class LyapunovSpectrum:
    """Lyapunov exponents with their standard errors.

    Attributes
    ----------
    exponents : tuple of float
        Per unit of time, largest first; minus infinity for a direction that is lost in finite time.
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
    method: str = "auto",
    rtol: float | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> LyapunovSpectrum:
    """Compute the first Lyapunov exponents as averages over trajectories on the attractor.

    Parameters
    ----------
    system : System or str
    vectors : int, optional
        How many exponents, by default all, and 4 of a delay system. The zero of a driving phase is exact.
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
    method : {"auto", "tangent", "nearby", "delay"}
        The variational equations with the exact Jacobian; or copies of the trajectory that start close by, the
        choice where the right-hand side jumps (Filippov systems); or the variational equations of a delay system, on
        a grid. See `dysts.invariants.tangent_dynamics`, `nearby_trajectories` and `delay_dynamics`.
    rtol : float, optional
        Relative tolerance for the state, and tolerance for the unit tangent vectors; by default 1e-7, or 1e-9 for
        autonomous systems that conserve energy or volume.
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
    >>> delayed = dysts.lyapunov_spectrum("MackeyGlass", vectors=2, trajectories=4)
    >>> delayed.exponents[0] > 0.0
    True
    """
    if isinstance(system, str):
        system = get_system(system)
    unit = system.period if period is None else check_positive("period", period)
    method = _check_method(system, method, unit)
    number = _check_vectors(system, vectors)
    check_positive("periods", periods)
    if initial_conditions is None and check_count("trajectories", trajectories) < 2:
        raise InvalidArgumentError("trajectories is 1; an error needs at least 2")
    if system.lifetime is not None:
        periods, discard = min(periods, system.lifetime / 4.0), min(discard, system.lifetime / 8.0)
    tolerance = (TIGHT if drifts(system) else LOOSE) if rtol is None else check_positive("rtol", rtol)
    # The phase of a driving force keeps every distance: its zero is put in exactly.
    computed = number if system.driving_phase is None else min(number, system.dimension - 1)
    escaped = 0
    if method == "delay":
        if initial_conditions is not None:
            raise InvalidArgumentError(f"{system.name} has a delay: its exponents start from constant histories")
        rates = delay_growth_rates(
            system,
            computed,
            trajectories=trajectories,
            period=unit,
            discard=discard,
            periods=periods,
            seed=seed,
            threads=threads,
        )
    else:
        states = _starts(system, initial_conditions, trajectories, periods, unit, seed)
        if method == "nearby":
            periods, discard = max(1, round(periods)), max(1, round(discard))
            rates = nearby_growth_rates(
                system, states, computed, period=unit, discard=int(discard), periods=int(periods), seed=seed
            )
        else:
            grown, escaped = tangent_growth_rates(
                system,
                states,
                computed,
                discard=discard * unit,
                interval=periods * unit,
                intervals=1,
                rtol=tolerance,
                seed=seed,
                maximum_steps=int(STEPS_PER_PERIOD * (periods + discard + 1.0)),
                threads=threads,
            )
            rates = grown[:, 0]
    mean, error = _mean_and_error(rates)
    if system.driving_phase is not None:
        mean, error = np.append(mean, 0.0), np.append(error, 0.0)
    order = np.argsort(-mean, kind="stable")[:number]
    return LyapunovSpectrum(
        exponents=tuple(mean[order].tolist()),
        errors=tuple(error[order].tolist()),
        settings={
            "method": method,
            "trajectories": len(rates),
            **({"escaped": escaped} if escaped else {}),
            "periods": periods,
            "discard": discard,
            **({} if initial_conditions is None else {"starts": "given"}),
            **({"rtol": tolerance} if method == "tangent" else {}),
            "seed": seed,
        },
    )


def conserves(system: System) -> bool:
    """Whether energy or volume is conserved or time can be reversed, according to the system's definition."""
    return system.conservation.get("type") in CONSERVING


def drifts(system: System) -> bool:
    """Whether errors of the integration add up, as nothing damps them: a driven flow has no energy that could drift."""
    return conserves(system) and system.driving_phase is None


def _mean_and_error(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard error over trajectories; a rate of minus infinity has no error."""
    lost = ~np.isfinite(rates).all(axis=0)
    finite = np.where(lost, 0.0, rates)
    error = finite.std(axis=0, ddof=1) / np.sqrt(len(rates))
    return np.where(lost, -np.inf, finite.mean(axis=0)), error


def _check_method(system: System, method: str, period: float) -> str:
    if method not in METHODS:
        raise InvalidArgumentError(f"method is {method!r}; allowed are {', '.join(METHODS)}")
    if method == "auto":
        if system.delay is not None:
            return "delay"
        return "nearby" if has_jumps(system, period=period) else "tangent"
    if (method == "delay") != (system.delay is not None):
        having = "a" if system.delay is not None else "no"
        raise NotSupportedError(f"{system.name} has {having} delay; the method {method!r} is not for it")
    if method == "tangent" and has_jumps(system, period=period):
        raise NotSupportedError(f"the right-hand side of {system.name} jumps; use the method 'nearby'")
    return method


def _check_vectors(system: System, vectors: int | None) -> int:
    if vectors is None:
        return system.dimension if system.delay is None else DELAY_VECTORS
    number = check_count("vectors", vectors)
    if system.delay is None and number > system.dimension:
        raise InvalidArgumentError(f"vectors is {number}; {system.name} has {system.dimension} exponents")
    return number


def _starts(
    system: System, initial_conditions: Any, trajectories: int, periods: float, unit: float, seed: int
) -> np.ndarray:
    if initial_conditions is None:
        span = trajectories * periods
        if conserves(system):
            span = min(span, LONGEST_CONSERVED)
        return attractor_states(system, trajectories, seed=seed, span=span, period=unit)
    states = system.check_states(initial_conditions)
    if states.ndim != 2 or len(states) < 2:
        raise InvalidArgumentError("initial_conditions must be two or more states; an error needs at least 2")
    return states
