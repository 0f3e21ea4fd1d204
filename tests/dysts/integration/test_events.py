"""Events have the times of closed forms: from any start, backwards, after a change of method, in ensembles."""

import json
import math

import numpy as np
import pytest
from linear_systems import make, oscillator

import dysts

SOLVERS = ["auto", "dop853", "dop853+radau", "radau"]


def stopped_at(x: object) -> list[float]:
    return json.loads(x.attrs["stopped_at"])  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("solver", SOLVERS)
def test_an_event_from_any_start_and_in_both_directions(solver: str) -> None:
    # x = cos(t - start) vanishes a quarter of a turn away on both sides.
    for start in (0.0, 5.0, -3.0):
        for direction in (1.0, -1.0):
            end = start + 4.0 * direction
            x = dysts.integrate(
                oscillator(), times=[end], start=start, stop="x", solver=solver, rtol=1e-9, predictability=False
            )
            assert stopped_at(x) == pytest.approx([start + 0.5 * math.pi * direction], abs=1e-7)


@pytest.mark.parametrize("solver", SOLVERS)
def test_directions_are_those_of_the_way_that_is_gone(solver: str) -> None:
    # Back from 0, cos(t) falls through 0 at -pi/2 and grows through it at -3*pi/2.
    for direction, time in (("down", -0.5 * math.pi), ("up", -1.5 * math.pi)):
        x = dysts.integrate(
            oscillator(), times=[-6.0], stop="x", stop_direction=direction, solver=solver, predictability=False
        )
        assert stopped_at(x) == pytest.approx([time], abs=1e-7)


@pytest.mark.parametrize("solver", ["auto", "dop853+radau", "radau"])
def test_sections_after_a_change_of_method(solver: str) -> None:
    # z follows x at a rate of 1e6, which makes the system stiff from the start; the oscillator does not notice it.
    system = make({"x": "v", "v": "-x", "z": "-1e6*(z - x)"}, [1.0, 0.0, 1.0])
    section = dysts.poincare_section(system, "x", 6, direction="both", maximum_time=25.0, solver=solver, rtol=1e-9)
    np.testing.assert_allclose(section["time"].values, math.pi * (0.5 + np.arange(6)), atol=1e-6)
    np.testing.assert_allclose(np.abs(section.sel(component="v").values), 1.0, atol=1e-6)


@pytest.mark.parametrize("solver", SOLVERS)
def test_members_of_an_ensemble_have_their_own_events(solver: str) -> None:
    phases = np.linspace(0.0, 1.2, 5)
    states = np.stack([np.cos(phases), -np.sin(phases)], axis=1)
    x = dysts.integrate(
        oscillator(), times=[1.0, 8.0], start=1.0, initial_conditions=states, stop="x", solver=solver, rtol=1e-9
    )
    np.testing.assert_allclose(stopped_at(x), 1.0 + 0.5 * math.pi - phases, atol=1e-7)
    section = dysts.poincare_section(
        oscillator(), "x", 3, direction="both", initial_conditions=states, solver=solver, rtol=1e-9, maximum_time=20.0
    )
    times = math.pi * (0.5 + np.arange(3)) - phases[:, None]
    np.testing.assert_allclose(section["time"].values, times, atol=1e-6)
