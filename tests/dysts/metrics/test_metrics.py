"""Properties of the metrics, known values, and agreement with loops and with scikit-learn."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import mean_absolute_error, mean_squared_error, root_mean_squared_error

from dysts import metrics
from dysts.errors import InvalidArgumentError

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
ALL = [metrics.smape, metrics.mae, metrics.mse, metrics.rmse, metrics.nrmse]


@pytest.fixture
def pair() -> Pair:
    rng = np.random.default_rng(7)
    truth = rng.normal(size=(50, 3)) * [1.0, 20.0, 0.03] + [0.0, 5.0, -1.0]
    return truth, truth + rng.normal(size=(50, 3)) * [0.5, 4.0, 0.01]


def _name(metric: Callable[..., float]) -> str:
    return metric.__name__


@pytest.mark.parametrize("metric", ALL, ids=_name)
class TestEveryMetric:
    def test_perfect_forecast_is_zero_and_any_other_is_positive(self, metric: Callable[..., float], pair: Pair) -> None:
        truth, forecast = pair
        assert metric(truth=truth, forecast=truth) == 0.0
        assert metric(truth=truth, forecast=forecast) > 0.0

    def test_order_of_components_and_times_does_not_matter(self, metric: Callable[..., float], pair: Pair) -> None:
        truth, forecast = pair
        value = metric(truth=truth, forecast=forecast)
        order = [2, 0, 1]
        assert metric(truth=truth[:, order], forecast=forecast[:, order]) == pytest.approx(value, rel=1e-12)
        assert metric(truth=truth[::-1], forecast=forecast[::-1]) == pytest.approx(value, rel=1e-12)

    def test_nan_propagates(self, metric: Callable[..., float], pair: Pair) -> None:
        truth, forecast = pair
        broken = forecast.copy()
        broken[-1, 1] = np.nan
        assert math.isnan(metric(truth=truth, forecast=broken))
        assert math.isnan(metric(truth=broken, forecast=truth))

    def test_arguments_are_left_alone(self, metric: Callable[..., float], pair: Pair) -> None:
        truth, forecast = pair[0].copy(), pair[1].copy()
        metric(truth=truth, forecast=forecast)
        np.testing.assert_array_equal(truth, pair[0])
        np.testing.assert_array_equal(forecast, pair[1])

    @pytest.mark.parametrize(
        ("truth", "forecast", "message"),
        [
            (np.zeros((3, 2)), np.zeros((2, 2)), "shape"),
            (np.zeros(3), np.zeros(3), "time, component"),
            (np.zeros((0, 2)), np.zeros((0, 2)), "at least one"),
            ([["a"]], [["b"]], "real numbers"),
            (np.zeros((3, 1), complex), np.zeros((3, 1)), "real numbers"),
        ],
    )
    def test_unusable_arrays_are_refused(
        self, metric: Callable[..., float], truth: object, forecast: object, message: str
    ) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            metric(truth=truth, forecast=forecast)


@pytest.mark.parametrize(("metric", "power"), [(metrics.mae, 1), (metrics.mse, 2), (metrics.rmse, 1)])
def test_errors_in_data_units_scale_and_ignore_shifts(metric: Callable[..., float], power: int, pair: Pair) -> None:
    truth, forecast = pair
    value = metric(truth=truth, forecast=forecast)
    assert metric(truth=3 * truth, forecast=3 * forecast) == pytest.approx(3**power * value)
    assert metric(truth=truth + 11.0, forecast=forecast + 11.0) == pytest.approx(value)


def test_smape_ignores_units_but_not_the_origin(pair: Pair) -> None:
    truth, forecast = pair
    value = metrics.smape(truth=truth, forecast=forecast)
    units = np.array([1e3, 1e-3, -2.0])
    assert metrics.smape(truth=truth * units, forecast=forecast * units) == pytest.approx(value)
    assert metrics.smape(truth=truth + 100.0, forecast=forecast + 100.0) < value / 2


def test_nrmse_ignores_units_and_shifts(pair: Pair) -> None:
    truth, forecast = pair
    value = metrics.nrmse(truth=truth, forecast=forecast)
    units, shift = np.array([1e3, 1e-3, -2.0]), np.array([1.0, -50.0, 3.0])
    moved = metrics.nrmse(truth=truth * units + shift, forecast=forecast * units + shift)
    assert moved == pytest.approx(value)


def test_smape_is_symmetric_and_bounded(pair: Pair) -> None:
    truth, forecast = pair
    assert metrics.smape(truth=truth, forecast=forecast) == metrics.smape(truth=forecast, forecast=truth)
    assert metrics.smape(truth=truth, forecast=-truth) == pytest.approx(200.0)
    assert metrics.smape(truth=np.zeros((4, 2)), forecast=np.zeros((4, 2))) == 0.0
    assert metrics.smape(truth=np.zeros((4, 2)), forecast=np.ones((4, 2))) == 200.0
    assert metrics.smape(truth=[[1.7e308]], forecast=[[-1.7e308]]) == 200.0


def test_smape_equals_a_loop(pair: Pair) -> None:
    truth, forecast = pair
    total = 0.0
    for a, p in zip(truth.ravel().tolist(), forecast.ravel().tolist(), strict=True):
        total += abs(a - p) / (abs(a) + abs(p))
    assert metrics.smape(truth=truth, forecast=forecast) == pytest.approx(200 * total / truth.size)


def test_agreement_with_scikit_learn(pair: Pair) -> None:
    truth, forecast = pair
    arrays = {"truth": truth, "forecast": forecast}
    assert metrics.mae(**arrays) == pytest.approx(mean_absolute_error(truth, forecast))
    assert metrics.mse(**arrays) == pytest.approx(mean_squared_error(truth, forecast))
    # scikit-learn averages the root over components; the root of the average is the flat one.
    flat = root_mean_squared_error(truth.ravel(), forecast.ravel())
    assert metrics.rmse(**arrays) == pytest.approx(flat)
    scaled = root_mean_squared_error((truth / truth.std(0)).ravel(), (forecast / truth.std(0)).ravel())
    assert metrics.nrmse(**arrays) == pytest.approx(scaled)


def test_nrmse_of_the_mean_is_one(pair: Pair) -> None:
    truth, _ = pair
    mean = np.broadcast_to(truth.mean(axis=0), truth.shape)
    assert metrics.nrmse(truth=truth, forecast=mean) == pytest.approx(1.0)
    assert metrics.nrmse(truth=truth, forecast=mean, scale=2 * truth.std(axis=0)) == pytest.approx(0.5)


def test_component_without_spread() -> None:
    truth = np.array([[1.0, 0.0], [1.0, 2.0]])
    assert metrics.nrmse(truth=truth, forecast=truth) == 0.0
    assert metrics.nrmse(truth=truth, forecast=truth + np.array([0.1, 0.0])) == math.inf


@pytest.mark.parametrize("scale", [-1.0, [1.0, 2.0], [[1.0, 1.0, 1.0]], "a"])
def test_unusable_scale_is_refused(pair: Pair, scale: object) -> None:
    truth, forecast = pair
    with pytest.raises(InvalidArgumentError, match="scale"):
        metrics.nrmse(truth=truth, forecast=forecast, scale=scale)  # type: ignore[arg-type]


def test_normalised_error_composes_to_nrmse_and_equals_a_loop(pair: Pair) -> None:
    truth, forecast = pair
    scale = np.array([1.0, 20.0, 0.03])
    error = metrics.normalised_error(truth=truth, forecast=forecast, scale=scale)
    composed = float(np.sqrt(np.mean(error**2)))
    assert composed == pytest.approx(metrics.nrmse(truth=truth, forecast=forecast, scale=scale))
    for row in range(len(truth)):
        squares = [((truth[row, c] - forecast[row, c]) / scale[c]) ** 2 for c in range(3)]
        assert error[row] == pytest.approx(math.sqrt(sum(squares) / 3))


class TestValidPredictionTime:
    def test_exponential_error_crosses_where_theory_says(self) -> None:
        # An error 1e-6 exp(t) reaches 0.4 at t = ln(4e5) = 12.899, between steps 1289 and 1290.
        step = 0.01
        times = step * np.arange(1, 2001)
        forecast = (1e-6 * np.exp(times))[:, np.newaxis]
        result = metrics.valid_prediction_time(truth=np.zeros_like(forecast), forecast=forecast, step=step, scale=1.0)
        assert result.time == pytest.approx(math.log(4e5), abs=step)
        assert result.time <= math.log(4e5)
        assert not result.censored

    def test_first_crossing_counts_and_a_return_does_not(self) -> None:
        truth = np.zeros((5, 1))
        forecast = np.array([[0.1], [0.5], [0.0], [0.0], [0.0]])
        result = metrics.valid_prediction_time(truth=truth, forecast=forecast, step=2.0, scale=1.0)
        assert (result.time, result.censored) == (2.0, False)

    def test_threshold_itself_is_valid(self) -> None:
        result = metrics.valid_prediction_time(truth=[[0.0]], forecast=[[0.5]], step=1.0, threshold=0.5, scale=1.0)
        assert (result.time, result.censored) == (1.0, True)

    def test_wrong_from_the_start_and_nan_are_valid_for_no_time(self) -> None:
        truth = np.zeros((3, 1))
        for value in (9.0, np.nan, np.inf):
            result = metrics.valid_prediction_time(truth=truth, forecast=np.full((3, 1), value), step=1.0, scale=1.0)
            assert (result.time, result.censored) == (0.0, False)

    def test_longer_threshold_never_shortens(self, pair: Pair) -> None:
        truth, forecast = pair
        times = [
            metrics.valid_prediction_time(truth=truth, forecast=forecast, step=1.0, threshold=t).time
            for t in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
        ]
        assert times == sorted(times)

    @pytest.mark.parametrize("argument", ["step", "threshold"])
    @pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
    def test_bad_step_or_threshold_is_refused(self, argument: str, value: float) -> None:
        arguments = {"step": 1.0, "threshold": 0.4, argument: value}
        with pytest.raises(InvalidArgumentError, match=argument):
            metrics.valid_prediction_time(truth=[[0.0]], forecast=[[0.0]], **arguments)


def test_lyapunov_times() -> None:
    assert metrics.in_lyapunov_times(3.0, lyapunov_exponent=0.5) == 1.5
    for exponent in (0.0, -0.1, math.nan):
        with pytest.raises(InvalidArgumentError, match="lyapunov_exponent"):
            metrics.in_lyapunov_times(1.0, lyapunov_exponent=exponent)
