"""The methods of pysindy behind the protocol, each with its own defaults for the derivative and the threshold."""

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_choice, check_count
from dysts.discovery.expansion import Term, equation_text
from dysts.discovery.found import COEFFICIENT_DIGITS, system_of_text
from dysts.discovery.series_data import SeriesData, variable_names
from dysts.errors import ForecastError, MissingPackageError
from dysts.systems.system import System
from dysts.version import install_command

OPTIMIZERS = ("STLSQ", "SR3", "Ensemble", "Weak", "FROLS")
WEAK_WINDOWS = 200
"""Windows of pysindy's weak form, which places them at random; its default of 100 leaves more to chance."""


@dataclass(frozen=True, kw_only=True)
class PySINDy:
    """A method of pysindy: polynomials, with its own derivative unless one is given.

    Parameters
    ----------
    optimizer : {"STLSQ", "SR3", "Ensemble", "Weak", "FROLS"}
        Sequential thresholding (threshold 0.1, ridge 0.05), relaxed regression (its defaults), the median of twenty
        bootstrapped STLSQ models, STLSQ on the weak form, and greedy forward selection (at most ten terms).
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
            If the method fails, or its coefficients are not finite.
        """
        data = SeriesData.checked(times, states, derivatives)
        try:
            import pysindy
        except ImportError:
            raise MissingPackageError(f"pysindy is not installed; {install_command('discovery')}") from None
        variables = variable_names(data.states.shape[1], self.variables)
        clock = data.step * np.arange(len(data.states))
        with _silent():
            model = self._model(pysindy, clock, weak=self.optimizer == "Weak" and data.rates is None)
            try:
                model.fit(data.states, t=clock, x_dot=data.rates)
                coefficients, names = np.asarray(model.coefficients()), model.get_feature_names()
            except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
                raise ForecastError(f"pysindy's {self.optimizer} failed: {error}") from error
        if not np.isfinite(coefficients).all():
            raise ForecastError(f"pysindy's {self.optimizer} returned coefficients that are not finite")
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

    def _model(self, pysindy: Any, clock: Any, *, weak: bool) -> Any:
        library: Any = pysindy.PolynomialLibrary(degree=self.degree)
        plain = pysindy.STLSQ()
        if weak:
            library = pysindy.WeakPDELibrary(
                pysindy.PolynomialLibrary(degree=self.degree), spatiotemporal_grid=clock, K=WEAK_WINDOWS
            )
        optimizer = {
            "STLSQ": lambda: plain,
            "Weak": lambda: plain,
            "SR3": pysindy.SR3,
            "FROLS": pysindy.FROLS,
            "Ensemble": lambda: pysindy.EnsembleOptimizer(plain, bagging=True, n_models=20),
        }[self.optimizer]()
        return pysindy.SINDy(optimizer=optimizer, feature_library=library)


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
    state = np.random.get_state()  # noqa: NPY002 - pysindy draws from the global generator, which is given back
    np.random.seed(0)  # noqa: NPY002
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
