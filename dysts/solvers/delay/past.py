"""The finished steps of a delay equation, in a ring that holds no more than one delay needs."""

from typing import NamedTuple

import numpy as np
from numba import njit

from dysts.solvers.shared.polynomial import ROWS

FIRST_CAPACITY = 64
"""Number of segments that a ring holds before it is enlarged."""


class Past(NamedTuple):
    """A ring of segments; segment ``index`` stands in slot ``index % capacity``, and the capacity is a power of 2."""

    starts: np.ndarray
    """float64 [slot]"""
    lengths: np.ndarray
    """float64 [slot]"""
    states: np.ndarray
    """float64 [slot, component], at the starts."""
    polynomials: np.ndarray
    """float64 [slot, row, component], see `dysts.solvers.shared.polynomial`."""


@njit(error_model="numpy")
def empty_past(capacity: int, size: int) -> Past:
    """Allocate a ring of segments."""
    return Past(np.empty(capacity), np.empty(capacity), np.empty((capacity, size)), np.empty((capacity, ROWS, size)))


@njit(error_model="numpy")
def enlarged(past: Past, oldest: int, count: int) -> Past:
    """Return a ring of twice the capacity with the segments ``oldest <= index < count``."""
    size = past.states.shape[1]
    capacity = past.starts.size
    result = empty_past(2 * capacity, size)
    for index in range(oldest, count):
        source = index & (capacity - 1)
        target = index & (2 * capacity - 1)
        result.starts[target] = past.starts[source]
        result.lengths[target] = past.lengths[source]
        for i in range(size):
            result.states[target, i] = past.states[source, i]
            for row in range(ROWS):
                result.polynomials[target, row, i] = past.polynomials[source, row, i]
    return result


@njit(error_model="numpy", forceinline=True)
def look_up(past: Past, hint: int, oldest: int, newest: int, t: float, inputs: np.ndarray) -> int:
    """Write the past at `t` behind the state, from the segments ``oldest <= index <= newest``.

    The search goes from the hint to either side. The bounds decide at breaking points, where rounding does not.
    LLVM is told to write it in place: as a call it takes a quarter of the time of IkedaDelay.

    Returns
    -------
    index : int
        The segment that was used.
    """
    starts, lengths, states, polynomials = past
    mask = starts.size - 1
    size = states.shape[1]
    index = max(hint, oldest)
    while index > oldest and t < starts[index & mask]:
        index -= 1
    while index < newest and t >= starts[(index + 1) & mask]:
        index += 1
    slot = index & mask
    fraction = (t - starts[slot]) / lengths[slot]
    rest = 1.0 - fraction
    # As `interpolate` does, without the slices of the ring, which cost as much as the sum.
    for i in range(size):
        value = polynomials[slot, 6, i] * fraction
        value = (polynomials[slot, 5, i] + value) * rest
        value = (polynomials[slot, 4, i] + value) * fraction
        value = (polynomials[slot, 3, i] + value) * rest
        value = (polynomials[slot, 2, i] + value) * fraction
        value = (polynomials[slot, 1, i] + value) * rest
        inputs[size + i] = states[slot, i] + (polynomials[slot, 0, i] + value) * fraction
    return index
