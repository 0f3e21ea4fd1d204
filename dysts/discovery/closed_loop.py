"""Closed-loop forecasts of equations that are a library times coefficients, in one compiled loop for all of them.

Candidates come by the hundred and live for milliseconds, so none of them is compiled by itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.compilation.driver import driver
from dysts.discovery.terms import TermLibrary
from dysts.solvers.dop853.tableau import COUPLING, STAGES, WEIGHTS

FloatArray = NDArray[np.float64]

ACCURATE = 1e-10
"""Error, in standard deviations of the data, that the forecasts need not resolve: it is below that of any data."""
MOST_SUBSTEPS = 64
FAR = 10.0
"""Distance, in standard deviations from the data, at which a forecast has failed."""
_ENDLESS = 1e150


@dataclass(frozen=True, eq=False)
class LibraryFlow:
    """The flow of equations that are a library times coefficients [component, term].

    Examples
    --------
    >>> from dysts.discovery.terms import polynomial_library
    >>> decay = LibraryFlow(polynomial_library(("x",), 1), np.array([[0.0, -1.0]]))
    >>> path = decay.roll_out(np.ones((1, 1)), 0.1, 10, substeps=1)
    >>> bool(abs(path[0, -1, 0] - np.exp(-1.0)) < 1e-13)
    True
    """

    library: TermLibrary
    coefficients: FloatArray

    def derivative(self, states: FloatArray) -> FloatArray:
        """Return the derivative [..., component] at states [..., component]."""
        result: FloatArray = self.library.features(states) @ self.coefficients.T
        return result

    def roll_out(self, starts: FloatArray, step: float, points: int, *, substeps: int) -> FloatArray:
        """Integrate from several states by the twelve stages of DOP853 with a fixed step.

        Parameters
        ----------
        starts : ndarray, float64 [window, component]
        step : float
            Time between two points.
        points : int
            Points after the start.
        substeps : int
            Steps of the method from one point to the next.

        Returns
        -------
        ndarray, float64 [window, time, component]
            NaN from where a window has left the range of numbers.
        """
        used = (self.coefficients != 0.0).any(axis=0)
        paths = np.full((len(starts), points, starts.shape[1]), np.nan)
        waves = self.library.waves
        _roll_out(
            np.ascontiguousarray(self.library.factors[used], dtype=np.int64),
            np.array([[int(function == "cos"), variable] for function, variable, _ in waves], dtype=np.int64).reshape(
                -1, 2
            ),
            np.array([frequency for _, _, frequency in waves], dtype=np.float64),
            np.ascontiguousarray(self.coefficients[:, used].T),
            np.ascontiguousarray(starts, dtype=np.float64),
            step / substeps,
            substeps,
            np.ascontiguousarray(COUPLING[:STAGES, :STAGES]),
            WEIGHTS,
            paths,
        )
        return paths

    def enough_substeps(
        self, starts: FloatArray, step: float, points: int, scale: FloatArray, *, accurate: float = ACCURATE
    ) -> int:
        """Return the steps between two points at which forecasts have converged, at most `MOST_SUBSTEPS`.

        Windows that run away are not looked at.
        """
        substeps = 1
        coarse = self.roll_out(starts, step, points, substeps=substeps)
        while substeps < MOST_SUBSTEPS:
            fine = self.roll_out(starts, step, points, substeps=2 * substeps)
            with np.errstate(all="ignore"):
                apart = np.abs((fine - coarse) / scale).max(axis=(1, 2))
                bounded = (np.abs(fine - starts[:, None]) / scale).max(axis=(1, 2)) < FAR
            if bounded.any() and (apart[bounded] < accurate).all():
                return substeps
            substeps, coarse = 2 * substeps, fine
        return substeps


@driver(
    "void(int64[:,::1], int64[:,::1], float64[::1], float64[:,::1], float64[:,::1], float64, int64, float64[:,::1], "
    "float64[::1], float64[:,:,::1])"
)
def _roll_out(
    factors: Any,
    waves: Any,
    frequencies: Any,
    weights: Any,
    starts: Any,
    h: Any,
    substeps: Any,
    coupling: Any,
    shares: Any,
    paths: Any,
) -> None:
    components, stages = starts.shape[1], len(shares)
    columns = np.ones(1 + components + len(waves))
    slopes = np.zeros((stages, components))
    state = np.zeros(components)
    for window in range(len(starts)):
        state[:] = starts[window]
        finite = True
        for point in range(paths.shape[1]):
            for _ in range(substeps):
                for stage in range(stages):
                    for component in range(components):
                        value = 0.0
                        for earlier in range(stage):
                            value += coupling[stage, earlier] * slopes[earlier, component]
                        columns[1 + component] = state[component] + h * value
                    for wave in range(len(waves)):
                        angle = frequencies[wave] * columns[1 + waves[wave, 1]]
                        columns[1 + components + wave] = np.cos(angle) if waves[wave, 0] == 1 else np.sin(angle)
                    slopes[stage, :] = 0.0
                    for term in range(factors.shape[0]):
                        product = columns[factors[term, 0]]
                        for factor in range(1, factors.shape[1]):
                            product *= columns[factors[term, factor]]
                        for component in range(components):
                            slopes[stage, component] += product * weights[term, component]
                for component in range(components):
                    value = 0.0
                    for stage in range(stages):
                        value += shares[stage] * slopes[stage, component]
                    state[component] += h * value
                    # Not a number compares with nothing.
                    if not abs(state[component]) < _ENDLESS:
                        finite = False
                if not finite:
                    break
            if not finite:
                break
            for component in range(components):
                paths[window, point, component] = state[component]
