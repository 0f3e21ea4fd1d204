"""Jumps of floor, ceil and mod end steps, whatever their number."""

import math

import numpy as np
import pytest
from linear_systems import make

import dysts

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
    ("text", "integral"),
    [
        ("heaviside(mod(t, 2) - 1)", 2.5),
        ("mod(floor(t), 2)", 2.5),
        ("abs(floor(t - 2))", 7.5),
        ("max(ceil(t), t + 0.25)", 18.0 + 5.0 * 0.25**2 / 2.0),
        ("(1 if floor(t) > 2 else 0)", 2.5),
        ("(0 if floor(t) >= 3 else 1)", 3.0),
        ("floor(3*mod(t, 0.9))", 4.8),
        ("sign(floor(s) - 2)", 0.5),
    ],
)
def test_a_staircase_inside_another_jump(text: str, integral: float) -> None:
    system = make({"y": text, "s": "1"}, [0.0, 0.0])
    y = dysts.integrate(system, times=[5.5], predictability=False).values[0, 0]
    assert y == pytest.approx(integral, rel=1e-9)


def test_a_square_wave_over_many_periods() -> None:
    # Charge for 25, discharge for 25, rest for 100: u2 comes back to 0.55, and u1 grows by its mean in 50 active units.
    charge, rate, capacity = 36.8, 4.477e-7, 8280.0
    system = make(
        {"u1": "k*u2*abs(current)", "u2": "-current/T"},
        [0.0, 0.55],
        parameters={"C": charge, "k": rate, "T": capacity, "P": 150.0},
        definitions={"s": "t - P*floor(t/P)", "current": "(C if s < 25 else (-C if s < 50 else 0))"},
    )
    y = dysts.integrate(system, times=[1400.0], predictability=False).values[0]
    each = rate * charge * 2.0 * (0.55 * 25.0 - charge / capacity * 25.0**2 / 2.0)
    np.testing.assert_allclose(y, [10.0 * each, 0.55], rtol=1e-9)


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
