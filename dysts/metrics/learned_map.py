"""The dynamics that a forecaster has learned, from its step: Lyapunov spectrum and fixed points of an iterated map.

A forecaster that iterates one-step forecasts is a map of its own state, of lagged points or hidden units, to the next.
Its derivative is taken by central differences of its step, so any step serves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError

_State = NDArray[np.float64]
Map = Callable[[_State], _State]

DISPLACEMENT = 6e-6
"""Relative displacement of the central differences: the cube root of the rounding error, which balances both errors."""
CLOSE = 1e-10
"""Relative size of the last step of Newton's method, at which a fixed point counts as found."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FixedPoint:
    """A fixed point of a map.

    Attributes
    ----------
    state : float64 [variable]
    multipliers : complex128 [variable]
        Eigenvalues of the derivative there, the largest first.
    stable : bool
        Whether all of them are smaller than 1.
    """

    state: _State
    multipliers: NDArray[np.complex128]
    stable: bool


def map_lyapunov_spectrum(
    advance: Map, state: ArrayLike, *, steps: int, step: float, exponents: int | None = None, transient: int = 0
) -> _State:
    """Return the Lyapunov spectrum of an iterated map.

    Tangent vectors are carried along by differences of the map, and orthogonalised after every step (QR).

    Parameters
    ----------
    advance : callable
        Maps a state, float64 [variable], to the next; ``lambda state: model.step(state)[0]`` for a forecaster.
    state : array_like, float [variable]
        Where to begin.
    steps : int
        Steps that are averaged over.
    step : float
        Time of a step, the unit of the exponents.
    exponents : int, optional
        Number of exponents, largest first; all of them by default. A state of n lagged points has n - 1 directions
        too many, whose exponents are strongly negative.
    transient : int
        Steps that are not averaged over, during which vectors turn to their directions.

    Returns
    -------
    float64 [exponent]
        Per unit of time, largest first; minus infinity for a direction that the map forgets.

    Raises
    ------
    InvalidArgumentError
        If a number is not allowed, or the map leaves the finite numbers.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9-20, doi:10.1007/BF02128236.

    Examples
    --------
    >>> double = map_lyapunov_spectrum(lambda x: 2.0 * x % 1.0, [0.3], steps=20, step=1.0)
    >>> bool(abs(double[0] - np.log(2.0)) < 1e-6)
    True
    """
    now = np.array(state, dtype=np.float64)
    check_count("steps", steps)
    check_count("transient", transient, least=0)
    check_positive("step", step)
    count = now.size if exponents is None else check_count("exponents", exponents)
    if now.ndim != 1 or not now.size or count > now.size:
        raise InvalidArgumentError(f"exponents must be at most the {now.size} variables of the state, got {count}")
    directions = np.linalg.qr(np.random.default_rng(0).normal(size=(now.size, count)))[0]
    total = np.zeros(count)
    for place in range(transient + steps):
        next_state = _checked(advance(now.copy()), now)
        directions, stretched = np.linalg.qr(_along(advance, now, directions))
        if place >= transient:
            with np.errstate(divide="ignore"):
                total += np.log(np.abs(np.diag(stretched)))
        now = next_state
    return np.sort(total / (steps * step))[::-1]


def fixed_points(
    advance: Map, starts: ArrayLike, *, most_iterations: int = 50, tolerance: float = CLOSE
) -> list[FixedPoint]:
    """Return the fixed points of a map that Newton's method finds from given states.

    Parameters
    ----------
    advance : callable
        As for `map_lyapunov_spectrum`.
    starts : array_like, float [start, variable]
        States to begin with, such as every hundredth of a long forecast.
    most_iterations : int
        Steps of Newton's method from each start, after which it is given up.
    tolerance : float
        Size of the last step, relative to the state, at which a point counts as found.

    Returns
    -------
    list of FixedPoint
        Different ones, in the order in which they were found.

    Raises
    ------
    InvalidArgumentError
        If the starts are no states.

    Examples
    --------
    >>> found = fixed_points(lambda x: 3.0 * x * (1.0 - x), [[0.1], [0.6]])
    >>> sorted(abs(round(float(point.state[0]), 9)) for point in found)
    [0.0, 0.666666667]
    """
    states = np.atleast_2d(np.asarray(starts, dtype=np.float64))
    if states.ndim != 2 or not states.size or not np.isfinite(states).all():
        raise InvalidArgumentError(f"starts must be finite states [start, variable], got shape {states.shape}")
    check_count("most_iterations", most_iterations)
    found: list[FixedPoint] = []
    identity = np.eye(states.shape[1])
    for start in states:
        state = _newton(advance, start, identity, most_iterations, tolerance)
        if state is None or any(np.allclose(state, known.state, rtol=1e-6, atol=1e-9) for known in found):
            continue
        multipliers = np.linalg.eigvals(_along(advance, state, identity))
        multipliers = multipliers[np.argsort(-np.abs(multipliers), kind="stable")].astype(np.complex128)
        found.append(FixedPoint(state=state, multipliers=multipliers, stable=bool(np.abs(multipliers[0]) < 1.0)))
    return found


def _newton(advance: Map, start: _State, identity: _State, most: int, tolerance: float) -> _State | None:
    state = start.copy()
    for _ in range(most):
        try:
            residual = _checked(advance(state.copy()), state) - state
            change = np.linalg.solve(_along(advance, state, identity) - identity, -residual)
        except (InvalidArgumentError, np.linalg.LinAlgError):
            return None
        state = state + change
        if not np.isfinite(state).all():
            return None
        if np.linalg.norm(change) <= tolerance * max(1.0, float(np.linalg.norm(state))):
            return state
    return None


def _along(advance: Map, state: _State, directions: _State) -> _State:
    """Return the derivative of the map along directions, float64 [variable, direction]."""
    size = DISPLACEMENT * max(1.0, float(np.abs(state).max()))
    columns = []
    for column in range(directions.shape[1]):
        moved = size * directions[:, column]
        ahead, behind = (_checked(advance(state + sign * moved), state) for sign in (1.0, -1.0))
        columns.append((ahead - behind) / (2.0 * size))
    return np.stack(columns, axis=1)


def _checked(next_state: ArrayLike, state: _State) -> _State:
    array = np.asarray(next_state, dtype=np.float64)
    if array.shape != state.shape or not np.isfinite(array).all():
        raise InvalidArgumentError(f"the map must give finite states of shape {state.shape}, got shape {array.shape}")
    return array
