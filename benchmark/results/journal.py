"""An append-only file of JSON lines; a complete line stays valid, whatever happens later."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dysts.errors import StorageError


class Journal:
    """Writer of a journal; each appended row is on the disk when `append` returns.

    Opening cuts off a torn last line, which a killed writer may leave.

    Parameters
    ----------
    path : Path
        The file; created if it does not exist.

    Raises
    ------
    StorageError
        If the file cannot be read or written, or holds a broken line before the last.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows, sound = _read(path)
        try:
            self._file = path.open("ab")
            if self._file.tell() != sound:
                self._file.truncate(sound)
                os.fsync(self._file.fileno())
        except OSError as error:
            raise StorageError(f"cannot write the journal {path}: {error}") from error

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one row durably.

        Raises
        ------
        StorageError
            If it cannot be written; what was written of it is taken back.
        """
        begin = self._file.tell()
        try:
            self._file.write(journal_line(row))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._take_back(begin)
            raise StorageError(f"cannot write the journal {self.path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _take_back(self, size: int) -> None:
        try:
            os.truncate(self.path, size)
        except OSError:
            # The next opening cuts the torn line off.
            return


def journal_line(row: Mapping[str, Any]) -> bytes:
    """Return the line of a row, with its newline.

    Examples
    --------
    >>> journal_line({"vpt": float("inf"), "smape": float("nan")})
    b'{"vpt": {"float": "inf"}, "smape": null}\\n'
    """
    plain = {name: _to_json(value) for name, value in row.items()}
    return json.dumps(plain, allow_nan=False).encode() + b"\n"


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a journal without changing it; a torn last line is left out.

    Raises
    ------
    StorageError
        If the file cannot be read, or holds a broken line before the last.
    """
    return _read(path)[0]


def read_lines(path: Path, *, begin: int, first: int) -> list[dict[str, Any]]:
    """Return the rows behind some bytes of a journal, as `read_journal` does.

    Parameters
    ----------
    path : Path
    begin : int
        The number of bytes before the first of these lines.
    first : int
        The number of that line, for messages.
    """
    return _read(path, begin=begin, first=first)[0]


def _read(path: Path, *, begin: int = 0, first: int = 1) -> tuple[list[dict[str, Any]], int]:
    """Return the rows and the number of bytes that hold them."""
    content = b""
    try:
        if path.exists():
            with path.open("rb") as file:
                file.seek(begin)
                content = file.read()
    except OSError as error:
        raise StorageError(f"cannot read the journal {path}: {error}") from error
    rows: list[dict[str, Any]] = []
    sound = 0
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1], start=first):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
        except ValueError as error:
            # A page that was lost in a crash may end in a newline, so a last line with a newline can be torn, too.
            if number - first == len(lines) - 2 and not lines[-1]:
                break
            raise StorageError(f"line {number} of the journal {path} is broken: {error}") from error
        rows.append({name: _from_json(value) for name, value in row.items()})
        sound += len(line) + 1
    return rows, sound


def _to_json(value: Any) -> Any:
    # JSON has no infinity; a missing number is null.
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else {"float": "inf" if value > 0 else "-inf"}
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"float"}:
        return float(value["float"])
    return value
