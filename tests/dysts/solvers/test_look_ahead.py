"""No method leaps over a pulse after a quiet stretch: each has the value of the closed form."""

import math
from itertools import product

import numpy as np
import pytest

import dysts
from dysts.compilation.emission.taylor_coefficients import expandable
from dysts.systems.system import System

DECAY = "-y + height*exp(-((t - centre)/width)**2)"
PULSES = {
    "smooth": DECAY,
    "with a kink elsewhere": f"{DECAY} + max(0, y - 50)",
    # The solution is a constant until the switch of its clock, long before the pulse.
    "behind a switch": "-y + height*exp(-((max(t, centre/10) - centre)/width)**2)",
}


def system(equation: str, centre: float, width: float, height: float = 10.0) -> System:
    parameters = {"height": height, "centre": centre, "width": width}
    return System.from_equations("Pulse", {"y": equation}, parameters=parameters, initial_conditions=[0.0])


def after(t: float, centre: float, width: float, height: float = 10.0) -> float:
    """The pulse, whose integral with the decay runs over all times but for 1e-19 of it."""
    return height * width * math.sqrt(math.pi) * math.exp(centre + width**2 / 4.0 - t)


# Radau IIA refuses kinks.
@pytest.mark.parametrize(("solver", "kind"), [*product(["auto", "dop853"], PULSES), ("radau", "smooth")])
@pytest.mark.parametrize(("centre", "width"), [(5.0, 0.03), (100.0, 0.1), (1e4, 0.01)])
def test_a_pulse_after_a_quiet_stretch_is_not_leapt_over(solver: str, kind: str, centre: float, width: float) -> None:
    t = centre + 1.0
    for rtol, allowed in ((1e-4, 3e-3), (1e-10, 1e-8)):
        y = dysts.integrate(system(PULSES[kind], centre, width), times=[t], solver=solver, rtol=rtol, atol=1e-6 * rtol)
        assert y.values[0, 0] == pytest.approx(after(t, centre, width), rel=allowed)


@pytest.mark.parametrize("solver", ["auto", "dop853"])
def test_ensembles_do_not_leap_either(solver: str) -> None:
    starts = np.linspace(-1e-3, 1e-3, 20)[:, None]
    found = dysts.integrate(
        system(DECAY, 100.0, 0.1), times=[101.0], initial_conditions=starts, solver=solver, rtol=1e-5, atol=1e-9
    )
    np.testing.assert_allclose(found.values[:, 0, 0], after(101.0, 100.0, 0.1), rtol=1e-3)


@pytest.mark.parametrize("solver", ["auto", "radau"])
def test_an_event_in_a_pulse_is_found(solver: str) -> None:
    pulse = system(DECAY, 100.0, 0.1)
    found = dysts.poincare_section(
        pulse, "y - 0.5", 2, direction="both", maximum_time=200.0, solver=solver, rtol=1e-6, atol=1e-9
    )
    # It rises through 0.5 within the pulse, and decays from the value behind it.
    falls = 101.0 + math.log(after(101.0, 100.0, 0.1) / 0.5)
    times = found["time"].values.ravel()
    assert abs(times[0] - 100.0) < 0.1
    assert times[1] == pytest.approx(falls, abs=1e-4)


def test_a_pulse_that_the_state_drives() -> None:
    # An oscillator whose rare passages through zero are pulses of area sqrt(pi)/k for the speed 1.
    k = 1e4
    oscillator = System.from_equations(
        "Passages",
        {"x": "v", "v": "-x", "y": "exp(-(k*x)**2) + 0*abs(v - 5)"},
        parameters={"k": k},
        initial_conditions=[0.0, 1.0, 0.0],
    )
    # From the middle of one passage to the middle of another, four whole ones between.
    y = dysts.integrate(oscillator, times=[5.0 * math.pi], solver="dop853", rtol=1e-6, atol=1e-10).values[0, 2]
    assert y == pytest.approx(5.0 * math.sqrt(math.pi) / k, rel=1e-4)


@pytest.mark.parametrize("rest", ["(1 if y > 50 else 0)", "mod(t, 7)", "floor(y/50)*ceil(t)", "sign(y - 50)"])
def test_a_function_with_jumps_beside_it_hides_no_pulse(rest: str) -> None:
    pulse = system(f"{DECAY} + 0*{rest}", 100.0, 0.1)
    assert pulse.compiled.look_ahead[1] == 1
    y = dysts.integrate(pulse, times=[101.0], solver="dop853", rtol=1e-6, atol=1e-12).values[0, 0]
    assert y == pytest.approx(after(101.0, 100.0, 0.1), rel=1e-4)


def test_long_equations_have_the_first_terms_of_their_steep_arguments() -> None:
    terms = " + ".join(f"0*sin({k}*y)" for k in range(1, 601))
    pulse = system(f"{DECAY} + {terms}", 100.0, 0.1)
    assert not expandable(pulse.compiled.program)
    y = dysts.integrate(pulse, times=[101.0], rtol=1e-6, atol=1e-12).values[0, 0]
    assert y == pytest.approx(after(101.0, 100.0, 0.1), rel=1e-4)


def test_only_a_varying_exponent_leaves_no_series() -> None:
    switched = system(PULSES["with a kink elsewhere"], 100.0, 0.1).compiled.switched(None, with_switches=True)
    assert switched.look_ahead[0] != 0
    assert switched.look_ahead[1] == 1
    assert system(f"{DECAY} + y**t", 100.0, 0.1).compiled.look_ahead == (0, 0)
    assert system("-height*y**centre + 0*width", 100.0, 0.1).compiled.look_ahead == (0, 0)
