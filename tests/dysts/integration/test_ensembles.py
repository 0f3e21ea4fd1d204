"""Ensembles of parameter sets, the trust in a trajectory, and delay systems by the one call."""

import math
import warnings

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownNameError
from dysts.integration.predictability import predictable_until
from dysts.integration.solution import Solution

LORENZ = dysts.get_system("Lorenz")
DELAYED = [name for name in dysts.list_systems() if dysts.get_system(name).delay]


def test_arrays_of_parameters_make_an_ensemble_whose_members_are_single_systems() -> None:
    many = LORENZ.with_parameters(rho=[24.0, 28.0, 35.0], sigma=9.0)
    assert isinstance(many, dysts.Ensemble)
    assert [member.parameters["rho"] for member in many] == [24.0, 28.0, 35.0]
    assert {member.parameters["sigma"] for member in many} == {9.0}
    x = dysts.integrate(many, 100)
    assert x.dims == ("trajectory", "time", "component")
    np.testing.assert_array_equal(x["rho"].values, [24.0, 28.0, 35.0])
    for index, member in enumerate(many):
        np.testing.assert_array_equal(x.values[index], dysts.integrate(member, times=x["time"].values).values)
    np.testing.assert_array_equal(dysts.rebuild(x).values, x.values)


@pytest.mark.parametrize("name", ["Chua", "Duffing", "MackeyGlass"])
def test_members_differ_in_kinks_phases_and_delays_as_single_systems_do(name: str) -> None:
    parameter = {"Chua": "m0", "Duffing": "omega", "MackeyGlass": "tau"}[name]
    system = dysts.get_system(name)
    values = [system.parameters[parameter] * factor for factor in (0.9, 1.0, 1.1)]
    times = np.linspace(0.0, 30.0, 61)
    x = dysts.integrate(system.with_parameters(**{parameter: values}), times=times, threads=2)
    for index, value in enumerate(values):
        alone = dysts.integrate(system.with_parameters(**{parameter: value}), times=times)
        np.testing.assert_array_equal(x.values[index], alone.values)


def test_a_vector_parameter_varies_as_a_whole_or_by_element() -> None:
    chua = dysts.get_system("MultiChua")
    whole = chua.with_parameters(c=[[0.0, 1.0, 2.15, 3.6, 8.2, 13.0], [0.0, 1.0, 2.2, 3.6, 8.2, 13.0]])
    element = chua.with_parameters(c_3=[2.15, 2.2])
    assert [member.parameters for member in whole] == [member.parameters for member in element]


def test_one_state_for_each_member_or_one_for_all() -> None:
    many = LORENZ.with_parameters(rho=[24.0, 28.0])
    states = [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0]]
    x = dysts.integrate(many, 20, initial_conditions=states)
    np.testing.assert_array_equal(x.values[:, 0], states)
    with pytest.raises(InvalidArgumentError, match="one for each of the 2 members, got 3"):
        dysts.integrate(many, 20, initial_conditions=np.ones((3, 3)))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rho": [1.0, 2.0], "sigma": [1.0, 2.0, 3.0]}, InvalidArgumentError, "rho has 2, sigma has 3"),
        ({"rho": []}, InvalidArgumentError, "at least one value"),
        ({"rho": [1.0, np.nan]}, InvalidArgumentError, "finite"),
        ({"rho": [[1.0], [2.0]]}, InvalidArgumentError, "shape"),
        ({"rh": [1.0, 2.0]}, UnknownNameError, "did you mean 'rho'"),
    ],
)
def test_wrong_ensembles_are_refused(changes: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        LORENZ.with_parameters(**changes)


def test_systems_of_one_structure_keep_their_own_parameters() -> None:
    # Equal sources share one compiled function; the names behind its constants differ.
    one = make({"x": "a*x"}, [1.0], parameters={"a": 1.0})
    two = make({"x": "b*x"}, [1.0], parameters={"b": -1.0})
    for system, rate in ((one, 1.0), (two, -1.0), (one, 1.0)):
        x = dysts.integrate(system, times=[0.0, 1.0]).values[-1, 0]
        assert x == pytest.approx(math.exp(rate), rel=1e-8)


def test_the_predictable_time_is_where_errors_of_the_tolerance_have_grown_to_a_percent() -> None:
    found = {}
    for rtol in (1e-6, 1e-9, 1e-12):
        # One method throughout: another one has other errors at the same tolerance.
        x = dysts.integrate("Lorenz", 8000, rtol=rtol, solver="dop853")
        found[rtol] = x.attrs["predictable_until"]
        better = dysts.integrate("Lorenz", 8000, rtol=1e-14, predictability=False)
        difference = np.sqrt((((x - better) / better.std("time")) ** 2).mean("component"))
        wrong = np.flatnonzero(difference.values > 0.01)[0]
        assert abs(x["time"].values[wrong] - found[rtol]) * LORENZ.lyapunov_exponent < 2.0
    # A thousand times smaller errors last ln(1000) Lyapunov times longer, give or take their uneven growth.
    for loose, tight in ((1e-6, 1e-9), (1e-9, 1e-12)):
        gained = (found[tight] - found[loose]) * LORENZ.lyapunov_exponent
        assert 0.6 * math.log(1000.0) < gained < 1.5 * math.log(1000.0)


def test_the_predictable_time_is_the_last_one_before_the_solutions_part() -> None:
    times = np.arange(5.0)
    one, other = Solution(1, 5, 3), Solution(1, 5, 3)
    one.values[0] = np.random.default_rng(0).standard_normal((5, 3))
    other.values[0] = one.values[0]
    assert predictable_until(LORENZ, times, one, lambda _: other, 1e-9, 1e-14) == 4.0
    other.values[0, 3] += 1.0
    assert predictable_until(LORENZ, times, one, lambda _: other, 1e-9, 1e-14) == 2.0
    other.values[0, 0] += 1.0
    assert predictable_until(LORENZ, times, one, lambda _: other, 1e-9, 1e-14) == 0.0


def test_the_predictable_time_is_measured_by_default_only_where_it_may_end() -> None:
    assert "predictable_until" not in dysts.integrate("Lorenz", 100).attrs
    assert dysts.integrate("Lorenz", 100, predictability=True).attrs["predictable_until"] == pytest.approx(
        99 * LORENZ.period / 100
    )
    assert "predictable_until" not in dysts.integrate("Lorenz", 8000, predictability=False).attrs
    assert "predictable_until" not in dysts.integrate("Lorenz", 8000, initial_conditions=[[1, 1, 1]] * 2).attrs
    with pytest.raises(InvalidArgumentError, match="one deterministic trajectory"):
        dysts.integrate("Lorenz", 10, initial_conditions=[[1, 1, 1]] * 2, predictability=True)


@pytest.mark.parametrize("name", DELAYED)
def test_delay_systems_run_for_1000_periods(name: str) -> None:
    x = dysts.integrate(name, 5000, points_per_period=5)
    assert x.attrs["status"] == "success"
    system = dysts.get_system(name)
    # The sine of SprottDelay has many wells, among which the state wanders.
    late = np.sin(x.values[500:]) if name == "SprottDelay" else x.values[500:]
    assert np.isfinite(late).all()
    if name != "SprottDelay":
        spread = np.array(system.property_value("standard_deviation"))
        assert (np.abs(late - system.property_value("mean")) < 8.0 * spread).all()
    assert late.std() > 0.1


def test_each_member_of_a_delayed_ensemble_has_its_own_history() -> None:
    many = dysts.get_system("MackeyGlass").with_parameters(tau=[17.0, 20.0])
    together = dysts.integrate(many, times=[5.0, 30.0], history=[[0.5], [0.9]]).values
    for values, member, state in zip(together, many, ([0.5], [0.9]), strict=True):
        np.testing.assert_array_equal(values, dysts.integrate(member, times=[5.0, 30.0], history=state).values)


def test_histories_through_the_one_call() -> None:
    system = dysts.get_system("MackeyGlass")
    times = np.linspace(0.0, 50.0, 26)
    constant = dysts.integrate(system, times=times, initial_conditions=[0.9])
    function = dysts.integrate(system, times=times, history=lambda t: [0.9 + 0.0 * t])
    np.testing.assert_allclose(function.values, constant.values, rtol=1e-8)
    np.testing.assert_array_equal(dysts.rebuild(constant).values, constant.values)
    with pytest.raises(NotSupportedError, match="history"):
        dysts.rebuild(function)
    many = dysts.integrate(system, times=times, initial_conditions=[[0.9], [1.1]])
    assert many.dims == ("trajectory", "time", "component")
    np.testing.assert_array_equal(many.values[0], constant.values)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"initial_conditions": [0.9], "history": lambda _: [1.0]}, InvalidArgumentError, "exclude one another"),
        ({"history": ([-1.0, 0.0], [[1.0], [1.0]])}, InvalidArgumentError, "must cover the delay"),
        ({"stop": "x"}, NotSupportedError, "without stop"),
        ({"noise": dysts.Noise(additive=0.1, seed=0)}, NotSupportedError, "without noise"),
        ({"solver": "radau"}, NotSupportedError, "without solver='radau'"),
    ],
)
def test_what_delay_systems_cannot_do_is_said(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        dysts.integrate("MackeyGlass", times=[0.0, 1.0], **arguments)  # type: ignore[arg-type]


def test_a_trajectory_that_blows_up_is_kept_without_a_warning() -> None:
    runaway = dysts.get_system("Rossler").with_parameters(a=5.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = dysts.integrate(runaway, 5000, on_failure="keep")
    reached = int(np.isfinite(kept.values).all(axis=1).sum())
    assert kept.attrs["status"] == "step_too_small"
    assert 0.0 < kept.attrs["predictable_until"] <= float(kept.time[reached - 1])
