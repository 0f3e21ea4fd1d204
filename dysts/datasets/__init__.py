"""Precomputed series: recipes, how they are computed, and where they are stored."""

from dysts.datasets.collection import Collection
from dysts.datasets.named_recipes import RECIPES, get_recipe, load_recipes
from dysts.datasets.opening import open_dataset
from dysts.datasets.recipe import Recipe

__all__ = ["RECIPES", "Collection", "Recipe", "get_recipe", "load_recipes", "open_dataset"]
