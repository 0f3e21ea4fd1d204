"""Text in the width and colours of a terminal, and JSON for programs."""

import dataclasses
import json
import math
import os
import shutil
from collections.abc import Mapping
from typing import Any, TextIO

WIDEST = 100
"""Largest width of text, in characters: longer lines are hard to read, however wide the terminal."""

_STYLES: Mapping[str, str] = {"error": "1;31", "warning": "1;33"}


def columns() -> int:
    """Return the width of text: that of the terminal, or ``COLUMNS``, and at most `WIDEST`."""
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)


def printable(text: str) -> str:
    """Return a text with its control characters escaped, as they could move the cursor or colour the terminal.

    Examples
    --------
    >>> printable("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode()
        for character in text
    )


def styled(text: str, style: str, stream: TextIO) -> str:
    """Return a text with the colour of a style, if the stream is a terminal that should have colours.

    No colour goes into a file or a pipe, to a terminal that calls itself ``dumb``, or where ``NO_COLOR`` is set.

    Parameters
    ----------
    text : str
    style : {"error", "warning"}
    stream : TextIO
        Where the text will be written.

    References
    ----------
    https://no-color.org

    Examples
    --------
    >>> import io
    >>> styled("error:", "error", io.StringIO())
    'error:'
    """
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def json_text(value: Any) -> str:
    """Return a value as JSON text, with null for numbers that are not finite, which JSON lacks.

    Parameters
    ----------
    value : object
        Mappings, sequences, dataclasses, NumPy scalars and what JSON knows.

    Examples
    --------
    >>> print(json_text({"vpt": float("nan"), "systems": ("Lorenz",)}))
    {
     "vpt": null,
     "systems": [
      "Lorenz"
     ]
    }
    """
    return json.dumps(_plain(value), indent=1, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
