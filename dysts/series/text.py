"""Reads text files of numbers in columns, after finding out how they are written."""

import bz2
import csv
import gzip
import lzma
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dysts.errors import InvalidArgumentError, unreadable

if TYPE_CHECKING:
    import pandas

SAMPLE = 200
"""Number of lines from which the form of a file is inferred."""
LONGEST_LINE = 1_000_000
SEPARATORS = (";", "\t", "|", ",", " ")
"""Characters that can stand between two numbers, the least ambiguous first; a blank stands for any white space."""
COMMENTS = ("#", "%")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-nan", "<na>", "#n/a"})
"""Cells, in lower case, that stand for a missing value."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z|[+-]?inf(inity)?\Z", re.ASCII | re.IGNORECASE)
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


FORMULAS = ("=", "+", "-", "@", "\t")
"""Characters with which a cell begins that a spreadsheet would compute."""


def as_cell(name: str) -> str:
    """Return a name for a cell of a text file, after an apostrophe where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> as_cell("x"), as_cell("=1+1")
    ('x', "'=1+1")
    """
    return f"'{name}" if name.startswith(FORMULAS) else name


def from_cell(cell: str) -> str:
    """Return the name that `as_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a text file is written.

    Attributes
    ----------
    separator : str
        One of `SEPARATORS`.
    decimal : {".", ","}
    names : tuple of str, or None
        The header; None without one.
    first_row : int
        The number of lines before the first row of numbers.
    columns : int
        The number of cells in a row, without an empty one that a separator at the end of each line leaves.
    numeric : int
        The number of columns that hold numbers.
    trailing : bool
        Whether a separator ends each line.
    comment : str
        The character that begins a comment line; empty without comments.
    """

    separator: str
    decimal: str
    names: tuple[str, ...] | None
    first_row: int
    columns: int
    numeric: int
    trailing: bool
    comment: str

    def description(self) -> str:
        """Say in words how the file is written."""
        signs = {" ": "blanks", "\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
        between = f"{signs[self.separator]} between columns" if self.columns > 1 else "one column"
        header = "a header" if self.names is not None else "no header"
        return f"{between}, decimal {'comma' if self.decimal == ',' else 'point'}, {header}"


def read_text(
    path: Path, *, separator: str | None = None, decimal: str | None = None
) -> "tuple[pandas.DataFrame, Form]":
    """Read a text file of numbers in columns.

    Parameters
    ----------
    path : Path
        Perhaps compressed (``.gz``, ``.bz2``, ``.xz``).
    separator, decimal : str, optional
        Inferred by default.

    Raises
    ------
    StorageError
        If the file cannot be read.
    InvalidArgumentError
        If it is not clear how the file is written, or a row has another number of cells.
    """
    import pandas

    try:
        with _open(path) as file:
            lines = [
                line.rstrip("\r\n")
                for _, line in zip(range(SAMPLE), iter(lambda: file.readline(LONGEST_LINE), ""), strict=False)
            ]
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(
            f"the file {path} must be UTF-8 text, got another byte at position {error.start}; convert it by iconv"
        ) from None
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise unreadable(path, error, what="the series") from error
    form = form_of(lines, str(path), separator=separator, decimal=decimal)
    names = (
        list(map(from_cell, form.names)) if form.names is not None else [str(index) for index in range(form.columns)]
    )
    unique = [str(position) for position in range(form.columns + form.trailing)]
    try:
        with warnings.catch_warnings(), _open(path) as file:
            # Rows that are longer than the first are warned about, and cut.
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                file,
                sep=r"\s+" if form.separator == " " else form.separator,
                decimal=form.decimal,
                header=None,
                names=unique,
                index_col=False,
                skiprows=form.first_row,
                comment=form.comment or None,
                skipinitialspace=True,
                low_memory=False,
                **_precision(pandas.__version__, form.decimal),
            )
    except (ValueError, OSError, EOFError, lzma.LZMAError, pandas.errors.ParserWarning) as error:
        if isinstance(error, OSError | EOFError | lzma.LZMAError):
            raise unreadable(path, error, what="the series") from error
        reason = str(error).strip().splitlines()[-1]
        raise InvalidArgumentError(f"the file {path} must have {form.columns} cells in each row ({reason})") from None
    frame = frame.iloc[:, : form.columns]
    frame.columns = pandas.Index(names)
    return frame, form


def _precision(version: str, decimal: str) -> dict[str, Any]:
    """Return the options with which pandas reads each number to the nearest double; from 3.1 on it always does."""
    major, minor = map(int, version.split(".")[:2])
    return {"float_precision": "round_trip"} if (major, minor) < (3, 1) and decimal == "." else {}


def _open(path: Path) -> TextIO:
    opened: TextIO = _OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8-sig", newline=None)
    return opened


def form_of(lines: list[str], where: str, *, separator: str | None = None, decimal: str | None = None) -> Form:
    """Infer from the first lines of a file how it is written.

    Raises
    ------
    InvalidArgumentError
        If there are no numbers in columns, or more than one reading is possible.

    Examples
    --------
    >>> form_of(["x;y", "1,5;2,5", "1,6;2,4"], "example").description()
    'semicolons between columns, decimal comma, a header'
    """
    if separator is not None and separator not in SEPARATORS:
        raise InvalidArgumentError(f"separator must be one of {', '.join(map(repr, SEPARATORS))}, got {separator!r}")
    if decimal is not None and decimal not in (".", ","):
        raise InvalidArgumentError(f"decimal must be '.' or ',', got {decimal!r}")
    found = [
        form
        for sign in ((separator,) if separator is not None else SEPARATORS)
        for point in ((decimal,) if decimal is not None else (".", ","))
        if sign != point and (form := _form(lines, sign, point)) is not None
    ]
    if not found:
        _check_widths(lines, where, SEPARATORS if separator is None else (separator,))
        raise InvalidArgumentError(
            f"the file {where} must have numbers in columns, got {_first_content(lines)[:60]!r}; "
            "give separator= and decimal= if they are unusual"
        )
    # A separator that is none leaves cells that are no numbers, or one column.
    best = max(found, key=lambda form: (form.numeric, -form.columns))
    alone = any(form.columns == 1 and form.decimal == "," for form in found)
    whole = all("." not in line and "e" not in line.lower() for line in lines[best.first_row :])
    if best.columns == 2 and best.separator == "," and best.names is None and alone and whole:
        raise InvalidArgumentError(
            f"the file {where} can be read in two ways, {_first_content(lines)!r} as one number with a decimal comma "
            "or as two whole numbers; give separator=',' or decimal=','"
        )
    return best


def _check_widths(lines: list[str], where: str, separators: tuple[str, ...]) -> None:
    """Name the first row whose number of cells is not that of the first row, if a separator cuts that one."""
    content = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith(COMMENTS)]
    for sign in separators:
        cells = [(number, len(_cells(line, sign))) for number, line in content]
        odd = [(number, width) for number, width in cells if width != cells[0][1]]
        if cells and cells[0][1] > 1 and len(odd) < len(cells) / 2 and odd:
            raise InvalidArgumentError(
                f"the file {where} must have {cells[0][1]} cells in each row, got {odd[0][1]} in line {odd[0][0]}; "
                "give separator= and decimal= if they are unusual"
            )


def _first_content(lines: list[str]) -> str:
    return next((line for line in lines if line.strip() and not line.lstrip().startswith(COMMENTS)), "")


def _form(lines: list[str], separator: str, decimal: str) -> Form | None:
    """Return the form of a file for one separator and decimal sign, or None where it does not fit."""
    rows: list[tuple[int, list[str]]] = []
    comments: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith(COMMENTS) and not (rows and _is_missing_row(stripped)):
            comments.append((number, stripped))
        elif stripped:
            rows.append((number, _cells(line, separator)))
    if not rows:
        return None
    body = rows[1:] if len(rows) > 1 else rows
    # Data decide about the number of columns, so a title line above the header is found out as well.
    width = len(body[-1][1])
    trailing = width > 1 and all(cells[-1] == "" for _, cells in body[:50])
    columns = width - trailing
    names: tuple[str, ...] | None = None
    first = rows[0][1]
    if _is_header(first, [cells for _, cells in body[: len(rows)]] if len(rows) > 1 else [], decimal):
        if len(first) not in (columns, width):
            return None
        names, start = tuple(first[:columns]), rows[1][0]
        data = rows[1:]
    else:
        start, data = rows[0][0], rows
        above = [(number, text) for number, text in comments if number < start]
        if above:
            cells = _cells(above[-1][1].lstrip("#% "), separator)
            if len(cells) == columns and not any(_is_number(cell, decimal) for cell in cells):
                names = tuple(cells)
    numeric = sum(
        # A few cells may be broken, and are named when the column is read.
        sum(_is_number(cell, decimal) for cell in column) >= 0.8 * len(column)
        for column in zip(*(cells[:columns] for _, cells in data if len(cells) == width), strict=True)
    )
    if numeric == 0:
        return None
    if sum(len(cells) == width for _, cells in data) < 0.9 * len(data):
        return None
    if columns == 1 and decimal == "," and names is not None and "," in names[0]:
        # The comma stands between names, so it is no decimal comma below them.
        return None
    comment = comments[0][1][0] if comments else ""
    return Form(
        separator=separator,
        decimal=decimal,
        names=names,
        first_row=start,
        columns=columns,
        numeric=numeric,
        trailing=trailing,
        comment=comment,
    )


def _is_header(first: list[str], body: list[list[str]], decimal: str) -> bool:
    """Whether a first row names the columns below it."""
    if not body:
        return False
    if any(not _is_number(cell, decimal) and cell.lower() not in MISSING for cell in first):
        return True
    # A table without names is written with the numbers of its columns, and an empty cell above its index.
    cells = first[1:] if first[0] == "" else first
    counted = len(cells) > 1 and cells == [str(position) for position in range(len(cells))]
    fractional = any("." in cell or "," in cell or "e" in cell.lower() for row in body for cell in row[-len(cells) :])
    return counted and fractional


def _is_missing_row(text: str) -> bool:
    return text.lower().startswith(("#n/a",))


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return [cell.strip("\"'") for cell in line.split()]
    return [cell.strip() for cell in next(_reader(line, separator), [])]


def _reader(line: str, separator: str) -> Iterator[list[str]]:
    return csv.reader([line], delimiter=separator, skipinitialspace=True)


def _is_number(cell: str, decimal: str) -> bool:
    if decimal == ",":
        if "." in cell:
            return False
        cell = cell.replace(",", ".", 1)
    return bool(_NUMBER.match(cell))
