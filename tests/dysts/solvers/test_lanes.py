"""Trajectories side by side have the bits, the ends and the counts that they have alone."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.integration import choice
from dysts.integration.choice import solve
from dysts.integration.problem import Problem
from dysts.integration.solution import Solution
from dysts.systems.system import System

EXPLICIT, SERIES = "dop853+radau", "auto"
"""Solvers of the two loops for lanes; at a tolerance of 1e-9, the latter takes power series."""


def both_ways(
    monkeypatch: pytest.MonkeyPatch, system: System, states: np.ndarray, times: np.ndarray, **changes: object
) -> tuple[Solution, Solution]:
    arguments: dict[str, object] = {
        "relative_tolerance": np.full(system.dimension, 1e-9),
        "maximum_steps": 10**6,
        "tolerance": 1e-9,
        "solver": EXPLICIT,
    } | changes
    problem = Problem(
        systems=(system,),
        times=times,
        states=states,
        absolute_tolerance=np.full(system.dimension, 1e-12),
        **arguments,  # type: ignore[arg-type]
    )
    solutions = []
    for enough in (1, 10**9):
        monkeypatch.setattr(choice, "ENOUGH_FOR_LANES", enough)
        solutions.append(solve(problem, threads=2))
    return solutions[0], solutions[1]


def assert_equal(one: Solution, other: Solution) -> None:
    for name in ("values", "status", "reached", "counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize(
    ("name", "solver"),
    [
        ("Lorenz", EXPLICIT),
        ("Hopfield", EXPLICIT),
        ("Duffing", EXPLICIT),
        ("BlinkingVortex", EXPLICIT),
        ("Lorenz", SERIES),
        ("Thomas", SERIES),
        ("Duffing", SERIES),
        ("CellCycle", SERIES),
    ],
)
def test_the_bits_do_not_depend_on_the_company(monkeypatch: pytest.MonkeyPatch, name: str, solver: str) -> None:
    system = dysts.get_system(name)
    states = np.array(system.initial_conditions) * np.linspace(0.9, 1.1, 21)[:, np.newaxis]
    # Some times coincide with nothing, the first with the start.
    together, alone = both_ways(monkeypatch, system, states, np.arange(150) * (system.period / 30.0), solver=solver)
    assert_equal(together, alone)
    assert (together.status == 0).all()
    assert np.isfinite(together.values).all()


def test_a_ring_long_enough_for_a_loop_over_the_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 12
    ring = {f"x{i}": f"(x{(i + 1) % size} - x{(i - 2) % size})*x{(i - 1) % size} - x{i} + 8" for i in range(size)}
    system = make(ring, [8.0] * size)
    states = 8.0 + np.random.default_rng(0).normal(size=(19, size))
    together, alone = both_ways(monkeypatch, system, states, np.linspace(0.0, 3.0, 40), solver=SERIES)
    assert_equal(together, alone)
    assert (together.status == 0).all()


@pytest.mark.parametrize("solver", [EXPLICIT, SERIES, "taylor"])
def test_an_end_of_one_disturbs_no_other(monkeypatch: pytest.MonkeyPatch, solver: str) -> None:
    # x' = x**2 - 1 blows up from above 1 at a time of its own; sqrt(1.5 - x) has no value above 1.5.
    system = make({"x": "x**2 - 1 + 0*sqrt(1.5 - y)", "y": "0"}, [0.0, 0.0])
    states = np.zeros((17, 2))
    states[:, 0] = np.linspace(-3.0, 3.0, 17)
    states[4, 1] = 2.0
    together, alone = both_ways(monkeypatch, system, states, np.linspace(0.0, 5.0, 11), solver=solver)
    assert_equal(together, alone)
    assert set(together.status.tolist()) == {0, 1, 3}
    few, alone = both_ways(monkeypatch, system, states, np.linspace(0.0, 5.0, 11), maximum_steps=12, solver=solver)
    assert_equal(few, alone)
    assert 2 in few.status


@pytest.mark.parametrize("solver", [EXPLICIT, SERIES])
def test_a_stiff_one_is_handed_over_and_the_start_alone_needs_no_step(
    monkeypatch: pytest.MonkeyPatch, solver: str
) -> None:
    oscillator = make({"x": "y", "y": "mu*(1 - x**2)*y - x"}, [2.0, 0.0], parameters={"mu": 300.0})
    states = np.array([[2.0, 0.0], [1.5, 0.1], [-2.0, 0.0], [0.1, 0.0], [1.9, 0.0]])
    for times in (np.linspace(0.0, 100.0, 9), np.array([0.0])):
        together, alone = both_ways(monkeypatch, oscillator, states, times, solver=solver)
        assert_equal(together, alone)
        assert (together.status == 0).all()


@pytest.mark.parametrize(
    ("end", "solver"), [(0.1, EXPLICIT), (0.12, EXPLICIT), (0.14, EXPLICIT), (1.0, SERIES), (2.0, SERIES)]
)
def test_a_refilled_lane_knows_nothing_of_the_stiffness_of_its_last_trajectory(
    monkeypatch: pytest.MonkeyPatch, end: float, solver: str
) -> None:
    # Each trajectory ends after some steps at the limit of stability, fewer than those that mean stiff.
    system = make({"x": "-1000*(x - 1)"}, [0.5])
    states = np.linspace(0.5, 0.9, 27)[:, np.newaxis]
    together, alone = both_ways(monkeypatch, system, states, np.array([end]), solver=solver)
    assert_equal(together, alone)


@pytest.mark.parametrize("solver", [EXPLICIT, SERIES])
def test_the_longest_step_holds_in_every_lane(monkeypatch: pytest.MonkeyPatch, solver: str) -> None:
    system = make({"x": "cos(t)"}, [0.0])
    states = np.linspace(0.0, 1.0, 11)[:, np.newaxis]
    together, alone = both_ways(monkeypatch, system, states, np.array([0.5, 1.0]), longest_step=0.01, solver=solver)
    assert_equal(together, alone)
    assert (together.counts[:, 0] >= 100).all()


def test_members_of_an_ensemble_keep_their_own_parameters() -> None:
    rho = np.linspace(20.0, 40.0, 9)
    many = dysts.integrate(dysts.get_system("Lorenz").with_parameters(rho=rho.tolist()), times=[0.0, 0.4, 0.9])
    for index in (0, 4, 8):
        alone = dysts.integrate(
            dysts.get_system("Lorenz").with_parameters(rho=float(rho[index])), times=[0.0, 0.4, 0.9]
        )
        np.testing.assert_array_equal(many.values[index], alone.values)
