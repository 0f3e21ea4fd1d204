"""What is written is read back, torn ends are cut off, and damage is noticed."""

import math
from pathlib import Path

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.journal import Journal, read_journal
from benchmark.results.reading import CSV, FORECASTS, ROWS, TABLE, Results
from benchmark.results.writing import ResultsWriter
from benchmark.schema import COLUMNS
from dysts.errors import RunError, StorageError

ROW_A = {"key": "a", "value": 0.1, "text": 'quote " and \n line', "inf": math.inf, "minus": -math.inf}
ROW_B = {"key": "b", "value": 1e-300, "flag": True, "none": None}


def _written(path: Path, *rows: dict[str, object]) -> bytes:
    with Journal(path) as journal:
        for row in rows:
            journal.append(row)
    return path.read_bytes()


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    _written(path, ROW_A, ROW_B, {"key": "c", "nan": math.nan})
    assert read_journal(path) == [ROW_A, ROW_B, {"key": "c", "nan": None}]


def test_torn_last_line_is_cut_off_wherever_it_was_torn(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    whole = _written(path, ROW_A, ROW_B)
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        path.write_bytes(whole[:length])
        assert read_journal(path) == [ROW_A]
    with Journal(path) as journal:
        assert journal.rows == [ROW_A]
        journal.append(ROW_B)
    assert path.read_bytes() == whole


def test_lost_page_at_the_end_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    whole = _written(path, ROW_A)
    path.write_bytes(whole + b"\0" * 40 + b"\n")
    with Journal(path) as journal:
        assert journal.rows == [ROW_A]
    assert path.read_bytes() == whole


def test_damage_before_the_end_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    whole = _written(path, ROW_A, ROW_B)
    path.write_bytes(b'{"key": \n' + whole)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="line 1 of the journal"):
        Journal(path)
    assert path.read_bytes() == before


def test_full_disk_leaves_no_part_of_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.jsonl"
    whole = _written(path, ROW_A)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with Journal(path) as journal:
        monkeypatch.setattr("benchmark.results.journal.os.fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            journal.append(ROW_B)
    assert path.read_bytes() == whole


def test_second_writer_is_refused_and_the_lock_ends_with_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    writer = ResultsWriter(folder)
    with pytest.raises(RunError, match="another run"):
        ResultsWriter(folder)
    writer.close()
    ResultsWriter(folder).close()


def test_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(StorageError, match="folder of their own"):
        ResultsWriter(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot write"):
        ResultsWriter(path)


def test_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="holds no benchmark results"):
        Results.load(tmp_path)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return benchmark.run(
        fakes.suite("Mean", "Seasonal", "Raising", systems=["Alpha"], trajectories=1),
        open_dataset=fakes.open_dataset,
        output=tmp_path / "results",
        workers=1,
        progress=False,
    )


def test_compacted_tables_hold_what_the_journal_holds(results: Results) -> None:
    assert list(results.table.columns) == list(COLUMNS)
    parquet = pd.read_parquet(results.folder / TABLE)
    pd.testing.assert_frame_equal(parquet, results.table)
    csv = pd.read_csv(results.folder / CSV, keep_default_na=False, dtype={"key": str})
    assert csv["key"].tolist() == results.table["key"].tolist()
    np.testing.assert_array_equal(csv["smape"].to_numpy(float), results.table["smape"].to_numpy())


def test_forecast_and_truth_come_back_exactly(results: Results) -> None:
    row = results.table.iloc[1]
    series = fakes.dataset("Alpha")["series"].values[0]
    truth, attributes = results.truth(row["task"])
    np.testing.assert_array_equal(truth, series[100:])
    np.testing.assert_array_equal(results.forecast(row["key"]), series[80:100])
    assert attributes["components"] == ["x", "y"]
    np.testing.assert_array_equal(attributes["train_tail"], series[:100])


def test_flipped_bit_in_a_forecast_is_an_error(results: Results) -> None:
    key = results.table["key"].iloc[0]
    chunks = [path for path in (results.folder / FORECASTS / "forecast" / key / "c").rglob("*") if path.is_file()]
    assert len(chunks) == 1
    content = chunks[0].read_bytes()
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1
        chunks[0].write_bytes(damaged)
        with pytest.raises(StorageError, match="cannot read forecast"):
            results.forecast(key)


def test_absent_forecast_is_an_error(results: Results) -> None:
    failed = results.table.set_index("status").loc["failed", "key"]
    with pytest.raises(StorageError, match="cannot read forecast"):
        results.forecast(failed)


def test_results_without_manifest_fields_are_refused(results: Results) -> None:
    (results.folder / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StorageError, match=r"run\.json"):
        Results.load(results.folder)
    assert (results.folder / ROWS).is_file()
