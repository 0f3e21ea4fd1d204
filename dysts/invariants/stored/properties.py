"""Computes the properties of one system that the registry stores."""

import math
from typing import Any

import numpy as np

from dysts.errors import IntegrationError, InvalidArgumentError
from dysts.integration.attractor import attractor_states
from dysts.integration.integrate import integrate
from dysts.invariants.autocorrelation import autocorrelation_time
from dysts.invariants.correlation_dimension import correlation_dimension
from dysts.invariants.entropy import multiscale_entropy, permutation_entropy
from dysts.invariants.estimate import Estimate
from dysts.invariants.kaplan_yorke import kaplan_yorke_dimension, pesin_entropy
from dysts.invariants.lyapunov import LONGEST_CONSERVED, TIGHT, LyapunovSpectrum, conserves, lyapunov_spectrum
from dysts.invariants.period import ORBITS, OSCILLATIONS, Period, system_period
from dysts.invariants.regime import regime_of, without_small
from dysts.invariants.stored.effort import FULL, Effort
from dysts.invariants.stored.entries import entry, estimate_entry
from dysts.invariants.stored.long_run import long_run_entries
from dysts.invariants.stored.map_properties import map_properties
from dysts.invariants.survival import first_orbit, starts_near
from dysts.invariants.tangent_dynamics import most_lost
from dysts.invariants.time_series import embed
from dysts.invariants.zero_one import zero_one_test
from dysts.systems.kinds import MAP
from dysts.systems.properties import REGULAR
from dysts.systems.system import System

TARGET_RELATIVE_ERROR = 0.008
"""Relative error of the largest exponent that is aimed at."""
POINTS_PER_PERIOD = 20
"""Number of points in a period of the stored trajectories."""
MOST_DELAY_VECTORS = 32
"""Largest number of exponents of a delay system, raised until their sum is negative."""
EMBEDDING = 10
"""Number of values in the delay vectors that stand for the state of a delay system."""
MORE_WORK_WHERE_CONSERVED = 5.0
"""Factor of the work on conservative systems, as orbits stick to islands for thousands of periods."""
BESIDE = 1e-9
"""Distance between the starts of independent orbits in standard deviations, too small to change an energy."""
DISCARDED_IN_THE_SEA = 1600.0
"""Length in periods of the discarded part of independent orbits in a chaotic sea, after which they visit the islands as
often as in the long run."""
MOST_EVALUATIONS = 1.7e9
"""Limit on evaluations of the right-hand side of a conservative system; a period of BlinkingRotlet takes 5000."""
PROBE_PERIODS = 20
"""Length in periods of the orbit on which evaluations are counted."""
LONGER_WITH_DELAY = 5
"""Factor of the length of the trajectory of a delay system, of which there is only one."""
DISCARDED_PERIODS = 40.0
"""Length in periods of the first part of an orbit of a delay system, which depends on the constant history."""
DIMENSION_POINTS = 20_000
"""Largest number of states behind the correlation dimension."""
ENTROPY_POINTS = 4000
"""Number of points behind the entropies."""
SCALES = 8
"""Number of scales of the multiscale entropy."""
PATTERN = 5
"""Order of the permutation entropy."""
STROBE = 1.1459
"""Number of periods between the points of the 0-1 test: about one, and no simple ratio."""
STROBES = 3000
"""Number of points of the 0-1 test."""

PERIOD_METHOD = (
    "first maximum of the mean autocorrelation of the standardised observables to which it rises, from its lowest "
    "value before, by a third of the largest such rise; driving phases left out"
)
STEP_METHOD = "a tenth of the shortest period below which less than 0.1 % of the spectral power lies"
SPECTRUM_METHODS = {
    "tangent": "variational equations with the exact Jacobian along successive pieces of one orbit, DOP853, "
    "Gram-Schmidt every two steps; error from the spread over pieces",
    "independent": "variational equations with the exact Jacobian along independent orbits from beside the stored "
    "initial condition, DOP853, Gram-Schmidt every two steps; error from the spread over orbits",
    "nearby": "as many nearby copies of the trajectory as exponents, as the right-hand side jumps, orthonormalised "
    "twenty times in a period; error from the spread over pieces of one orbit; directions lost in finite time left out",
    "delay": "variational equations over the last delay on a grid, Runge-Kutta of order 4, Gram-Schmidt after every "
    "delay; the first of infinitely many; error from the spread over trajectories",
}
REGIME_METHOD = "by the rules in dysts.invariants.regime.RULES, from the stored spectrum and the known lifetime"
MOMENT_METHOD = "time average of the observables over {} trajectories on the attractor"
DIVERGENCE_METHOD = (
    "time average of the trace of the exact Jacobian over the same trajectories; error from their spread"
)


def compute_properties(system: System, *, effort: Effort = FULL, threads: int | None = None) -> dict[str, Any]:
    """Compute the properties of a system that the registry stores.

    Parameters
    ----------
    system : System
    effort : Effort
    threads : int, optional
        By default one per processor.

    Returns
    -------
    dict
        One entry for each property, with value, error where there is one, method, settings and version. A property that
        the data do not determine is left out.

    Raises
    ------
    DystsError
        If the orbit from the stored initial condition does not oscillate or leaves every bound.
    """
    if system.kind == MAP:
        return map_properties(system)
    period = system_period(system)
    spectrum = precise_spectrum(system, period.period, effort=effort, threads=threads)
    states = _states(system, period.period, spectrum, effort)
    found = {
        "period": entry(
            period.period, PERIOD_METHOD, error=period.error, settings={"pieces": ORBITS, "oscillations": OSCILLATIONS}
        ),
        "recommended_step": entry(period.recommended_step, STEP_METHOD),
    }
    found |= _moments(system, states)
    found |= _from_spectrum(system, spectrum, period)
    found |= _from_series(system, states, period.period)
    found |= long_run_entries(system, found["regime"]["value"], period.period, spectrum.largest, effort, threads)
    return found


def precise_spectrum(
    system: System, period: float, *, effort: Effort = FULL, threads: int | None = None
) -> LyapunovSpectrum:
    """Return the spectrum; trajectories are lengthened until the largest exponent is precise, within a limit.

    Parameters
    ----------
    system : System
    period : float
        Unit of the lengths.
    effort : Effort
    threads : int, optional
        By default one per processor.
    """
    # On a transient set trajectories cannot be longer, only more numerous. Numerical drift moves very long orbits of a
    # conservative system onto islands of regular motion, which exact orbits cannot enter.
    longest = LONGEST_CONSERVED if conserves(system) else math.inf
    trajectories, periods = effort.trajectories, effort.periods
    work = 1.0
    if system.lifetime is not None:
        trajectories *= 4
        longest = periods
    # The cost of a period grows with a power of the dimension.
    most_work = max(1.0, effort.most_work * (3.0 / max(3, system.dimension)) ** 3)
    if conserves(system):
        # Orbits stick to islands for thousands of periods, and only many such times make an average.
        most_work *= MORE_WORK_WHERE_CONSERVED
        affordable = MOST_EVALUATIONS / (_evaluations(system, period) * trajectories * periods)
        most_work = max(1.0, min(most_work, affordable))
    vectors = None if system.delay is None else 4
    discard = 20.0 if system.delay is None else DISCARDED_PERIODS
    independent = False
    while True:
        count = math.ceil(trajectories * max(1.0, periods * work / longest))
        spectrum = lyapunov_spectrum(
            system,
            vectors=vectors,
            trajectories=count,
            periods=min(periods * work, longest),
            discard=discard,
            period=period,
            initial_conditions=_beside(system, count, period) if independent else None,
            threads=threads,
        )
        if vectors is not None and sum(spectrum.exponents) > 0.0 and vectors < MOST_DELAY_VECTORS:
            vectors *= 2
            continue
        regular = system.lifetime is None and regime_of(system, spectrum, period=period)[1] in REGULAR
        if regular and periods < effort.regular_periods:
            # Only length tells an exponent of zero from a small one.
            periods = effort.regular_periods
            continue
        if conserves(system) and not regular and not independent and spectrum.settings["method"] == "tangent":
            # Pieces of one orbit share the times at which it sticks to islands, and say too little about their error.
            independent, discard = True, DISCARDED_IN_THE_SEA
            continue
        excess = (spectrum.errors[0] / abs(spectrum.largest or 1.0)) / TARGET_RELATIVE_ERROR
        # The relative error of an exponent that may be zero has no meaning.
        if regular or excess <= 1.0 or spectrum.largest < 5.0 * spectrum.errors[0] or work >= most_work:
            return spectrum
        work = min(most_work, math.ceil(1.2 * work * excess**2))


def _evaluations(system: System, period: float) -> float:
    """Return the evaluations of the right-hand side in a period."""
    times = [PROBE_PERIODS * period]
    probe = integrate(system, times=times, rtol=TIGHT, on_failure="keep", predictability=False)
    return float(probe.attrs["evaluations"]) / PROBE_PERIODS


def _beside(system: System, count: int, period: float) -> np.ndarray:
    """Return states so close to the stored one that only chaos makes their orbits independent."""
    return starts_near(system, first_orbit(system, period), count, seed=0, distance=BESIDE)


def _states(system: System, period: float, spectrum: LyapunovSpectrum, effort: Effort) -> np.ndarray:
    """Return trajectories on the attractor: float64 [trajectory, time, component]."""
    if system.delay is not None:
        times = (
            DISCARDED_PERIODS + np.arange(LONGER_WITH_DELAY * effort.periods * POINTS_PER_PERIOD) / POINTS_PER_PERIOD
        ) * period
        return integrate(system, times=times, predictability=False).values[None]
    periods = int(min(effort.periods, spectrum.settings["periods"]))
    span = float(effort.trajectories * periods)
    starts = attractor_states(system, effort.trajectories, seed=spectrum.settings["seed"], span=span, period=period)
    series = integrate(
        system,
        points=periods * POINTS_PER_PERIOD,
        step=period / POINTS_PER_PERIOD,
        initial_conditions=starts,
        on_failure="keep",
        threads=1,
    ).values
    kept: np.ndarray = series[np.isfinite(series).all(axis=(1, 2))]
    lost = len(series) - len(kept)
    if system.lifetime is None and lost > most_lost(system) * len(series):
        raise IntegrationError(f"{lost} of {len(series)} orbits of {system.name} end within {periods} periods")
    return kept


def _moments(system: System, states: np.ndarray) -> dict[str, Any]:
    observed = system.observe(states)
    flat = observed.reshape(-1, observed.shape[-1])
    method = MOMENT_METHOD.format(len(states))
    found = {
        "mean": entry(flat.mean(axis=0).tolist(), method),
        "standard_deviation": entry(flat.std(axis=0).tolist(), method),
        "covariance": entry(np.atleast_2d(np.cov(flat.T, bias=True)).tolist(), method),
    }
    if system.delay is None:
        traces = np.trace(system.jacobian(0.0, states), axis1=-2, axis2=-1).mean(axis=1)
        error = float(traces.std(ddof=1) / math.sqrt(len(traces)))
        found["divergence"] = entry(float(traces.mean()), DIVERGENCE_METHOD, error=error)
    return found


def _from_spectrum(system: System, spectrum: LyapunovSpectrum, period: Period) -> dict[str, Any]:
    finite = [index for index, value in enumerate(spectrum.exponents) if math.isfinite(value)]
    lost = len(spectrum.exponents) - len(finite)
    settings = spectrum.settings | ({"lost_directions": lost} if lost else {})
    regime, on_set = regime_of(system, spectrum, period=period.period)
    about = {"on_set": on_set, "lifetime": system.lifetime} if regime == "transient" else {}
    found = {
        "lyapunov_spectrum": entry(
            [spectrum.exponents[index] for index in finite],
            SPECTRUM_METHODS["independent" if "starts" in settings else settings["method"]],
            error=[spectrum.errors[index] for index in finite],
            settings=settings,
        ),
        "regime": entry(regime, REGIME_METHOD, settings=about),
        "pesin_entropy": estimate_entry(
            Estimate(0.0, 0.0) if on_set in REGULAR else pesin_entropy(spectrum.exponents, spectrum.errors),
            "sum of the exponents above two standard errors (Pesin), 0 for regular motion; nats per unit of time",
        ),
    }
    exponents = without_small(system, spectrum, period.period) if on_set in REGULAR else spectrum.exponents
    dimension = kaplan_yorke_dimension(exponents, spectrum.errors)
    if system.delay is None or sum(spectrum.exponents) < 0.0:
        found["kaplan_yorke_dimension"] = estimate_entry(
            dimension, "from the stored spectrum; errors taken as independent"
        )
    return {name: entry for name, entry in found.items() if entry is not None}


def _from_series(system: System, states: np.ndarray, period: float) -> dict[str, Any]:
    observed = system.observe(states)
    whole = observed.reshape(-1, observed.shape[-1])
    scalar = observed[0, :ENTROPY_POINTS, _varying(whole)]
    found = {
        "autocorrelation_time": estimate_entry(
            autocorrelation_time(observed[0], step=period / POINTS_PER_PERIOD),
            "time after which the envelope of the mean autocorrelation stays below 1/e",
        ),
        "correlation_dimension": _correlation_dimension(system, observed),
    }
    if len(scalar) == ENTROPY_POINTS:
        settings = {"points": ENTROPY_POINTS, "points_per_period": POINTS_PER_PERIOD}
        scales = multiscale_entropy(scalar, scales=SCALES)
        if all(scale.reliable for scale in scales):
            found["multiscale_entropy"] = entry(
                [scale.value for scale in scales],
                f"sample entropy of the first varying observable averaged over 1 to {SCALES} points, length 2, "
                "tolerance 0.2 standard deviations; nats per point",
                error=[scale.error for scale in scales],
                settings=settings,
            )
        found["permutation_entropy"] = estimate_entry(
            permutation_entropy(scalar, order=PATTERN, delay=POINTS_PER_PERIOD // 5),
            f"of order {PATTERN} over fifths of a period, of the first varying observable, as a share of the largest",
            settings=settings,
        )
    if system.lifetime is None and system.delay is None:
        times = (20.0 + STROBE * np.arange(STROBES)) * period
        strobe = system.observe(integrate(system, times=times, predictability=False).values)
        found["zero_one"] = estimate_entry(
            zero_one_test(strobe[:, _varying(whole)]),
            "0-1 test for chaos of the first varying observable; error of the median",
            settings={"points": STROBES, "periods_between": STROBE},
        )
    return {name: entry for name, entry in found.items() if entry is not None}


def _correlation_dimension(system: System, observed: np.ndarray) -> dict[str, Any] | None:
    settings: dict[str, Any] = {}
    cloud = observed.reshape(-1, observed.shape[-1])
    if system.delay is not None:
        # The state is a function; delay vectors stand for it if their dimension exceeds twice that of the set.
        cloud = embed(observed[0, :, 0], EMBEDDING, POINTS_PER_PERIOD // 10)
        settings = {"embedding": EMBEDDING, "periods_between": 0.1}
    stride = max(1, len(cloud) // DIMENSION_POINTS)
    theiler = 2 * POINTS_PER_PERIOD // stride + 1
    found = correlation_dimension(cloud[::stride], theiler=theiler)
    if system.delay is not None and not found.value < EMBEDDING / 2:
        return None
    return estimate_entry(
        found,
        "Grassberger-Procaccia with a Theiler window of two periods, in the widest scaling region; "
        "error from the spread of local slopes",
        settings=settings | {"points": len(cloud[::stride]), "theiler": theiler},
    )


def _varying(series: np.ndarray) -> int:
    spread = series.std(axis=0)
    moving = np.flatnonzero(spread > 1e-9 * (np.abs(series).max(axis=0) + 1e-300))
    if moving.size == 0:
        raise InvalidArgumentError("no observable varies")
    return int(moving[0])
