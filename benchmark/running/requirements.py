"""Check before any work that the packages that a command or a forecaster needs are installed."""

import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Mapping

from dysts.errors import RunError
from dysts.version import install_command

_TABLES = ("pandas", "pyarrow")
_PAGES = (*_TABLES, "jinja2", "matplotlib")
_CELLS = (*_TABLES, "threadpoolctl")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "list": (),
    "template": (),
    "report": _PAGES,
    "run": _CELLS,
    "check": ("threadpoolctl",),
}
"""Packages that a command needs beside those of the base installation; the others need those of tables."""


def needed(command: str) -> tuple[str, ...]:
    """Return the packages that a command needs beside those of the base installation."""
    return NEEDED.get(command, _TABLES)


def check_installed(packages: tuple[str, ...]) -> None:
    """Raise `RunError` if one of some packages is not installed.

    Examples
    --------
    >>> check_installed(("json",))
    """
    missing = [name for name in packages if not _is_there(name)]
    if missing:
        raise RunError(f"{', '.join(missing)} not installed; the benchmark needs: {install_command('benchmark')}")


def check_forecasters_installed(forecasters: Iterable[str]) -> None:
    """Raise `RunError` if forecasters of this package lack packages; those of others, ``module:factory``, are left out.

    Examples
    --------
    >>> check_forecasters_installed(["NVAR", "my_module:factory"])
    """
    from forecasters import get_forecaster, list_forecasters

    ours = set(list_forecasters(optional=True, pretrained=True))
    lacking: dict[tuple[str, ...], list[str]] = defaultdict(list)
    extras: dict[str, None] = {}
    for name in forecasters:
        if name not in ours:
            continue
        model = get_forecaster(name)
        missing = tuple(package for package in model.needs if not _is_there(package))
        if missing:
            lacking[missing].append(name)
            extras[model.extra] = None
    if lacking:
        told = "; ".join(
            f"{', '.join(names)} need{'s' if len(names) == 1 else ''} {' and '.join(missing)}"
            for missing, names in lacking.items()
        )
        raise RunError(f"packages of forecasters are not installed: {told}; {install_command(','.join(extras))}")


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False
