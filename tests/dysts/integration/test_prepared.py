"""Prepared integrations return the numbers of `dysts.integrate`, without labels."""

import pickle

import numpy as np
import pytest

import dysts
from dysts.errors import (
    IntegrationError,
    InvalidArgumentError,
    NotSupportedError,
    UnknownArgumentError,
    UnknownNameError,
)


def some_states(system: dysts.System, count: int = 5) -> np.ndarray:
    spread = 1.0 + 1e-2 * np.random.default_rng(0).standard_normal((count, system.dimension))
    return np.array(system.initial_conditions) * spread


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Lorenz", {}),
        ("Lorenz", {"rtol": 1e-6}),
        ("Lorenz", {"step": -0.01, "start": 2.0}),
        ("Lorenz", {"noise": dysts.Noise(additive=0.1, seed=3), "longest_step": 0.01}),
        ("Chua", {}),
        ("Duffing", {"points_per_period": 20}),
        ("MackeyGlass", {"points_per_lyapunov_time": 50}),
        ("HenonMap", {"start": 2}),
    ],
)
def test_numbers_are_those_of_integrate(name: str, arguments: dict) -> None:
    system = dysts.get_system(name)
    prepared = dysts.prepare(system, 60, **arguments)
    states = some_states(system)
    for given in (None, states[1], states, states[:1]):
        expected = dysts.integrate(system, 60, initial_conditions=given, **arguments)
        values = prepared() if given is None else prepared(given)
        assert type(values) is np.ndarray
        assert np.array_equal(values, expected.values)
        assert np.array_equal(prepared.times, expected["time"].values)
    # Nothing of an earlier call is left in a later one.
    assert np.array_equal(prepared(states), dysts.integrate(system, 60, initial_conditions=states, **arguments).values)


@pytest.mark.parametrize(
    ("name", "varied"),
    [
        # A driving phase whose period depends on a parameter, a delay, a vector's element, switches, a map.
        ("Lorenz", {"rho": [28.0, 30.0, 35.0], "beta": [2.0, 2.5, 2.7]}),
        ("Duffing", {"omega": [1.0, 1.2, 1.5]}),
        ("MackeyGlass", {"tau": [2.0, 1.7, 1.9]}),
        ("Chua", {"m0": [-1.1, -1.15, -1.2]}),
        ("HenonMap", {"a": [1.4, 1.3, 1.2]}),
    ],
)
def test_parameter_values_are_those_of_an_ensemble(name: str, varied: dict) -> None:
    system = dysts.get_system(name)
    times = np.arange(30.0) if system.kind == "map" else np.linspace(0.0, 2.0 * system.period, 30)
    prepared = dysts.prepare(system, times=times, parameters=list(varied))
    values = np.array(list(varied.values())).T
    ensemble = system.with_parameters(**varied)
    assert np.array_equal(prepared(parameters=values), dysts.integrate(ensemble, times=times).values)
    states = some_states(system, len(values))
    expected = dysts.integrate(ensemble, times=times, initial_conditions=states).values
    assert np.array_equal(prepared(states, values), expected)
    assert np.array_equal(prepared(states[1], values[1]), expected[1])
    one_parameter_set = dysts.integrate(
        system.with_parameters(**{key: row[1] for key, row in varied.items()}), times=times
    )
    assert np.array_equal(prepared(parameters=values[1]), one_parameter_set.values)
    # The system's own values are there again.
    assert np.array_equal(prepared(), dysts.integrate(system, times=times).values)


def test_an_element_of_a_matrix_is_a_parameter() -> None:
    system = dysts.System.from_equations(
        "Rotor",
        {"x": "w_1_1*x + w_1_2*y", "y": "w_2_1*x"},
        parameters={"w": [[0.0, 1.0], [-1.0, 0.0]]},
        initial_conditions=[0.0, 1.0],
    )
    prepared = dysts.prepare(system, times=[0.5], parameters="w_2_1")
    # A harmonic oscillator of frequency 2: x = sin(2t)/2.
    assert prepared(parameters=[-4.0])[0, 0] == pytest.approx(0.5 * np.sin(1.0), abs=1e-9)
    with pytest.raises(InvalidArgumentError, match=r"parameters must be single numbers, got 'w' of Rotor.*w_1_1"):
        dysts.prepare(system, times=[0.5], parameters="w")


def test_a_sent_copy_gives_the_same_numbers() -> None:
    prepared = dysts.prepare("Lorenz", 20, parameters=["rho"], rtol=1e-8, on_failure="keep")
    copy = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own bytes
    assert np.array_equal(copy(parameters=[30.0]), prepared(parameters=[30.0]))


def test_what_ends_early_raises_or_is_kept() -> None:
    blow_up = dysts.System.from_equations("BlowUp", {"x": "x**2"}, initial_conditions=[1.0])
    with pytest.raises(IntegrationError, match=r"BlowUp stopped at time 1 of 2"):
        dysts.prepare(blow_up, times=[0.5, 2.0])()
    kept = dysts.prepare(blow_up, times=[0.5, 2.0], on_failure="keep")()
    # The solution is 1/(1 - t).
    assert kept[0, 0] == pytest.approx(2.0, abs=1e-8)
    assert np.isnan(kept[1, 0])
    with pytest.raises(IntegrationError, match="escapes"):
        dysts.prepare("HenonMap", 50)([10.0, 10.0])


@pytest.mark.parametrize("name", ["Lorenz", "Chua", "HenonMap"])
def test_states_that_are_not_finite_fail(name: str) -> None:
    state = np.array(dysts.get_system(name).initial_conditions)
    state[0] = np.nan
    with pytest.raises(IntegrationError):
        dysts.prepare(name, 10)(state)


def test_wrong_arguments_are_named() -> None:
    prepared = dysts.prepare("Lorenz", 10, parameters=["rho"])
    with pytest.raises(InvalidArgumentError, match=r"components \(x, y, z\), got an array of shape \(2,\)"):
        prepared(np.zeros(2))
    with pytest.raises(InvalidArgumentError, match="shape"):
        prepared(np.zeros((0, 3)))
    with pytest.raises(InvalidArgumentError, match=r"parameters must have shape \(1,\).*\(rho\), got shape \(2,\)"):
        prepared(parameters=[1.0, 2.0])
    with pytest.raises(InvalidArgumentError, match="equally many, got 2 states and 3 sets"):
        prepared(np.ones((2, 3)), [[1.0], [2.0], [3.0]])
    with pytest.raises(InvalidArgumentError, match=r"none was named in dysts\.prepare"):
        dysts.prepare("Lorenz", 10)(parameters=[1.0])
    with pytest.raises(UnknownNameError, match="did you mean 'sigma'"):
        dysts.prepare("Lorenz", 10, parameters=["sigme"])
    with pytest.raises(InvalidArgumentError, match="different names"):
        dysts.prepare("Lorenz", 10, parameters=["rho", "rho"])
    with pytest.raises(InvalidArgumentError, match="got an ensemble of Lorenz"):
        dysts.prepare(dysts.get_system("Lorenz").with_parameters(rho=[28.0, 30.0]), 10)
    with pytest.raises(UnknownArgumentError, match="use step="):
        dysts.prepare("Lorenz", 10, dt=0.1)
    with pytest.raises(NotSupportedError, match="rtol is for flows"):
        dysts.prepare("HenonMap", 10, rtol=1e-6)
    with pytest.raises(ValueError, match="read-only"):
        prepared.times[0] = 1.0
