"""Symmetric linear equations whose matrix is a chain of blocks with a border: those of multiple shooting.

The first states of neighbouring segments are coupled, and the coefficients are coupled with all of them. The chain is
eliminated by a Cholesky factorisation of its band, which costs as much as the series is long, and leaves equations of
the coefficients alone.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded

FloatArray = NDArray[np.float64]

SMALLEST = 1e-13
"""Least damping, in units of the largest entry of the diagonal: about the rounding of a sum of squares."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BorderedEquations:
    """The normal equations of a chain of states and of the weights that all of them share.

    Attributes
    ----------
    diagonal : float64 [link, variable, variable]
    upper : float64 [link - 1, variable, variable]
        Blocks of a link, as rows, and of the next one, as columns.
    border : float64 [link, variable, weight]
    corner : float64 [weight, weight]
    states, weights : float64 [link, variable], float64 [weight]
        The gradient.
    """

    diagonal: FloatArray
    upper: FloatArray
    border: FloatArray
    corner: FloatArray
    states: FloatArray
    weights: FloatArray

    def step(self, damping: float) -> tuple[FloatArray, FloatArray] | None:
        """Return the damped Newton step of the states and of the weights; None if there is none up to rounding.

        Parameters
        ----------
        damping : float
            In units of each entry of the diagonal.
        """
        chain, corner = self._band[0], np.diag(self.corner)
        least = SMALLEST * max(float(chain.max()), float(corner.max(initial=0.0)))
        band = self._band.copy()
        band[0] += damping * chain + least
        count = self.states.size
        try:
            factor = cholesky_banded(band, lower=True, check_finite=False)
            border = self.border.reshape(count, -1)
            sides = np.concatenate([border, -self.states.reshape(count, 1)], axis=1)
            eliminated = cho_solve_banded((factor, True), sides, check_finite=False)
            matrix = self.corner + np.diag(damping * corner + least) - border.T @ eliminated[:, :-1]
            weights = np.asarray(
                np.linalg.solve(matrix, -self.weights - border.T @ eliminated[:, -1]), dtype=np.float64
            )
        except LinAlgError:
            return None
        states = eliminated[:, -1] - eliminated[:, :-1] @ weights
        return states.reshape(self.states.shape), weights

    @cached_property
    def _band(self) -> FloatArray:
        """The lower band of the chain: entry (i, j) of the matrix stands at [i - j, j]."""
        links, size = self.states.shape
        band = np.zeros((2 * size, links * size))
        for column in range(size):
            for row in range(size):
                if row >= column:
                    band[row - column, column::size] = self.diagonal[:, row, column]
                band[size + row - column, column::size][:-1] = self.upper[:, column, row]
        return band

    def variances(self) -> FloatArray:
        """Return the variances of the weights, float64 [weight]."""
        reduced, _ = self._reduced()
        return np.abs(np.diag(np.linalg.pinv(reduced, rcond=SMALLEST, hermitian=True)))

    def spread(self, least: float) -> FloatArray:
        """Return a square root of the covariance of the last link's state and the weights.

        Parameters
        ----------
        least : float
            Least eigenvalue of the equations of the weights, as their prior has it; smaller ones are rounding.

        Returns
        -------
        float64 [variable and weight, direction]
        """
        size, count = self.states.shape[1], self.weights.size
        reduced, eliminated = self._reduced()
        values, vectors = np.linalg.eigh(reduced)
        weights = vectors / np.sqrt(np.maximum(values, least))
        root = np.zeros((size + count, size + count))
        root[:size, :size] = np.linalg.cholesky(_symmetric(eliminated[-size:, count:]))
        root[:size, size:] = -eliminated[-size:, :count] @ weights
        root[size:, size:] = weights
        return root

    def _reduced(self) -> tuple[FloatArray, FloatArray]:
        """Return the equations of the weights, and the border and the last link with the chain eliminated."""
        count, size = self.states.size, self.states.shape[1]
        band = self._band.copy()
        band[0] += SMALLEST * band[0].max()
        factor = cholesky_banded(band, lower=True, check_finite=False)
        border = self.border.reshape(count, -1)
        last = np.zeros((count, size))
        last[-size:] = np.eye(size)
        eliminated = cho_solve_banded((factor, True), np.concatenate([border, last], axis=1), check_finite=False)
        return _symmetric(self.corner - border.T @ eliminated[:, : border.shape[1]]), eliminated


def _symmetric(matrix: FloatArray) -> FloatArray:
    half: FloatArray = 0.5 * (matrix + matrix.T)
    return half
