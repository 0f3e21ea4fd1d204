"""A System is a frozen value; a changed parameter reaches the equations."""

import dataclasses
import pickle

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownNameError
from dysts.systems.system import System


def test_a_changed_parameter_reaches_the_equations() -> None:
    lorenz = dysts.get_system("Lorenz")
    state = [1.0, 2.0, 3.0]
    changed = lorenz.with_parameters(rho=99.0).rhs(0.0, state) - lorenz.rhs(0.0, state)
    np.testing.assert_allclose(changed, [0.0, 71.0, 0.0])
    assert lorenz.parameters["rho"] == 28.0


def test_vectors_and_matrices_change_whole_or_by_element() -> None:
    hopfield = dysts.get_system("Hopfield")
    one = hopfield.with_parameters(k_1_2=7.0)
    assert one.parameters["k"][0][1] == 7.0
    whole = [list(row) for row in hopfield.parameters["k"]]
    whole[0][1] = 7.0
    assert hopfield.with_parameters(k=whole) == one


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rh": 1.0}, UnknownNameError, "parameter of Lorenz 'rh'; did you mean 'rho'"),
        ({"x": 1.0}, UnknownNameError, "'x'"),
        ({"rho": np.nan}, InvalidArgumentError, "a finite number"),
        ({"rho": "high"}, InvalidArgumentError, "'high'"),
        ({"rho": [[1.0, 2.0]]}, InvalidArgumentError, r"must have shape \(\), got \(1, 2\)"),
    ],
)
def test_wrong_parameters_are_refused(changes: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dysts.get_system("Lorenz").with_parameters(**changes)  # type: ignore[arg-type]


def test_a_system_is_frozen_and_travels_to_other_processes() -> None:
    lorenz = dysts.get_system("Lorenz")
    with pytest.raises(dataclasses.FrozenInstanceError):
        lorenz.name = "Other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        lorenz.parameters["rho"] = 1.0  # type: ignore[index]
    again = pickle.loads(pickle.dumps(dataclasses.replace(lorenz)))  # noqa: S301 - our own bytes
    assert again == lorenz
    assert hash(again.parameters) == hash(lorenz.parameters)


def test_scipys_argument_order_and_batches() -> None:
    rossler = dysts.get_system("Rossler")
    states = np.random.default_rng(0).standard_normal((4, 5, 3))
    assert rossler.rhs(0.0, states).shape == (4, 5, 3)
    assert rossler.jacobian(0.0, states).shape == (4, 5, 3, 3)
    np.testing.assert_array_equal(rossler.rhs(0.0, states)[2, 3], rossler.rhs(0.0, states[2, 3]))


@pytest.mark.parametrize("state", [[1.0, 2.0], 1.0, [[1.0, 2.0]], [1.0, np.inf, 0.0], [1.0, None, 2.0], "abc", []])
def test_wrong_states_are_refused(state: object) -> None:
    with pytest.raises(InvalidArgumentError, match="states of Lorenz"):
        dysts.get_system("Lorenz").rhs(0.0, state)


def test_a_delay_system_asks_for_its_delayed_state() -> None:
    mackey_glass = dysts.get_system("MackeyGlass")
    assert mackey_glass.rhs(0.0, [1.0], [1.0])[0] == pytest.approx(0.0)
    with pytest.raises(InvalidArgumentError, match="delay system"):
        mackey_glass.rhs(0.0, [1.0])
    with pytest.raises(InvalidArgumentError, match="no delay"):
        dysts.get_system("Lorenz").rhs(0.0, [1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    with pytest.raises(NotSupportedError, match="no stored divergence: the data did not determine it"):
        mackey_glass.property_value("divergence")
    assert mackey_glass.period > 0.0


def test_changed_systems_keep_the_period_as_a_unit_and_no_other_property() -> None:
    changed = dysts.get_system("Lorenz").with_parameters(rho=35.0)
    assert changed.period == dysts.get_system("Lorenz").period
    with pytest.raises(NotSupportedError, match="no stored lyapunov_spectrum"):
        _ = changed.lyapunov_exponent
    same = dysts.get_system("Lorenz").with_parameters(rho=28)
    assert same.lyapunov_exponent == dysts.get_system("Lorenz").lyapunov_exponent


def test_observables_are_bounded_and_injective_on_an_angle() -> None:
    pendulum = dysts.get_system("DoublePendulum")
    states = np.array([[0.3, 0.1, 1.0, 2.0], [0.3 + 2 * np.pi, 0.1, 1.0, 2.0], [np.pi - 0.3, 0.1, 1.0, 2.0]])
    observed = pendulum.observe(states)
    np.testing.assert_allclose(observed[0], observed[1], atol=1e-15)
    assert np.abs(observed[0] - observed[2]).max() > 1.0
    np.testing.assert_array_equal(dysts.get_system("Lorenz").observe(np.ones((2, 3))), np.ones((2, 3)))


def test_whether_time_enters_is_read_from_the_equations() -> None:
    assert dysts.get_system("Lorenz").autonomous
    assert dysts.get_system("Duffing").autonomous
    assert not dysts.get_system("Torus").autonomous


def test_new_initial_conditions_make_a_new_system() -> None:
    lorenz = dysts.get_system("Lorenz")
    moved = lorenz.with_initial_conditions([1.0, 2.0, 3.0])
    assert moved.initial_conditions == (1.0, 2.0, 3.0)
    assert dysts.integrate(moved, 2).values[0].tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(InvalidArgumentError):
        lorenz.with_initial_conditions([[1.0, 2.0, 3.0]])


def test_entries_round_trip() -> None:
    for name in ("Duffing", "MackeyGlass", "Hopfield", "BurkeShawPredecessor", "PanXuZhou"):
        system = dysts.get_system(name)
        assert System.from_entry(name, system.to_entry()) == system
