"""Pages that are written from data say what the data say."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.export import exported_manifest, read_export
from benchmark.results.manifest import suite_of
from dysts import list_systems
from forecasters import list_forecasters

ROOT = Path(__file__).parents[2]
OF_THE_COLLECTION = {"atlas.parquet", "nearest.parquet"}
"""Tables about the systems themselves, which `make atlas` writes: no runs of forecasters."""
OF_THE_TRACK = {"discovery.parquet", "discovery-six.parquet", "sampling.parquet", "transfer.parquet"}
"""Tables of tracks that have tests of their own: no runs of forecasters either."""
RESULTS = sorted(
    path for path in (ROOT / "results").glob("*.parquet") if path.name not in OF_THE_COLLECTION | OF_THE_TRACK
)
UNFINISHED = {"hard.parquet"}
"""Tables of runs that are published before their end."""
MOST_BYTES = 1_500_000


@pytest.mark.parametrize(
    "script",
    [
        "atlas_page.py",
        "experiments_page.py",
        "few_data_page.py",
        "hard_page.py",
        "invariants_page.py",
        "maps_page.py",
        "reference_pages.py",
        pytest.param("long_page.py", marks=pytest.mark.slow),
        "reproduce_page.py",
        pytest.param("results_page.py", marks=pytest.mark.slow),
    ],
)
def test_the_page_is_up_to_date(script: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_committed_results_are_results_and_say_where_they_come_from(path: Path) -> None:
    table = read_export(path)
    manifest = exported_manifest(path)
    assert path.stat().st_size < MOST_BYTES
    assert len(manifest["commit"]) == 40
    assert all(session["command"].startswith("dysts-benchmark run ") for session in manifest["sessions"])
    assert not any(" /" in session["command"] for session in manifest["sessions"])
    cells = suite_of(manifest).cells(seed=manifest["seed"])
    asked = {(cell.task.digest, cell.forecaster, cell.preset) for cell in cells}
    there = list(zip(table["task"], table["forecaster"], table["preset"], strict=True))
    assert len(set(there)) == len(there)
    # A run of several evenings is published in parts, and its page says what is missing.
    assert set(there) == asked if path.name not in UNFINISHED else set(there) <= asked


@pytest.mark.parametrize("suite", ["standard", "long"])
def test_the_two_main_tables_are_whole(suite: str) -> None:
    table = read_export(ROOT / "results" / f"{suite}.parquet")
    assert set(table["system"]) == set(list_systems())
    assert set(list_forecasters()) < set(table["forecaster"])
