"""Malformed and hostile registry files are read or refused in bounded time, and nothing in them is executed."""

import sys
from pathlib import Path

import pytest

import dysts
from dysts.cli.describe import describe
from dysts.equations.formulas import as_mathml
from dysts.errors import NotSupportedError, RegistryError

sys.path.insert(0, str(Path(__file__).parents[2] / "performance"))

from hostile_registries import KINDS, draw, examine

SEEDS = range(1000, 1120)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "too many"])
def test_a_part_of_the_campaign(kind: str, tmp_path: Path) -> None:
    drawn = [(seed, content) for seed in SEEDS for drawn_kind, content in [draw(seed)] if drawn_kind == kind]
    assert drawn
    for seed, content in drawn:
        found, notes = examine(content, tmp_path, use=False)
        # Slowness is the campaign's to count: a busy machine is no failure.
        assert "foreign" not in found.values(), f"seed {seed}: {notes}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variables": [f"x{index}" for index in range(100_000)]}, "variables must have at most 5000 items"),
        ({"parameters": {f"p{index}": 1.0 for index in range(100_001)}}, "parameters must have at most 100000 numbers"),
        ({"definitions": {f"d{index}": "x" for index in range(50_000)}}, "definitions must have at most 5000 items"),
        ({"equations": {"x": "x" + "+x" * 1500, "y": "1"}}, "none but the fields x, got 'y'"),
        (
            {"definitions": {f"d{index}": "x" + "+x" * 1900 for index in range(60)}},
            "must have at most 100000 characters",
        ),
    ],
)
def test_too_many_of_anything_is_refused(change: dict[str, object], message: str) -> None:
    definition = {"variables": ["x"], "equations": {"x": "-x"}, "initial_conditions": [1.0], **change}
    with pytest.raises(RegistryError, match=message):
        dysts.System.from_entry("Mine", {"definition": definition})


def test_a_system_whose_formulas_are_too_large_is_shown_as_text() -> None:
    definitions = {"d0": "x + 1", **{f"d{index}": f"d{index - 1}*d{index - 1} + 1" for index in range(1, 60)}}
    doubling = dysts.System.from_equations("Doubling", {"x": "d59"}, definitions=definitions, initial_conditions=[0.0])
    with pytest.raises(NotSupportedError, match="a formula must have at most"):
        doubling.to_sympy()
    assert r"d_{59} &= d_{58}^{2} + 1" in doubling.to_latex()
    assert "d59 = d58*d58 + 1" in describe(doubling)
    power = dysts.System.from_equations("Power", {"x": "(((7*x)**64)**64)**64"}, initial_conditions=[0.0])
    with pytest.raises(NotSupportedError):
        power.to_latex()
    assert "digits in an exact number" in as_mathml(power.vector_field)[0]
