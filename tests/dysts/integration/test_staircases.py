"""Jumps of floor, ceil and mod end steps, whatever their number."""

import math

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import NotSupportedError

TIMES = np.array([0.0, 0.5, 1.0, 1.7, 4.3, 9.0, 12.25])


def staircase(t: float) -> float:
    """Return the solution of y' = -y + floor(t) from 0."""
    y = 0.0
    for level in range(math.floor(t)):
        y = level + (y - level) * math.exp(-1.0)
    level = math.floor(t)
    return level + (y - level) * math.exp(-(t - level))


@pytest.mark.parametrize("text", ["floor(t)", "-ceil(-t)", "t - mod(t, 1)"])
def test_a_staircase_in_time_has_its_closed_form(text: str) -> None:
    system = make({"y": f"-y + {text}"}, [0.0])
    y = dysts.integrate(system, times=TIMES, rtol=1e-10, atol=1e-12, predictability=False).values[:, 0]
    np.testing.assert_allclose(y, [staircase(t) for t in TIMES], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "text",
    ["heaviside(mod(t, 2) - 1)", "mod(floor(t), 2)", "abs(floor(x))", "max(ceil(x), x)", "1 if floor(t) > 2 else 0"],
)
def test_a_staircase_inside_another_jump_is_refused(text: str) -> None:
    system = make({"x": text}, [0.3])
    with pytest.raises(NotSupportedError, match="Test: floor, ceil and mod must not stand inside another function"):
        dysts.integrate(system, times=[0.0, 5.0])
    assert np.isfinite(system.rhs(0.5, [0.3])).all()


def test_a_staircase_in_the_state_is_followed() -> None:
    # On each stair from n to n + 1 the rate is n + 1, so that it takes the time 1/(n + 1).
    system = make({"x": "floor(x) + 1"}, [0.0])
    times = np.cumsum([0.0, *(1.0 / (n + 1) for n in range(8))])
    x = dysts.integrate(system, times=times, rtol=1e-10, predictability=False).values[:, 0]
    np.testing.assert_allclose(x, np.arange(9), atol=1e-8)
    down = make({"x": "floor(x)"}, [-0.5])
    x = dysts.integrate(down, times=[0.0, 0.5, 1.0], rtol=1e-10, predictability=False).values[:, 0]
    np.testing.assert_allclose(x, [-0.5, -1.0, -2.0], atol=1e-8)


def test_a_quantised_control_slides_along_an_edge() -> None:
    # Below 1 the rate is 1/2, above it is -1/2: the solution stays at 1.
    system = make({"x": "0.5 - floor(x)", "y": "x"}, [0.5, 0.0])
    x = dysts.integrate(system, times=[0.0, 0.5, 1.0, 5.0], rtol=1e-9, predictability=False).values
    np.testing.assert_allclose(x[:, 0], [0.5, 0.75, 1.0, 1.0], atol=1e-7)
    np.testing.assert_allclose(x[-1, 1], 0.75 + 4.0, atol=1e-6)


def test_the_jacobian_of_a_staircase_is_that_between_its_jumps() -> None:
    system = make({"x": "x*floor(2*x) + mod(x, 3)", "y": "ceil(x*y)"}, [0.7, 0.2])
    np.testing.assert_array_equal(system.jacobian(0.0, [0.7, 0.2]), [[2.0, 0.0], [0.0, 0.0]])
