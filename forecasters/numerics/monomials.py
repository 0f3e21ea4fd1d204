"""Computes monomials of delay vectors, and iterates a polynomial of them in compiled code."""

from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.compilation.driver import driver
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Library:
    """The monomials of a delay vector, and where its states stand in the past.

    Parameters
    ----------
    components, delays, spacing : int
        Size of a state, number of states in the delay vector, newest first, and samples between them.
    degree : int
        Highest degree of a monomial; all lower degrees down to the constant are there too.
    powers : tuple of int, optional
        Highest power of each component, those of its delayed values taken together; by default the degree.

    Examples
    --------
    >>> library = Library(components=1, delays=2, spacing=3, degree=2)
    >>> library.features(np.arange(4.0)[:, None]).tolist()      # 1, x, y, x^2, x y, y^2 with x = 3, y = 0
    [[1.0, 3.0, 0.0, 9.0, 0.0, 0.0]]
    """

    components: int
    delays: int
    spacing: int
    degree: int
    powers: tuple[int, ...] | None = None
    factors: tuple[NDArray[np.intp], ...] = field(init=False, repr=False)
    terms: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        coordinates = range(self.components * self.delays)
        chosen = [
            [term for term in combinations_with_replacement(coordinates, degree) if self._has(term)]
            for degree in range(self.degree + 1)
        ]
        # The powers may leave no term of a degree.
        factors = (np.array(rows, dtype=np.intp).reshape(-1, degree).T for degree, rows in enumerate(chosen[2:], 2))
        object.__setattr__(self, "factors", tuple(factors))
        # Coordinate 0 of the compiled loop is the constant one, so that all terms have as many factors.
        padded = [[1 + index for index in row] + [0] * (self.degree - len(row)) for rows in chosen for row in rows]
        object.__setattr__(self, "terms", np.array(padded, dtype=np.int64))

    def _has(self, term: tuple[int, ...]) -> bool:
        columns = [place % self.components for place in term]
        return self.powers is None or all(columns.count(i) <= power for i, power in enumerate(self.powers))

    @property
    def reach(self) -> int:
        """Samples between the newest and the oldest state."""
        return (self.delays - 1) * self.spacing

    def features(self, history: FloatArray) -> FloatArray:
        """Return the monomials [row, feature] of a history [time, component].

        There is a row for each time from `reach` on.
        """
        rows = len(history) - self.reach
        states = [
            history[self.reach - back : self.reach - back + rows] for back in range(0, self.reach + 1, self.spacing)
        ]
        vector = np.concatenate(states, axis=-1)
        columns = [np.ones((rows, 1)), vector]
        for factors in self.factors:
            product = vector[:, factors[0]]
            for factor in factors[1:]:
                product = product * vector[:, factor]
            columns.append(product)
        return np.concatenate(columns, axis=-1)

    def roll_out(self, weights: FloatArray, histories: FloatArray, horizon: int, box: Box) -> FloatArray:
        """Return closed loops [case, time, component], each point the last one plus a polynomial.

        Parameters
        ----------
        weights : ndarray, float64 [case, feature, component]
        histories : ndarray, float64 [case, time, component]
            The `reach` + 1 points before the first that is forecast.
        horizon : int
        box : Box
        """
        known = histories.shape[1]
        paths = np.concatenate([histories, np.empty((len(histories), horizon, self.components))], axis=1)
        _roll_out(self.terms, np.ascontiguousarray(weights), self.spacing, self.delays, known, box.low, box.high, paths)
        return paths[:, known:]


@driver("void(int64[:,::1], float64[:,:,::1], int64, int64, int64, float64[::1], float64[::1], float64[:,:,::1])")
def _roll_out(terms: Any, weights: Any, spacing: Any, delays: Any, known: Any, low: Any, high: Any, paths: Any) -> None:
    components = paths.shape[2]
    vector = np.ones(1 + delays * components)
    for case in range(paths.shape[0]):
        for now in range(known, paths.shape[1]):
            for delay in range(delays):
                for component in range(components):
                    vector[1 + delay * components + component] = paths[case, now - 1 - delay * spacing, component]
            for component in range(components):
                paths[case, now, component] = 0.0
            for term in range(terms.shape[0]):
                product = vector[terms[term, 0]]
                for factor in range(1, terms.shape[1]):
                    product *= vector[terms[term, factor]]
                for component in range(components):
                    paths[case, now, component] += product * weights[case, term, component]
            for component in range(components):
                point = paths[case, now - 1, component] + paths[case, now, component]
                # Not a number compares with nothing and becomes the upper wall, as in the box.
                bounded = point if point < high[component] else high[component]
                paths[case, now, component] = bounded if bounded > low[component] else low[component]
