"""Dimension and entropy that follow from a Lyapunov spectrum.

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
"""Standard errors within which an exponent may be zero; such a one adds nothing to the entropy."""


def kaplan_yorke_dimension(exponents: Sequence[float], errors: Sequence[float] | None = None) -> Estimate:
    """Return the Kaplan-Yorke (Lyapunov) dimension.

    The largest j exponents whose sum is not negative count whole, the next one by the fraction of it that the sum
    makes up for: ``j + (l_1 + ... + l_j) / |l_(j+1)|``. Without such a next one the dimension is the number of
    exponents. A sum that differs from zero by less than its error counts as zero, so that a periodic orbit has
    dimension 1 and a system that conserves volume that of its phase space.

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
    # Sums rise and then fall, so those that are not negative come first.
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
    """Return the sum of the positive exponents: the entropy per unit of time, by Pesin's formula.

    It is an upper bound for any invariant measure and the entropy itself for one that is smooth along the unstable
    directions. Exponents within two standard errors of zero are left out.

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
        raise InvalidArgumentError(f"exponents are {exponents}; allowed is a sequence of numbers below infinity")
    if (np.diff(values) > 0.0).any():
        raise InvalidArgumentError(f"exponents are {exponents}; they must be sorted, largest first")
    deviations = np.zeros_like(values) if errors is None else np.asarray(errors, dtype=np.float64)
    if deviations.shape != values.shape or not (np.isfinite(deviations) & (deviations >= 0.0)).all():
        raise InvalidArgumentError(f"errors are {errors}; allowed is one for each of {values.size} exponents")
    return values, deviations
