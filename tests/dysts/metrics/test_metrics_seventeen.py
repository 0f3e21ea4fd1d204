"""The 17 metrics: agreement with scikit-learn, scipy and darts, and the properties that their docstrings promise."""

import math
from collections.abc import Callable

import darts.metrics
import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from darts import TimeSeries
from numpy.typing import NDArray
from sklearn.feature_selection import mutual_info_regression

from dysts import metrics
from dysts.errors import UnknownNameError
from dysts.metrics import METRICS, by_component

Array = NDArray[np.float64]
Pair = tuple[Array, Array]
SHIFTED = {"mse", "mae", "rmse", "nrmse", "marre", "r2_score", "spearman", "pearson", "kendall", "mutual_information"}
SHIFTED |= {"kl_divergence", "hellinger_distance"}
UNIT_FREE = set(METRICS) - {"mse", "mae", "rmse", "rmsle"}
RANKED = {"spearman", "kendall"}


@pytest.fixture
def pair() -> Pair:
    """Positive values, as some metrics are made for them, with unlike units."""
    rng = np.random.default_rng(11)
    truth = np.exp(rng.normal(size=(120, 3))) * [1.0, 30.0, 0.02] + [0.5, 4.0, 0.01]
    return truth, truth * np.exp(0.3 * rng.normal(size=(120, 3)))


def _darts(function: Callable[..., float]) -> Callable[[Array, Array], float]:
    def evaluate(truth: Array, forecast: Array) -> float:
        series = [TimeSeries.from_values(values) for values in (truth, forecast)]
        return float(function(*series, component_reduction=np.nanmean))

    return evaluate


def _columns(function: Callable[[Array, Array], float]) -> Callable[[Array, Array], float]:
    def evaluate(truth: Array, forecast: Array) -> float:
        return float(np.mean([function(a, p) for a, p in zip(truth.T, forecast.T, strict=True)]))

    return evaluate


def _histogram_distance(measure: Callable[[Array, Array], float]) -> Callable[[Array, Array], float]:
    def evaluate(a: Array, p: Array) -> float:
        edges = np.linspace(a.min(), a.max(), math.ceil(math.sqrt(len(a))) + 1)
        edges[0], edges[-1] = a.min(), a.max()
        counts = []
        for values in (a, p):
            inside = np.histogram(values, edges)[0]
            counts.append(np.array([np.sum(values < edges[0]), *inside, np.sum(values > edges[-1])], dtype=float))
        return measure(*counts)

    return _columns(evaluate)


INDEPENDENT: dict[str, Callable[[Array, Array], float]] = {
    "mse": lambda a, p: float(sklearn.metrics.mean_squared_error(a, p)),
    "mae": lambda a, p: float(sklearn.metrics.mean_absolute_error(a, p)),
    "rmse": lambda a, p: float(sklearn.metrics.root_mean_squared_error(a.ravel(), p.ravel())),
    "nrmse": lambda a, p: float(sklearn.metrics.mean_squared_error(a / a.std(axis=0), p / a.std(axis=0)) ** 0.5),
    "marre": _darts(darts.metrics.marre),
    "r2_score": lambda a, p: float(sklearn.metrics.r2_score(a, p)),
    "rmsle": lambda a, p: float(sklearn.metrics.root_mean_squared_log_error(a.ravel(), p.ravel())),
    "smape": _darts(darts.metrics.smape),
    "mape": _darts(darts.metrics.mape),
    "wape": lambda a, p: float(
        np.mean(
            100
            * sklearn.metrics.mean_absolute_error(a, p, multioutput="raw_values")
            / sklearn.metrics.mean_absolute_error(a, 0 * a, multioutput="raw_values")
        )
    ),
    "spearman": _columns(lambda a, p: float(scipy.stats.spearmanr(a, p).statistic)),
    "pearson": _columns(lambda a, p: float(scipy.stats.pearsonr(a, p).statistic)),
    "kendall": _columns(lambda a, p: float(scipy.stats.kendalltau(a, p, method="exact").statistic)),
    "coefficient_of_variation": _darts(darts.metrics.coefficient_of_variation),
    "mutual_information": _columns(
        lambda a, p: float(mutual_info_regression(a[:, None], p, n_neighbors=3, random_state=0)[0])
    ),
    "kl_divergence": _histogram_distance(lambda one, other: float(scipy.stats.entropy(one + 0.5, other + 0.5))),
    "hellinger_distance": _histogram_distance(
        lambda one, other: float(
            np.linalg.norm(np.sqrt(one / one.sum()) - np.sqrt(other / other.sum())) / math.sqrt(2.0)
        )
    ),
}


def test_the_seventeen_are_all_here_and_all_checked() -> None:
    assert len(METRICS) == 17
    assert list(INDEPENDENT) == list(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_agreement_with_an_independent_implementation(name: str, pair: Pair) -> None:
    # scikit-learn adds noise of 1e-10 standard deviations before it counts neighbours.
    tolerance = 1e-6 if name == "mutual_information" else 1e-12
    truth, forecast = pair
    value = METRICS[name](truth=truth, forecast=forecast)
    assert value == pytest.approx(INDEPENDENT[name](truth, forecast), rel=tolerance)
    assert value != METRICS[name].perfect


@pytest.mark.parametrize("name", METRICS)
def test_perfect_forecast_has_the_perfect_value_and_noise_makes_it_worse(name: str, pair: Pair) -> None:
    metric = METRICS[name]
    truth, forecast = pair
    perfect = metric(truth=truth, forecast=truth)
    if not math.isnan(metric.perfect):
        assert perfect == pytest.approx(metric.perfect, abs=1e-12)
    other = metric(truth=truth, forecast=forecast)
    worse = truth * np.exp(2.0 * np.random.default_rng(5).normal(size=truth.shape))
    much_worse = metric(truth=truth, forecast=worse)
    if metric.direction == "higher":
        perfect, other, much_worse = -perfect, -other, -much_worse
    assert perfect < other < much_worse
    assert metric.worst in (200.0, 1.0, -1.0, 0.0, math.inf, -math.inf)
    sign = 1.0 if metric.direction == "lower" else -1.0
    assert much_worse <= sign * metric.worst


@pytest.mark.parametrize("name", METRICS)
def test_order_of_components_and_times_does_not_matter(name: str, pair: Pair) -> None:
    metric = METRICS[name]
    truth, forecast = pair
    value = metric(truth=truth, forecast=forecast)
    order, times = [2, 0, 1], np.random.default_rng(1).permutation(len(truth))
    assert metric(truth=truth[:, order], forecast=forecast[:, order]) == pytest.approx(value, rel=1e-12)
    assert metric(truth=truth[times], forecast=forecast[times]) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_shifts_change_exactly_the_metrics_that_depend_on_the_origin(name: str, pair: Pair) -> None:
    truth, forecast = pair
    value = METRICS[name](truth=truth, forecast=forecast)
    moved = METRICS[name](truth=truth + 64.0, forecast=forecast + 64.0)
    if name in SHIFTED:
        assert moved == pytest.approx(value, rel=1e-9)
    else:
        assert moved < 0.9 * value


@pytest.mark.parametrize("name", METRICS)
def test_units_change_exactly_the_metrics_that_carry_them(name: str, pair: Pair) -> None:
    truth, forecast = pair
    value = METRICS[name](truth=truth, forecast=forecast)
    changed = METRICS[name](truth=8.0 * truth, forecast=8.0 * forecast)
    if name in UNIT_FREE:
        assert changed == pytest.approx(value, rel=1e-9)
        units = np.array([8.0, 0.25, 1024.0])
        assert METRICS[name](truth=truth * units, forecast=forecast * units) == pytest.approx(value, rel=1e-9)
    else:
        assert changed > 1.2 * value


@pytest.mark.parametrize("name", sorted(RANKED))
def test_rank_correlations_ignore_increasing_maps(name: str, pair: Pair) -> None:
    truth, forecast = pair
    value = METRICS[name](truth=truth, forecast=forecast)
    assert METRICS[name](truth=np.log(truth), forecast=forecast**3) == pytest.approx(value, rel=1e-12)
    assert METRICS["pearson"](truth=np.log(truth), forecast=forecast**3) != pytest.approx(value, rel=1e-2)


@pytest.mark.parametrize("name", METRICS)
def test_nan_gives_nan_and_arguments_are_left_alone(name: str, pair: Pair) -> None:
    truth, forecast = pair
    kept = truth.copy(), forecast.copy()
    METRICS[name](truth=truth, forecast=forecast)
    np.testing.assert_array_equal(truth, kept[0])
    np.testing.assert_array_equal(forecast, kept[1])
    broken = forecast.copy()
    broken[7, 1] = np.nan
    assert math.isnan(METRICS[name](truth=truth, forecast=broken))
    assert math.isnan(METRICS[name](truth=broken, forecast=truth))


@pytest.mark.parametrize("name", METRICS)
def test_one_component_alone_is_what_by_component_returns(name: str, pair: Pair) -> None:
    truth, forecast = pair
    scale = np.array([1.0, 20.0, 0.03])
    values = by_component(name, truth=truth, forecast=forecast, scale=scale)
    for index, value in enumerate(values):
        column = slice(index, index + 1)
        alone = METRICS[name](truth=truth[:, column], forecast=forecast[:, column], scale=scale[index])
        assert alone == value
    whole = METRICS[name](truth=truth, forecast=forecast, scale=scale)
    if name in ("rmse", "nrmse", "rmsle"):
        values, whole = values**2, whole**2
    assert values.mean() == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_runaway_forecast_is_never_better_than_a_constant_one(name: str) -> None:
    metric = METRICS[name]
    truth = 2.0 + np.sin(np.arange(60.0))[:, None]
    runaway = metric(truth=truth, forecast=-np.exp(np.arange(60.0) * 10)[:, None])
    constant = metric(truth=truth, forecast=np.full_like(truth, 2.0))
    assert not math.isnan(runaway)
    if name not in ("spearman", "pearson", "kendall", "mutual_information", "hellinger_distance", "kl_divergence"):
        assert (runaway > constant) == (metric.direction == "lower")


@pytest.mark.parametrize(
    ("name", "constant_truth", "constant_forecast"),
    [
        ("marre", math.nan, None),
        ("r2_score", math.nan, None),
        ("spearman", math.nan, 0.0),
        ("pearson", math.nan, 0.0),
        ("kendall", math.nan, 0.0),
        ("mutual_information", math.nan, 0.0),
        ("mape", 0.0, None),
        ("kl_divergence", 0.0, None),
        ("hellinger_distance", 0.0, None),
    ],
)
def test_constant_series(name: str, constant_truth: float, constant_forecast: float | None, pair: Pair) -> None:
    flat = np.full((50, 2), 0.1)
    value = METRICS[name](truth=flat, forecast=flat)
    assert value == constant_truth or (math.isnan(value) and math.isnan(constant_truth))
    if constant_forecast is not None:
        truth = pair[0]
        assert METRICS[name](truth=truth, forecast=np.full_like(truth, 3.0)) == constant_forecast


def test_zeros_in_percentage_errors() -> None:
    truth, forecast = np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]])
    assert metrics.mape(truth=truth, forecast=forecast) == 25.0
    assert metrics.mape(truth=truth, forecast=forecast + 1.0) == math.inf
    zero = np.zeros((3, 1))
    assert metrics.wape(truth=zero, forecast=zero) == 0.0
    assert metrics.wape(truth=zero, forecast=zero + 1) == math.inf
    balanced = np.array([[-1.0], [1.0]])
    assert math.isnan(metrics.coefficient_of_variation(truth=balanced, forecast=balanced))
    assert math.isnan(metrics.coefficient_of_variation(truth=balanced, forecast=balanced + 1))


def test_logarithmic_error_outside_its_domain() -> None:
    inside, outside = np.array([[1.0]]), np.array([[-2.0]])
    assert math.isnan(metrics.rmsle(truth=outside, forecast=inside))
    assert metrics.rmsle(truth=inside, forecast=outside) == math.inf


def test_mutual_information_of_gaussians_is_known() -> None:
    rng = np.random.default_rng(3)
    a, noise = rng.normal(size=(2, 4000, 1))
    for correlation in (0.0, 0.6, 0.9):
        b = correlation * a + math.sqrt(1 - correlation**2) * noise
        # The estimate scatters by about 0.02 at 4000 points.
        exact = -0.5 * math.log(1 - correlation**2)
        assert metrics.mutual_information(truth=a, forecast=b) == pytest.approx(exact, abs=0.06)


def test_misspelt_metric_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'smape'"):
        by_component("smap", truth=[[1.0]], forecast=[[1.0]])
