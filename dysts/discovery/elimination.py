"""Sequential thresholding of least squares, as the order in which terms leave an equation as the threshold rises.

The threshold is on what a term explains that the others cannot: the increase of the residual when the term is left out
and all others are fitted again, in units of the root-mean-square of the derivative. Columns are scaled to unit length,
so neither the units of the variables nor the size of a monomial matters, and a column that is a combination of others
explains nothing by itself.

References
----------
S. L. Brunton, J. L. Proctor, J. N. Kutz, Discovering governing equations from data by sparse identification of
nonlinear dynamical systems, Proc. Natl. Acad. Sci. 113, 3932-3937 (2016), doi:10.1073/pnas.1517384113.
L. Boninsegna, F. Nueske, C. Clementi, Sparse learning of stochastic dynamical equations, J. Chem. Phys. 148, 241723
(2018), doi:10.1063/1.5018409 (one term leaves at a time).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

DEPENDENT = 1e-12
"""Smallest diagonal element of the triangular factor, relative to the largest, that is not the rounding of a zero."""


@dataclass(frozen=True, eq=False)
class Elimination:
    """The terms of one equation in the order in which they leave it.

    Attributes
    ----------
    order : tuple of int
        The term that leaves first comes first.
    levels : ndarray, float64 [term]
        The threshold from which on each of them is left out, never falling.
    """

    order: tuple[int, ...]
    levels: FloatArray
    terms: int

    def support(self, threshold: float) -> NDArray[np.bool_]:
        """Return which terms are left at a threshold: bool [term]."""
        mask = np.zeros(self.terms, dtype=bool)
        mask[[term for term, level in zip(self.order, self.levels, strict=True) if level > threshold]] = True
        return mask


def compressed(features: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a regression of few rows with the same solution on every support, and the same lengths of the targets.

    Examples
    --------
    >>> features, targets = compressed(np.ones((100, 1)), np.full((100, 1), 3.0))
    >>> features.shape, round(float(targets[0, 0] / features[0, 0]), 12)
    ((2, 1), 3.0)
    """
    if len(features) <= features.shape[1] + 1:
        return features, targets
    unitary, triangle = scipy.linalg.qr(features, mode="economic", check_finite=False)
    projected = unitary.T @ targets
    rest = targets - unitary @ projected
    return (
        np.concatenate([triangle, np.zeros((1, features.shape[1]))]),
        np.concatenate([projected, np.sqrt((rest**2).sum(axis=0))[None]]),
    )


def eliminations(features: FloatArray, targets: FloatArray) -> list[Elimination]:
    """Return the elimination of each equation.

    Parameters
    ----------
    features : ndarray, float64 [row, term]
    targets : ndarray, float64 [row, component]

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 50)
    >>> features = np.stack([np.ones(50), x, x**2], axis=1)
    >>> one, = eliminations(features, (3.0 * x + 1e-3)[:, None])
    >>> one.order, one.support(1e-2).tolist()
    ((2, 0, 1), [False, True, False])
    """
    scales = np.sqrt((features**2).mean(axis=0))
    usable = np.flatnonzero((scales > 0.0) & np.isfinite(scales))
    scaled = features[:, usable] / scales[usable]
    unitary, triangle = scipy.linalg.qr(scaled, mode="economic")
    projected = unitary.T @ targets
    lengths = np.sqrt((targets**2).sum(axis=0))
    return [
        _eliminate(triangle, projected[:, column], lengths[column], usable, features.shape[1])
        for column in range(targets.shape[1])
    ]


def _eliminate(
    triangle: FloatArray, projected: FloatArray, length: float, usable: NDArray[np.intp], terms: int
) -> Elimination:
    unitary: Any = np.eye(len(triangle))
    left: Any = triangle
    remaining = list(usable)
    order: list[int] = []
    costs: list[float] = []
    while remaining and length > 0.0:
        count = len(remaining)
        square = left[:count, :count].copy()
        if len(square) < count:
            # More terms than rows: the last ones explain nothing.
            order.append(int(remaining.pop()))
            costs.append(0.0)
            left = left[:, :-1]
            continue
        diagonal = np.abs(np.diag(square))
        floor = DEPENDENT * max(diagonal.max(), np.finfo(float).tiny)
        square[np.arange(count), np.arange(count)] = np.where(diagonal < floor, floor, np.diag(square))
        inverse, _ = scipy.linalg.lapack.dtrtri(square)
        solution = inverse @ (unitary.T @ projected)[:count]
        increase = np.abs(solution) / np.sqrt((inverse**2).sum(axis=1)) / length
        least = int(increase.argmin())
        order.append(int(remaining.pop(least)))
        costs.append(float(increase[least]))
        if remaining:
            unitary, left = scipy.linalg.qr_delete(unitary, left, least, which="col", check_finite=False)
    return Elimination(tuple(order), np.maximum.accumulate(np.array(costs)) if costs else np.zeros(0), terms)


def fitted(features: FloatArray, targets: FloatArray, supports: NDArray[np.bool_]) -> FloatArray:
    """Return least-squares coefficients on given supports.

    Parameters
    ----------
    features : ndarray, float64 [row, term]
    targets : ndarray, float64 [row, component]
    supports : ndarray, bool [component, term]

    Returns
    -------
    ndarray, float64 [component, term]
    """
    coefficients = np.zeros(supports.shape)
    masks, kinds = np.unique(supports, axis=0, return_inverse=True)
    kinds = kinds.reshape(-1)
    # Equations with the same terms share one factorisation.
    for kind, mask in enumerate(masks):
        if mask.any():
            rows = np.flatnonzero(kinds == kind)
            columns = features[:, mask]
            scales = np.sqrt((columns**2).mean(axis=0))
            solution = scipy.linalg.lstsq(columns / scales, targets[:, rows], check_finite=False)[0]
            coefficients[np.ix_(rows, mask)] = solution.T / scales
    return coefficients
