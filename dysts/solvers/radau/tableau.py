"""Coefficients of the Radau IIA method of order 5, with the transformation that splits its Newton systems.

The inverse of the matrix of coefficients has one real eigenvalue and a complex pair. In the basis of its
eigenvectors the Newton system of three times the dimension falls apart into a real and a complex one. The
eigenvectors were computed with 40 digits; the tests check them against the matrix.

References
----------
E. Hairer, G. Wanner, Solving Ordinary Differential Equations II: Stiff and Differential-Algebraic Problems, 2nd
edition, Springer (1996), sections IV.5 (coefficients) and IV.8 (transformation, error estimate).
"""

import math

import numpy as np

_ROOT = math.sqrt(6.0)

NODES = ((4.0 - _ROOT) / 10.0, (4.0 + _ROOT) / 10.0, 1.0)

COEFFICIENTS = np.array(
    [
        [(88 - 7 * _ROOT) / 360, (296 - 169 * _ROOT) / 1800, (-2 + 3 * _ROOT) / 225],
        [(296 + 169 * _ROOT) / 1800, (88 + 7 * _ROOT) / 360, (-2 - 3 * _ROOT) / 225],
        [(16 - _ROOT) / 36, (16 + _ROOT) / 36, 1 / 9],
    ]
)

REAL_EIGENVALUE = 3.6378342527444957
COMPLEX_EIGENVALUE = 2.6810828736277521 - 3.0504301992474106j

# Columns: the real eigenvector, then the real and the imaginary part of the complex one.
FROM_EIGENBASIS = (
    (0.094438762488975241, -0.14125529502095421, 0.030029194105147424),
    (0.25021312296533331, 0.20412935229379993, -0.38294211275726194),
    (1.0, 1.0, 0.0),
)
TO_EIGENBASIS = (
    (4.1787185915519047, 0.32768282076106239, 0.52337644549944955),
    (-4.1787185915519047, -0.32768282076106239, 0.47662355450055045),
    (0.50287263494578688, -2.5719269498556054, 0.59603920482822492),
)

ERROR = ((-13.0 - 7.0 * _ROOT) / 3.0, (-13.0 + 7.0 * _ROOT) / 3.0, -1.0 / 3.0)
"""Weights of the stages in the error estimate of order 3."""
