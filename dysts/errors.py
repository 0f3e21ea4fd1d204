"""Exceptions of the project; each message names the thing, the value and what is allowed."""

import difflib
from collections.abc import Iterable
from pathlib import Path

_MOST_NAMES = 16
"""Largest number of names listed beside a suggestion; more of them would bury it."""
_LONGEST_LIST = 200
"""Largest number of names listed without a suggestion, as files of strangers can have any number."""


class DystsError(Exception):
    """Base of every exception that this project raises on purpose."""


class InvalidArgumentError(DystsError, ValueError):
    """An argument has a value, shape or combination that is not allowed."""


class UnknownArgumentError(DystsError, TypeError):
    """A function was called with a keyword argument that it does not have; the message names the one to use."""


class UnknownNameError(DystsError, LookupError):
    """A name of a system, parameter, forecaster or recipe is not known."""


class RegistryError(DystsError, ValueError):
    """A registry entry is malformed; the message names entry, field and problem."""


class ExpressionError(RegistryError):
    """An expression is outside the registry's language; the message names the position."""


class NotSupportedError(DystsError, NotImplementedError):
    """The request is meaningful, but this version cannot do it."""


class IntegrationError(DystsError, RuntimeError):
    """An integration ended with a bad status."""


class UnreliableEstimateError(DystsError, ValueError):
    """An estimate from data is not reliable; the message says why."""


class MissingPackageError(DystsError, ImportError):
    """A package of an optional extra is not installed; the message says how to install it."""


class StorageError(DystsError, OSError):
    """A file, store or cache folder cannot be read or written."""


class NewerFormatError(StorageError):
    """A store was written by a newer version of this package; it is left as it is."""


class ForecastError(DystsError, RuntimeError):
    """A forecaster cannot fit the series that it was given, or produced no usable forecast."""


class RunError(DystsError, RuntimeError):
    """A benchmark run cannot start or go on."""


class DystsWarning(UserWarning):
    """Base of every warning that this project gives on purpose."""


def unknown_name(kind: str, name: object, known: Iterable[str], *, listing: str = "") -> UnknownNameError:
    """Build the error for an unknown name, with the closest known name as a suggestion.

    Parameters
    ----------
    kind : str
        What the name was meant to name, such as ``"system"``.
    name : object
        What the caller gave.
    known : iterable of str
        The allowed names.
    listing : str
        Where the reader finds all of them, such as ``"dysts list"``.

    Examples
    --------
    >>> str(unknown_name("system", "Lorentz", ["Lorenz", "Rossler"], listing="dysts list"))
    "unknown system 'Lorentz'; did you mean 'Lorenz'? (2 known: dysts list)"
    """
    names = list(known)
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1, cutoff=0.6)
    suggestion = f"; did you mean {by_lower_case[close[0]]!r}?" if close else ""
    if listing:
        where = f"{len(names)} known: {listing}"
    elif close and len(names) > _MOST_NAMES:
        where = f"{len(names)} known"
    else:
        where = f"known: {', '.join(names[:_LONGEST_LIST])}{', ...' if len(names) > _LONGEST_LIST else ''}"
    return UnknownNameError(f"unknown {kind} {name!r}{suggestion} ({where})")


def unreadable(path: Path, error: Exception, *, what: str = "") -> StorageError:
    """Build the error for a file that cannot be read, with a file beside it that may have been meant.

    Parameters
    ----------
    path : Path
    error : Exception
        Why it cannot be read.
    what : str
        What the file was meant to hold, such as ``"the suite"``.

    Examples
    --------
    >>> str(unreadable(Path("nowhere/my.toml"), FileNotFoundError(2, "No such file or directory"), what="the suite"))
    'cannot read the suite nowhere/my.toml: No such file or directory; the folder nowhere does not exist'
    """
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    hint = _beside(path) if isinstance(error, FileNotFoundError | IsADirectoryError) else ""
    return StorageError(f"cannot read {what}{' ' if what else ''}{path}: {reason}{hint}")


def _beside(path: Path) -> str:
    if path.is_dir():
        return "; it is a folder, give a file"
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return f"; the folder {path.parent} does not exist"
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    if close and close[0] != path.name:
        return f"; did you mean {str(path.with_name(close[0]))!r}?"
    kin = sorted(name for name in names if Path(name).suffix == path.suffix)[:5]
    there = f"has {', '.join(kin)}" if kin else f"has no file *{path.suffix}"
    return f"; the folder {path.parent.resolve()} {there}"
