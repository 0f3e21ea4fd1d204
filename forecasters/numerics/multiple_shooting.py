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

from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class Polynomial:
    """All monomials of some variables up to a degree, with their derivatives.

    Parameters
    ----------
    variables, degree : int

    Examples
    --------
    >>> values, slopes = Polynomial(2, 2).monomials(np.array([[2.0, 3.0]]))
    >>> values.tolist()      # 1, x, y, x^2, x y, y^2
    [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    >>> slopes[0, 4].tolist()
    [3.0, 2.0]
    """

    variables: int
    degree: int
    levels: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        levels = []
        before: dict[tuple[int, ...], int] = {(): 0}
        first = 1
        for degree in range(1, self.degree + 1):
            terms = list(combinations_with_replacement(range(self.variables), degree))
            parents = np.array([before[term[:-1]] for term in terms], dtype=np.intp)
            levels.append((parents, np.array([term[-1] for term in terms], dtype=np.intp)))
            before = {term: first + place for place, term in enumerate(terms)}
            first += len(terms)
        object.__setattr__(self, "levels", tuple(levels))

    @property
    def count(self) -> int:
        """Number of monomials."""
        return 1 + sum(len(parents) for parents, _ in self.levels)

    def monomials(self, states: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the monomials of states and their slopes: [row, monomial] and [row, monomial, variable]."""
        values = np.ones((len(states), self.count))
        slopes = np.zeros((len(states), self.count, self.variables))
        first = 1
        for parents, factors in self.levels:
            own = slice(first, first + len(parents))
            values[:, own] = values[:, parents] * states[:, factors]
            slopes[:, own] = slopes[:, parents] * states[:, factors, None]
            slopes[:, np.arange(own.start, own.stop), factors] += values[:, parents]
            first += len(parents)
        return values, slopes

    def values(self, states: FloatArray) -> FloatArray:
        """Return the monomials [row, monomial] alone."""
        values = np.ones((len(states), self.count))
        first = 1
        for parents, factors in self.levels:
            values[:, first : first + len(parents)] = values[:, parents] * states[:, factors]
            first += len(parents)
        return values


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Steps of the classical Runge-Kutta method through a polynomial vector field, with their tangents.

    Parameters
    ----------
    polynomial : Polynomial
    substeps : int
        Steps of the method between two points.
    """

    polynomial: Polynomial
    substeps: int

    def advance(self, states: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the states one point later, float64 [row, variable]."""
        h = 1.0 / self.substeps
        values = self.polynomial.values
        for _ in range(self.substeps):
            one = values(states) @ weights
            two = values(states + 0.5 * h * one) @ weights
            three = values(states + 0.5 * h * two) @ weights
            four = values(states + h * three) @ weights
            states = states + h / 6.0 * (one + 2.0 * two + 2.0 * three + four)
        return states

    def advance_tangents(
        self, states: FloatArray, tangents: FloatArray, weights: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return states and their derivatives [row, variable, unknown] one point later.

        The unknowns are the first states, followed by the weights in the order of their array.
        """
        h = 1.0 / self.substeps
        for _ in range(self.substeps):
            one, slope_one = self._rate(states, tangents, weights)
            two, slope_two = self._rate(states + 0.5 * h * one, tangents + 0.5 * h * slope_one, weights)
            three, slope_three = self._rate(states + 0.5 * h * two, tangents + 0.5 * h * slope_two, weights)
            four, slope_four = self._rate(states + h * three, tangents + h * slope_three, weights)
            states = states + h / 6.0 * (one + 2.0 * two + 2.0 * three + four)
            tangents = tangents + h / 6.0 * (slope_one + 2.0 * slope_two + 2.0 * slope_three + slope_four)
        return states, tangents

    def _rate(self, states: FloatArray, tangents: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        values, slopes = self.polynomial.monomials(states)
        size = states.shape[1]
        jacobians = np.swapaxes(slopes, 1, 2) @ weights
        rates = np.swapaxes(jacobians, 1, 2) @ tangents
        for component in range(size):
            # Weight (monomial, component) adds its monomial to the rate of its component.
            rates[:, component, size + component :: size] += values
        return values @ weights, rates


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
    """

    weights: FloatArray
    states: FloatArray
    cost: float
    joints: float


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
        trajectory = self._trajectory(states, weights)
        if not np.isfinite(trajectory).all():
            return None
        misfits = (trajectory[:, : self.length] - self.observed) / self.deviations
        return Shot(
            weights=weights,
            states=trajectory[:, : self.length].reshape(-1, self.size),
            cost=float((misfits**2).mean()),
            joints=jumps,
        )

    def _pruned(
        self, states: FloatArray, weights: FloatArray, jumps: float, joint: float, iterations: int
    ) -> tuple[FloatArray, FloatArray, float]:
        """Leave out coefficients as long as that costs less than the Bayesian information criterion allows for each."""
        each = np.log(self.observed.size)
        cost = self._cost(states, weights, joint)
        for _ in range(PRUNINGS):
            before = self.active.copy()
            matrix, _ = self._normal_equations(states, weights, joint)
            known = np.concatenate([np.ones(states.size, dtype=bool), before])
            inner = matrix[np.ix_(known, known)]
            errors = np.sqrt(np.abs(np.diag(np.linalg.pinv(inner, rcond=1e-13, hermitian=True))))[states.size :]
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
        points = [states]
        with np.errstate(all="ignore"):
            for _ in range(self.length):
                points.append(self.flow.advance(points[-1], weights))
        return np.stack(points, axis=1)

    def _cost(self, states: FloatArray, weights: FloatArray, joint: float) -> float:
        points = self._trajectory(states, weights)
        if not np.isfinite(points).all():
            return np.inf
        misfits = (points[:, : self.length] - self.observed) / self.deviations
        jumps = (points[:-1, self.length] - states[1:]) / joint
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
                matrix, gradient = self._normal_equations(states, weights, joint)
                solved = np.concatenate([np.ones(states.size, dtype=bool), self.active])
                inner = matrix[np.ix_(solved, solved)]
            diagonal = np.diag(inner)
            step = np.zeros(len(solved))
            step[solved] = np.linalg.solve(
                inner + np.diag(damping * diagonal + 1e-13 * diagonal.max()), -gradient[solved]
            )
            count = states.size
            trial = states + step[:count].reshape(states.shape), weights + step[count:].reshape(weights.shape)
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

    def _normal_equations(self, states: FloatArray, weights: FloatArray, joint: float) -> tuple[FloatArray, FloatArray]:
        segments, size = states.shape
        first, unknowns = segments * size, segments * size + weights.size
        matrix, gradient = np.zeros((unknowns, unknowns)), np.zeros(unknowns)
        tangents = np.zeros((segments, size, size + weights.size))
        tangents[:, np.arange(size), np.arange(size)] = 1.0
        blocks = np.zeros((segments, size + weights.size, size + weights.size))
        sums = np.zeros((segments, size + weights.size))
        points = states
        for time in range(self.length):
            whitened = tangents / self.deviations[:, None]
            misfits = (points - self.observed[:, time]) / self.deviations
            blocks += np.swapaxes(whitened, 1, 2) @ whitened
            sums += np.einsum("ksu,ks->ku", whitened, misfits)
            points, tangents = self.flow.advance_tangents(points, tangents, weights)
        jumps = (points[:-1] - states[1:]) / joint
        slopes = tangents[:-1] / joint
        blocks[:-1] += np.swapaxes(slopes, 1, 2) @ slopes
        sums[:-1] += np.einsum("ksu,ks->ku", slopes, jumps)
        for k in range(segments):
            own = slice(k * size, (k + 1) * size)
            matrix[own, own] += blocks[k, :size, :size]
            matrix[own, first:] += blocks[k, :size, size:]
            gradient[own] += sums[k, :size]
            if k + 1 < segments:
                following = slice((k + 1) * size, (k + 2) * size)
                matrix[own, following] -= slopes[k, :, :size].T / joint
                matrix[following, own] = matrix[own, following].T
                matrix[following, following] += np.eye(size) / joint**2
                matrix[following, first:] -= slopes[k, :, size:] / joint
                gradient[following] -= jumps[k] / joint
        matrix[first:, :first] = matrix[:first, first:].T
        matrix[first:, first:] = blocks[:, size:, size:].sum(axis=0) + np.eye(weights.size) / PRIOR**2
        gradient[first:] = sums[:, size:].sum(axis=0) + weights.ravel() / PRIOR**2
        return matrix, gradient
