"""Angles are found by what they do, and kept short where only the motion matters."""

import math

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.integration.attractor import attractor_states
from dysts.integration.problem import Solver
from dysts.systems.angles import within_one_turn


@pytest.mark.parametrize(
    ("name", "turns"),
    [
        ("Lorenz", [0.0, 0.0, 0.0]),
        ("DoublePendulum", [2 * math.pi, 2 * math.pi, 0.0, 0.0]),
        ("BlinkingVortex", [0.0, 2 * math.pi, 0.0]),
        ("SprottDelay", [2 * math.pi]),
        # The zonal wave numbers are multiples of the smallest one; the clock has no common period.
        ("BickleyJet", [0.0, 20.01511622, 0.0]),
    ],
)
def test_which_variables_are_angles(name: str, turns: list[float]) -> None:
    np.testing.assert_allclose(dysts.get_system(name).turns, turns, rtol=1e-6)


def test_one_turn_must_change_nothing() -> None:
    shown = {"sin_x": "sin(x)", "cos_x": "cos(x)", "v": "v"}
    turning = make({"x": "v", "v": "-sin(x)"}, [0.3, 0.1], observables=shown)
    assert turning.turns.tolist() == [pytest.approx(2 * math.pi), 0.0]
    # Seen through its sine as well, but it is held by a spring.
    held = make({"x": "v", "v": "-x"}, [0.3, 0.1], observables=shown)
    assert held.turns.tolist() == [0.0, 0.0]


def test_reducing_changes_angles_only_by_whole_turns() -> None:
    pendulum = dysts.get_system("DoublePendulum")
    turns = pendulum.turns
    states = np.array([[9.0, -3.0, 50.0, -50.0], [0.1, 0.2, 0.3, 0.4]])
    reduced = within_one_turn(states, turns)
    np.testing.assert_array_equal(reduced[:, 2:], states[:, 2:])
    assert ((reduced[:, :2] >= 0.0) & (reduced[:, :2] < 2 * math.pi)).all()
    np.testing.assert_allclose(pendulum.observe(reduced), pendulum.observe(states), atol=1e-13)


def test_states_of_a_rotator_start_within_one_turn() -> None:
    states = attractor_states(dysts.get_system("OscillatingFlow"), 5, seed=0, span=2000.0)
    assert ((states[:, 0] >= 0.0) & (states[:, 0] < 2 * math.pi)).all()


@pytest.mark.parametrize("solver", ["dop853", "radau"])
@pytest.mark.parametrize("states", [1, 5])
def test_an_angle_of_many_turns_is_followed_as_closely_as_one_of_none(solver: Solver, states: int) -> None:
    flow = dysts.get_system("ArnoldBeltramiChildress")
    first = np.tile(flow.initial_conditions, (states, 1))
    turned = first + 2 * math.pi * 10_000 * (flow.turns > 0.0)
    followed = [
        dysts.integrate(flow, 40, step=0.2, initial_conditions=start, solver=solver, rtol=1e-6, predictability=False)
        for start in (first, turned)
    ]
    # A tolerance relative to sixty thousand radians would take longer steps, and be wrong in the first digits.
    steps = [series.attrs["steps_accepted"] for series in followed]
    assert steps[1] == pytest.approx(steps[0], rel=0.05)
    observed = [flow.observe(series.values) for series in followed]
    np.testing.assert_allclose(observed[1], observed[0], atol=1e-4)
