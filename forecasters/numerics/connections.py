"""Computes the spectral radius of the sparse random connections of a reservoir, and their product with its states."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from dysts.compilation.driver import driver

FloatArray = NDArray[np.float64]

# Smaller matrices are decomposed as a whole; it takes less time than the iteration.
_FEWEST_UNITS = 100
# Eigenvalues that are asked for: of a pair or a cluster at the edge of the spectrum one alone may not converge.
_EIGENVALUES = 6


def spectral_radius(sources: NDArray[np.intp], strengths: FloatArray) -> float:
    """Return the largest absolute eigenvalue of a sparse square matrix.

    Parameters
    ----------
    sources : ndarray, int [unit, connection]
        The columns that are not zero, in each row.
    strengths : ndarray, float64 [unit, connection]
        The values there.

    Examples
    --------
    >>> spectral_radius(np.array([[1], [0]]), np.array([[0.5], [-2.0]]))
    1.0
    """
    units = len(sources)
    rows = np.repeat(np.arange(units), sources.shape[1])
    matrix = csr_array((strengths.ravel(), (rows, sources.ravel())), shape=(units, units))
    if units >= _FEWEST_UNITS:
        try:
            found = eigs(matrix, k=_EIGENVALUES, which="LM", v0=np.ones(units), return_eigenvectors=False)
            return float(np.abs(found).max())
        except ArpackNoConvergence:
            pass
    return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())


@driver("void(int64[:,::1], float64[:,::1], float64[::1], float64[:,::1], float64[:,::1])")
def add_recurrent(sources: Any, strengths: Any, radius: Any, states: Any, total: Any) -> None:
    """Add the recurrent input of the units to their external input.

    Parameters
    ----------
    sources, strengths
        As for `spectral_radius`.
    radius : float64 [case]
        Factor of the strengths.
    states, total : float64 [unit, case]
        States of the units, and the input to which the recurrent input is added.
    """
    for unit in range(total.shape[0]):
        for case in range(total.shape[1]):
            received = strengths[unit, 0] * states[sources[unit, 0], case]
            for connection in range(1, sources.shape[1]):
                received += strengths[unit, connection] * states[sources[unit, connection], case]
            total[unit, case] += radius[case] * received
