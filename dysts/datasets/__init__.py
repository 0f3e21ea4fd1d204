"""Precomputed series: recipes, how they are computed, and where they are stored."""

from dysts.datasets.collection import Collection, open_dataset
from dysts.datasets.recipe import RECIPES, Recipe, get_recipe

__all__ = ["RECIPES", "Collection", "Recipe", "get_recipe", "open_dataset"]
