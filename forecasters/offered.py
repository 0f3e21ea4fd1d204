"""Forecasters outside this package: factories, and what other installed packages offer as entry points.

An entry point of the group ``dysts.forecasters`` is a short name for ``module:factory``, and results hold the latter:
it means the same on every machine, and two packages may give one name to different forecasters.
"""

import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from dysts.errors import InvalidArgumentError, UnknownNameError

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


def offers(taken: Collection[str]) -> tuple[list[Offer], list[str]]:
    """Return the forecasters that installed packages offer, by name, and a sentence for each broken entry point.

    No package is imported, so the factory of an offer may not exist.

    Parameters
    ----------
    taken : collection of str
        Names of other forecasters, which an entry point cannot have.
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
            problems.append(f"the entry points of {package} cannot be read: {' '.join(str(error).split())}")
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
            name=factory if uses[entry] > 1 or entry in taken else entry,
            factory=factory,
            package=package,
        )
        for (entry, factory), package in found.items()
    ]
    return sorted(named, key=lambda offer: (offer.name, offer.factory)), problems


def offered_factory(name: str, offered: Sequence[Offer]) -> str | None:
    """Return ``module:factory`` of an entry point; None if there is none of that name.

    Raises
    ------
    InvalidArgumentError
        If two packages offer a forecaster of one name.
    """
    factories = [offer.factory for offer in offered if offer.entry == name]
    if len(factories) > 1:
        raise InvalidArgumentError(f"the forecaster must be {' or '.join(factories)}, got {name!r}, which both are")
    return factories[0] if factories else None


def build_from_factory(name: str, given: Mapping[str, Any]) -> Any:
    """Call the factory ``"module:factory"`` with arguments by keyword, and return the unfitted forecaster.

    Raises
    ------
    UnknownNameError
        If there is no such module or factory.
    InvalidArgumentError
        If the factory takes other arguments, or returns an object without ``fit`` and ``predict``.
    """
    factory = own_factory(name)
    _check_arguments(name, factory, given)
    model = factory(**given)
    for method in ("fit", "predict"):
        if not callable(getattr(model, method, None)):
            raise InvalidArgumentError(
                f"the factory {name!r} must return an object with fit(series) and predict(horizon), got "
                f"{model!r}, which has no {method}"
            )
    return model


def own_factory(name: str) -> Callable[..., Any]:
    """Import the factory ``"module:factory"``.

    Raises
    ------
    UnknownNameError
        If there is no such module or factory.
    InvalidArgumentError
        If it cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    if module_name == "__main__":
        raise UnknownNameError(
            f"forecaster {name!r} lives in __main__, where workers cannot import it; move it into a module"
        )
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UnknownNameError(f"forecaster {name!r}: cannot import {module_name!r} ({error})") from error
    except ValueError as error:
        raise UnknownNameError(f"forecaster {name!r} must be written as module:factory") from error
    factory: Any = module
    for part in attribute.split("."):
        factory = getattr(factory, part, None)
    if factory is None:
        raise UnknownNameError(f"forecaster {name!r}: module {module_name!r} has no {attribute!r}")
    if not callable(factory):
        raise InvalidArgumentError(
            f"the factory {name!r} must be a function or class that returns a forecaster, got {type(factory).__name__}"
        )
    return factory


def _check_arguments(forecaster: str, factory: Callable[..., Any], given: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        # Some callables of compiled modules have none; the call itself will tell.
        return
    try:
        signature.bind(**given)
    except TypeError as error:
        name = forecaster.partition(":")[2]
        raise InvalidArgumentError(
            f"the factory {forecaster!r} must take {', '.join(given)} by keyword, as in def {name}(*, "
            f"{', '.join(given)}), got {name}{signature} ({error})"
        ) from None


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
