"""Growth of tangent vectors of a delay equation, whose state is the whole last delay.

A step of fixed length that divides the delay makes the state a vector of finitely many values, as in J. D. Farmer,
Chaotic attractors of an infinite-dimensional dynamical system, Physica D 4 (1982) 366-393. The steps are classical
Runge-Kutta of order 4; between the grid points the past is the cubic through values and derivatives at both sides.
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.solvers.shared.arguments import CUBE, MATRIX, VECTOR
from dysts.solvers.shared.codes import NOT_FINITE, SUCCESS


@njit(error_model="numpy")
def orthonormalise_pasts(past: np.ndarray, slopes: np.ndarray, logarithms: np.ndarray) -> None:
    """Make the past of the tangent vectors orthonormal as whole functions, and carry their derivatives along.

    `past` and `slopes` are [vector, grid point, component]; the first row is the state itself and left alone.
    """
    for i in range(1, past.shape[0]):
        for j in range(1, i):
            overlap = 0.0
            for n in range(past.shape[1]):
                for c in range(past.shape[2]):
                    overlap += past[j, n, c] * past[i, n, c]
            for n in range(past.shape[1]):
                for c in range(past.shape[2]):
                    past[i, n, c] -= overlap * past[j, n, c]
                    slopes[i, n, c] -= overlap * slopes[j, n, c]
        square = 0.0
        for n in range(past.shape[1]):
            for c in range(past.shape[2]):
                square += past[i, n, c] ** 2
        length = math.sqrt(square)
        logarithms[i - 1] += math.log(length)
        for n in range(past.shape[1]):
            for c in range(past.shape[2]):
                past[i, n, c] /= length
                slopes[i, n, c] /= length


@njit(error_model="numpy")
def _stage(
    address: int,
    jacobian_address: int,
    constants: np.ndarray,
    jacobian_constants: np.ndarray,
    t: float,
    now: np.ndarray,
    delayed: np.ndarray,
    inputs: np.ndarray,
    jacobian: np.ndarray,
    result: np.ndarray,
) -> None:
    """Evaluate the derivative of the state (row 0) and of the tangent vectors (the other rows)."""
    size = now.shape[1]
    for c in range(size):
        inputs[c] = now[0, c]
        inputs[size + c] = delayed[0, c]
    call(address, t, inputs, constants, result[0])
    call(jacobian_address, t, inputs, jacobian_constants, jacobian)
    for v in range(1, now.shape[0]):
        for row in range(size):
            total = 0.0
            for c in range(size):
                total += jacobian[row * 2 * size + c] * now[v, c]
                total += jacobian[row * 2 * size + size + c] * delayed[v, c]
            result[v, row] = total


@driver(
    types.Tuple((types.int64, types.float64))(
        types.int64,
        types.int64,
        VECTOR,
        VECTOR,
        types.float64,
        types.int64,
        types.int64,
        CUBE,
        CUBE,
        MATRIX,
    )
)
def delay_tangent_growth(
    address: int,
    jacobian_address: int,
    constants: np.ndarray,
    jacobian_constants: np.ndarray,
    step: float,
    discard: int,
    block: int,
    past: np.ndarray,
    slopes: np.ndarray,
    growth: np.ndarray,
) -> tuple[int, float]:
    """Follow tangent vectors and record by how much each grows in each block of delays.

    Parameters
    ----------
    step : float
        The delay divided by the number of grid points less one.
    discard, block : int
        Delays at the beginning that are not recorded, and delays in a block.
    past, slopes : float64 [vector, grid point, component]
        Values and derivatives over the last delay, the state first, then the vectors; overwritten.
    growth : float64 [block, vector]
        Receives the sum of logarithms of stretching factors.

    Returns
    -------
    status : int
    reached : float
    """
    rows, points, size = past.shape
    inputs = np.empty(2 * size)
    jacobian = np.empty(2 * size * size)
    stages = np.empty((4, rows, size))
    now = past[:, points - 1].copy()
    trial = np.empty((rows, size))
    middle = np.empty((rows, size))
    ignored = np.zeros(rows - 1)
    orthonormalise_pasts(past, slopes, ignored)
    now[:] = past[:, points - 1]
    growth[:] = 0.0
    # The newest point sits at `newest` of the ring, so the oldest one, a delay ago, is the next.
    newest = points - 1
    t = 0.0
    for count in range(discard + block * growth.shape[0]):
        for _ in range(points - 1):
            first = (newest + 1) % points
            second = (newest + 2) % points
            before, after = past[:, first].copy(), past[:, second].copy()
            for v in range(rows):
                for c in range(size):
                    middle[v, c] = 0.5 * (before[v, c] + after[v, c]) + 0.125 * step * (
                        slopes[v, first, c] - slopes[v, second, c]
                    )
            _stage(
                address, jacobian_address, constants, jacobian_constants, t, now, before, inputs, jacobian, stages[0]
            )
            slopes[:, newest] = stages[0]
            for number in range(1, 4):
                length = step if number == 3 else 0.5 * step
                for v in range(rows):
                    for c in range(size):
                        trial[v, c] = now[v, c] + length * stages[number - 1, v, c]
                _stage(
                    address,
                    jacobian_address,
                    constants,
                    jacobian_constants,
                    t + length,
                    trial,
                    after if number == 3 else middle,
                    inputs,
                    jacobian,
                    stages[number],
                )
            for v in range(rows):
                for c in range(size):
                    now[v, c] += (
                        step / 6.0 * (stages[0, v, c] + 2.0 * stages[1, v, c] + 2.0 * stages[2, v, c] + stages[3, v, c])
                    )
            past[:, first] = now
            newest = first
            t += step
            for c in range(size):
                if not math.isfinite(now[0, c]):
                    return NOT_FINITE, t
        # The derivative at the newest point is needed before the vectors are combined.
        oldest = past[:, (newest + 1) % points].copy()
        _stage(address, jacobian_address, constants, jacobian_constants, t, now, oldest, inputs, jacobian, stages[0])
        slopes[:, newest] = stages[0]
        orthonormalise_pasts(past, slopes, ignored if count < discard else growth[(count - discard) // block])
        now[:] = past[:, newest]
    return SUCCESS, t
