"""Sections and stops lie where the surface is, at the right times, and say so when they never happen."""

import json

import numpy as np
import pytest
from linear_systems import make, oscillator

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError


@pytest.mark.parametrize(
    ("direction", "first", "spacing"),
    [("up", 1.5 * np.pi, 2 * np.pi), ("down", 0.5 * np.pi, 2 * np.pi), ("both", 0.5 * np.pi, np.pi)],
)
def test_crossings_of_the_oscillator_have_their_exact_times(direction: str, first: float, spacing: float) -> None:
    section = dysts.poincare_section(
        oscillator(),
        "x",
        30,
        direction=direction,
        maximum_time=250.0,
        rtol=1e-12,  # type: ignore[arg-type]
    )
    np.testing.assert_allclose(section["time"].values, first + spacing * np.arange(30), rtol=1e-11)
    np.testing.assert_allclose(section.sel(component="x").values, 0.0, atol=1e-11)
    later = dysts.poincare_section(
        oscillator(),
        "x",
        20,
        direction=direction,
        skip=10,
        maximum_time=250.0,
        rtol=1e-12,  # type: ignore[arg-type]
    )
    np.testing.assert_array_equal(later["time"].values, section["time"].values[10:])


def test_a_start_on_the_surface_is_no_crossing() -> None:
    section = dysts.poincare_section(oscillator(), "v", 4, direction="both", maximum_time=20.0)
    np.testing.assert_allclose(section["time"].values, np.pi * np.arange(1, 5), rtol=1e-8)


def test_two_crossings_within_one_step_are_both_found() -> None:
    # y = t is exact in one step of any length; the surface dips below zero between 0.9 and 1.1 only.
    system = make({"y": "1"}, [0.0])
    section = dysts.poincare_section(system, "(y - 0.9)*(y - 1.1)", 2, direction="both", maximum_time=2.0)
    np.testing.assert_allclose(section["time"].values, [0.9, 1.1], rtol=1e-12)
    down = dysts.poincare_section(system, "(y - 0.9)*(y - 1.1)", 1, direction="down", maximum_time=2.0)
    np.testing.assert_allclose(down["time"].values, [0.9], rtol=1e-12)


def test_a_section_of_rossler_lies_on_its_trajectory() -> None:
    section = dysts.poincare_section("Rossler", "y + 0.1*x", 40, direction="down", rtol=1e-11)
    surface = section.sel(component="y") + 0.1 * section.sel(component="x")
    np.testing.assert_allclose(surface, 0.0, atol=1e-10)
    x = dysts.integrate("Rossler", times=section["time"].values[:10], rtol=1e-12)
    np.testing.assert_allclose(x.values, section.values[:10], atol=1e-8)


@pytest.mark.parametrize(("name", "surface"), [("Chua", "x"), ("StickSlipOscillator", "v"), ("Duffing", "x")])
def test_systems_with_kinks_and_phases_have_sections(name: str, surface: str) -> None:
    section = dysts.poincare_section(name, surface, 10, rtol=1e-11)
    np.testing.assert_allclose(section.sel(component=surface), 0.0, atol=1e-10)
    assert (np.diff(section["time"]) > 0).all()


def test_a_section_at_a_driving_phase_is_a_stroboscope() -> None:
    omega = dysts.get_system("Duffing").parameters["omega"]
    section = dysts.poincare_section("Duffing", "z - pi", 25, rtol=1e-11)
    np.testing.assert_allclose(section["time"].values, (np.pi + 2 * np.pi * np.arange(25)) / omega, rtol=1e-10)


def test_a_stiff_system_has_a_section() -> None:
    system = make({"x": "y", "y": "1000*(1 - x**2)*y - x"}, [2.0, 0.0])
    section = dysts.poincare_section(system, "x", 4, direction="both", maximum_time=5000.0)
    # The period of the relaxation oscillation is (3 - 2 ln 2) mu + 7.014 mu**(-1/3) + ...
    assert section["time"].values[2] - section["time"].values[0] == pytest.approx(1614.37, abs=0.1)


def test_many_initial_conditions() -> None:
    states = [[1.0, 0.0], [2.0, 0.0]]
    section = dysts.poincare_section(oscillator(), "x - 0.5", 3, initial_conditions=states, maximum_time=30.0)
    assert section.dims == ("trajectory", "crossing", "component")
    np.testing.assert_allclose(section["time"].values[:, 0], 2 * np.pi - np.arccos([0.5, 0.25]), rtol=1e-8)


def test_crossings_that_are_skipped_are_the_first_ones() -> None:
    # x = cos(t) vanishes at odd multiples of a quarter turn.
    section = dysts.poincare_section(oscillator(), "x", 3, direction="both", skip=2, maximum_time=30.0)
    np.testing.assert_allclose(section["time"].values, np.pi * (2.5 + np.arange(3)), rtol=1e-7)
    np.testing.assert_allclose(section.sel(component="v").values, [-1.0, 1.0, -1.0], rtol=1e-7)


def test_too_few_crossings_raise_and_are_kept_on_request() -> None:
    with pytest.raises(IntegrationError, match="1 of 5 crossings of 'x' until time 6"):
        dysts.poincare_section(oscillator(), "x", 5, maximum_time=6.0)
    kept = dysts.poincare_section(oscillator(), "x", 5, maximum_time=6.0, on_failure="keep")
    np.testing.assert_array_equal(np.isfinite(kept["time"].values), [True, False, False, False, False])
    assert np.isnan(kept.values[1:]).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"surface": "w"}, InvalidArgumentError, "unknown name 'w'"),
        ({"surface": "rho - 3"}, InvalidArgumentError, "does not depend on the state"),
        ({"surface": "__import__('os')"}, InvalidArgumentError, "not allowed"),
        ({"crossings": 0}, InvalidArgumentError, "crossings must be a whole number of at least 1, got 0"),
        ({"skip": -1}, InvalidArgumentError, "skip must be a whole number of at least 0, got -1"),
        ({"direction": "left"}, InvalidArgumentError, "'up', 'down' or 'both'"),
        ({"maximum_time": 0.0}, InvalidArgumentError, "maximum_time must be a positive finite number, got 0.0"),
        ({"system": "MackeyGlass", "surface": "x"}, NotSupportedError, "delay system"),
    ],
)
def test_a_mistake_gives_one_sentence(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dysts.poincare_section(**{"system": "Lorenz", "surface": "z - 27", "crossings": 3, **arguments})  # type: ignore[arg-type]


def test_a_stop_ends_each_trajectory_at_its_own_time() -> None:
    times = np.linspace(0.0, 6.0, 61)
    states = [[1.0, 0.0], [2.0, 0.0]]
    x = dysts.integrate(oscillator(), times=times, initial_conditions=states, stop="x - 0.5", stop_direction="down")
    ends = json.loads(x.attrs["stopped_at"])
    np.testing.assert_allclose(ends, np.arccos([0.5, 0.25]), rtol=1e-8)
    assert x.attrs["status"] == "event"
    for one, end in zip(x.values, ends, strict=True):
        np.testing.assert_array_equal(np.isfinite(one[:, 0]), times <= end)
    free = dysts.integrate(oscillator(), times=times, initial_conditions=states)
    np.testing.assert_allclose(x.values[np.isfinite(x.values)], free.values[np.isfinite(x.values)], atol=1e-8)
    np.testing.assert_array_equal(dysts.rebuild(x).values, x.values)


def test_a_stop_that_never_happens_is_an_error_unless_it_may_be() -> None:
    with pytest.raises(IntegrationError, match="the event 'x - 5' did not happen until time 6"):
        dysts.integrate(oscillator(), times=[0.0, 6.0], stop="x - 5")
    kept = dysts.integrate(oscillator(), times=[0.0, 6.0], stop="x - 5", on_failure="keep")
    np.testing.assert_allclose(kept.values[-1, 0], np.cos(6.0), rtol=1e-7)
    assert json.loads(kept.attrs["stopped_at"]) == [None]


def test_an_ensemble_has_the_section_of_each_member() -> None:
    rossler = dysts.get_system("Rossler")
    values = [4.0, 5.7, 6.0]
    together = dysts.poincare_section(rossler.with_parameters(c=values), "y", 5, direction="down", skip=2)
    assert together.dims == ("trajectory", "crossing", "component")
    assert together["c"].values.tolist() == values
    for index, value in enumerate(values):
        alone = dysts.poincare_section(rossler.with_parameters(c=value), "y", 5, direction="down", skip=2)
        np.testing.assert_array_equal(together.values[index], alone.values)
        np.testing.assert_array_equal(together["time"].values[index], alone["time"].values)
    # A surface that moves with the parameter, and a state for each member.
    states = np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 0.0], [3.0, 1.0, 0.0]])
    moving = dysts.poincare_section(rossler.with_parameters(c=values), "x - c/2", 2, initial_conditions=states)
    np.testing.assert_allclose(moving.sel(component="x"), np.array([values, values]).T / 2, atol=1e-8)
    with pytest.raises(InvalidArgumentError, match="one for each of the 3 members, got 2"):
        dysts.poincare_section(rossler.with_parameters(c=values), "y", 2, initial_conditions=states[:2])
