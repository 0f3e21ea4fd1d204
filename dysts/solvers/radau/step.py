"""Radau IIA: an implicit Runge-Kutta method of order 5 for stiff equations, one step at a time.

References
----------
E. Hairer, G. Wanner, Solving Ordinary Differential Equations II: Stiff and Differential-Algebraic Problems, 2nd
edition, Springer (1996), section IV.8.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from dysts.compilation.calling import call
from dysts.solvers.radau.linear import decompose, substitute
from dysts.solvers.radau.tableau import (
    COMPLEX_EIGENVALUE,
    ERROR,
    FROM_EIGENBASIS,
    NODES,
    REAL_EIGENVALUE,
    TO_EIGENBASIS,
)
from dysts.solvers.shared.polynomial import ROWS, interpolate

STAGES = 3
ITERATIONS = 7
"""Limit on the Newton iterations of a step, beyond which a shorter step is tried."""
ERROR_ORDER = 4.0
"""Order of the error estimate in the step."""


class RadauWorkspace(NamedTuple):
    """Arrays that one trajectory reuses in all its steps."""

    stages: np.ndarray
    """Differences of the stages to the state at the start: float64 [stage, component]."""
    transformed: np.ndarray
    slopes: np.ndarray
    jacobian: np.ndarray
    real_factors: np.ndarray
    real_pivots: np.ndarray
    real_right: np.ndarray
    complex_factors: np.ndarray
    complex_pivots: np.ndarray
    complex_right: np.ndarray
    argument: np.ndarray


@njit(error_model="numpy")
def radau_workspace(size: int) -> RadauWorkspace:
    """Allocate the workspace of a system of this dimension."""
    return RadauWorkspace(
        np.zeros((STAGES, size)),
        np.zeros((STAGES, size)),
        np.zeros((STAGES, size)),
        np.zeros(size * size),
        np.zeros((size, size)),
        np.zeros(size, dtype=np.int64),
        np.zeros(size),
        np.zeros((size, size), dtype=np.complex128),
        np.zeros(size, dtype=np.int64),
        np.zeros(size, dtype=np.complex128),
        np.zeros(size),
    )


@njit(error_model="numpy")
def radau_step(
    address: int,
    constants: np.ndarray,
    jacobian_address: int,
    jacobian_constants: np.ndarray,
    t: float,
    state: np.ndarray,
    derivative: np.ndarray,
    step: float,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    repeated: bool,
    work: RadauWorkspace,
    trial: np.ndarray,
    counts: np.ndarray,
) -> tuple[float, int]:
    """Advance by one step from the initial guess in ``work.stages``; `trial` becomes the state at its end.

    Parameters
    ----------
    address, constants, jacobian_address, jacobian_constants
        The right-hand side and its exact Jacobian.
    derivative : float64 [component]
        The derivative at the start.
    repeated : bool
        Whether the step before was rejected; the error estimate is then filtered a second time.

    Returns
    -------
    error : float
        In units of the tolerance; infinite if the Newton iterations did not converge.
    iterations : int
    """
    size = state.size
    jacobian = work.jacobian
    call(jacobian_address, t, state, jacobian_constants, jacobian)
    if not _is_finite(jacobian):
        # A root or a power may have an infinite slope where a component is zero. Newton's iterations converge to the
        # same stages with the Jacobian of a place ahead.
        for i in range(size):
            work.argument[i] = state[i] + step * derivative[i]
        call(jacobian_address, t + step, work.argument, jacobian_constants, jacobian)
        if not _is_finite(jacobian):
            return math.inf, 0
    real = REAL_EIGENVALUE / step
    pair = COMPLEX_EIGENVALUE / step
    for i in range(size):
        for j in range(size):
            work.real_factors[i, j] = -jacobian[i * size + j]
            work.complex_factors[i, j] = -jacobian[i * size + j]
        work.real_factors[i, i] += real
        work.complex_factors[i, i] += pair
    if not decompose(work.real_factors, work.real_pivots):
        return math.inf, 0
    if not decompose(work.complex_factors, work.complex_pivots):
        return math.inf, 0
    iterations = _newton(
        address, constants, t, state, step, relative_tolerance, absolute_tolerance, real, pair, work, counts
    )
    if iterations < 0:
        return math.inf, -iterations
    for i in range(size):
        trial[i] = state[i] + work.stages[2, i]
    error = _error(state, trial, derivative, step, relative_tolerance, absolute_tolerance, work)
    if repeated and error > 1.0:
        for i in range(size):
            work.argument[i] = state[i] + work.real_right[i]
        call(address, t, work.argument, constants, work.slopes[0])
        counts[2] += 1
        error = _error(state, trial, work.slopes[0], step, relative_tolerance, absolute_tolerance, work)
    return error, iterations


@njit(error_model="numpy")
def _is_finite(values: np.ndarray) -> bool:
    total = 0.0
    for value in values:
        total += 0.0 * value
    return total == 0.0


@njit(error_model="numpy")
def _newton(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    real: float,
    pair: complex,
    work: RadauWorkspace,
    counts: np.ndarray,
) -> int:
    """Solve for the stages; return the number of iterations, negative if they do not converge."""
    size = state.size
    stages = work.stages
    transformed = work.transformed
    _transform(TO_EIGENBASIS, stages, transformed)
    # Where all components are angles, which have an absolute tolerance alone, that is of the same size.
    relative = max(relative_tolerance.max(), absolute_tolerance.min())
    tolerance = max(10.0 * 2.2e-16 / relative, min(0.03, math.sqrt(relative)))
    previous = 0.0
    for iteration in range(1, ITERATIONS + 1):
        for stage in range(STAGES):
            for i in range(size):
                work.argument[i] = state[i] + stages[stage, i]
            call(address, t + NODES[stage] * step, work.argument, constants, work.slopes[stage])
            counts[2] += 1
        for i in range(size):
            first, second, third = _in_eigenbasis(work.slopes, i)
            work.real_right[i] = first - real * transformed[0, i]
            work.complex_right[i] = complex(second, third) - pair * complex(transformed[1, i], transformed[2, i])
        substitute(work.real_factors, work.real_pivots, work.real_right)
        substitute(work.complex_factors, work.complex_pivots, work.complex_right)
        square = 0.0
        for i in range(size):
            scale = absolute_tolerance[i] + relative_tolerance[i] * abs(state[i])
            change = work.complex_right[i]
            square += (work.real_right[i] ** 2 + change.real**2 + change.imag**2) / scale**2
        length = math.sqrt(square / (3.0 * size))
        if not length < 1e300:
            return -iteration
        rate = length / previous if previous > 0.0 else 0.0
        if iteration > 1 and (rate >= 1.0 or rate ** (ITERATIONS - iteration) / (1.0 - rate) * length > tolerance):
            return -iteration
        for i in range(size):
            transformed[0, i] += work.real_right[i]
            transformed[1, i] += work.complex_right[i].real
            transformed[2, i] += work.complex_right[i].imag
        _transform(FROM_EIGENBASIS, transformed, stages)
        if length == 0.0 or (iteration > 1 and rate / (1.0 - rate) * length < tolerance):
            return iteration
        previous = length
    return -ITERATIONS


@njit(error_model="numpy")
def _in_eigenbasis(values: np.ndarray, i: int) -> tuple[float, float, float]:
    a, b, c = values[0, i], values[1, i], values[2, i]
    return (
        TO_EIGENBASIS[0][0] * a + TO_EIGENBASIS[0][1] * b + TO_EIGENBASIS[0][2] * c,
        TO_EIGENBASIS[1][0] * a + TO_EIGENBASIS[1][1] * b + TO_EIGENBASIS[1][2] * c,
        TO_EIGENBASIS[2][0] * a + TO_EIGENBASIS[2][1] * b + TO_EIGENBASIS[2][2] * c,
    )


@njit(error_model="numpy")
def _transform(matrix: tuple[tuple[float, ...], ...], source: np.ndarray, target: np.ndarray) -> None:
    for i in range(source.shape[1]):
        a, b, c = source[0, i], source[1, i], source[2, i]
        target[0, i] = matrix[0][0] * a + matrix[0][1] * b + matrix[0][2] * c
        target[1, i] = matrix[1][0] * a + matrix[1][1] * b + matrix[1][2] * c
        target[2, i] = matrix[2][0] * a + matrix[2][1] * b + matrix[2][2] * c


@njit(error_model="numpy")
def _error(
    state: np.ndarray,
    trial: np.ndarray,
    derivative: np.ndarray,
    step: float,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    work: RadauWorkspace,
) -> float:
    """Leave the error vector in ``work.real_right`` and return its norm in units of the tolerance."""
    size = state.size
    stages = work.stages
    for i in range(size):
        combined = ERROR[0] * stages[0, i] + ERROR[1] * stages[1, i] + ERROR[2] * stages[2, i]
        work.real_right[i] = derivative[i] + combined / step
    substitute(work.real_factors, work.real_pivots, work.real_right)
    total = 0.0
    for i in range(size):
        scale = absolute_tolerance[i] + relative_tolerance[i] * max(abs(state[i]), abs(trial[i]))
        total += (work.real_right[i] / scale) ** 2
    error = math.sqrt(total / size)
    return error if math.isfinite(error) else math.inf


@njit(error_model="numpy")
def collocation_polynomial(stages: np.ndarray, polynomial: np.ndarray) -> None:
    """Write the cubic through the start and the stages of a step in the common form."""
    for i in range(stages.shape[1]):
        end = stages[2, i]
        first = (stages[0, i] / NODES[0] - end) / (1.0 - NODES[0])
        second = (stages[1, i] / NODES[1] - end) / (1.0 - NODES[1])
        slope = (second - first) / (NODES[1] - NODES[0])
        polynomial[0, i] = end
        polynomial[1, i] = first - slope * NODES[0]
        polynomial[2, i] = slope
        for row in range(3, ROWS):
            polynomial[row, i] = 0.0


@njit(error_model="numpy")
def guess_stages(
    polynomial: np.ndarray,
    before: np.ndarray,
    state: np.ndarray,
    ratio: float,
    work: RadauWorkspace,
) -> None:
    """Extrapolate the polynomial of the step that began at `before` to a step `ratio` times as long."""
    for stage in range(STAGES):
        interpolate(polynomial, before, 1.0 + NODES[stage] * ratio, work.argument)
        for i in range(state.size):
            work.stages[stage, i] = work.argument[i] - state[i]


@njit(error_model="numpy")
def radau_factor(error: float, previous_error: float, ratio: float, iterations: int) -> float:
    """Return the factor to the next step from this error, the one before and the ratio of the two steps.

    The prediction takes into account how the error changed; many Newton iterations ask for caution.
    """
    safety = 0.9 * (2 * ITERATIONS + 1) / (2 * ITERATIONS + iterations)
    if error == 0.0:
        return 8.0
    factor = error ** (-1.0 / ERROR_ORDER)
    if previous_error > 0.0:
        factor = min(factor, factor * ratio * (previous_error / error) ** (1.0 / ERROR_ORDER))
    return min(8.0, max(0.2, safety * factor))


@njit(error_model="numpy")
def largest_rate(jacobian: np.ndarray, size: int) -> float:
    """Return a bound on the fastest rate of a linearised system: the largest sum of a row of its Jacobian."""
    largest = 0.0
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += abs(jacobian[i * size + j])
        largest = max(largest, total)
    return largest
