"""Compiled loops over many columns at once, for measures that compare all pairs of times."""

import numpy as np
from numba import types

from dysts.compilation.driver import driver

_ROWS = types.float64[:, ::1]


@driver(types.void(_ROWS, _ROWS, types.int64[::1]))
def discordant_pairs(x: np.ndarray, y: np.ndarray, result: np.ndarray) -> None:
    """Count the pairs of times that x and y order oppositely, for each row; -1 where a row has ties.

    Parameters
    ----------
    x, y : float64 [row, time]
    result : int64 [row]
    """
    for row in range(x.shape[0]):
        discordant, ties = 0, 0
        for i in range(x.shape[1]):
            a, b = x[row, i], y[row, i]
            for j in range(i):
                more, less = x[row, j] > a, x[row, j] < a
                higher, lower = y[row, j] > b, y[row, j] < b
                discordant += (more & lower) | (less & higher)
                ties += (not (more | less)) | (not (higher | lower))
        result[row] = discordant if ties == 0 else -1


@driver(types.void(_ROWS, _ROWS, types.int64, types.int64[:, :, ::1]))
def neighbours_within(x: np.ndarray, y: np.ndarray, neighbours: int, result: np.ndarray) -> None:
    """Count the values of x, and of y, within a little less than the distance to a neighbour in the plane of both.

    Parameters
    ----------
    x, y : float64 [row, time]
    neighbours : int
        The number of that neighbour, in the maximum norm.
    result : int64 [2, row, time]
        The point itself is among them.
    """
    count = x.shape[1]
    distance = np.empty(count)
    nearest = np.empty(neighbours + 1)
    for row in range(x.shape[0]):
        for i in range(count):
            a, b = x[row, i], y[row, i]
            for j in range(count):
                distance[j] = max(abs(x[row, j] - a), abs(y[row, j] - b))
            nearest[:] = np.inf
            for j in range(count):
                if distance[j] < nearest[neighbours]:
                    place = neighbours
                    while place > 0 and nearest[place - 1] > distance[j]:
                        nearest[place] = nearest[place - 1]
                        place -= 1
                    nearest[place] = distance[j]
            radius = nearest[neighbours] * (1.0 - 1e-9)
            for side in range(2):
                values, centre = (x, a) if side == 0 else (y, b)
                low, high = centre - radius, centre + radius
                near = 0
                for j in range(count):
                    near += (values[row, j] <= high) & (values[row, j] >= low)
                result[side, row, i] = max(near, 1)
