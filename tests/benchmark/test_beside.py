"""One's own results beside others: folders and tables as one table, and what is refused."""

from dataclasses import replace
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
import dysts
from benchmark.beside import check_table_of_today, load_results, together
from benchmark.cli import main
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.leaderboard_latex import escaped, leaderboard_latex
from benchmark.comparison.ranks import compare_ranks
from benchmark.export import export, exported_manifest, read_export, write_export
from benchmark.results.error_curves import error_curves
from dysts.errors import InvalidArgumentError, RunError, StorageError


def _run(folder: Path, *forecasters: str, **changes: object) -> Path:
    suite = replace(fakes.suite(*forecasters), references=("Persistence", "Climatology"), **changes)  # type: ignore[arg-type]
    benchmark.run(suite, output=folder, open_dataset=fakes.open_dataset, scheduler=fakes.InProcess(), progress=False)
    return folder


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported table of three forecasters."""
    folder = tmp_path_factory.mktemp("committed")
    results = benchmark.Results.load(_run(folder / "run", "Mean", "Seasonal", "Raising"))
    return export(results, folder / "table.parquet")


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one's own model, which repeats the season as Seasonal does."""
    return _run(tmp_path_factory.mktemp("mine") / "run", "Lagged", "Diverging")


def test_own_rows_stand_beside_those_of_a_table_and_references_once(committed: Path, mine: Path) -> None:
    whole = together([mine, committed])
    counts = whole.table.groupby("forecaster").size()
    assert set(counts) == {6}
    assert len(counts) == 7
    assert not whole.table["key"].duplicated().any()
    assert whole.missing == 0
    board = leaderboard(whole).set_index("forecaster")
    own = leaderboard(load_results(committed)).set_index("forecaster")
    for name in own.index:
        assert board.loc[name, "vpt"] == own.loc[name, "vpt"]
        assert board.loc[name, "cells"] == 6


def test_what_ranks_depend_on_has_all_digits_in_an_export(committed: Path, tmp_path: Path) -> None:
    table = benchmark.Results.load(_run(tmp_path / "again", "Seasonal")).table
    table = table[~table["reference"]]
    renamed = table.assign(forecaster="my:perfect", key="my " + table["key"])
    whole = pd.concat([read_export(committed), renamed], ignore_index=True)
    ranks = compare_ranks(whole, "vpt").mean_ranks
    assert ranks["my:perfect"] == ranks["benchmark_fakes:Seasonal"]
    assert compare_ranks(whole, "smape").mean_ranks["my:perfect"] == ranks["my:perfect"]


def test_forecasts_are_read_from_the_folder_that_has_them_and_are_unknown_for_a_table(
    committed: Path, mine: Path
) -> None:
    curves = error_curves(together([committed, mine]), [0.5, 1.0]).groupby("forecaster")[0.5]
    assert curves.count()["benchmark_fakes:Lagged"] == 6
    assert curves.count()["benchmark_fakes:Seasonal"] == 0
    # What never was forecast is the worst wherever it is stored.
    assert np.isinf(curves.max()["benchmark_fakes:Raising"])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("scoring_version", 1, r"of version 3, those of .* of version 1; they cannot be compared"),
        ("data_sha256", "other", r"different data for 6 of 6 tasks, Alpha among them"),
        ("task", "other", r"no task in common: they differ in components"),
        ("system", "Delta", r"no task in common: they have no system in common"),
        ("horizon_clock", "periods", r"horizon_clock is points in one and periods in the other"),
    ],
)
def test_results_that_cannot_be_compared_are_refused_with_the_reason(
    committed: Path, mine: Path, tmp_path: Path, column: str, value: object, message: str
) -> None:
    table = read_export(committed).assign(**{column: value})
    if column in ("system", "horizon_clock"):
        table["task"] = "other"
    path = write_export(table, exported_manifest(committed), tmp_path / "other.parquet")
    with pytest.raises(RunError, match=message):
        together([mine, path])


def test_nothing_and_what_is_no_table_are_refused(mine: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="at least one folder or table"):
        together([])
    with pytest.raises(StorageError, match="cannot read"):
        load_results(tmp_path / "missing.parquet")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "strange.parquet")
    with pytest.raises(InvalidArgumentError, match="lacks the column"):
        together([mine, tmp_path / "strange.parquet"])


def test_the_commands_read_tables_and_folders_together(
    committed: Path, mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(mine), str(committed)]) == 0
    told = capsys.readouterr().out
    assert "Lagged" in told
    assert "Seasonal" in told
    assert main(["leaderboard", str(committed)]) == 0
    assert main(["compare", str(mine), str(committed)]) == 0
    assert "Seasonal" in capsys.readouterr().out
    assert main(["report", str(committed), "-o", str(tmp_path / "pages")]) == 0
    assert "Seasonal" in (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")


def test_a_table_of_other_scores_is_refused_before_the_run(
    committed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = read_export(committed).assign(scoring_version=2)
    path = write_export(table, exported_manifest(committed), tmp_path / "old.parquet")
    folder = tmp_path / "never"
    assert main(["run", "quick", "-o", str(folder), "--against", str(path)]) != 0
    assert "of version 2" in capsys.readouterr().err
    assert not folder.exists()


def test_a_table_with_exponents_that_the_registry_no_longer_has_is_refused(committed: Path, tmp_path: Path) -> None:
    table = read_export(committed).assign(recipe="test-fine", system="Lorenz", lyapunov_exponent=0.91)
    path = write_export(table, exported_manifest(committed), tmp_path / "old.parquet")
    with pytest.raises(RunError, match=r"1 of 1 systems than the registry has, Lorenz among them: 0\.91 and 0\.90"):
        check_table_of_today(path)
    exponent = dysts.get_system("Lorenz").lyapunov_exponent
    check_table_of_today(write_export(table.assign(lyapunov_exponent=exponent), exported_manifest(committed), path))


def test_latex_has_rules_intervals_and_escaped_names(committed: Path) -> None:
    board = leaderboard(load_results(committed))
    text = leaderboard_latex(board)
    assert text.splitlines()[0] == r"\begin{tabular}{rlrcrrrr}"
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 2, 1]
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + len(board)
    assert {line.count(" & ") for line in rows} == {7}
    assert r"\emph{Persistence}" in text
    # Seasonal is valid to the end of every forecast.
    assert r"$> 1.80$ & $\infty$ to $\infty$" in text
    assert escaped("a_b & 5%") == r"a\_b \& 5\%"
    assert leaderboard_latex(board, caption="100 %").splitlines()[2] == r"\caption{100 \%}"


def test_a_file_name_decides_the_format_of_an_export(mine: Path, tmp_path: Path) -> None:
    results = benchmark.Results.load(mine)
    export(results, tmp_path / "mine.csv")
    assert len(pd.read_csv(tmp_path / "mine.csv")) == len(results.table)
    with pytest.raises(InvalidArgumentError, match=r"must end in one of .parquet, .csv, got 'mine.txt'"):
        export(results, tmp_path / "mine.txt")
    assert f"{len(results.table)} cells" in results._repr_html_()
