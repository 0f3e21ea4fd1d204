"""The committed table of the track, and the page that quotes it."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmark.discovery.statuses import STATUSES
from benchmark.discovery.table import read_discovery_table
from benchmark.discovery.tasks import library_of
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
    sizes = table.groupby(["method", "given", "points_per_period", "noise_db"]).size()
    assert sizes.nunique() == 1
    assert {library_of(get_system(name)) for name in table["system"].unique()[:20]} <= {"polynomial", "sines"}
    clean = table[np.isinf(table["noise_db"]) & (table["library"] == "polynomial") & (table["method"] == OURS)]
    for _, part in clean[clean["given"] == "derivatives"].groupby("points_per_period"):
        assert part["exact"].mean() >= 0.95
    states = table[np.isinf(table["noise_db"]) & (table["given"] == "states") & (table["points_per_period"] == 100)]
    found = states[states["library"] == "polynomial"].groupby("method")["exact"].sum()
    assert found[OURS] > found["PySINDy-STLSQ"]


def test_the_six_systems_have_all_methods_and_all_levels() -> None:
    path = ROOT / "results" / "discovery-six.parquet"
    table = read_discovery_table(path)
    assert path.stat().st_size < 200_000
    assert table["system"].nunique() == 6
    assert set(table["status"]) <= set(STATUSES)
    assert (table.loc[table["status"] != "ok", "error"] != "").all()
    per_method = table.groupby("method")["noise_db"].nunique()
    assert (per_method == 5).all()
    # An energy of degree three; MacArthur's resources and consumers obey linear relations in the end.
    assert table.groupby("system")["relation_degree"].first().to_dict() == {
        "Aizawa": 0,
        "Chua": 0,
        "Duffing": 0,
        "HenonHeiles": 3,
        "Lorenz": 0,
        "MacArthur": 1,
    }
