"""What holds for every forecaster of the package beyond the contract: silence, seeds, steps, configuration."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import numpy as np
import pytest
from small_forecasters import FITTED, NAMES, build, forecast, lorenz, usual

from dysts.errors import DystsError, ForecastError, InvalidArgumentError, UnknownNameError
from forecasters import Forecaster, get_forecaster, list_forecasters
from forecasters.closed_loop import ClosedLoopForecaster

LITERATURE = """NBEATS NHiTS Transformer LSTM RNN TCN DLinear NLinear NeuralODE ESN NVAR RandomForest XGBoost
LinearRegression Kalman ARIMA AutoARIMA Theta FourTheta ExponentialSmoothing FFT NaiveMean NaiveSeasonal NaiveDrift"""
# What steps from one point to the next has a step function; the rest computes its forecast in one go.
CLOSED_LOOPS = """NBEATS NHiTS Transformer LSTM RNN TCN DLinear NLinear NeuralODE ESN NVAR RandomForest XGBoost
LinearRegression Kalman SINDy"""


def test_the_24_are_there() -> None:
    assert sorted(LITERATURE.split()) == list_forecasters()


def test_fit_returns_the_forecaster_and_predict_doubles() -> None:
    model = build("NaiveMean")
    assert isinstance(model, Forecaster)
    assert model.fit(lorenz()) is model
    assert model.predict(7).dtype == np.float64


@pytest.mark.parametrize("name", CLOSED_LOOPS.split())
def test_steps_make_up_the_forecast(name: str) -> None:
    model = build(name).fit(lorenz())
    assert isinstance(model, ClosedLoopForecaster)
    state, points = model.initial_state(), []
    for _ in range(5):
        before = state.copy()
        following, point = model.step(state)
        np.testing.assert_array_equal(state, before)
        state = following
        points.append(point)
    # Single precision in a network, whose window and step may be summed in another order.
    np.testing.assert_allclose(points, model.predict(5), rtol=1e-5, atol=1e-5)
    with pytest.raises(InvalidArgumentError, match="a state of this"):
        model.step(np.full(state.shape, np.nan))
    with pytest.raises(InvalidArgumentError, match="a state of this"):
        model.step(np.zeros(1 + len(state)))
    with pytest.raises(ForecastError, match="before fit"):
        build(name).initial_state()


def test_no_other_forecaster_pretends_to_step() -> None:
    closed = {name for name in NAMES if isinstance(build(name), ClosedLoopForecaster)}
    assert closed == set(CLOSED_LOOPS.split())


@pytest.mark.parametrize("name", FITTED)
def test_same_seed_same_forecast_whatever_the_global_state(name: str) -> None:
    import torch

    np.random.seed(2)  # noqa: NPY002
    torch.manual_seed(7)
    np.testing.assert_array_equal(forecast(name, lorenz()), usual(name))


@pytest.mark.parametrize("name", ["NBEATS", "LSTM", "NeuralODE", "RandomForest", "ESN"])
def test_another_seed_another_forecast(name: str) -> None:
    assert not np.array_equal(forecast(name, lorenz(), seed=1), usual(name))


@pytest.mark.parametrize("name", NAMES)
def test_predict_before_fit(name: str) -> None:
    with pytest.raises(ForecastError, match="before fit"):
        build(name).predict(5)


@pytest.mark.parametrize("name", FITTED)
def test_a_failed_fit_leaves_nothing_to_predict_from(name: str) -> None:
    model = build(name).fit(lorenz())
    with pytest.raises(InvalidArgumentError):
        model.fit(np.full((500, 3), np.nan))
    with pytest.raises(ForecastError, match="before fit"):
        model.predict(5)


@pytest.mark.parametrize("name", FITTED)
def test_config_is_frozen_plain_and_enough_to_rebuild(name: str) -> None:
    model = build(name)
    stored = json.loads(json.dumps(asdict(model.config)))
    rebuilt = get_forecaster(name, config=stored)
    assert rebuilt.config == model.config
    assert get_forecaster(name, config=model.config).config == model.config
    np.testing.assert_array_equal(rebuilt.fit(lorenz()).predict(60), usual(name))
    for field in stored:
        with pytest.raises(FrozenInstanceError):
            setattr(model.config, field, 1)


@pytest.mark.parametrize("name", NAMES)
def test_grid_names_fields_and_allowed_values(name: str) -> None:
    for field, values in build(name).grid.items():
        assert len(set(values)) > 1
        for value in values:
            assert getattr(get_forecaster(name, config={field: value}).config, field) == value


@pytest.mark.parametrize("preset", ["fast", "paper"])
@pytest.mark.parametrize("name", NAMES)
def test_presets_are_there_and_stated(name: str, preset: str) -> None:
    model = get_forecaster(name, preset=preset)
    for field, value in model.presets[preset].items():
        assert getattr(model.config, field) == value


def test_the_paper_preset_follows_the_published_protocol() -> None:
    lstm = get_forecaster("LSTM", preset="paper").config
    assert (lstm.epochs, lstm.layers) == (200, 2)
    for name in ("NBEATS", "NHiTS", "Transformer", "RNN", "TCN", "DLinear", "NLinear"):
        model = get_forecaster(name, preset="paper")
        assert model.config.epochs == 100, "darts' default"
        assert model.config.batch_size == 32, "darts' default"
        assert model.grid["input_length"] == (5, 10, 25, 50, 100)
    for name in ("RandomForest", "XGBoost", "LinearRegression", "ARIMA"):
        assert (3, 5, 10, 25) in get_forecaster(name).grid.values()
    for name in ("Theta", "FourTheta", "ExponentialSmoothing"):
        assert get_forecaster(name).grid == {"season": ("additive", "none")}


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'NVAR'"):
        get_forecaster("nvar")
    with pytest.raises(UnknownNameError, match=r"unknown preset of NVAR 'fst'; did you mean 'fast'"):
        get_forecaster("NVAR", preset="fst")
    with pytest.raises(UnknownNameError, match=r"config field of ESN 'unit'; did you mean 'units'"):
        get_forecaster("ESN", config={"unit": 3})


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("NaiveSeasonal", {"season_length": 0}),
        ("NaiveSeasonal", {"season_length": 2.5}),
        ("LinearRegression", {"lags": 0}),
        ("LinearRegression", {"lags": "3"}),
        ("NVAR", {"candidates": ()}),
        ("NVAR", {"candidates": ((1, 2),)}),
        ("NVAR", {"candidates": ((1, 0, 2),)}),
        ("NVAR", {"candidates": 3}),
        ("NVAR", {"ridges": (0.0,)}),
        ("NVAR", {"ridges": (np.nan,)}),
        ("NVAR", {"ridges": 1e-6}),
        ("ESN", {"candidates": ((0.4, 1.5, 0.3),)}),
        ("ESN", {"candidates": ((-0.1, 1.0, 0.3),)}),
        ("ESN", {"candidates": ((0.4, 1.0, np.inf),)}),
        ("ESN", {"candidates": ((0.4, True, 0.3),)}),
        ("ESN", {"candidates": ((0.4, 1.0),)}),
        ("ESN", {"candidates": ()}),
        ("ESN", {"units": True}),
        ("ARIMA", {"d": 3}),
        ("Theta", {"theta": 0}),
        ("ExponentialSmoothing", {"damped": 1}),
        ("FFT", {"frequencies": 0}),
        ("Kalman", {"states": 0}),
        ("RandomForest", {"trees": 0}),
        ("XGBoost", {"learning_rate": 1.5}),
        ("NBEATS", {"epochs": 0}),
        ("NBEATS", {"learning_rate": float("nan")}),
        ("NHiTS", {"dropout": 1.0}),
        ("Transformer", {"width": 6, "heads": 4}),
        ("TCN", {"kernel": 25}),
        ("LSTM", {"device": "tpu"}),
        ("NeuralODE", {"gradient_clip": 0.0}),
        ("NVAR", "fast"),
    ],
)
def test_bad_config(name: str, config: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        get_forecaster(name, config=config)


@pytest.mark.parametrize("arguments", [{"season_length": 0}, {"season_length": 1.5}, {"seed": -1}, {"seed": 0.5}])
@pytest.mark.parametrize("name", NAMES)
def test_bad_season_or_seed(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(DystsError, match=rf"{next(iter(arguments))} must be an integer"):
        get_forecaster(name, **arguments)


@pytest.mark.parametrize(("name", "field"), [("Theta", "season"), ("ExponentialSmoothing", "trend")])
def test_choices_suggest(name: str, field: str) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'additive'"):
        get_forecaster(name, config={field: "aditive"})


def test_import_is_light_and_naive_forecasts_need_no_torch() -> None:
    program = (
        "import sys, forecasters\n"
        "assert not {'darts', 'torch', 'sklearn', 'numba', 'scipy', 'benchmark'} & set(sys.modules)\n"
        "forecasters.get_forecaster('NaiveMean').fit([[1.0], [2.0], [3.0]]).predict(2)\n"
        "assert 'darts' in sys.modules and 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
