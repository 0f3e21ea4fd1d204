"""A table of results small enough to commit: one Parquet file, most numbers to five significant digits."""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmark.results.csv_text import without_formulas
from benchmark.results.reading import Results
from benchmark.schema import COLUMNS, check_table, completed
from benchmark.scoring.table import VALID_TIMES
from dysts.cache import replacing
from dysts.errors import InvalidArgumentError, StorageError

CSV = ".csv"
SUFFIXES = (".parquet", CSV)
"""Ends of the names of files that are written."""
DIGITS = 5
"""Significant digits of a number in an export."""
UNROUNDED = (
    *VALID_TIMES,
    *("vpt_periods", "smape", "nrmse", "horizon_lyapunov", "known_lyapunov", "truth_end", "step", "lyapunov_exponent"),
)
"""Columns that keep all digits: ranks and ties depend on them, and a fresh run must be comparable with an export."""
MANIFEST_KEY = b"dysts-benchmark"
"""Key of the file's metadata under which the manifest of the run is stored, as JSON."""
LEFT_OUT = ("cells",)
"""Entries of the manifest that are not stored, as the table holds them."""


def export(results: Results, path: str | os.PathLike[str], *, digits: int = DIGITS) -> Path:
    """Write the table of a run as one compressed Parquet file with the columns of `benchmark.schema.COLUMNS`.

    Parameters
    ----------
    results : Results
        Results of a run.
    path : path
        The file, whose name ends in ``.parquet``, or in ``.csv`` for text without the manifest; replaced in one step if
        it exists.
    digits : int
        Significant digits of the numbers outside `UNROUNDED`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InvalidArgumentError
        If the table is not one of results, or the name of the file has another ending.
    StorageError
        If the file cannot be written.
    """
    return write_export(results.table, results.manifest, path, digits=digits)


def write_export(
    table: pd.DataFrame, manifest: Mapping[str, Any], path: str | os.PathLike[str], *, digits: int = DIGITS
) -> Path:
    """Write a table with the manifest of its run, without the places of its files, as `export` does."""
    target = Path(path)
    if target.suffix not in SUFFIXES:
        raise InvalidArgumentError(f"the file must end in one of {', '.join(SUFFIXES)}, got {target.name!r}")
    table = table.copy()
    for name, kind in COLUMNS.items():
        if kind == "float64" and name not in UNROUNDED:
            table[name] = significant(table[name].to_numpy(dtype=np.float64), digits)
    check_table(table)
    if not target.parent.is_dir():
        raise StorageError(f"cannot write {target}: there is no folder {target.parent}")
    with replacing(target) as part:
        if target.suffix == CSV:
            without_formulas(table).to_csv(part, index=False, lineterminator="\n")
            return target
        # Rounded numbers repeat, so a dictionary and zstd make them small.
        told = {name: value for name, value in manifest.items() if name not in LEFT_OUT}
        if "sessions" in told:
            told["sessions"] = [{**one, "command": without_places(one["command"])} for one in told["sessions"]]
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        metadata = {**(arrow.schema.metadata or {}), MANIFEST_KEY: json.dumps(told, sort_keys=True).encode()}
        pq.write_table(arrow.replace_schema_metadata(metadata), part, compression="zstd", compression_level=19)
    return target


def without_places(command: str) -> str:
    """Return a command in which an absolute path is its last part, as a table that others read names no home folder.

    Examples
    --------
    >>> without_places("dysts-benchmark run long -o /home/me/long --systems=/home/me/mine.json -o here/long")
    'dysts-benchmark run long -o long --systems=mine.json -o here/long'
    """
    parts = []
    for part in shlex.split(command):
        option, equals, value = part.partition("=") if part.startswith("-") else ("", "", part)
        parts.append(f"{option}{equals}{Path(value).name if Path(value).is_absolute() else value}")
    return shlex.join(parts)


def read_export(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read an exported table and check it.

    Raises
    ------
    StorageError
        If the file cannot be read.
    InvalidArgumentError
        If it holds no table of results.
    """
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot read {os.fspath(path)}: {error}") from error
    table = completed(table)
    check_table(table)
    return table


def exported_manifest(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Return the manifest of the run that an exported file holds: suite, command, versions.

    Raises
    ------
    StorageError
        If the file cannot be read, or says nothing of a run.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
        manifest = json.loads(metadata[MANIFEST_KEY])
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(f"cannot read what {os.fspath(path)} says of its run: {error}") from error
    return dict(manifest)


def significant(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Round to a number of significant digits, leaving what is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> significant(np.array([123456.0, 0.00123456, np.inf, 0.0]), 3).tolist()
    [123000.0, 0.00123, inf, 0.0]
    """
    rounded = [float(f"{value:.{digits - 1}e}") for value in values.tolist()]
    return np.array(rounded, dtype=np.float64)
