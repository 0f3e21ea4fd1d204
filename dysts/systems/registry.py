"""The registry: reads systems.json, finds systems by name, and suggests the name that was meant."""

import functools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dysts.checks import check_choice, check_flag, check_path, shown
from dysts.errors import InvalidArgumentError, RegistryError, unknown_name, unreadable
from dysts.systems.entry_values import check_name
from dysts.systems.frozen import plain
from dysts.systems.kinds import FLOW, KINDS, MAP
from dysts.systems.system import Ensemble, System
from dysts.version import PACKAGE

MAXIMUM_FILE_SIZE = 64 * 2**20
"""Largest registry file, in bytes: eighty times the packaged one."""
MOST_CONTAINERS = 300_000
"""Largest number of lists and objects in a registry file: each takes memory, however little is in it."""
CHECKED_AT_ONCE = 100_000
"""Largest size in characters of the entries that `load_systems` checks at once, which takes less than a second."""


class Registry(Mapping[str, System]):
    """Systems by name, each checked when it is first asked for.

    Parameters
    ----------
    entries : mapping of str to object
        The content of a registry file.
    source : str
        The name of the file, for messages; empty for entries from Python.
    """

    def __init__(self, entries: Mapping[str, Any], source: str) -> None:
        self._entries = dict(entries)
        self._systems: dict[str, System] = {}
        self.source = source

    def __getitem__(self, name: str) -> System:
        if not isinstance(name, str) or name not in self._entries:
            raise unknown_name("system", name, self._entries, listing=self._listing)
        if name not in self._systems:
            try:
                self._systems[name] = System.from_entry(name, self._entries[name])
            except RegistryError as error:
                raise type(error)(f"{self.source}: {error}" if self.source else str(error)) from None
        return self._systems[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def _listing(self) -> str:
        return {PACKAGED: "dysts list", MAPS: "dysts list --kind map"}.get(self.source, "")

    def of_kind(self, kind: str) -> list[str]:
        """Return the names of the systems of one kind, in the order of the registry."""
        definitions = {
            name: entry.get("definition") for name, entry in self._entries.items() if isinstance(entry, dict)
        }
        return [name for name in self._entries if ((definitions.get(name) or {}).get("kind") or FLOW) == kind]

    def find(self, name: str) -> System:
        """Return a system of this registry or, if it has none of that name, of the package.

        Raises
        ------
        UnknownNameError
            If neither has it.
        RegistryError
            If both have one of that name, with different entries: stored series and results are known by it.
        """
        packaged = registry()
        if self is packaged or name not in packaged:
            if name not in self._entries:
                if isinstance(name, str) and name in maps_registry():
                    return maps_registry()[name]
                raise unknown_name(
                    "system", name, list(dict.fromkeys([*self._entries, *packaged])), listing=self._listing
                )
            return self[name]
        if name in self._entries and self._entries[name] != packaged._entries[name]:
            place = f"{self.source}: " if self.source else ""
            raise RegistryError(
                f"{place}the name of a system must differ from those of the package, got {name}, which has another "
                "entry there"
            )
        return packaged[name]


PACKAGED = "systems.json"
"""Name of the registry file that belongs to this package."""


def systems_file() -> Path:
    """Return the path of the registry that belongs to this package."""
    inside = PACKAGE / PACKAGED
    # A wheel carries the file inside the package; in a checkout it stays at the top of the repository.
    return inside if inside.exists() else PACKAGE.parent / PACKAGED


@functools.cache
def registry() -> Registry:
    """Return the registry that belongs to this package, read once."""
    return Registry(read_entries(systems_file()), PACKAGED)


MAPS = "maps.json"
"""Name of the registry file with the maps of this package."""


@functools.cache
def maps_registry() -> Registry:
    """Return the registry of the maps that belong to this package, read once."""
    return Registry(read_entries(Path(__file__).with_name(MAPS)), MAPS)


def packaged(system: System) -> bool:
    """Return whether a name belongs to a flow of this package, or the system is one of its maps."""
    if system.kind == MAP:
        known = maps_registry()
        return system.name in known and known[system.name].definition_json == system.definition_json
    return system.name in registry()


def get_system(name: str) -> System:
    """Return a flow, a delay system or a map of the registry by its name; names of maps end in ``Map``.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.

    Examples
    --------
    >>> import dysts
    >>> dysts.get_system("Lorenz").variables
    ('x', 'y', 'z')
    >>> dysts.get_system("HenonMap").equations["x"]
    '1 - a*x**2 + y'
    """
    if isinstance(name, str) and name not in registry() and name.lower().endswith("map"):
        return maps_registry()[name]
    return registry()[name]


def as_system(system: Any) -> System:
    """Return a system that is given as such or by its name in the registry.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.
    InvalidArgumentError
        If it is neither.

    Examples
    --------
    >>> as_system("Lorenz").dimension
    3
    """
    if isinstance(system, str):
        return get_system(system)
    if not isinstance(system, System):
        raise InvalidArgumentError(f"system must be a System or the name of one, got {shown(system)}")
    return system


def as_system_or_ensemble(system: Any) -> System | Ensemble:
    """Return a system, one of the registry by its name, or an ensemble.

    Raises
    ------
    UnknownNameError
    InvalidArgumentError
    """
    return system if isinstance(system, (System, Ensemble)) else as_system(system)


def list_systems(*, variants: bool = False, kind: str = FLOW) -> list[str]:
    """Return the names of all flows and delay systems, or of all maps, in alphabetical order.

    Parameters
    ----------
    variants : bool
        Include entries that keep the predecessor's form of an equation beside the published one.
    kind : {"flow", "map"}

    Examples
    --------
    >>> import dysts
    >>> len(dysts.list_systems())
    135
    >>> dysts.list_systems(kind="map")[:3]
    ['ArnoldCatMap', 'BakerMap', 'BedheadMap']
    """
    check_flag("variants", variants)
    entries = (maps_registry() if check_choice("kind", kind, KINDS) == MAP else registry())._entries
    return sorted(name for name in entries if variants or "variant_of" not in entries[name].get("definition", {}))


RegistrySource = str | os.PathLike[str] | Mapping[str, Any]
"""The file that holds a registry, or its entries or systems by name."""


def registry_of(source: RegistrySource | None) -> Registry:
    """Return a registry as it is, one from a file or mapping, or the packaged one for None."""
    if source is None:
        return registry()
    return source if isinstance(source, Registry) else load_systems(source)


def load_systems(source: RegistrySource) -> Registry:
    """Read systems of your own, from a JSON file in the schema of ``systems.json`` or from a mapping of the same form.

    Nothing in the file is executed. Entries are checked at once up to 100,000 characters in all, and those after them
    when they are first asked for, so that reading a file takes less than a second whatever it holds.

    Parameters
    ----------
    source : str, path-like, or mapping of str to mapping or System
        The path of a file, or entries or systems by name.

    Returns
    -------
    mapping of str to System

    Raises
    ------
    StorageError
        If the file cannot be read.
    RegistryError
        If it is not JSON or an entry is malformed.

    Examples
    --------
    >>> import dysts
    >>> entry = {"definition": {
    ...     "variables": ["x", "v"], "equations": {"x": "v", "v": "-x - c*v"}, "parameters": {"c": 0.1},
    ...     "initial_conditions": [1.0, 0.0]}}
    >>> dysts.load_systems({"Damped": entry})["Damped"].rhs(0.0, [1.0, 0.0])
    array([ 0., -1.])
    """
    if isinstance(source, Mapping):
        entries = {key: value.to_entry() if isinstance(value, System) else value for key, value in source.items()}
        own = Registry(plain(entries), "")
    else:
        path = check_path("source", source)
        own = Registry(read_entries(Path(path)), path)
    checked = 0
    for name in own:
        check_name(name, f"{own.source}: registry" if own.source else "registry")
        if checked <= CHECKED_AT_ONCE:
            system = own[name]
            checked += 1000 + sum(map(len, (*system.equations.values(), *system.definitions.values())))
    return own


def read_entries(path: Path) -> dict[str, Any]:
    """Read a registry file strictly: one object at the top, no name twice, no NaN or infinity."""
    try:
        # Pipes and devices have no size, so the reading is bounded and not the size compared.
        with path.open("rb") as file:
            content = file.read(MAXIMUM_FILE_SIZE + 1)
        if len(content) > MAXIMUM_FILE_SIZE:
            raise RegistryError(f"{path} must have at most {MAXIMUM_FILE_SIZE} bytes, got more")
        text = content.decode("utf-8")
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path} must be UTF-8 text, got another byte at position {error.start}") from None
    containers = text.count("[") + text.count("{")
    if containers > MOST_CONTAINERS:
        raise RegistryError(f"{path} must hold at most {MOST_CONTAINERS} lists and objects, got {containers}")
    try:
        entries = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RegistryError as error:
        raise RegistryError(f"{path}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{path}: not valid JSON ({error})") from None
    if not isinstance(entries, dict):
        raise RegistryError(f"{path} must hold an object of entries by name, got {shown(entries)}")
    return entries


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise RegistryError(f"each name must occur once, got {shown(twice)} twice")
    return result


def _refuse_constant(text: str) -> Any:
    raise RegistryError(f"numbers must be finite, got {text}")
