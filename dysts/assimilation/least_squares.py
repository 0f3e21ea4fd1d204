"""Fits the first state of a trajectory to a window of observations by the Levenberg-Marquardt method.

The minimum of

.. math:: J(x_0) = \\sum_{t, c} \\frac{(y_{tc} - h_c(x_t))^2}{\\sigma_c^2} + (x_0 - m)^T P^{-1} (x_0 - m),
   \\qquad x_t = F^t(x_0),

is the most probable state under Gaussian noise and a Gaussian prior, and the inverse of the Gauss-Newton Hessian is the
covariance of its error, as far as the trajectory is linear in the state within that error.

References
----------
J. J. More, The Levenberg-Marquardt algorithm: implementation and theory, in: Numerical Analysis, Lecture Notes in
Mathematics 630 (1978) 105-116.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dysts.assimilation.propagation import Propagate

MOST_DAMPING = 1e8
"""Damping at which no step lowers the cost: a minimum up to rounding, or the border of what can be integrated."""
FIRST_DAMPING = 1e-4
"""First damping, in units of the squared singular values of each scaled column."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """Observations to which a trajectory is fitted.

    Attributes
    ----------
    observations : float64 [time, component]
    deviations : float64 [component]
        Standard deviations of the noise.
    observe : callable
        From states [time, variable] to observed values [time, component].
    derivatives : callable
        From states to their derivatives [time, component, variable].
    propagate : callable
        The trajectory and its tangents; see `dysts.assimilation.propagation.Propagate`.
    mean : float64 [variable]
        Mean of the prior for the first state.
    precision : float64 [row, variable]
        A square root of the prior's inverse covariance: ``precision.T @ precision``.
    scale : float64 [variable]
        Sizes of the variables.
    free : bool [variable]
        Which variables are fitted; the others are known.
    """

    observations: np.ndarray
    deviations: np.ndarray
    observe: Callable[[np.ndarray], np.ndarray]
    derivatives: Callable[[np.ndarray], np.ndarray]
    propagate: Propagate
    mean: np.ndarray
    precision: np.ndarray
    scale: np.ndarray
    free: np.ndarray

    def whitened(self, states: np.ndarray) -> np.ndarray:
        """Return the misfits of a trajectory in standard deviations of the noise, float64 [time, component]."""
        whitened: np.ndarray = (self.observe(states) - self.observations[: len(states)]) / self.deviations
        return whitened


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """A trajectory fitted to the first points of a window.

    Attributes
    ----------
    state : float64 [variable]
        The first state.
    points : int
        Number of points that were fitted.
    cost : float
        The minimum of J, infinite where no trajectory reaches the last point.
    misfit : float
        The part of J that the observations contribute.
    spread : float64 [variable, direction]
        A square root of the covariance of the first state's error: ``spread @ spread.T``.
    converged : bool
        Whether the iteration ended because the cost no longer fell.
    """

    state: np.ndarray
    points: int
    cost: float
    misfit: float
    spread: np.ndarray
    converged: bool


def fit_window(window: Window, state: np.ndarray, points: int, *, tolerance: float, iterations: int) -> Fit:
    """Fit the first state to the first points of a window.

    Parameters
    ----------
    window : Window
    state : float64 [variable]
        Where the iteration starts.
    points : int
        Number of points to fit, from the first on.
    tolerance : float
        Decrease of the cost at which the iteration ends; differences far below 1 have no statistical meaning.
    iterations : int
        Limit on the number of trajectories.
    """
    free = np.flatnonzero(window.free)
    unit = window.scale[free]
    nothing = Fit(
        state=state,
        points=points,
        cost=np.inf,
        misfit=np.inf,
        spread=np.zeros((len(state), len(free))),
        converged=False,
    )
    found = _linearised(window, state, points)
    if found is None:
        return nothing
    residuals, slopes, misfit = found
    cost = float(residuals @ residuals)
    damping = FIRST_DAMPING
    converged = False
    for _ in range(iterations):
        scaled = slopes[:, free] * unit
        sizes = np.sqrt((scaled**2).sum(axis=0))
        step = _damped_step(scaled, residuals, np.sqrt(damping) * np.maximum(sizes, 1e-8 * sizes.max()))
        expected = cost - float(((residuals + scaled @ step) ** 2).sum())
        if expected < tolerance:
            converged = True
            break
        trial = state.copy()
        trial[free] += unit * step
        found = _linearised(window, trial, points)
        decrease = -np.inf if found is None else cost - float(found[0] @ found[0])
        if found is not None and decrease > 0.0:
            state = trial
            residuals, slopes, misfit = found
            cost -= decrease
            damping = max(damping * (0.1 if decrease > 0.5 * expected else 0.5), 1e-12)
            if decrease < tolerance:
                converged = True
                break
        else:
            damping *= 10.0
            if damping > MOST_DAMPING:
                break
    directions, sizes, _ = np.linalg.svd((slopes[:, free] * unit).T, full_matrices=False)
    spread = np.zeros((len(state), len(free)))
    spread[free] = unit[:, None] * directions / np.maximum(sizes, np.finfo(float).tiny)
    return Fit(state=state, points=points, cost=cost, misfit=misfit, spread=spread, converged=converged)


def _linearised(window: Window, state: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Return residuals, their derivatives by the first state, and the misfit; None if the trajectory ends early."""
    states, tangents = window.propagate(state, points)
    misfits = window.whitened(states)
    if not (np.isfinite(misfits).all() and np.isfinite(tangents).all()):
        return None
    slopes = window.derivatives(states) @ tangents / window.deviations[:, None]
    residuals = np.concatenate([misfits.ravel(), window.precision @ (state - window.mean)])
    whole = np.concatenate([slopes.reshape(-1, len(state)), window.precision])
    return residuals, whole, float((misfits**2).sum())


def _damped_step(slopes: np.ndarray, residuals: np.ndarray, damping: np.ndarray) -> np.ndarray:
    rows = np.concatenate([slopes, np.diag(damping)])
    step: np.ndarray = np.linalg.lstsq(rows, -np.concatenate([residuals, np.zeros(len(damping))]), rcond=None)[0]
    return step
