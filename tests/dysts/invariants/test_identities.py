"""What the check of identities catches, one broken number at a time."""

import json
from pathlib import Path
from typing import Any

import pytest

import dysts
from dysts.cli import main
from dysts.invariants.identities import check_identities
from dysts.systems.registry_file import write_entries
from dysts.systems.system import System


def changed(name: str, change: Any) -> System:
    """Return a system with properties changed in place by a function of them."""
    entry = dysts.get_system(name).to_entry()
    change(entry["properties"])
    return System.from_entry(name, entry)


def set_value(path: str, value: Any) -> Any:
    """Return a function that puts a value into properties, given as ``property`` or ``property/position``."""

    def change(properties: dict[str, Any]) -> None:
        name, _, position = path.partition("/")
        if position:
            properties[name]["value"][int(position)] = value
        else:
            properties[name]["value"] = value

    return change


@pytest.mark.parametrize(
    ("name", "change", "identity"),
    [
        ("Lorenz", set_value("lyapunov_spectrum/0", -15.0), "sorted"),
        ("Lorenz", set_value("lyapunov_spectrum/0", 1.1), "divergence"),
        ("Lorenz", set_value("divergence", -13.0), "divergence"),
        ("Lorenz", set_value("lyapunov_spectrum/1", 0.1), "zero"),
        ("Duffing", set_value("lyapunov_spectrum/1", 1e-9), "driving phase"),
        ("DoublePendulum", set_value("lyapunov_spectrum/0", 0.7), "pairs"),
        ("Lorenz", set_value("kaplan_yorke_dimension", 3.2), "dimension"),
        ("Lorenz", set_value("pesin_entropy", 1.2), "entropy"),
    ],
)
def test_a_wrong_number_breaks_its_identity(name: str, change: Any, identity: str) -> None:
    assert identity in {violation.identity for violation in check_identities(changed(name, change)).violations}
    assert identity in check_identities(dysts.get_system(name)).held


def test_the_command_names_what_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = {name: dysts.get_system(name).to_entry() for name in ("Lorenz", "Rossler")}
    path = tmp_path / "systems.json"
    write_entries(path, entries)
    assert main(["check", str(path)]) == 0
    assert "0 violations" in capsys.readouterr().out
    entries["Lorenz"]["properties"]["kaplan_yorke_dimension"]["value"] = 3.2
    path.write_text(json.dumps(entries))
    assert main(["check", str(path)]) == 1
    assert "Lorenz: dimension: Kaplan-Yorke dimension 3.2 in 3 dimensions" in capsys.readouterr().out
    assert main(["check", str(path), "--systems", "Lorentz"]) == 2
    assert "did you mean 'Lorenz'" in capsys.readouterr().err
