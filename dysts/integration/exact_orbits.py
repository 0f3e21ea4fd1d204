"""Orbits of maps in decimal digits enough for chaos: mpmath evaluates the equations, not the compiled code.

Every parameter, and every decimal number in an equation, is the float64 that it was given as, as in double precision.
"""

import mpmath
import numpy as np

from dysts.compilation.exact_constants import value_of
from dysts.systems.system import System

LARGEST = 1e300
"""Size of a component beyond which an orbit counts as escaped: the digits of its exponent double with each iterate."""
FEWEST_DIGITS, MOST_DIGITS = 64, 4096
"""Significant decimal digits of the shortest and of the longest arithmetic."""


def exact_orbit(system: System, state: np.ndarray, gaps: np.ndarray, *, digits: int, push: int = 0) -> np.ndarray:
    """Iterate a map in decimal arithmetic.

    Parameters
    ----------
    system : System
        A map.
    state : float64 [component]
    gaps : int [point]
        Iterates before each point: since the state, and then since the point before.
    digits : int
        Significant decimal digits.
    push : {-1, 0, 1}
        Make each component larger or smaller by some units of the last digit at each iterate: of two orbits that were
        pushed in opposite directions, one lands on either side of a jump of the equations.

    Returns
    -------
    float64 [point, component]
        The orbit, rounded; NaN from the iterate on that escapes or has no real value.

    Examples
    --------
    >>> import dysts
    >>> henon = dysts.get_system("HenonMap")
    >>> exact_orbit(henon, np.array([0.0, 0.0]), np.array([0, 1, 1]), digits=30)
    array([[ 0. ,  0. ],
           [ 1. ,  0. ],
           [-0.4,  0.3]])
    """
    field = system.vector_field
    values = np.full((len(gaps), len(state)), np.nan)
    with mpmath.workdps(digits):
        parameters = {name: mpmath.mpf(value) for name, value in system.flat_parameters.items()}
        factor = 1 + push * mpmath.mpf(10) ** (2 - digits)
        current = [mpmath.mpf(float(value)) for value in state]
        for point, gap in enumerate(gaps.tolist()):
            for _ in range(gap):
                known = parameters | dict(zip(field.variables, current, strict=True))
                for name, tree in field.definitions.items():
                    known[name] = value_of(tree, known)
                current = [factor * value_of(tree, known) for tree in field.derivatives]
                if not all(abs(value) < LARGEST for value in current):
                    return values
            values[point] = [float(value) for value in current]
    return values
