"""The rows of a journal as columns, which are read in a tenth of the time and of the memory.

They are written when a run ends, and derived: the journal stays the source of truth. They say which bytes of it they
hold, and for which cells. Rows that were written since are read from the journal; if the bytes before them are not the
same any more, or the columns are those of another version, the whole journal is read.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.results.journal import read_journal, read_lines
from benchmark.schema import COLUMNS
from dysts.cache import replacing
from dysts.errors import StorageError

FILE = "rows.parquet"
_ABOUT = b"dysts-benchmark"
_BLOCK = 2**20


def write_columns(path: Path, journal: Path, table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Write the table of some cells beside the journal that holds their rows.

    Parameters
    ----------
    path, journal : Path
    table : pandas.DataFrame
        What `benchmark.results.reading.table_of` makes of the whole journal and the keys.
    keys : sequence of str
        Of all cells that were asked for.
    """
    import pyarrow
    import pyarrow.parquet

    size = journal.stat().st_size
    digest, lines = _digest(journal, size)
    about = {"bytes": size, "lines": lines, "blake2b": digest, "cells": _digest_of_keys(keys)}
    columns = pyarrow.Table.from_pandas(table, preserve_index=False)
    columns = columns.replace_schema_metadata({**(columns.schema.metadata or {}), _ABOUT: json.dumps(about).encode()})
    with replacing(path) as part:
        # Each page has a checksum: a damaged one must not be read as other numbers.
        pyarrow.parquet.write_table(columns, part, compression="zstd", write_page_checksum=True)


def read_table(path: Path, journal: Path, keys: Sequence[str], *, table_of: Any) -> pd.DataFrame:
    """Return the rows of some cells, from the columns as far as they go, and else from the journal.

    Parameters
    ----------
    path, journal : Path
    keys : sequence of str
        Of all cells that are asked for.
    table_of : callable
        `benchmark.results.reading.table_of`.

    Raises
    ------
    StorageError
        If the journal cannot be read, or holds a broken line before the last.
    """
    known = _known(path, journal, keys)
    if known is None:
        return table_of(read_journal(journal), keys)
    table, size, lines = known
    later = read_lines(journal, begin=size, first=lines + 1)
    if not later:
        return table
    new = table_of(later, keys)
    both = pd.concat([table[~table["key"].isin(new["key"])], new], ignore_index=True)
    places = {key: place for place, key in enumerate(keys)}
    return both.iloc[both["key"].map(places).argsort(kind="stable")].reset_index(drop=True)


def _known(path: Path, journal: Path, keys: Sequence[str]) -> tuple[pd.DataFrame, int, int] | None:
    """Return the table, and the bytes and lines of the journal that it holds; None if it is not that of these cells."""
    if not path.is_file():
        return None
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
            about = json.loads(file.schema_arrow.metadata[_ABOUT])
            size, lines = int(about["bytes"]), int(about["lines"])
            alike = file.schema_arrow.names == list(COLUMNS) and about["cells"] == _digest_of_keys(keys)
            if not alike or journal.stat().st_size < size or _digest(journal, size) != (about["blake2b"], lines):
                return None
            # Column by column, so that only one of them is in memory twice; a column without a copy is read-only.
            table = file.read().to_pandas(split_blocks=True, self_destruct=True)
            for name in table.columns:
                table[name] = table[name].copy()
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException):
        # Whatever is wrong with a derived file, the journal has the rows.
        return None
    types = {name: str(kind) for name, kind in table.dtypes.items()}
    return (table, size, lines) if types == {name: _type(kind) for name, kind in COLUMNS.items()} else None


def _type(kind: str) -> str:
    return str(pd.Series([], dtype=kind).dtype)


def _digest(journal: Path, size: int) -> tuple[str, int]:
    """Return the hash of the first bytes of a journal, and the number of lines in them."""
    digest, lines, left = hashlib.blake2b(digest_size=16), 0, size
    try:
        with journal.open("rb") as file:
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                digest.update(block)
                lines += block.count(b"\n")
                left -= len(block)
    except OSError as error:
        raise StorageError(f"cannot read the journal {journal}: {error}") from error
    return digest.hexdigest(), lines


def _digest_of_keys(keys: Sequence[str]) -> str:
    return hashlib.blake2b("\n".join(keys).encode(), digest_size=16).hexdigest()
