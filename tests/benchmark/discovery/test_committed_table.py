"""The committed table of the track, and the page that quotes it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmark.discovery.rescoring import with_status
from benchmark.discovery.statuses import STATUSES
from benchmark.discovery.table import read_discovery_table
from benchmark.discovery.tasks import REFERENCES, discovery_systems, library_of
from dysts.discovery.named_methods import OURS
from dysts.systems.registry import get_system

ROOT = Path(__file__).parents[3]


def test_the_page_says_what_the_table_says() -> None:
    command = [sys.executable, str(ROOT / "docs" / "discovery_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_has_whole_tasks_and_the_figure_is_reached() -> None:
    table = read_discovery_table(ROOT / "results" / "discovery.parquet")
    assert not table.duplicated(["system", "method", "given", "points_per_period", "noise_db"]).any()
    flows = table[~table["method"].isin(REFERENCES)]
    sizes = flows.groupby(["method", "given", "points_per_period", "noise_db"]).size()
    assert sizes.nunique() == 1
    some = table.groupby("system")["library"].first()[:20]
    assert {name: library_of(get_system(name)) for name in some.index} == some.to_dict()
    clean = table[np.isinf(table["noise_db"]) & (table["library"] == "polynomial") & (table["method"] == OURS)]
    for _, part in clean[clean["given"] == "derivatives"].groupby("points_per_period"):
        assert part["exact"].mean() >= 0.95
    states = table[np.isinf(table["noise_db"]) & (table["given"] == "states") & (table["points_per_period"] == 100)]
    found = states[states["library"] == "polynomial"].groupby("method")["exact"].sum()
    assert found[OURS] > found["PySINDy-STLSQ"]


def test_the_table_has_all_systems_or_a_second_one_has_all_methods() -> None:
    path = ROOT / "results" / "discovery-six.parquet"
    whole = not path.exists()
    table = read_discovery_table(ROOT / "results" / "discovery.parquet" if whole else path)
    assert (ROOT / "results" / "discovery.parquet").stat().st_size < 3_000_000
    assert set(table["system"]) == set(discovery_systems()) if whole else table["system"].nunique() == 6
    assert set(REFERENCES) | {OURS, "PySINDy-MIOSR"} <= set(table["method"])
    # An energy of degree three; MacArthur's resources and consumers obey linear relations in the end.
    expected = {"Aizawa": 0, "Chua": 0, "Duffing": 0, "HenonHeiles": 3, "Lorenz": 0, "MacArthur": 1}
    degrees = table.groupby("system")["relation_degree"].first()
    assert {name: degrees[name] for name in expected} == expected


@pytest.mark.parametrize("path", sorted((ROOT / "results").glob("discovery*.parquet")), ids=lambda path: path.name)
def test_failures_have_a_status_and_a_sentence(path: Path) -> None:
    table = read_discovery_table(path)
    assert set(table["status"]) <= set(STATUSES)
    assert (table.loc[table["status"] != "ok", "error"] != "").all()
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    assert [row["key"] for row in rows if with_status(row) is not row] == []
