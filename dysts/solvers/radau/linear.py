"""Small dense linear systems inside compiled loops: LU decomposition with partial pivoting, real or complex."""

import numpy as np
from numba import njit


@njit(error_model="numpy")
def decompose(matrix: np.ndarray, pivots: np.ndarray) -> bool:
    """Replace a square matrix by its LU factors; return whether it is regular and finite."""
    size = matrix.shape[0]
    for column in range(size):
        best = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[best, column]):
                best = row
        pivots[column] = best
        # The comparison is false for NaN, too.
        if not abs(matrix[best, column]) > 0.0:
            return False
        if best != column:
            for j in range(size):
                matrix[column, j], matrix[best, j] = matrix[best, j], matrix[column, j]
        for row in range(column + 1, size):
            matrix[row, column] /= matrix[column, column]
            factor = matrix[row, column]
            for j in range(column + 1, size):
                matrix[row, j] -= factor * matrix[column, j]
    return True


@njit(error_model="numpy")
def substitute(factors: np.ndarray, pivots: np.ndarray, right: np.ndarray) -> None:
    """Replace a right-hand side by the solution of the system whose LU factors are given."""
    size = right.size
    for row in range(size):
        best = pivots[row]
        if best != row:
            right[row], right[best] = right[best], right[row]
    for row in range(size):
        for j in range(row):
            right[row] -= factors[row, j] * right[j]
    for row in range(size - 1, -1, -1):
        for j in range(row + 1, size):
            right[row] -= factors[row, j] * right[j]
        right[row] /= factors[row, row]
