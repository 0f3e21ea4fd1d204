"""The writer of a results folder; see `benchmark.results.reading` for its files."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec

from benchmark.results.columns import FILE, write_columns
from benchmark.results.csv_text import without_formulas
from benchmark.results.journal import Journal, journal_line, read_journal
from benchmark.results.reading import (
    CSV,
    FORECASTS,
    MANIFEST,
    ROWS,
    RUNNING,
    SYSTEMS,
    TABLE,
    TUNING,
    own_systems,
    table_of,
)
from dysts.cache import replacing, write_atomically
from dysts.errors import RunError, StorageError
from dysts.systems.registry_file import write_entries


class ResultsWriter:
    """The only writer of a results folder, holding its lock until closed.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.

    Raises
    ------
    RunError
        If another run holds the folder.
    StorageError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if folder.is_dir() and not (folder / ROWS).exists() and _strangers(folder):
            raise StorageError(f"{folder} holds other files; benchmark results need a folder of their own")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(folder)
        except OSError as error:
            raise StorageError(f"cannot write to the results folder {folder}: {error}") from error
        try:
            self._journal = Journal(folder / ROWS)
            self._tuning = Journal(folder / TUNING)
            zarr.open_group(str(folder / FORECASTS), mode="a", zarr_format=3)
        except (OSError, ValueError) as error:
            self._lock.close()
            if isinstance(error, StorageError):
                raise
            raise StorageError(f"cannot write to the results folder {folder}: {error}") from error
        # A row that repeats a key replaces the earlier one.
        self.rows: dict[str, dict[str, Any]] = {row["key"]: row for row in self._journal.rows if "key" in row}
        self.tunings: dict[str, dict[str, Any]] = {row["key"]: row for row in self._tuning.rows if "key" in row}

    @staticmethod
    def read_rows(folder: Path) -> dict[str, dict[str, Any]]:
        """Return the rows of a folder by key, as they stand in its journal, without its lock."""
        return {str(row["key"]): row for row in read_journal(folder / ROWS) if "key" in row}

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Replace the manifest in one step."""
        text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
        write_atomically(self.folder / MANIFEST, text.encode())

    def write_systems(self, entries: Mapping[str, Any]) -> None:
        """Add registry entries of systems of one's own, or replace those of the same names."""
        if entries:
            write_entries(self.folder / SYSTEMS, {**own_systems(self.folder), **entries})

    def write_truth(self, task: str, truth: NDArray[np.float64], attributes: Mapping[str, Any]) -> None:
        """Store the truth of a task."""
        self._write_array(self.folder / FORECASTS / "truth" / task, truth, attributes)

    def truth_of(self, task: str) -> dict[str, Any]:
        """Return what is stored beside the truth of a task, such as the hash of its data; empty without any."""
        path = self.folder / FORECASTS / "truth" / task / "zarr.json"
        try:
            return dict(json.loads(path.read_text(encoding="utf-8"))["attributes"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def has_forecast(self, key: str) -> bool:
        """Tell whether the forecast of a cell is stored."""
        return (self.folder / FORECASTS / "forecast" / key / "zarr.json").is_file()

    def sessions(self) -> list[dict[str, Any]]:
        """Return what is known of the commands that have written to the folder, oldest first."""
        try:
            manifest = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            return list(manifest["sessions"])
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def commit(self, row: Mapping[str, Any], forecast: NDArray[np.float64] | None) -> None:
        """Make one cell durable: the forecast first, the row last."""
        if forecast is not None:
            self._write_array(self.folder / FORECASTS / "forecast" / str(row["key"]), forecast, {})
        self._journal.append(row)
        self.rows[str(row["key"])] = dict(row)

    def commit_tuning(self, row: Mapping[str, Any]) -> None:
        """Make one chosen configuration durable."""
        self._tuning.append(row)
        self.tunings[str(row["key"])] = dict(row)

    def replace_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows in the place of those with the same keys, in one step: all of them or none."""
        if not rows:
            return
        together = {**self.rows, **{str(row["key"]): dict(row) for row in rows}}
        self._journal.close()
        try:
            write_atomically(self.folder / ROWS, b"".join(journal_line(row) for row in together.values()))
            self.rows = together
        finally:
            self._journal = Journal(self.folder / ROWS)

    def write_running(self, cells: Mapping[str, Mapping[str, Any]] | None) -> None:
        """Note the cells in flight for whoever asks for the status; None when the run is over."""
        path = self.folder / RUNNING
        try:
            if cells is None:
                path.unlink(missing_ok=True)
                return
            write_atomically(path, json.dumps(list(cells.values())).encode())
        except OSError:
            # This note is not essential; writing the rows reports a full disk.
            return

    def compact(self, keys: Sequence[str]) -> None:
        """Write the table of the given cells as Parquet and CSV, and as the columns that are read again."""
        table = table_of(list(self.rows.values()), keys)
        with replacing(self.folder / TABLE) as part:
            table.to_parquet(part, index=False)
        write_columns(self.folder / FILE, self.folder / ROWS, table, keys)
        with replacing(self.folder / CSV) as part:
            without_formulas(table).to_csv(part, index=False, lineterminator="\n")

    def close(self) -> None:
        """Close the journal and let the folder go."""
        self._journal.close()
        self._tuning.close()
        self._lock.close()

    def _write_array(self, path: Path, values: NDArray[np.float64], attributes: Mapping[str, Any]) -> None:
        with replacing(path) as part:
            array = zarr.create_array(
                str(part),
                shape=values.shape,
                chunks=values.shape,
                dtype="float64",
                # Without the checksum a flipped bit is read back silently as a wrong number.
                compressors=[BloscCodec(cname="zstd", clevel=5, shuffle="shuffle"), Crc32cCodec()],
                dimension_names=["time", "component"],
                attributes=dict(attributes),
                zarr_format=3,
            )
            array[...] = values


def _strangers(folder: Path) -> list[str]:
    ours = {ROWS, FILE, TUNING, RUNNING, FORECASTS, MANIFEST, TABLE, CSV, SYSTEMS, ".lock"}
    return [entry.name for entry in folder.iterdir() if entry.name not in ours]


def _lock(folder: Path) -> TextIO:
    import fcntl

    file = (folder / ".lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        by = f" (process {holder})" if holder else ""
        raise RunError(f"another run{by} is writing to {folder}; wait for it or choose another folder") from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
