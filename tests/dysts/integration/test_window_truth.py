"""The truth of a window: known answers, the time until which it is known, and what is refused."""

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError
from dysts.integration.truth import points_of_agreement


@pytest.mark.parametrize("row", [1, 40, 99])
def test_a_stored_solution_is_right_until_it_leaves_the_truth(row):
    lorenz = dysts.get_system("Lorenz")
    times = 2.0 + np.arange(100) * 0.05
    run = dysts.integrate(lorenz, times=times, start=2.0, rtol=1e-13, predictability=False).values.copy()
    scale = run.std(axis=0)
    run[row:, 1] += 0.02 * scale[1]
    assert dysts.truth_horizon(lorenz, times, run, scale=scale) == times[row - 1]


def test_agreement_is_asked_of_every_component_at_one_per_cent():
    values, others = np.zeros((5, 2)), np.zeros((5, 2))
    others[3, 1] = 0.0201
    assert points_of_agreement(values, others, np.array([1.0, 2.0])) == 3
    assert points_of_agreement(values, others, np.array([1.0, 2.02])) == 5
    others[2, 0] = np.nan
    assert points_of_agreement(values, others, np.array([1.0, 2.02])) == 2


def test_bad_input_is_refused():
    lorenz = dysts.get_system("Lorenz")
    times = np.arange(3.0)
    with pytest.raises(InvalidArgumentError, match=r"states must have shape \(3, 3\), .* got \(2, 3\)"):
        dysts.truth_horizon(lorenz, times, np.ones((2, 3)))
    for scale in (np.ones(2), np.array([1.0, 0.0, 1.0]), np.array([1.0, np.nan, 1.0])):
        with pytest.raises(InvalidArgumentError, match="scale must be a positive number for each of x, y, z"):
            dysts.window_truth(lorenz, [1.0, 1.0, 1.0], times, scale=scale)
