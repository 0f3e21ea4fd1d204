"""The truth of a forecast window: the solution from its last observed point, and the time until which it is known.

Chaos amplifies the errors of every numerical solution. Two solutions that were computed independently from the same
state say how long both are right: until they part by one per cent of a standard deviation. Solutions at two tolerances
are independent in this sense, as they take other steps. Where the equations admit it, both are in extended precision.
Orbits of maps are computed with twice the decimal digits until two of them agree to the end of the window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_array
from dysts.errors import InvalidArgumentError
from dysts.integration.exact_orbits import FEWEST_DIGITS, MOST_DIGITS, exact_orbit
from dysts.integration.extended import admits_extended
from dysts.integration.integrate import integrate
from dysts.integration.iterates import iterates_of
from dysts.integration.predictability import AGREEMENT
from dysts.integration.problem import AUTO
from dysts.integration.tolerances import DOUBLE, EXTENDED, SMALLEST_TOLERANCE, SMALLEST_TOLERANCES, Precision
from dysts.systems.kinds import MAP
from dysts.systems.registry import as_system
from dysts.systems.system import System

LOOSER = 10.0
"""Ratio of the tolerance of the checking solution to that of the solution."""
LOOSER_IN_EXTENDED_PRECISION = 100.0
"""The same in extended precision, where steps are longer and a factor of ten changes few of them."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of solving the equations.

    Attributes
    ----------
    solver : str
    rtol : float
        Relative tolerance.
    precision : {"double", "extended"}
    """

    solver: str
    rtol: float
    precision: Precision = DOUBLE

    def __str__(self) -> str:
        return f"{self.solver} in {self.precision} precision, rtol {self.rtol:g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """The solution through one state and the time until which it is known.

    Attributes
    ----------
    times : float64 [time]
        The first one belongs to the state.
    states : float64 [time, variable]
    values : float64 [time, observable]
    until : float
        The last of the times up to which two solutions agree in every observable.
    points : int
        Number of times up to there, the first one included.
    method, check : str
        How the solution was computed, and the other one.
    """

    times: np.ndarray
    states: np.ndarray
    values: np.ndarray
    until: float
    points: int
    method: str
    check: str


def window_truth(
    system: System | str,
    state: Any,
    times: Any,
    *,
    scale: Any = None,
    history: Any = None,
) -> Truth:
    """Compute the solution from the last observed point of a window, and the time until which it is known.

    Parameters
    ----------
    system : System or str
        A system or a name in the registry.
    state : array_like [variable] or None
        The state at the last observed point; None for a delay system with a history.
    times : array_like [time]
        Strictly increasing times, the first of which belongs to the state; of a map, numbers of iterates.
    scale : array_like [observable], optional
        Standard deviations of the observables, by default those of the solution over the window.
    history : optional
        For a delay system, what happened before; see `dysts.integrate`. The first time is then 0.

    Returns
    -------
    Truth

    Raises
    ------
    InvalidArgumentError
        If a scale is no positive number for each observable, or an argument of `dysts.integrate` is not allowed.

    Examples
    --------
    >>> import dysts, numpy as np
    >>> lorenz = dysts.get_system("Lorenz")
    >>> truth = window_truth(lorenz, lorenz.initial_conditions, np.linspace(0.0, 5.0, 101))
    >>> truth.until, truth.points
    (5.0, 101)
    """
    system = as_system(system)
    grid = _checked_times(times)
    if history is None:
        state = system.check_states(state)
        if state.ndim != 1:
            raise InvalidArgumentError(f"state must be one state of {system.name}, got an array of shape {state.shape}")
    if system.kind == MAP:
        return _truth_of_map(system, state, grid, scale)
    best: Truth | None = None
    for solution, check in _ways(system):
        states, others = (_solve(system, way, state, grid, history) for way in (solution, check))
        values = system.observe(states)
        points = points_of_agreement(values, system.observe(others), _checked_scale(system, scale, values))
        if best is None or points > best.points:
            best = Truth(
                times=grid,
                states=states,
                values=values,
                until=float(grid[points - 1]),
                points=points,
                method=str(solution),
                check=str(check),
            )
        if np.isfinite(values).all():
            break
    assert best is not None
    return best


def _truth_of_map(system: System, state: np.ndarray, grid: np.ndarray, scale: Any) -> Truth:
    gaps = iterates_of(grid, int(grid[0]))
    digits = FEWEST_DIGITS
    while True:
        others = exact_orbit(system, state, gaps, digits=digits, push=-1)
        fewer, digits = digits, 2 * digits
        states = exact_orbit(system, state, gaps, digits=digits, push=1)
        values = system.observe(states)
        points = points_of_agreement(values, system.observe(others), _checked_scale(system, scale, values))
        if points == len(grid) or 2 * digits > MOST_DIGITS or np.isnan(states[points]).all():
            break
    return Truth(
        times=grid,
        states=states,
        values=values,
        until=float(grid[points - 1]),
        points=points,
        method=f"iteration with {digits} digits",
        check=f"iteration with {fewer} digits",
    )


def truth_horizon(
    system: System | str,
    times: Any,
    states: Any,
    *,
    scale: Any = None,
    history: Any = None,
) -> float:
    """Return the time until which a stored solution is right, measured from its first state.

    Parameters
    ----------
    system : System or str
        A system or a name in the registry.
    times : array_like [time]
        Strictly increasing times of the solution.
    states : array_like [time, variable]
        The solution; its first row is the last observed point.
    scale, history
        As in `window_truth`.

    Returns
    -------
    float
        The last of the times up to which the solution differs from the truth by one per cent of the scale at most, in
        every observable, and the truth itself is known.

    Examples
    --------
    >>> import dysts, numpy as np
    >>> run = dysts.integrate("Lorenz", times=np.linspace(0.0, 30.0, 601), rtol=1e-4)
    >>> 4.0 < truth_horizon("Lorenz", run["time"].values, run.values) < 10.0
    True
    """
    system = as_system(system)
    stored = check_array("states", states)
    grid = _checked_times(times)
    if stored.shape != (grid.size, system.dimension):
        raise InvalidArgumentError(
            f"states must have shape ({grid.size}, {system.dimension}), one row for each time, got {stored.shape}"
        )
    first = None if history is not None else stored[0]
    truth = window_truth(system, first, grid, scale=scale, history=history)
    measure = _checked_scale(system, scale, truth.values)
    points = points_of_agreement(truth.values, system.observe(stored), measure)
    return float(grid[min(points, truth.points) - 1])


def _checked_times(times: Any) -> np.ndarray:
    grid = check_array("times", times)
    if grid.ndim != 1 or grid.size == 0:
        raise InvalidArgumentError(f"times must have one axis and at least one time, got shape {grid.shape}")
    return grid


def points_of_agreement(values: np.ndarray, others: np.ndarray, scale: np.ndarray) -> int:
    """Return the number of leading rows in which two series agree to one per cent of the scale, at least 1.

    Parameters
    ----------
    values, others : float64 [time, observable]
    scale : float64 [observable]

    Examples
    --------
    >>> points_of_agreement(np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.005], [3.0]]), np.ones(1))
    2
    """
    # A solution that blows up differs by more than a double can hold, which is infinitely much.
    with np.errstate(over="ignore", invalid="ignore"):
        agree = (np.abs(values - others) <= AGREEMENT * scale).all(axis=1)
    apart = np.flatnonzero(~agree)
    return max(1, int(apart[0]) if apart.size else len(values))


def _ways(system: System) -> Iterator[tuple[Way, Way]]:
    """Yield how the truth of a system is computed and how it is checked, the next one for where the first one fails.

    Extended precision fails at poles that rounding hides in double precision: a quotient that is finite where numerator
    and denominator vanish together has one if their zeros differ in the seventeenth digit.
    """
    if admits_extended(system):
        rtol = SMALLEST_TOLERANCES[EXTENDED]
        looser = LOOSER_IN_EXTENDED_PRECISION * rtol
        yield Way(solver=AUTO, rtol=rtol, precision=EXTENDED), Way(solver=AUTO, rtol=looser, precision=EXTENDED)
    looser = LOOSER * SMALLEST_TOLERANCE
    # Delay systems are integrated at a tenth of the tolerance.
    tightest = looser if system.delay is not None else SMALLEST_TOLERANCE
    yield Way(solver=AUTO, rtol=tightest), Way(solver=AUTO, rtol=LOOSER * tightest)


def _solve(system: System, way: Way, state: Any, times: np.ndarray, history: Any) -> np.ndarray:
    start: dict[str, Any] = {"history": history} if history is not None else {"initial_conditions": state}
    run = integrate(
        system,
        times=times,
        start=float(times[0]) if times.size else 0.0,
        rtol=way.rtol,
        solver=way.solver,
        precision=way.precision,
        on_failure="keep",
        predictability=False,
        **start,
    )
    return np.asarray(run.values, dtype=np.float64)


def _checked_scale(system: System, given: Any, values: np.ndarray) -> np.ndarray:
    if given is not None:
        scale = check_array("scale", given)
        if scale.shape != (len(system.observable_names),) or not (np.isfinite(scale).all() and (scale > 0.0).all()):
            raise InvalidArgumentError(
                f"scale must be a positive number for each of {', '.join(system.observable_names)}, got {given!r}"
            )
        return scale
    finite = values[np.isfinite(values).all(axis=1)]
    # A state that blows up has no square in double precision.
    largest = max(float(np.abs(finite).max(initial=0.0)), 1e-300)
    scale = (finite / largest).std(axis=0) * largest
    # A component that stands still has no scale of its own.
    whole: np.ndarray = np.where(scale > 0.0, scale, float(scale.max(initial=0.0)) or largest)
    return whole
