"""Metrics of many series at once are those of each alone, bit for bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dysts.errors import InvalidArgumentError
from dysts.metrics import METRICS, by_component, mae, nrmse
from dysts.metrics.association import ENOUGH_COLUMNS


@pytest.fixture(scope="module", params=[(40, 30, 2), (3, 1, 1), (2, 4, 3), (5, 60, 1)], ids=str)
def pair(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=request.param).cumsum(axis=1)
    forecast = truth + rng.normal(size=request.param)
    if len(truth) > 5:
        # Each of the ways in which a series has no score, or one by convention, beside series that have.
        truth[0] = 1.0
        forecast[1] = 2.0
        truth[2, 0], forecast[3, -1] = np.nan, np.inf
        truth[4], forecast[4] = np.round(truth[4]), np.round(forecast[4])
        truth[5, :, 0] = forecast[5, :, 0] = 3.0
        forecast[6] = truth[6]
        truth[7] *= 1e300
    return truth, forecast


@pytest.mark.parametrize("name", METRICS)
def test_many_are_as_one(name: str, pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, forecast = pair
    # Enough of them that the compiled loops are taken.
    times = -(-ENOUGH_COLUMNS // (truth.shape[0] * truth.shape[2]))
    many = METRICS[name](truth=np.tile(truth, (times, 1, 1)), forecast=np.tile(forecast, (times, 1, 1)))
    alone = [METRICS[name](truth=one, forecast=other) for one, other in zip(truth, forecast, strict=True)]
    assert all(type(score) is float for score in alone)
    assert many.shape == (times * len(truth),)
    assert_array_equal(many, np.tile(alone, times))


def test_ties_do_not_go_through_the_loop_for_pairs() -> None:
    # With ties in each, tau-b counts (C - D) over both geometric means: here C = 4, D = 0, and one tie in each.
    truth, forecast = np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0, 3.0])
    many = METRICS["kendall"](
        truth=np.tile(truth, (ENOUGH_COLUMNS, 1))[..., np.newaxis],
        forecast=np.tile(forecast, (ENOUGH_COLUMNS, 1))[..., np.newaxis],
    )
    assert many == pytest.approx(4.0 / 5.0)


def test_scales_and_components_of_many() -> None:
    rng = np.random.default_rng(1)
    truth, forecast = rng.normal(size=(2, 3, 8, 2))
    scales = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    expected = [
        nrmse(truth=one, forecast=other, scale=unit) for one, other, unit in zip(truth, forecast, scales, strict=True)
    ]
    assert_array_equal(nrmse(truth=truth, forecast=forecast, scale=scales), expected)
    same = [nrmse(truth=one, forecast=other, scale=scales[1]) for one, other in zip(truth, forecast, strict=True)]
    assert_array_equal(nrmse(truth=truth, forecast=forecast, scale=scales[1]), same)
    columns = by_component("mae", truth=truth, forecast=forecast)
    assert columns.shape == (3, 2)
    assert_array_equal(columns[1], by_component("mae", truth=truth[1], forecast=forecast[1]))
    with pytest.raises(InvalidArgumentError, match=r"of shape \(2,\) or \(3, 2\), got shape \(2, 2\)"):
        nrmse(truth=truth, forecast=forecast, scale=scales[:2])
    with pytest.raises(InvalidArgumentError, match=r"equal shapes .* got \(3, 8, 2\) and \(8, 2\)"):
        mae(truth=truth, forecast=forecast[0])
