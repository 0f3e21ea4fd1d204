"""The table of the track: one row for each cell, failures with the worst scores."""

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmark.export import MANIFEST_KEY, significant
from dysts.cache import replacing
from dysts.errors import StorageError

WORST: Mapping[str, Any] = {
    "precision": 0.0,
    "recall": 0.0,
    "f1": 0.0,
    "exact": False,
    "equivalent": False,
    "coefficient_error": math.inf,
    "derivative_error": math.inf,
    "symmetric_error": 2.0,
    "valid_time": 0.0,
    "valid_to_the_end": False,
    "blew_up": False,
    "terms": 0,
    "nodes": 0,
    "exponent": math.nan,
    "exponents": "",
    "continued_valid_time": 0.0,
    "continued_to_the_end": False,
    "relation_degree": 0,
    "divergence": math.nan,
    "score_seconds": math.nan,
    "equations": "",
}
"""The scores of a cell that ended without equations."""
TEXTS = ("key", "system", "method", "given", "library", "status", "error", "exponents", "equations")
FLAGS = ("exact", "equivalent", "valid_to_the_end", "continued_to_the_end", "blew_up")
COUNTS = ("points_per_period", "dimension", "true_terms", "relation_degree", "terms", "nodes")
NUMBERS = (
    "noise_db",
    "period",
    "lyapunov_exponent",
    "fit_seconds",
    "peak_memory_mb",
    "precision",
    "recall",
    "f1",
    "coefficient_error",
    "derivative_error",
    "symmetric_error",
    "valid_time",
    "exponent",
    "divergence",
    "continued_valid_time",
    "elsewhere_error",
    "elsewhere_valid_time",
    "score_seconds",
)
COLUMNS = (*TEXTS, *FLAGS, *COUNTS, *NUMBERS)
"""Columns of the table. ``noise_db`` is infinite without noise; ``valid_time`` is in the system's own time."""
DIGITS = 5
"""Significant digits of a number in the table."""


def discovery_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table; a cell that failed has the worst scores.

    Examples
    --------
    >>> row = {"key": "a", "system": "Lorenz", "method": "M", "given": "states", "status": "failed", "error": "why"}
    >>> table = discovery_table([row])
    >>> table["f1"].tolist(), table["symmetric_error"].tolist(), table["exact"].tolist()
    ([0.0], [2.0], [False])
    """
    complete = [{**WORST, **{name: value for name, value in row.items() if value is not None}} for row in rows]
    table = pd.DataFrame([{name: row.get(name) for name in COLUMNS} for row in complete], columns=list(COLUMNS))
    for name in TEXTS:
        table[name] = table[name].fillna("").astype(str)
    for name in FLAGS:
        table[name] = table[name].astype(bool)
    for name in COUNTS:
        table[name] = table[name].fillna(0).astype(np.int64)
    for name in NUMBERS:
        table[name] = significant(table[name].to_numpy(dtype=np.float64), DIGITS)
    order = ["method", "given", "points_per_period", "noise_db", "system"]
    return table.sort_values(order, ascending=[True, True, False, False, True], ignore_index=True)


def write_discovery_table(table: pd.DataFrame, manifest: Mapping[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write the table with the manifest of its run as one Parquet file."""
    target = Path(path)
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), MANIFEST_KEY: json.dumps(dict(manifest), sort_keys=True).encode()}
    with replacing(target) as part:
        pq.write_table(arrow.replace_schema_metadata(metadata), part, compression="zstd", compression_level=19)
    return target


def read_discovery_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table of the track.

    Raises
    ------
    StorageError
        If the file cannot be read, or holds another table.
    """
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot read {os.fspath(path)}: {error}") from error
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise StorageError(f"{os.fspath(path)} is no table of the track on equations: it lacks {', '.join(missing)}")
    return table
