"""From sampled states to linear regressions: derivatives that are known or estimated, or their weak form.

In the weak form both sides of x' = f(x) are multiplied by a smooth function that is zero at the ends of a window and
integrated over it; by parts, the derivative then falls on that function, and noise is averaged instead of amplified.

References
----------
D. A. Messenger, D. M. Bortz, Weak SINDy: Galerkin-based data-driven model selection, Multiscale Model. Simul. 19,
1474-1497 (2021), doi:10.1137/20M1343166.
B. Fornberg, Generation of finite difference formulas on arbitrarily spaced grids, Math. Comp. 51, 699-706 (1988).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.terms import TermLibrary

FloatArray = NDArray[np.float64]

WEAK_HALF_WIDTHS = (4, 6, 8, 12, 16, 24, 32)
"""Half-widths of weak windows in samples that are tried: short ones resolve, long ones average noise."""
WEAK_POWER = 8
"""Power p of the test function (1 - s^2)^p, whose first p - 1 derivatives vanish at the ends of a window, so that the
trapezoidal rule has a small error."""
DIFFERENCE_WIDTH = 4
"""Samples on either side of a central difference, whose order is twice that."""
WINDOW_SHARE = 0.2
"""Largest share of a series that a weak window may take."""


@dataclass(frozen=True, eq=False)
class Regression:
    """A rule that turns states into equations for coefficients, linear in the terms of a library.

    Attributes
    ----------
    description : str
    features, targets : ndarray, float64 [row, point]
        The rows are weighted sums over the points of a window; None where a row is a point itself.
    margin : int
        Points on either side of a row on which it depends.
    """

    description: str
    margin: int
    feature_weights: FloatArray | None = None
    target_weights: FloatArray | None = None

    def rows(self, library: TermLibrary, states: FloatArray, rates: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Return the features [row, term] and the targets [row, component] of a series."""
        features = library.features(states)
        if rates is not None:
            return features, rates
        margin = self.margin
        if self.feature_weights is None:
            features = features[margin : len(states) - margin]
        else:
            features = _filtered(features, self.feature_weights)
        assert self.target_weights is not None
        return features, _filtered(states, self.target_weights)


def known_derivatives() -> Regression:
    """Return the regression of derivatives that are given."""
    return Regression("derivatives that were given", 0)


def finite_differences(step: float) -> Regression:
    """Return the regression of central differences of order eight.

    Examples
    --------
    >>> from dysts.discovery.terms import polynomial_library
    >>> x = np.exp(0.1 * np.arange(20))[:, None]
    >>> features, targets = finite_differences(0.1).rows(polynomial_library(("x",), 1), x, None)
    >>> bool(np.allclose(targets, features[:, 1:], rtol=1e-10))
    True
    """
    weights = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280]) / step
    return Regression("central differences of order 8", DIFFERENCE_WIDTH, None, weights)


def weak_form(step: float, half_width: int) -> Regression:
    """Return the regression of the weak form with windows of ``2*half_width + 1`` points.

    Examples
    --------
    >>> from dysts.discovery.terms import polynomial_library
    >>> x = np.exp(0.1 * np.arange(60))[:, None]
    >>> features, targets = weak_form(0.1, 12).rows(polynomial_library(("x",), 1), x, None)
    >>> bool(np.allclose(targets, features[:, 1:], rtol=1e-6))
    True
    """
    s = np.arange(-half_width, half_width + 1) / half_width
    bump = (1.0 - s**2) ** WEAK_POWER
    slope = -2.0 * WEAK_POWER * s * (1.0 - s**2) ** (WEAK_POWER - 1) / (half_width * step)
    scale = bump.sum()
    return Regression(f"weak form over {2 * half_width + 1} points", half_width, bump / scale, -slope / scale)


def regressions_of_states(points: int, step: float, half_widths: Sequence[int] = WEAK_HALF_WIDTHS) -> list[Regression]:
    """Return the regressions that are tried on states without derivatives."""
    weak = [weak_form(step, width) for width in half_widths if 2 * width + 1 <= WINDOW_SHARE * points]
    return [finite_differences(step), *weak]


def _filtered(series: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sums over every window of a series [time, column]."""
    windows = np.lib.stride_tricks.sliding_window_view(series, len(weights), axis=0)
    result: FloatArray = windows @ weights
    return result
