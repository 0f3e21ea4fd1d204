"""One family of problems with known solutions, through every solver."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from linear_systems import make

import dysts

TIMES = np.array([0.0, 0.4, 1.0, 2.5, 6.0])
Solution = Callable[[np.ndarray], np.ndarray]


def _logistic(t: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + 9.0 * np.exp(-t))


PROBLEMS: dict[str, tuple[dict[str, str], list[float], list[Solution]]] = {
    "decay": ({"x": "-x"}, [1.0], [lambda t: np.exp(-t)]),
    "oscillator": ({"x": "v", "v": "-x"}, [1.0, 0.0], [np.cos, lambda t: -np.sin(t)]),
    "spiral": (
        {"x": "-0.2*x + 3*y", "y": "-3*x - 0.2*y"},
        [1.0, 0.0],
        [lambda t: np.exp(-0.2 * t) * np.cos(3.0 * t), lambda t: -np.exp(-0.2 * t) * np.sin(3.0 * t)],
    ),
    "logistic": ({"x": "x*(1 - x)"}, [0.1], [_logistic]),
    "forced": ({"x": "cos(t)*x"}, [1.0], [lambda t: np.exp(np.sin(t))]),
    "polynomial": ({"x": "5*t**4 - 2*t"}, [1.0], [lambda t: t**5 - t**2 + 1.0]),
    "reciprocal": ({"x": "-x**2"}, [1.0], [lambda t: 1.0 / (1.0 + t)]),
    "circle": (
        {"x": "-y*sqrt(x**2 + y**2)", "y": "x*sqrt(x**2 + y**2)"},
        [2.0, 0.0],
        [lambda t: 2.0 * np.cos(2.0 * t), lambda t: 2.0 * np.sin(2.0 * t)],
    ),
    "stiff": (
        {"x": "-1000*(x - cos(t)) - sin(t)", "y": "-y"},
        [1.0, 1.0],
        [np.cos, lambda t: np.exp(-t)],
    ),
}
WAYS = ["auto", "taylor", "dop853", "lanes", "dop853+radau", "radau", "event"]
RTOL = 1e-8


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_solver_meets_its_tolerance(problem: str, way: str) -> None:
    equations, initial, exact = PROBLEMS[problem]
    system = make(equations, initial)
    common = {"times": TIMES, "rtol": RTOL, "atol": RTOL, "predictability": False}
    if way == "lanes":
        values = dysts.integrate(system, initial_conditions=[initial] * 9, solver="dop853", **common).values
        assert (values == values[0]).all()
        x = values[0]
    elif way == "event":
        # An event that never happens takes the loop for switches.
        x = dysts.integrate(system, stop="x + 1e9", on_failure="keep", **common).values
    else:
        x = dysts.integrate(system, solver=way, **common).values
    for column, solution in enumerate(exact):
        # Errors of some tens of steps add up; growth by exp(sin) and the logistic rate is below ten.
        np.testing.assert_allclose(x[:, column], solution(TIMES), rtol=300 * RTOL, atol=300 * RTOL)


def test_delay_equation_with_a_known_solution() -> None:
    # x' = -x(t - pi/2) is solved by cos(t) where the history is that.
    system = make({"x": "-k*x_tau"}, [1.0], parameters={"k": 1.0, "tau": math.pi / 2.0}, delay="tau")
    x = dysts.integrate(system, times=TIMES, history=lambda t: [math.cos(t)], rtol=RTOL).values[:, 0]
    np.testing.assert_allclose(x, np.cos(TIMES), atol=300 * RTOL)


@pytest.mark.parametrize("members", [3, 4])
def test_ensembles_of_four_are_integrated_side_by_side(members: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from dysts.solvers.dop853 import lanes

    calls = []
    loop = lanes.integrate_lanes
    monkeypatch.setattr(lanes, "integrate_lanes", lambda *arguments: (calls.append(1), loop(*arguments)))
    dysts.integrate(make({"x": "-x"}, [1.0]), times=[1.0], initial_conditions=[[1.0]] * members, solver="dop853")
    assert bool(calls) == (members >= 4)


def test_the_step_control_remembers_the_error_before() -> None:
    # E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, section IV.2: the factor grows with the
    # previous error to the power of the memory.
    from dysts.solvers.dop853.step import MEMORY, ORDER
    from dysts.solvers.shared.step_control import accepted_factor

    ratio = accepted_factor(0.5, 1e-2, ORDER, MEMORY) / accepted_factor(0.5, 1e-3, ORDER, MEMORY)
    assert ratio == pytest.approx(10.0**0.04, rel=1e-12)
