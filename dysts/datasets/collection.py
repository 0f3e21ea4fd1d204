"""A data set of many systems: opened where it is stored, computed where it is not."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dysts.cache import cache_folder, writable_folder
from dysts.datasets.build import build, inputs_digest
from dysts.datasets.recipe import Recipe, get_recipe
from dysts.datasets.store import open_group, write_group
from dysts.errors import NotSupportedError, StorageError, UnknownNameError
from dysts.registry import get_system, list_systems
from dysts.system import System

if TYPE_CHECKING:
    import xarray


class Collection(Mapping[str, "xarray.Dataset"]):
    """The series of one recipe, by system; each is opened when it is asked for.

    Parameters
    ----------
    recipe : Recipe
    systems : sequence of str
    folder : Path
        Where the groups are.
    """

    def __init__(self, recipe: Recipe, systems: Iterable[str], folder: Path) -> None:
        self.recipe = recipe
        self.systems = tuple(systems)
        self.folder = folder

    def __repr__(self) -> str:
        return f"Collection({self.recipe.name!r}, {len(self.systems)} systems in {self.folder})"

    def __len__(self) -> int:
        return len(self.systems)

    def __iter__(self) -> Iterator[str]:
        return iter(self.systems)

    def __contains__(self, name: object) -> bool:
        return name in self.systems

    def __getitem__(self, name: str) -> "xarray.Dataset":
        system = get_system(name)
        if name not in self.systems:
            raise UnknownNameError(f"{name!r} is not in this collection; it holds {', '.join(self.systems)}")
        dataset = self._stored(system)
        if dataset is None:
            self.build([name])
            dataset = open_group(self.folder / name)
        return dataset

    def _stored(self, system: System) -> "xarray.Dataset | None":
        """Return the stored group if it is what recipe, registry and version ask for."""
        path = self.folder / system.name
        if not path.exists():
            return None
        try:
            dataset = open_group(path)
        except StorageError:
            return None
        return dataset if dataset.attrs["inputs"] == inputs_digest(self.recipe, system) else None

    def missing(self) -> list[str]:
        """Return the systems that are not stored, or stored for another version."""
        return [name for name in self.systems if self._stored(get_system(name)) is None]

    def build(self, names: Iterable[str]) -> None:
        """Compute and store systems, with progress on standard error.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        IntegrationError
            If a trajectory fails; the systems before it are stored.
        """
        names = list(names)
        if not names:
            return
        writable_folder(self.folder)
        begin = time.monotonic()
        for done, name in enumerate(names):
            elapsed = time.monotonic() - begin
            estimate = f", {elapsed / done * (len(names) - done):.0f} s left" if done else ""
            _say(f"dysts: computing {self.recipe.name} {done + 1}/{len(names)}: {name}{estimate}")
            write_group(build(self.recipe, get_system(name)), self.folder / name)


def _say(line: str) -> None:
    end = "\n"
    if sys.stderr.isatty():
        line, end = f"\r\033[K{line}", ""
    print(line, end=end, file=sys.stderr, flush=True)


def open_dataset(name: str | Recipe, *, systems: Iterable[str] | None = None) -> Collection:
    """Open a named data set; what is not stored yet is computed, and standard error says so.

    Parameters
    ----------
    name : str or Recipe
        ``"test-fine"``: 10 trajectories of 12 periods at 100 points per period.
    systems : iterable of str, optional
        Compute these now if they are missing. By default the collection holds every system that can be
        integrated, and each is computed when it is first asked for.

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
        If a delay system is asked for.
    StorageError
        If the cache folder cannot be written.

    Examples
    --------
    >>> import dysts
    >>> dysts.open_dataset("test-fine")["Rossler"]["series"].shape
    (10, 1200, 3)
    """
    recipe = get_recipe(name)
    chosen = list_systems() if systems is None else list(dict.fromkeys(systems))
    if systems is None:
        chosen = [name for name in chosen if get_system(name).delay is None]
    for system in map(get_system, chosen):
        if system.delay:
            raise NotSupportedError(f"{system.name} is a delay system; its series wait for its Lyapunov exponent")
    collection = Collection(recipe, chosen, cache_folder() / "datasets" / recipe.name)
    if systems is not None:
        collection.build(collection.missing())
    return collection
