"""Ensembles of any forecaster differ by what noise does to them, and by no more."""

import numpy as np
import pytest

from dysts.errors import ForecastError, InvalidArgumentError
from forecasters.ensembles import BootstrapEnsemble

NOISE = 0.1


class LastPoint:
    """Repeat the last point, with a little of the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def fit(self, series: np.ndarray) -> "LastPoint":
        self.last = series[-1:]
        return self

    def predict(self, horizon: int) -> np.ndarray:
        return np.repeat(self.last, horizon, axis=0) + 1e-6 * self.seed


def wave(noise: float) -> np.ndarray:
    clean = np.stack([np.sin(np.arange(1000) / 16.0), np.cos(np.arange(1000) / 16.0)], axis=1)
    common = np.random.default_rng(0).standard_normal((1000, 1))
    return clean + noise * common * [1.0, -1.0]


def test_members_start_as_far_apart_as_the_noise_is_large_and_keep_what_components_share() -> None:
    members = BootstrapEnsemble(LastPoint).fit(wave(NOISE)).predict(3, samples=400)
    assert members.shape == (400, 3, 2)
    np.testing.assert_allclose(members[:, 0].std(axis=0), NOISE, rtol=0.15)
    assert np.corrcoef(members[:, 0].T)[0, 1] < -0.9
    # They surround the true last point and not the observed one.
    clean = wave(0.0)[-1]
    np.testing.assert_allclose(members[:, 0].mean(axis=0), clean, atol=0.6 * NOISE)


def test_without_noise_they_differ_by_their_seeds() -> None:
    members = BootstrapEnsemble(LastPoint, seed=4).fit(wave(0.0)).predict(1, samples=3)
    expected = np.repeat(1e-6 * np.array([[5.0], [6.0], [7.0]]), 2, axis=1)
    np.testing.assert_allclose(members[:, 0] - wave(0.0)[-1], expected, atol=3e-7)


def test_ensembles_are_repeatable_and_nested_and_the_forecast_is_that_of_the_series() -> None:
    series = wave(NOISE)
    model = BootstrapEnsemble(LastPoint, seed=1).fit(series)
    few, many = model.predict(5, samples=3), model.predict(5, samples=6)
    np.testing.assert_array_equal(few, many[:3])
    np.testing.assert_array_equal(many, BootstrapEnsemble(LastPoint, seed=1).fit(series).predict(5, samples=6))
    assert not np.array_equal(many, BootstrapEnsemble(LastPoint, seed=2).fit(series).predict(5, samples=6))
    np.testing.assert_array_equal(model.predict(5), LastPoint(1).fit(series).predict(5))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ForecastError, match="BootstrapEnsemble cannot predict before fit"):
        BootstrapEnsemble(LastPoint).predict(3)
    with pytest.raises(InvalidArgumentError):
        BootstrapEnsemble(LastPoint).fit(np.full((100, 1), np.nan))
    with pytest.raises(InvalidArgumentError, match="samples"):
        BootstrapEnsemble(LastPoint).fit(wave(NOISE)).predict(3, samples=0)
