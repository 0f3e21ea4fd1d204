"""Computes a dimension and an entropy from a Lyapunov spectrum.

References
----------
J. L. Kaplan, J. A. Yorke, Lecture Notes in Mathematics 730 (1979) 204-227 (the dimension).
Ya. B. Pesin, Russian Mathematical Surveys 32 (1977) 55-114 (the entropy).
"""

from collections.abc import Sequence

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate

SAME_AS_ZERO = 2.0
"""Distance from zero in standard errors up to which a sum or an exponent counts as zero."""


def kaplan_yorke_dimension(exponents: Sequence[float], errors: Sequence[float] | None = None) -> Estimate:
    """Return the Kaplan-Yorke (Lyapunov) dimension.

    With j the largest number of exponents, the largest first, whose sum is not negative, it is
    ``j + (l_1 + ... + l_j) / |l_(j+1)|``, or the number of exponents where the sum of all is not negative. A sum within
    two standard errors of zero counts as zero, so that a periodic orbit has dimension 1, and a system that conserves
    volume has the dimension of its phase space.

    Parameters
    ----------
    exponents : sequence of float
        Largest first.
    errors : sequence of float, optional
        Standard errors, taken as independent.

    Returns
    -------
    Estimate

    Raises
    ------
    InvalidArgumentError
        If the exponents are not sorted or are not numbers, or there are not as many errors.

    Examples
    --------
    >>> round(kaplan_yorke_dimension([0.9056, 0.0, -14.5723]).value, 4)
    2.0621
    """
    values, deviations = _checked(exponents, errors)
    sums = np.cumsum(values)
    spread = np.sqrt(np.cumsum(deviations**2))
    whole = np.flatnonzero(sums >= -SAME_AS_ZERO * spread)
    # The sums rise and then fall, so that all sums before the last non-negative one are non-negative.
    count = int(whole[-1]) + 1 if whole.size else 0
    if count == 0:
        return Estimate(0.0, 0.0)
    if count == len(values):
        return Estimate(float(count), 0.0)
    surplus, next_one = max(sums[count - 1], 0.0), values[count]
    if not np.isfinite(next_one):
        return Estimate(float(count), 0.0)
    fraction = surplus / abs(next_one)
    error = np.hypot(spread[count - 1], fraction * deviations[count]) / abs(next_one)
    return Estimate(count + min(float(fraction), 1.0), float(error))


def pesin_entropy(exponents: Sequence[float], errors: Sequence[float] | None = None) -> Estimate:
    """Return the sum of the positive exponents, which is the entropy per unit of time by Pesin's formula.

    The sum is an upper bound of the entropy of any invariant measure, and equals it for a measure that is smooth along
    the unstable directions. Exponents within two standard errors of zero are left out.

    Parameters
    ----------
    exponents : sequence of float
        Largest first.
    errors : sequence of float, optional
        Standard errors, taken as independent.

    Returns
    -------
    Estimate
        In nats per unit of time.

    Examples
    --------
    >>> pesin_entropy([0.5, 0.25, 0.0, -2.0]).value
    0.75
    """
    values, deviations = _checked(exponents, errors)
    positive = values > SAME_AS_ZERO * deviations
    return Estimate(float(values[positive].sum()), float(np.sqrt((deviations[positive] ** 2).sum())))


def _checked(exponents: Sequence[float], errors: Sequence[float] | None) -> tuple[np.ndarray, np.ndarray]:
    values = np.asarray(exponents, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or np.isnan(values).any() or (values == np.inf).any():
        raise InvalidArgumentError(f"exponents must be a sequence of numbers below infinity, got {exponents}")
    if (np.diff(values) > 0.0).any():
        raise InvalidArgumentError(f"exponents must be sorted, the largest first, got {exponents}")
    deviations = np.zeros_like(values) if errors is None else np.asarray(errors, dtype=np.float64)
    if deviations.shape != values.shape or not (np.isfinite(deviations) & (deviations >= 0.0)).all():
        raise InvalidArgumentError(
            f"errors must be one finite number >= 0 for each of {values.size} exponents, got {errors}"
        )
    return values, deviations
