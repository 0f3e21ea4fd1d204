"""Sequential thresholding finds known equations, and says so where it cannot."""

import numpy as np
import pytest

import dysts
from dysts.discovery import SequentialThresholding, compare
from dysts.discovery.closed_loop import LibraryFlow
from dysts.discovery.comparison import derivative_at
from dysts.discovery.elimination import compressed, eliminations, fitted
from dysts.discovery.regressions import finite_differences, weak_form
from dysts.discovery.terms import polynomial_library
from dysts.errors import DystsError, ForecastError, InvalidArgumentError
from dysts.systems.system import System


def sampled(name: str, points: int, **clock: float) -> tuple[System, np.ndarray, np.ndarray]:
    series = dysts.integrate(name, points, **clock)
    return dysts.get_system(name), series["time"].values, series.values


@pytest.mark.parametrize("name", ["Lorenz", "Rossler", "HyperLorenz", "Thomas"])
def test_exact_derivatives_at_15_points_in_a_period_give_the_equations(name: str) -> None:
    system, times, states = sampled(name, 150, points_per_period=15)
    found = SequentialThresholding().fit(times, states, derivative_at(system, states))
    scores = compare(found, system)
    assert scores.exact
    assert scores.coefficient_error < 1e-10


def test_states_alone_give_the_equations() -> None:
    system, times, states = sampled("Lorenz", 1000)
    scores = compare(SequentialThresholding().fit(times, states), system)
    assert scores.exact
    assert scores.coefficient_error < 1e-8


def test_noisy_states_give_the_terms_of_lorenz() -> None:
    system, times, states = sampled("Lorenz", 3000)
    noise = 0.01 * states.std(axis=0) * np.random.default_rng(0).standard_normal(states.shape)
    scores = compare(SequentialThresholding(degree=2).fit(times, states + noise), system)
    assert scores.recall == 1.0
    assert scores.coefficient_error < 0.05


def test_the_unit_of_a_variable_does_not_matter() -> None:
    system, times, states = sampled("Rossler", 300, points_per_period=15)
    rates = derivative_at(system, states)
    scale = np.array([1e6, 1.0, 1e-6])
    found = SequentialThresholding().fit(times, states * scale, rates * scale)
    assert compare(found, system).exact


def test_an_angle_occurs_as_sine_and_cosine() -> None:
    forced = System.from_equations(
        "Forced", {"x": "v", "v": "-0.1*v - x**3 + 2*cos(phase)", "phase": "1.4"}, initial_conditions=[0.5, 0.0, 0.0]
    )
    series = dysts.integrate(forced, 600, step=0.05)
    rates = derivative_at(forced, series.values)
    found = SequentialThresholding(angles=("phase",), variables=forced.variables).fit(series["time"], series, rates)
    assert compare(found, forced).exact


def test_weak_form_and_differences_are_exact_on_what_they_resolve() -> None:
    times = 0.02 * np.arange(300)
    states = np.stack([np.sin(times), np.cos(times)], axis=1)
    library = polynomial_library(("x", "y"), 1)
    for regression in (finite_differences(0.02), weak_form(0.02, 16)):
        features, targets = regression.rows(library, states, None)
        assert targets == pytest.approx(features @ np.array([[0.0, 0.0], [0.0, -1.0], [1.0, 0.0]]), abs=1e-7)


def test_the_order_of_elimination_is_that_of_exhaustive_search() -> None:
    rng = np.random.default_rng(3)
    features = rng.standard_normal((80, 6)) * np.array([1.0, 1e3, 1.0, 1e-3, 1.0, 1.0])
    target = features @ np.array([1.0, 2e-3, 0.0, 50.0, 0.3, 0.0]) + 0.05 * rng.standard_normal(80)
    (path,) = eliminations(features, target[:, None])
    remaining = list(range(6))
    for gone, level in zip(path.order, path.levels, strict=True):
        residuals = {}
        for term in remaining:
            rest = [other for other in remaining if other != term]
            fit = np.linalg.lstsq(features[:, rest], target, rcond=None)[0] if rest else np.zeros(0)
            residuals[term] = ((target - features[:, rest] @ fit) ** 2).sum()
        whole = (
            (target - features[:, remaining] @ np.linalg.lstsq(features[:, remaining], target, rcond=None)[0]) ** 2
        ).sum()
        assert gone == min(residuals, key=residuals.__getitem__)
        assert level == pytest.approx(np.sqrt((residuals[gone] - whole) / (target**2).sum()), rel=1e-6)
        remaining.remove(gone)


def test_a_compressed_regression_has_the_same_solutions() -> None:
    rng = np.random.default_rng(4)
    features, targets = rng.standard_normal((50, 5)), rng.standard_normal((50, 2))
    supports = np.array([[True, False, True, True, False], [True] * 5])
    assert fitted(*compressed(features, targets), supports) == pytest.approx(fitted(features, targets, supports))
    for whole, small in zip(eliminations(features, targets), eliminations(*compressed(features, targets)), strict=True):
        assert small.order == whole.order
        assert small.levels == pytest.approx(whole.levels)


def test_the_flow_of_a_library_is_that_of_the_engine() -> None:
    library = polynomial_library(("x", "y"), 3, frequencies=(2.0,))
    coefficients = np.zeros((2, len(library)))
    names = [str(term) for term in library.terms]
    coefficients[0, names.index("(('y', 1.0),)")] = 1.0
    coefficients[1, names.index("(('x', 3.0),)")] = -0.5
    coefficients[1, names.index("(('sin(2*x)', 1.0),)")] = -1.0
    path = LibraryFlow(library, coefficients).roll_out(np.array([[1.0, 0.2]]), 0.1, 30, substeps=2)
    system = System.from_equations("Same", {"x": "y", "y": "-0.5*x**3 - sin(2*x)"}, initial_conditions=[1.0, 0.2])
    assert path[0] == pytest.approx(dysts.integrate(system, 31, step=0.1, rtol=1e-12).values[1:], abs=1e-9)


def test_a_constant_and_a_repeated_column_do_no_harm() -> None:
    system, times, states = sampled("Lorenz", 300, points_per_period=15)
    rates = derivative_at(system, states)
    wide = np.concatenate([states, np.full((300, 1), 2.0)], axis=1)
    found = SequentialThresholding(degree=2).fit(times, wide, np.concatenate([rates, np.zeros((300, 1))], axis=1))
    assert found.equations["x4"] == "0"
    assert np.abs(derivative_at(found, wide)[:, :3] - rates).max() < 1e-8
    twice = np.concatenate([states, states[:, :1]], axis=1)
    found = SequentialThresholding(degree=2).fit(times, twice, np.concatenate([rates, rates[:, :1]], axis=1))
    assert np.abs(derivative_at(found, twice)[:, :3] - rates).max() < 1e-8


TIMES = 0.1 * np.arange(100)
WAVE = np.sin(TIMES)[:, None]


@pytest.mark.parametrize(
    ("times", "states", "derivatives", "message"),
    [
        (TIMES, np.where(TIMES[:, None] == 5.0, np.nan, WAVE), None, "states must be finite, got 1 of 100"),
        (TIMES**2, WAVE, None, "times must grow in even steps"),
        (TIMES[::-1], WAVE, None, "times must grow in even steps"),
        (TIMES[:50], WAVE, None, "times must have one value for each of the 100 states"),
        (TIMES[:20], WAVE[:20], None, "states must have at least 30 points, got 20"),
        (TIMES, np.full((100, 2), 3.0), None, "states must vary"),
        (TIMES, WAVE[:, 0], None, "states must have axes"),
        (TIMES, WAVE, np.ones((100, 2)), "derivatives must have the shape of the states"),
        (TIMES, np.random.default_rng(0).standard_normal((100, 60)), None, "give a longer series"),
    ],
)
def test_bad_series_are_refused(times: object, states: object, derivatives: object, message: str) -> None:
    with pytest.raises(DystsError, match=message):
        SequentialThresholding().fit(times, states, derivatives)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="library"):
        SequentialThresholding(library="wavelets")
    with pytest.raises(InvalidArgumentError, match="degree"):
        SequentialThresholding(degree=0)
    with pytest.raises(InvalidArgumentError, match="angles must be variables"):
        SequentialThresholding(angles=("phase",)).fit(TIMES, WAVE)


def test_noise_alone_has_no_equations() -> None:
    with pytest.raises(ForecastError, match="no equation has a term"):
        SequentialThresholding().fit(TIMES, np.random.default_rng(1).standard_normal((100, 2)))
