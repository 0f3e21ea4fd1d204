"""The tools of dysts 0.96's utils and analysis, each against a known answer."""

import functools

import numpy as np
import pytest

from dysts import analysis, utils
from dysts.errors import InvalidArgumentError
from dysts.flows import Lorenz


def test_series_are_scaled_filled_and_padded() -> None:
    random = np.random.default_rng(0)
    series = random.normal(3.0, 5.0, (4, 100, 2))
    scaled = utils.standardize_ts(series)
    np.testing.assert_allclose(scaled.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=1), 1.0)
    with pytest.raises(InvalidArgumentError, match="axes"):
        utils.standardize_ts(np.ones(4))
    np.testing.assert_array_equal(utils.nan_fill(np.array([1.0, np.nan, 3.0, np.nan])), [1.0, 1.0, 3.0, 3.0])
    assert np.isnan(utils.nan_fill(np.array([np.nan, 2.0]))[0])
    np.testing.assert_array_equal(utils.nan_fill(np.array([np.nan, 2.0]), mode="backward"), [2.0, 2.0])
    assert utils.pad_axis(np.ones((2, 3)), 5).shape == (2, 5)
    assert utils.pad_to_shape(np.ones(2), (3, 4)).sum() == 2.0
    assert utils.nanmean_trimmed(np.array([1.0, 2.0, 3.0, 1e9, np.nan]), percentile=0.6) == 2.5


def test_surrogates_keep_the_spectrum_or_the_values() -> None:
    for length in (100, 101):
        series = np.random.default_rng(1).normal(1.0, 1.0, length)
        phases = utils.make_surrogate(series, "rp", random_state=0)
        np.testing.assert_allclose(np.abs(np.fft.rfft(phases)), np.abs(np.fft.rfft(series)), rtol=1e-9)
        shuffled = utils.make_surrogate(series, "rs", random_state=0)
        np.testing.assert_array_equal(np.sort(shuffled), np.sort(series))
        assert not np.allclose(phases, series)


def test_frequencies_of_a_sine() -> None:
    signal = np.sin(2 * np.pi * 0.05 * np.arange(1000))
    assert utils.freq_from_fft(signal) == pytest.approx(0.05, rel=1e-3)
    assert utils.freq_from_autocorr(signal) == pytest.approx(0.05, rel=1e-3)
    assert utils.find_characteristic_timescale(signal) == pytest.approx(20.0, rel=0.02)


def test_slopes_jacobians_and_balls() -> None:
    x = np.arange(5.0)
    assert utils.find_slope(x, 3.0 * x + 1.0) == pytest.approx(3.0)
    np.testing.assert_allclose(utils.jac_fd(lambda y: [y[0] * y[1], y[1]], [2.0, 3.0]), [[3.0, 2.0], [0.0, 1.0]])
    ball = utils.make_epsilon_ball([1.0, 2.0], 4000, eps=0.1, random_state=0)
    radii = np.linalg.norm(ball - [[1.0], [2.0]], axis=0)
    assert radii.max() <= 0.1
    # Points that fill a disc evenly have a mean squared radius of half the square of its radius.
    assert (radii**2).mean() == pytest.approx(0.005, rel=0.05)
    np.testing.assert_allclose(utils.rowwise_euclidean(np.eye(2), np.zeros((2, 2))), 1.0)
    assert utils.group_consecutives([5, 6, 9]) == [[5, 6], [9]]
    assert utils.num_unspecified_params(functools.partial(lambda a, b, c: 0, 1, c=2)) == 1
    assert utils.has_module("numpy")
    assert not utils.has_module("no_such_module_at_all")
    with pytest.raises(InvalidArgumentError, match="factor > 1"):
        utils.logarithmic_n(5, 4, 2.0)


def test_integrators_of_plain_functions() -> None:
    times = np.linspace(0.0, 2.0, 41)
    found = utils.integrate_dyn(lambda t, y: -y, [1.0, 2.0], times, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found, np.outer([1.0, 2.0], np.exp(-times)), rtol=1e-8)
    noisy = utils.integrate_weiner(lambda t, y: 0.0 * y, 0.1, [1.0], np.linspace(0.0, 400.0, 401))
    # Brownian motion of amplitude 0.1: its increments over one unit of time, whose deviation is known to 3.5 percent.
    assert np.diff(noisy[0]).std() == pytest.approx(0.1, rel=0.15)
    many = utils.generate_ic_ensemble(Lorenz(), np.linspace(0.0, 0.1, 5), 3)
    assert many.shape == (3, 3, 5)


def test_delay_equations_by_the_past_as_a_function() -> None:
    # x' = -x(t - 1) with x = 1 before 0 is 1 - t up to 1, and 1 - t + (t - 1)^2 / 2 up to 2.
    def exact(t: np.ndarray) -> np.ndarray:
        return 1.0 - t + np.where(t > 1.0, (t - 1.0) ** 2 / 2.0, 0.0)

    times = np.linspace(0.0, 2.0, 201)
    found = utils.ddeint(lambda past, t: -past(t - 1.0), lambda t: 1.0, times)
    np.testing.assert_allclose(found[:, 0], exact(times), atol=1e-6)
    two = utils.ddeint(lambda past, t, d: -past(t - d), lambda t: np.array([1.0, 2.0]), times, fargs=(1.0,))
    np.testing.assert_allclose(two[:, 1], 2.0 * exact(times), atol=1e-6)


def test_invariants_of_lorenz() -> None:
    model = Lorenz()
    exponents = analysis.find_lyapunov_exponents(model, 20000, pts_per_period=100)
    # Over 200 periods the largest exponent of Lorenz has a standard deviation of about 0.02.
    assert exponents[0] == pytest.approx(0.906, abs=0.1)
    assert exponents.sum() == pytest.approx(-13.667, abs=1e-3)
    states = analysis.sample_initial_conditions(model, 50, random_state=0)
    assert states.shape == (50, 3)
    with pytest.raises(InvalidArgumentError, match="points_to_sample"):
        analysis.sample_initial_conditions(model, 5000)
    series = model.make_trajectory(4000, pts_per_period=10)
    assert 1.8 < analysis.gp_dim(series) < 2.3
    assert analysis.max_lyapunov_exponent_rosenstein(
        model.make_trajectory(3000, pts_per_period=30), tau=model.period / 30, trajectory_len=60
    ) == pytest.approx(0.9, abs=0.4)


def test_dimensions_and_exponents_of_known_sets() -> None:
    random = np.random.default_rng(0)
    plane = random.random((3000, 2)) @ np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    assert analysis.twonn_dim(plane) == pytest.approx(2.0, abs=0.15)
    assert analysis.kaplan_yorke_dimension([0.5, 0.0, -1.0]) == pytest.approx(2.5)
    values = 1.0 / random.random(20000)
    assert analysis.estimate_powerlaw(values) == pytest.approx(2.0, abs=0.05)
    one = random.normal(size=4000)
    assert analysis.mutual_information(one, one, bins=10) > 1.0
    assert analysis.mutual_information(one, random.normal(size=4000), bins=4) < 0.02


def test_the_test_for_chaos_tells_a_logistic_orbit_from_a_periodic_one() -> None:
    chaotic = [0.3]
    for _ in range(1200):
        chaotic.append(3.97 * chaotic[-1] * (1.0 - chaotic[-1]))
    assert analysis.zero_one_test(np.array(chaotic)) > 0.9
    assert np.median(analysis.run_zero_one_sweep(np.array(chaotic), n_runs=20)) > 0.9
    periodic = np.cos(0.7 * np.arange(1200))
    assert np.median(analysis.run_zero_one_sweep(periodic, n_runs=20)) < 0.5
