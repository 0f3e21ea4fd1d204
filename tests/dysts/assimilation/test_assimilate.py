"""Assimilation finds the trajectory behind a noisy series, says how well it is known, and when it is not."""

import functools
import math

import numpy as np
import pytest

import dysts
from dysts.assimilation import library as library_module
from dysts.assimilation.growing import fit_growing
from dysts.assimilation.least_squares import Window, fit_window
from dysts.assimilation.observing import Observer
from dysts.assimilation.propagation import Propagator
from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownNameError, UnreliableEstimateError
from tests.dysts.linear_systems import make, oscillator

POINTS = 800
LIBRARY = 4000


@functools.cache
def lorenz_series() -> tuple[np.ndarray, float, np.ndarray]:
    series = dysts.integrate("Lorenz", 12_000, points_per_period=100, rtol=1e-12, predictability=False)
    return series.values, float(series.time[1]), series.values.std(axis=0)


def observed(window: int, *, noise: float, columns: list[int]) -> np.ndarray:
    states, _, scale = lorenz_series()
    first = 400 + 1000 * window
    clean = states[first : first + POINTS][:, columns]
    return clean + noise * scale[columns] * np.random.default_rng(window).standard_normal(clean.shape)


def truth(window: int) -> np.ndarray:
    states, _, _ = lorenz_series()
    first = 400 + 1000 * window
    return states[first + POINTS - 1 : first + POINTS + 2000]


@pytest.mark.parametrize(("noise", "least"), [(1e-3, 8.0), (1e-2, 6.1), (1e-1, 3.4)])
def test_forecasts_of_lorenz_are_valid_as_long_as_a_first_trial_was(noise: float, least: float) -> None:
    # The median of twelve windows of the first trial; eight windows of other noise have a median that differs by
    # half a Lyapunov time, and this method is more exact by more than that.
    _, step, scale = lorenz_series()
    valid = []
    for window in range(8):
        series = observed(window, noise=noise, columns=[0, 1, 2])
        found = dysts.assimilate("Lorenz", series, step=step, noise=noise * scale, library=LIBRARY)
        assert found.status == "converged"
        future = truth(window)[1:]
        errors = np.sqrt((((found.forecast(len(future)) - future) / scale) ** 2).mean(axis=1))
        beyond = np.flatnonzero(errors > 0.4)
        valid.append((beyond[0] if len(beyond) else len(errors)) * step * 0.906)
    assert float(np.median(valid)) >= least


def test_errors_of_the_state_are_those_that_the_covariance_predicts() -> None:
    _, step, scale = lorenz_series()
    distances = []
    for window in range(8):
        series = observed(window, noise=0.1, columns=[0])
        found = dysts.assimilate("Lorenz", series, step=step, noise=0.1 * scale[0], components=["x"], library=LIBRARY)
        assert found.status == "converged"
        assert found.not_shown == ()
        error = truth(window)[0] - found.state
        # The third direction has contracted to rounding errors.
        values, directions = np.linalg.eigh(found.covariance / np.outer(scale, scale))
        known = values > 1e-8 * values.max()
        distances.append(float((((error / scale) @ directions[:, known]) ** 2 / values[known]).sum() / known.sum()))
    # A mean of eight chi-squares of about two degrees each, divided by them, has a standard deviation of 0.35.
    assert 0.2 < np.mean(distances) < 2.5


def test_a_series_that_does_not_show_a_sign_leaves_both_images_of_the_state() -> None:
    _, step, scale = lorenz_series()
    series = observed(1, noise=0.01, columns=[2])
    found = dysts.assimilate("Lorenz", series, step=step, noise=0.01 * scale[2], components=["z"], library=LIBRARY)
    assert found.status == "converged"
    assert found.not_shown == ("x", "y")
    assert len(found.ends) == 2
    np.testing.assert_allclose(found.ends[1], found.ends[0] * [-1.0, -1.0, 1.0], rtol=1e-3)
    np.testing.assert_allclose(found.weights, 0.5, atol=0.2)
    members = found.ensemble(40)
    assert (members[:, 0] > 0.0).any()
    assert (members[:, 0] < 0.0).any()
    assert np.abs(found.forecast(50)[:, 0] - truth(1)[1:51, 2]).max() < 0.05 * scale[2]


def test_growing_follows_the_minimum_that_one_long_window_misses() -> None:
    states, step, scale = lorenz_series()
    system = dysts.get_system("Lorenz")
    observer = Observer(system, system.variables)
    long_missed = 0
    for window_number in range(4):
        series = observed(window_number, noise=0.1, columns=[0, 1, 2])
        window = Window(
            observations=series,
            deviations=0.1 * scale,
            observe=observer,
            derivatives=observer.derivatives,
            propagate=Propagator(system, step=step, start=0.0, scale=scale),
            mean=states.mean(axis=0),
            precision=np.diag(1.0 / (3.0 * scale)),
            scale=scale,
            free=np.ones(3, dtype=bool),
        )
        limit = series.size + 6.0 * math.sqrt(2.0 * series.size)
        long_missed += not fit_window(window, series[0], POINTS, tolerance=1e-6, iterations=60).misfit < limit
        assert fit_growing(window, [(series[0], 10)])[0].misfit < limit
    assert long_missed >= 2


def test_equations_that_are_kicked_end_in_a_shorter_window_or_a_status() -> None:
    _, step, scale = lorenz_series()
    generator = np.random.default_rng(0)
    state, pieces = truth(0)[0], []
    for _ in range(20):
        piece = dysts.integrate("Lorenz", 41, step=step, initial_conditions=state, predictability=False).values
        pieces.append(piece[:-1])
        state = piece[-1] + 0.05 * scale * generator.standard_normal(3)
    forced = np.concatenate(pieces)
    exact = forced + 1e-4 * scale * generator.standard_normal(forced.shape)
    found = dysts.assimilate("Lorenz", exact[:-1], step=step, noise=1e-4 * scale, library=LIBRARY)
    # Only the last quarter of the last piece is shorter than the time between two kicks.
    assert found.status == "converged"
    assert len(found.times) < 40
    kicked_often = forced + 1e-4 * scale * generator.standard_normal(forced.shape)
    kicked_often[::5] += 0.05 * scale
    found = dysts.assimilate("Lorenz", kicked_often, step=step, noise=1e-4 * scale, library=LIBRARY)
    assert found.status == "misfit"
    assert found.misfit > 2.0
    assert found.reason.startswith("no trajectory was found that agrees")


def test_ensembles_are_repeatable_and_a_longer_one_begins_with_the_shorter() -> None:
    _, step, scale = lorenz_series()
    found = dysts.assimilate(
        "Lorenz", observed(2, noise=0.1, columns=[0, 1, 2]), step=step, noise=0.1 * scale, library=LIBRARY
    )
    few, many = found.forecast(300, samples=4, seed=1), found.forecast(300, samples=12, seed=1)
    assert few.shape == (4, 300, 3)
    np.testing.assert_allclose(few, many[:4], rtol=1e-6, atol=1e-6)
    assert not np.array_equal(few, found.forecast(300, samples=4, seed=2))
    spread = np.sqrt(np.diag(np.cov(found.ensemble(400).T)))
    np.testing.assert_allclose(spread, np.sqrt(np.diag(found.covariance)), rtol=0.15)
    assert found.observed.shape == (len(found.times), 3)


def test_a_known_driving_phase_is_kept_and_an_unknown_one_is_found() -> None:
    system = make(
        {"x": "v", "v": "x - x**3 - 0.25*v + 0.4*cos(phase)", "phase": "1.0"},
        [0.5, 0.0, 0.0],
        clock={"variable": "phase", "period": "2*pi"},
        observables={"x": "x", "v": "v"},
    )
    step = 0.06
    states = dysts.integrate(system, 3000, step=step, rtol=1e-11, predictability=False).values
    series = states[1000:1600, :2] + 0.05 * np.random.default_rng(0).standard_normal((600, 2))
    known = dysts.assimilate(system, series, step=step, noise=0.05, phase=float(states[1000, 2]), window=300)
    assert known.status == "converged"
    assert known.state[2] == pytest.approx(states[1599, 2], abs=1e-6)
    assert not known.covariance[2].any()
    unknown = dysts.assimilate(system, series, step=step, noise=0.05, window=300)
    assert unknown.status == "converged"
    turns = (unknown.state[2] - states[1599, 2] + math.pi) % (2.0 * math.pi) - math.pi
    assert abs(turns) < 5.0 * math.sqrt(unknown.covariance[2, 2]) < 0.5
    with pytest.raises(InvalidArgumentError, match="has no driving phase"):
        dysts.assimilate(oscillator(), series[:, :1], step=step, noise=0.1, components=["x"], phase=0.0)


def test_kinks_are_followed() -> None:
    system = make({"x": "v", "v": "-abs(x)*x - x"}, [1.0, 0.0])
    states = dysts.integrate(system, 400, step=0.1, rtol=1e-11, predictability=False).values
    series = states[:200, :1] + 0.02 * np.random.default_rng(0).standard_normal((200, 1))
    found = dysts.assimilate(system, series, step=0.1, noise=0.02, components=["x"], window=150, library=2000)
    assert found.status == "converged"
    np.testing.assert_allclose(found.state, states[199], atol=0.02)


def test_a_map_is_assimilated() -> None:
    system = dysts.System.from_equations(
        "Hen", {"x": "1 - 1.4*x**2 + y", "y": "0.3*x"}, kind="map", initial_conditions=[0.1, 0.1]
    )
    states = dysts.integrate(system, 200).values
    series = states[100:150, :1] + 0.01 * np.random.default_rng(0).standard_normal((50, 1))
    found = dysts.assimilate(system, series, step=1, noise=0.01, components=["x"], window=25, library=2000)
    assert found.status == "converged"
    errors = np.abs(found.state - states[149])
    assert (errors < 4.0 * np.sqrt(np.diag(found.covariance))).all()
    np.testing.assert_allclose(found.forecast(2)[:, 0], states[150:152, 0], atol=0.05)


def test_noise_above_the_signal_leaves_the_spread_of_the_attractor() -> None:
    _, step, scale = lorenz_series()
    generator = np.random.default_rng(0)
    series = 30.0 * scale[0] * generator.standard_normal((60, 1))
    found = dysts.assimilate(
        "Lorenz", series, step=step, noise=30.0 * scale[0], components=["x"], window=60, library=LIBRARY
    )
    assert found.not_shown


def test_bad_input_is_refused() -> None:
    _, step, _scale = lorenz_series()
    series = observed(0, noise=0.1, columns=[0, 1, 2])
    for arguments, message in (
        ({"noise": 0.0}, "noise must be positive and finite, got 0.0"),
        ({"noise": [1.0, 2.0]}, r"noise must be one number or one for each of the 3 components, got shape \(2,\)"),
        ({"noise": 1.0, "step": -1.0}, "step must be"),
        ({"noise": 1.0, "window": 5000}, "window must be at most the 800 points of the series, got 5000"),
        ({"noise": 1.0, "window": 1}, "window must be"),
        ({"noise": 1.0, "components": ["x"]}, r"series must have shape \(time, 1\)"),
        ({"noise": 1.0, "start": math.nan}, "start must be finite"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            dysts.assimilate("Lorenz", series, **({"step": step} | arguments))
    broken = series.copy()
    broken[3, 1] = np.nan
    with pytest.raises(InvalidArgumentError, match=r"series must be finite, got nan at \(3, 1\)"):
        dysts.assimilate("Lorenz", broken, step=step, noise=1.0)
    with pytest.raises(UnknownNameError, match="unknown observable of Lorenz 'w'"):
        dysts.assimilate("Lorenz", series, step=step, noise=1.0, components=["x", "y", "w"])
    with pytest.raises(NotSupportedError, match="MackeyGlass is a delay system"):
        dysts.assimilate("MackeyGlass", series[:, :1], step=step, noise=1.0)
    still = make({"x": "-x", "c": "0*x"}, [1.0, 2.0])
    with pytest.raises(InvalidArgumentError, match="components must vary on the attractor of Test, got c"):
        dysts.assimilate(still, series[:, :2], step=step, noise=1.0)


def test_without_a_trajectory_there_is_a_status_and_no_state(monkeypatch: pytest.MonkeyPatch) -> None:
    _, step, _ = lorenz_series()
    explosive = make({"x": "x**2", "y": "-y"}, [-1.0, 1.0])
    # The only first states from which to start leave the domain within the window.
    monkeypatch.setattr(library_module, "similar_starts", lambda *_, **__: [(np.array([50.0, 1.0]), 20)])
    found = dysts.assimilate(explosive, np.ones((20, 2)), step=step, noise=1.0, window=20, library=200)
    assert found.status == "no_trajectory"
    assert found.states.shape == (0, 2)
    with pytest.raises(UnreliableEstimateError, match="Test has no assimilated state: no trajectory was found that"):
        found.forecast(5)
