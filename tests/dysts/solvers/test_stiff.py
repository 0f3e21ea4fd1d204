"""Radau IIA has its order and follows stiff equations; DOP853 hands over to it where that pays, and takes back."""

import numpy as np
import pytest
from linear_systems import make
from numba import types
from scipy.integrate import solve_ivp

import dysts
from dysts.compilation.driver import driver
from dysts.errors import IntegrationError
from dysts.solvers.radau import tableau
from dysts.solvers.radau.linear import decompose, substitute


def van_der_pol(mu: float) -> dysts.System:
    return make({"x": "y", "y": "mu*(1 - x**2)*y - x"}, [2.0, 0.0], parameters={"mu": mu})


def test_the_tableau_is_radau_iia_and_its_transformation_splits_it() -> None:
    matrix, nodes = tableau.COEFFICIENTS, np.array(tableau.NODES)
    for power in range(1, 4):
        np.testing.assert_allclose(matrix @ nodes ** (power - 1), nodes**power / power, atol=1e-15)
    weights = matrix[2]
    for power in range(5):
        assert weights @ nodes**power == pytest.approx(1.0 / (power + 1), abs=1e-15)
    into, back = np.array(tableau.TO_EIGENBASIS), np.array(tableau.FROM_EIGENBASIS)
    np.testing.assert_allclose(into @ back, np.eye(3), atol=1e-15)
    pair = tableau.COMPLEX_EIGENVALUE
    split = [[tableau.REAL_EIGENVALUE, 0, 0], [0, pair.real, -pair.imag], [0, pair.imag, pair.real]]
    np.testing.assert_allclose(into @ np.linalg.inv(matrix) @ back, split, atol=1e-13)


@pytest.mark.parametrize("kind", [np.float64, np.complex128])
def test_linear_systems_agree_with_lapack(kind: type) -> None:
    number = types.float64 if kind is np.float64 else types.complex128

    @driver(types.boolean(number[:, ::1], types.int64[::1], number[::1]))
    def solve(matrix, pivots, right):  # type: ignore[no-untyped-def]
        regular = decompose(matrix, pivots)
        if regular:
            substitute(matrix, pivots, right)
        return regular

    generator = np.random.default_rng(0)
    for size in (1, 2, 3, 10):
        matrix = generator.standard_normal((size, size)).astype(kind)
        right = generator.standard_normal(size).astype(kind)
        if kind is np.complex128:
            matrix = matrix + 1j * generator.standard_normal((size, size))
        matrix[0, 0] = 0.0 if size > 1 else 1.0  # cannot be solved without pivoting
        expected = np.linalg.solve(matrix, right)
        assert solve(matrix.copy(), np.zeros(size, dtype=np.int64), right)
        np.testing.assert_allclose(right, expected, rtol=1e-10, atol=1e-12)
    assert not solve(np.zeros((2, 2), dtype=kind), np.zeros(2, dtype=np.int64), np.ones(2, dtype=kind))


def test_the_error_falls_with_the_fifth_power_of_the_step() -> None:
    # The error estimate is of order 3, so the steps go with tolerance**(1/4) and the error with tolerance**(5/4).
    system = make({"x": "-x + cos(t)", "y": "x - 2*y"}, [1.0, 0.5])
    reference = dysts.integrate(system, times=[0.0, 5.0], rtol=1e-13).values[-1]
    errors, steps = [], []
    for rtol in (1e-5, 1e-8):
        x = dysts.integrate(system, times=[0.0, 5.0], rtol=rtol, atol=rtol, solver="radau")
        errors.append(np.abs(x.values[-1] - reference).max())
        steps.append(x.attrs["steps_accepted"])
    order = np.log(errors[0] / errors[1]) / np.log(steps[1] / steps[0])
    assert 4.5 < order < 5.8


def test_a_stiff_equation_with_a_known_solution() -> None:
    # Prothero and Robinson: x = cos(t) whatever the rate, if the method damps.
    system = make({"x": "-1e6*(x - cos(t)) - sin(t)"}, [1.0])
    times = np.linspace(0.0, 10.0, 101)
    x = dysts.integrate(system, times=times, rtol=1e-8, solver="radau")
    np.testing.assert_allclose(x.values[:, 0], np.cos(times), atol=1e-6)
    assert x.attrs["steps_accepted"] < 500


def test_robertsons_reaction_conserves_mass_and_agrees_with_scipy() -> None:
    system = make({"a": "-0.04*a + 1e4*b*c", "b": "0.04*a - 1e4*b*c - 3e7*b**2", "c": "3e7*b**2"}, [1.0, 0.0, 0.0])
    times = [0.0, 0.4, 40.0, 4000.0, 4e5]
    x = dysts.integrate(system, times=times, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(x.values.sum(axis=1), 1.0, rtol=1e-9)
    theirs = solve_ivp(
        system.rhs,
        (0.0, 4e5),
        [1.0, 0.0, 0.0],
        method="Radau",
        jac=system.jacobian,
        t_eval=times,
        rtol=1e-9,
        atol=1e-14,
    )
    np.testing.assert_allclose(x.values, theirs.y.T, rtol=1e-6)


@pytest.mark.parametrize("solver", ["auto", "dop853+radau"])
def test_van_der_pol_stiff_is_handed_over_and_back(solver: str) -> None:
    times = np.linspace(0.0, 2000.0, 401)
    system = van_der_pol(1000.0)
    auto = dysts.integrate(system, times=times, rtol=1e-9, solver=solver, predictability=False)
    implicit = dysts.integrate(system, times=times, rtol=1e-11, solver="radau", predictability=False)
    # The jumps between the branches are steeper than any sampling; between them both agree.
    slow = np.abs(np.gradient(implicit.values[:, 0])) < 0.1
    np.testing.assert_allclose(auto.values[slow, 0], implicit.values[slow, 0], rtol=1e-5)
    # An explicit method needs more than half a million steps, and Radau alone three times as many as both together.
    assert auto.attrs["steps_accepted"] < 3000
    assert dysts.integrate(system, times=times, solver="radau").attrs["steps_accepted"] > 4000
    with pytest.raises(IntegrationError, match="limit on the number of steps"):
        dysts.integrate(system, times=times, solver="dop853", maximum_steps=50_000)


@pytest.mark.parametrize(("one", "other"), [("dop853+radau", "dop853"), ("auto", "taylor")])
def test_van_der_pol_soft_stays_with_its_method_bit_for_bit(one: str, other: str) -> None:
    times = np.linspace(0.0, 100.0, 200)
    auto, explicit = (dysts.integrate(van_der_pol(1.0), times=times, solver=name) for name in (one, other))
    np.testing.assert_array_equal(auto.values, explicit.values)
    implicit = dysts.integrate(van_der_pol(1.0), times=times, rtol=1e-11, solver="radau")
    np.testing.assert_allclose(implicit.values, auto.values, rtol=1e-6, atol=1e-7)


def test_an_ensemble_may_be_stiff_in_part() -> None:
    times = np.linspace(0.0, 200.0, 41)
    many = van_der_pol(1.0).with_parameters(mu=[1.0, 300.0, 5.0])
    together = dysts.integrate(many, times=times, threads=2)
    for index, member in enumerate(many):
        np.testing.assert_array_equal(dysts.integrate(member, times=times).values, together.values[index])


def test_no_registry_system_is_stiff_at_its_parameters() -> None:
    for name in ("BelousovZhabotinsky", "MacArthur", "CircadianRhythm", "Lorenz"):
        auto, explicit = (dysts.integrate(name, 500, solver=solver) for solver in ("dop853+radau", "dop853"))
        np.testing.assert_array_equal(auto.values, explicit.values)


def test_a_driving_phase_stays_reduced_and_a_blow_up_is_a_status() -> None:
    x = dysts.integrate("Duffing", 300, solver="radau")
    np.testing.assert_allclose(x.values, dysts.integrate("Duffing", 300, rtol=1e-11).values, atol=1e-5)
    with pytest.raises(IntegrationError, match=r"at time (1|0\.99999).*step became smaller"):
        dysts.integrate(make({"x": "x**2"}, [1.0]), times=[0.0, 2.0], solver="radau")
