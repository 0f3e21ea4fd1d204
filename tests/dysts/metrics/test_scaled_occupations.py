"""The sliced Wasserstein distance in given units."""

import math

import numpy as np
import pytest

from dysts.metrics import sliced_wasserstein_distance


def test_units_are_standard_deviations_by_default() -> None:
    generator = np.random.default_rng(0)
    truth, forecast = generator.normal(size=(200, 3)) * (1.0, 10.0, 0.1), generator.normal(size=(200, 3))
    own = sliced_wasserstein_distance(truth=truth, forecast=forecast)
    assert sliced_wasserstein_distance(truth=truth, forecast=forecast, scale=truth.std(axis=0)) == pytest.approx(own)
    doubled = sliced_wasserstein_distance(truth=truth, forecast=forecast, scale=2.0 * truth.std(axis=0))
    assert doubled == pytest.approx(0.5 * own)


def test_a_truth_at_rest_has_a_distance_in_the_units_of_another_motion() -> None:
    truth, forecast = np.zeros((50, 1)), np.full((50, 1), 3.0)
    assert sliced_wasserstein_distance(truth=truth, forecast=forecast) == math.inf
    # In one dimension a direction is the axis, drawn with its length 1.
    assert sliced_wasserstein_distance(truth=truth, forecast=forecast, scale=2.0) == pytest.approx(1.5)
