"""Equations from Python make the same systems as files, and go back to files."""

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError, NotSupportedError, RegistryError, StorageError, UnknownNameError
from dysts.systems.registry import registry, registry_of

BRUSSELATOR = {"x": "a + x**2*y - (b + 1)*x", "y": "b*x - x**2*y"}


def brusselator() -> dysts.System:
    return dysts.System.from_equations(
        "Brusselator", BRUSSELATOR, parameters={"a": 1.0, "b": 3.0}, initial_conditions={"y": 2.0, "x": 1.0}
    )


def test_a_system_from_equations_has_their_values() -> None:
    system = brusselator()
    assert system.variables == ("x", "y")
    assert system.initial_conditions == (1.0, 2.0)
    np.testing.assert_allclose(system.rhs(0.0, [1.5, 2.0]), [1 + 2.25 * 2 - 4 * 1.5, 3 * 1.5 - 2.25 * 2])
    # The fixed point (a, b/a) stays where it is.
    x = dysts.integrate(system, 5, step=0.5, initial_conditions={"x": 1.0, "y": 3.0})
    np.testing.assert_allclose(x.values, [[1.0, 3.0]] * 5, atol=1e-12)


def test_arrays_and_numpy_numbers_are_parameters() -> None:
    network = dysts.System.from_equations(
        "Pair",
        {"u": "w_1_1*u + w_1_2*v", "v": "w_2_1*u + k*v"},
        parameters={"w": np.array([[1, 2], [3, 4]]), "k": np.float64(-1.0)},
        initial_conditions=np.array([1, 0]),
    )
    np.testing.assert_array_equal(network.jacobian(0.0, [0.0, 0.0]), [[1.0, 2.0], [3.0, -1.0]])


def test_a_delay_a_driving_phase_and_observables_can_be_given() -> None:
    delayed = dysts.System.from_equations(
        "Feedback", {"x": "-x_tau"}, parameters={"tau": 1.0}, delay="tau", initial_conditions=[1.0]
    )
    # By the method of steps: x = 1 - t within the first delay.
    np.testing.assert_allclose(dysts.integrate(delayed, times=[0.0, 0.5, 1.0]).values[:, 0], [1.0, 0.5, 0.0], atol=1e-9)
    driven = dysts.System.from_equations(
        "Driven",
        {"x": "cos(phase)", "phase": "w"},
        parameters={"w": 2.0},
        driving_phase={"variable": "phase", "period": "2*pi"},
        observables={"x": "x"},
        initial_conditions=[0.0, 0.0],
    )
    assert driven.phase_index_and_period == (1, pytest.approx(2 * np.pi))
    assert driven.clock is driven.driving_phase
    assert driven.to_entry()["definition"]["clock"] == {"variable": "phase", "period": "2*pi"}


def test_saved_systems_are_read_back(tmp_path: Path) -> None:
    system = brusselator()
    path = system.save(tmp_path / "mine.json")
    assert dysts.load_systems(path)["Brusselator"] == system
    with pytest.raises(StorageError, match=r"mine.json exists already; .*overwrite=True"):
        system.save(path)
    system.with_parameters(b=2.0).save(path, overwrite=True)
    assert dysts.load_systems(path)["Brusselator"].parameters["b"] == 2.0
    assert dysts.load_systems({"Brusselator": system.to_entry()})["Brusselator"] == system


def test_a_large_mapping_is_checked_when_it_is_asked_for() -> None:
    good = brusselator().to_entry()
    bad = copy.deepcopy(good)
    bad["definition"]["equations"]["x"] = "q"
    with pytest.raises(RegistryError, match="unknown name"):
        dysts.load_systems({"A": good, "B": bad})
    many = dysts.load_systems({f"S{index}": good for index in range(400)} | {"Last": bad})
    assert many["S399"].name == "S399"
    with pytest.raises(RegistryError, match=r"^Last: equations.x, column 1: unknown name 'q'"):
        _ = many["Last"]
    with pytest.raises(UnknownNameError, match="did you mean 'Last'"):
        _ = many["Lasts"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"equations": {"x": "a +* x"}}, "Mine: equations.x, column"),
        ({"equations": "x"}, "Mine: equations must be a mapping of variables to expressions"),
        ({"initial_conditions": {"x": 1.0}}, "Mine: initial_conditions must have the field 'y'"),
        ({"initial_conditions": {"x": 1.0, "y": 2.0, "z": 3.0}}, "none but the fields x, y, got 'z'"),
        ({"initial_conditions": [1.0]}, "one number for each of the 2 variables, got 1"),
        ({"parameters": {"a": None, "b": 1.0}}, "parameters.a must be a finite number, got None"),
        ({"field": "alchemy"}, "Mine: field must be one of astronomy"),
        ({"delay": "c"}, "Mine: delay must be one of a, b, got 'c'"),
    ],
)
def test_mistakes_name_the_system_and_the_field(change: dict[str, object], message: str) -> None:
    arguments = {
        "equations": BRUSSELATOR,
        "parameters": {"a": 1.0, "b": 3.0},
        "initial_conditions": [1.0, 1.0],
        **change,
    }
    with pytest.raises(RegistryError) as caught:
        dysts.System.from_equations("Mine", **arguments)  # type: ignore[arg-type]
    assert message in str(caught.value)


@pytest.mark.parametrize("equations", [["-x"], "x' = -x", None])
def test_equations_belong_to_variables(equations: object) -> None:
    with pytest.raises(RegistryError, match="S: equations must be a mapping of variables to expressions, such as"):
        dysts.System.from_equations("S", equations, initial_conditions=[1.0])  # type: ignore[arg-type]


def test_states_are_taken_by_name_wherever_states_are_taken() -> None:
    lorenz = dysts.get_system("Lorenz")
    by_name = {"z": 3.0, "x": 1.0, "y": 2.0}
    np.testing.assert_array_equal(lorenz.rhs(0.0, by_name), lorenz.rhs(0.0, [1.0, 2.0, 3.0]))
    many = dysts.integrate("Lorenz", 2, initial_conditions={"x": [1.0, 2.0], "y": 0.0, "z": [5.0, 6.0]})
    np.testing.assert_array_equal(many.values[:, 0], [[1.0, 0.0, 5.0], [2.0, 0.0, 6.0]])
    assert lorenz.with_initial_conditions(by_name).initial_conditions == (1.0, 2.0, 3.0)
    with pytest.raises(UnknownNameError, match=r"unknown variable of Lorenz 'w' \(known: x, y, z\)"):
        dysts.integrate("Lorenz", 2, initial_conditions={**by_name, "w": 1.0})
    with pytest.raises(InvalidArgumentError, match="must have the components x, y, z, got none for y"):
        dysts.integrate("Lorenz", 2, initial_conditions={"x": 1.0, "z": 1.0})
    with pytest.raises(InvalidArgumentError, match=r"components of one shape, got x of \(2,\), y of \(3,\)"):
        dysts.integrate("Lorenz", 2, initial_conditions={"x": [1.0, 2.0], "y": [1.0, 2.0, 3.0], "z": 0.0})


def test_copies_travel_without_compiled_code() -> None:
    system = brusselator()
    before = dysts.integrate(system, 20, step=0.1)
    system.jacobian(0.0, [1.0, 1.0])
    ensemble = system.with_parameters(b=[2.0, 3.0])
    for again in (
        pickle.loads(pickle.dumps(system)),  # noqa: S301 - our own bytes
        copy.deepcopy(system),
        copy.copy(system),
    ):
        assert again == system
        assert "compiled" not in vars(again)
        np.testing.assert_array_equal(dysts.integrate(again, 20, step=0.1).values, before.values)
    members = pickle.loads(pickle.dumps(ensemble))  # noqa: S301 - our own bytes
    assert [member.parameters["b"] for member in members] == [2.0, 3.0]
    assert len(pickle.dumps(system)) < 3000


def test_what_a_changed_system_lacks_is_said_with_the_way_to_it() -> None:
    with pytest.raises(NotSupportedError, match=r"Brusselator has no stored period.*dysts.dominant_period"):
        dysts.integrate(brusselator(), 10)
    with pytest.raises(UnknownNameError, match=r"unknown parameter of Brusselator 'c' \(known: a, b\)"):
        brusselator().with_parameters(c=1.0)


def test_entries_without_description_survive_the_way_through_json() -> None:
    entry = json.loads(json.dumps(brusselator().to_entry()))
    assert sorted(entry["definition"]) == ["equations", "initial_conditions", "parameters", "variables"]
    assert dysts.System.from_entry("Brusselator", entry) == brusselator()


def test_an_unknown_name_tells_every_known_one_once() -> None:
    with pytest.raises(UnknownNameError, match=rf"\({len(registry())} known"):
        registry_of(None).find("Lorentz")


@pytest.mark.parametrize(
    "make",
    [
        lambda: dysts.System("Mine", {"x": "-x"}),
        lambda: dysts.System("Mine", variables=["x"], equations={"x": "-x"}),
        lambda: dysts.System(name="Mine", variables=("x",), equations={"x": "-x"}, initial_conditions=(1.0,)),
        lambda: dysts.System(name="Mine", sigma=10.0),
    ],
    ids=["positional", "predecessor's order", "unchecked equations", "parameters"],
)
def test_the_class_itself_says_what_makes_a_system(make: Callable[[], dysts.System]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"must be made by dysts\.System\.from_equations\(name, equations"):
        make()


def test_a_system_is_copied_and_pickled_as_it_is() -> None:
    lorenz = dysts.get_system("Lorenz")
    assert copy.deepcopy(lorenz) == lorenz
    assert pickle.loads(pickle.dumps(lorenz)) == lorenz  # noqa: S301
