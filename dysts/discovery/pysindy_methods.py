"""The methods of pysindy behind the protocol, each with its own defaults for the derivative and the threshold."""

import contextlib
import io
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.checks import check_choice, check_count
from dysts.discovery.expansion import Term, equation_text
from dysts.discovery.found import COEFFICIENT_DIGITS, system_of_text
from dysts.discovery.pysindy_solvers import MIOSR_WORK, best_subsets, thresholding, weak_library
from dysts.discovery.series_data import SeriesData, variable_names
from dysts.errors import ForecastError, MissingPackageError
from dysts.systems.system import System
from dysts.version import install_command

FloatArray = NDArray[np.float64]

OPTIMIZERS = ("STLSQ", "SR3", "Ensemble", "Weak", "FROLS", "MIOSR")
THRESHOLD, RIDGE = 0.1, 0.05
"""Smallest coefficient that is kept, and penalty: the defaults of pysindy's STLSQ."""
WEAK_WINDOWS = 200
"""Windows of pysindy's weak form, which places them at random; its default of 100 leaves more to chance."""
MOST_TERMS_OF_AN_EQUATION = 6
"""Terms of an equation up to which FROLS and MIOSR, which must be told their number, are run; an equation of degree 2
in the collection has five at most."""
NO_RESIDUAL = 1e-10
"""Residual, relative to the derivative, that counts as none: the criterion would go on to fit rounding errors."""


@dataclass(frozen=True, kw_only=True)
class PySINDy:
    """A method of pysindy: polynomials, with its own derivative unless one is given.

    Parameters
    ----------
    optimizer : {"STLSQ", "SR3", "Ensemble", "Weak", "FROLS", "MIOSR"}
        Sequential thresholding (threshold 0.1, ridge 0.05), relaxed regression (its defaults), the median of twenty
        bootstrapped STLSQ models, STLSQ on the weak form, greedy forward selection, and the best subset by
        mixed-integer optimisation; for the last two the Bayesian information criterion chooses the size of each
        equation. MIOSR needs gurobipy, whose own licence allows problems of this size without a fee, and has a budget
        of `dysts.discovery.pysindy_solvers.MIOSR_WORK`.
    degree : int
        Degree of the polynomials; 2 is pysindy's default.
    variables : tuple of str
        Names of the variables.
    name : str
        Name of the system that is returned.

    Examples
    --------
    >>> PySINDy(optimizer="SR3").degree
    2
    """

    optimizer: str = "STLSQ"
    degree: int = 2
    variables: tuple[str, ...] = ()
    name: str = "Found"

    def __post_init__(self) -> None:
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_count("degree", self.degree)

    def fit(self, times: Any, states: Any, derivatives: Any = None) -> System:
        """Find the equations of a series.

        Raises
        ------
        InvalidArgumentError
            If the series is not usable.
        MissingPackageError
            If pysindy is not installed.
        ForecastError
            If the method fails, its library is larger than the data, no term is left, or a coefficient is not finite.
        """
        data = SeriesData.checked(times, states, derivatives)
        try:
            import pysindy
        except ImportError:
            raise MissingPackageError(f"pysindy is not installed; {install_command('discovery')}") from None
        variables = variable_names(data.states.shape[1], self.variables)
        size = math.comb(len(variables) + self.degree, self.degree)
        if size > len(data.states):
            raise ForecastError(f"a library must have at most as many terms as points, {len(data.states)}, got {size}")
        clock = data.step * np.arange(len(data.states))
        with _silent():
            try:
                if self.optimizer in ("FROLS", "MIOSR"):
                    coefficients, names = self._best_subsets(pysindy, clock, data)
                else:
                    coefficients, names = self._fitted(pysindy, clock, data)
            except ImportError:
                raise MissingPackageError("gurobipy is not installed; pip install gurobipy") from None
            except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
                raise ForecastError(f"pysindy's {self.optimizer} failed: {error}") from error
        if not np.isfinite(coefficients).all():
            raise ForecastError(f"pysindy's {self.optimizer} returned coefficients that are not finite")
        if not coefficients.any():
            raise ForecastError(f"pysindy's {self.optimizer} left no term in any equation")
        terms = [_term(name, variables) for name in names]
        equations = {
            variable: equation_text(
                {term: float(value) for term, value in zip(terms, row, strict=True) if value != 0.0},
                digits=COEFFICIENT_DIGITS,
            )
            for variable, row in zip(variables, coefficients, strict=True)
        }
        derivative = "derivatives that were given" if data.rates is not None else "its own derivative"
        told = f"pysindy {pysindy.__version__}, {self.optimizer}, degree {self.degree}, {derivative}"
        start = data.states[0].tolist()
        return system_of_text(self.name, equations, initial_conditions=start, remarks=[told])

    def _best_subsets(self, pysindy: Any, clock: Any, data: SeriesData) -> tuple[FloatArray, list[str]]:
        """Return for each equation the best subset of that size which the Bayesian information criterion prefers."""
        rates = data.rates
        if rates is None:
            rates = np.asarray(pysindy.FiniteDifference()._differentiate(data.states, clock))
        library = pysindy.PolynomialLibrary(degree=self.degree)
        features = np.asarray(library.fit_transform(data.states))
        most = min(MOST_TERMS_OF_AN_EQUATION, features.shape[1])
        if self.optimizer == "FROLS":
            optimizer = pysindy.FROLS(max_iter=most, alpha=0.0)
            optimizer.fit(features, rates)
            history = np.array(optimizer.history_)
            subsets = [iter(history[:, row]) for row in range(rates.shape[1])]
        else:
            work = MIOSR_WORK / (most * rates.shape[1])
            subsets = [_proved_best(pysindy, features, target, most, work) for target in rates.T]
        chosen = [_preferred(features, target, tried) for target, tried in zip(rates.T, subsets, strict=True)]
        return np.array(chosen), list(library.get_feature_names())

    def _fitted(self, pysindy: Any, clock: Any, data: SeriesData) -> tuple[FloatArray, list[str]]:
        """Return the coefficients [component, term] and the names of the terms by one call of pysindy."""
        if self.optimizer == "Weak" and data.rates is None:
            # With a sample as the unit of time, coefficients are those of the true unit times the step.
            library = weak_library(pysindy, len(clock), self.degree, WEAK_WINDOWS)
            plain = thresholding(pysindy)(threshold=THRESHOLD * data.step, alpha=RIDGE / data.step**2)
            model = pysindy.SINDy(optimizer=plain, feature_library=library)
            model.fit(data.states, t=np.arange(len(clock), dtype=np.float64))
            return np.asarray(model.coefficients()) / data.step, model.get_feature_names()
        plain = thresholding(pysindy)(threshold=THRESHOLD, alpha=RIDGE)
        optimizer = {
            "STLSQ": lambda: plain,
            "Weak": lambda: plain,
            "SR3": pysindy.SR3,
            "Ensemble": lambda: pysindy.EnsembleOptimizer(plain, bagging=True, n_models=20),
        }[self.optimizer]()
        model = pysindy.SINDy(optimizer=optimizer, feature_library=pysindy.PolynomialLibrary(degree=self.degree))
        model.fit(data.states, t=clock, x_dot=data.rates)
        return np.asarray(model.coefficients()), model.get_feature_names()


def _proved_best(
    pysindy: Any, features: FloatArray, target: FloatArray, most: int, work: float
) -> Iterator[FloatArray]:
    """Yield the best subsets of one to `most` terms of one equation."""
    for count in range(1, most + 1):
        optimizer = best_subsets(pysindy)(target_sparsity=None, group_sparsity=(count,), alpha=0.0, work=work)
        optimizer.fit(features, target[:, None])
        yield np.array(optimizer.coef_)[0]


def _preferred(features: FloatArray, target: FloatArray, subsets: Iterator[FloatArray]) -> FloatArray:
    """Return the coefficients that the Bayesian information criterion prefers, those of fewer terms coming first.

    No more subsets are asked for when the residual of all terms together could not make up for one term more.
    """
    length = len(target)
    size = float(np.sqrt((target**2).mean())) or 1.0

    def misfit(coefficients: FloatArray) -> float:
        residual = float(np.sqrt(((features @ coefficients - target) ** 2).mean())) / size
        return 2.0 * length * math.log(max(residual, NO_RESIDUAL))

    everything: Any = np.linalg.lstsq(features, target, rcond=None)[0]
    least = misfit(everything)
    best, chosen = math.inf, np.zeros(features.shape[1])
    for coefficients in subsets:
        count = np.count_nonzero(coefficients)
        criterion = misfit(coefficients) + count * math.log(length)
        if criterion < best:
            best, chosen = criterion, coefficients
        if least + (count + 1) * math.log(length) >= best:
            break
    return chosen


def _term(text: str, variables: tuple[str, ...]) -> Term:
    """Return the canonical term of one of pysindy's names, such as ``x0^2 x1``."""
    factors: dict[str, float] = {}
    for part in text.split():
        if part != "1":
            found = re.fullmatch(r"x(\d+)(?:\^(\d+))?", part)
            if found is None:
                raise ForecastError(f"pysindy returned a term that is no monomial: {text!r}")
            factors[variables[int(found.group(1))]] = float(found.group(2) or 1)
    return tuple(sorted(factors.items()))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    import sklearn

    state = np.random.get_state()  # noqa: NPY002 - pysindy draws from the global generator, which is given back
    np.random.seed(0)  # noqa: NPY002
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            np.errstate(all="ignore"),
            sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
