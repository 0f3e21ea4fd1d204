"""Compares a stored group with its origin: this version and registry, or the catalogue at its download."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dysts.datasets.description import describe
from dysts.datasets.digest import inputs_digest
from dysts.datasets.group import Group, OutdatedError
from dysts.datasets.recipe import Recipe
from dysts.datasets.store import origin_of
from dysts.errors import StorageError
from dysts.systems.system import System

UNDETERMINED = ("built_with", "dysts_version", "invariants", "restarts", "sha256")
"""Attributes that the recipe and the system do not determine; of the invariants the regime is compared."""


def check_origin(group: Group, path: Path, system: System) -> None:
    """Check a group against the inputs from which it was made.

    A group of the same inputs has the attributes that would be written today. One of other inputs must have been
    downloaded; `dysts.datasets.store.read_group` has compared it with the hash in its catalogue then.

    Raises
    ------
    OutdatedError
        If it was built here, from other inputs.
    StorageError
        If its attributes are others than its inputs give.
    """
    recipe, attributes = group.recipe, group.attributes
    if attributes["inputs"] != inputs_digest(recipe, system):
        if origin_of(path) is None:
            raise OutdatedError(f"{path} was built by another version or from another registry; {group.remedy}")
        return
    expected = _expected(recipe, system, "state" in group.arrays)
    for name in sorted({*expected, *attributes} - set(UNDETERMINED)):
        if attributes.get(name) != expected.get(name):
            raise StorageError(
                f"{path} has another {name} than its recipe and system give: its metadata were edited; {group.remedy}"
            )
    if _regime(attributes) != _regime(expected):
        raise StorageError(f"{path} has another regime than the registry: its metadata were edited; {group.remedy}")


@functools.lru_cache(maxsize=256)
def _expected(recipe: Recipe, system: System, has_state: bool) -> Mapping[str, Any]:
    expected: dict[str, Any] = json.loads(json.dumps(describe(recipe, system, restarts=0, has_state=has_state)))
    return expected


def _regime(attributes: Mapping[str, Any]) -> Any:
    return attributes["invariants"].get("regime", {}).get("value")
