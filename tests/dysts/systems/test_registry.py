"""The registry holds 135 complete systems and names entry and field of whatever is wrong in a file."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dysts
from dysts.errors import RegistryError, StorageError, UnknownNameError
from dysts.systems.registry import registry
from dysts.systems.registry_file import write_entries
from dysts.systems.system import System

GOOD: dict[str, Any] = {
    "definition": {
        "description": "Driven oscillator",
        "field": "mechanics",
        "variables": ["x", "v", "phase"],
        "definitions": {"force": "f*cos(phase)"},
        "equations": {"x": "v", "v": "-x - c_1*v + force", "phase": "w"},
        "parameters": {"f": 1.0, "w": 2.0, "c": [0.1, 0.2], "m": [[1, 2], [3, 4]]},
        "clock": {"variable": "phase", "period": "2*pi"},
        "observables": {"x": "x", "s": "sin(phase)"},
        "initial_conditions": [1.0, 0.0, 0.0],
        "citations": [{"authors": "A", "title": "T"}],
        "remarks": ["none"],
    }
}


def test_there_are_135_systems_and_every_entry_is_valid() -> None:
    names = dysts.list_systems()
    assert len(names) == len(set(names)) == 135
    assert names == sorted(names)
    assert sum(registry()[name].delay is not None for name in names) == 6
    every = dysts.list_systems(variants=True)
    corrected = (
        "BurkeShaw",
        "DoublePendulum",
        "ForcedVanDerPol",
        "HenonHeiles",
        "MackeyGlass",
        "SprottA",
        "WindmiReduced",
    )
    assert {f"{name}Predecessor" for name in corrected} == set(every) - set(names)
    for name in every:
        assert registry()[name].name == name


@pytest.mark.parametrize("name", dysts.list_systems(variants=True))
def test_every_entry_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    system = dysts.get_system(name)
    assert 10 < len(system.description) <= 110
    assert not system.description.endswith(".")
    assert system.citations
    assert system.conservation or system.delay
    if system.variant_of:
        assert system.variant_of["name"] in dysts.list_systems()


def test_an_entry_survives_the_way_to_a_file_and_back(tmp_path: Path) -> None:
    entries = {name: registry()[name].to_entry() for name in dysts.list_systems()}
    path = tmp_path / "copy.json"
    write_entries(path, entries)
    again = dysts.load_systems(path)
    for name in entries:
        assert again[name] == registry()[name]


def test_a_wrong_name_suggests_the_right_one() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown system 'Lorentz'; did you mean 'Lorenz'\?"):
        dysts.get_system("Lorentz")
    with pytest.raises(UnknownNameError, match="did you mean 'MackeyGlass'"):
        dysts.get_system("mackeyglass")
    with pytest.raises(UnknownNameError):
        dysts.get_system(3)  # type: ignore[arg-type]


def _set(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        for key in path[:-1]:
            entry = entry[key]
        entry[path[-1]] = value

    return change


def _delete(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        for key in path[:-1]:
            entry = entry[key]
        del entry[path[-1]]

    return change


BROKEN = [
    (_delete("definition"), "definition"),
    (_set("extra", value=1), "extra"),
    (_delete("definition", "equations"), "equations"),
    (_set("definition", "fields", value="mechanics"), "fields"),
    (_set("definition", "field", value="astrology"), "field"),
    (_set("definition", "description", value=""), "description"),
    (_set("definition", "description", value="x" * 500), "description"),
    (_set("definition", "variables", value=[]), "variables"),
    (_set("definition", "variables", value="xyz"), "variables"),
    (_set("definition", "variables", value=["x", "x", "phase"]), "declared twice"),
    (_set("definition", "variables", value=["x", "v", "sin"]), "variables"),
    (_set("definition", "variables", value=["x", "v", "__class__"]), "variables"),
    (_delete("definition", "equations", "v"), "equations"),
    (_set("definition", "equations", "q", value="1"), "equations"),
    (_set("definition", "equations", "x", value=3), "equations.x"),
    (_set("definition", "equations", "x", value="v + q"), "equations.x"),
    (_set("definition", "definitions", value={"x": "1"}), "definitions.x"),
    (_set("definition", "definitions", value={"p": "q", "q": "1"}), "definitions.p"),
    (_set("definition", "parameters", "f", value=True), "parameters.f"),
    (_set("definition", "parameters", "f", value="1"), "parameters.f"),
    (_set("definition", "parameters", "c", value=[0.1, [1]]), "parameters.c"),
    (_set("definition", "parameters", "m", value=[[1, 2], [3]]), "parameters.m"),
    (_set("definition", "parameters", "x", value=1.0), "declared twice"),
    (_set("definition", "parameters", "c_1", value=1.0), "declared twice"),
    (_set("definition", "delay", value="tau"), "delay"),
    (_set("definition", "delay", value="c"), "delay"),
    (_set("definition", "clock", value={"variable": "q", "period": None}), "clock.variable"),
    (_set("definition", "clock", value={"variable": "x"}), "clock"),
    (_set("definition", "clock", "period", value="x"), "clock.period"),
    (_set("definition", "observables", "s", value="sin(q)"), "observables.s"),
    (_set("definition", "initial_conditions", value=[1.0, 0.0]), "initial_conditions"),
    (_set("definition", "initial_conditions", value=[1.0, 0.0, None]), "initial_conditions"),
    (_set("definition", "lifetime", value=-1), "lifetime"),
    (_set("definition", "conservation", value={"type": "magic"}), "conservation.type"),
    (_set("definition", "citations", value=[{"title": "T"}]), "citations"),
    (_set("definition", "variant_of", value={"name": "Lorenz"}), "variant_of"),
    (_set("properties", value={"period": {"value": -1.0, "method": "m"}}), "properties.period"),
    (_set("properties", value={"period": {"value": 1.0}}), "properties.period"),
    (_set("definition", "parameters", "f", value=10**400), "parameters.f must be a finite number"),
    (_set("definition", "parameters", "f", value=float("inf")), "parameters.f must be a finite number, got inf"),
    (_set("definition", "parameters", "m", value=[[[1.0]]]), "parameters.m must be a"),
    (_set("definition", "parameters", "m", value=[]), "parameters.m must be a"),
    (_set("definition", "parameters", "m", value=[[]]), "parameters.m must be a"),
    (_set("definition", "parameters", "m", value=[[0.0] * 1000] * 101), "at most 100000 numbers"),
    (_set("definition", "variables", value=["x" * 65]), "at most 64 characters, got 65"),
    (_set("definition", "description", value="red\x1b[31m"), r"printable characters only, got '\x1b' at position 4"),
    (_set("definition", "remarks", value=["a\u202eb"]), "printable characters only"),
    (_set("definition", "remarks", value=["a"] * 201), "at most 200 items, got 201"),
    (_set("definition", "conservation", value={"type": "dissipative", "note": 3}), "conservation.note must be a text"),
    (
        _set("definition", "conservation", value={"type": "hamiltonian", "canonical_pairs": [["x"]]}),
        "canonical_pairs must hold pairs",
    ),
    (_set("definition", "citations", value=[{"authors": {"a": 1}, "title": "T"}]), "citations[0].authors must be"),
    (_set("definition", "citations", value=[{"authors": "A", "title": "T", "year": "1963}"}]), "year must be a whole"),
    (_set("definition", "citations", value=[{"authors": "A", "title": "T", "doi": "10.1/x},"}]), "doi must be a DOI"),
    (_set("definition", "citations", value=[{"authors": "A", "title": "T", "checked": 1}]), "checked must be true"),
    (
        _set("definition", "variant_of", value={"name": "javascript:alert(1)//", "reason": "r"}),
        "underscores, got 'javascript:alert(1)//'",
    ),
    (_set("properties", value={"zero_one": {"value": [1], "method": "m"}}), "properties.zero_one must be a finite"),
    (_set("properties", value={"mean": {"value": 1.0, "method": "m"}}), "properties.mean must be a list of numbers"),
    (_set("properties", value={"regime": {"value": 1.0, "method": "m"}}), "properties.regime must be a text"),
    (
        _set("properties", value={"mean": {"value": [1, 2], "error": [1], "method": "m"}}),
        "mean.error must have the shape of the value",
    ),
    (
        _set("properties", value={"zero_one": {"value": 1, "method": "m", "settings": {"a": [[[[[1]]]]]}}}),
        "nested at most 4 levels",
    ),
    (
        _set("properties", value={"zero_one": {"value": 1, "method": "m", "settings": {"mean_lifetime": 1.0}}}),
        "must have the field 'afterwards'",
    ),
    (
        _set("properties", value={"zero_one": {"value": 1, "method": "m", "settings": {"a": float("inf")}}}),
        "must hold finite numbers",
    ),
    (_set("properties", value={"lyapunov_spectrum": {"value": 1.0, "error": 1.0, "method": "m"}}), "lyapunov_spectrum"),
]


@pytest.mark.parametrize(("change", "named"), BROKEN, ids=[f"{i}-{named}" for i, (_, named) in enumerate(BROKEN)])
def test_a_malformed_entry_is_refused_by_entry_and_field(change: Callable[[dict[str, Any]], None], named: str) -> None:
    System.from_entry("Mine", GOOD)
    entry = copy.deepcopy(GOOD)
    change(entry)
    with pytest.raises(RegistryError, match=r"^Mine: ") as caught:
        System.from_entry("Mine", entry)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "must hold an object"),
        ("[" + "{}," * 300_000 + "{}]", "at most 300000 lists and objects"),
        ('{"A": {"definition": 1e999}}', "A: definition must be an object"),
        ('{"A": {}, "A": {}}', "each name must occur once, got 'A' twice"),
        ('{"A": {"definition": NaN}}', "numbers must be finite, got NaN"),
        ('{"A": {"definition": Infinity}}', "Infinity"),
        ('{"A b": {"definition": {}}}', "underscores, got 'A b'"),
        ("[" * 100000, "not valid JSON"),
    ],
)
def test_a_file_that_is_no_registry_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(RegistryError, match=problem) as caught:
        dysts.load_systems(path)
    assert "mine.json" in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot read"):
        dysts.load_systems(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes(b'{"\xff": 1}')
    with pytest.raises(RegistryError, match="UTF-8"):
        dysts.load_systems(tmp_path / "latin.json")


def test_writing_keeps_the_order_and_reads_back(tmp_path: Path) -> None:
    entries = {"B": GOOD, "A": GOOD}
    path = tmp_path / "file.json"
    write_entries(path, entries)
    assert list(json.loads(path.read_text())) == ["B", "A"]
    assert json.loads(path.read_text()) == entries
    assert '"initial_conditions": [1.0, 0.0, 0.0]' in path.read_text()
