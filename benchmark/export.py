"""A table of results small enough to commit: one Parquet file, numbers to five significant digits."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmark.results.results import Results
from benchmark.schema import COLUMNS, check_table
from dysts.cache import replacing
from dysts.errors import StorageError

DIGITS = 5
MANIFEST_KEY = b"dysts-benchmark"
"""Under which the metadata of the file hold what was run and where, as JSON."""
LEFT_OUT = ("cells",)
"""Of the manifest: the keys stand in the table."""


def export(results: Results, path: str | os.PathLike[str], *, digits: int = DIGITS) -> Path:
    """Write the table of a run as one compressed Parquet file with the columns of `benchmark.schema.COLUMNS`.

    Parameters
    ----------
    results : Results
        Results of a run.
    path : path
        The file; replaced in one step if it exists.
    digits : int
        Significant digits that are kept of every number.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InvalidArgumentError
        If the table is not one of results.
    StorageError
        If the file cannot be written.
    """
    table = results.table.copy()
    for name, kind in COLUMNS.items():
        if kind == "float64":
            table[name] = significant(table[name].to_numpy(dtype=np.float64), digits)
    check_table(table)
    target = Path(path)
    if not target.parent.is_dir():
        raise StorageError(f"cannot write {target}: there is no folder {target.parent}")
    with replacing(target) as part:
        # Rounded numbers repeat, so a dictionary and zstd make them small.
        told = {name: value for name, value in results.manifest.items() if name not in LEFT_OUT}
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        metadata = {**(arrow.schema.metadata or {}), MANIFEST_KEY: json.dumps(told, sort_keys=True).encode()}
        pq.write_table(arrow.replace_schema_metadata(metadata), part, compression="zstd", compression_level=19)
    return target


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
    check_table(table)
    return table


def exported_manifest(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Return what an exported file says of the run: suite, command, versions.

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
