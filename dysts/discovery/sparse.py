"""Sequential thresholding whose threshold, library and derivative are chosen by forecasts of held-out data."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.checks import check_choice, check_count
from dysts.discovery.closed_loop import ACCURATE, LibraryFlow
from dysts.discovery.elimination import Elimination, compressed, eliminations, fitted
from dysts.discovery.found import system_of_coefficients
from dysts.discovery.held_out import HeldOut, as_good
from dysts.discovery.regressions import Regression, known_derivatives, regressions_of_states
from dysts.discovery.series_data import SeriesData, variable_names
from dysts.discovery.terms import TermLibrary, polynomial_library
from dysts.errors import ForecastError
from dysts.systems.system import System

FloatArray = NDArray[np.float64]

THRESHOLDS = tuple(10.0**exponent for exponent in np.arange(-12.0, -0.2, 0.5))
"""Thresholds that are tried: parts of the derivative's root-mean-square, from rounding errors to half of it."""
TRAINING_SHARE = 0.75
"""Share of the series on which candidates are fitted; the rest is what they are compared on."""
TERMS_PER_ROW = 0.4
"""Largest size of a library per row of the regression, beyond which it would fit the rows and not the dynamics."""
MOST_TERMS = 300
"""Largest size of a library that is tried, so that an elimination takes less than a second."""
NO_BETTER = 2.0
"""Factor in the held-out error of the derivative within which the smaller library is taken."""
HOPELESS = 30.0
"""Factor above the best held-out error of the derivative beyond which a candidate is not integrated."""
STEPS_OF_ONE_EQUATION = 3
"""Terms that are given back to, or taken from, each equation by itself at the end."""
RESOLVED = 1e-4
"""Error of the integrator, in units of the best held-out error of the derivative, that no comparison would notice."""
ROUNDING = 1e-12
"""Relative error of a derivative below which two of them are equally good: rounding errors alone make it."""
MOST_CANDIDATES = 14
"""Candidates of one regression that are integrated."""
LIBRARIES = ("auto", "polynomial", "fourier")


@dataclass(frozen=True, eq=False)
class _Candidate:
    regression: Regression
    library: TermLibrary
    coefficients: FloatArray
    supports: NDArray[np.bool_]
    errors: FloatArray

    @property
    def terms(self) -> int:
        return int(self.supports.sum())


@dataclass(frozen=True, kw_only=True)
class SequentialThresholding:
    """Least squares on a library of terms, from which terms leave one by one as the threshold rises.

    Nothing is tuned by hand: the derivative (the one that is given; else central differences and weak forms over
    several windows), the library (polynomials of degree 1 to `degree`, with sines and cosines) and the threshold are
    those whose closed-loop forecasts of the last quarter of the series are best; among those that are as good, the one
    with the fewest terms. The coefficients are then fitted to the whole series.

    Parameters
    ----------
    degree : int
        Highest degree that is tried; libraries of more than 300 terms, or more than 0.4 per point, are left out.
    library : {"auto", "polynomial", "fourier"}
        Whether sines and cosines of the variables may be added to the polynomials, never are, or always are.
    angles : tuple of str
        Variables that are angles, such as the phase of a force, and occur as sine and cosine only.
    variables : tuple of str
        Names of the variables; by default x, y, z or x1, x2, ...
    name : str
        Name of the system that is returned.

    Examples
    --------
    >>> import dysts
    >>> series = dysts.integrate("Lorenz", 1000)
    >>> found = SequentialThresholding(degree=3).fit(series["time"], series)
    >>> dysts.discovery.compare(found, dysts.get_system("Lorenz")).exact
    True
    """

    degree: int = 5
    library: str = "auto"
    angles: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    name: str = "Found"

    def __post_init__(self) -> None:
        check_count("degree", self.degree)
        check_choice("library", self.library, LIBRARIES)

    def fit(self, times: Any, states: Any, derivatives: Any = None) -> System:
        """Find the equations of a series.

        Parameters
        ----------
        times : array_like [time]
            In even steps.
        states : array_like [time, component]
        derivatives : array_like [time, component], optional
            Exact derivatives, if they are known.

        Raises
        ------
        InvalidArgumentError
            If the series is not usable.
        ForecastError
            If no equations were found.
        """
        data = SeriesData.checked(times, states, derivatives)
        chosen, coefficients = self._found(data)
        if not coefficients.any():
            raise ForecastError(
                "no equation has a term with which held-out data are forecast better than by a constant"
            )
        return system_of_coefficients(
            self.name,
            chosen.library,
            coefficients,
            initial_conditions=data.states[0].tolist(),
            remarks=(
                f"sequential thresholding of {chosen.library.description} with {chosen.regression.description}; "
                f"{len(data.states)} points with a step of {data.step:.6g}; error of held-out forecasts "
                f"{10 ** chosen.errors.mean():.3g} standard deviations",
            ),
        )

    def fit_flow(self, times: Any, states: Any, derivatives: Any = None) -> LibraryFlow:
        """Find the equations of a series as `fit` does, and return their flow, which needs no compilation."""
        chosen, coefficients = self._found(SeriesData.checked(times, states, derivatives))
        return LibraryFlow(chosen.library, coefficients)

    def _found(self, data: SeriesData) -> tuple["_Candidate", FloatArray]:
        variables = variable_names(data.states.shape[1], self.variables)
        first = int(TRAINING_SHARE * len(data.states))
        regressions = (
            [known_derivatives()] if data.rates is not None else regressions_of_states(len(data.states), data.step)
        )
        held_out = HeldOut.of(data.states, data.step, first=first)
        best: list[_Candidate] = []
        searches: dict[Regression, _Search] = {}
        for regression in regressions:
            search = searches[regression] = _Search(regression, data, first, held_out)
            library = search.library(self._libraries(variables, search.training))
            if library is not None:
                best.append(search.best(library))
        if not best:
            raise ForecastError(
                f"no library has fewer than {TERMS_PER_ROW} terms for each of {len(data.states)} points; "
                "give a longer series"
            )
        chosen = _fewest_terms(best)
        chosen = searches[chosen.regression].equation_by_equation(chosen)
        features, targets = chosen.regression.rows(chosen.library, data.states, data.rates)
        return chosen, fitted(features, targets, chosen.supports)

    def _libraries(self, variables: Sequence[str], rows: int) -> Iterator[TermLibrary]:
        most = min(MOST_TERMS, TERMS_PER_ROW * rows)
        kinds: list[tuple[float, ...]] = [()] if self.library != "fourier" else []
        if self.library != "polynomial":
            kinds.append((1.0,))
        for degree in range(1, self.degree + 1):
            if math.comb(len(variables) - len(self.angles) + degree, degree) > most:
                return
            for frequencies in kinds:
                library = polynomial_library(variables, degree, frequencies=frequencies, angles=self.angles)
                if len(library) <= most:
                    yield library


class _Search:
    """The search for the equations of one regression."""

    def __init__(self, regression: Regression, data: SeriesData, first: int, held_out: HeldOut) -> None:
        self.regression = regression
        self.held_out = held_out
        parts = slice(0, first), slice(first, None)
        self._states = [data.states[part] for part in parts]
        self._rates = [None if data.rates is None else data.rates[part] for part in parts]
        self.training = first - 2 * regression.margin
        self._substeps = 0
        self._accurate = ACCURATE
        self._rows: dict[tuple[TermLibrary, int], tuple[FloatArray, FloatArray]] = {}

    def rows(self, library: TermLibrary, part: int) -> tuple[FloatArray, FloatArray]:
        """Return features and targets of the training part (0), in few rows, or of the held-out part (1)."""
        if (library, part) not in self._rows:
            rows = self.regression.rows(library, self._states[part], self._rates[part])
            self._rows[library, part] = rows if part else compressed(*rows)
        return self._rows[library, part]

    def library(self, libraries: Iterator[TermLibrary]) -> TermLibrary | None:
        """Return the smallest library whose held-out derivative is not clearly worse than that of a larger one."""
        if len(self._states[1]) < 2 * self.regression.margin + 2:
            return None
        tried: list[tuple[int, float, TermLibrary]] = []
        for library in libraries:
            features, targets = self.rows(library, 0)
            everything = np.ones((targets.shape[1], len(library)), dtype=bool)
            error = self._derivative_error(library, fitted(features, targets, everything))
            tried.append((len(library), error, library))
        if not tried:
            return None
        least = min(error for _, error, _ in tried)
        return min((one for one in tried if one[1] <= NO_BETTER * least), key=lambda one: one[0])[2]

    def best(self, library: TermLibrary) -> _Candidate:
        """Return the candidate with the fewest terms among those with the best forecasts."""
        features, targets = self.rows(library, 0)
        paths = eliminations(features, targets)
        fits: list[tuple[float, NDArray[np.bool_], FloatArray]] = []
        known: set[bytes] = set()
        for threshold in THRESHOLDS:
            supports = np.stack([path.support(threshold) for path in paths])
            if supports.tobytes() in known:
                continue
            known.add(supports.tobytes())
            coefficients = fitted(features, targets, supports)
            fits.append((self._derivative_error(library, coefficients), supports, coefficients))
        least = min(error for error, _, _ in fits)
        self._accurate = max(ACCURATE, RESOLVED * least)
        hopeful = [fit for fit in fits if fit[0] <= HOPELESS * least][-MOST_CANDIDATES:]
        return _fewest_terms(
            [
                _Candidate(self.regression, library, coefficients, supports, self._errors(library, coefficients))
                for _, supports, coefficients in hopeful
            ]
        )

    def equation_by_equation(self, start: _Candidate) -> _Candidate:
        """Return a candidate in which each equation has its own threshold."""
        features, targets = self.rows(start.library, 0)
        paths = eliminations(features, targets)
        best = start
        for row, path in enumerate(paths):
            tried = [best]
            for supports in _neighbours(best.supports, row, path):
                coefficients = fitted(features, targets, supports)
                tried.append(
                    _Candidate(
                        self.regression, best.library, coefficients, supports, self._errors(best.library, coefficients)
                    )
                )
            best = _fewest_terms(tried)
        return best

    def _errors(self, library: TermLibrary, coefficients: FloatArray) -> FloatArray:
        flow = LibraryFlow(library, coefficients)
        if not self._substeps:
            self._substeps = self.held_out.substeps(flow, accurate=self._accurate)
        return self.held_out.errors(flow, self._substeps)

    def _derivative_error(self, library: TermLibrary, coefficients: FloatArray) -> float:
        """Return the held-out error of the derivative, relative to its size: the geometric mean over the equations."""
        features, targets = self.rows(library, 1)
        with np.errstate(all="ignore"):
            sizes = np.sqrt((targets**2).mean(axis=0))
            moving = sizes > 0.0
            errors = np.sqrt(((features @ coefficients.T - targets) ** 2).mean(axis=0))[moving] / sizes[moving]
        return float(np.exp(np.log(np.clip(errors, ROUNDING, 1.0 / ROUNDING)).mean())) if moving.any() else 0.0


def _neighbours(supports: NDArray[np.bool_], row: int, path: Elimination) -> Iterator[NDArray[np.bool_]]:
    left = int(supports[row].sum())
    for change in range(-STEPS_OF_ONE_EQUATION, STEPS_OF_ONE_EQUATION + 1):
        kept = left + change
        if change and 0 <= kept <= len(path.order):
            changed = supports.copy()
            changed[row] = False
            changed[row, list(path.order[len(path.order) - kept :])] = True
            yield changed


def _fewest_terms(candidates: Sequence[_Candidate]) -> _Candidate:
    best = min(candidates, key=lambda one: one.errors.mean())
    good = [one for one in candidates if as_good(one.errors, best.errors)]
    fewest = min(one.terms for one in good)
    return min((one for one in good if one.terms == fewest), key=lambda one: one.errors.mean())
