"""Check before any work that the packages that a command needs are installed."""

import importlib.util
from collections.abc import Mapping

from dysts.errors import RunError
from dysts.version import install_command

_TABLES = ("pandas", "pyarrow")
_PAGES = (*_TABLES, "jinja2", "matplotlib")
_CELLS = (*_TABLES, "threadpoolctl")
NEEDED: Mapping[str, tuple[str, ...]] = {"list": (), "report": _PAGES, "run": _CELLS, "check": ("threadpoolctl",)}
"""Packages that a command needs beside those of the base installation; the others need those of tables. What a
forecaster needs it says itself, before the first cell runs."""


def needed(command: str) -> tuple[str, ...]:
    """Return the packages that a command needs beside those of the base installation."""
    return NEEDED.get(command, _TABLES)


def check_installed(packages: tuple[str, ...]) -> None:
    """Raise `RunError` if one of some packages is not installed.

    Examples
    --------
    >>> check_installed(("json",))
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise RunError(f"{', '.join(missing)} not installed; the benchmark needs: {install_command('benchmark')}")
