"""The rules that choose the steps have the values of the literature and of scipy, and hold in every loop."""

import math

import numpy as np
import pytest
from linear_systems import make
from scipy.integrate import DOP853, quad

import dysts
from dysts.solvers.dop853.step import ORDER, error_of_step
from dysts.solvers.shared.progress import RELAXED_STEPS, counted, next_step
from dysts.solvers.shared.step_control import rejected_factor


def test_the_error_estimate_is_that_of_scipy() -> None:
    generator = np.random.default_rng(0)
    slopes = generator.standard_normal((16, 4))
    state, trial = generator.standard_normal((2, 4))
    relative, absolute = np.full(4, 1e-3), np.full(4, 1e-4)
    theirs = DOP853(lambda t, y: t * y, 0.0, state, 1.0)
    scale = absolute + relative * np.maximum(np.abs(state), np.abs(trial))
    expected = theirs._estimate_error_norm(slopes[:13], 0.3, scale)
    assert error_of_step(0.3, slopes, state, trial, relative, absolute) == pytest.approx(expected, rel=1e-12)


def test_a_rejected_step_shrinks_with_the_order_of_the_method() -> None:
    # E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, section II.4.
    shrink = rejected_factor.py_func
    assert shrink(4.0, ORDER) == pytest.approx(0.9 * 4.0 ** (-1.0 / 8.0), rel=1e-14)
    assert shrink(1e20, ORDER) == 1.0 / 3.0
    assert shrink(math.nan, ORDER) == shrink(math.inf, ORDER) == 0.1


def test_no_step_grows_after_a_rejection_and_a_cut_one_is_followed_by_the_planned_one() -> None:
    follow = next_step.py_func
    assert follow(5.0, 0.2, 0.2, False, False) == 1.0
    assert follow(5.0, 0.2, 0.2, True, False) == 0.2
    assert follow(0.5, 0.2, 0.2, True, False) == 0.1
    assert follow(2.0, 0.01, 0.7, False, True) == 0.7
    assert follow(5.0, 0.5, 0.7, False, True) == 2.5


def test_single_steps_within_the_limit_do_not_hide_stiffness_and_six_in_a_row_end_it() -> None:
    count = counted.py_func
    beyond, within = 0, 0
    for far in [True] * 5 + [False] * (RELAXED_STEPS - 1) + [True]:
        beyond, within = count(far, beyond, within)
    assert (beyond, within) == (6, 0)
    for _ in range(RELAXED_STEPS):
        beyond, within = count(False, beyond, within)
    assert beyond == 0


def test_the_longest_step_holds_in_the_loop_for_switches() -> None:
    system = make({"y": "-max(y, y/2) + 10*exp(-((t - 2)/0.01)**2)"}, [1.0])
    y = dysts.integrate(system, times=[3.0], longest_step=0.01, predictability=False)
    pulse, _ = quad(lambda t: 10.0 * math.exp(-(((t - 2.0) / 0.01) ** 2) - (3.0 - t)), 1.9, 2.1, epsrel=1e-12)
    assert y.attrs["steps_accepted"] >= 300
    assert y.values[0, 0] == pytest.approx(math.exp(-3.0) + pulse, rel=1e-8)


@pytest.mark.parametrize("limit", [60, 150, 400, 1000])
def test_the_limit_on_steps_counts_those_of_all_methods_together(limit: int) -> None:
    system = make({"x": "y", "y": "mu*(1 - x**2)*y - x"}, [2.0, 0.0], parameters={"mu": 300.0})
    x = dysts.integrate(
        system, times=[3000.0], solver="dop853+radau", maximum_steps=limit, on_failure="keep", predictability=False
    )
    assert x.attrs["status"] == "too_many_steps"
    assert x.attrs["steps_accepted"] + x.attrs["steps_rejected"] == limit
