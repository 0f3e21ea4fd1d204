"""Forecasters of other installed packages, which offer them as entry points of the group ``dysts.forecasters``.

An entry point is a short name for ``module:factory``, and results hold the latter: it means the same on every machine,
and two packages may give one name to different forecasters.
"""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata

from benchmark.running.building import own_factory
from benchmark.running.job import one_line
from benchmark.tasks.references import REFERENCES
from dysts.errors import InvalidArgumentError, unknown_name
from forecasters import list_forecasters

GROUP = "dysts.forecasters"
"""Name of the group in the ``pyproject.toml`` of a package that offers forecasters."""
_SEPARATORS = frozenset(":,= \t")
"""Characters that a name cannot have, as the command line separates names by them."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One forecaster that an installed package offers.

    Attributes
    ----------
    entry : str
        Name of the entry point.
    name : str
        Name of the forecaster: that of the entry point, or ``module:factory`` where another forecaster has it.
    factory : str
        ``"module:factory"``.
    package : str
        Name and version of the package.
    """

    entry: str
    name: str
    factory: str
    package: str


def offers() -> tuple[list[Offer], list[str]]:
    """Return the forecasters that installed packages offer, by name, and a sentence for each broken entry point.

    No package is imported, so the factory of an offer may not exist; `unusable` tries it.
    """
    found: dict[tuple[str, str], str] = {}
    problems: list[str] = []
    seen: set[str] = set()
    for distribution in metadata.distributions():
        if GROUP not in (_read(distribution, "entry_points.txt") or ""):
            continue
        package = _package(distribution)
        # A folder earlier on the import path hides the same package in a later one.
        bare = package.partition(" ")[0].lower().replace("_", "-")
        if bare in seen:
            continue
        seen.add(bare)
        try:
            points = [(point.name, point.value) for point in distribution.entry_points.select(group=GROUP)]
        except Exception as error:  # noqa: BLE001 - files of others may be broken in any way
            problems.append(f"the entry points of {package} cannot be read: {one_line(error)}")
            continue
        for entry, value in points:
            problem = _malformed(entry, value)
            if problem:
                problems.append(f"the entry point {entry!r} of {package} cannot be used: {problem}")
            else:
                found[entry, "".join(value.split())] = package
    uses = Counter(entry for entry, _ in found)
    named = [
        Offer(
            entry=entry,
            name=factory if uses[entry] > 1 or entry in _names_of_ours() else entry,
            factory=factory,
            package=package,
        )
        for (entry, factory), package in found.items()
    ]
    return sorted(named, key=lambda offer: (offer.name, offer.factory)), problems


def unusable(offer: Offer) -> str:
    """Import the factory of an offered forecaster, and return why that is not possible; empty if it is."""
    # A package may print while it is imported, and standard output belongs to the list.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            own_factory(offer.factory)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others may raise anything
            return f"the entry point {offer.entry!r} of {offer.package} cannot be used: {one_line(error)}"
    return ""


def whole_names(forecasters: Iterable[str]) -> list[str]:
    """Return names in which those of entry points are replaced by ``module:factory``; the others stay as they are.

    Raises
    ------
    UnknownNameError
        If a name is neither one of this package's nor that of an entry point, where there are any.
    InvalidArgumentError
        If two packages offer a forecaster of one name.

    Examples
    --------
    >>> whole_names(["NVAR", "my_models:Wavelets"])
    ['NVAR', 'my_models:Wavelets']
    """
    names = list(forecasters)
    if all(_is_whole(name) for name in names):
        return names
    offered, _ = offers()
    return [name if _is_whole(name) else _whole_name(name, offered) for name in names]


def _whole_name(name: str, offered: Sequence[Offer]) -> str:
    factories = [offer.factory for offer in offered if offer.entry == name]
    if len(factories) == 1:
        return factories[0]
    if factories:
        raise InvalidArgumentError(f"the forecaster must be {' or '.join(factories)}, got {name!r}, which both are")
    if not offered:
        return name
    known = [*list_forecasters(optional=True, pretrained=True), *(offer.name for offer in offered)]
    raise unknown_name("forecaster", name, known, listing="dysts-benchmark list")


def _is_whole(name: str) -> bool:
    return ":" in name or name in _names_of_ours()


def _names_of_ours() -> frozenset[str]:
    return frozenset((*list_forecasters(optional=True, pretrained=True), *REFERENCES))


def _malformed(entry: str, value: str) -> str:
    if not entry or _SEPARATORS & set(entry):
        return "its name must have no blank, comma or colon"
    module, colon, factory = "".join(value.split()).partition(":")
    if not colon or not all(part.isidentifier() for part in (*module.split("."), *factory.split("."))):
        return f"it must be module:factory, got {value!r}"
    return ""


def _package(distribution: metadata.Distribution) -> str:
    try:
        return f"{distribution.metadata['Name'] or 'a package without a name'} {distribution.version or ''}".strip()
    except Exception:  # noqa: BLE001 - files of others may be broken in any way
        return "a package without a name"


def _read(distribution: metadata.Distribution, file: str) -> str | None:
    try:
        return distribution.read_text(file)
    except (OSError, UnicodeError):
        return None
