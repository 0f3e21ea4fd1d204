"""Relations along an orbit, Lyapunov spectra of found equations, and columns that make a regression singular."""

import numpy as np
import pytest

import dysts
from dysts.discovery import SequentialThresholding
from dysts.discovery.comparison import derivative_at
from dysts.discovery.found_spectrum import found_spectrum
from dysts.discovery.relations import relation_degree
from dysts.systems.system import System


def test_an_energy_is_recognised_and_a_dissipative_system_has_none() -> None:
    # The energy of Henon and Heiles is a polynomial of degree three.
    assert relation_degree(dysts.integrate("HenonHeiles", 800).values) == 3
    assert relation_degree(dysts.integrate("Lorenz", 800).values) == 0


def test_two_clocks_are_a_relation_of_degree_one() -> None:
    times = 0.1 * np.arange(200.0)
    assert relation_degree(np.stack([np.sin(times**1.1), 2.0 * times, 3.0 * times + 1.0], axis=1)) == 1
    assert relation_degree(np.ones((4, 9))) == 0  # too few points to tell


def test_the_spectrum_of_a_linear_flow_is_the_real_parts_of_its_eigenvalues() -> None:
    spiral = System.from_equations(
        "S", {"x": "0.1*x - 2*y", "y": "2*x + 0.1*y", "z": "-3*z"}, initial_conditions=[1, 0, 1]
    )
    states = np.ones((1, 3))
    found = found_spectrum(spiral, states, step=0.01, scale=np.ones(3))
    assert found == pytest.approx((0.1, 0.1, -3.0), abs=1e-5)


def test_the_exponents_of_a_flow_sum_to_its_divergence() -> None:
    states = dysts.integrate("Lorenz", 200).values
    found = found_spectrum(dysts.get_system("Lorenz"), states, step=0.0076, scale=states.std(axis=0))
    # The divergence of Lorenz is -sigma - 1 - beta everywhere.
    assert sum(found) == pytest.approx(-10.0 - 1.0 - 2.667, rel=1e-4)


def test_equations_that_run_away_have_no_spectrum() -> None:
    burst = System.from_equations("B", {"x": "x**3"}, initial_conditions=[1.0])
    assert found_spectrum(burst, np.ones((1, 1)), step=0.1, scale=np.ones(1)) == ()


@pytest.mark.parametrize("extra", ["constant", "collinear"])
def test_a_column_that_says_nothing_new_leaves_the_others_right(extra: str) -> None:
    times = 0.05 * np.arange(400)
    states = np.column_stack([np.cos(times), np.sin(times), np.full(400, 3.0)])
    rates = np.column_stack([-np.sin(times), np.cos(times), np.zeros(400)])
    if extra == "collinear":
        states[:, 2], rates[:, 2] = 2.0 * states[:, 0], 2.0 * rates[:, 0]
    found = SequentialThresholding(degree=2).fit(times, states, rates)
    assert derivative_at(found, states) == pytest.approx(rates, abs=1e-9)
