"""The command that prints sources."""

import argparse

from dysts.citations import cite_method, cite_system, list_methods
from dysts.errors import InvalidArgumentError
from dysts.systems.registry import list_systems


def cite_command(arguments: argparse.Namespace) -> int:
    """Print BibTeX of systems, of a method, or of everything."""
    if arguments.all:
        entries = [cite_system(name) for name in list_systems()] + [cite_method(name) for name in list_methods()]
    else:
        entries = [cite_system(name) for name in arguments.systems] + [cite_method(name) for name in arguments.method]
    if not entries:
        raise InvalidArgumentError(f"name systems, --all, or --method with one of {', '.join(list_methods())}")
    print("\n\n".join(entry for entry in entries if entry))
    return 0
