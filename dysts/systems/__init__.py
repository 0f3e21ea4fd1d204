"""A system as a frozen value, and the registry that holds it."""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Return a name that dysts 0.96 has in this module; ``from dysts.systems import *`` gives them all."""
    if name == "__all__":
        return importlib.import_module("dysts.predecessor.room_names").names(__name__)
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module("dysts.predecessor.room_names").value(__name__, name)
