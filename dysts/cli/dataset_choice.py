"""The data sets that the arguments of a command mean, each with its systems and its source."""

import argparse
from collections.abc import Iterator
from typing import Any

from dysts.cli.arguments import chosen_systems


def chosen_collections(arguments: argparse.Namespace, *, source: str | None = None) -> Iterator[Any]:
    """Yield a collection for each data set that is named; the names are checked before the first.

    Of ``all``, those for systems of another kind than the named ones are left out.

    Parameters
    ----------
    arguments : argparse.Namespace
    source : str, optional
        Base address of published series.
    """
    from dysts.datasets.collection import Collection
    from dysts.datasets.named_recipes import STANDARD, get_recipe
    from dysts.datasets.opening import dataset_folder
    from dysts.datasets.source import Source
    from dysts.systems.registry import list_systems

    registry, chosen = chosen_systems(arguments)
    wanted: dict[str, None] = {}
    for name in arguments.datasets or ["all"]:
        wanted |= dict.fromkeys(STANDARD if name == "all" else [name])
    recipes = [get_recipe(name) for name in wanted]
    named = set(arguments.datasets or ())
    for recipe in recipes:
        if not arguments.systems:
            systems = list_systems(kind=recipe.kind) if arguments.registry is None else registry.of_kind(recipe.kind)
        elif recipe.name in named:
            systems = chosen
            for system in systems:
                recipe.check_kind(registry.find(system))
        else:
            systems = [name for name in chosen if registry.find(name).kind == recipe.kind]
        if not systems:
            continue
        yield Collection(
            recipe,
            systems,
            dataset_folder(recipe),
            source=Source(source) if source else None,
            registry=registry,
        )


def published_index(source: Any) -> dict[str, Any]:
    """Return what a source offers, by the name of the data set."""
    from dysts.datasets.catalogue import read_index

    return read_index(source)
