"""The interpolating polynomial of one step, in one form for all methods.

A step from `state` is described by seven rows for each component; with the fraction u of the step and v = 1 - u the
solution inside it is ``state + u*(p0 + v*(p1 + u*(p2 + v*(p3 + u*(p4 + v*(p5 + u*p6))))))``. Methods with a dense
output of lower degree leave the last rows zero.

References
----------
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer (1993),
section II.6.
"""

import numpy as np
from numba import njit

from dysts.solvers.shared.combination import multiply_add

ROWS = 7


@njit(error_model="numpy")
def interpolate(polynomial: np.ndarray, state: np.ndarray, fraction: float, result: np.ndarray) -> None:
    """Evaluate the polynomial of a step that began at `state`, at a fraction of it between 0 and 1.

    Only the leading components are written if `result` is shorter than the state.
    """
    rest = 1.0 - fraction
    for i in range(result.size):
        value = multiply_add(polynomial[6, i], fraction, polynomial[5, i])
        value = multiply_add(value, rest, polynomial[4, i])
        value = multiply_add(value, fraction, polynomial[3, i])
        value = multiply_add(value, rest, polynomial[2, i])
        value = multiply_add(value, fraction, polynomial[1, i])
        value = multiply_add(value, rest, polynomial[0, i])
        result[i] = multiply_add(value, fraction, state[i])


@njit(error_model="numpy")
def interpolate_lane(polynomial: np.ndarray, state: np.ndarray, lane: int, fraction: float, result: np.ndarray) -> None:
    """Evaluate the polynomial of one of several trajectories; a last dimension of the arrays counts them."""
    rest = 1.0 - fraction
    for i in range(result.size):
        value = multiply_add(polynomial[6, i, lane], fraction, polynomial[5, i, lane])
        value = multiply_add(value, rest, polynomial[4, i, lane])
        value = multiply_add(value, fraction, polynomial[3, i, lane])
        value = multiply_add(value, rest, polynomial[2, i, lane])
        value = multiply_add(value, fraction, polynomial[1, i, lane])
        value = multiply_add(value, rest, polynomial[0, i, lane])
        result[i] = multiply_add(value, fraction, state[i, lane])
