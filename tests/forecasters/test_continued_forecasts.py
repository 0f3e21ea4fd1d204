"""A fitted forecaster goes on from the end of another series, to which it is not fitted."""

import numpy as np
import pytest

from dysts.errors import ForecastError, InvalidArgumentError, NotSupportedError
from forecasters import get_forecaster

WAVE = np.stack([np.sin(0.1 * np.arange(900)), np.cos(0.1 * np.arange(900))], axis=1)


@pytest.mark.parametrize("name", ["NVAR", "ESN", "LinearRegression", "PolynomialODE"])
def test_a_forecast_goes_on_from_the_other_series(name: str) -> None:
    model = get_forecaster(name, season_length=63).fit(WAVE[:400])
    before = model.predict(50)
    forecast = model.continued(WAVE[500:800]).predict(100)
    np.testing.assert_allclose(forecast, WAVE[800:], atol=0.01)
    np.testing.assert_array_equal(model.predict(50), before)
    same = model.continued(WAVE[:400]).predict(50)
    np.testing.assert_allclose(same, before, atol=1e-6)


def test_a_noisy_equation_goes_on_from_the_last_point() -> None:
    noisy = WAVE + 0.02 * np.random.default_rng(0).standard_normal(WAVE.shape)
    model = get_forecaster("PolynomialODE").fit(noisy[:400])
    assert model.chosen["model"] == "equation"
    moved = model.continued(WAVE[500:800])
    np.testing.assert_allclose(moved.predict(100), WAVE[800:], atol=0.1)
    assert moved.denoised is None
    assert model.denoised is not None


@pytest.mark.parametrize("name", ["NVAR", "ESN"])
def test_a_held_component_keeps_its_value(name: str) -> None:
    generator = np.random.default_rng(1)
    series = np.concatenate([WAVE[:600], np.repeat(generator.choice([-1.0, 0.0, 1.0], 6), 100)[:, None]], axis=1)
    other = np.concatenate([WAVE[600:800], np.full((200, 1), 3.0)], axis=1)
    forecast = get_forecaster(name).fit(series).continued(other, held=(2,)).predict(80)
    np.testing.assert_allclose(forecast[:, 2], 3.0, rtol=1e-12)


def test_powers_of_a_parameter_that_its_values_do_not_determine_are_left_out() -> None:
    def logistic(start: float, parameters: np.ndarray) -> np.ndarray:
        path = [start]
        for parameter in parameters[:-1]:
            path.append(parameter * path[-1] * (1.0 - path[-1]))
        return np.stack([path, parameters], axis=1)

    trained = logistic(0.3, np.repeat([3.6, 3.7, 3.8], 300))
    truth = logistic(0.4, np.full(70, 3.95))
    # With the degree 5 the product of state and parameter equals combinations with its third and fourth power.
    model = get_forecaster("NVAR", config={"candidates": ((1, 1, 5),), "ridges": (1e-14,)}).fit(trained)
    forecast = model.continued(truth[:50], held=(1,)).predict(5)
    np.testing.assert_allclose(forecast, truth[50:55], atol=1e-4)


def test_no_window_of_the_choice_crosses_a_change_of_a_parameter() -> None:
    angles = np.repeat([0.08, 0.1, 0.12], 300)
    phases = np.concatenate([[0.0], np.cumsum(angles)[:-1]])
    trained = np.stack([np.cos(phases), np.sin(phases), angles], axis=1)
    # Nothing in the series foretells a change, so that a window across one would be wrong by its phase.
    assert get_forecaster("NVAR").fit(trained).chosen["score"] < 1e-6


def test_what_cannot_go_on_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="forecasts the end of the series that it is fitted to only"):
        get_forecaster("NaiveMean").fit(WAVE).continued(WAVE)
    with pytest.raises(ForecastError, match="cannot continue before fit"):
        get_forecaster("NVAR").continued(WAVE)
    model = get_forecaster("LinearRegression", config={"lags": 5}).fit(WAVE[:200])
    with pytest.raises(InvalidArgumentError, match="the 2 components of the fit, got 1"):
        model.continued(WAVE[:, :1])
    with pytest.raises(InvalidArgumentError, match="at least the 5 points of the lags, got 4"):
        model.continued(WAVE[:4])
    with pytest.raises(InvalidArgumentError, match="held must be columns below 2"):
        model.continued(WAVE, held=(2,))
