"""The page of results: its fixed text quotes the protocol alone, and the protocol is that of the table."""

import re
from pathlib import Path

from benchmark.export import exported_manifest, read_export

ROOT = Path(__file__).parents[2]
TEMPLATE = (ROOT / "docs" / "results.template.md").read_text(encoding="utf-8")
PROTOCOL = {
    *("24", "135", "1000", "100", "200"),
    # Coverage of intervals, the horizons of `quick` and `long`, and the paper's citation.
    *("20", "50", "2023", "5", "043252"),
    # How the defaults of ESN were chosen, which no program repeats: of 80 reservoirs, on 23 systems.
    *("80", "23"),
    # Times and thresholds that head the tables.
    *("0.5", "1", "2", "0.1", "0.4", "0"),
}


def test_every_number_of_the_fixed_text_belongs_to_the_protocol() -> None:
    text = re.sub(r"\[[^\]]*\]\([^)]*\)|`[^`]*`|\$\w+|<!--.*?-->", "", TEMPLATE)
    assert set(re.findall(r"\d+(?:\.\d+)?", text)) <= PROTOCOL


def test_the_protocol_is_that_of_the_table() -> None:
    table = read_export(ROOT / "results" / "standard.parquet")
    manifest = exported_manifest(ROOT / "results" / "standard.parquet")
    assert len(manifest["forecasters"]) == 24
    assert table["system"].nunique() == 135
    assert set(table["train_length"]) == {1000}
    assert set(table["horizon_points"]) == {200}
    assert manifest["preset"] == "fast"
