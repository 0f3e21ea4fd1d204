"""Relations between variables that hold along an orbit, such as a conserved quantity: equations are not unique there.

Where a polynomial of the variables is constant on the orbit, it can be multiplied by anything and added to an equation
without a change on the orbit: no method can tell such equations apart from one orbit.
"""

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.terms import polynomial_library

FloatArray = NDArray[np.float64]

HIGHEST_DEGREE = 4
"""Highest degree of a relation that is looked for: energies of polynomial systems have up to four."""
HOLDS = 1e-10
"""Singular value, relative to the largest, below which a relation holds; integration errors are about 1e-11."""


def relation_degree(states: FloatArray) -> int:
    """Return the lowest degree of a polynomial of the variables that is zero along an orbit, or 0 if none is.

    Parameters
    ----------
    states : ndarray, float64 [time, component]
        An orbit without noise; it must have more points than the polynomial has terms, or the degree is not tried.

    Examples
    --------
    >>> times = np.linspace(0.0, 20.0, 400)
    >>> relation_degree(np.stack([np.sin(times), np.cos(times)], axis=1))      # x^2 + y^2 = 1
    2
    >>> relation_degree(np.stack([np.sin(times), np.sin(np.sqrt(2.0) * times)], axis=1))
    0
    """
    spread = states.std(axis=0)
    standard = (states - states.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    names = tuple(f"x{index}" for index in range(states.shape[1]))
    for degree in range(1, HIGHEST_DEGREE + 1):
        library = polynomial_library(names, degree)
        if 2 * len(library) > len(states):
            return 0
        features = library.features(standard)
        lengths = np.sqrt((features**2).sum(axis=0))
        values = np.linalg.svd(features / np.where(lengths > 0.0, lengths, 1.0), compute_uv=False)
        if values[-1] < HOLDS * values[0]:
            return degree
    return 0
