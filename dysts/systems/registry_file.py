"""Writes registry files so that two versions can be compared line by line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dysts.cache import write_atomically

LINE_LENGTH = 110


def write_entries(path: Path, entries: Mapping[str, Any]) -> None:
    """Write entries atomically, in the order given, short lists on one line.

    Parameters
    ----------
    path : Path
        Replaced as a whole; a reader sees the old file or the new one.
    entries : mapping of str to object
        What `dysts.systems.registry.read_entries` returned, changed or not.
    """
    write_atomically(path, (format_json(entries) + "\n").encode())


def format_json(value: Any, *, indent: int = 0) -> str:
    """Return JSON text in which a list or object that fits on a line stands on one line, unless it is an entry.

    Examples
    --------
    >>> print(format_json({"a": {"b": [1, 2, 3]}}))
    {
     "a": {"b": [1, 2, 3]}
    }
    """
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict | list) or not value:
        return flat
    if indent >= 1 and len(flat) + indent <= LINE_LENGTH and not _is_nested_object(value):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {format_json(item, indent=indent + 1)}"
            for key, item in value.items()
        ]
        opening, closing = "{", "}"
    else:
        rows = [f"{pad}{format_json(item, indent=indent + 1)}" for item in value]
        opening, closing = "[", "]"
    return f"{opening}\n" + ",\n".join(rows) + f"\n{' ' * indent}{closing}"


def _is_nested_object(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(item, dict) for item in value.values())
