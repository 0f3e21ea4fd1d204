"""Estimates the dominant period, the time after which the state comes closest to where it was.

The autocorrelation of the standardised components, averaged over them, is one minus half the mean squared
distance between the states at two times. Its first high maximum is at the dominant period. Unlike the highest peak of
a spectrum, this maximum is moved neither by the harmonics of pulses nor by slow broadband drifts.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_array, check_positive
from dysts.equations.expressions import names_in, parse
from dysts.errors import InvalidArgumentError
from dysts.integration.attractor import PERTURBATION
from dysts.integration.integrate import integrate
from dysts.integration.request import MAXIMUM_STEPS
from dysts.invariants.autocorrelation import mean_autocorrelation
from dysts.systems.kinds import refuse_map
from dysts.systems.registry import as_system
from dysts.systems.system import System

FRACTION_OF_LARGEST_RISE = 1.0 / 3.0
"""Least rise of the autocorrelation to a maximum, from its lowest value before, as a fraction of the largest such rise.
The period is the first maximum of this height: later ones may be multiples, lower ones noise."""
REST = 1e-8
"""Spread of an orbit, relative to its size, at which it has come to rest, as the remaining motion is rounding."""
OSCILLATIONS = 1000
"""Number of oscillations in each piece of an orbit."""
ORBITS = 32
"""Number of pieces. With one piece, the choice among maxima of about equal height depended on the last digits of the
orbit in every sixth system."""
SAMPLES_PER_OSCILLATION = 40
"""Number of points in an oscillation."""
SEGMENTS = 8
"""Number of segments of a single series, whose spread gives the error."""
POWER_KEPT = 0.999
"""Share of the spectral power that is slower than the fastest oscillation that matters."""
STEPS_PER_CYCLE = 10
"""Number of recommended steps in the period of that oscillation."""
MOST_STEPS = 1_000_000_000
"""Limit on the steps of an orbit without a lifetime."""


@dataclass(frozen=True)
class Period:
    """A dominant period and a recommended sampling step, from the same series.

    Attributes
    ----------
    period, error : float
        The period, and its standard error from the spread over segments of the series.
    recommended_step : float
        A tenth of the shortest period below which less than 0.1 % of the spectral power lies.
    """

    period: float
    error: float
    recommended_step: float


def dominant_period(series: Any, *, step: float = 1.0) -> Period:
    """Estimate the dominant period of an equidistant series.

    Parameters
    ----------
    series : array_like [time, component]
        At least ten periods long; a constant component is ignored.
    step : float
        Time between two points.

    Returns
    -------
    Period

    Raises
    ------
    InvalidArgumentError
        If the series is too short, not finite, constant, or does not oscillate.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.sin(2 * np.pi * np.arange(4000) / 125)[:, None]
    >>> round(dominant_period(wave, step=0.1).period, 1)
    12.5
    """
    values = check_array("series", series)
    check_positive("step", step)
    if values.ndim != 2 or len(values) < 100:
        raise InvalidArgumentError(
            f"series must have axes [time, component] and at least 100 points, got shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise InvalidArgumentError("series must be finite, got NaN or infinite values")
    spread = values.std(axis=0)
    moving = spread > 1e-12 * (1.0 + np.abs(values).max(axis=0))
    if not moving.any():
        raise InvalidArgumentError("series must vary to have a period, got a constant one")
    standard = (values[:, moving] - values[:, moving].mean(axis=0)) / spread[moving]
    lag = _recurrence(mean_autocorrelation(standard, longest=0.25))
    if lag is None:
        raise InvalidArgumentError("the series does not oscillate: its autocorrelation has no maximum")
    windows = [
        mean_autocorrelation(segment - segment.mean(axis=0), longest=0.6)
        for segment in np.array_split(standard, SEGMENTS)
    ]
    return Period(lag * step, _error(windows, lag) * step, _recommended_step(standard) * step)


def _period_of_pieces(pieces: np.ndarray, step: float) -> Period:
    """Return the period of several pieces of the same motion: float64 [piece, time, component]."""
    flat = pieces.reshape(-1, pieces.shape[-1])
    spread = flat.std(axis=0)
    moving = spread > 1e-12 * (1.0 + np.abs(flat).max(axis=0))
    standard = (pieces[..., moving] - flat[:, moving].mean(axis=0)) / spread[moving]
    correlations = [mean_autocorrelation(piece, longest=0.25) for piece in standard]
    lag = _recurrence(np.mean(correlations, axis=0))
    if lag is None:
        raise InvalidArgumentError("the series does not oscillate: its autocorrelation has no maximum")
    recommended = float(np.mean([_recommended_step(piece) for piece in standard]))
    return Period(lag * step, _error(correlations, lag) * step, recommended * step)


def _error(correlations: list[np.ndarray], lag: float) -> float:
    """Return the standard error of a lag from the highest values near it in several autocorrelations."""
    estimates = [near for each in correlations if (near := _highest_near(each, lag)) is not None]
    return float(np.std(estimates, ddof=1) / np.sqrt(len(estimates))) if len(estimates) > 1 else math.nan


def _recurrence(correlation: np.ndarray) -> float | None:
    """Return the lag of the first maximum with a high enough rise, interpolated between the samples."""
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    if peaks.size == 0:
        return None
    rises = correlation[peaks] - np.minimum.accumulate(correlation)[peaks]
    first = int(np.flatnonzero(rises >= FRACTION_OF_LARGEST_RISE * rises.max())[0])
    return _vertex(correlation, int(peaks[first]))


def _highest_near(correlation: np.ndarray, lag: float) -> float | None:
    low, high = int(0.75 * lag), int(np.ceil(1.25 * lag)) + 1
    if high >= len(correlation) or high - low < 3:
        return None
    peak = low + int(np.argmax(correlation[low:high]))
    return _vertex(correlation, peak) if low < peak < high - 1 else None


def _vertex(values: np.ndarray, at: int) -> float:
    """Return the position of the maximum of the parabola through three neighbouring points."""
    left, middle, right = values[at - 1 : at + 2]
    curvature = left - 2.0 * middle + right
    return at + 0.5 * float((left - right) / curvature) if curvature < 0.0 else float(at)


def _recommended_step(standard: np.ndarray) -> float:
    window = np.hanning(len(standard))[:, None]
    power = (np.abs(np.fft.rfft(standard * window, axis=0)) ** 2).sum(axis=1)
    cumulative = np.cumsum(power[1:]) / power[1:].sum()
    fastest = (1 + int(np.searchsorted(cumulative, POWER_KEPT))) / len(standard)
    return 1.0 / (STEPS_PER_CYCLE * fastest)


def system_period(system: System | str) -> Period:
    """Find the dominant period of a system; no scale of time has to be known.

    The length of the orbit is doubled or shortened until it holds about a thousand oscillations about its mean;
    driving phases do not count.

    Parameters
    ----------
    system : System or str

    Returns
    -------
    Period

    Raises
    ------
    InvalidArgumentError
        If the orbit does not oscillate.

    Examples
    --------
    >>> import dysts
    >>> from dysts.invariants import system_period
    >>> 5.5 < system_period("Rossler").period < 6.3
    True
    """
    system = as_system(system)
    refuse_map(system, "system_period")
    responding = responding_observables(system)
    state = np.array(system.initial_conditions)
    if system.delay is None:
        speed = np.abs(system.rhs(0.0, state)).max()
        span = 100.0 * (1e-3 + np.abs(state).max()) / speed if speed > 0.0 else 100.0
    else:
        span = 100.0 * float(system.parameters[system.delay])
    # An orbit on a transient set counts for half of the lifetime of the set.
    wanted = OSCILLATIONS if system.lifetime is None else min(OSCILLATIONS, math.ceil(system.lifetime / 2.0))
    samples = wanted * SAMPLES_PER_OSCILLATION
    shortest_known, longest_known = 0.0, math.inf
    for _ in range(60):
        # The first tenth of the orbit may be an approach to the attractor.
        times = np.linspace(0.1 * span, 1.1 * span, samples)
        series = _observed(system, times, None)[:, responding]
        ended = ~np.isfinite(series).all(axis=1)
        if ended.any():
            # The orbit has left its set earlier than the mean lifetime.
            longest_known = min(longest_known, span)
            span *= 0.8 * max(0.1, float(np.argmax(ended)) / samples)
            continue
        if series.std(axis=0).max() <= REST * max(np.abs(series).max(), np.abs(state).max()):
            raise InvalidArgumentError(f"{system.name} comes to rest from its stored initial condition")
        oscillations = _oscillations(series)
        too_few, too_many = oscillations < wanted / 2, oscillations > 2 * wanted
        # The number of oscillations of an orbit that is trapped for long does not grow steadily with its length; any
        # length between the bounds is then as good.
        if not (too_few or too_many) or shortest_known * 1.1 > longest_known:
            return _period_of_pieces(_pieces(system, times, series, responding), float(times[1] - times[0]))
        if too_few:
            shortest_known = max(shortest_known, span)
            span = min(1.9 * span, math.sqrt(span * longest_known))
        else:
            longest_known = min(longest_known, span)
            span = max(span / 1.9, math.sqrt(span * shortest_known))
    raise InvalidArgumentError(f"{system.name} does not oscillate steadily from its stored initial condition")


def _observed(system: System, times: np.ndarray, states: np.ndarray | None) -> np.ndarray:
    """Return observables at times: float64 [..., time, observable]; NaN after the end of an orbit that may leave."""
    observed: np.ndarray = integrate(
        system,
        times=times,
        initial_conditions=states,
        observables=True,
        predictability=False,
        on_failure="raise" if system.lifetime is None else "keep",
        maximum_steps=MOST_STEPS if system.lifetime is None else MAXIMUM_STEPS,
    ).values
    return observed


def _pieces(system: System, times: np.ndarray, first: np.ndarray, responding: list[int]) -> np.ndarray:
    """Return series of the same motion and sampling: float64 [piece, time, observable].

    The pieces follow one another on one orbit; on a transient set they are orbits that start near the first one.
    """
    if system.lifetime is None:
        step = times[1] - times[0]
        longer = times[0] + step * np.arange(ORBITS * len(times))
        series = _observed(system, longer, None)[:, responding]
        return series.reshape(ORBITS, len(times), -1)
    spread = integrate(system, times=times, predictability=False, on_failure="keep").values.std(axis=0)
    noise = np.random.default_rng(0).standard_normal((ORBITS - 1, system.dimension))
    states = np.array(system.initial_conditions) + PERTURBATION * spread * noise
    others = _observed(system, times, states)[..., responding]
    return np.concatenate([first[None], others[np.isfinite(others).all(axis=(1, 2))]])


def responding_observables(system: System) -> list[int]:
    """Return the positions of the observables that depend on more than the driving phase."""
    if system.driving_phase is None:
        return list(range(len(system.observable_names)))
    names = {*system.variables, *system.flat_parameters}
    keep = []
    for position, name in enumerate(system.observable_names):
        text = system.observables.get(name, name)
        used = names_in(parse(text, where=f"{system.name}: observables.{name}", names=names))
        if (used & set(system.variables)) - {system.driving_phase.variable}:
            keep.append(position)
    return keep


def _oscillations(series: np.ndarray) -> float:
    """Return the largest number of upward crossings of the median among the components."""
    above = series > np.median(series, axis=0)
    return float((above[1:] & ~above[:-1]).sum(axis=0).max())
