"""Computes the Lyapunov spectrum of a system as an average over trajectories, with standard errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_count, check_not_negative, check_positive
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.attractor import STEPS_PER_PERIOD, attractor_states
from dysts.invariants.delay_dynamics import delay_growth_rates
from dysts.invariants.jumps import has_jumps
from dysts.invariants.map_dynamics import map_growth_rates
from dysts.invariants.nearby_trajectories import nearby_growth_rates
from dysts.invariants.tangent_dynamics import tangent_growth_rates
from dysts.systems.kinds import MAP
from dysts.systems.registry import as_system
from dysts.systems.system import System

METHODS = ("auto", "tangent", "nearby", "delay")
CONSERVING = ("hamiltonian", "time-dependent hamiltonian", "volume-preserving", "reversible")
DELAY_VECTORS = 4
"""Number of exponents of a delay system that are computed by default."""
LONGEST_CONSERVED = 12_800.0
"""Largest length, in periods, of the orbit of starts where energy or volume is conserved, as both drift numerically."""
PERIODS, DISCARD = 400.0, 20.0
"""Default lengths in periods of the recorded part of a trajectory and of the part before it."""
PERIODS_OF_MAPS, DISCARD_OF_MAPS = 20_000, 1000
"""The same of a map, in iterates."""
LOOSE, TIGHT = 1e-7, 1e-9
"""Relative tolerances; the tight one for autonomous systems that conserve energy or volume, as no damping reduces the
drift."""


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
        Method, numbers, lengths, tolerance and seed, which give the same exponents again.
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
    periods: float | None = None,
    discard: float | None = None,
    period: float | None = None,
    initial_conditions: Any = None,
    method: str = "auto",
    rtol: float | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> LyapunovSpectrum:
    r"""Compute the first Lyapunov exponents as averages over trajectories on the attractor.

    Parameters
    ----------
    system : System or str
    vectors : int, optional
        Number of exponents, by default all, and 4 of a delay system. The zero of a driving phase is exact.
    trajectories : int
        Number of trajectories, at least 2, as their spread gives the error.
    periods, discard : float, optional
        Length of the recorded part of each trajectory, by default 400, and of the part before it, by default 20, in
        which the tangent vectors turn into their directions; of a map, numbers of iterates, by default 20,000 and
        1000. The recorded parts follow one another on one long orbit; on a transient set they are cut
        to a quarter of its lifetime. Few long trajectories are better than many short ones, as the contribution of
        their ends falls with their length.
    period : float, optional
        Unit of the lengths, by default the stored period.
    initial_conditions : array_like [trajectory, component], optional
        Starting states; by default states of one long orbit.
    method : {"auto", "tangent", "nearby", "delay"}
        ``tangent`` integrates the variational equations with the exact Jacobian; ``nearby`` follows copies of the
        trajectory that start close by, and is the choice of ``auto`` where the right-hand side jumps (Filippov
        systems); ``delay`` integrates the variational equations of a delay system on a grid.
    rtol : float, optional
        Relative tolerance of the state, and tolerance of the unit tangent vectors; by default 1e-7, or 1e-9 for
        autonomous systems that conserve energy or volume.
    seed : int
        Seed of the starting states and vectors.
    threads : int, optional
        By default one per processor; the result does not depend on it.

    Returns
    -------
    LyapunovSpectrum

    Raises
    ------
    InvalidArgumentError, IntegrationError, NotSupportedError

    Notes
    -----
    The columns of V are tangent vectors, which are replaced by orthonormal ones at successive times t_j; the
    logarithms of the diagonal of the triangular factors R add up to the exponents of one trajectory of length T,

    .. math:: \dot x = f(x), \qquad \dot V = Df(x) V, \qquad V(t_j^-) = V(t_j^+) R_j, \qquad
        \lambda_k = \frac{1}{T} \sum_j \ln (R_j)_{kk}.

    The spectrum is the mean over n trajectories, and its error their standard deviation over the root of n.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Lyapunov characteristic exponents for smooth dynamical
    systems and for Hamiltonian systems; a method for computing all of them, Meccanica 15 (1980) 9-30.

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
    system = as_system(system)
    if system.kind == MAP:
        return _spectrum_of_map(
            system,
            vectors,
            trajectories=trajectories,
            iterates=PERIODS_OF_MAPS if periods is None else periods,
            discard=DISCARD_OF_MAPS if discard is None else discard,
            initial_conditions=initial_conditions,
            method=method,
            seed=seed,
            threads=threads,
        )
    periods, discard = PERIODS if periods is None else periods, DISCARD if discard is None else discard
    unit = system.period if period is None else check_positive("period", period)
    method = _check_method(system, method, unit)
    number = _check_vectors(system, vectors)
    check_positive("periods", periods)
    check_not_negative("discard", discard)
    check_count("seed", seed, least=0)
    if initial_conditions is None and check_count("trajectories", trajectories) < 2:
        raise InvalidArgumentError(f"trajectories must be at least 2, whose spread gives the error, got {trajectories}")
    if system.lifetime is not None:
        periods, discard = min(periods, system.lifetime / 4.0), min(discard, system.lifetime / 8.0)
    tolerance = (TIGHT if drifts(system) else LOOSE) if rtol is None else check_positive("rtol", rtol)
    # Distances along a driving phase are constant, so that its exponent is exactly zero.
    computed = number if system.driving_phase is None else min(number, system.dimension - 1)
    escaped = 0
    if method == "delay":
        if initial_conditions is not None:
            raise InvalidArgumentError(
                f"initial_conditions must be omitted for {system.name}, which has a delay and starts from constant "
                "histories"
            )
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


def _spectrum_of_map(
    system: System,
    vectors: int | None,
    *,
    trajectories: int,
    iterates: Any,
    discard: Any,
    initial_conditions: Any,
    method: str,
    seed: int,
    threads: int | None,
) -> LyapunovSpectrum:
    if method not in ("auto", "tangent"):
        raise NotSupportedError(f"method must be 'tangent' for the map {system.name}, got {method!r}")
    number = _check_vectors(system, vectors)
    states = None if initial_conditions is None else _given_starts(system, initial_conditions)
    if states is None and check_count("trajectories", trajectories) < 2:
        raise InvalidArgumentError(f"trajectories must be at least 2, whose spread gives the error, got {trajectories}")
    lengths = [int(check_positive(name, value)) for name, value in (("periods", iterates), ("discard", discard))]
    rates = map_growth_rates(
        system,
        number,
        pieces=trajectories,
        iterates=check_count("periods", lengths[0]),
        discard=lengths[1],
        initial_conditions=states,
        seed=seed,
        threads=threads,
    )
    mean, error = _mean_and_error(rates)
    order = np.argsort(-mean, kind="stable")
    return LyapunovSpectrum(
        exponents=tuple(mean[order].tolist()),
        errors=tuple(error[order].tolist()),
        settings={
            "method": "tangent",
            "trajectories": len(rates),
            "periods": lengths[0],
            "discard": lengths[1],
            **({} if states is None else {"starts": "given"}),
            "seed": seed,
        },
    )


def conserves(system: System) -> bool:
    """Return whether the definition says that energy or volume is conserved, or that the motion is reversible."""
    return system.conservation.get("type") in CONSERVING


def drifts(system: System) -> bool:
    """Return whether a conserved quantity may drift numerically; a driven flow conserves no energy."""
    return conserves(system) and system.driving_phase is None


def _mean_and_error(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard error over trajectories; a rate of minus infinity has no error."""
    lost = ~np.isfinite(rates).all(axis=0)
    finite = np.where(lost, 0.0, rates)
    error = finite.std(axis=0, ddof=1) / np.sqrt(len(rates))
    return np.where(lost, -np.inf, finite.mean(axis=0)), error


def _check_method(system: System, method: str, period: float) -> str:
    if not isinstance(method, str) or method not in METHODS:
        raise InvalidArgumentError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if method == "auto":
        if system.delay is not None:
            return "delay"
        return "nearby" if has_jumps(system, period=period) else "tangent"
    if (method == "delay") != (system.delay is not None):
        having, allowed = ("a", "'delay'") if system.delay is not None else ("no", "'tangent' or 'nearby'")
        raise NotSupportedError(f"method must be {allowed} for {system.name}, which has {having} delay, got {method!r}")
    if method == "tangent" and has_jumps(system, period=period):
        raise NotSupportedError(
            f"method must be 'nearby' for {system.name}, whose right-hand side jumps, got 'tangent'"
        )
    return method


def _check_vectors(system: System, vectors: int | None) -> int:
    if vectors is None:
        return system.dimension if system.delay is None else DELAY_VECTORS
    number = check_count("vectors", vectors)
    if system.delay is None and number > system.dimension:
        raise InvalidArgumentError(f"vectors must be at most {system.dimension} for {system.name}, got {number}")
    return number


def _starts(
    system: System, initial_conditions: Any, trajectories: int, periods: float, unit: float, seed: int
) -> np.ndarray:
    if initial_conditions is None:
        span = trajectories * periods
        if conserves(system):
            span = min(span, LONGEST_CONSERVED)
        return attractor_states(system, trajectories, seed=seed, span=span, period=unit)
    return _given_starts(system, initial_conditions)


def _given_starts(system: System, initial_conditions: Any) -> np.ndarray:
    states = system.check_states(initial_conditions)
    if states.ndim != 2 or len(states) < 2:
        raise InvalidArgumentError(
            f"initial_conditions must be at least 2 states, whose spread gives the error, got shape {states.shape}"
        )
    return states
