"""dysts annotate writes properties, leaves definitions alone, resumes, and reports what failed."""

import json
from pathlib import Path
from typing import Any

import pytest

import dysts
from dysts.invariants import annotate as module
from dysts.registry import load_systems, registry, systems_file
from dysts.registry_file import write_entries


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry file of two systems that are annotated quickly, one that fails, and a cache of its own."""
    entries: dict[str, Any] = {name: registry()[name].to_entry() for name in ("Rossler", "Lorenz", "MackeyGlass")}
    entries["Resting"] = {
        "definition": {
            "description": "Comes to rest",
            "field": "mathematics",
            "variables": ["x"],
            "equations": {"x": "-x"},
            "initial_conditions": [1.0],
        },
        "properties": {"period": {"value": 5.0, "method": "kept from before"}},
    }
    path = tmp_path / "systems.json"
    write_entries(path, entries)
    monkeypatch.setattr(module, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(module, "PERIODS", 20.0)
    monkeypatch.setattr(module, "TRAJECTORIES", 4)
    monkeypatch.setattr(module, "MOST_WORK", 1.0)
    return path


def test_properties_are_written_and_definitions_stay(small: Path) -> None:
    before = json.loads(small.read_text())
    lines: list[str] = []
    failures = module.annotate(small, ["Rossler", "Resting"], workers=1, report=lines.append)
    after = json.loads(small.read_text())
    assert list(after) == list(before)
    assert [entry["definition"] for entry in after.values()] == [entry["definition"] for entry in before.values()]
    assert list(failures) == ["Resting"]
    assert "rest" in failures["Resting"]
    assert after["Resting"]["properties"] == before["Resting"]["properties"]
    assert after["Lorenz"] == before["Lorenz"]
    assert len(lines) == 2
    rossler = load_systems(small)["Rossler"]
    assert rossler.period == pytest.approx(5.87, abs=0.1)
    for entry in rossler.properties.values():
        assert entry["method"]
        assert entry["version"] == dysts.__version__


def test_a_second_run_reuses_what_is_finished(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module.annotate(small, ["Rossler"], workers=1)
    first = small.read_text()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(module.ProcessPoolExecutor, "submit", never)
    module.annotate(small, ["Rossler"], workers=1)
    assert small.read_text() == first


def test_every_ordinary_system_is_annotated_and_the_table_obeys_its_identities() -> None:
    entries = load_systems(systems_file())
    for name, system in entries.items():
        if system.delay:
            assert set(system.properties) == {"period", "recommended_step", "mean", "standard_deviation"}, name
            assert system.property_value("standard_deviation")[0] > 0.1, name
            continue
        assert set(system.properties) == {
            "period",
            "recommended_step",
            "mean",
            "standard_deviation",
            "lyapunov_spectrum",
        }, name
        assert system.property_value("recommended_step") < system.period
        assert len(system.property_value("mean")) == len(system.observable_names)
        exponents, errors = (system.properties_entry("lyapunov_spectrum")[key] for key in ("value", "error"))
        assert len(exponents) == len(errors) == system.dimension
        assert list(exponents) == sorted(exponents, reverse=True)
        size = max(map(abs, exponents))
        if system.clock:
            # Tangent vectors lean on the phase by what is left of the others; the zero itself is exact.
            assert min(map(abs, exponents)) < 5e-3 * size, name


CONSTANT_DIVERGENCE = {
    "Lorenz": lambda p: -(p["sigma"] + 1 + p["beta"]),
    "Chen": lambda p: p["c"] - p["a"] - p["b"],
    "Thomas": lambda p: -3 * p["a"],
    "ChenLee": lambda p: p["a"] + p["b"] + p["c"],
    "Duffing": lambda p: -p["delta"],
    "GenesioTesi": lambda p: -p["a"],
    "Lorenz96": lambda _: -4.0,
    "HyperWang": lambda p: -p["a"] - p["c"],
    "LiuChen": lambda p: p["a"] - p["b"] + p["c"],
}


@pytest.mark.parametrize("name", list(CONSTANT_DIVERGENCE))
def test_exponents_sum_to_the_divergence(name: str) -> None:
    system = dysts.get_system(name)
    divergence = CONSTANT_DIVERGENCE[name]
    total = sum(system.property_value("lyapunov_spectrum"))
    # Constant along the orbit, so only the tolerance of 1e-8 a step enters, and eight stored digits.
    assert total == pytest.approx(divergence(system.flat_parameters), rel=1e-5)


@pytest.mark.parametrize("name", ["DoublePendulum", "NuclearQuadrupole", "HenonHeiles", "ArnoldWeb"])
def test_hamiltonian_spectra_pair(name: str) -> None:
    entry = dysts.get_system(name).properties_entry("lyapunov_spectrum")
    for index, (value, error) in enumerate(zip(entry["value"], entry["error"], strict=True)):
        mirror = -entry["value"][-1 - index]
        assert abs(value - mirror) < 4 * (error + entry["error"][-1 - index]) + 1e-4 * abs(entry["value"][0])
