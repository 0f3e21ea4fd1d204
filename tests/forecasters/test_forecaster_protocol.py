"""What holds for every forecaster: the protocol, checked input, repeatability, no side effects."""

import json
import random
import subprocess
import sys
import warnings
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import numpy as np
import pytest
from forecast_systems import split
from numpy.typing import NDArray

from dysts.errors import DystsError, ForecastError, InvalidArgumentError, UnknownNameError
from forecasters import BaseForecaster, Forecaster, get_forecaster, list_forecasters

FloatArray = NDArray[np.float64]
NAMES = list_forecasters()
# A reservoir of the full size adds nothing to these checks.
SMALL: dict[str, dict[str, Any]] = {"ESN": {"units": 60, "input_scales": (0.1, 0.5)}}


def build(name: str, *, seed: int = 0, **config: Any) -> BaseForecaster[Any]:
    return get_forecaster(name, season_length=100, seed=seed, config=SMALL.get(name, {}) | config)


def forecast(name: str, series: Any, horizon: int = 50, *, seed: int = 0) -> FloatArray:
    return build(name, seed=seed).fit(series).predict(horizon)


@pytest.fixture(scope="module")
def lorenz() -> FloatArray:
    return split("Lorenz")[0][:600]


def test_the_six_are_there() -> None:
    assert set(NAMES) >= {"NaiveMean", "NaiveSeasonal", "NaiveDrift", "LinearRegression", "NVAR", "ESN"}


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_protocol(name: str, lorenz: FloatArray) -> None:
    model = build(name)
    assert isinstance(model, Forecaster)
    assert model.fit(lorenz) is model
    predicted = model.predict(7)
    assert predicted.shape == (7, 3)
    assert predicted.dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_a_longer_forecast_begins_with_the_shorter_one(name: str, lorenz: FloatArray) -> None:
    model = build(name).fit(lorenz)
    short, long, again = model.predict(200), model.predict(1000), model.predict(200)
    np.testing.assert_array_equal(short, again)
    # darts computes the drift with a step that depends on the horizon in its last digit.
    np.testing.assert_allclose(long[:200], short, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_forecast_whatever_the_global_state(name: str, lorenz: FloatArray) -> None:
    np.random.seed(1)  # noqa: NPY002
    first = forecast(name, lorenz, seed=3)
    np.random.seed(2)  # noqa: NPY002
    np.testing.assert_array_equal(first, forecast(name, lorenz, seed=3))


@pytest.mark.parametrize("name", NAMES)
def test_touches_no_global_state(name: str, lorenz: FloatArray) -> None:
    # Importing darts may do what it likes, once; a fit must not even reseed.
    build(name).fit(lorenz).predict(1)
    np.random.seed(987)  # noqa: NPY002
    numpy_before = np.random.get_state()  # noqa: NPY002
    python_before = random.getstate()
    errors_before, filters_before = np.geterr(), list(warnings.filters)
    original = lorenz.copy()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        forecast(name, lorenz)
    numpy_after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(numpy_before, numpy_after, strict=True))
    assert random.getstate() == python_before
    assert np.geterr() == errors_before
    assert list(warnings.filters) == filters_before
    assert caught == []
    np.testing.assert_array_equal(lorenz, original)


@pytest.mark.parametrize("name", NAMES)
def test_refitting_forgets_the_former_series(name: str, lorenz: FloatArray) -> None:
    model = build(name).fit(split("Rossler")[0][:, :2])
    model.predict(5)
    np.testing.assert_array_equal(model.fit(lorenz).predict(50), forecast(name, lorenz))


@pytest.mark.parametrize("name", NAMES)
def test_predict_before_fit(name: str) -> None:
    with pytest.raises(ForecastError, match="before fit"):
        build(name).predict(5)


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_fit_leaves_nothing_to_predict_from(name: str, lorenz: FloatArray) -> None:
    model = build(name).fit(lorenz)
    with pytest.raises(InvalidArgumentError):
        model.fit(np.full((500, 3), np.nan))
    with pytest.raises(ForecastError, match="before fit"):
        model.predict(5)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, 2.0, True, None, "3", np.array([3])])
@pytest.mark.parametrize("name", NAMES)
def test_bad_horizon(name: str, horizon: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="horizon must be an integer >= 1"):
        build(name).predict(horizon)


def test_numpy_integers_are_horizons(lorenz: FloatArray) -> None:
    assert build("NaiveMean").fit(lorenz).predict(np.int32(4)).shape == (4, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_finite(name: str, value: float, lorenz: FloatArray) -> None:
    spoilt = lorenz.copy()
    spoilt[17, 1] = value
    with pytest.raises(InvalidArgumentError, match="time 17, component 1"):
        forecast(name, spoilt)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.arange(600.0), r"\[time, component\].*series\[:, None\]"),
        (np.zeros((2, 600, 3)), r"\(2, 600, 3\)"),
        (np.zeros((600, 0)), r"\(600, 0\)"),
        (np.zeros((600, 2), dtype=complex), "real numbers"),
        (np.zeros((600, 2), dtype=bool), "real numbers"),
        ([["a", "b"]] * 600, "real numbers"),
        ([[1.0, 2.0], [3.0]], "a series must be an array"),
        (np.ma.masked_less(np.ones((600, 2)), 0.5), "masked"),
        (np.array([[1e308], [-1e308]] * 300), "more than float64"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_malformed_series(name: str, series: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        forecast(name, series)


@pytest.mark.parametrize("name", NAMES)
def test_minimum_length_is_what_it_says(name: str, lorenz: FloatArray) -> None:
    model = build(name)
    least = model.minimum_length
    with pytest.raises(InvalidArgumentError, match=rf"{name} needs at least {least} points, got {least - 1}"):
        model.fit(lorenz[: least - 1])
    assert np.isfinite(model.fit(lorenz[:least]).predict(500)).all()


@pytest.mark.parametrize("name", NAMES)
def test_one_component(name: str, lorenz: FloatArray) -> None:
    predicted = forecast(name, lorenz[:, :1], 200)
    assert predicted.shape == (200, 1)
    assert np.abs(predicted).max() < 10 * np.abs(lorenz).max()


@pytest.mark.parametrize("name", NAMES)
def test_ten_components(name: str) -> None:
    train, _ = split("Lorenz96Ten")
    predicted = forecast(name, train, 200)
    assert predicted.shape == (200, 10)
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("value", [0.0, 7.25, 0.1, -3e8])
@pytest.mark.parametrize("name", NAMES)
def test_a_constant_component_stays_constant_and_harms_no_other(name: str, value: float, lorenz: FloatArray) -> None:
    series = np.column_stack([lorenz[:, 0], np.full(len(lorenz), value), lorenz[:, 2]])
    predicted = forecast(name, series, 300)
    np.testing.assert_allclose(predicted[:, 1], value, rtol=1e-12, atol=1e-9)
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_wholly_constant_series(name: str) -> None:
    np.testing.assert_allclose(forecast(name, np.full((300, 2), 0.1)), 0.1, rtol=1e-9)


@pytest.mark.parametrize("amplitude", [1e8, 1e-8, 1e-200, 1e200])
@pytest.mark.parametrize("name", NAMES)
def test_units_do_not_matter(name: str, amplitude: float, lorenz: FloatArray) -> None:
    # A power of two scales without rounding, so that the forecasts must agree to the last digits.
    factor = 2.0 ** round(np.log2(amplitude))
    scaled = forecast(name, factor * lorenz, 200) / factor
    np.testing.assert_allclose(scaled, forecast(name, lorenz, 200), rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_integer_and_single_precision_series(name: str, lorenz: FloatArray) -> None:
    integers = np.round(100 * lorenz).astype(np.int32)
    np.testing.assert_array_equal(forecast(name, integers), forecast(name, integers.astype(np.float64)))
    single = lorenz.astype(np.float32)
    np.testing.assert_array_equal(forecast(name, single), forecast(name, single.astype(np.float64)))


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_other_memory_orders(name: str, lorenz: FloatArray) -> None:
    expected = forecast(name, lorenz)
    np.testing.assert_allclose(forecast(name, lorenz.tolist()), expected, rtol=1e-6)
    np.testing.assert_allclose(forecast(name, np.asfortranarray(lorenz)), expected, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_noise_and_a_jump_give_a_finite_forecast(name: str) -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(300, 2))
    walk = rng.normal(size=(300, 2)).cumsum(axis=0)
    jump = np.zeros((300, 2))
    jump[150, 0] = 1.0
    jump[200:, 1] = -4.0
    growth = np.exp(0.05 * np.arange(300.0))[:, None] * [1.0, -2.0]
    for series in (noise, walk, jump, growth):
        assert np.isfinite(forecast(name, series, 3000)).all()


@pytest.mark.parametrize("name", NAMES)
def test_config_is_frozen_plain_and_enough_to_rebuild(name: str, lorenz: FloatArray) -> None:
    model = build(name)
    stored = json.loads(json.dumps(asdict(model.config)))
    rebuilt = get_forecaster(name, config=stored)
    assert rebuilt.config == model.config
    assert get_forecaster(name, config=model.config).config == model.config
    np.testing.assert_array_equal(rebuilt.fit(lorenz).predict(20), model.fit(lorenz).predict(20))
    for field in stored:
        with pytest.raises(FrozenInstanceError):
            setattr(model.config, field, 1)


@pytest.mark.parametrize("name", NAMES)
def test_grid_names_fields_and_allowed_values(name: str) -> None:
    for field, values in build(name).grid.items():
        for value in values:
            assert getattr(get_forecaster(name, config={field: value}).config, field) == value


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
        ("ESN", {"leak_rates": (1.5,)}),
        ("ESN", {"spectral_radii": (-0.1,)}),
        ("ESN", {"input_scales": (np.inf,)}),
        ("ESN", {"units": True}),
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


def test_import_is_light_and_naive_forecasts_need_no_torch() -> None:
    program = (
        "import sys, forecasters\n"
        "assert not {'darts', 'torch', 'sklearn', 'numba', 'scipy', 'benchmark'} & set(sys.modules)\n"
        "forecasters.get_forecaster('NaiveDrift').fit([[1.0], [2.0], [3.0]]).predict(2)\n"
        "assert 'darts' in sys.modules and 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
