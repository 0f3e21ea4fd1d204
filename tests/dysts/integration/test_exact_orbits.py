"""Truths of windows of maps: closed forms to the last digit, the iterate until which they hold, ends, refusals."""

import mpmath
import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError


def test_the_truth_of_the_logistic_map_is_its_closed_form_long_after_double_precision() -> None:
    logistic = dysts.get_system("LogisticMap").with_parameters(r=4.0)
    count = 600
    truth = dysts.window_truth(logistic, [0.3], np.arange(count + 1))
    with mpmath.workdps(300):
        angle = mpmath.asin(mpmath.sqrt(mpmath.mpf(0.3)))
        known = [float(mpmath.sin(2**n * angle) ** 2) for n in range(count + 1)]
    np.testing.assert_allclose(truth.values[:, 0], known, rtol=1e-15)
    assert truth.points == count + 1
    double = dysts.integrate(logistic, count + 1, initial_conditions=[0.3]).values
    # 53 binary digits, one of which is lost at each iterate.
    assert 40 < dysts.truth_horizon(logistic, np.arange(count + 1), double) < 60


def test_an_orbit_that_ends_is_known_until_there() -> None:
    shift = dysts.get_system("ContinuedFractionMap")
    # 3/8 = 1/(2 + 1/(1 + 1/2)): the fraction ends at 0, where the map jumps, and rounding makes anything of it.
    truth = dysts.window_truth(shift, [0.375], np.arange(10))
    assert truth.values[:3, 0].tolist() == pytest.approx([3 / 8, 2 / 3, 1 / 2], rel=1e-15)
    assert truth.points == 3


def test_an_orbit_that_escapes_is_known_until_there() -> None:
    henon = dysts.get_system("HenonMap")
    truth = dysts.window_truth(henon, [5.0, 5.0], np.arange(100))
    assert 5 < truth.points < 12
    assert np.isnan(truth.states[-1]).all()


def test_times_are_numbers_of_iterates() -> None:
    henon = dysts.get_system("HenonMap")
    whole = dysts.window_truth(henon, [0.1, 0.1], np.arange(31))
    every_third = dysts.window_truth(henon, [0.1, 0.1], 5 + np.arange(0, 31, 3))
    np.testing.assert_array_equal(every_third.states, whole.states[::3])
    assert every_third.until == 35.0
    with pytest.raises(InvalidArgumentError, match=r"whole numbers of iterates, got 0\.5"):
        dysts.window_truth(henon, [0.1, 0.1], [0.0, 0.5])
