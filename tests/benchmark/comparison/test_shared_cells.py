"""Forecasters are ranked on the same cells, and notes say what a median mixes."""

from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import pandas as pd
import pytest

import benchmark
from benchmark.comparison import score_by_system
from benchmark.comparison.comparison_text import comparison_text
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.leaderboard_text import leaderboard_text
from benchmark.comparison.shared_cells import notes, notes_text, shared_cells
from benchmark.report.site import site_of
from benchmark.results.merging import merge
from benchmark.results.reading import Results


def _run(folder: Path, *forecasters: str, change: dict[str, Any] | None = None, **options: Any) -> Results:
    systems = options.pop("systems", ["Alpha", "Beta"])
    suite = fakes.suite(*forecasters, systems=systems, trajectories=1)
    values = {**suite.to_dict(), "tuning": None, **(change or {})}
    return benchmark.run(
        benchmark.Suite(**values),
        open_dataset=fakes.open_dataset,
        output=folder,
        scheduler=fakes.InProcess(),
        progress=False,
        **options,
    )


def test_forecasters_with_different_cells_are_ranked_on_those_they_share(tmp_path: Path) -> None:
    _run(tmp_path / "a", "Mean", systems=["Alpha", "Beta", "Gamma"])
    _run(tmp_path / "b", "Seasonal", systems=["Beta", "Gamma"])
    merged = merge([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    board = leaderboard(merged)
    assert board["cells"].tolist() == [2, 2]
    pd.testing.assert_frame_equal(board, leaderboard(merged.table[merged.table["system"] != "Alpha"]))
    told = "Ranked on the 2 cells that all forecasters have; in all they have: Mean 3, Seasonal 2."
    assert notes(merged.table) == [told]
    assert score_by_system(merged.table).index.tolist() == ["Beta", "Gamma"]
    assert "Ranked on the 2 cells" in leaderboard_text(board, notes=notes_text(merged.table))
    assert "Ranked on the 2 cells" in comparison_text(merged.table)
    assert site_of(merged).notes == (told,)


def test_forecasters_without_a_common_cell_keep_theirs_with_a_note(tmp_path: Path) -> None:
    _run(tmp_path / "a", "Mean", systems=["Alpha"])
    _run(tmp_path / "b", "Seasonal", systems=["Beta", "Gamma"])
    merged = merge([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    counts = leaderboard(merged).set_index("forecaster")["cells"].to_dict()
    assert counts == {"benchmark_fakes:Mean": 1, "benchmark_fakes:Seasonal": 2}
    assert notes(merged.table) == [
        "The forecasters have no cell in common, so each median is over other cells: Mean 1, Seasonal 2."
    ]


def test_a_complete_run_needs_no_note(tmp_path: Path) -> None:
    results = _run(tmp_path / "a", "Mean", "Seasonal", change={"references": ("Climatology", "Oracle")})
    assert (results.table["status"] == "unavailable").any()
    assert notes(results.table) == []
    assert len(shared_cells(results.table)) == len(results.table)


def test_mixed_horizons_and_levels_of_noise_are_named(tmp_path: Path) -> None:
    variants = ({"horizon": 10}, {"horizon": 20, "measurement_noise": 0.1})
    table = _run(tmp_path / "a", "Mean", "Seasonal", change={"variants": variants}).table
    assert notes(table) == [
        "The medians mix horizons (10, 20); --by horizon takes them apart.",
        "The medians mix levels of measurement noise (0, 0.1); --by measurement_noise takes them apart.",
    ]


def test_series_without_a_lyapunov_time_are_named(tmp_path: Path) -> None:
    table = _run(tmp_path / "a", "Mean", "Seasonal").table
    table.loc[table["system"] == "Beta", ["vpt", "vpt_missing"]] = [float("nan"), "the motion is periodic"]
    assert notes(table) == ["Valid times are medians over 1 of 2 systems, as Beta has no Lyapunov time."]


def test_rows_of_other_code_are_counted_and_the_newest_are_ranked(tmp_path: Path) -> None:
    table = _run(tmp_path / "a", "Mean", "Seasonal").table
    older = table[table["forecaster"] == "benchmark_fakes:Mean"].assign(
        code="old", finished="2020-01-01T00:00:00+00:00", smape=1.0
    )
    older["key"] = older["key"].str[::-1]
    both = pd.concat([older, table], ignore_index=True)
    assert notes(both) == ["Mean: 2 of 4 rows are of other code than the newest; run them again."]
    pd.testing.assert_frame_equal(leaderboard(both), leaderboard(table))


def test_names_that_collide_are_shown_with_their_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, base in (("first_module_of_mine", "Mean"), ("second_module_of_mine", "Seasonal")):
        (tmp_path / f"{name}.py").write_text(f"from benchmark_fakes import {base} as factory\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    suite = fakes.suite("Mean", systems=["Alpha", "Beta"], trajectories=1).narrowed(
        forecasters=["first_module_of_mine:factory", "second_module_of_mine:factory", "benchmark_fakes:Raising"]
    )
    results = benchmark.run(
        suite,
        output=tmp_path / "r",
        open_dataset=fakes.open_dataset,
        scheduler=fakes.InProcess(),
        progress=False,
    )
    board = leaderboard(results)
    texts = [leaderboard_text(board), comparison_text(results.table), " ".join(site_of(results).forecasters)]
    for text in texts:
        assert "factory (second_" in text
        assert "Raising (" not in text
    assert "factory (first_module_of_mine)" in texts[0]
    assert "factory (first_module_of_mine)" in texts[2]
    assert set(board["forecaster"]) == set(suite.forecasters)
