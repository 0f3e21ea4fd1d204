"""Fits a trajectory to a window that grows from its first points to all of them.

A long window of a chaotic system has a cost with many local minima, and a short one has few. So the window grows by
as much as the state that is known so far can be forecast nearly linearly, and the minimum is followed from one length
to the next. Several starts go along until the observations decide between them.

References
----------
C. Pires, R. Vautard, O. Talagrand, On extending the limits of variational assimilation in nonlinear chaotic systems,
Tellus A 48 (1996) 96-121 (quasi-static variational assimilation).
"""

import math
from collections.abc import Iterable

import numpy as np

from dysts.assimilation.least_squares import Fit, Window, fit_window

LINEAR_SPREAD = 0.15
"""Standard deviation of a forecast error, in units of a component's scale, up to which the window may grow at once."""
LEAST_GROWTH, MOST_GROWTH = 1.1, 2.0
"""Factors by which a window grows at least and at most: the second bounds the cost of an attempt that fails."""
UNLIKELY = 40.0
"""Cost above the best at which a start is given up; its trajectory is exp(20) times less probable."""
MOST_STARTS = 6
"""Number of starts that go on after the first fit."""
COARSE, FINE = 0.3, 1e-6
"""Decreases of the cost at which the iteration ends: while the window grows, and in the end."""
ITERATIONS, LAST_ITERATIONS = 12, 40
"""Limits on the trajectories of one fit: while the window grows, and in the end."""
SAME = 1e-2
"""Distance of two fitted states in standard errors at which they are one."""


def fit_growing(window: Window, starts: Iterable[tuple[np.ndarray, int]]) -> list[Fit]:
    """Return the trajectories through a whole window that the observations allow, the best first.

    There are several where the observations do not decide between them, as for the images of a symmetry that they do
    not show, and none if no start reaches the end of the window.

    Parameters
    ----------
    window : Window
    starts : iterable of (float64 [variable], int)
        First states, each with the number of points on which it is fitted first.
    """
    total = len(window.observations)
    fits = [
        fit_window(window, state, min(points, total), tolerance=COARSE, iterations=ITERATIONS)
        for state, points in starts
    ]
    longest = max((fit.points for fit in fits), default=0)
    fits = [_grown(window, fit, longest) for fit in fits]
    while True:
        fits = _plausible(window, fits)
        if not fits:
            return []
        if fits[0].points == total:
            break
        length = min(_next_length(window, fit, total) for fit in fits)
        fits = [_refit(window, fit, length) for fit in fits]
    finished = [fit_window(window, fit.state, total, tolerance=FINE, iterations=LAST_ITERATIONS) for fit in fits]
    return _plausible(window, finished)


def _grown(window: Window, fit: Fit, points: int) -> Fit:
    """Return a fit to a given number of points, reached by steps that are nearly linear."""
    while fit.points < points and math.isfinite(fit.cost):
        fit = _refit(window, fit, _next_length(window, fit, points))
    return fit


def _refit(window: Window, fit: Fit, points: int) -> Fit:
    return fit_window(window, fit.state, points, tolerance=COARSE, iterations=ITERATIONS)


def _plausible(window: Window, fits: list[Fit]) -> list[Fit]:
    """Return the fits that are not much worse than the best, each trajectory once, the best first."""
    ordered = sorted((fit for fit in fits if math.isfinite(fit.cost)), key=lambda fit: fit.cost)
    kept: list[Fit] = []
    for fit in ordered:
        if len(kept) == MOST_STARTS or fit.cost > ordered[0].cost + UNLIKELY:
            break
        if all(_distance(window, other, fit) > SAME for other in kept):
            kept.append(fit)
    return kept


def _distance(window: Window, one: Fit, other: Fit) -> float:
    """Return the distance of two fitted states in standard errors of the first."""
    difference = (other.state - one.state) / window.scale
    errors = np.linalg.lstsq(one.spread / window.scale[:, None], difference, rcond=None)[0]
    return float(np.sqrt((errors**2).mean()))


def _next_length(window: Window, fit: Fit, total: int) -> int:
    """Return the number of points up to which the fit can be forecast nearly linearly."""
    least = max(fit.points + 1, math.ceil(LEAST_GROWTH * fit.points))
    most = min(total, max(least, math.floor(MOST_GROWTH * fit.points)))
    if least >= most:
        return most
    states, tangents = window.propagate(fit.state, most)
    errors = np.sqrt(((tangents[fit.points :] @ fit.spread) ** 2).sum(axis=2)) / window.scale
    beyond = ~(errors[:, window.free] < LINEAR_SPREAD).all(axis=1) | ~np.isfinite(states[fit.points :]).all(axis=1)
    first = int(beyond.argmax()) if beyond.any() else len(beyond)
    return min(most, max(least, fit.points + first))
