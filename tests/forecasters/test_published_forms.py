"""The forms that the 2023 paper ran: their arithmetic by plain loops, raw units, and how they are named and refused."""

from typing import Any

import numpy as np
import pytest
from small_forecasters import lorenz

from benchmark.running.building import build
from dysts.errors import DystsError, ForecastError, UnknownNameError
from forecasters import get_forecaster
from forecasters.closed_loop import ClosedLoopForecaster
from forecasters.contract import REQUIRED, check_forecaster
from forecasters.published import get_published, list_published

SMALL: dict[str, dict[str, Any]] = {
    "ESN": {"units": 40},
    "NVAR": {"delays": 3},
    "NeuralODE": {"window": 3, "steps": 5, "batch_size": 16, "device": "cpu"},
}


def series() -> np.ndarray:
    return np.asarray(lorenz()) * [1.0, 3.0, 0.1] + [0.0, 5.0, 20.0]


@pytest.mark.parametrize("name", SMALL)
def test_each_keeps_the_contract_of_a_forecaster(name: str) -> None:
    results = check_forecaster(lambda: get_published(name, config=SMALL[name]), lorenz())
    assert not [result for result in results if result.name in REQUIRED and result.problem]


@pytest.mark.parametrize("name", ["ESN", "NVAR"])
def test_steps_make_up_the_forecast(name: str) -> None:
    model = get_published(name, config=SMALL[name]).fit(series())
    assert isinstance(model, ClosedLoopForecaster)
    state, points = model.initial_state(), []
    for _ in range(5):
        state, point = model.step(state)
        points.append(point)
    np.testing.assert_allclose(points, model.predict(5), rtol=1e-10)


def test_the_autoregression_is_ridge_regression_with_every_delayed_sample_twice() -> None:
    values, delays = series(), 4
    rows = []
    for now in range(len(values) - 1):
        past = [values[now - lag] if lag <= now else np.zeros(3) for lag in range(delays)]
        rows.append(np.concatenate([[1.0], *past, *past]))
    warmup = min(100, (len(values) - 1) // 10)
    features, targets = np.array(rows[warmup:]), values[warmup + 1 :]
    # The smallest sum of squared errors and penalised weights, as one least-squares problem.
    stacked = np.concatenate([features, 1e-2 * np.eye(features.shape[1])])
    weights = np.linalg.lstsq(stacked, np.concatenate([targets, np.zeros((features.shape[1], 3))]), rcond=None)[0]
    past, expected = list(values), []
    for _ in range(10):
        lagged = np.concatenate([past[-1 - lag] for lag in range(delays)])
        past.append(np.concatenate([[1.0], lagged, lagged]) @ weights)
        expected.append(past[-1])
    model = get_published("NVAR", config={"delays": delays}).fit(values)
    np.testing.assert_allclose(model.predict(10), expected, rtol=1e-6)


def test_the_reservoir_is_that_of_its_settings_in_raw_units() -> None:
    values = series()
    model = get_published("ESN", config={"units": 60, "leak_rate": 1.1})
    forecast = model.fit(values).predict(5)
    recurrent, inputs, biases = model._recurrent.toarray(), model._inputs, model._biases  # type: ignore[attr-defined]
    assert np.count_nonzero(recurrent) == 360
    assert np.abs(np.linalg.eigvals(recurrent)).max() == pytest.approx(0.99)
    assert np.count_nonzero(inputs) == 36
    assert np.count_nonzero(biases) == 12
    assert set(np.unique([*inputs.ravel(), *biases])) == {-1.0, 0.0, 1.0}
    state, states = np.zeros(60), []
    for sample in values[:-1]:
        state = -0.1 * state + 1.1 * np.tanh(recurrent @ state + inputs @ sample + biases)
        states.append(np.concatenate([[1.0], state]))
    features, targets = np.array(states[11:]), values[12:]
    assert len(values) == 120
    stacked = np.concatenate([features, 1e-2 * np.eye(61)])
    weights = np.linalg.lstsq(stacked, np.concatenate([targets, np.zeros((61, 3))]), rcond=None)[0]
    point, expected = values[-1], []
    for _ in range(5):
        state = -0.1 * state + 1.1 * np.tanh(recurrent @ state + inputs @ point + biases)
        point = np.concatenate([[1.0], state]) @ weights
        expected.append(point)
    np.testing.assert_allclose(forecast, expected, rtol=1e-6)


def test_units_of_the_series_matter() -> None:
    for name in ("ESN", "NVAR"):
        raw = get_published(name, config=SMALL[name]).fit(series()).predict(50)
        scaled = get_published(name, config=SMALL[name]).fit(1000.0 * series()).predict(50)
        assert not np.allclose(raw, scaled / 1000.0, rtol=1e-6), name


def test_the_neural_ode_is_late_by_a_sample_unless_told_otherwise() -> None:
    values = series()
    late = get_published("NeuralODE", config=SMALL["NeuralODE"]).fit(values).predict(6)
    np.testing.assert_array_equal(late[0], values[-1].astype(np.float32).astype(np.float64))
    timely = get_published("NeuralODE", config={**SMALL["NeuralODE"], "late": 0}).fit(values).predict(5)
    np.testing.assert_allclose(late[1:], timely)


def test_a_forecast_without_bounds_that_is_not_finite_is_refused() -> None:
    growing = 1.5 ** np.arange(200.0)[:, None]
    model = get_published("NVAR", config={"delays": 2}).fit(growing / growing[-1])
    assert model.predict(100)[-1] > 1e15
    with pytest.raises(ForecastError, match="not finite"):
        model.predict(2000)


def test_the_preset_is_the_published_form_and_that_of_a_library_elsewhere() -> None:
    assert list_published() == ["ESN", "NVAR", "NeuralODE"]
    for name in list_published():
        model = build(name, preset="published", season_length=100, seed=0)
        assert type(model).__name__ == f"Published{name}"
    lstm = build("LSTM", preset="published", season_length=100, seed=0)
    assert lstm.config == get_forecaster("LSTM", preset="paper").config
    esn = build("ESN", preset="published", season_length=100, seed=3, config={"leak_rate": 0.7})
    assert (esn.config.leak_rate, esn.config.units, esn.seed) == (0.7, 500, 3)
    for name, most in (("ESN", 1.1), ("NVAR", 120), ("NeuralODE", 120)):
        ((field, values),) = get_published(name).grid.items()
        assert max(values) == most
        assert all(getattr(get_published(name, config={field: value}).config, field) == value for value in values)
    with pytest.raises(UnknownNameError, match="published 'LSTM'"):
        get_published("LSTM")
    with pytest.raises(UnknownNameError, match=r"ESN \(published\) 'leak'"):
        get_published("ESN", config={"leak": 0.1})
    with pytest.raises(DystsError, match="leak_rate"):
        get_published("ESN", config={"leak_rate": 0.0})
