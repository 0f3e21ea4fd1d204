"""Fits a polynomial differential equation together with the trajectory that it has, by multiple shooting.

Noise on the variables of a regression biases its coefficients. Here the states are unknowns as well: the series is
cut into segments, and the first states of all segments and the coefficients of the equation minimise

.. math:: \\sum_t |x_t - y_t|^2 / \\sigma^2 + \\sum_k |F^L(s_k) - s_{k+1}|^2 / \\tau^2,

where x is the solution from the first state of its segment. Segments are short beside the time in which errors grow, so
that Gauss-Newton steps converge; the weight of the joints grows until they close as far as the equation allows.
Coefficients that do not differ from zero by several standard errors are then left out, as long as the fit is hardly
worse for it: few of them are needed where the equation is a polynomial, and each one more moves the forecast.

References
----------
H. G. Bock, Recent advances in parameter identification techniques for O.D.E., in: Numerical Treatment of Inverse
Problems in Differential and Integral Equations, Birkhaeuser (1983) 95-121.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasters.numerics.bordered_equations import BorderedEquations
from forecasters.numerics.polynomial_flow import Flow

FloatArray = NDArray[np.float64]

TIGHTEST = 0.01
"""Least deviation of the joints, in standard deviations of the noise."""
PRIOR = 1.0
"""Standard deviation of the prior of a coefficient, per step and in standard deviations of the series: far above those
that a series with many points in a period has, so that it only keeps what the series does not show from growing."""
INSIGNIFICANT = 3.0
"""Standard errors below which a coefficient may be left out."""
PRUNINGS = 6
"""Limit on the number of times that coefficients are left out; each time at most half of those that are there."""
MOST_DAMPING = 1e6
"""Damping at which no step lowers the cost."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shot:
    """A fitted equation with its trajectory.

    Attributes
    ----------
    weights : float64 [monomial, variable]
        Coefficients of the vector field, per point.
    states : float64 [time, variable]
        The trajectory at the points that were fitted, which are the last ones of the series.
    cost : float
        Mean squared misfit in units of the noise.
    joints : float
        Root mean square of the jumps between segments, in standard deviations of the series.
    free : int64 [weight]
        Positions in the flattened coefficients of those that are not left out.
    spread : float64 [variable and weight, direction]
        A square root of the covariance of the first state of the last segment and the free coefficients.
    length : int
        Points in a segment.
    """

    weights: FloatArray
    states: FloatArray
    cost: float
    joints: float
    free: NDArray[np.intp]
    spread: FloatArray
    length: int

    def continued(self, state: FloatArray, deviations: FloatArray) -> "Shot":
        """Return the same equation at another state, whose components have errors of the given deviations."""
        size = len(state)
        spread = self.spread.copy()
        spread[:size] = 0.0
        spread[:size, :size] = np.diag(deviations)
        return replace(self, states=state[None].copy(), spread=spread, length=1)

    def ensemble(self, flow: Flow, samples: int, *, seed: int) -> tuple[FloatArray, FloatArray]:
        """Draw last states and coefficients that the series allows, in the linear approximation.

        Parameters
        ----------
        flow : Flow
            With which the equation was fitted.
        samples, seed : int
            The first draws do not depend on the number of samples.

        Returns
        -------
        states : float64 [sample, variable]
        weights : float64 [sample, monomial, variable]
        """
        size = self.states.shape[1]
        drawn = np.stack(
            [np.random.default_rng([seed, index]).standard_normal(self.spread.shape[1]) for index in range(samples)]
        )
        changes = drawn @ self.spread.T
        weights = np.repeat(self.weights.ravel()[None], samples, axis=0)
        weights[:, self.free] += changes[:, size:]
        weights = weights.reshape(samples, *self.weights.shape)
        states = self.states[-self.length] + changes[:, :size]
        return flow.follow(states, weights, self.length - 1)[:, -1], weights


class Shooting:
    """The least-squares problem of a series, and its Gauss-Newton iteration.

    Parameters
    ----------
    flow : Flow
    series : float64 [time, variable]
        Scaled to deviations of 1; a multiple of `length` points.
    deviations : float64 [variable]
        Of the noise.
    length : int
        Points in a segment.
    """

    def __init__(self, flow: Flow, series: FloatArray, *, deviations: FloatArray, length: int) -> None:
        self.flow = flow
        self.length = length
        self.size = series.shape[1]
        self.observed = series.reshape(-1, length, self.size)
        self.deviations = deviations
        self.active = np.ones(flow.polynomial.count * self.size, dtype=bool)

    def fit(self, states: FloatArray, weights: FloatArray, *, rounds: int, iterations: int) -> Shot | None:
        """Return the fit from first states [segment, variable] and weights; None if no trajectory stays finite.

        Parameters
        ----------
        states, weights
        rounds : int
            Number of weights of the joints.
        iterations : int
            Limit on the Gauss-Newton steps of each round.
        """
        noise = float(np.sqrt((self.deviations**2).mean()))
        joint = noise
        for _ in range(rounds):
            found = self._minimise(states, weights, joint, iterations)
            if found is None:
                return None
            states, weights, jumps = found
            joint = float(np.clip(jumps, TIGHTEST * noise, noise))
        states, weights, jumps = self._pruned(states, weights, jumps, joint, iterations)
        equations = self._normal_equations(states, weights, joint)
        trajectory = self._trajectory(states, weights)
        if not np.isfinite(trajectory).all():
            return None
        misfits = (trajectory[:, : self.length] - self.observed) / self.deviations
        return Shot(
            weights=weights,
            states=trajectory[:, : self.length].reshape(-1, self.size),
            cost=float((misfits**2).mean()),
            joints=jumps,
            free=np.flatnonzero(self.active),
            spread=equations.spread(1.0 / PRIOR**2),
            length=self.length,
        )

    def _pruned(
        self, states: FloatArray, weights: FloatArray, jumps: float, joint: float, iterations: int
    ) -> tuple[FloatArray, FloatArray, float]:
        """Leave out coefficients as long as that costs less than the Bayesian information criterion allows for each."""
        each = np.log(self.observed.size)
        cost = self._cost(states, weights, joint)
        for _ in range(PRUNINGS):
            before = self.active.copy()
            errors = np.sqrt(self._normal_equations(states, weights, joint).variances())
            places = np.flatnonzero(before)
            ratios = np.abs(weights.ravel()[places]) / np.maximum(errors, 1e-300)
            weakest = np.argsort(ratios, kind="stable")[: max(1, len(places) // 2)]
            dropped = places[weakest[ratios[weakest] < INSIGNIFICANT]]
            if not dropped.size:
                break
            self.active[dropped] = False
            fewer = np.where(self.active.reshape(weights.shape), weights, 0.0)
            found = self._minimise(states, fewer, joint, iterations)
            lower = np.inf if found is None else self._cost(found[0], found[1], joint)
            if found is None or lower > cost + each * dropped.size:
                self.active = before
                break
            states, weights, jumps = found
            cost = lower
        return states, weights, jumps

    def _trajectory(self, states: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the points of all segments and the first of the next: float64 [segment, time, variable]."""
        return self.flow.follow(states, weights, self.length)

    def _cost(self, states: FloatArray, weights: FloatArray, joint: float) -> float:
        points = self._trajectory(states, weights)
        if not np.isfinite(points).all():
            return np.inf
        misfits = (points[:, : self.length] - self.observed) / self.deviations
        jumps = (points[:-1, self.length] - states[1:]) / joint
        # The cost of a trial that leaves the series far behind is infinite.
        with np.errstate(over="ignore"):
            return float((misfits**2).sum() + (jumps**2).sum() + ((weights / PRIOR) ** 2).sum())

    def _minimise(
        self, states: FloatArray, weights: FloatArray, joint: float, iterations: int
    ) -> tuple[FloatArray, FloatArray, float] | None:
        cost = self._cost(states, weights, joint)
        if not np.isfinite(cost):
            return None
        damping = 1e-4
        fresh = True
        for _ in range(iterations):
            if fresh:
                equations = self._normal_equations(states, weights, joint)
            step = equations.step(damping)
            change = np.zeros(weights.size)
            lower = np.inf
            if step is not None:
                change[self.active] = step[1]
                trial = states + step[0], weights + change.reshape(weights.shape)
                lower = self._cost(*trial, joint)
            fresh = lower < cost
            if fresh:
                states, weights = trial
                small = cost - lower < 1e-3 * (1.0 + 1e-3 * cost)
                cost = lower
                damping = max(0.1 * damping, 1e-9)
                if small:
                    break
            else:
                damping *= 10.0
                if damping > MOST_DAMPING:
                    break
        points = self._trajectory(states, weights)
        jumps = points[:-1, self.length] - states[1:]
        return states, weights, float(np.sqrt((jumps**2).mean())) if jumps.size else 0.0

    def _normal_equations(self, states: FloatArray, weights: FloatArray, joint: float) -> BorderedEquations:
        segments, size = states.shape
        free = np.flatnonzero(self.active)
        tangents = np.zeros((segments, size, size + free.size))
        tangents[:, np.arange(size), np.arange(size)] = 1.0
        diagonal, border = np.zeros((segments, size, size)), np.zeros((segments, size, free.size))
        corner = np.eye(free.size) / PRIOR**2
        of_states, of_weights = np.zeros((segments, size)), weights.ravel()[free] / PRIOR**2
        points = states
        for time in range(self.length):
            misfits = (points - self.observed[:, time]) / self.deviations
            _add(tangents / self.deviations[:, None], misfits, diagonal, border, corner, of_states, of_weights)
            points, tangents = self.flow.advance_tangents(points, tangents, weights, free)
        jumps = (points[:-1] - states[1:]) / joint
        slopes = tangents[:-1] / joint
        _add(slopes, jumps, diagonal[:-1], border[:-1], corner, of_states[:-1], of_weights)
        diagonal[1:] += np.eye(size) / joint**2
        border[1:] -= slopes[:, :, size:] / joint
        of_states[1:] -= jumps / joint
        return BorderedEquations(
            diagonal=diagonal,
            upper=-np.swapaxes(slopes[:, :, :size], 1, 2) / joint,
            border=border,
            corner=corner,
            states=of_states,
            weights=of_weights,
        )


def _add(
    slopes: FloatArray,
    residuals: FloatArray,
    diagonal: FloatArray,
    border: FloatArray,
    corner: FloatArray,
    of_states: FloatArray,
    of_weights: FloatArray,
) -> None:
    """Add the squares of residuals [segment, variable] with their slopes [segment, variable, unknown]."""
    size = slopes.shape[1]
    # One product of two matrices for all segments together takes a fraction of the time of one for each.
    by_weights = slopes[:, :, size:].reshape(residuals.size, -1)
    by_states = np.ascontiguousarray(np.swapaxes(slopes[:, :, :size], 1, 2))
    diagonal += by_states @ slopes[:, :, :size]
    border += by_states @ slopes[:, :, size:]
    corner += by_weights.T @ by_weights
    of_states += (by_states @ residuals[:, :, None])[:, :, 0]
    of_weights += residuals.ravel() @ by_weights
