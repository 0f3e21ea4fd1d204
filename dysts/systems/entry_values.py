"""Checks of the values in a registry file: objects, lists, texts, numbers, each refused with its place."""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from dysts.checks import is_finite_number, shown
from dysts.equations.expressions import check_identifier
from dysts.errors import RegistryError

LONGEST_NAME = 64
"""Largest number of characters in the name of a system, variable, parameter or definition."""
MOST_NUMBERS = 100_000
"""Largest number of numbers in one parameter or property: a matrix of 300 rows has 90,000."""
DEEPEST_SETTINGS = 4
"""Levels of lists and objects within the settings of a property."""
_UNPRINTABLE = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that no text may have: control characters move a terminal's cursor."""
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of direction, which let a text be read in another order than it is stored."""


def check_name(value: object, where: str) -> str:
    """Return a name that an entry may declare.

    Raises
    ------
    RegistryError
        If the value is no identifier, is too long, or has a meaning in the language already.
    """
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise RegistryError(
            f"{where}: a name must have at most {LONGEST_NAME} characters, got {len(value)}: {shown(value)}"
        )
    return check_identifier(value if isinstance(value, str) else shown(value), where=where)


def check_object(
    value: object, where: str, *, required: Collection[str] | None = None, optional: Collection[str] = ()
) -> dict[str, Any]:
    """Return an object that has the required fields, and none but those and the optional ones.

    Parameters
    ----------
    value : object
    where : str
        Entry and field, for messages.
    required : collection of str, optional
        Without it, any fields are allowed.
    optional : collection of str
    """
    if not isinstance(value, Mapping):
        raise RegistryError(f"{where} must be an object, got {shown(value)}")
    for key in value:
        if not isinstance(key, str):
            raise RegistryError(f"{where} must be an object with texts as names, got {shown(key)}")
    if required is not None:
        missing = sorted(set(required) - value.keys())
        if missing:
            raise RegistryError(f"{where} must have the field {missing[0]!r}, got {shown(sorted(value))}")
        unknown = sorted(value.keys() - {*required, *optional})
        if unknown:
            allowed = ", ".join(sorted({*required, *optional}))
            raise RegistryError(f"{where} must have none but the fields {allowed}, got {shown(unknown[0])}")
    return dict(value)


def check_list(value: object, where: str, *, most: int) -> list[Any]:
    """Return a list of at most so many items."""
    if not isinstance(value, list | tuple):
        raise RegistryError(f"{where} must be a list, got {shown(value)}")
    if len(value) > most:
        raise RegistryError(f"{where} must have at most {most} items, got {len(value)}")
    return list(value)


def check_text(value: object, where: str, *, longest: int) -> str:
    """Return a text of printable characters that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise RegistryError(f"{where} must be a text, got {shown(value)}")
    if len(value) > longest:
        raise RegistryError(f"{where} must have at most {longest} characters, got {len(value)}")
    if not value.isprintable():
        for position, character in enumerate(value):
            if unicodedata.category(character) in _UNPRINTABLE or character in _DIRECTIONS:
                raise RegistryError(
                    f"{where} must have printable characters only, got {character!r} at position {position + 1}"
                )
    return value


def check_choice(value: object, where: str, allowed: Collection[str]) -> str:
    """Return one of the allowed texts."""
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(list(allowed)[:20]) + (", ..." if len(allowed) > 20 else "")
        raise RegistryError(f"{where} must be one of {listed or '(none)'}, got {shown(value)}")
    return value


def check_number(value: object, where: str, *, positive: bool = False) -> float:
    """Return a number that double precision can hold."""
    if not is_finite_number(value) or (positive and not float(value) > 0.0):  # type: ignore[arg-type]
        kind = "a positive finite number" if positive else "a finite number"
        raise RegistryError(f"{where} must be {kind}, got {shown(value)}")
    return float(value)  # type: ignore[arg-type]


def check_numbers(value: object, where: str) -> Any:
    """Return a number, or a vector or a matrix of numbers as a list or a list of lists."""
    if not isinstance(value, list | tuple):
        return check_number(value, where)
    if not value:
        raise RegistryError(f"{where} must be a number, a vector or a matrix, got an empty list")
    if len(value) > MOST_NUMBERS:
        raise RegistryError(f"{where} must have at most {MOST_NUMBERS} numbers, got {len(value)}")
    rows = [row if isinstance(row, list | tuple) else [row] for row in value]
    if sum(map(len, rows)) > MOST_NUMBERS:
        raise RegistryError(f"{where} must have at most {MOST_NUMBERS} numbers, got {sum(map(len, rows))}")
    matrix = isinstance(value[0], list | tuple)
    if any(isinstance(row, list | tuple) != matrix for row in value) or len(set(map(len, rows))) != 1 or not rows[0]:
        raise RegistryError(f"{where} must be a number, a vector or a matrix with equal rows, got {shown(value)}")
    checked = [[check_number(number, where) for number in row] for row in rows]
    return checked if matrix else [row[0] for row in checked]


def check_settings(value: object, where: str, *, depth: int = 0) -> Any:
    """Return a value of free form: numbers, texts, true, false and null in lists and objects of few levels."""
    if depth > DEEPEST_SETTINGS:
        raise RegistryError(f"{where} must be nested at most {DEEPEST_SETTINGS} levels deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_text(value, where, longest=1000) if value else value
    if isinstance(value, Mapping):
        fields = check_object(value, where)
        check_list(list(fields), where, most=1000)
        return {
            check_text(key, where, longest=100): check_settings(item, where, depth=depth + 1)
            for key, item in fields.items()
        }
    if isinstance(value, list | tuple):
        return [check_settings(item, where, depth=depth + 1) for item in check_list(value, where, most=MOST_NUMBERS)]
    if not is_finite_number(value):
        raise RegistryError(f"{where} must hold finite numbers and texts, got {shown(value)}")
    return value
