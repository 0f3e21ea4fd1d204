"""Features depend on the shape of a series, not on its units, its step or its length; bad series are refused."""

import numpy as np
import pytest

from dysts.atlas.features import POINTS_PER_CYCLE, features_of, mean_frequency, rescaled
from dysts.errors import InvalidArgumentError, MissingPackageError

WAVE = np.sin(2 * np.pi * np.arange(6000) / 97.3) + 0.5 * np.sin(4 * np.pi * np.arange(6000) / 97.3)


def test_a_cycle_is_measured_whatever_the_noise_and_the_drift() -> None:
    noise = np.random.default_rng(0).standard_normal(6000)
    wave = np.sin(2 * np.pi * np.arange(6000) / 50.0)
    assert mean_frequency(wave) == pytest.approx(1 / 50.0, rel=1e-3)
    # A tenth of the standard deviation is a hundredth of the power, spread over 60 times the frequency.
    assert mean_frequency(wave + 0.07 * noise) == pytest.approx(1 / 50.0, rel=0.05)
    assert mean_frequency(wave + 3.0 * np.linspace(-1, 1, 6000)) == pytest.approx(1 / 50.0, rel=0.05)


def test_a_window_has_as_many_points_in_a_cycle_as_any_other() -> None:
    scaled = rescaled(np.sin(2 * np.pi * np.arange(6000) / 120.0))
    power = np.abs(np.fft.rfft(scaled))
    assert np.argmax(power) == pytest.approx(len(scaled) / POINTS_PER_CYCLE, abs=1)
    assert scaled.mean() == pytest.approx(0.0, abs=1e-12)
    assert scaled.std() == pytest.approx(1.0)


def test_units_and_step_change_no_feature() -> None:
    pytest.importorskip("pycatch22")
    coarse, fine = features_of(WAVE[::2]), features_of(-40.0 + 1e-5 * WAVE)
    differing = [name for name in coarse if abs(coarse[name] - fine[name]) > 0.02 * (1.0 + abs(coarse[name]))]
    # Two features of catch22 count outliers and phases of rest in steps that small differences move.
    assert len(differing) <= 4, differing
    assert features_of(3.0 * WAVE + 1.0) == pytest.approx(features_of(WAVE), rel=1e-6, abs=1e-6)


def test_a_reflection_and_a_reversal_are_seen() -> None:
    pytest.importorskip("pycatch22")
    saw = np.arange(6000) % 100 / 100.0
    rising, falling = features_of(saw), features_of(saw[::-1].copy())
    assert rising["increment skewness 0.125"] == pytest.approx(-falling["increment skewness 0.125"], rel=0.05)
    assert rising["order 012 at 0.25"] > 0.4 > falling["order 012 at 0.25"]


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (np.full(3000, 2.0), "must vary, got a constant one"),
        (np.sin(np.arange(300) / 10.0), "must be 10 cycles long, got 5 cycles"),
        (np.sin(2 * np.pi * np.arange(3000) / 2.7), "must have 4 points in a cycle, got 2.7"),
    ],
)
def test_a_series_without_a_scale_is_refused_in_one_sentence(series: np.ndarray, reason: str) -> None:
    with pytest.raises(InvalidArgumentError, match=reason):
        features_of(series)


def test_a_missing_package_is_one_sentence_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pycatch22", None)
    with pytest.raises(MissingPackageError, match=r"need pycatch22: pip install .*\[atlas\]"):
        features_of(WAVE)
