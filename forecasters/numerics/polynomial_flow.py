"""Polynomial vector fields, and steps along their solutions with tangents by the states and by the coefficients."""

from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.compilation.driver import driver

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Polynomial:
    """All monomials of some variables up to a degree.

    Parameters
    ----------
    variables, degree : int

    Attributes
    ----------
    parents, factors : int64 [monomial]
        Each monomial after the first, which is 1, is an earlier one times a variable.

    Examples
    --------
    >>> Polynomial(2, 2).values(np.array([[2.0, 3.0]])).tolist()      # 1, x, y, x^2, x y, y^2
    [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    """

    variables: int
    degree: int
    parents: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    factors: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[tuple[int, ...], int] = {(): 0}
        parents, factors = [0], [0]
        for degree in range(1, self.degree + 1):
            for term in combinations_with_replacement(range(self.variables), degree):
                places[term] = len(places)
                parents.append(places[term[:-1]])
                factors.append(term[-1])
        object.__setattr__(self, "parents", np.array(parents, dtype=np.int64))
        object.__setattr__(self, "factors", np.array(factors, dtype=np.int64))

    @property
    def count(self) -> int:
        """Number of monomials."""
        return len(self.parents)

    def values(self, states: FloatArray) -> FloatArray:
        """Return the monomials of states, float64 [row, monomial]."""
        values = np.ones((len(states), self.count))
        for place in range(1, self.count):
            values[:, place] = values[:, self.parents[place]] * states[:, self.factors[place]]
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

    def follow(
        self,
        states: FloatArray,
        weights: FloatArray,
        points: int,
        *,
        low: FloatArray | None = None,
        high: FloatArray | None = None,
    ) -> FloatArray:
        """Return the states and the points after them, float64 [row, time, variable].

        Parameters
        ----------
        states : float64 [row, variable]
        weights : float64 [monomial, variable] or [row, monomial, variable]
            Those of all rows, or of each.
        points : int
            Number of points after the states.
        low, high : float64 [variable], optional
            Walls at which each point is held; a point that is not a number becomes infinite, or the upper wall.
        """
        rows, size = states.shape
        paths = np.empty((rows, points + 1, size))
        paths[:, 0] = states
        low = np.full(size, -np.inf) if low is None else low
        high = np.full(size, np.inf) if high is None else high
        each = np.ascontiguousarray(weights if weights.ndim == 3 else weights[None])
        _follow(self.polynomial.parents, self.polynomial.factors, each, self.substeps, low, high, paths)
        return paths

    def advance(self, states: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the states one point later, float64 [row, variable]; see `follow`."""
        return self.follow(states, weights, 1)[:, 1]

    def advance_tangents(
        self, states: FloatArray, tangents: FloatArray, weights: FloatArray, free: NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray]:
        """Return states and their derivatives [row, variable, unknown] one point later.

        Parameters
        ----------
        states, tangents
        weights : float64 [monomial, variable]
        free : int64 [weight]
            Positions in the flattened weights of those that are unknowns, which follow the first states.
        """
        states, tangents = states.copy(), tangents.copy()
        parents, factors = self.polynomial.parents, self.polynomial.factors
        _advance_tangents(parents, factors, np.ascontiguousarray(weights), free, self.substeps, states, tangents)
        return states, tangents


@driver("void(int64[::1], int64[::1], float64[:,:,::1], int64, float64[::1], float64[::1], float64[:,:,::1])")
def _follow(parents: Any, factors: Any, weights: Any, substeps: Any, low: Any, high: Any, paths: Any) -> None:
    size, count = paths.shape[2], parents.shape[0]
    step = 1.0 / substeps
    values = np.ones(count)
    state, stage, rate, total = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    for row in range(paths.shape[0]):
        own = row if weights.shape[0] > 1 else 0
        for time in range(1, paths.shape[1]):
            for i in range(size):
                state[i] = paths[row, time - 1, i]
            for _ in range(substeps):
                for order in range(4):
                    ahead = 0.5 * step if order < 3 else step
                    for i in range(size):
                        stage[i] = state[i] if order == 0 else state[i] + ahead * rate[i]
                    for place in range(1, count):
                        values[place] = values[parents[place]] * stage[factors[place]]
                    part = step / 6.0 if order == 0 or order == 3 else step / 3.0
                    for i in range(size):
                        rate[i] = 0.0
                    for place in range(count):
                        for i in range(size):
                            rate[i] += values[place] * weights[own, place, i]
                    for i in range(size):
                        total[i] = part * rate[i] if order == 0 else total[i] + part * rate[i]
                for i in range(size):
                    state[i] += total[i]
            for i in range(size):
                # Not a number compares with nothing and becomes the upper wall, as in the box.
                bounded = state[i] if state[i] < high[i] else high[i]
                state[i] = bounded if bounded > low[i] else low[i]
                paths[row, time, i] = state[i]


@driver("void(int64[::1], int64[::1], float64[:,::1], int64[::1], int64, float64[:,::1], float64[:,:,::1])")
def _advance_tangents(
    parents: Any, factors: Any, weights: Any, free: Any, substeps: Any, states: Any, tangents: Any
) -> None:
    size, unknowns, count = states.shape[1], tangents.shape[2], parents.shape[0]
    step = 1.0 / substeps
    values, slopes = np.ones(count), np.zeros((count, size))
    stage, rate, total = np.empty(size), np.empty(size), np.empty(size)
    jacobian = np.empty((size, size))
    turned, turning = np.empty((size, unknowns)), np.empty((size, unknowns))
    turns = np.empty((size, unknowns))
    for row in range(states.shape[0]):
        for _ in range(substeps):
            for order in range(4):
                ahead = 0.5 * step if order < 3 else step
                for i in range(size):
                    stage[i] = states[row, i] if order == 0 else states[row, i] + ahead * rate[i]
                    for u in range(unknowns):
                        turned[i, u] = (
                            tangents[row, i, u] if order == 0 else tangents[row, i, u] + ahead * turning[i, u]
                        )
                for place in range(1, count):
                    parent, factor = parents[place], factors[place]
                    values[place] = values[parent] * stage[factor]
                    for j in range(size):
                        slopes[place, j] = slopes[parent, j] * stage[factor]
                    slopes[place, factor] += values[parent]
                for i in range(size):
                    rate[i] = 0.0
                    for j in range(size):
                        jacobian[i, j] = 0.0
                for place in range(count):
                    for i in range(size):
                        weight = weights[place, i]
                        if weight != 0.0:
                            rate[i] += values[place] * weight
                            for j in range(size):
                                jacobian[i, j] += slopes[place, j] * weight
                for i in range(size):
                    for u in range(unknowns):
                        turning[i, u] = 0.0
                    for j in range(size):
                        for u in range(unknowns):
                            turning[i, u] += jacobian[i, j] * turned[j, u]
                # Weight (monomial, variable) adds its monomial to the rate of its variable.
                for place in range(free.shape[0]):
                    turning[free[place] % size, size + place] += values[free[place] // size]
                part = step / 6.0 if order == 0 or order == 3 else step / 3.0
                for i in range(size):
                    total[i] = part * rate[i] if order == 0 else total[i] + part * rate[i]
                    for u in range(unknowns):
                        turns[i, u] = part * turning[i, u] if order == 0 else turns[i, u] + part * turning[i, u]
            for i in range(size):
                states[row, i] += total[i]
                for u in range(unknowns):
                    tangents[row, i, u] += turns[i, u]
