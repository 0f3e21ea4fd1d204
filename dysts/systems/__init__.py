"""A system as a frozen value, and the registry that holds it."""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Return a name that dysts 0.96 has in this module."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module("dysts.predecessor.room_names").value(__name__, name)
