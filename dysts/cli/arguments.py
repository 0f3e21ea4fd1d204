"""Arguments that several commands take, from text to values."""

import argparse
import math
from pathlib import Path

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.systems.registry import Registry, list_systems, load_systems, registry_of
from dysts.systems.system import System

FILE_ENDING = ".json"
DEFAULT_VALUES = 800
"""Default number of parameter values of a diagram, about one for each column of pixels."""
MOST_VALUES = 100_000


def names(given: list[str] | None) -> list[str] | None:
    """Return the names in a list of texts, which may have commas between them.

    Examples
    --------
    >>> names(["Lorenz,Rossler", "Thomas"])
    ['Lorenz', 'Rossler', 'Thomas']
    """
    return None if given is None else [name for text in given for name in text.split(",") if name]


def add_registry(parser: argparse._ActionsContainer) -> None:
    """Add the option ``--registry``."""
    parser.add_argument(
        "--registry", metavar="FILE", help="a JSON file with systems of your own; by default all commands mean these"
    )


def chosen_systems(arguments: argparse.Namespace) -> tuple[Registry, list[str]]:
    """Return the registry that a command was given, and the names it means: by default all in it.

    Raises
    ------
    UnknownNameError, StorageError, RegistryError
        If a name is not known, or the file cannot be read or holds something malformed.
    """
    registry = registry_of(arguments.registry)
    everything = list_systems() if arguments.registry is None else list(registry)
    chosen = names(arguments.systems) or everything
    for name in chosen:
        registry.find(name)
    return registry, chosen


def system_of(text: str, *, registry: str | None = None) -> System:
    """Return the system that a text names: one of the registry, or ``FILE.json:NAME`` for one in a file.

    The name can be left out where the file holds one system.

    Parameters
    ----------
    text : str
    registry : str, optional
        A file with systems that names can mean beside those of the package.

    Raises
    ------
    UnknownNameError
        If there is no system of that name.
    StorageError, RegistryError
        If the file cannot be read, or holds something malformed.
    InvalidArgumentError
        If the name is left out and the file does not hold exactly one system.
    """
    file, colon, name = text.rpartition(":")
    if colon and file.endswith(FILE_ENDING):
        return load_systems(Path(file))[name]
    if not text.endswith(FILE_ENDING):
        return registry_of(registry).find(text)
    known = load_systems(Path(text))
    if len(known) != 1:
        listed = ", ".join(list(known)[:8]) + (", ..." if len(known) > 8 else "")
        raise InvalidArgumentError(f"a system must be named as {text}:NAME, got {len(known)} names: {listed or 'none'}")
    return known[next(iter(known))]


def numbers(text: str, option: str) -> list[float]:
    """Return the numbers in a text with commas between them.

    Examples
    --------
    >>> numbers("1,2.5", "--initial-conditions")
    [1.0, 2.5]
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidArgumentError(f"{option} must be numbers with commas between, got {text!r}") from None


def state(text: str) -> list[float] | dict[str, float]:
    """Return a state as numbers in order, ``1,0,2``, or by the names of the variables, ``x=1,y=0,z=2``."""
    if "=" not in text:
        return numbers(text, "--initial-conditions")
    return dict(assignment(part, "--initial-conditions") for part in text.split(","))


def assignment(text: str, option: str) -> tuple[str, float]:
    """Return the name and the number of a text such as ``rho=28``."""
    name, sign, value = text.partition("=")
    try:
        if not sign:
            raise ValueError
        return name.strip(), float(value)
    except ValueError:
        raise InvalidArgumentError(f"{option} must be NAME=VALUE with a number, got {text!r}") from None


def values_of(text: str, option: str) -> dict[str, np.ndarray]:
    """Return the values of a parameter in a text such as ``c=2:6:2000``, which has 2000 of them from 2 to 6.

    Examples
    --------
    >>> values_of("c=2:6:5", "--vary")
    {'c': array([2., 3., 4., 5., 6.])}
    """
    name, _, span = text.partition("=")
    parts = span.split(":")
    try:
        begin, end = float(parts[0]), float(parts[1])
        count = int(parts[2]) if len(parts) > 2 else DEFAULT_VALUES
        if len(parts) > 3 or not 2 <= count <= MOST_VALUES or not math.isfinite(end - begin):
            raise ValueError
    except (ValueError, IndexError):
        raise InvalidArgumentError(
            f"{option} must be NAME=FROM:TO or NAME=FROM:TO:COUNT with a count of 2 to {MOST_VALUES}, got {text!r}"
        ) from None
    return {name.strip(): np.linspace(begin, end, count)}
