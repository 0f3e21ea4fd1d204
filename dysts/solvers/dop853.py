"""DOP853: an explicit Runge-Kutta method of order 8 with dense output of order 7, one step at a time.

References
----------
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I: Nonstiff Problems, 2nd edition,
Springer (1993), sections II.4 to II.6; the stiffness test of `stiffness` is that of E. Hairer, G. Wanner, Solving
Ordinary Differential Equations II, 2nd edition, Springer (1996), section IV.2.
"""

import math

import numpy as np
from numba import njit

from dysts.solvers import dop853_tableau as tableau
from dysts.solvers.calling import call

ORDER = 8.0
MEMORY = 0.04
"""Weight of the previous error in the proportional-integral control."""
STABILITY = 6.1
"""Where the region of absolute stability ends on the negative real axis."""

STAGES = tableau.STAGES
ALL_STAGES = tableau.ALL_STAGES
DENSE_EVALUATIONS = ALL_STAGES - STAGES - 1

# Tuples, because their elements become literals in the compiled sums: a loop over a sparse table takes twice as long.
NODES = tuple(tableau.NODES.tolist())
A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15 = map(tuple, tableau.COUPLING[1:].tolist())
E3, E5 = tuple(tableau.ERROR_3.tolist()), tuple(tableau.ERROR_5.tolist())
D0, D1, D2, D3 = map(tuple, tableau.DENSE.tolist())


@njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})
def take_step(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    k: np.ndarray,
    trial: np.ndarray,
    beside: np.ndarray,
) -> None:
    """Advance by one step.

    Parameters
    ----------
    k : float64 [stage, component]
        Derivatives of all stages; ``k[0]`` must hold the one at the start, ``k[12]`` becomes that at the end.
    trial : float64 [component]
        Becomes the state at the end.
    beside : float64 [component]
        Becomes the argument of the last stage before, a second approximation at the same time.
    """
    for i in range(state.size):
        trial[i] = state[i] + step * (A1[0] * k[0, i])
    call(address, t + NODES[1] * step, trial, constants, k[1])
    for i in range(state.size):
        trial[i] = state[i] + step * (A2[0] * k[0, i] + A2[1] * k[1, i])
    call(address, t + NODES[2] * step, trial, constants, k[2])
    for i in range(state.size):
        trial[i] = state[i] + step * (A3[0] * k[0, i] + A3[2] * k[2, i])
    call(address, t + NODES[3] * step, trial, constants, k[3])
    for i in range(state.size):
        trial[i] = state[i] + step * (A4[0] * k[0, i] + A4[2] * k[2, i] + A4[3] * k[3, i])
    call(address, t + NODES[4] * step, trial, constants, k[4])
    for i in range(state.size):
        trial[i] = state[i] + step * (A5[0] * k[0, i] + A5[3] * k[3, i] + A5[4] * k[4, i])
    call(address, t + NODES[5] * step, trial, constants, k[5])
    for i in range(state.size):
        trial[i] = state[i] + step * (A6[0] * k[0, i] + A6[3] * k[3, i] + A6[4] * k[4, i] + A6[5] * k[5, i])
    call(address, t + NODES[6] * step, trial, constants, k[6])
    for i in range(state.size):
        trial[i] = state[i] + step * (
            A7[0] * k[0, i] + A7[3] * k[3, i] + A7[4] * k[4, i] + A7[5] * k[5, i] + A7[6] * k[6, i]
        )
    call(address, t + NODES[7] * step, trial, constants, k[7])
    for i in range(state.size):
        trial[i] = state[i] + step * (
            A8[0] * k[0, i] + A8[3] * k[3, i] + A8[4] * k[4, i] + A8[5] * k[5, i] + A8[6] * k[6, i] + A8[7] * k[7, i]
        )
    call(address, t + NODES[8] * step, trial, constants, k[8])
    for i in range(state.size):
        trial[i] = state[i] + step * (
            A9[0] * k[0, i]
            + A9[3] * k[3, i]
            + A9[4] * k[4, i]
            + A9[5] * k[5, i]
            + A9[6] * k[6, i]
            + A9[7] * k[7, i]
            + A9[8] * k[8, i]
        )
    call(address, t + NODES[9] * step, trial, constants, k[9])
    for i in range(state.size):
        trial[i] = state[i] + step * (
            A10[0] * k[0, i]
            + A10[3] * k[3, i]
            + A10[4] * k[4, i]
            + A10[5] * k[5, i]
            + A10[6] * k[6, i]
            + A10[7] * k[7, i]
            + A10[8] * k[8, i]
            + A10[9] * k[9, i]
        )
    call(address, t + NODES[10] * step, trial, constants, k[10])
    for i in range(state.size):
        beside[i] = state[i] + step * (
            A11[0] * k[0, i]
            + A11[3] * k[3, i]
            + A11[4] * k[4, i]
            + A11[5] * k[5, i]
            + A11[6] * k[6, i]
            + A11[7] * k[7, i]
            + A11[8] * k[8, i]
            + A11[9] * k[9, i]
            + A11[10] * k[10, i]
        )
    call(address, t + NODES[11] * step, beside, constants, k[11])
    for i in range(state.size):
        trial[i] = state[i] + step * (
            A12[0] * k[0, i]
            + A12[5] * k[5, i]
            + A12[6] * k[6, i]
            + A12[7] * k[7, i]
            + A12[8] * k[8, i]
            + A12[9] * k[9, i]
            + A12[10] * k[10, i]
            + A12[11] * k[11, i]
        )
    call(address, t + NODES[12] * step, trial, constants, k[12])


@njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})
def error_of_step(
    step: float,
    k: np.ndarray,
    state: np.ndarray,
    trial: np.ndarray,
    relative_tolerance: float,
    absolute_tolerance: np.ndarray,
) -> float:
    """Return the error estimate in units of the tolerance, combined from the orders 5 and 3."""
    square_3 = 0.0
    square_5 = 0.0
    for i in range(state.size):
        if not math.isfinite(trial[i]):
            return math.inf
        inverse = 1.0 / (absolute_tolerance[i] + relative_tolerance * max(abs(state[i]), abs(trial[i])))
        third = (
            E3[0] * k[0, i]
            + E3[5] * k[5, i]
            + E3[6] * k[6, i]
            + E3[7] * k[7, i]
            + E3[8] * k[8, i]
            + E3[9] * k[9, i]
            + E3[10] * k[10, i]
            + E3[11] * k[11, i]
        )
        fifth = (
            E5[0] * k[0, i]
            + E5[5] * k[5, i]
            + E5[6] * k[6, i]
            + E5[7] * k[7, i]
            + E5[8] * k[8, i]
            + E5[9] * k[9, i]
            + E5[10] * k[10, i]
            + E5[11] * k[11, i]
        )
        square_3 += (third * inverse) * (third * inverse)
        square_5 += (fifth * inverse) * (fifth * inverse)
    if square_3 == 0.0 and square_5 == 0.0:
        return 0.0
    return abs(step) * square_5 / math.sqrt((square_5 + 0.01 * square_3) * state.size)


@njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})
def stiffness(step: float, k: np.ndarray, trial: np.ndarray, beside: np.ndarray) -> float:
    """Return the step in units of the fastest time scale, from two evaluations at the end of the step.

    Values near `STABILITY` over many steps mean that stability, not accuracy, limits the step.
    """
    slopes = 0.0
    distance = 0.0
    for i in range(trial.size):
        slopes += (k[12, i] - k[11, i]) ** 2
        distance += (trial[i] - beside[i]) ** 2
    return abs(step) * math.sqrt(slopes / distance) if distance > 0.0 else 0.0


@njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})
def prepare_interpolation(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    k: np.ndarray,
    trial: np.ndarray,
    work: np.ndarray,
    polynomial: np.ndarray,
) -> None:
    """Fill the interpolating polynomial of a finished step; costs three evaluations."""
    for i in range(state.size):
        work[i] = state[i] + step * (
            A13[0] * k[0, i]
            + A13[6] * k[6, i]
            + A13[7] * k[7, i]
            + A13[8] * k[8, i]
            + A13[9] * k[9, i]
            + A13[10] * k[10, i]
            + A13[11] * k[11, i]
            + A13[12] * k[12, i]
        )
    call(address, t + NODES[13] * step, work, constants, k[13])
    for i in range(state.size):
        work[i] = state[i] + step * (
            A14[0] * k[0, i]
            + A14[5] * k[5, i]
            + A14[6] * k[6, i]
            + A14[7] * k[7, i]
            + A14[10] * k[10, i]
            + A14[11] * k[11, i]
            + A14[12] * k[12, i]
            + A14[13] * k[13, i]
        )
    call(address, t + NODES[14] * step, work, constants, k[14])
    for i in range(state.size):
        work[i] = state[i] + step * (
            A15[0] * k[0, i]
            + A15[5] * k[5, i]
            + A15[6] * k[6, i]
            + A15[7] * k[7, i]
            + A15[8] * k[8, i]
            + A15[12] * k[12, i]
            + A15[13] * k[13, i]
            + A15[14] * k[14, i]
        )
    call(address, t + NODES[15] * step, work, constants, k[15])
    for i in range(state.size):
        change = trial[i] - state[i]
        polynomial[0, i] = change
        polynomial[1, i] = step * k[0, i] - change
        polynomial[2, i] = 2.0 * change - step * (k[12, i] + k[0, i])
        polynomial[3, i] = step * (
            D0[0] * k[0, i]
            + D0[5] * k[5, i]
            + D0[6] * k[6, i]
            + D0[7] * k[7, i]
            + D0[8] * k[8, i]
            + D0[9] * k[9, i]
            + D0[10] * k[10, i]
            + D0[11] * k[11, i]
            + D0[12] * k[12, i]
            + D0[13] * k[13, i]
            + D0[14] * k[14, i]
            + D0[15] * k[15, i]
        )
        polynomial[4, i] = step * (
            D1[0] * k[0, i]
            + D1[5] * k[5, i]
            + D1[6] * k[6, i]
            + D1[7] * k[7, i]
            + D1[8] * k[8, i]
            + D1[9] * k[9, i]
            + D1[10] * k[10, i]
            + D1[11] * k[11, i]
            + D1[12] * k[12, i]
            + D1[13] * k[13, i]
            + D1[14] * k[14, i]
            + D1[15] * k[15, i]
        )
        polynomial[5, i] = step * (
            D2[0] * k[0, i]
            + D2[5] * k[5, i]
            + D2[6] * k[6, i]
            + D2[7] * k[7, i]
            + D2[8] * k[8, i]
            + D2[9] * k[9, i]
            + D2[10] * k[10, i]
            + D2[11] * k[11, i]
            + D2[12] * k[12, i]
            + D2[13] * k[13, i]
            + D2[14] * k[14, i]
            + D2[15] * k[15, i]
        )
        polynomial[6, i] = step * (
            D3[0] * k[0, i]
            + D3[5] * k[5, i]
            + D3[6] * k[6, i]
            + D3[7] * k[7, i]
            + D3[8] * k[8, i]
            + D3[9] * k[9, i]
            + D3[10] * k[10, i]
            + D3[11] * k[11, i]
            + D3[12] * k[12, i]
            + D3[13] * k[13, i]
            + D3[14] * k[14, i]
            + D3[15] * k[15, i]
        )
