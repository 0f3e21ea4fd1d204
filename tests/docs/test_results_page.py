"""Pages of results: their fixed text quotes the protocol alone, and the protocol is that of the table."""

import re
from pathlib import Path

import pytest

from benchmark.comparison.leaderboard import leaderboard
from benchmark.export import exported_manifest, read_export

ROOT = Path(__file__).parents[2]
OF_LONG = {
    *("24", "135", "1000", "100", "5000", "50"),
    # Which run of the table the page speaks of, and the paper's citation.
    *("0.96", "2023", "5", "043252"),
    # Lyapunov times of the shares, the level of their intervals, the bounds of smape and of the error.
    *("12", "95", "30", "0.4"),
    # Numbers of a list.
    *("1", "2", "3", "4"),
}
PROTOCOL = {
    *("24", "135", "1000", "100", "200"),
    # Coverage of intervals, the horizons of `quick` and `long`, and the paper's citation.
    *("20", "50", "2023", "5", "043252"),
    # How the defaults of ESN were chosen, which no program repeats: of 80 reservoirs, on 23 systems.
    *("80", "23"),
    # Times and thresholds that head the tables.
    *("0.5", "1", "2", "0.1", "0.4", "0"),
}


@pytest.mark.parametrize(("page", "protocol"), [("results", PROTOCOL), ("long", OF_LONG)])
def test_every_number_of_the_fixed_text_belongs_to_the_protocol(page: str, protocol: set[str]) -> None:
    template = (ROOT / "docs" / f"{page}.template.md").read_text(encoding="utf-8")
    text = re.sub(r"\[[^\]]*\]\([^)]*\)|`[^`]*`|\$\w+|<!--.*?-->", "", template)
    assert set(re.findall(r"\d+(?:\.\d+)?", text)) <= protocol


@pytest.mark.parametrize(("suite", "horizon"), [("standard", 200), ("long", 5000)])
def test_the_protocol_is_that_of_the_table(suite: str, horizon: int) -> None:
    table = read_export(ROOT / "results" / f"{suite}.parquet")
    manifest = exported_manifest(ROOT / "results" / f"{suite}.parquet")
    assert len(manifest["forecasters"]) == 24
    assert table["system"].nunique() == 135
    assert set(table["train_length"]) == {1000}
    assert set(table["horizon_points"]) == {horizon}
    assert manifest["preset"] == "fast"


def test_the_readme_quotes_the_valid_times_of_long() -> None:
    board = leaderboard(read_export(ROOT / "results" / "long.parquet"))
    medians = board[~board["reference"]]["vpt"].astype(float).tolist()
    said = re.search(
        r"valid for (\d+) and (\d+) Lyapunov times in the median\s+over systems, no other for more than ([\d.]+)\.",
        (ROOT / "README.md").read_text(encoding="utf-8"),
    )
    assert said is not None
    assert [round(value) for value in medians[:2]] == [int(said[1]), int(said[2])]
    assert round(max(medians[2:]), 1) == float(said[3])
