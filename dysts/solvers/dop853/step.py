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

from dysts.compilation.calling import call_within
from dysts.solvers.dop853 import tableau
from dysts.solvers.shared.combination import combination, weighted
from dysts.solvers.shared.polynomial import ROWS

ORDER = 8.0
MEMORY = 0.04
"""Weight of the previous error in the proportional-integral control."""
STABILITY = 6.1
"""Where the region of absolute stability ends on the negative real axis."""

STAGES = tableau.STAGES
ALL_STAGES = tableau.ALL_STAGES
DENSE_EVALUATIONS = ALL_STAGES - STAGES - 1

NODES = tuple(tableau.NODES.tolist())
stage_1 = combination(tableau.COUPLING[1])
stage_2 = combination(tableau.COUPLING[2])
stage_3 = combination(tableau.COUPLING[3])
stage_4 = combination(tableau.COUPLING[4])
stage_5 = combination(tableau.COUPLING[5])
stage_6 = combination(tableau.COUPLING[6])
stage_7 = combination(tableau.COUPLING[7])
stage_8 = combination(tableau.COUPLING[8])
stage_9 = combination(tableau.COUPLING[9])
stage_10 = combination(tableau.COUPLING[10])
stage_11 = combination(tableau.COUPLING[11])
stage_12 = combination(tableau.COUPLING[12])
stage_13 = combination(tableau.COUPLING[13])
stage_14 = combination(tableau.COUPLING[14])
stage_15 = combination(tableau.COUPLING[15])
third_order, fifth_order = weighted(tableau.ERROR_3), weighted(tableau.ERROR_5)
dense_3, dense_4, dense_5, dense_6 = (combination(weights, row=3 + i) for i, weights in enumerate(tableau.DENSE))


@njit(error_model="numpy")
def take_step(
    address: int,
    constants: np.ndarray,
    t: float | np.ndarray,
    state: np.ndarray,
    step: float | np.ndarray,
    k: np.ndarray,
    trial: np.ndarray,
    beside: np.ndarray,
) -> None:
    """Advance by one step; with eight trajectories, `t` and `step` are arrays and a last dimension counts lanes.

    Parameters
    ----------
    k : float64 [stage, component]
        Derivatives of all stages; ``k[0]`` must hold the one at the start, ``k[12]`` becomes that at the end.
    trial : float64 [component]
        Becomes the state at the end.
    beside : float64 [component]
        Becomes the argument of the last stage before, a second approximation at the same time.
    """
    stage_1(trial, state, step, k)
    call_within(address, t, NODES[1], step, trial, constants, k, 1)
    stage_2(trial, state, step, k)
    call_within(address, t, NODES[2], step, trial, constants, k, 2)
    stage_3(trial, state, step, k)
    call_within(address, t, NODES[3], step, trial, constants, k, 3)
    stage_4(trial, state, step, k)
    call_within(address, t, NODES[4], step, trial, constants, k, 4)
    stage_5(trial, state, step, k)
    call_within(address, t, NODES[5], step, trial, constants, k, 5)
    stage_6(trial, state, step, k)
    call_within(address, t, NODES[6], step, trial, constants, k, 6)
    stage_7(trial, state, step, k)
    call_within(address, t, NODES[7], step, trial, constants, k, 7)
    stage_8(trial, state, step, k)
    call_within(address, t, NODES[8], step, trial, constants, k, 8)
    stage_9(trial, state, step, k)
    call_within(address, t, NODES[9], step, trial, constants, k, 9)
    stage_10(trial, state, step, k)
    call_within(address, t, NODES[10], step, trial, constants, k, 10)
    stage_11(beside, state, step, k)
    call_within(address, t, NODES[11], step, beside, constants, k, 11)
    stage_12(trial, state, step, k)
    call_within(address, t, NODES[12], step, trial, constants, k, 12)


@njit(error_model="numpy")
def combined_error(square_3: float, square_5: float, step: float, size: int) -> float:
    """Return the error from the sums of squares of both estimates, which are in units of the tolerance."""
    if square_3 == 0.0 and square_5 == 0.0:
        return 0.0
    return abs(step) * square_5 / math.sqrt((square_5 + 0.01 * square_3) * size)


@njit(error_model="numpy")
def error_of_step(
    step: float,
    k: np.ndarray,
    state: np.ndarray,
    trial: np.ndarray,
    relative_tolerance: np.ndarray,
    absolute_tolerance: np.ndarray,
) -> float:
    """Return the error estimate in units of the tolerance, combined from the orders 5 and 3."""
    square_3 = 0.0
    square_5 = 0.0
    for i in range(state.size):
        if not math.isfinite(trial[i]):
            return math.inf
        inverse = 1.0 / (absolute_tolerance[i] + relative_tolerance[i] * max(abs(state[i]), abs(trial[i])))
        third = third_order(k, i) * inverse
        fifth = fifth_order(k, i) * inverse
        square_3 += third * third
        square_5 += fifth * fifth
    return combined_error(square_3, square_5, step, state.size)


@njit(error_model="numpy")
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


@njit(error_model="numpy")
def stiffness_of_lane(step: float, k: np.ndarray, trial: np.ndarray, beside: np.ndarray, lane: int) -> float:
    """Return the same for one of eight trajectories, whose arrays have a last dimension for lanes."""
    slopes = 0.0
    distance = 0.0
    for i in range(trial.shape[0]):
        slopes += (k[12, i, lane] - k[11, i, lane]) ** 2
        distance += (trial[i, lane] - beside[i, lane]) ** 2
    return abs(step) * math.sqrt(slopes / distance) if distance > 0.0 else 0.0


@njit(error_model="numpy")
def prepare_stages(
    address: int,
    constants: np.ndarray,
    t: float | np.ndarray,
    state: np.ndarray,
    step: float | np.ndarray,
    k: np.ndarray,
    work: np.ndarray,
    polynomial: np.ndarray,
) -> None:
    """Evaluate three more stages of a finished step and the last four rows of its interpolating polynomial.

    With eight trajectories, `t` and `step` are arrays and a last dimension counts lanes.
    """
    stage_13(work, state, step, k)
    call_within(address, t, NODES[13], step, work, constants, k, 13)
    stage_14(work, state, step, k)
    call_within(address, t, NODES[14], step, work, constants, k, 14)
    stage_15(work, state, step, k)
    call_within(address, t, NODES[15], step, work, constants, k, 15)
    dense_3(polynomial, state, step, k)
    dense_4(polynomial, state, step, k)
    dense_5(polynomial, state, step, k)
    dense_6(polynomial, state, step, k)


@njit(error_model="numpy")
def write_cubic(step: float, k: np.ndarray, state: np.ndarray, trial: np.ndarray, polynomial: np.ndarray) -> None:
    """Write the first three rows of the interpolating polynomial: the cubic through both states and derivatives."""
    for i in range(state.size):
        change = trial[i] - state[i]
        polynomial[0, i] = change
        polynomial[1, i] = step * k[0, i] - change
        polynomial[2, i] = 2.0 * change - step * (k[STAGES, i] + k[0, i])


@njit(error_model="numpy")
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
) -> bool:
    """Fill the interpolating polynomial of a finished step; costs three evaluations.

    Return False if it is not finite, as a stage lay beyond the domain of a root or a logarithm.
    """
    prepare_stages(address, constants, t, state, step, k, work, polynomial)
    write_cubic(step, k, state, trial, polynomial)
    finite = True
    for i in range(state.size):
        finite = finite and math.isfinite(polynomial[ROWS - 1, i])
    return finite
