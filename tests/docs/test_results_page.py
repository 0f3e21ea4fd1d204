"""The page of results: its fixed text quotes the protocol alone, and the protocol is that of the table."""

import re
from pathlib import Path

from benchmark.export import exported_manifest, read_export

ROOT = Path(__file__).parents[2]
TEMPLATE = (ROOT / "docs" / "results.template.md").read_text(encoding="utf-8")
PROTOCOL = {
    *("24", "135", "1000", "100", "200"),
    # Settings of forecasters and figures that the text takes from elsewhere, each named where it stands.
    *("95", "11", "8", "18", "9", "6", "2", "64", "80", "23", "2023", "043252", "5", "1.25", "20", "50"),
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
