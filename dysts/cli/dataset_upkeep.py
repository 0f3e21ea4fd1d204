"""``dysts dataset verify``, ``info`` and ``remove``: the commands on stored series."""

import argparse
import os
import sys
from typing import Any

from dysts.cli.dataset_choice import chosen_collections, published_index
from dysts.cli.terminal import json_text
from dysts.errors import StorageError


def verify_command(arguments: argparse.Namespace) -> int:
    """Verify stored series; the exit code is 1 if one is damaged or differs from the published one."""
    rows = []
    for collection in chosen_collections(arguments, source=arguments.source):
        catalogue = collection.catalogue() if arguments.source else None
        good: list[str] = []
        bad: dict[str, str] = {}
        for name in collection.systems:
            if arguments.systems or collection.path(name).exists():
                problem, readable = _problem(collection, name, catalogue)
                if readable:
                    good.append(name)
                if problem:
                    bad[name] = problem
                    if not arguments.json:
                        print(f"{name}: {problem}")
        if not arguments.json:
            print(f"{collection.recipe.name}: {len(good)} systems verified")
            if not good and not bad:
                print(f"nothing of {collection.recipe.name} is stored here: dysts dataset info", file=sys.stderr)
        rows.append({"dataset": collection.recipe.name, "verified": good, "problems": bad})
    if arguments.json:
        print(json_text(rows))
    return 1 if any(row["problems"] for row in rows) else 0


def _problem(collection: Any, name: str, catalogue: Any) -> tuple[str, bool]:
    """Return the fault of a stored system, if any, and whether its numbers agree with their hash."""
    from dysts.datasets.comparison import differences
    from dysts.datasets.group import OutdatedError
    from dysts.datasets.provenance import check_origin
    from dysts.datasets.verification import verify_group

    path, system = collection.path(name), collection.registry.find(name)
    if not path.exists():
        return "not stored", False
    try:
        group = verify_group(path, recipe=collection.recipe, system=system)
    except StorageError as error:
        return str(error), False
    try:
        check_origin(group, path, system)
    except OutdatedError:
        pass
    except StorageError as error:
        return str(error), False
    if catalogue is None or name not in catalogue.systems:
        return "", True
    reasons = differences(group.attributes, catalogue.systems[name].attributes)
    return f"differs from the published one: {'; '.join(reasons)}" if reasons else "", True


def info_command(arguments: argparse.Namespace) -> int:
    """Print which data sets are stored or published."""
    if arguments.source:
        from dysts.datasets.source import Source

        published = sorted(published_index(Source(arguments.source)).items())
        if arguments.json:
            print(json_text([{"dataset": name, **entry} for name, entry in published]))
            return 0
        for name, entry in published:
            print(f"{name:28} {entry.get('systems', 0):4} systems {entry.get('bytes', 0) / 1e6:9.1f} MB")
        return 0
    rows = [_stored(collection) for collection in chosen_collections(arguments)]
    if arguments.json:
        print(json_text(rows))
        return 0
    for row in rows:
        print(
            f"{row['dataset']:28} {row['systems']:4} of {row['of']} systems {row['bytes'] / 1e6:9.1f} MB, "
            f"{row['downloaded']} downloaded"
        )
        each = f"{row['points']} points, {row['points_per_unit']} per {row['unit']}"
        print(f"  {row['trajectories']} trajectories of {each}")
    return 0


def _stored(collection: Any) -> dict[str, Any]:
    from dysts.datasets.store import ORIGIN

    paths = [collection.path(name) for name in collection.systems]
    present = [path for path in paths if path.exists()]
    recipe = collection.recipe
    return {
        "dataset": recipe.name,
        "systems": len(present),
        "of": len(paths),
        "bytes": sum(file.stat().st_size for path in present for file in path.rglob("*") if file.is_file()),
        "downloaded": sum((path / ORIGIN).exists() for path in present),
        "trajectories": recipe.trajectories,
        "points": recipe.points,
        "points_per_unit": recipe.points_per_unit,
        "unit": "iterate" if recipe.iterates else "period" if recipe.points_per_period else "Lyapunov time",
        "folder": str(collection.folder),
    }


def remove_command(arguments: argparse.Namespace) -> int:
    """Delete stored series."""
    from dysts.cache import temporary_folder

    for collection in chosen_collections(arguments):
        gone = _stored(collection)
        for name in collection.systems:
            path = collection.path(name)
            if not path.exists():
                continue
            # Renamed in one step, so that no other process opens a half deleted group.
            with temporary_folder(path) as hidden:
                os.rename(path, hidden / "removed")
        print(
            f"{collection.folder}: {gone['systems']} of {gone['of']} systems removed, {gone['bytes'] / 1e6:.1f} MB, "
            f"{gone['downloaded']} of them downloaded"
        )
    return 0
