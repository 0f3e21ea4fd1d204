"""Every forecaster against every bad or odd input: an error of ours that says what is wrong, or a right answer."""

from typing import Any

import numpy as np
import pytest
from forecast_systems import split
from small_forecasters import FITTED as NAMES
from small_forecasters import build, forecast, lorenz, usual

from dysts.errors import ForecastError, InvalidArgumentError
from forecasters import get_forecaster


@pytest.mark.parametrize("horizon", [0, -1, 2.5, 2.0, True, None, "3", np.array([3])])
@pytest.mark.parametrize("name", NAMES)
def test_bad_horizon(name: str, horizon: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="horizon must be an integer >= 1"):
        build(name).predict(horizon)


def test_numpy_integers_are_horizons() -> None:
    assert build("NaiveMean").fit(lorenz()).predict(np.int32(4)).shape == (4, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_finite(name: str, value: float) -> None:
    spoilt = lorenz().copy()
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
def test_minimum_length_is_what_it_says(name: str) -> None:
    model = build(name)
    least = model.minimum_length
    with pytest.raises(InvalidArgumentError, match=rf"{name} needs at least {least} points, got {least - 1}"):
        model.fit(lorenz()[: least - 1])
    assert np.isfinite(model.fit(split("Lorenz")[0][:least]).predict(100)).all()


@pytest.mark.parametrize("name", NAMES)
def test_one_component(name: str) -> None:
    predicted = forecast(name, lorenz()[:, :1])
    assert predicted.shape == (60, 1)
    assert np.abs(predicted).max() < 100 * np.abs(lorenz()).max()


@pytest.mark.parametrize("name", NAMES)
def test_ten_components(name: str) -> None:
    train, _ = split("Lorenz96Ten")
    predicted = forecast(name, train[:120])
    assert predicted.shape == (60, 10)
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("value", [0.1, -3e8])
@pytest.mark.parametrize("name", NAMES)
def test_a_constant_component_stays_constant_and_harms_no_other(name: str, value: float) -> None:
    with_it = forecast(name, np.insert(lorenz(), 1, value, axis=1))
    assert (with_it[:, 1] == value).all()
    np.testing.assert_array_equal(np.delete(with_it, 1, axis=1), usual(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_wholly_constant_series(name: str) -> None:
    assert (forecast(name, np.full((120, 2), 0.1)) == 0.1).all()


@pytest.mark.parametrize("amplitude", [1e-200, 1e200])
@pytest.mark.parametrize("name", NAMES)
def test_units_do_not_matter(name: str, amplitude: float) -> None:
    # A power of two scales without rounding, so that the forecasts must agree to the last digits.
    factor = 2.0 ** round(np.log2(amplitude))
    np.testing.assert_allclose(forecast(name, factor * lorenz()) / factor, usual(name), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_integer_and_single_precision_series(name: str) -> None:
    # Whole numbers of four digits are the same in all three types.
    rounded = np.round(100 * lorenz())
    expected = forecast(name, rounded)
    for kind in (np.int32, np.float32):
        np.testing.assert_array_equal(forecast(name, rounded.astype(kind)), expected)


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_other_memory_orders(name: str) -> None:
    np.testing.assert_array_equal(forecast(name, lorenz().tolist()), usual(name))
    np.testing.assert_array_equal(forecast(name, np.asfortranarray(lorenz())), usual(name))


# A decomposition in a library meets a singular matrix; the message names who failed, and on what.
LIBRARY_FAILURES: set[tuple[str, str]] = set()


def odd_series() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    jump = np.zeros((150, 2))
    jump[70, 0] = 1.0
    jump[100:, 1] = -4.0
    return {
        "noise": rng.normal(size=(150, 2)),
        "walk": rng.normal(size=(150, 2)).cumsum(axis=0),
        "jump": jump,
        "growth": np.exp(0.05 * np.arange(150.0))[:, None] * [1.0, -2.0],
    }


@pytest.mark.parametrize("kind", odd_series())
@pytest.mark.parametrize("name", NAMES)
def test_noise_and_jumps_and_growth_end_finite_or_with_an_error_of_ours(name: str, kind: str) -> None:
    series = odd_series()[kind]
    if (name, kind) in LIBRARY_FAILURES:
        with pytest.raises(ForecastError, match=f"^{name} failed: "):
            forecast(name, series, 200)
        return
    predicted = forecast(name, series, 200)
    assert np.isfinite(predicted).all()
    # The widest walls stand a hundred extents away.
    assert (np.abs(predicted - series.mean(axis=0)) <= 102 * np.ptp(series, axis=0)).all()


@pytest.mark.parametrize("name", ["LinearRegression", "Kalman", "NVAR"])
def test_a_diverging_rollout_is_a_status(name: str) -> None:
    growing = np.exp(0.1 * np.arange(300.0))[:, None]
    config = {"LinearRegression": {"lags": 1}, "NVAR": {"candidates": ((1, 1, 1),)}}.get(name, {})
    model = get_forecaster(name, config=config).fit(growing)
    path = model.predict(2000)
    assert model.diverged
    assert model.diverged_at is not None
    assert np.isfinite(path).all()
    assert path.max() <= 2.0 * growing.max() * (1 + 1e-9)
    assert path.argmax() == model.diverged_at
    if model.diverged_at > 0:
        model.predict(model.diverged_at)
        assert not model.diverged
