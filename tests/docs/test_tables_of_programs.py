"""Pages hold the tables that their programs make of committed rows."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests" / "performance"


@pytest.mark.parametrize(
    ("program", "page"),
    [
        ("propagators.py", "docs/explanation/clean-lorenz.md"),
        ("published_methods.py", "docs/how-to/reproduce-the-paper.md"),
    ],
)
def test_a_page_holds_the_table_of_its_rows(program: str, page: str) -> None:
    made = runpy.run_path(str(PROGRAMS / program))
    given = [json.loads((ROOT / "docs/data/clean_lorenz.json").read_text())] if program == "propagators.py" else []
    rows = [line for line in made["table"](*given).splitlines() if line.startswith("|")]
    text = (ROOT / page).read_text()
    assert len(rows) > 4
    assert [row for row in rows if row not in text] == []


def test_the_rows_are_those_of_the_published_systems() -> None:
    made = runpy.run_path(str(PROGRAMS / "published_methods.py"))
    theirs, ours = made["published"](), made["rows"]()
    assert all((row["method"], row["system"]) in theirs for row in ours)
    assert all(0.0 <= row["smape"] <= 200.0 for row in ours)
    for method in ("ESN", "NVAR"):
        mine = {row["system"] for row in ours if (row["method"], row["form"]) == (method, "published")}
        assert mine == {system for name, system in theirs if name == method}
