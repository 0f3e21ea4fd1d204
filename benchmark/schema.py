"""The columns of a table of results."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmark.scoring.members import MEMBER_COLUMNS
from benchmark.scoring.table import SCORES, VALID_TIMES
from dysts.errors import InvalidArgumentError

_TASK: Mapping[str, str] = {
    "key": "str",
    "task": "str",
    "system": "str",
    "recipe": "str",
    "trajectory": "int64",
    "train_length": "int64",
    "horizon": "int64",
    "horizon_clock": "str",
    "most_points": "int64",
    "components": "str",
    "measurement_noise": "float64",
    "noise_seed": "int64",
    "stride": "int64",
    "forecaster": "str",
    "reference": "bool",
    "preset": "str",
    "seed": "int64",
    "status": "str",
    "error": "str",
}
_SCORED: Mapping[str, str] = {
    **dict.fromkeys(SCORES, "float64"),
    **{f"{name}_censored": "bool" for name in VALID_TIMES},
    "censored_by": "str",
    "vpt_missing": "str",
    "missing": "str",
    "horizon_points": "int64",
    "horizon_lyapunov": "float64",
    "known_lyapunov": "float64",
    "truth_end": "float64",
    "scoring": "str",
    "scoring_version": "int64",
    "lyapunov_exponent": "float64",
    "lyapunov_exponent_error": "float64",
}
_RUN: Mapping[str, str] = {
    "fit_seconds": "float64",
    "predict_seconds": "float64",
    "cell_seconds": "float64",
    "peak_memory_mb": "float64",
    "diverged_at": "float64",
    "step": "float64",
    "learning_curve": "str",
    "tuning": "str",
    "config": "str",
    "data_sha256": "str",
    "code": "str",
    "version": "str",
    "versions": "str",
    "commit": "str",
    "finished": "str",
}

COLUMNS: Mapping[str, str] = {**_TASK, **_SCORED, **MEMBER_COLUMNS, **_RUN}
"""Columns of the table and their types; valid times, ``horizon_lyapunov`` and ``known_lyapunov`` are in Lyapunov times.

``code`` is the fingerprint of the forecaster's own code, empty where an earlier version wrote none;
``diverged_at`` is the first point that a forecaster held at its bounds, as its rollout left them, and NaN without one;
``learning_curve`` holds pairs of a number of optimisation steps and the mean loss there, as JSON, of networks alone.
"""

ADDED_SCORES = (
    *(name for name in VALID_TIMES if name not in ("vpt", "vpt_loose", "vpt_smape")),
    *("mase_10", "first_error", "cumulative_maximum_error", "dstsp_binned", "dstsp_published", "dh_smoothed", "mmd"),
)
"""Scores that tables of earlier versions lack."""

_NO_MEMBERS: Mapping[str, Any] = {"int64": 0, "float64": np.nan, "str": ""}
"""Values of the columns of members in a row without an ensemble, by type."""

SCORED_COLUMNS = tuple(_SCORED)
"""Columns that are computed from a stored forecast, and computed again by `rescore`."""

SUBMITTED = "submitted"
"""Preset in the rows of a submission, by which they are told from those of a run; its declaration is in ``config``."""

STATUSES = ("ok", "failed", "timeout", "out_of_memory", "crashed", "unavailable")
"""How a cell ended. A reference that does not exist for the data is unavailable, which is no failure."""


def completed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of results with the columns that tables of earlier versions lack, in the order of `COLUMNS`.

    Their tasks count the horizon in points, nobody asked for ensembles or has examined their truths, and their scores
    are of version 2; a score that they lack is missing.
    """
    added: dict[str, Any] = {}
    if "horizon" in table.columns:
        added |= {"horizon_clock": "points", "most_points": 0, "horizon_points": table["horizon"]}
    if "vpt_censored" in table.columns:
        added["censored_by"] = np.where(table["vpt_censored"], "horizon", "")
    if "horizon_lyapunov" in table.columns:
        added["known_lyapunov"] = table["horizon_lyapunov"]
    added |= {"code": "", "scoring_version": 2, "truth_end": np.nan, "learning_curve": ""}
    added |= {name: np.nan for name in SCORES if name in ADDED_SCORES}
    added |= {name: _NO_MEMBERS[kind] for name, kind in MEMBER_COLUMNS.items()}
    added |= {f"{name}_censored": False for name in VALID_TIMES if name in ADDED_SCORES}
    table = table.assign(**{name: value for name, value in added.items() if name not in table.columns})
    return table[[*(name for name in COLUMNS if name in table.columns), *table.columns.difference(list(COLUMNS))]]


def completed_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of a journal with what one of an earlier version lacks: then all truths were known to the horizon.

    Examples
    --------
    >>> completed_row({"horizon_lyapunov": 3.0, "vpt_censored": True})["known_lyapunov"]
    3.0
    """
    if "known_lyapunov" in row or "horizon_lyapunov" not in row:
        return row
    censored_by = "horizon" if row.get("vpt_censored") else ""
    return {"censored_by": censored_by, **row, "known_lyapunov": row["horizon_lyapunov"]}


def check_table(table: pd.DataFrame) -> None:
    """Raise unless a table of results is one: columns, types, statuses, keys, and worst scores of failed cells.

    Parameters
    ----------
    table : pandas.DataFrame
        As read from ``results.parquet``.

    Raises
    ------
    InvalidArgumentError
        With the column and the problem.
    """
    for name in COLUMNS:
        if name not in table.columns:
            raise InvalidArgumentError(f"a table of results lacks the column {name!r}")
    unknown = [name for name in table.columns if name not in COLUMNS]
    if unknown:
        raise InvalidArgumentError(f"a table of results has the unknown column {unknown[0]!r}")
    for name, kind in COLUMNS.items():
        found = str(table[name].dtype)
        if found != kind and not (kind == "str" and found in ("object", "string")):
            raise InvalidArgumentError(f"column {name!r} of a table of results must hold {kind}, got {found}")
    strange = sorted(set(table["status"]) - set(STATUSES))
    if strange:
        raise InvalidArgumentError(f"the status of a row must be one of {', '.join(STATUSES)}, got {strange[0]!r}")
    if table["key"].duplicated().any():
        raise InvalidArgumentError(f"key {table.loc[table['key'].duplicated(), 'key'].iloc[0]!r} stands twice")
    failed = table[~table["status"].isin(("ok", "unavailable"))]
    for name, score in SCORES.items():
        better = failed[failed[name].notna() & (failed[name] != score.worst)]
        if len(better):
            cell = better.iloc[0]
            raise InvalidArgumentError(
                f"{cell['forecaster']} on {cell['system']} failed and has {name} {cell[name]}; it must have the worst, "
                f"{score.worst}"
            )
    if (failed["error"] == "").any():
        raise InvalidArgumentError("a failed cell of a table of results has no error")
