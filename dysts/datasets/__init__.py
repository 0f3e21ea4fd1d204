"""Precomputed series: recipes, how they are computed, and where they are stored."""

import importlib
from typing import Any

from dysts.datasets.collection import Collection
from dysts.datasets.named_recipes import RECIPES, get_recipe, load_recipes
from dysts.datasets.opening import open_dataset
from dysts.datasets.recipe import Recipe

__all__ = ["RECIPES", "Collection", "Recipe", "get_recipe", "load_recipes", "open_dataset"]
# Scripts for dysts 0.96 find its names after ``from dysts.datasets import *``.
__all__ += ["TimeSeriesDataset", "load_dataset"]


def __getattr__(name: str) -> Any:
    """Return a name that dysts 0.96 has in this module."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module("dysts.predecessor.room_names").value(__name__, name)
