"""Fits of linear systems agree with closed forms, and tangents with differences of trajectories."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

import dysts
from dysts.assimilation.growing import fit_growing
from dysts.assimilation.least_squares import Window, fit_window
from dysts.assimilation.observing import Observer
from dysts.assimilation.propagation import Propagator
from tests.dysts.linear_systems import make

STEP, POINTS, NOISE = 0.3, 40, 0.2
MATRIX = np.array([[0.0, 1.0], [-1.0, -0.1]])


def damped() -> dysts.System:
    return make({"x": "v", "v": "-x - 0.1*v"}, [1.0, 0.0])


def window_of(observations: np.ndarray, *, prior: float) -> Window:
    system = damped()
    observer = Observer(system, ("x",))
    return Window(
        observations=observations,
        deviations=np.array([NOISE]),
        observe=observer,
        derivatives=observer.derivatives,
        propagate=Propagator(system, step=STEP, start=0.0, scale=np.ones(2)),
        mean=np.array([0.5, -0.5]),
        precision=np.eye(2) / prior,
        scale=np.ones(2),
        free=np.ones(2, dtype=bool),
    )


def noisy() -> np.ndarray:
    states = np.array([expm(MATRIX * STEP * k) @ [1.0, 0.3] for k in range(POINTS)])
    return states[:, :1] + NOISE * np.random.default_rng(0).standard_normal((POINTS, 1))


def test_a_linear_fit_is_the_least_squares_solution_with_its_covariance() -> None:
    observations, prior = noisy(), 0.4
    fit = fit_window(window_of(observations, prior=prior), np.zeros(2), POINTS, tolerance=1e-10, iterations=20)
    design = np.array([expm(MATRIX * STEP * k)[0] for k in range(POINTS)])
    information = design.T @ design / NOISE**2 + np.eye(2) / prior**2
    covariance = np.linalg.inv(information)
    expected = covariance @ (design.T @ observations[:, 0] / NOISE**2 + np.array([0.5, -0.5]) / prior**2)
    assert fit.converged
    np.testing.assert_allclose(fit.state, expected, rtol=1e-6)
    np.testing.assert_allclose(fit.spread @ fit.spread.T, covariance, rtol=1e-4)
    assert fit.misfit == pytest.approx(
        float(((design @ expected - observations[:, 0]) ** 2).sum()) / NOISE**2, rel=1e-6
    )


def test_the_growing_window_ends_where_a_kalman_filter_without_forcing_does() -> None:
    observations, prior = noisy(), 0.4
    window = window_of(observations, prior=prior)
    (fit,) = fit_growing(window, [(np.array([3.0, -3.0]), 6)])
    states, tangents = window.propagate(fit.state, POINTS)
    spread = tangents[-1] @ fit.spread
    mean, covariance = np.array([0.5, -0.5]), prior**2 * np.eye(2)
    transition = expm(MATRIX * STEP)
    for k, value in enumerate(observations[:, 0]):
        if k:
            mean, covariance = transition @ mean, transition @ covariance @ transition.T
        gain = covariance[:, 0] / (covariance[0, 0] + NOISE**2)
        mean = mean + gain * (value - mean[0])
        covariance = covariance - np.outer(gain, covariance[0])
    np.testing.assert_allclose(states[-1], mean, rtol=1e-4)
    np.testing.assert_allclose(spread @ spread.T, covariance, rtol=1e-3)


def test_a_fixed_variable_keeps_its_value() -> None:
    window = replace(window_of(noisy(), prior=10.0), free=np.array([True, False]))
    fit = fit_window(window, np.array([0.0, 0.3]), POINTS, tolerance=1e-8, iterations=20)
    assert fit.state[1] == 0.3
    assert fit.state[0] == pytest.approx(1.0, abs=5.0 * abs(fit.spread[0, 0]))
    assert not fit.spread[1].any()


def test_tangents_agree_with_differences_of_trajectories() -> None:
    lorenz = dysts.get_system("Lorenz")
    propagate = Propagator(lorenz, step=0.02, start=0.0, scale=np.array([8.0, 9.0, 8.0]))
    state = np.array([1.0, 2.0, 20.0])
    states, tangents = propagate(state, 40)
    others, differences = propagate._differences(state, 40)
    np.testing.assert_allclose(states, others, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(tangents, differences, rtol=1e-4, atol=1e-5)
    for column in range(3):
        displaced = dysts.integrate(
            lorenz, 40, step=0.02, initial_conditions=state + 1e-6 * np.eye(3)[column], rtol=1e-12
        ).values
        reference = dysts.integrate(lorenz, 40, step=0.02, initial_conditions=state, rtol=1e-12).values
        np.testing.assert_allclose(tangents[:, :, column], (displaced - reference) / 1e-6, rtol=1e-3, atol=1e-4)


def test_tangents_of_a_map_are_products_of_its_jacobians() -> None:
    doubling = dysts.System.from_equations(
        "Rotation", {"x": "0.6*x - 0.8*y", "y": "0.8*x + 0.6*y"}, kind="map", initial_conditions=[1.0, 0.0]
    )
    states, tangents = Propagator(doubling, step=2.0, start=0.0, scale=np.ones(2))(np.array([1.0, 0.0]), 4)
    twice = np.linalg.matrix_power(np.array([[0.6, -0.8], [0.8, 0.6]]), 2)
    for k in range(4):
        np.testing.assert_allclose(tangents[k], np.linalg.matrix_power(twice, k), atol=1e-12)
        np.testing.assert_allclose(states[k], np.linalg.matrix_power(twice, k)[:, 0], atol=1e-12)
