"""Columns beside a journal: what they hold is what the journal holds, whatever happened to either since."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmark.results import reading
from benchmark.results.columns import FILE, read_table, write_columns
from benchmark.results.journal import Journal, read_journal
from benchmark.results.reading import ROWS, table_of
from benchmark.schema import COLUMNS
from dysts.errors import StorageError


def row(key: str, score: float) -> dict[str, object]:
    values = {"float64": score, "int64": 3, "bool": True, "str": "täxt"}
    return {name: values[kind] for name, kind in COLUMNS.items()} | {"key": key, "mse": score}


KEYS = ["b", "a", "absent", "d"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Journal(tmp_path / ROWS) as journal:
        for key, score in (("a", 1.0), ("other", 5.0), ("b", float("inf")), ("a", float("nan"))):
            journal.append(row(key, score))
    rows = read_journal(tmp_path / ROWS)
    write_columns(tmp_path / FILE, tmp_path / ROWS, table_of(rows, KEYS), KEYS)
    return tmp_path


def read(folder: Path, keys: list[str], *, from_journal: bool, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Read a table, and check which way it was taken, and that both ways lead to it."""
    asked = []
    with monkeypatch.context() as patch:
        patch.setattr("benchmark.results.columns.read_journal", lambda path: asked.append(path) or read_journal(path))
        table = read_table(folder / FILE, folder / ROWS, keys, table_of=table_of)
    assert bool(asked) == from_journal
    pd.testing.assert_frame_equal(table, table_of(read_journal(folder / ROWS), keys))
    return table


def test_columns_are_read_in_the_place_of_the_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = read(folder, KEYS, from_journal=False, monkeypatch=monkeypatch)
    assert table["key"].tolist() == ["b", "a"]
    assert table["mse"].tolist() == [float("inf"), pytest.approx(float("nan"), nan_ok=True)]


def test_later_rows_are_read_from_the_journal_and_a_torn_one_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(folder / ROWS) as journal:
        for key, score in (("d", 7.0), ("b", 8.0), ("strange", 9.0)):
            journal.append(row(key, score))
    with (folder / ROWS).open("ab") as file:
        file.write(b'{"key": "torn')
    table = read(folder, KEYS, from_journal=False, monkeypatch=monkeypatch)
    assert table["key"].tolist() == ["b", "a", "d"]
    assert table["mse"].iloc[0] == 8.0
    with (folder / ROWS).open("ab") as file:
        file.write(b"\n{}\n")
    with pytest.raises(StorageError, match=r"line 8 of the journal"):
        read_table(folder / FILE, folder / ROWS, KEYS, table_of=table_of)


@pytest.mark.parametrize("change", ["other cells", "edited", "shorter", "damaged", "no file", "other columns"])
def test_whatever_does_not_fit_leads_back_to_the_journal(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [*KEYS, "other"] if change == "other cells" else KEYS
    content = (folder / ROWS).read_bytes()
    if change == "edited":
        (folder / ROWS).write_bytes(content.replace(b'"mse": 5.0', b'"mse": 6.0').replace(b'"mse": 1.0', b'"mse": 2.0'))
        assert (folder / ROWS).read_bytes() != content
    elif change == "shorter":
        (folder / ROWS).write_bytes(content[: content.index(b"\n") + 1])
    elif change == "damaged":
        columns = bytearray((folder / FILE).read_bytes())
        columns[len(columns) // 2] ^= 0x40
        (folder / FILE).write_bytes(columns[:-1])
    elif change == "no file":
        (folder / FILE).unlink()
    elif change == "other columns":
        table = pd.read_parquet(folder / FILE).drop(columns="mse")
        write_columns(folder / FILE, folder / ROWS, table, KEYS)
    read(folder, keys, from_journal=True, monkeypatch=monkeypatch)


def test_results_are_loaded_by_their_columns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "run.json").write_text(json.dumps({"cells": KEYS}), encoding="utf-8")
    monkeypatch.setattr("benchmark.results.columns.read_journal", None)
    assert reading.Results.load(folder).missing == 2
