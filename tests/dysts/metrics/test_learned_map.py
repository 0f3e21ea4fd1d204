"""Lyapunov spectrum and fixed points of a map: closed forms, the true flow, and a fitted forecaster."""

import math

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError
from dysts.metrics import fixed_points, map_lyapunov_spectrum
from forecasters import get_forecaster

STEP, SUBSTEPS = 0.02, 4


def _lorenz(x: np.ndarray) -> np.ndarray:
    return np.array([10.0 * (x[1] - x[0]), x[0] * (28.0 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3.0 * x[2]])


def _jacobian(x: np.ndarray) -> np.ndarray:
    return np.array([[-10.0, 10.0, 0.0], [28.0 - x[2], -1.0, -x[0]], [x[1], x[0], -8.0 / 3.0]])


def _flow(state: np.ndarray) -> np.ndarray:
    """Advance the Lorenz equations by classical Runge-Kutta steps."""
    return _tangent(state, np.empty((3, 0)))[0]


def _tangent(x: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    h = STEP / SUBSTEPS
    for _ in range(SUBSTEPS):
        k1, w1 = _lorenz(x), _jacobian(x) @ v
        k2, w2 = _lorenz(x + h / 2 * k1), _jacobian(x + h / 2 * k1) @ (v + h / 2 * w1)
        k3, w3 = _lorenz(x + h / 2 * k2), _jacobian(x + h / 2 * k2) @ (v + h / 2 * w2)
        k4, w4 = _lorenz(x + h * k3), _jacobian(x + h * k3) @ (v + h * w3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        v = v + h / 6 * (w1 + 2 * w2 + 2 * w3 + w4)
    return x, v


def test_linear_map_has_the_logarithms_of_its_eigenvalues() -> None:
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(4, 4))
    matrix = basis @ np.diag([0.9, -0.5, 0.2, 0.05]) @ np.linalg.inv(basis)
    # Directions turn to those of the eigenvectors at the ratio of the eigenvalues.
    found = map_lyapunov_spectrum(lambda x: matrix @ x, np.zeros(4), steps=200, step=0.5, transient=100)
    np.testing.assert_allclose(found, np.log([0.9, 0.5, 0.2, 0.05]) / 0.5, atol=1e-6)
    point = fixed_points(lambda x: matrix @ x + 1.0, rng.normal(size=(3, 4)))
    assert len(point) == 1
    np.testing.assert_allclose(point[0].state, np.linalg.solve(np.eye(4) - matrix, np.ones(4)), rtol=1e-8)
    np.testing.assert_allclose(point[0].multipliers, [0.9, -0.5, 0.2, 0.05], atol=1e-6)
    assert point[0].stable


def test_henon_map_contracts_areas_and_has_two_fixed_points() -> None:
    def henon(x: np.ndarray) -> np.ndarray:
        return np.array([1.0 - 1.4 * x[0] ** 2 + x[1], 0.3 * x[0]])

    found = map_lyapunov_spectrum(henon, [0.1, 0.1], steps=6000, step=1.0, transient=100)
    assert found.sum() == pytest.approx(math.log(0.3), abs=1e-6)
    # 0.41922 from 10^6 iterations and more; 6000 have it to a hundredth.
    assert found[0] == pytest.approx(0.4192, abs=0.02)
    points = fixed_points(henon, [[0.5, 0.2], [-1.0, -0.3], [0.6, 0.2]])
    roots = (-0.7 + np.array([1.0, -1.0]) * math.sqrt(0.49 + 5.6)) / 2.8
    np.testing.assert_allclose(sorted(point.state[0] for point in points), sorted(roots), rtol=1e-9)
    assert not any(point.stable for point in points)


def test_spectrum_of_the_true_flow_is_that_of_its_tangent_equations_to_a_tenth_of_a_per_cent() -> None:
    state = np.array([1.0, 2.0, 20.0])
    for _ in range(200):
        state = _flow(state)
    steps = 600
    found = map_lyapunov_spectrum(_flow, state, steps=steps, step=STEP, transient=100)
    x, v = state, np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    total = np.zeros(3)
    for place in range(100 + steps):
        x, v = _tangent(x, v)
        v, r = np.linalg.qr(v)
        total += np.log(np.abs(np.diag(r))) * (place >= 100)
    exact = total / (steps * STEP)
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-5)
    # The divergence of the field is the same everywhere.
    assert found.sum() == pytest.approx(-10.0 - 1.0 - 8.0 / 3.0, rel=1e-3)


def test_a_fitted_forecaster_has_learned_the_fixed_points_and_the_exponent() -> None:
    lorenz = dysts.get_system("Lorenz")
    series = dysts.integrate(lorenz, 1000, points_per_period=100, rtol=1e-12, predictability=False).values
    model = get_forecaster("NVAR", season_length=100).fit(series)
    state = model.initial_state()

    def advance(now: np.ndarray) -> np.ndarray:
        return model.step(now)[0]

    found = map_lyapunov_spectrum(advance, state, steps=1500, step=lorenz.period / 100, exponents=2, transient=100)
    # Fifteen periods determine the exponent to a quarter, and the one along the flow to a tenth.
    assert found[0] == pytest.approx(0.906, rel=0.25)
    assert abs(found[1]) < 0.1
    # The state of NVAR holds its last points in standard deviations; a fixed point holds one point again and again.
    scaled = (series - series.mean(axis=0)) / series.std(axis=0)
    points = fixed_points(advance, np.array([np.tile(point, state.size // 3) for point in scaled[::50]]))
    centres = [model.step(point.state)[1] for point in points]
    side = math.sqrt(8.0 / 3.0 * 27.0)
    for sign in (1.0, -1.0):
        distance = min(np.linalg.norm(centre - [sign * side, sign * side, 27.0]) for centre in centres)
        assert distance < 0.1


def test_maps_that_leave_the_numbers_are_refused_or_given_up() -> None:
    with pytest.raises(InvalidArgumentError, match="finite states"):
        map_lyapunov_spectrum(lambda x: x / 0.0 if x.sum() else x * np.nan, [0.0, 0.0], steps=3, step=1.0)
    with pytest.raises(InvalidArgumentError, match="at most the 2 variables"):
        map_lyapunov_spectrum(lambda x: x, [0.0, 1.0], steps=3, step=1.0, exponents=3)
    assert fixed_points(lambda x: x + 1.0, [[0.0]]) == []
