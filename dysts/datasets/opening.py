"""Opens a data set by its name: from the cache folder, else from a source, else computed."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from dysts.cache import cache_folder
from dysts.checks import check_choice, check_flag, check_names, check_path
from dysts.datasets.collection import Collection
from dysts.datasets.named_recipes import RECIPES, get_recipe
from dysts.datasets.recipe import Recipe
from dysts.datasets.source import Source, default_source
from dysts.errors import InvalidArgumentError, StorageError
from dysts.systems.registry import RegistrySource, list_systems, registry_of


def dataset_folder(recipe: Recipe) -> Path:
    """Return the folder in the cache in which the groups of a recipe are.

    The name of a recipe of your own is followed by a hash of its fields: two recipes of one name never replace one
    another's data.
    """
    own = RECIPES.get(recipe.name.removesuffix(f"-{recipe.dtype}"))
    name = recipe.name
    if own is None or own.with_dtype(recipe.dtype) != recipe:
        name = f"{name}-{hashlib.sha256(recipe.to_json().encode()).hexdigest()[:8]}"
    return cache_folder() / "datasets" / name


def open_dataset(
    name: str | Recipe,
    *,
    systems: Iterable[str] | None = None,
    source: str | os.PathLike[str] | None = None,
    lazy: bool = False,
    dtype: str | None = None,
    registry: RegistrySource | None = None,
) -> Collection:
    """Open a named data set.

    What is not in the cache folder yet is downloaded from the source. Without a source, or for what the source lacks,
    it is computed here, and standard error says so.

    Parameters
    ----------
    name : str or Recipe
        ``"test-fine"``: 10 trajectories of 12 periods at 100 points per period. `dysts.datasets.RECIPES` has all
        names; a recipe of your own or ``FILE.toml:NAME`` works as well.
    systems : iterable of str, optional
        Fetch those of these that are not there yet. By default the collection holds every system of the recipe's kind,
        flows or maps, and each is fetched when it is first asked for. What is there is opened and checked then, and
        fetched again if it is damaged or of another version.
    source : str or path-like, optional
        Base address of published series, by default ``$DYSTS_SOURCE``; see `dysts.datasets.source.Source`.
    lazy : bool
        Read from the source without downloading whole files.
    dtype : {"float64", "float32"}, optional
        By default that of the recipe.
    registry : str, path-like, or mapping, optional
        Systems of your own, as `dysts.load_systems` takes them, with the properties that ``dysts annotate`` computes.
        By default the collection holds these; `systems` may name some of the package beside them.

    Returns
    -------
    Collection
        A mapping from names of systems to xarray data sets with the variable
        ``series`` [trajectory, time, component].

    Raises
    ------
    UnknownNameError
        If the recipe or a system is not known.
    NotSupportedError
        If a system is a map and the recipe is for flows, or the other way round.
    InvalidArgumentError
        If `lazy` is asked for without a source.
    StorageError
        If the source cannot be reached, something is damaged, or the cache folder cannot be written.

    Examples
    --------
    >>> import dysts
    >>> dysts.open_dataset("test-fine")["Rossler"]["series"].shape
    (10, 1200, 3)
    """
    recipe = get_recipe(name)
    check_flag("lazy", lazy)
    if dtype is not None:
        recipe = recipe.with_dtype(check_choice("dtype", dtype, ("float64", "float32")))
    known = registry_of(registry)
    everything = list_systems(kind=recipe.kind) if registry is None else known.of_kind(recipe.kind)
    chosen = everything if systems is None else list(dict.fromkeys(check_names("systems", systems)))
    base = default_source() if source is None else check_path("source", source)
    if lazy and not base:
        raise InvalidArgumentError("lazy reading needs a source: give source= or set DYSTS_SOURCE")
    if systems is not None or registry is not None:
        for system in chosen:
            recipe.check_kind(known.find(system))
    online = Source(base) if base else None
    collection = Collection(recipe, chosen, dataset_folder(recipe), source=online, lazy=lazy, registry=known)
    if systems is not None and not lazy:
        failures = collection.fetch(collection.absent()).failures
        if failures:
            reasons = "; ".join(f"{system}: {reason}" for (_, system), reason in failures.items())
            raise StorageError(f"{recipe.name} could not be built for {len(failures)} systems: {reasons}")
    return collection
