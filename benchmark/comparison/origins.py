"""Where rows come from: runs of the harness, or submissions, with what these declare to have seen beforehand."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmark.schema import SUBMITTED

FOREIGN, SEEN = "*", "†"
"""Marks of a submission, and of one that may have seen systems of the table beforehand."""


def declared_in(config: str) -> Mapping[str, Any]:
    """Return the declaration in the column ``config`` of a row of a submission; empty in any other row.

    Examples
    --------
    >>> declared_in('{"submission": {"authors": "A. Author"}}')
    {'authors': 'A. Author'}
    >>> declared_in('{"lags": 3}')
    {}
    """
    try:
        said = json.loads(config)["submission"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def mark(rows: pd.DataFrame) -> str:
    """Return the mark of a forecaster by its rows: that of a submission, of one that may have seen systems, or none."""
    said = _said(rows)
    if said is None:
        return ""
    return SEEN if _seen(rows, said) else FOREIGN


def origins(table: pd.DataFrame) -> list[str]:
    """Return a sentence on each submission in a table: by whom it is, of which kind, and what it may have seen."""
    found = []
    for name, rows in table.groupby("forecaster", sort=False):
        said = _said(rows)
        if said is None:
            continue
        seen = _seen(rows, said)
        trained = [str(entry) for entry in said.get("trained_on", ())]
        systems = rows["system"].nunique()
        sentence = f"{name}{SEEN if seen else FOREIGN}: submitted by {said.get('authors', 'unknown')}"
        sentence += f", {said.get('kind', 'other')}"
        sentence += f", trained on {', '.join(trained)}" if trained else ""
        sentence += f"; it may have seen {seen} of these {systems} systems beforehand." if seen else "."
        found.append(sentence)
    return found


def _said(rows: pd.DataFrame) -> Mapping[str, Any] | None:
    submitted = rows[rows["preset"] == SUBMITTED]
    return None if submitted.empty else declared_in(str(submitted["config"].iloc[0]))


def _seen(rows: pd.DataFrame, said: Mapping[str, Any]) -> int:
    names = [str(name) for name in said.get("seen_systems", ())]
    systems = set(rows["system"])
    return len(systems) if "all" in names else len(systems & set(names))
