"""Fixed-step schemes for systems with independent noise on each component, in the sense of Ito.

References
----------
G. Maruyama, Rendiconti del Circolo Matematico di Palermo 4 (1955) 48-90 (Euler-Maruyama: strong order 1/2, and 1 for
additive noise).
A. Roessler, SIAM Journal on Numerical Analysis 48 (2010) 922-952 (SRA3: strong order 3/2 for additive noise, order 3
without noise).
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.solvers.shared.arguments import MATRIX, VECTOR
from dysts.solvers.shared.codes import BLOWN_UP, SUCCESS
from dysts.solvers.shared.step_control import reduced

EULER_MARUYAMA = 0
SRA3 = 1

# SRA3: weights and nodes of the three stages, and the weights of the time-integrated noise inside the stages.
WEIGHTS = (1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0)
NODES = (0.0, 1.0, 0.5)
COUPLING = ((0.0, 0.0), (1.0, 0.0), (0.25, 0.25))
NOISE_COUPLING = (0.0, 0.0, 1.5)


@njit(error_model="numpy")
def _euler_step(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    additive: np.ndarray,
    multiplicative: np.ndarray,
    wiener: np.ndarray,
    slopes: np.ndarray,
) -> None:
    call(address, t, state, constants, slopes[0])
    for i in range(state.size):
        state[i] += step * slopes[0, i] + (additive[i] + multiplicative[i] * state[i]) * wiener[i]


@njit(error_model="numpy")
def _sra3_step(
    address: int,
    constants: np.ndarray,
    t: float,
    state: np.ndarray,
    step: float,
    additive: np.ndarray,
    wiener: np.ndarray,
    integrated: np.ndarray,
    slopes: np.ndarray,
    stage_state: np.ndarray,
) -> None:
    for stage in range(3):
        for i in range(state.size):
            drift = COUPLING[stage][0] * slopes[0, i] + COUPLING[stage][1] * slopes[1, i]
            stage_state[i] = state[i] + step * drift + NOISE_COUPLING[stage] * additive[i] * integrated[i] / step
        call(address, t + NODES[stage] * step, stage_state, constants, slopes[stage])
    for i in range(state.size):
        drift = WEIGHTS[0] * slopes[0, i] + WEIGHTS[1] * slopes[1, i] + WEIGHTS[2] * slopes[2, i]
        state[i] += step * drift + additive[i] * wiener[i]


@driver(
    types.Tuple((types.int64, types.float64))(
        types.int64,
        VECTOR,
        types.int64,
        types.float64,
        types.float64,
        VECTOR,
        VECTOR,
        VECTOR,
        MATRIX,
        MATRIX,
        types.int64,
        types.float64,
    )
)
def stochastic_steps(
    address: int,
    constants: np.ndarray,
    scheme: int,
    start: float,
    end: float,
    state: np.ndarray,
    additive: np.ndarray,
    multiplicative: np.ndarray,
    wiener: np.ndarray,
    integrated: np.ndarray,
    phase: int,
    phase_period: float,
) -> tuple[int, float]:
    """Advance `state` from `start` to `end` by as many equal steps as there are rows of increments.

    Parameters
    ----------
    scheme : int
        EULER_MARUYAMA, or SRA3, which takes no account of multiplicative noise.
    additive, multiplicative : float64 [component]
        Amplitudes, absolute and in units of the state.
    wiener : float64 [step, component]
        Increments of the Wiener processes.
    integrated : float64 [step, component]
        The integral of each Wiener process over the step, counted from its value at the start.
    phase, phase_period : int, float
        Index and period of a driving phase that is kept reduced; index -1 for none.

    Returns
    -------
    status : int
    reached : float
    """
    size = state.size
    slopes = np.zeros((3, size))
    stage_state = np.zeros(size)
    steps = wiener.shape[0]
    step = (end - start) / steps
    for index in range(steps):
        t = start + index * step
        if scheme == SRA3:
            _sra3_step(
                address,
                constants,
                t,
                state,
                step,
                additive,
                wiener[index],
                integrated[index],
                slopes,
                stage_state,
            )
        else:
            _euler_step(address, constants, t, state, step, additive, multiplicative, wiener[index], slopes)
        for i in range(size):
            if not math.isfinite(state[i]):
                return BLOWN_UP, t + step
        if phase >= 0:
            state[phase] = reduced(state[phase], phase_period)
    return SUCCESS, end
