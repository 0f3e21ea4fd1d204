"""How well the forecasters do on flows whose future is known."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from forecast_systems import FLOWS, smape, split, valid_points
from numpy.typing import NDArray

from forecasters import BaseForecaster, get_forecaster

FloatArray = NDArray[np.float64]
NAIVE = ("NaiveMean", "NaiveDrift", "NaiveSeasonal")


@cache
def fitted(name: str, system: str) -> BaseForecaster[Any]:
    return get_forecaster(name, season_length=100).fit(split(system)[0])


@pytest.mark.parametrize("name", ["NVAR", "ESN"])
@pytest.mark.parametrize(("system", "ceiling"), [("Lorenz", 5.0), ("Rossler", 1.0)])
def test_reservoirs_are_far_ahead_of_the_naive(name: str, system: str, ceiling: float) -> None:
    _, truth = split(system, 200)
    own = smape(truth, fitted(name, system).predict(200))
    best_naive = min(smape(truth, fitted(naive, system).predict(200)) for naive in NAIVE)
    assert own < ceiling
    assert own < 0.1 * best_naive


@pytest.mark.parametrize("name", ["NVAR", "ESN"])
@pytest.mark.parametrize(("system", "least"), [("Lorenz", 4.0), ("Rossler", 2.0)])
def test_valid_for_several_lyapunov_times(name: str, system: str, least: float) -> None:
    train, truth = split(system)
    points = valid_points(train, truth, fitted(name, system).predict(len(truth)))
    flow = FLOWS[system]
    assert flow.exponent is not None
    assert points * flow.period / 100 * flow.exponent > least


@pytest.mark.parametrize("name", ["NVAR", "ESN"])
@pytest.mark.parametrize("system", sorted(FLOWS))
def test_beats_linear_regression_or_comes_near(name: str, system: str) -> None:
    train, truth = split(system)
    own = valid_points(train, truth, fitted(name, system).predict(len(truth)))
    linear = valid_points(train, truth, fitted("LinearRegression", system).predict(len(truth)))
    # 20 points are a fifth of a period: below that the order is chance.
    assert own >= linear - 20


@pytest.mark.parametrize("name", ["NVAR", "ESN", "LinearRegression"])
@pytest.mark.parametrize("system", sorted(FLOWS))
def test_rollouts_stay_in_the_box_and_say_when_they_touch_it(name: str, system: str) -> None:
    train, _ = split(system)
    model = fitted(name, system)
    path = model.predict(5000)
    low, high = train.min(axis=0), train.max(axis=0)
    wall = high - low
    slack = 1e-9 * (high - low)
    assert (path >= low - wall - slack).all()
    assert (path <= high + wall + slack).all()
    touched = (path <= low - wall + slack) | (path >= high + wall - slack)
    first = int(touched.any(axis=1).argmax()) if touched.any() else None
    assert model.diverged_at == first
    assert model.diverged is (first is not None)


def test_an_unstable_linear_model_is_reported_not_overflown() -> None:
    growing = np.exp(0.1 * np.arange(300.0))[:, None]
    model = get_forecaster("LinearRegression", config={"lags": 3}).fit(growing)
    path = model.predict(20000)
    assert np.isfinite(path).all()
    assert model.diverged_at is not None
    # exp(0.1 t) passes twice its last value after 6.93 steps.
    assert model.diverged_at == 6
    model.predict(2)
    assert not model.diverged


@pytest.mark.parametrize("lags", [1, 4])
@pytest.mark.parametrize("components", [1, 3])
def test_linear_rollout_is_that_of_darts(lags: int, components: int) -> None:
    train = split("Rossler")[0][:, :components]
    model = get_forecaster("LinearRegression", config={"lags": lags}).fit(train)
    darts = model._standard.invert(model._model.predict(60).values())
    np.testing.assert_allclose(model.predict(60), darts, rtol=1e-9, atol=1e-9)


def test_drift_is_that_of_darts() -> None:
    from darts import TimeSeries
    from darts.models.forecasting.baselines import NaiveDrift

    train = split("Rossler")[0]
    expected = NaiveDrift().fit(TimeSeries.from_values(train)).predict(300).values()
    np.testing.assert_allclose(get_forecaster("NaiveDrift").fit(train).predict(300), expected, rtol=1e-9)


def test_seasons() -> None:
    rng = np.random.default_rng(0)
    time = np.arange(500)
    series = np.column_stack([np.sin(2 * np.pi * time / 50), 1e6 * np.cos(2 * np.pi * time / 50) + time])
    series[:, 0] += 0.1 * rng.normal(size=500)
    given = get_forecaster("NaiveSeasonal", season_length=50).fit(series).predict(120)
    np.testing.assert_allclose(given[:50], series[-50:], atol=1e-8)
    np.testing.assert_allclose(given[50:100], series[-50:], atol=1e-8)
    estimated = get_forecaster("NaiveSeasonal").fit(series).predict(120)
    np.testing.assert_array_equal(estimated, given)


def test_a_given_season_is_used_and_not_estimated() -> None:
    series = np.sin(2 * np.pi * np.arange(500) / 50)[:, None]
    path = get_forecaster("NaiveSeasonal", season_length=30).fit(series).predict(60)
    np.testing.assert_allclose(path, np.concatenate([series[-30:], series[-30:]]), atol=1e-12)


def test_the_config_outranks_the_season_argument() -> None:
    model = get_forecaster("NaiveSeasonal", season_length=50, config={"season_length": 7})
    assert model.config.season_length == 7


def test_seeds_draw_different_reservoirs() -> None:
    train, _ = split("Rossler")
    config = {"units": 50, "candidates": [[0.4, 1.0, 0.3]]}
    first, second = (get_forecaster("ESN", seed=seed, config=config).fit(train).predict(9) for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("candidates", [((1, 1, 1), (1, 1, 2)), ((1, 1, 2), (1, 1, 1))])
def test_nvar_finds_a_quadratic_map(candidates: tuple[tuple[int, int, int], ...]) -> None:
    states = [(0.1, 0.1)]
    for _ in range(420):
        x, y = states[-1]
        states.append((1 - 1.4 * x * x + y, 0.3 * x))
    series = np.array(states)
    model = get_forecaster("NVAR", config={"candidates": candidates}).fit(series[:400])
    assert model.chosen["degree"] == 2
    # An error at rounding level grows by exp(0.42) per step: to 1e-12 within 20.
    np.testing.assert_allclose(model.predict(20), series[400:420], atol=1e-7)


@pytest.mark.parametrize("scales", [(0.1, 1000.0), (1000.0, 0.1)])
def test_esn_passes_over_a_saturated_reservoir(scales: tuple[float, float]) -> None:
    config = {"units": 80, "candidates": [(0.4, 1.0, scale) for scale in scales]}
    assert get_forecaster("ESN", config=config).fit(split("Rossler")[0]).chosen["input_scale"] == 0.1


def test_nvar_bounds_its_features() -> None:
    train, _ = split("Lorenz96Ten")
    model = get_forecaster("NVAR", config={"max_features": 70}).fit(train)
    assert model._weights.shape[0] <= 70
    # Even the smallest candidate has 11 features here; it is used all the same.
    assert get_forecaster("NVAR", config={"max_features": 3}).fit(train)._weights.shape[0] == 11
