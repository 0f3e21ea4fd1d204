"""Start times, decreasing times, and the scale of the smallest step."""

import json
import math

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import InvalidArgumentError, NotSupportedError

SOLVERS = ["auto", "taylor", "dop853", "dop853+radau", "radau"]


def swinging(t: np.ndarray) -> np.ndarray:
    """The solution of x' = cos(t)*x with x(0) = 1."""
    return np.exp(np.sin(t))


@pytest.mark.parametrize("solver", SOLVERS)
def test_any_start_and_both_directions(solver: str) -> None:
    system = make({"x": "cos(t)*x"}, [1.0])
    for start, times in ((0.0, [0.0, -0.5, -3.0]), (5.0, [5.0, 5.5, 8.0]), (5.0, [4.0, -2.0]), (-3.0, [-2.0, 1.0])):
        x = dysts.integrate(
            system, times=times, start=start, initial_conditions=[swinging(start)], solver=solver, predictability=False
        )
        np.testing.assert_allclose(x.values[:, 0], swinging(np.array(times)), rtol=1e-7)
        np.testing.assert_array_equal(x["time"].values, times)
        assert (dysts.rebuild(x) == x).all()


def test_ensembles_go_backwards() -> None:
    states = np.linspace(1.0, 2.0, 9)[:, None]
    system = make({"x": "cos(t)*x"}, [1.0])
    x = dysts.integrate(system, 6, step=-0.5, initial_conditions=states, solver="dop853").values[:, :, 0]
    np.testing.assert_allclose(x, states * swinging(-0.5 * np.arange(6)), rtol=1e-7)


def test_there_and_back_again() -> None:
    there = dysts.integrate("Lorenz", times=[0.5], rtol=1e-12, predictability=False).values[0]
    back = dysts.integrate(
        "Lorenz", times=[0.0], start=0.5, initial_conditions=there, rtol=1e-12, predictability=False
    ).values[0]
    np.testing.assert_allclose(back, dysts.get_system("Lorenz").initial_conditions, rtol=1e-6)


def test_switches_and_events_backwards() -> None:
    # y' = heaviside(t + 1) - heaviside(t + 2): back from 0, y falls by one between -1 and -2.
    system = make({"y": "heaviside(t + 2) - heaviside(t + 1)"}, [0.0])
    y = dysts.integrate(system, times=[-0.5, -1.5, -3.0], predictability=False).values[:, 0]
    np.testing.assert_allclose(y, [0.0, -0.5, -1.0], atol=1e-9)
    stopped = dysts.integrate(make({"x": "1"}, [0.0]), times=[-1.0, -5.0], stop="x + t/2 + 3", predictability=False)
    assert json.loads(stopped.attrs["stopped_at"]) == pytest.approx([-2.0], rel=1e-12)


def test_a_driving_phase_turns_backwards() -> None:
    system = dysts.get_system("Duffing")
    start = dysts.integrate(system, times=[3.0], rtol=1e-12, predictability=False).values[0]
    back = dysts.integrate(system, times=[0.0], start=3.0, initial_conditions=start, rtol=1e-12, predictability=False)
    np.testing.assert_allclose(
        np.cos(back.values[0] - np.array(system.initial_conditions)), np.ones(system.dimension), atol=1e-9
    )


def test_what_has_no_way_back_says_why() -> None:
    with pytest.raises(NotSupportedError, match="history ends at time 0"):
        dysts.integrate("MackeyGlass", times=[-1.0])
    with pytest.raises(NotSupportedError, match="noise begins at time 0"):
        dysts.integrate("Lorenz", times=[-1.0], noise=dysts.Noise(additive=0.1, seed=1))
    with pytest.raises(InvalidArgumentError, match=r"one side of the start 0\.0"):
        dysts.integrate("Lorenz", times=[1.0, 0.5, -1.0])
    with pytest.raises(InvalidArgumentError, match="start must be a finite number, got nan"):
        dysts.integrate("Lorenz", start=math.nan)


@pytest.mark.parametrize("solver", ["auto", "dop853+radau", "radau"])
def test_robertson_to_1e11(solver: str) -> None:
    # E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, section IV.10: the values at 1e11.
    system = make(
        {
            "a": "-0.04*a + 1e4*b*c",
            "b": "0.04*a - 1e4*b*c - 3e7*b**2",
            "c": "3e7*b**2",
        },
        [1.0, 0.0, 0.0],
    )
    x = dysts.integrate(system, times=[1e11], solver=solver, rtol=1e-8, atol=1e-20, predictability=False).values[0]
    np.testing.assert_allclose(x, [0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050], rtol=1e-5)


def test_a_fast_start_and_a_long_rest() -> None:
    # x falls at a rate of 1e6, y at one of 1e-12.
    system = make({"x": "-1e6*(x - y)", "y": "-1e-12*y"}, [0.0, 1.0])
    x = dysts.integrate(system, times=[1e12], solver="radau", predictability=False).values[0]
    np.testing.assert_allclose(x, math.exp(-1.0), rtol=1e-6)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_longest_step_holds_for_every_solver(solver: str) -> None:
    system = make({"y": "-y + 1000*exp(-((t - 100)/0.01)**2)"}, [0.0])
    y = dysts.integrate(system, times=[101.0], solver=solver, longest_step=0.01, predictability=False)
    assert y.attrs["steps_accepted"] >= 10_100
    # The pulse of area 10*sqrt(pi) decays by exp(-1), and exp(0.005**2) is the mean of exp(t) over it.
    assert y.values[0, 0] == pytest.approx(10.0 * math.sqrt(math.pi) * math.exp(-1.0 + 0.25e-4), rel=1e-6)


def test_one_point_has_a_predictable_time_without_warnings(recwarn: pytest.WarningsRecorder) -> None:
    x = dysts.integrate("Lorenz", times=[1.0], predictability=True)
    assert x.attrs["predictable_until"] == 1.0
    assert not recwarn.list
