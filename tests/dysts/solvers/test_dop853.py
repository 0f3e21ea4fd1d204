"""DOP853 has its order, agrees with exact solutions and with scipy, and ends with a status in every case."""

import math

import numpy as np
import pytest
from linear_systems import make, oscillator
from scipy.integrate import solve_ivp

import dysts
from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.errors import IntegrationError
from dysts.solvers.dop853 import step as dop853
from dysts.solvers.dop853 import tableau
from dysts.solvers.shared.polynomial import interpolate


def test_the_tableau_satisfies_the_order_conditions_that_quadrature_gives() -> None:
    nodes, weights = tableau.NODES[:12], tableau.WEIGHTS
    for power in range(8):
        assert weights @ nodes**power == pytest.approx(1.0 / (power + 1), abs=1e-14)
    np.testing.assert_allclose(tableau.COUPLING.sum(axis=1), tableau.NODES, rtol=0.0, atol=1e-13)
    np.testing.assert_array_equal(tableau.COUPLING[12, :12], weights)


def one_step(step: float, fraction: float) -> tuple[float, float]:
    """Errors of one step of x' = x*cos(t): at its end, and of the dense output inside it."""
    from numba import types

    system = make({"x": "x*cos(t)"}, [1.0])
    address = system.compiled.function.address

    vector, matrix = types.float64[::1], types.float64[:, ::1]

    @driver(types.void(types.int64, vector, vector, types.float64, matrix, vector, vector, matrix, vector))
    def step_and_interpolate(address, constants, state, step, slopes, trial, work, polynomial, inside):  # type: ignore[no-untyped-def]
        call(address, 0.0, state, constants, slopes[0])
        dop853.take_step(address, constants, 0.0, state, step, slopes, trial, work)
        dop853.prepare_interpolation(address, constants, 0.0, state, step, slopes, trial, work, polynomial)
        interpolate(polynomial, state, inside[0], inside)

    trial, inside = np.empty(1), np.array([fraction])
    step_and_interpolate(
        address, np.empty(0), np.ones(1), step, np.empty((16, 1)), trial, np.empty(1), np.empty((7, 1)), inside
    )
    return abs(trial[0] - math.exp(math.sin(step))), abs(inside[0] - math.exp(math.sin(fraction * step)))


def test_one_step_has_local_order_nine_and_the_dense_output_order_eight() -> None:
    coarse, fine = one_step(1.6, 0.4), one_step(0.8, 0.4)
    # A local error of order p+1 falls by 2**(p+1) when the step is halved; half an order is asymptotics.
    assert math.log2(coarse[0] / fine[0]) > 8.5
    assert math.log2(coarse[1] / fine[1]) > 7.5


@pytest.mark.parametrize("rtol", [1e-6, 1e-9, 1e-12])
def test_the_error_follows_the_tolerance(rtol: float) -> None:
    times = np.linspace(0.0, 20.0, 777)
    x = dysts.integrate(oscillator(), times=times, rtol=rtol, atol=rtol).values
    error = np.abs(x - np.stack([np.cos(times), -np.sin(times)], axis=1)).max()
    # Errors of some ten steps add up over the interval.
    assert error < 30.0 * rtol


def test_lorenz_agrees_with_scipy_for_two_lyapunov_times() -> None:
    lorenz = dysts.get_system("Lorenz")
    times = np.linspace(0.0, 2.2, 50)
    mine = dysts.integrate(lorenz, times=times, rtol=1e-12, atol=1e-12).values
    theirs = solve_ivp(
        lorenz.rhs, (0.0, 2.2), lorenz.initial_conditions, method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(mine, theirs.y.T, rtol=1e-9, atol=1e-9)


def test_dense_output_and_direct_steps_agree() -> None:
    times = np.linspace(0.0, 10.0, 1001)
    dense = dysts.integrate("Rossler", times=times, rtol=1e-10)
    sparse = dysts.integrate("Rossler", times=[0.0, 10.0], rtol=1e-10)
    assert dense.attrs["steps_accepted"] == sparse.attrs["steps_accepted"]
    np.testing.assert_allclose(dense.values[-1], sparse.values[-1], rtol=1e-12)


def test_a_singularity_in_finite_time_is_a_status_near_its_time() -> None:
    with pytest.raises(IntegrationError, match=r"Test stopped at time 1 of 2: the step became smaller"):
        dysts.integrate(make({"x": "x**2"}, [1.0]), times=[0.0, 2.0])


def test_leaving_the_domain_in_a_trial_step_is_only_a_rejected_step() -> None:
    # x' = -sqrt(x) reaches 0 at time 2 and has no solution through negative values; before that all is well.
    x = dysts.integrate(make({"x": "-sqrt(x)"}, [1.0]), times=[0.0, 1.0, 1.9])
    np.testing.assert_allclose(x.values[:, 0], [1.0, 0.25, 0.05**2], rtol=1e-6)


def test_a_state_outside_the_domain_is_refused_at_once() -> None:
    with pytest.raises(IntegrationError, match="outside the domain"):
        dysts.integrate(make({"x": "-sqrt(x)"}, [-1.0]), times=[0.0, 1.0])


def test_the_limit_on_steps_holds_and_what_was_computed_is_kept_on_request() -> None:
    times = np.linspace(0.0, 1000.0, 11)
    with pytest.raises(IntegrationError, match="limit on the number of steps"):
        dysts.integrate("Lorenz", times=times, maximum_steps=2000)
    kept = dysts.integrate("Lorenz", times=times, maximum_steps=2000, on_failure="keep")
    assert kept.attrs["status"] == "too_many_steps"
    finite = np.isfinite(kept.values[:, 0])
    assert 0 < finite.sum() < 11
    full = dysts.integrate("Lorenz", times=times)
    np.testing.assert_array_equal(kept.values[finite], full.values[finite])


def test_a_component_that_does_not_move_costs_nothing() -> None:
    x = dysts.integrate(make({"x": "0", "t_own": "1"}, [3.0, 0.0]), times=[0.0, 1e6])
    np.testing.assert_allclose(x.values[-1], [3.0, 1e6])
    assert x.attrs["steps_accepted"] < 100
