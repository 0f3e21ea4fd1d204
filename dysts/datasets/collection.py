"""A data set of many systems: opened where it is stored, else downloaded, else computed."""

import hashlib
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dysts.cache import cache_folder
from dysts.datasets.digest import inputs_digest
from dysts.datasets.group import Group, OutdatedError, check_metadata
from dysts.datasets.named_recipes import RECIPES, get_recipe
from dysts.datasets.provenance import check_origin
from dysts.datasets.recipe import Recipe
from dysts.datasets.source import Source, SourceFiles, default_source
from dysts.datasets.store import METADATA, read_group
from dysts.errors import DystsWarning, InvalidArgumentError, NewerFormatError, StorageError, UnknownNameError
from dysts.systems.registry import get_system, list_systems

if TYPE_CHECKING:
    import xarray

    from dysts.datasets.catalogue import Catalogue
    from dysts.datasets.checks import Finding
    from dysts.datasets.jobs import BuildReport, Job


class Collection(Mapping[str, "xarray.Dataset"]):
    """The series of one recipe, by system; each is opened when it is asked for.

    Parameters
    ----------
    recipe : Recipe
    systems : sequence of str
    folder : Path
        Where the groups are.
    source : Source, optional
        Where they are downloaded from if they are not there.
    lazy : bool
        Read from the source what is asked for, and keep nothing.
    """

    def __init__(
        self,
        recipe: Recipe,
        systems: Iterable[str],
        folder: Path,
        *,
        source: Source | None = None,
        lazy: bool = False,
    ) -> None:
        self.recipe = recipe
        self.systems = tuple(systems)
        self.folder = folder
        self.source = source
        self.lazy = lazy
        self._catalogue: Catalogue | None = None
        self._asked = False

    def __repr__(self) -> str:
        place = self.source.base if self.lazy and self.source else self.folder
        return f"Collection({self.recipe.name!r}, {len(self.systems)} systems in {place})"

    def __len__(self) -> int:
        return len(self.systems)

    def __iter__(self) -> Iterator[str]:
        return iter(self.systems)

    def __contains__(self, name: object) -> bool:
        return name in self.systems

    def __getitem__(self, name: str) -> "xarray.Dataset":
        get_system(name)
        if name not in self.systems:
            raise UnknownNameError(f"{name!r} is not in this collection; it holds {', '.join(self.systems)}")
        if self.lazy:
            return self._remote(name)
        dataset = self.stored(name)
        if dataset is None:
            failures = self.fetch([name]).failures
            if failures:
                raise StorageError(
                    f"{self.recipe.name} of {name} could not be built: {failures[self.recipe.name, name]}"
                )
            dataset = self.group(name).open()
        return dataset

    def group(self, name: str) -> Group:
        """Return the stored group of a system, after checking its metadata.

        Raises
        ------
        NewerFormatError
            If a newer version wrote it.
        StorageError
            If it is missing, damaged, of another system or recipe, or built for another version.
        """
        path, system = self.folder / name, get_system(name)
        group = read_group(path, recipe=self.recipe, system=system)
        check_origin(group, path, system)
        return group

    def stored(self, name: str) -> "xarray.Dataset | None":
        """Return what is stored, or None if it is missing, damaged or outdated.

        A group that was downloaded counts if it follows the same recipe, whatever version computed it.

        Raises
        ------
        NewerFormatError
            If a newer version wrote it.
        """
        if not (self.folder / name).exists():
            return None
        try:
            return self.group(name).open()
        except NewerFormatError:
            raise
        except StorageError:
            return None

    def missing(self) -> list[str]:
        """Return the systems that are not stored, or stored for another version."""
        return [name for name in self.systems if self.problem(name)]

    def problem(self, name: str) -> str:
        """Return the reason why a stored system cannot be used; empty if it can.

        Raises
        ------
        NewerFormatError
            If a newer version wrote it.
        """
        try:
            self.group(name)
        except NewerFormatError:
            raise
        except StorageError as error:
            return str(error)
        return ""

    def catalogue(self) -> "Catalogue | None":
        """Return what the source says about this data set; None without a source, or if the source lacks it.

        Raises
        ------
        StorageError
            If the source cannot be reached, or its data set follows another recipe.
        """
        from dysts.datasets.catalogue import read_catalogue

        if not self._asked and self.source is not None:
            self._catalogue = read_catalogue(self.source, self.recipe.name)
            if self._catalogue is not None and self._catalogue.recipe != self.recipe:
                raise StorageError(
                    f"{self.source.base} has a data set {self.recipe.name!r} of another recipe: "
                    f"{self._catalogue.recipe.to_json()} instead of {self.recipe.to_json()}"
                )
            self._asked = True
        return self._catalogue

    def fetch(self, names: Iterable[str], *, workers: int = 1) -> "BuildReport":
        """Download systems from the source, and compute those that it lacks, with progress on standard error.

        Raises
        ------
        StorageError
            If the source cannot be reached, what it sends is damaged, or the folder cannot be written.
        """
        from dysts.datasets.download import download
        from dysts.datasets.jobs import say

        names = list(names)
        self._tell_what_goes(names)
        catalogue = self.catalogue() if names else None
        if catalogue is not None and self.source is not None:
            offered = [name for name in names if name in catalogue.systems]
            download(catalogue, self.source, offered, self.folder, report=lambda line: say(f"dysts: {line}"))
            self._tell_other_versions(offered)
            names = [name for name in names if name not in catalogue.systems]
        return self.build(names, workers=workers)

    def _tell_what_goes(self, names: Iterable[str]) -> None:
        """Warn of what is stored and will be replaced, and why; an outdated group goes without a warning."""
        for name in names:
            if not (self.folder / name).exists():
                continue
            try:
                self.group(name)
            except OutdatedError:
                continue
            except StorageError as error:
                warnings.warn(f"{name} of {self.recipe.name} is replaced: {error}", DystsWarning, stacklevel=4)

    def _tell_other_versions(self, names: Iterable[str]) -> None:
        others = [n for n in names if self.group(n).attributes["inputs"] != inputs_digest(self.recipe, get_system(n))]
        if others:
            self._warn_of_other_versions(others)

    def _warn_of_other_versions(self, names: Iterable[str]) -> None:
        warnings.warn(
            f"{self.recipe.name} of {', '.join(names)} was published for another version or registry; "
            "it is used as it is, and 'dysts dataset verify' tells the differences",
            DystsWarning,
            stacklevel=5,
        )

    def build(self, names: Iterable[str], *, workers: int = 1, scheduler: str | None = None) -> "BuildReport":
        """Compute and store systems, with progress on standard error; a failed one does not stop the rest.

        Parameters
        ----------
        names : iterable of str
        workers : int
            Processes; the numbers do not depend on it.
        scheduler : str, optional
            Address of a dask scheduler to be used instead.

        Returns
        -------
        BuildReport

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        from dysts.datasets.jobs import BuildReport, build_jobs, say

        jobs = self.jobs(names)
        if not jobs:
            return BuildReport()
        why = "no source is configured" if self.source is None else f"{self.source.base} lacks them"
        say(f"dysts: computing {self.recipe.name} of {len(jobs)} systems in {self.folder}, as {why}")
        done = build_jobs(jobs, workers=workers, scheduler=scheduler, report=lambda line: say(f"dysts: {line}"))
        for finding in self.check(name for _, name in done.seconds):
            warnings.warn(f"{self.recipe.name}: {finding}", DystsWarning, stacklevel=3)
        return done

    def check(self, names: Iterable[str]) -> "list[Finding]":
        """Check stored systems, also against the other split of the same recipe where that is stored.

        Returns
        -------
        list of Finding
            What `dysts.datasets.checks` finds wrong.
        """
        from dysts.datasets.checks import check_overlap, check_series, counterpart_name

        other_name = counterpart_name(self.recipe.name)
        other = None
        if other_name in RECIPES:
            other = Collection(RECIPES[other_name], self.systems, self.folder.parent / other_name)
        found = []
        for name in names:
            dataset = self.stored(name)
            if dataset is None:
                continue
            found += check_series(dataset)
            against = None if other is None else other.stored(name)
            if against is not None:
                found += check_overlap(dataset, against)
        return found

    def jobs(self, names: Iterable[str]) -> "list[Job]":
        """Return what is to be built for some systems."""
        from dysts.datasets.jobs import Job

        return [Job(self.recipe, get_system(name), self.folder / name) for name in names]

    def _remote(self, name: str) -> "xarray.Dataset":
        assert self.source is not None
        catalogue = self.catalogue()
        if catalogue is None or name not in catalogue.systems:
            raise StorageError(f"{self.source.base} has no {self.recipe.name} of {name}; open it without lazy=True")
        published = catalogue.systems[name]
        place = self.source.address(published.group)
        group = check_metadata(
            self.source.read(f"{published.group}/{METADATA}"),
            seal=published.metadata_sha256,
            files=SourceFiles(self.source, published.group),
            place=place,
            remedy="try again, and tell whoever publishes it if that does not help",
        )
        group.check_identity(recipe=self.recipe, system=get_system(name))
        for attribute, value in published.attributes.items():
            if group.attributes.get(attribute) != value:
                raise StorageError(f"{place} is not what the catalogue announces: another {attribute}")
        self._tell_other_versions_of(group)
        return group.open()

    def _tell_other_versions_of(self, group: Group) -> None:
        name = group.attributes["system"]
        if group.attributes["inputs"] != inputs_digest(self.recipe, get_system(name)):
            self._warn_of_other_versions([name])

    def to_datatree(self) -> "xarray.DataTree":
        """Return all systems as one tree, a node for each, still unread.

        Raises
        ------
        StorageError
            If a system cannot be had.

        Examples
        --------
        >>> import dysts
        >>> tree = dysts.open_dataset("test-coarse", systems=["Lorenz", "Rossler"]).to_datatree()
        >>> tree["Rossler/series"].shape
        (10, 180, 3)
        """
        import xarray

        if not self.lazy:
            self.fetch(self.missing())
        return xarray.DataTree.from_dict({name: self[name] for name in self.systems}, name=self.recipe.name)


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
        Have these now. By default the collection holds every system, and each is fetched when it is first asked for.
    source : str or path-like, optional
        Base address of published series, by default ``$DYSTS_SOURCE``; see `dysts.datasets.source.Source`.
    lazy : bool
        Read from the source without downloading whole files.
    dtype : {"float64", "float32"}, optional
        By default that of the recipe.

    Returns
    -------
    Collection
        A mapping from names of systems to xarray data sets with the variable
        ``series`` [trajectory, time, component].

    Raises
    ------
    UnknownNameError
        If the recipe or a system is not known.
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
    if dtype is not None:
        recipe = recipe.with_dtype(dtype)
    chosen = list_systems() if systems is None else list(dict.fromkeys(systems))
    base = default_source() if source is None else os.fspath(source)
    if lazy and not base:
        raise InvalidArgumentError("lazy reading needs a source: give source= or set DYSTS_SOURCE")
    if systems is not None:
        for system in chosen:
            get_system(system)
    collection = Collection(recipe, chosen, dataset_folder(recipe), source=Source(base) if base else None, lazy=lazy)
    if systems is not None and not lazy:
        failures = collection.fetch(collection.missing()).failures
        if failures:
            reasons = "; ".join(f"{system}: {reason}" for (_, system), reason in failures.items())
            raise StorageError(f"{recipe.name} could not be built for {len(failures)} systems: {reasons}")
    return collection
