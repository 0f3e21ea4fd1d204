"""Growth of tangent vectors along orbits of maps, by the exact Jacobian and an orthonormalisation at each iterate.

References
----------
J.-P. Eckmann, D. Ruelle, Ergodic theory of chaos and strange attractors, Reviews of Modern Physics 57 (1985) 617-656.
"""

import math

import numpy as np
from numba import types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.solvers.iteration.loop import end_of
from dysts.solvers.shared.arguments import MATRIX, VECTOR
from dysts.solvers.shared.codes import SUCCESS


@driver(
    types.Tuple((types.int64, types.int64))(
        types.int64, types.int64, VECTOR, VECTOR, VECTOR, MATRIX, types.int64, types.int64, MATRIX
    )
)
def tangent_growth_of_map(
    address: int,
    jacobian: int,
    constants: np.ndarray,
    jacobian_constants: np.ndarray,
    state: np.ndarray,
    vectors: np.ndarray,
    discard: int,
    block: int,
    growth: np.ndarray,
) -> tuple[int, int]:
    """Follow tangent vectors and add up the logarithms by which each grows in each block of iterates.

    Parameters
    ----------
    address, jacobian : int
        The map, and its Jacobian row by row.
    constants, jacobian_constants : float64 [constant]
    state : float64 [component]
        The first state; replaced by the last.
    vectors : float64 [vector, component]
        Starting vectors, linearly independent; replaced by the last, which are orthonormal.
    discard : int
        Iterates that are not recorded, while the vectors find their directions.
    block : int
        Iterates in each block.
    growth : float64 [block, vector]
        Receives the sums of logarithms; minus infinity for a direction that the map contracts to nothing.

    Returns
    -------
    status : int
    reached : int
        Iterates until the end.
    """
    size = state.size
    count = vectors.shape[0]
    next_state = np.empty(size)
    matrix = np.empty(size * size)
    image = np.empty(size)
    growth[:] = 0.0
    for number in range(discard + block * growth.shape[0]):
        call(jacobian, float(number), state, jacobian_constants, matrix)
        call(address, float(number), state, constants, next_state)
        total = 0.0
        for i in range(size):
            total += 0.0 * next_state[i]
        for i in range(size * size):
            total += 0.0 * matrix[i]
        if total != 0.0:
            return end_of(state), number
        state[:] = next_state
        index = (number - discard) // block if number >= discard else -1
        for j in range(count):
            for i in range(size):
                image[i] = 0.0
                for k in range(size):
                    image[i] += matrix[i * size + k] * vectors[j, k]
            for other in range(j):
                overlap = 0.0
                for i in range(size):
                    overlap += vectors[other, i] * image[i]
                for i in range(size):
                    image[i] -= overlap * vectors[other, i]
            square = 0.0
            for i in range(size):
                square += image[i] * image[i]
            length = math.sqrt(square)
            if index >= 0:
                growth[index, j] += math.log(length)
            if length > 0.0:
                for i in range(size):
                    vectors[j, i] = image[i] / length
            else:
                # A direction that is lost stays lost: any vector orthogonal to the others goes on in its place.
                for i in range(size):
                    vectors[j, i] = 1.0 if i == j else 0.0
    return SUCCESS, discard + block * growth.shape[0]
