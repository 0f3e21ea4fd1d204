"""A system of one's own has series, a benchmark with references and skill, and a page with its equations."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
import dysts
from benchmark import cli
from benchmark.results.merging import merge
from benchmark.results.reading import Results
from benchmark.tasks.named_suites import read_suite
from dysts.errors import RegistryError, UnknownNameError

_KNOWN = dysts.get_system("Rossler").to_entry()
ENTRY = {**_KNOWN, "definition": {name: value for name, value in _KNOWN["definition"].items() if name != "field"}}
"""The entry of a system with known series, under another name and without a field of science."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "mine.json"
    path.write_text(json.dumps({"MyFlow": ENTRY}))
    return path


@pytest.fixture(scope="module")
def folder(registry: Path) -> Path:
    path = registry.parent / "results"
    what = ["--registry", str(registry), "--forecasters", "NaiveMean,NVAR", "--trajectories", "1"]
    assert cli.main(["run", "quick", *what, "-o", str(path), "--workers", "1", "--quiet"]) == 0
    return path


def test_the_oracle_and_the_skill_are_those_of_a_system_of_the_package(folder: Path) -> None:
    table = Results.load(folder).table.set_index("forecaster")
    assert set(table["system"]) == {"MyFlow"}
    assert set(table["status"]) == {"ok"}
    # The tolerance of the oracle, 1e-14, grows by e**20 over the horizon.
    assert table.loc["Oracle", "smape"] < 1e-3 < table.loc["NVAR", "smape"] < table.loc["NaiveMean", "smape"]
    assert table.loc["Oracle", "lyapunov_exponent"] == dysts.get_system("Rossler").lyapunov_exponent
    board = benchmark.leaderboard(Results.load(folder))
    assert np.isfinite(board.set_index("forecaster")["skill"]["NVAR"])


def test_the_results_folder_needs_no_registry_file(folder: Path, tmp_path: Path, registry: Path) -> None:
    saved = registry.read_text()
    registry.unlink()
    try:
        before = Results.load(folder).table
        assert cli.main(["rescore", str(folder)]) == 0
        pd.testing.assert_frame_equal(Results.load(folder).table, before)
        assert cli.main(["compare", str(folder)]) == 0
        assert cli.main(["report", str(folder), "-o", str(tmp_path / "report")]) == 0
    finally:
        registry.write_text(saved)
    page = (tmp_path / "report" / "systems" / "MyFlow.html").read_text()
    assert page.count('<math displaystyle="true">') == 3
    assert "data:image/webp" in page
    assert "Kaplan-Yorke dimension" in page
    assert '<span class="of">()' not in page


def test_a_merged_folder_keeps_the_entries(folder: Path, registry: Path, tmp_path: Path) -> None:
    what = {"systems": ["Rossler"], "forecasters": ["NaiveMean"], "trajectories": 1}
    benchmark.run("quick", **what, output=tmp_path / "other", workers=1, progress=False)
    merged = merge([folder, tmp_path / "other"], tmp_path / "merged")
    assert merged.registry["MyFlow"] == dysts.load_systems(registry)["MyFlow"]
    assert set(merged.table["system"]) == {"MyFlow", "Rossler"}


def test_a_suite_file_names_its_registry_and_means_what_is_in_it(registry: Path) -> None:
    (registry.parent / "suite.toml").write_text('registry = "mine.json"\nforecasters = ["NaiveMean"]\n')
    suite = read_suite(registry.parent / "suite.toml")
    assert suite.systems == ("MyFlow",)
    assert Path(suite.registry) == registry


def test_systems_of_the_package_are_known_beside_and_never_replaced(registry: Path, tmp_path: Path) -> None:
    known = dysts.load_systems(registry)
    assert known.find("Lorenz") == dysts.get_system("Lorenz")
    with pytest.raises(UnknownNameError, match="unknown system 'MyFlw'; did you mean 'MyFlow'"):
        dysts.open_dataset("test-coarse", registry=registry, systems=["MyFlw"])
    copied = dysts.load_systems({"Lorenz": dysts.get_system("Lorenz"), "Rossler": ENTRY})
    assert copied.find("Lorenz") == dysts.get_system("Lorenz")
    other = dysts.load_systems({"Lorenz": ENTRY})
    with pytest.raises(RegistryError, match="must differ from those of the package, got Lorenz"):
        dysts.open_dataset("test-coarse", registry=other)
    with pytest.raises(RegistryError, match="must differ from those of the package, got Lorenz"):
        benchmark.run("quick", registry=other, output=tmp_path / "results", progress=False)
    assert not (tmp_path / "results").exists()
