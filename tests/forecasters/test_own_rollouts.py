"""Rollouts of our own against those of the library that fitted the model; training of our own against darts'."""

from typing import Any

import numpy as np
import pytest
from forecast_systems import split
from small_forecasters import SMALL, lorenz
from statsmodels.tsa.arima.model import ARIMA as StateSpaceARIMA

import dysts
from forecasters import get_forecaster
from forecasters.isolation import isolated
from forecasters.statistical import ARIMA, ARIMAConfig


def in_raw_units(model: Any, horizon: int) -> np.ndarray:
    with isolated("darts", seed=0):
        values = model._model.predict(horizon).values()
    raw: np.ndarray = model._standard.invert(values.astype(np.float64))
    return raw


@pytest.mark.parametrize("components", [1, 3])
@pytest.mark.parametrize("name", ["RandomForest", "XGBoost"])
def test_flattened_trees_are_those_of_the_library(name: str, components: int) -> None:
    train = split("Rossler")[0][:400, :components]
    model = get_forecaster(name, config={"lags": 4, "trees": 20}).fit(train)
    # xgboost adds in single precision, the flattened trees in double.
    np.testing.assert_allclose(model.predict(12), in_raw_units(model, 12), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", ["RandomForest", "XGBoost"])
def test_trees_differ_where_the_series_differs(name: str) -> None:
    train = split("Rossler")[0][:400]
    first, second = (get_forecaster(name, config={"lags": 4, "trees": 5}).fit(part) for part in (train, train[::-1]))
    assert not np.allclose(first.predict(3), second.predict(3))


@pytest.mark.parametrize("name", ["NBEATS", "NHiTS", "Transformer", "RNN", "TCN", "DLinear", "NLinear", "LSTM"])
def test_networks_roll_out_as_in_darts(name: str) -> None:
    model = get_forecaster(name, config=SMALL[name]).fit(lorenz())
    np.testing.assert_allclose(model.predict(10), in_raw_units(model, 10), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", ["NLinear", "NBEATS", "LSTM", "Transformer"])
def test_networks_are_trained_as_in_darts(name: str) -> None:
    from darts import TimeSeries

    config = {**SMALL[name], "epochs": 4, "batch_size": 1000, "learning_rate": 1e-2}
    model: Any = get_forecaster(name, config={**config, "one_cycle": False, "gradient_clip": None})
    if name == "Transformer":
        # The order in which units are dropped out is not the same.
        model = get_forecaster(name, config={**config, "one_cycle": False, "gradient_clip": None, "dropout": 0.0})
    model.fit(lorenz())
    scaled = model._standard.apply(lorenz()).astype(np.float32)
    silent = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False) | {
        "accelerator": "cpu"
    }
    with isolated("darts", seed=0):
        darts = model._build(
            input_chunk_length=4, n_epochs=4, batch_size=1000, random_state=0, pl_trainer_kwargs=silent,
            optimizer_kwargs={"lr": 1e-2},
        ).fit(TimeSeries.from_values(scaled))  # fmt: skip
        expected = model._standard.invert(darts.predict(5).values().astype(np.float64))
    # One batch holds all windows, so that only the order of summation differs.
    np.testing.assert_allclose(model.predict(5), expected, rtol=1e-3, atol=1e-2)
    untrained = get_forecaster(name, config={**SMALL[name], "epochs": 1, "learning_rate": 1e-9}).fit(lorenz())
    assert not np.allclose(untrained.predict(5), expected, rtol=1e-3, atol=1e-2)


def test_kalman_rolls_out_as_in_darts() -> None:
    model = get_forecaster("Kalman", config={"states": 1}).fit(lorenz())
    np.testing.assert_allclose(model.predict(30), in_raw_units(model, 30), rtol=1e-8)


@pytest.mark.parametrize(("delays", "spacing", "degree"), [(1, 1, 1), (2, 3, 2), (3, 1, 3), (1, 1, 5)])
def test_the_compiled_polynomial_is_the_plain_one(delays: int, spacing: int, degree: int) -> None:
    from forecasters.numerics.box import Box
    from forecasters.numerics.monomials import Library

    library = Library(2, delays, spacing, degree)
    rng = np.random.default_rng(0)
    history = rng.normal(size=(library.reach + 1, 2))
    features = library.features(history).shape[1]
    weights = 0.05 * rng.normal(size=(2, features, 2))
    box = Box(np.full(2, -3.0), np.full(2, 3.0))
    paths = library.roll_out(weights, np.stack([history, history]), 20, box)
    for case in range(2):
        known = history
        for point in paths[case]:
            expected = known[-1] + (library.features(known[-library.reach - 1 :]) @ weights[case])[-1]
            np.testing.assert_allclose(point, np.clip(expected, -3, 3), rtol=1e-9, atol=1e-12)
            known = np.vstack([known, point])


def test_a_compiled_rollout_turns_what_is_not_a_number_into_a_wall() -> None:
    from forecasters.numerics.box import Box
    from forecasters.numerics.monomials import Library

    library = Library(1, 1, 1, 2)
    weights = np.full((1, 3, 1), np.nan)
    path = library.roll_out(weights, np.ones((1, 1, 1)), 2, Box(np.array([-1.0]), np.array([2.0])))
    assert path.ravel().tolist() == [2.0, 2.0]


def test_neural_ode_learns_a_rotation() -> None:
    time = 0.1 * np.arange(500)
    circle = np.column_stack([np.sin(time), 100 * np.cos(time)])
    config = {"width": 16, "steps": 150, "batch_size": 64}
    model = get_forecaster("NeuralODE", config=config).fit(circle[:400])
    error = np.abs((model.predict(60) - circle[400:460]) / [1.0, 100.0])
    assert error.max() < 0.1


def test_arima_lowers_the_order_where_the_filter_cannot_start() -> None:
    # It hangs on the last digits whether it can.
    series = dysts.integrate("Thomas", 400, step=0.02, solver="dop853").values[:, :1]
    model = ARIMA(ARIMAConfig(p=8)).fit(series)
    assert model.orders[0] < 8
    assert np.isfinite(model.predict(50)).all()
    with pytest.raises(np.linalg.LinAlgError):
        StateSpaceARIMA(model._standard.apply(series), order=(8, 1, 0)).fit()
