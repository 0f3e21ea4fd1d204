"""The memory of a trajectory of a system with switches or events, and the rough samples of its steps."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types

from dysts.solvers.dop853.step import ALL_STAGES, NODES, STAGES
from dysts.solvers.shared.arguments import MATRIX, VECTOR, Functions
from dysts.solvers.shared.look_ahead import series_for
from dysts.solvers.shared.polynomial import ROWS
from dysts.solvers.shared.switches import SEARCH, Search
from dysts.solvers.shared.trial import Step, quartic_weights, sample_at

SLOPE_STAGE = 9
"""The stage whose derivative shows by how much the solution differs from a cubic."""
FIRST_WEIGHTS, SECOND_WEIGHTS = quartic_weights(NODES[SLOPE_STAGE])


class Memory(NamedTuple):
    """Arrays that a trajectory reuses in all its steps; made by the caller, so that the loop counts no references."""

    slopes: np.ndarray
    """float64 [stage, component]"""
    trial: np.ndarray
    """The state at the end of a step."""
    beside: np.ndarray
    """A second approximation of that state."""
    polynomial: np.ndarray
    """float64 [row, component]"""
    inside: np.ndarray
    """A state inside the step."""
    at_start: np.ndarray
    """The monitor at the start of a step: float64 [2 * monitored]."""
    at_end: np.ndarray
    values: np.ndarray
    """Work space for the monitor: float64 [2 * monitored]."""
    samples: np.ndarray
    """float64 [2, monitored]"""
    series: np.ndarray
    """float64 [order, place], for the limit on steps from steep arguments."""
    search: Search


MEMORY_TYPE: Any = types.NamedTuple(
    (MATRIX, VECTOR, VECTOR, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, MATRIX, MATRIX, SEARCH), Memory
)


def memory(size: int, functions: Functions, steep_arguments: int) -> Memory:
    """Allocate the memory of a trajectory of a system of this dimension."""
    monitored = functions.switches + functions.events
    return Memory(
        np.zeros((ALL_STAGES, size)),
        np.zeros(size),
        np.zeros(size),
        np.zeros((ROWS, size)),
        np.zeros(size),
        np.zeros(2 * monitored),
        np.zeros(2 * monitored),
        np.zeros(2 * monitored),
        np.zeros((2, monitored)),
        series_for.py_func(size, steep_arguments),
        Search(
            np.zeros(functions.switches),
            np.zeros(functions.switches),
            np.zeros(functions.switches),
            np.zeros((4, functions.switches)),
            np.zeros(2 * monitored),
            np.zeros((2, monitored)),
        ),
    )


@njit(error_model="numpy")
def sample_roughly(step: Step, slopes: np.ndarray) -> None:
    """Sample the watched functions on a quartic, which needs no further evaluation of the derivative."""
    for row in range(2):
        change, at_start, at_node, at_end = FIRST_WEIGHTS if row == 0 else SECOND_WEIGHTS
        for i in range(step.state.size):
            slope = at_start * slopes[0, i] + at_node * slopes[SLOPE_STAGE, i] + at_end * slopes[STAGES, i]
            step.inside[i] = step.state[i] + change * (step.trial[i] - step.state[i]) + step.length * slope
        sample_at(step, row)
