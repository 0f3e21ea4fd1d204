"""``dysts.maps`` of dysts 0.96: a class for each map of the registry, without ``Map`` at the end of its name."""

from typing import Any

import numpy as np

from dysts.predecessor.classes import map_class
from dysts.predecessor.compilers import staticjit
from dysts.predecessor.discrete_map import DynMap
from dysts.predecessor.left_out import INSTEAD, refuse
from dysts.predecessor.published import map_names

HELPERS = {"DynMap": DynMap, "np": np, "staticjit": staticjit}
"""Names beside the classes that scripts find here after ``from dysts.maps import *``."""


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return [*map_names(), *HELPERS]
    if not name[:1].isupper() or name in INSTEAD["dysts.maps"]:
        raise refuse("dysts.maps", name, __dir__())
    found = map_class(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *map_names()})
