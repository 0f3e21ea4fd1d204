"""The registry: reads systems.json, finds systems by name, and suggests the name that was meant."""

import functools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dysts.errors import RegistryError, unknown_name, unreadable
from dysts.systems.system import System
from dysts.version import PACKAGE

MAXIMUM_FILE_SIZE = 64 * 2**20


class Registry(Mapping[str, System]):
    """Systems by name, each validated when it is first asked for.

    Parameters
    ----------
    entries : mapping of str to object
        What a registry file holds.
    source : str
        Where they come from, for messages.
    """

    def __init__(self, entries: Mapping[str, Any], source: str) -> None:
        self._entries = dict(entries)
        self._systems: dict[str, System] = {}
        self.source = source

    def __getitem__(self, name: str) -> System:
        if not isinstance(name, str) or name not in self._entries:
            raise unknown_name("system", name, self._entries, listing="dysts list")
        if name not in self._systems:
            try:
                self._systems[name] = System.from_entry(name, self._entries[name])
            except RegistryError as error:
                raise type(error)(f"{self.source}: {error}") from None
        return self._systems[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def systems_file() -> Path:
    """Return the path of the registry that belongs to this package."""
    inside = PACKAGE / "systems.json"
    # A wheel carries the file inside the package; in a checkout it stays at the top of the repository.
    return inside if inside.exists() else PACKAGE.parent / "systems.json"


@functools.cache
def registry() -> Registry:
    """Return the registry that belongs to this package, read once."""
    return Registry(read_entries(systems_file()), "systems.json")


def get_system(name: str) -> System:
    """Return a system of the registry by its name.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.

    Examples
    --------
    >>> import dysts
    >>> dysts.get_system("Lorenz").variables
    ('x', 'y', 'z')
    """
    return registry()[name]


def list_systems(*, variants: bool = False) -> list[str]:
    """Return the names of all systems in alphabetical order.

    Parameters
    ----------
    variants : bool
        Include entries that keep the predecessor's form of an equation beside the published one.

    Examples
    --------
    >>> import dysts
    >>> len(dysts.list_systems())
    135
    """
    entries = registry()._entries
    return sorted(name for name in entries if variants or "variant_of" not in entries[name].get("definition", {}))


def load_systems(path: str | os.PathLike[str]) -> Registry:
    """Read systems from your own JSON file, in the schema of ``systems.json``, and validate every entry.

    Nothing in the file is executed.

    Parameters
    ----------
    path : str or path-like

    Raises
    ------
    StorageError
        If the file cannot be read.
    RegistryError
        If it is not JSON or an entry is malformed.

    Examples
    --------
    >>> import dysts, json, pathlib, tempfile
    >>> entry = {"definition": {"description": "Damped oscillator", "field": "mechanics",
    ...     "variables": ["x", "v"], "equations": {"x": "v", "v": "-x - c*v"}, "parameters": {"c": 0.1},
    ...     "initial_conditions": [1.0, 0.0]}}
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.json"
    >>> _ = path.write_text(json.dumps({"Damped": entry}))
    >>> dysts.load_systems(path)["Damped"].rhs(0.0, [1.0, 0.0])
    array([ 0., -1.])
    """
    own = Registry(read_entries(Path(path)), os.fspath(path))
    for name in own:
        own[name]
    return own


def read_entries(path: Path) -> dict[str, Any]:
    """Read a registry file strictly: no duplicate names, no NaN or infinity, one object at the top."""
    try:
        size = path.stat().st_size
        if size > MAXIMUM_FILE_SIZE:
            raise RegistryError(f"{path}: {size} bytes; at most {MAXIMUM_FILE_SIZE} are allowed")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path}: not UTF-8 text (byte {error.start})") from None
    try:
        entries = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RegistryError as error:
        raise RegistryError(f"{path}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{path}: not valid JSON ({error})") from None
    if not isinstance(entries, dict):
        raise RegistryError(f"{path}: must hold an object of entries by name, not {type(entries).__name__}")
    return entries


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RegistryError(f"{twice!r} occurs twice")
    return result


def _refuse_constant(text: str) -> Any:
    raise RegistryError(f"{text} is not a finite number")
