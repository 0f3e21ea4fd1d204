"""A polynomial equation is fitted together with its trajectory: monomials, tangents, joints, and what it forecasts."""

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError
from forecasters import get_forecaster
from forecasters.numerics.bordered_equations import BorderedEquations
from forecasters.numerics.multiple_shooting import Shooting
from forecasters.numerics.noise_level import noise_level, smoothed
from forecasters.numerics.polynomial_flow import Flow, Polynomial
from forecasters.polynomial_ode import PolynomialODE, PolynomialODEConfig

POLYNOMIAL = Polynomial(2, 3)
FLOW = Flow(polynomial=POLYNOMIAL, substeps=2)


def van_der_pol() -> np.ndarray:
    """Return the coefficients of x' = v, v' = (1 - x^2) v - x, a tenth of a unit of time in a point."""
    weights = np.zeros((POLYNOMIAL.count, 2))
    # 1, x, v, xx, xv, vv, xxx, xxv, xvv, vvv
    weights[2, 0] = weights[2, 1] = 0.1
    weights[1, 1] = weights[7, 1] = -0.1
    return weights


def orbit(points: int) -> np.ndarray:
    path = [np.array([[2.0, 0.0]])]
    for _ in range(points - 1):
        path.append(FLOW.advance(path[-1], van_der_pol()))
    return np.concatenate(path)


def test_monomials() -> None:
    states = np.random.default_rng(0).standard_normal((5, 2))
    x, v = states.T
    expected = np.stack([x**0, x, v, x * x, x * v, v * v, x**3, x * x * v, x * v * v, v**3], axis=1)
    np.testing.assert_allclose(POLYNOMIAL.values(states), expected, rtol=1e-12)


def test_tangents_agree_with_differences_of_states_and_of_weights() -> None:
    states, weights = np.array([[0.5, -0.3], [1.0, 0.2]]), van_der_pol()
    tangents = np.zeros((2, 2, 2 + weights.size))
    tangents[:, [0, 1], [0, 1]] = 1.0
    after, slopes = FLOW.advance_tangents(states, tangents, weights, np.arange(weights.size))
    np.testing.assert_allclose(after, FLOW.advance(states, weights), rtol=1e-12)
    for column in range(2):
        shift = 1e-6 * np.eye(2)[column]
        difference = (FLOW.advance(states + shift, weights) - FLOW.advance(states - shift, weights)) / 2e-6
        np.testing.assert_allclose(slopes[:, :, column], difference, atol=1e-8)
    for place in range(weights.size):
        shift = np.zeros(weights.size)
        shift[place] = 1e-6
        more, less = (FLOW.advance(states, weights + sign * shift.reshape(weights.shape)) for sign in (1.0, -1.0))
        np.testing.assert_allclose(slopes[:, :, 2 + place], (more - less) / 2e-6, atol=1e-8)


def test_a_step_agrees_with_the_solver() -> None:
    exact = dysts.integrate(
        dysts.System.from_equations("Pol", {"x": "v", "v": "(1 - x**2)*v - x"}, initial_conditions=[2.0, 0.0]),
        60,
        step=0.1,
        rtol=1e-12,
    )
    np.testing.assert_allclose(orbit(60), exact.values, atol=1e-4)


def test_shooting_finds_the_equation_and_removes_the_noise() -> None:
    clean = orbit(600)
    noise = 0.05
    series = clean + noise * np.random.default_rng(0).standard_normal(clean.shape)
    problem = Shooting(FLOW, series, deviations=np.full(2, noise), length=25)
    guess = van_der_pol() + 0.01 * np.random.default_rng(1).standard_normal((POLYNOMIAL.count, 2))
    shot = problem.fit(series[::25].copy(), guess, rounds=4, iterations=8)
    assert shot is not None
    # Without its four coefficients nothing is left of the equation, and hardly any other one is significant.
    assert problem.active.reshape(-1, 2)[[2, 2, 1, 7], [0, 1, 1, 1]].all()
    assert problem.active.sum() <= 8
    np.testing.assert_allclose(shot.weights, van_der_pol(), atol=0.01)
    assert np.sqrt(((shot.states - clean) ** 2).mean()) < 0.3 * noise
    assert shot.cost == pytest.approx(1.0, abs=0.1)
    assert shot.joints < 0.05 * noise


def test_a_chain_with_a_border_is_solved_as_the_whole_matrix() -> None:
    generator = np.random.default_rng(0)
    links, size, count = 4, 2, 3
    rows = generator.standard_normal((40, links * size + count))
    # Only neighbouring links are coupled.
    matrix = rows.T @ rows
    places = np.arange(links * size) // size
    matrix[: links * size, : links * size] *= np.abs(places[:, None] - places) <= 1
    gradient = generator.standard_normal(links * size + count)
    chain = matrix[: links * size, : links * size].reshape(links, size, links, size)
    equations = BorderedEquations(
        diagonal=np.stack([chain[k, :, k] for k in range(links)]),
        upper=np.stack([chain[k, :, k + 1] for k in range(links - 1)]),
        border=matrix[: links * size, links * size :].reshape(links, size, count),
        corner=matrix[links * size :, links * size :],
        states=gradient[: links * size].reshape(links, size),
        weights=gradient[links * size :],
    )
    step = equations.step(0.1)
    assert step is not None
    exact = np.linalg.solve(matrix + 0.1 * np.diag(np.diag(matrix)), -gradient)
    np.testing.assert_allclose(np.concatenate([step[0].ravel(), step[1]]), exact, rtol=1e-9)
    covariance = np.linalg.inv(matrix)
    np.testing.assert_allclose(equations.variances(), np.diag(covariance)[links * size :], rtol=1e-9)
    spread = equations.spread(1e-12)
    last = np.s_[(links - 1) * size :]
    np.testing.assert_allclose(spread @ spread.T, covariance[last, last], rtol=1e-9)


def test_noise_of_a_smooth_series_is_estimated_and_removed() -> None:
    times = np.arange(1000) / 16.0
    clean = np.stack([np.sin(times), np.cos(2.0 * times)], axis=1)
    noise = np.array([0.1, 0.001]) * np.random.default_rng(0).standard_normal((1000, 2))
    np.testing.assert_allclose(noise_level(clean + noise), [0.1, 0.001], rtol=0.1)
    level = noise_level(clean[:, :1] + noise[:, :1])
    smooth, width = smoothed(clean[:, :1] + noise[:, :1], level)
    assert width >= 25
    assert np.sqrt(((smooth - clean[:, :1]) ** 2).mean()) < 0.04
    assert smoothed(clean, noise_level(clean))[1] == 5


@pytest.fixture(scope="module")
def lorenz() -> tuple[np.ndarray, np.ndarray]:
    series = dysts.integrate("Lorenz", 1400, points_per_period=100, predictability=False).values
    return series[:800], series[800:]


def test_noisy_lorenz_is_forecast_longer_than_by_regression(lorenz: tuple[np.ndarray, np.ndarray]) -> None:
    train, future = lorenz
    scale = train.std(axis=0)
    noisy = train + 0.01 * scale * np.random.default_rng(0).standard_normal(train.shape)

    def valid(forecast: np.ndarray) -> int:
        beyond = np.flatnonzero(np.sqrt((((forecast - future) / scale) ** 2).mean(axis=1)) > 0.4)
        return int(beyond[0]) if len(beyond) else len(future)

    model = get_forecaster("PolynomialODE").fit(noisy)
    assert isinstance(model, PolynomialODE)
    assert model.chosen["model"] == "equation"
    assert model.chosen["noise"] == pytest.approx(0.01, rel=0.1)
    assert valid(model.predict(600)) >= 1.5 * valid(get_forecaster("NVAR").fit(noisy).predict(600))
    denoised = model.denoised
    assert denoised is not None
    error = (denoised - train[-len(denoised) :]) / scale
    assert np.sqrt((error**2).mean()) < 0.003
    np.testing.assert_array_equal(model.predict(600)[:100], model.predict(100))
    members = model.predict(300, samples=20)
    assert members.shape == (20, 300, 3)
    np.testing.assert_array_equal(model.predict(100, samples=3), members[:3, :100])
    # The spread is that of the error: a ratio over some Lyapunov times of one forecast says so within a factor of four.
    spread = np.sqrt(((members.std(axis=0, ddof=1) / scale) ** 2).mean())
    wrong = np.sqrt((((members.mean(axis=0) - future[:300]) / scale) ** 2).mean())
    assert 0.25 < spread / wrong < 4.0
    other_end = model.continued(noisy[:500]).predict(50, samples=4)
    assert 0.001 < (other_end[:, 0] / scale).std(axis=0).mean() < 0.03


def test_without_noise_it_is_the_regression(lorenz: tuple[np.ndarray, np.ndarray]) -> None:
    train, _ = lorenz
    model = PolynomialODE().fit(train)
    assert model.chosen["model"] == "regression"
    assert model.denoised is None
    members = model.predict(5, samples=2)
    np.testing.assert_allclose(members, np.stack([model.predict(5)] * 2), rtol=1e-4)
    assert (members[0] != members[1]).any()
    # Scaled twice, the series differs by rounding.
    np.testing.assert_allclose(model.predict(100), get_forecaster("NVAR").fit(train).predict(100), rtol=1e-8)


def test_noise_alone_leaves_no_coefficient_and_has_a_forecast() -> None:
    noise = np.random.default_rng(0).standard_normal((400, 1))
    model = PolynomialODE().fit(noise)
    assert np.abs(model.predict(20)).max() < 5.0
    assert model.predict(20, samples=2).shape == (2, 20, 1)


def test_settings_are_checked() -> None:
    with pytest.raises(InvalidArgumentError, match="degrees must be a sequence, not empty"):
        PolynomialODE(PolynomialODEConfig(degrees=()))
    with pytest.raises(InvalidArgumentError, match="segment"):
        PolynomialODE(PolynomialODEConfig(segment=0))
