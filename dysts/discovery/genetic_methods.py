"""Genetic programming behind the protocol: Operon and gplearn, one equation after the other, read back as text."""

import contextlib
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.checks import check_count
from dysts.discovery.closed_loop import FloatArray
from dysts.discovery.found import system_of_text
from dysts.discovery.regressions import DIFFERENCE_WIDTH, finite_differences
from dysts.discovery.series_data import SeriesData, variable_names
from dysts.discovery.terms import polynomial_library
from dysts.errors import ForecastError, MissingPackageError
from dysts.systems.system import System
from dysts.version import install_command


@dataclass(frozen=True, kw_only=True)
class _Genetic:
    """What both programs share: the targets, and the text of each equation.

    Parameters
    ----------
    generations, population : int
        The budget.
    variables : tuple of str
    name : str
    seed : int
    """

    generations: int = 30
    population: int = 500
    variables: tuple[str, ...] = ()
    name: str = "Found"
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("generations", self.generations)
        check_count("population", self.population, least=10)

    def fit(self, times: Any, states: Any, derivatives: Any = None) -> System:
        """Find the equations of a series; without derivatives those of central differences of order eight.

        Raises
        ------
        InvalidArgumentError, MissingPackageError, ForecastError
        """
        data = SeriesData.checked(times, states, derivatives)
        names = variable_names(data.states.shape[1], self.variables)
        features, targets = data.states, data.rates
        if targets is None:
            library = polynomial_library(names, 1)
            targets = finite_differences(data.step).rows(library, data.states, None)[1]
            features = data.states[DIFFERENCE_WIDTH:-DIFFERENCE_WIDTH]
        columns = tuple(f"X{index}" for index in range(len(names)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            texts = {name: self._equation(features, targets[:, index], columns) for index, name in enumerate(names)}
        return system_of_text(
            self.name, texts, columns=columns, initial_conditions=data.states[0].tolist(), remarks=[self._told()]
        )

    def _equation(self, features: FloatArray, target: FloatArray, columns: tuple[str, ...]) -> str:
        raise NotImplementedError

    def _told(self) -> str:
        return f"{type(self).__name__}, {self.generations} generations of {self.population}, seed {self.seed}"


@dataclass(frozen=True, kw_only=True)
class GPLearn(_Genetic):
    """Symbolic regression of gplearn with sums, differences, products and quotients.

    Examples
    --------
    >>> GPLearn(generations=5).population
    500
    """

    def _equation(self, features: FloatArray, target: FloatArray, columns: tuple[str, ...]) -> str:
        try:
            from gplearn.genetic import SymbolicRegressor
        except ImportError:
            raise MissingPackageError(f"gplearn is not installed; {install_command('discovery')}") from None
        model = SymbolicRegressor(
            population_size=self.population,
            generations=self.generations,
            function_set=("add", "sub", "mul", "div"),
            feature_names=list(columns),
            parsimony_coefficient=1e-3,
            random_state=self.seed,
        )
        try:
            model.fit(features, target)
        except (ValueError, TypeError) as error:
            raise ForecastError(f"gplearn failed: {error}") from error
        return str(model._program)


@dataclass(frozen=True, kw_only=True)
class Operon(_Genetic):
    """Symbolic regression of Operon with sums, products, quotients, sines and exponentials, and fitted constants.

    Examples
    --------
    >>> Operon().generations
    30
    """

    def _equation(self, features: FloatArray, target: FloatArray, columns: tuple[str, ...]) -> str:
        try:
            from pyoperon.sklearn import SymbolicRegressor
        except ImportError:
            raise MissingPackageError(f"pyoperon is not installed; {install_command('discovery')}") from None
        model = SymbolicRegressor(
            allowed_symbols="add,sub,mul,div,sin,cos,exp,constant,variable",
            population_size=self.population,
            generations=self.generations,
            optimizer_iterations=5,
            n_threads=1,
            random_state=self.seed,
        )
        with contextlib.suppress(AttributeError):
            features = np.asfortranarray(features)
        try:
            model.fit(features, target)
            return str(model.get_model_string(model.model_, precision=12, names=list(columns)))
        except (ValueError, RuntimeError, TypeError) as error:
            raise ForecastError(f"Operon failed: {error}") from error
