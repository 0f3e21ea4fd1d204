"""dysts annotate writes properties, leaves definitions alone, resumes, and reports what failed."""

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import dysts
from dysts.invariants.identities import check_identities
from dysts.invariants.stored import annotate as module
from dysts.invariants.stored.effort import Effort
from dysts.systems.registry import load_systems, registry
from dysts.systems.registry_file import write_entries

LITTLE = Effort(
    trajectories=4,
    periods=40.0,
    most_work=1.0,
    regular_periods=40.0,
    survival_orbits=2,
    survival_periods=1000,
    coexistence_orbits=4,
    coexistence_periods=200,
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry file of three systems that are annotated quickly, one that fails, and a cache of its own."""
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
    return path


def test_properties_are_written_and_definitions_stay(small: Path) -> None:
    before = json.loads(small.read_text())
    lines: list[str] = []
    failures = module.annotate(
        small, ["Rossler", "MackeyGlass", "Resting"], workers=1, effort=LITTLE, report=lines.append
    )
    after = json.loads(small.read_text())
    assert list(after) == list(before)
    assert [entry["definition"] for entry in after.values()] == [entry["definition"] for entry in before.values()]
    assert list(failures) == ["Resting"]
    assert "rest" in failures["Resting"]
    assert after["Resting"]["properties"] == before["Resting"]["properties"]
    assert after["Lorenz"] == before["Lorenz"]
    assert len(lines) == 3
    systems = load_systems(small)
    rossler = systems["Rossler"]
    assert rossler.period == pytest.approx(5.87, abs=0.1)
    assert rossler.property_value("regime") == "chaotic"
    assert rossler.property_value("survival") == 1.0
    assert check_identities(rossler).violations == ()
    # A Kaplan-Yorke dimension of 2.1 to 2.3, and delay vectors of the scalar series that see it.
    assert 1.5 < systems["MackeyGlass"].property_value("correlation_dimension") < 2.5
    for system in (rossler, systems["MackeyGlass"]):
        for entry in system.properties.values():
            assert entry["method"]
            assert entry["version"] == dysts.__version__


def test_a_second_run_reuses_what_is_finished(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module.annotate(small, ["Rossler"], workers=1, effort=LITTLE)
    first = small.read_text()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", never)
    module.annotate(small, ["Rossler"], workers=1, effort=LITTLE)
    assert small.read_text() == first
    # Another effort is another result.
    with pytest.raises(AssertionError, match="computed again"):
        module.annotate(small, ["Rossler"], workers=1)
