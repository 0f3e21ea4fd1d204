"""The names that the command line knows: printed by ``list``, shown in the help, completed in a shell."""

import argparse
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from benchmark.tasks.named_suites import describe_suite, list_suites
from dysts.cli.terminal import columns, json_text
from dysts.errors import DystsWarning

if TYPE_CHECKING:
    from forecasters.offered import Offer


def list_command(options: argparse.Namespace) -> int:
    """Print the names of the suites and forecasters, and warn of entry points that are broken."""
    from forecasters import list_forecasters

    suites = {name: describe_suite(name) for name in list_suites()}
    known = list_forecasters()
    optional = [name for name in list_forecasters(optional=True) if name not in known]
    pretrained = [name for name in list_forecasters(pretrained=True) if name not in known]
    installed = _installed()
    if options.json:
        found = {"suites": suites, "forecasters": known, "optional": optional, "pretrained": pretrained}
        print(json_text({**found, "installed": installed}))
        return 0
    print(f"suites:\n{suites_text()}")
    for title, names in (
        ("forecasters", known),
        ("forecasters beside the 24 of the paper", optional),
        ("forecasters that need weights on disk", pretrained),
    ):
        listed = textwrap.fill(", ".join(names), columns() - 2, initial_indent="  ", subsequent_indent="  ")
        print(f"\n{title}:\n{listed}")
    if installed:
        print("\nforecasters of other packages:")
        for offer in installed:
            factory = "" if offer.name == offer.factory else f"{offer.factory}, "
            line = f"  {offer.name:12}  {factory}of {offer.package}"
            print(textwrap.fill(line, columns() - 2, subsequent_indent=" " * 16, break_long_words=False))
    return 0


def _installed() -> "list[Offer]":
    from benchmark.running.entry_points import offers, unusable

    offered, problems = offers()
    usable = []
    for offer in offered:
        problem = unusable(offer)
        problems += [problem] if problem else []
        usable += [] if problem else [offer]
    for problem in problems:
        warnings.warn(problem, DystsWarning, stacklevel=2)
    return usable


def suites_text() -> str:
    """Return each suite with its description, as wide as the terminal."""
    lines = (f"  {name:12}  {describe_suite(name)}" for name in list_suites())
    return "\n".join(textwrap.fill(line, columns() - 2, subsequent_indent=" " * 16) for line in lines)


def completed_words() -> Mapping[str, Callable[[], Iterable[str]]]:
    """Return what completes the arguments of the commands."""
    return {"suite": list_suites, "systems": _system_names, "forecasters": _forecaster_names, "score": _score_names}


def _system_names() -> Iterable[str]:
    from dysts.systems.registry import list_systems

    return list_systems()


def _forecaster_names() -> Iterable[str]:
    from benchmark.running.entry_points import offers
    from forecasters import list_forecasters

    # Completion must be quick: what other packages offer is named without an import.
    return [*list_forecasters(optional=True, pretrained=True), *(offer.name for offer in offers()[0])]


def _score_names() -> Iterable[str]:
    from benchmark.scoring.table import SCORES

    return [name for name, score in SCORES.items() if score.direction is not None]
