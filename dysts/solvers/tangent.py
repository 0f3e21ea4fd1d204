"""Growth of tangent vectors along a trajectory, with repeated orthonormalisation.

References
----------
G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9-30.
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation.driver import driver
from dysts.solvers.dop853.loop import advance, workspace
from dysts.solvers.shared.arguments import MATRIX, VECTOR, Control
from dysts.solvers.shared.codes import BLOWN_UP, SUCCESS, TOO_MANY_STEPS


@njit(error_model="numpy")
def orthonormalise(vectors: np.ndarray, logarithms: np.ndarray) -> None:
    """Make the rows orthonormal (modified Gram-Schmidt) and add the logarithms of their lengths."""
    for i in range(vectors.shape[0]):
        for j in range(i):
            overlap = 0.0
            for c in range(vectors.shape[1]):
                overlap += vectors[j, c] * vectors[i, c]
            for c in range(vectors.shape[1]):
                vectors[i, c] -= overlap * vectors[j, c]
        square = 0.0
        for c in range(vectors.shape[1]):
            square += vectors[i, c] * vectors[i, c]
        length = math.sqrt(square)
        logarithms[i] += math.log(length)
        for c in range(vectors.shape[1]):
            vectors[i, c] /= length


STEPS_BETWEEN = 2
"""Steps between orthonormalisations. One explicit step cannot contract by more than about exp(-6) and stay
stable, so the vectors never lose their independence, however strong the contraction of the flow is."""


@driver(
    types.Tuple((types.int64, types.float64))(
        types.int64,
        VECTOR,
        VECTOR,
        MATRIX,
        types.float64,
        types.float64,
        VECTOR,
        VECTOR,
        types.int64,
        types.int64,
        types.float64,
        VECTOR,
        types.float64,
        MATRIX,
        types.int64[::1],
    )
)
def tangent_growth(
    address: int,
    constants: np.ndarray,
    initial_state: np.ndarray,
    vectors: np.ndarray,
    discard: float,
    block: float,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
    maximum_steps: int,
    phase: int,
    phase_period: float,
    turns: np.ndarray,
    bound: float,
    growth: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, float]:
    """Follow tangent vectors and record by how much each grows in each block of time.

    Parameters
    ----------
    vectors : float64 [vector, component]
        Starting vectors, linearly independent.
    discard : float
        Time at the beginning that is not recorded, while the vectors find their directions.
    block : float
        Duration of each recorded block.
    turns : float64 [component]
        Periods of the angles, which are kept within one turn; 0 for components that are none.
    bound : float
        A component beyond it, other than the phase, has escaped.
    growth : float64 [block, vector]
        Receives the sum of logarithms of stretching factors.

    Returns
    -------
    status : int
    reached : float
    """
    size = initial_state.size
    whole = size + vectors.size
    augmented = np.empty(whole)
    augmented[:size] = initial_state
    # Writing through this view changes `augmented`, which the solver integrates.
    tangent = augmented[size:].reshape(vectors.shape)
    tangent[:] = vectors
    ignored = np.zeros(vectors.shape[0])
    orthonormalise(tangent, ignored)
    work = workspace(whole, 0)
    nothing = np.empty((1, 0))
    end = np.empty(1)
    growth[:] = 0.0
    step = 0.0
    t = 0.0
    for index in range(-1, growth.shape[0]):
        end[0] = discard + (index + 1) * block
        while t < end[0]:
            most = counts[0] + counts[1] + STEPS_BETWEEN
            few = Control(relative_tolerance, absolute_tolerance, most, np.inf, False, phase, 0, 0)
            status, t, step = advance(
                address, constants, t, augmented, end, few, phase_period, step, work, nothing, counts
            )
            if status != SUCCESS and status != TOO_MANY_STEPS:
                return status, t
            if counts[0] + counts[1] > maximum_steps:
                return TOO_MANY_STEPS, t
            for c in range(size):
                if c != phase and abs(augmented[c]) > bound:
                    return BLOWN_UP, t
                if turns[c] > 0.0:
                    augmented[c] -= turns[c] * math.floor(augmented[c] / turns[c])
            orthonormalise(tangent, ignored if index < 0 else growth[index])
    return SUCCESS, t
