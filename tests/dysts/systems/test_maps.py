"""The maps of the registry: their entries, names and formulas; what an entry of a map may not have."""

import json
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.errors import InvalidArgumentError, RegistryError, UnknownNameError

MAPS = dysts.list_systems(kind="map")
LITERATURE = json.loads((Path(__file__).parents[3] / "docs" / "data" / "map_exponents.json").read_text())


def test_there_are_maps_beside_the_135() -> None:
    assert len(MAPS) >= 40
    assert len(dysts.list_systems()) == 135
    assert not set(MAPS) & set(dysts.list_systems(variants=True))
    for name in dysts.list_systems(kind="map", variants=True):
        system = dysts.get_system(name)
        assert system.kind == "map"
        assert name.endswith("Map")
        assert system.citations
        assert system.description
        assert dysts.System.from_entry(name, system.to_entry()) == system
    with pytest.raises(InvalidArgumentError, match="kind must be 'flow' or 'map', got 'maps'"):
        dysts.list_systems(kind="maps")
    with pytest.raises(UnknownNameError, match="unknown system 'HenonnMap'; did you mean 'HenonMap'"):
        dysts.get_system("HenonnMap")


@pytest.mark.parametrize("name", MAPS)
def test_jacobians_are_the_derivatives_of_the_maps(name: str) -> None:
    system = dysts.get_system(name)
    orbit = [np.array(system.initial_conditions)]
    for _ in range(7):
        orbit.append(system.rhs(0.0, orbit[-1]))
    state = orbit[-1]
    # Central differences err by the square of the step, and by rounding over it; none of the states is at a kink.
    step = 1e-6 * np.eye(system.dimension)
    columns = [(system.rhs(0.0, state + h) - system.rhs(0.0, state - h)) / 2e-6 for h in step]
    exact = system.jacobian(0.0, state)
    np.testing.assert_allclose(exact, np.transpose(columns), atol=2e-5 * max(1.0, np.abs(exact).max()))


def test_stored_exponents_are_those_of_the_literature() -> None:
    for entry in LITERATURE["values"]:
        system = dysts.get_system(entry["map"])
        found, error = system.lyapunov_exponent, system.lyapunov_exponent_error
        if "parameters" in entry:
            found, error = entry["computed"], entry["error"]
            assert any(system.parameters[name] != value for name, value in entry["parameters"].items()), entry["map"]
        # Sixteen values: one of them beyond three errors would be chance once in 25 times.
        rounding = 0.5 * 10.0 ** -entry["decimals"]
        assert found == pytest.approx(entry["value"], abs=3.0 * error + rounding), entry["map"]
        assert error < 0.08 * entry["value"], entry["map"]


@pytest.mark.parametrize("name", ["LogisticMap", "TinkerbellMap"])
def test_exponents_at_other_parameters_are_computed_as_stored(name: str) -> None:
    entry = next(one for one in LITERATURE["values"] if one["map"] == name)
    found = dysts.lyapunov_spectrum(dysts.get_system(name).with_parameters(**entry["parameters"]), periods=20_000)
    assert found.exponents[0] == pytest.approx(entry["computed"], abs=4.0 * found.errors[0])
    assert found.exponents[0] == pytest.approx(entry["value"], abs=4.0 * found.errors[0])


def test_stored_sums_are_logarithms_of_constant_determinants() -> None:
    constant = []
    for name in MAPS:
        system = dysts.get_system(name)
        state, determinants = np.array(system.initial_conditions), []
        for _ in range(12):
            determinants.append(abs(np.linalg.det(system.jacobian(0.0, state))))
            state = system.rhs(0.0, state)
        if system.dimension > 1 and np.ptp(determinants) < 1e-9 * max(determinants):
            constant.append(name)
            total = sum(system.property_value("lyapunov_spectrum"))
            assert total == pytest.approx(np.log(determinants[0]), abs=1e-6), name
    assert {"HenonMap", "LoziMap", "IkedaMap", "ZaslavskiiMap", "ArnoldCatMap"} <= set(constant)
    assert len(constant) >= 14


def test_formulas_number_the_iterates() -> None:
    lines = dysts.get_system("HenonMap").to_latex().splitlines()
    shown = dysts.get_system("HenonMap")._repr_html_()
    assert "<mi>n</mi><mo>+</mo><mn>1</mn>" in shown
    assert "<mi>d</mi><mi>t</mi>" not in shown
    assert lines[1:3] == ["x_{n+1} &= - a x_{n}^{2} + y_{n} + 1 \\\\", "y_{n+1} &= b x_{n}"]


def test_entries_of_maps_are_checked() -> None:
    entry = {
        "definition": {
            "kind": "map",
            "variables": ["x"],
            "equations": {"x": "r*x*(1 - x)"},
            "parameters": {"r": 3.9},
            "initial_conditions": [0.5],
        }
    }
    own = dysts.load_systems({"Mine": entry})["Mine"]
    assert dysts.integrate(own, 2).values[:, 0].tolist() == [0.5, 0.975]
    for field, value in (("delay", "r"), ("lifetime", 3.0), ("clock", {"variable": "x", "period": "1"})):
        wrong = {"definition": {**entry["definition"], field: value}}
        with pytest.raises(RegistryError, match=f"Mine: {field} must be left out for a map"):
            dysts.System.from_entry("Mine", wrong)
    with pytest.raises(RegistryError, match="Mine: kind"):
        dysts.System.from_entry("Mine", {"definition": {**entry["definition"], "kind": "function"}})
    assert "kind" not in dysts.get_system("Lorenz").to_entry()["definition"]
