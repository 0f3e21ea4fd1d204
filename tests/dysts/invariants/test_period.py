"""The dominant period is found through harmonics, noise and several components, and refused where there is none."""

import numpy as np
import pytest
from linear_systems import make, oscillator

import dysts
from dysts.errors import InvalidArgumentError
from dysts.invariants import dominant_period, system_period

TIME = np.arange(6000) * 0.05


def test_a_sine_has_its_period_and_recommends_about_ten_points_in_it() -> None:
    found = dominant_period(np.sin(2 * np.pi * TIME / 7.3)[:, None], step=0.05)
    assert found.period == pytest.approx(7.3, rel=1e-3)
    assert found.recommended_step == pytest.approx(0.73, rel=0.1)


def test_pulses_have_the_period_of_their_repetition_not_of_a_harmonic() -> None:
    pulses = np.exp(-(((TIME % 7.3) - 3.0) ** 2) / 0.02)
    assert dominant_period(pulses[:, None], step=0.05).period == pytest.approx(7.3, rel=1e-3)


def test_noise_and_offset_and_scale_do_not_matter() -> None:
    generator = np.random.default_rng(0)
    wave = np.cos(2 * np.pi * TIME / 7.3) + 0.5 * np.cos(4 * np.pi * TIME / 7.3)
    noisy = wave + 0.5 * generator.standard_normal(TIME.size)
    assert dominant_period((1e6 * noisy - 3e7)[:, None], step=0.05).period == pytest.approx(7.3, rel=0.02)


def test_components_of_any_size_count_alike_and_constant_ones_do_not() -> None:
    series = np.stack([1e-9 * np.sin(2 * np.pi * TIME / 7.3), np.cos(2 * np.pi * TIME / 7.3), 0 * TIME + 5], axis=1)
    assert dominant_period(series, step=0.05).period == pytest.approx(7.3, rel=1e-3)


def test_a_slowly_wandering_phase_gives_an_error_that_covers_the_truth() -> None:
    generator = np.random.default_rng(5)
    phase = 2 * np.pi * TIME / 7.3 + 0.03 * generator.standard_normal(TIME.size).cumsum()
    found = dominant_period(np.sin(phase)[:, None], step=0.05)
    assert 0.0 < found.error < 0.5
    assert abs(found.period - 7.3) < 4 * found.error + 0.05


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.ones((500, 2)), "constant"),
        (np.ones(500), "shape"),
        (np.ones((50, 1)), "100 points"),
        (np.full((500, 1), np.nan), "must be finite"),
        (np.linspace(0.0, 1.0, 500)[:, None], "does not oscillate"),
    ],
)
def test_series_without_a_period_are_refused(series: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        dominant_period(series)


def test_a_system_needs_no_hint_of_its_scale_of_time() -> None:
    assert system_period(oscillator()).period == pytest.approx(2 * np.pi, rel=1e-3)
    fast = make({"x": "1e6*v", "v": "-1e6*x"}, [1e-5, 0.0])
    assert system_period(fast).period == pytest.approx(2e-6 * np.pi, rel=1e-3)
    slow = make({"x": "1e-5*v", "v": "-1e-5*x"}, [300.0, 0.0])
    assert system_period(slow).period == pytest.approx(2e5 * np.pi, rel=1e-3)


def test_known_periods() -> None:
    assert system_period("Rossler").period == pytest.approx(5.87, abs=0.1)
    assert system_period("Lorenz").period == pytest.approx(0.76, abs=0.03)


def test_a_delay_system_has_a_period() -> None:
    # x' = -pi/2 x(t - 1) oscillates as cos(pi t / 2).
    system = make({"x": "-pi/2*x_tau"}, [1.0], parameters={"tau": 1.0}, delay="tau")
    assert system_period(system).period == pytest.approx(4.0, rel=2e-3)


def test_a_resting_system_is_refused() -> None:
    with pytest.raises(InvalidArgumentError):
        system_period(make({"x": "-x"}, [1.0]))
    assert dysts.dominant_period is dominant_period
