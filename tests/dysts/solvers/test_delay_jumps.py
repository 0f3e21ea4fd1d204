"""Delay systems follow kinks and refuse jumps; their steps have the longest length that is asked for."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import NotSupportedError
from dysts.systems.system import System


def delayed(**equations: str) -> System:
    return make(equations, [0.0] * len(equations), parameters={"tau": 1.0}, delay="tau")


@pytest.mark.parametrize(
    "text",
    [
        "heaviside(t - 1) - heaviside(t - 1.5)",
        "sign(x_tau)",
        "floor(t)",
        "mod(t, 2)",
        "(1 if x > 0.5 else 0)",
        "ceil(x)",
    ],
)
def test_a_jump_is_refused_in_a_definition_or_an_equation(text: str) -> None:
    with pytest.raises(NotSupportedError, match="Test is a delay system with a jump"):
        dysts.integrate(delayed(x=f"-x_tau + {text}"), times=[3.0])
    hidden = make({"x": "-x_tau + d"}, [0.0], parameters={"tau": 1.0}, delay="tau", definitions={"d": text})
    with pytest.raises(NotSupportedError, match="Test is a delay system with a jump"):
        dysts.integrate(hidden, times=[3.0])


def test_a_kink_and_its_echo_have_their_closed_form() -> None:
    # By steps: x = max(t - 1, 0)**2/2, and y' = x(t - 1) gives y = max(t - 2, 0)**3/6.
    times = np.array([0.5, 1.5, 2.5, 3.5])
    y = dysts.integrate(delayed(x="max(t - 1, 0)", y="x_tau"), times=times, rtol=1e-9, predictability=False).values
    np.testing.assert_allclose(y[:, 0], np.maximum(times - 1.0, 0.0) ** 2 / 2.0, atol=1e-8)
    np.testing.assert_allclose(y[:, 1], np.maximum(times - 2.0, 0.0) ** 3 / 6.0, atol=1e-8)


def test_the_longest_step_finds_a_short_pulse() -> None:
    # A kinked pulse of area 0.01, far shorter than the delay.
    system = delayed(x="-0*x_tau + max(1 - 100*abs(t - 2.345), 0)")
    x = dysts.integrate(system, times=[3.0], longest_step=0.005, predictability=False)
    assert x.attrs["steps_accepted"] >= 600
    assert x.values[0, 0] == pytest.approx(0.01, rel=1e-8)
