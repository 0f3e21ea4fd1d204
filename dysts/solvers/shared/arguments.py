"""The arguments that the compiled loops have in common, as named tuples with their numba types."""

from typing import Any, NamedTuple

import numpy as np
from numba import types

VECTOR = types.float64[::1]
MATRIX = types.float64[:, ::1]
CUBE = types.float64[:, :, ::1]
INTEGERS = types.int64[::1]
INTEGER_MATRIX = types.int64[:, ::1]


class Control(NamedTuple):
    """How the steps of all trajectories are chosen."""

    relative_tolerance: np.ndarray
    """float64 [component]"""
    absolute_tolerance: np.ndarray
    """float64 [component]"""
    maximum_steps: int
    """Limit on the accepted and rejected steps of one trajectory together."""
    longest_step: float
    hands_over: bool
    """Whether a loop stops with the status STIFF or RELAXED where another method would cost less."""
    phase: int
    """Index of a driving phase, which is kept within one period; -1 for none."""
    look_ahead: int = 0
    """Address of the function that `dysts.solvers.shared.look_ahead` calls; 0 where steep functions need none."""
    steep_arguments: int = 0
    """Number of steep functions' arguments that it expands as well; 0 where steps need no limit from them."""


class Cases(NamedTuple):
    """What differs between trajectories that one call integrates."""

    constants: np.ndarray
    """Constants of the right-hand side: float64 [case, constant]."""
    states: np.ndarray
    """float64 [case, component]: the initial states; each is replaced by the last one that was reached."""
    phase_periods: np.ndarray
    """Period of the driving phase: float64 [case]."""


class Ends(NamedTuple):
    """Where a loop writes trajectories and how each ended."""

    values: np.ndarray
    """float64 [case, time, component]"""
    status: np.ndarray
    """int64 [case], a `dysts.solvers.status.Status`."""
    reached: np.ndarray
    """float64 [case]: the time of the last state."""
    counts: np.ndarray
    """int64 [case, 3], increased by accepted steps, rejected steps and evaluations of the right-hand side."""


class Functions(NamedTuple):
    """The compiled functions of a system with switches or an event; see `dysts.solvers.shared.trial`."""

    addresses: np.ndarray
    """int64 [function]: derivative, monitor, and the derivative while sliding on the surface of each switch."""
    tables: np.ndarray
    """float64 [function, constant]"""
    switches: int
    """Number of switching functions, the first ones that the monitor writes."""
    events: int
    """Number of event functions, 0 or 1, written behind the switching functions."""


class Crossings(NamedTuple):
    """Where zeros of the event function are recorded."""

    direction: int
    """Record upward zeros (1), downward ones (-1) or both (0)."""
    times: np.ndarray
    """float64 [event]; the integration ends with the status EVENT when it is full."""
    states: np.ndarray
    """float64 [event, component]"""


def _type_of(tuple_class: Any, *members: Any) -> Any:
    return types.NamedTuple(members, tuple_class)


CONTROL = _type_of(
    Control, VECTOR, VECTOR, types.int64, types.float64, types.boolean, types.int64, types.int64, types.int64
)
CASES = _type_of(Cases, MATRIX, MATRIX, VECTOR)
ENDS = _type_of(Ends, CUBE, INTEGERS, VECTOR, INTEGER_MATRIX)
FUNCTIONS = _type_of(Functions, INTEGERS, MATRIX, types.int64, types.int64)
CROSSINGS = _type_of(Crossings, types.int64, VECTOR, MATRIX)
