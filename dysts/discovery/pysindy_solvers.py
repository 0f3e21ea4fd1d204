"""Optimizers of pysindy with the same results for less: no checks inside their loops, and a budget for best subsets."""

from functools import cache
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MIOSR_WORK = 5.0
"""Budget of Gurobi for all subsets of a fit, in its units of work, which are about seconds and are the same on every
machine; a subset that is not proved best within its share is the best one that was seen."""


@cache
def thresholding(pysindy: Any) -> Any:
    """Return pysindy's STLSQ as a class whose ridge regressions are solved directly.

    scikit-learn's `ridge_regression` solves the same normal equations, but checks its arguments for a millisecond
    each time, and an ensemble of twenty models calls it a thousand times.
    """

    class Thresholding(pysindy.STLSQ):
        def _regress(self, x: FloatArray, y: FloatArray, dim: int, sparse_sub: Any) -> Any:
            if self.sparse_ind is not None or self.ridge_kw or x.shape[1] > x.shape[0]:
                return super()._regress(x, y, dim, sparse_sub)
            matrix = x.T @ x
            matrix.flat[:: x.shape[1] + 1] += self.alpha
            try:
                coefficients = scipy.linalg.solve(matrix, x.T @ y, assume_a="pos", overwrite_a=True)
            except np.linalg.LinAlgError:
                return super()._regress(x, y, dim, sparse_sub)
            self.iters += 1
            return coefficients

        def _unbias(self, x: FloatArray, y: FloatArray) -> None:
            coefficients = np.zeros((y.shape[1], x.shape[1]))
            for row, mask in enumerate(self.ind_):
                if mask.any():
                    coefficients[row, mask] = scipy.linalg.lstsq(x[:, mask], y[:, row])[0]
            self.coef_ = coefficients

    return Thresholding


@cache
def best_subsets(pysindy: Any) -> Any:
    """Return pysindy's MIOSR as a class with one more argument, ``work``, its budget in Gurobi's units."""

    class BestSubsets(pysindy.optimizers.MIOSR):
        def __init__(self, *, work: float, **settings: Any) -> None:
            super().__init__(**settings)
            self.work = work

        def _make_model(self, *arguments: Any, **settings: Any) -> Any:
            model, variables = super()._make_model(*arguments, **settings)
            model.params.WorkLimit = self.work
            model.params.Threads = 1
            return model, variables

        def _regress(self, *arguments: Any, **settings: Any) -> Any:
            try:
                return super()._regress(*arguments, **settings)
            except AttributeError as error:
                raise RuntimeError(f"no subset was found within {self.work:g} units of work") from error

    return BestSubsets


@cache
def weak_library(pysindy: Any, length: int, degree: int, windows: int) -> Any:
    """Return pysindy's weak library of a series of a given length, with the time between two points as its unit.

    Its windows do not depend on the data and take longer to place than a fit, so one library serves all series.
    """
    clock = np.arange(length, dtype=np.float64)
    return pysindy.WeakPDELibrary(pysindy.PolynomialLibrary(degree=degree), spatiotemporal_grid=clock, K=windows)
