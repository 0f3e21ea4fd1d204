"""Solves ridge regressions for many penalties and many held-out blocks from one decomposition."""

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from dysts.errors import ForecastError

FloatArray = NDArray[np.float64]

# Keeps the held-out system solvable when a feature is active in the block only (its leverage is then 1).
_LEVERAGE_GUARD = 1e-12
# Below this share of the largest eigenvalue a normal matrix holds rounding errors only.
_EIGENVALUE_FLOOR = 1e-17


class RidgePath:
    """Solutions of ``min |features W - targets|^2 + penalty |W|^2`` for any penalty and any left-out block.

    The features are decomposed once. A penalty then costs a rescaling, and leaving a block of rows out
    costs one solve of the block's size (the identity behind leave-one-out residuals).

    Parameters
    ----------
    features : ndarray, float64 [row, feature]
        Not centred; bring a column of ones for an intercept.
    targets : ndarray, float64 [row, output]
        Values to predict.
    exact : bool
        With True a singular value decomposition, accurate down to penalties of about 1e-26. With False an
        eigendecomposition of the normal matrix, several times faster for hundreds of features and
        accurate down to penalties of about 1e-13.

    Raises
    ------
    ForecastError
        If the decomposition does not converge.

    Notes
    -----
    A penalty is relative to the square of the largest singular value, so that it means the same for any
    number of rows and features.

    Examples
    --------
    >>> features = np.column_stack([np.ones(20), np.arange(20.0)])
    >>> path = RidgePath(features, 3.0 + 2.0 * features[:, 1:])
    >>> path.weights(1e-20).round(6).ravel().tolist()
    [3.0, 2.0]
    """

    def __init__(self, features: FloatArray, targets: FloatArray, *, exact: bool = True) -> None:
        try:
            if exact:
                self._left, self._singular, self._right = _decomposed(features)
            else:
                eigenvalues, vectors = np.linalg.eigh(features.T @ features)
                floor = eigenvalues[-1] * _EIGENVALUE_FLOOR
                self._singular = np.sqrt(np.maximum(eigenvalues, floor))[::-1]
                self._right = vectors[:, ::-1].T
                self._left = features @ self._right.T / self._singular
        except np.linalg.LinAlgError as error:
            raise ForecastError(f"ridge regression on {features.shape} features: {error}") from error
        self._targets = targets
        self._projected = self._left.T @ targets

    def _shrinkage(self, penalty: float) -> FloatArray:
        squared: FloatArray = self._singular**2
        shrinkage: FloatArray = self._singular / (squared + penalty * squared[0])
        return shrinkage

    def weights(self, penalty: float) -> FloatArray:
        """Return the solution on all rows, float64 [feature, output]."""
        solution: FloatArray = self._right.T @ (self._shrinkage(penalty)[:, None] * self._projected)
        return solution

    def weights_without(self, penalty: float, blocks: list[slice]) -> FloatArray:
        """Return the solutions that leave out one block of rows each, float64 [block, feature, output]."""
        shrinkage = self._shrinkage(penalty)[:, None]
        rotated = shrinkage * self._projected
        solutions = []
        for block in blocks:
            left = self._left[block]
            residual = left @ (self._singular[:, None] * rotated) - self._targets[block]
            leverage = left @ (self._singular[:, None] * shrinkage * left.T)
            kept = (1.0 + _LEVERAGE_GUARD) * np.eye(len(left)) - leverage
            try:
                correction = np.linalg.solve(kept, residual)
            except np.linalg.LinAlgError as error:
                raise ForecastError(f"ridge regression without rows {block}: {error}") from error
            solutions.append(rotated + shrinkage * (left.T @ correction))
        held_out: FloatArray = self._right.T @ np.stack(solutions)
        return held_out


def _decomposed(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the singular value decomposition: left vectors, singular values, right vectors."""
    try:
        return tuple(np.linalg.svd(features, full_matrices=False))  # type: ignore[return-value]
    except np.linalg.LinAlgError:
        # Divide and conquer, which is several times faster, fails on some matrices of deficient rank; QR does not.
        return scipy.linalg.svd(features, full_matrices=False, lapack_driver="gesvd")
