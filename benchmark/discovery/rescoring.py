"""Adds to a table of the track what can be computed from its equations later, without fitting again.

Usage: python -m benchmark.discovery.rescoring TABLE
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from benchmark.discovery.cell import NOTHING
from benchmark.discovery.statuses import WITH_EQUATIONS
from benchmark.discovery.table import COLUMNS, WORST, discovery_table, write_discovery_table
from benchmark.discovery.tasks import REFERENCES, SAMPLINGS, TEST_AFTER, TEST_PERIODS, TEST_SAMPLING, orbit
from benchmark.export import MANIFEST_KEY
from dysts.discovery.found import system_of_text
from dysts.discovery.found_spectrum import found_spectrum
from dysts.discovery.relations import relation_degree
from dysts.errors import DystsError
from dysts.systems.registry import get_system

METHODS = ("HeldOutThresholding", "PySINDy-STLSQ")
"""Methods whose equations from clean states at `SAMPLING` points in a period get exponents."""
SAMPLING = 100


def equations_of(text: str) -> dict[str, str]:
    """Return the equations that a row of the table has as one text.

    Examples
    --------
    >>> equations_of("x' = -y; y' = x")
    {'x': '-y', 'y': 'x'}
    """
    equations = {}
    for part in text.split("; "):
        name, _, equation = part.partition("' = ")
        equations[name] = equation
    return equations


def with_status(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose equations have no term as the failure that it is.

    Examples
    --------
    >>> row = {"method": "M", "status": "ok", "terms": 0, "coefficient_error": 1.0, "f1": 0.0, "elsewhere_error": 1.7}
    >>> with_status(row)
    {'method': 'M', 'status': 'no_equations', 'elsewhere_error': 2.0, 'error': 'no equation of the method has a term'}
    """
    # Equations with too many terms to be multiplied out have none either, and an infinite error.
    if row["method"] in REFERENCES or row["status"] not in WITH_EQUATIONS or row["terms"]:
        return row
    if not np.isfinite(row["coefficient_error"]):
        return row
    kept = {name: value for name, value in row.items() if name not in WORST}
    there = {"elsewhere_error": 2.0, "elsewhere_valid_time": 0.0}
    failed = {name: value for name, value in there.items() if np.isfinite(row.get(name, np.nan))}
    return {**kept, **failed, "status": "no_equations", "error": NOTHING}


def rescored(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the rows of one system with the degree of its relation and the exponents of some of its equations."""
    system = get_system(name)
    step = system.period / TEST_SAMPLING
    away = orbit(system, (TEST_AFTER + TEST_PERIODS) * TEST_SAMPLING + 1, step)
    degree, test = relation_degree(away[: SAMPLINGS[SAMPLING]]), away[TEST_AFTER * TEST_SAMPLING :]
    scale = test.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    result = []
    for row in map(with_status, rows):
        changed = {**row, "relation_degree": degree}
        chosen = row["method"] in METHODS and row["given"] == "states" and row["points_per_period"] == SAMPLING
        if chosen and np.isinf(row["noise_db"]) and row.get("equations") and not row["blew_up"]:
            try:
                found = system_of_text("Found", equations_of(row["equations"]), initial_conditions=test[0].tolist())
                exponents = found_spectrum(found, test, step=step, scale=scale)
            except DystsError:
                # A text that was cut off has no equations to follow.
                exponents = ()
            changed |= {
                "exponent": exponents[0] if exponents else np.nan,
                "exponents": " ".join(f"{value:.4g}" for value in exponents),
            }
        result.append(changed)
    return result


def main(path: str) -> None:
    """Rewrite a table with the columns of this version."""
    old = pd.read_parquet(path)
    manifest: Mapping[str, Any] = json.loads((pq.read_schema(path).metadata or {})[MANIFEST_KEY])
    missing = [name for name in COLUMNS if name not in old]
    rows: list[dict[str, Any]] = []
    for name, part in old.groupby("system", sort=True):
        records = [{str(key): value for key, value in row.items()} for row in part.to_dict("records")]
        for row in records:
            # Scores that the run did not have are missing, not bad.
            row |= {column: np.nan for column in missing if column.endswith(("_time", "_error"))}
        rows += rescored(records, str(name))
    told = "relation_degree and exponents were computed from the committed equations by benchmark.discovery.rescoring"
    write_discovery_table(discovery_table(rows), {**manifest, "rescored": told}, path)


if __name__ == "__main__":
    main(sys.argv[1])
