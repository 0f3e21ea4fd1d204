"""A delay system leaps over no pulse, be it one of time, of the delayed state, of the history or of its own past."""

import math

import numpy as np
import pytest

import dysts
from dysts.systems.system import System

WIDTH, CENTRE, HEIGHT, DELAY = 0.1, 100.0, 10.0, 17.0
PULSE = "height*exp(-((t - centre)/width)**2)"
AREA = HEIGHT * WIDTH * math.sqrt(math.pi)
"""Integral of the pulse."""


def delay_system(equations: dict[str, str], **more: float) -> System:
    parameters = {"tau": DELAY, "height": HEIGHT, "centre": CENTRE, "width": WIDTH} | more
    definition = {
        "description": "An equation with a delay",
        "field": "mathematics",
        "variables": list(equations),
        "equations": equations,
        "parameters": parameters,
        "delay": "tau",
        "initial_conditions": [0.0] * len(equations),
    }
    return System.from_entry("Delayed", {"definition": definition})


def decayed(t: float, centre: float = CENTRE) -> float:
    """The value at time t of a quantity that decays at the rate 1 and was driven by the pulse."""
    return AREA * math.exp(WIDTH**2 / 4.0 + centre - t)


@pytest.mark.parametrize("rest", ["0*y_tau", "0*y_tau + 0*abs(y - 5)", "0*max(y_tau, y) + 0*min(y, 3)"])
@pytest.mark.parametrize(("rtol", "allowed"), [(1e-4, 3e-3), (1e-10, 1e-8)])
def test_a_pulse_of_time(rest: str, rtol: float, allowed: float) -> None:
    system = delay_system({"y": f"-y + {PULSE} + {rest}"})
    y = dysts.integrate(system, times=[CENTRE + 1.0], rtol=rtol, atol=1e-6 * rtol).values[0, 0]
    assert y == pytest.approx(decayed(CENTRE + 1.0), rel=allowed)


def test_a_pulse_where_the_delayed_state_passes_a_place() -> None:
    # The clock s rises as the time does, and its past passes the centre one delay later.
    system = delay_system({"s": "1", "y": "-y + height*exp(-((s_tau - centre)/width)**2)"})
    t = CENTRE + DELAY + 1.0
    run = dysts.integrate(system, times=[t], history=lambda time: [time, 0.0])
    assert run.values[0, 1] == pytest.approx(decayed(t, CENTRE + DELAY), rel=1e-8)


@pytest.mark.parametrize("rtol", [1e-4, 1e-9])
def test_a_pulse_of_the_solution_itself_one_delay_later(rtol: float) -> None:
    # A fast quantity follows the pulse and is at rest again long before another one sums up its past.
    width, rate, centre = 0.01, 200.0, 245.0
    system = delay_system({"x": f"-rate*x + {PULSE}", "y": "x_tau"}, width=width, centre=centre, rate=rate)
    y = dysts.integrate(system, times=[centre + 30.0], rtol=rtol, atol=1e-6 * rtol).values[0, 1]
    assert y == pytest.approx(HEIGHT * width * math.sqrt(math.pi) / rate, rel=rtol)


@pytest.mark.parametrize("centre", [4.4, 9.5, 14.6])
def test_a_pulse_of_the_history(centre: float) -> None:
    width = 0.03

    def history(t: float) -> list[float]:
        return [HEIGHT * math.exp(-(((t + DELAY - centre) / width) ** 2))]

    y = dysts.integrate(delay_system({"y": "-y + y_tau"}), times=[DELAY + 1.0], history=history).values[0, 0]
    exact = HEIGHT * width * math.sqrt(math.pi) * math.exp(width**2 / 4.0 + centre - DELAY - 1.0)
    assert y == pytest.approx(exact, rel=1e-7)


def test_steps_over_a_smooth_past_grow_as_they_like() -> None:
    # A history of 2000 samples is smooth: its pieces do not make steps short.
    times = np.linspace(-DELAY, 0.0, 2000)
    system = delay_system({"y": "-y + 0.1*y_tau"})
    run = dysts.integrate(system, times=[DELAY], history=(times, np.cos(0.3 * times)[:, None]), rtol=1e-6, atol=1e-9)
    assert run.attrs["steps_accepted"] < 60


def test_a_kink_or_a_jump_leaves_steep_arguments_visible() -> None:
    for rest in ("abs(y)", "max(0, y_tau)", "min(y, t)"):
        assert delay_system({"y": f"{PULSE} - {rest}"}).compiled.look_ahead[1] == 1
    assert delay_system({"y": "tau - y_tau**2 - width*t"}).compiled.look_ahead == (0, 0)
