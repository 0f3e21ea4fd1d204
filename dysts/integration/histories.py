"""The past that a delay system starts from, given as a constant, a function or a series, in one form for the solver.

All three become segments on the interval from minus the delay to 0, each with a polynomial of degree up to 7 in the
form of `dysts.solvers.shared.polynomial`; that of a series is its interpolating cubic spline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.solvers.shared.polynomial import ROWS
from dysts.systems.system import System

FIRST_PIECES = 16
MOST_PIECES = 4096
PIECE_TOLERANCE = 5e-13
"""Error allowed between the nodes of a piece, in units of the largest value of the component."""
TIME_SLACK = 1e-12
"""How far a series may fall short of the delay, in units of the delay: the rounding of its times."""

_CHEBYSHEV = 0.5 - 0.5 * np.cos(np.pi * np.arange(8) / 7.0)
_BETWEEN = np.array([0.01, 0.12, 0.3, 0.51, 0.69, 0.89, 0.985])


@dataclass(frozen=True, eq=False)
class History:
    """A state for every time from minus the delay to 0.

    Attributes
    ----------
    starts, lengths : float64 [segment]
        The segments, one after the other without gaps.
    states : float64 [segment, component]
        At the starts.
    polynomials : float64 [segment, 7, component]
    initial_state : float64 [component]
        At time 0.
    """

    starts: np.ndarray
    lengths: np.ndarray
    states: np.ndarray
    polynomials: np.ndarray
    initial_state: np.ndarray

    def __call__(self, t: Any) -> np.ndarray:
        """Return the state at times [...] within the segments: float64 [..., component].

        Examples
        --------
        >>> import dysts, math
        >>> (history,) = check_histories(dysts.get_system("MackeyGlass"), lambda t: 1.0 + 0.1 * math.cos(t))
        >>> print(history(0.0), history(-math.pi).round(12))
        [1.1] [0.9]
        """
        times = np.asarray(t, dtype=np.float64)
        segment = np.clip(np.searchsorted(self.starts, times, side="right") - 1, 0, self.starts.size - 1)
        fraction = ((times - self.starts[segment]) / self.lengths[segment])[..., np.newaxis]
        rows = np.moveaxis(self.polynomials[segment], -2, 0)
        value = rows[6] * fraction
        for row in range(5, -1, -1):
            value = (rows[row] + value) * (fraction if row % 2 == 0 else 1.0 - fraction)
        return np.asarray(self.states[segment] + value)


def delay_of(system: System) -> float:
    """Return the delay of a system, or say that it has none."""
    if system.delay is None:
        raise InvalidArgumentError(f"{system.name} has no delay, so it takes initial conditions and no history")
    delay = float(system.parameters[system.delay])
    if not delay > 0.0:
        raise InvalidArgumentError(
            f"the delay {system.delay} of {system.name} must be a positive number, got {delay!r}"
        )
    return delay


def check_histories(system: System, given: Any) -> tuple[History, ...]:
    """Return the histories that a user gave, checked and as segments.

    Parameters
    ----------
    system : System
        A delay system.
    given : array_like [component], callable, tuple, xarray.DataArray, History, or many of these
        One history is a constant state; a function of time that returns a state; a tuple of times [n] and values
        [n, component], or a labelled series with the dimensions time and component, that reach from minus the delay
        to 0. Many are a list of such, an array [trajectory, component] of constants, or a labelled series with
        the dimension trajectory as well.

    Raises
    ------
    InvalidArgumentError
        If the system has no positive delay, a value is not finite or has the wrong shape, a series does not cover
        the delay or its times do not increase, or a function is not smooth enough for 4096 polynomials.

    Examples
    --------
    >>> import dysts
    >>> system = dysts.get_system("MackeyGlass")
    >>> len(check_histories(system, [0.9])), len(check_histories(system, [[0.9], [1.0], lambda t: 1.0 + 0.01 * t]))
    (1, 3)
    """
    delay = delay_of(system)
    if isinstance(given, np.ndarray) and given.ndim == 2:
        many: Sequence[Any] = list(given)
    elif hasattr(given, "dims") and "trajectory" in given.dims:
        many = [given.isel(trajectory=index) for index in range(given.sizes["trajectory"])]
    elif (isinstance(given, list) or (isinstance(given, tuple) and not _is_series(given))) and not _is_state(given):
        many = given
    else:
        return (_history(system, delay, given),)
    if len(many) == 0:
        raise InvalidArgumentError(f"history of {system.name} must hold at least one history, got none")
    return tuple(_history(system, delay, one) for one in many)


def _is_state(given: Sequence[Any]) -> bool:
    return len(given) > 0 and all(np.isscalar(value) or getattr(value, "shape", None) == () for value in given)


def _is_series(given: tuple[Any, ...]) -> bool:
    return len(given) == 2 and not any(callable(part) or np.ndim(part) == 0 for part in given)


def _history(system: System, delay: float, given: Any) -> History:
    if isinstance(given, History):
        return _check_history(system, delay, given)
    if hasattr(given, "dims"):
        return _from_series(system, delay, *_unlabelled(system, given))
    if callable(given):
        return _from_function(system, delay, given)
    if isinstance(given, tuple) and _is_series(given):
        return _from_series(system, delay, *given)
    state = system.check_states(given)
    if state.ndim != 1:
        raise InvalidArgumentError(
            f"a constant history of {system.name} has shape ({system.dimension},); got {state.shape}"
        )
    starts, lengths = np.array([-delay]), np.array([delay])
    return History(starts, lengths, state[np.newaxis], np.zeros((1, ROWS, state.size)), state)


def _check_history(system: System, delay: float, history: History) -> History:
    if history.states.shape[1] != system.dimension:
        raise InvalidArgumentError(
            f"a history of {history.states.shape[1]} components does not fit {system.name}, which has "
            f"{system.dimension}"
        )
    _check_cover(system, delay, history.starts[0], history.starts[-1] + history.lengths[-1])
    return history


def _check_cover(system: System, delay: float, first: float, last: float) -> None:
    if first > -delay * (1.0 - TIME_SLACK) or last < -delay * TIME_SLACK:
        raise InvalidArgumentError(
            f"the history of {system.name} covers the times from {first:g} to {last:g}; it must cover the delay "
            f"{system.delay} = {delay:g}, from {-delay:g} to 0"
        )


def _basis(fraction: np.ndarray) -> np.ndarray:
    """Return what the seven rows of a polynomial are multiplied with: float64 [fraction, row]."""
    factors = [fraction if row % 2 == 0 else 1.0 - fraction for row in range(ROWS)]
    return np.cumprod(np.stack(factors, axis=-1), axis=-1)


def _from_function(system: System, delay: float, function: Callable[[float], Any]) -> History:
    def sample(times: np.ndarray) -> np.ndarray:
        values = np.array([_value_of(system, function, t) for t in times.ravel().tolist()])
        return values.reshape(*times.shape, system.dimension)

    # Without the end points, where the values are those of the neighbouring pieces.
    to_rows = np.linalg.inv(_basis(_CHEBYSHEV[1:]))
    between = _basis(_BETWEEN)
    pieces = FIRST_PIECES
    while True:
        edges = np.linspace(-delay, 0.0, pieces + 1)
        starts, lengths = edges[:-1], np.diff(edges)
        at_edges = sample(edges)
        inside = sample(starts[:, np.newaxis] + lengths[:, np.newaxis] * _CHEBYSHEV[1:-1])
        changes = np.concatenate([inside, at_edges[1:, np.newaxis]], axis=1) - at_edges[:-1, np.newaxis]
        polynomials = to_rows @ changes
        expected = sample(starts[:, np.newaxis] + lengths[:, np.newaxis] * _BETWEEN)
        error = np.abs(at_edges[:-1, np.newaxis] + between @ polynomials - expected).max(axis=(0, 1))
        size = np.abs(expected).max(axis=(0, 1))
        if (error <= PIECE_TOLERANCE * size).all():
            return History(starts, lengths, at_edges[:-1].copy(), np.ascontiguousarray(polynomials), at_edges[-1])
        pieces *= 2
        if pieces > MOST_PIECES:
            raise InvalidArgumentError(
                f"the history of {system.name} is not smooth enough: {MOST_PIECES} polynomials of degree 7 leave an "
                f"error of {error.max():.1g}; give a pair of times and values instead"
            )


def _value_of(system: System, function: Callable[[float], Any], t: float) -> np.ndarray:
    returned = function(t)
    try:
        value = np.array(returned, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"the history of {system.name} must return {system.dimension} numbers, got {returned!r} at time {t:g}"
        ) from None
    if value.shape != (system.dimension,) and not (value.shape == () and system.dimension == 1):
        raise InvalidArgumentError(
            f"the history of {system.name} must return shape ({system.dimension},), got {value.shape} at time {t:g}"
        )
    if not np.isfinite(value).all():
        raise InvalidArgumentError(
            f"the history of {system.name} must return finite numbers, got {returned!r} at time {t:g}"
        )
    return value.reshape(system.dimension)


def _unlabelled(system: System, series: Any) -> tuple[np.ndarray, np.ndarray]:
    if set(series.dims) != {"time", "component"} or "time" not in series.coords:
        raise InvalidArgumentError(
            f"a labelled history of {system.name} must have the dimensions time, with its coordinate, and component, "
            f"got {tuple(series.dims)}"
        )
    if "component" in series.coords and tuple(series["component"].values.tolist()) != system.variables:
        raise InvalidArgumentError(
            f"a labelled history of {system.name} must have the components {list(system.variables)}, "
            f"got {series['component'].values.tolist()}"
        )
    series = series.transpose("time", "component")
    return series["time"].values, series.values


def _from_series(system: System, delay: float, given_times: Any, given_values: Any) -> History:
    from scipy.interpolate import CubicSpline

    try:
        times = np.array(given_times, dtype=np.float64)
        values = np.array(given_values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"times and values of a history of {system.name} must be numbers") from None
    if values.ndim == 1 and system.dimension == 1:
        values = values[:, np.newaxis]
    if times.ndim != 1 or times.size < 2 or values.shape != (times.size, system.dimension):
        raise InvalidArgumentError(
            f"a history of {system.name} must have times of shape (n,) and values of shape (n, {system.dimension}) "
            f"with n of at least 2, got {times.shape} and {values.shape}"
        )
    if not (np.isfinite(times).all() and np.isfinite(values).all()):
        raise InvalidArgumentError(f"the history of {system.name} has missing or infinite times or values")
    if not (np.diff(times) > 0.0).all():
        position = int(np.argmax(np.diff(times) <= 0.0))
        raise InvalidArgumentError(
            f"the times of the history of {system.name} must increase; {times[position]:g} is followed by "
            f"{times[position + 1]:g}"
        )
    _check_cover(system, delay, times[0], times[-1])
    spline = CubicSpline(times, values)
    first = max(0, int(np.searchsorted(times, -delay, side="right")) - 1)
    last = max(first + 1, int(np.searchsorted(times, 0.0, side="left")))
    edges = times[first : last + 1].copy()
    # The solution begins at 0, so a piece that reaches beyond ends there.
    edges[-1] = 0.0
    lengths = np.diff(edges)
    cubic, square, linear, constant = (spline.c[power, first:last] for power in range(4))
    scale = lengths[:, np.newaxis]
    linear, square, cubic = linear * scale, square * scale**2, cubic * scale**3
    polynomials = np.zeros((lengths.size, ROWS, system.dimension))
    polynomials[:, 0] = linear + square + cubic
    polynomials[:, 1] = -square - cubic
    polynomials[:, 2] = -cubic
    return History(
        edges[:-1], lengths, np.ascontiguousarray(constant), polynomials, np.array(spline(0.0), dtype=np.float64)
    )
