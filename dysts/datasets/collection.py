"""A data set of many systems: opened where it is stored, else downloaded, else computed."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from dysts.datasets.digest import inputs_digest
from dysts.datasets.group import Group, OutdatedError, check_metadata
from dysts.datasets.named_recipes import RECIPES
from dysts.datasets.provenance import check_origin
from dysts.datasets.recipe import Recipe
from dysts.datasets.source import Source, SourceFiles
from dysts.datasets.store import METADATA, REMEDY, group_path, is_complete, read_group
from dysts.errors import DystsWarning, NewerFormatError, StorageError, UnknownNameError
from dysts.progress import tell
from dysts.systems.registry import Registry, registry_of

if TYPE_CHECKING:
    import xarray

    from dysts.datasets.catalogue import Catalogue
    from dysts.datasets.checks import Finding
    from dysts.datasets.jobs import BuildReport, Job

MOST_SHOWN = 12
"""Largest number of systems that a notebook shows by name."""


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
    registry : Registry, optional
        Holds the systems beside those of the package.
    """

    def __init__(
        self,
        recipe: Recipe,
        systems: Iterable[str],
        folder: Path,
        *,
        source: Source | None = None,
        lazy: bool = False,
        registry: Registry | None = None,
    ) -> None:
        self.recipe = recipe
        self.systems = tuple(systems)
        self.registry = registry_of(registry)
        self.folder = folder
        self.source = source
        self.lazy = lazy
        self._catalogue: Catalogue | None = None
        self._asked = False

    def __repr__(self) -> str:
        place = self.source.base if self.lazy and self.source else self.folder
        return f"Collection({self.recipe.name!r}, {len(self.systems)} systems in {place})"

    def _repr_html_(self) -> str:
        shown = ", ".join(escape(name) for name in self.systems[:MOST_SHOWN])
        more = len(self.systems) - MOST_SHOWN
        fields = self.recipe.to_dict().items()
        told = [f"{name} = {value}" for name, value in fields if name != "name" and value is not None]
        return (
            f"<div><strong>{escape(self.recipe.name)}</strong>: {len(self.systems)} systems"
            f"<div>{shown}{f' and {more} more' if more > 0 else ''}</div><div>{escape(', '.join(told))}</div></div>"
        )

    def __len__(self) -> int:
        return len(self.systems)

    def __iter__(self) -> Iterator[str]:
        return iter(self.systems)

    def __contains__(self, name: object) -> bool:
        return name in self.systems

    def __getitem__(self, name: str) -> "xarray.Dataset":
        self.registry.find(name)
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

    def path(self, name: str) -> Path:
        """Return where the group of a system is, or will be."""
        return group_path(self.folder, self.registry.find(name))

    def group(self, name: str) -> Group:
        """Return the stored group of a system, after checking its metadata.

        Raises
        ------
        NewerFormatError
            If a newer version wrote it.
        StorageError
            If it is missing, damaged, of another system or recipe, or built for another version.
        """
        path, system = self.path(name), self.registry.find(name)
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
        if not self.path(name).exists():
            return None
        try:
            return self.group(name).open()
        except NewerFormatError:
            raise
        except StorageError:
            return None

    def absent(self) -> list[str]:
        """Return the systems of which nothing complete is stored, without a look into what is."""
        return [name for name in self.systems if not is_complete(self.path(name))]

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
        """Download systems from the source, and compute those that it lacks, with progress in the logger ``dysts``.

        Raises
        ------
        StorageError
            If the source cannot be reached, what it sends is damaged, or the folder cannot be written.
        """
        from dysts.datasets.download import download

        names = list(names)
        self.tell_what_goes(names)
        catalogue = self.catalogue() if names else None
        if catalogue is not None and self.source is not None:
            offered = [name for name in names if name in catalogue.systems]
            download(
                catalogue,
                self.source,
                offered,
                self.folder,
                registry=self.registry,
                report=partial(tell, passing=True),
            )
            if offered:
                tell(f"fetched {len(offered)} systems of {self.recipe.name} from {self.source.base}")
            self._tell_other_versions(offered)
            names = [name for name in names if name not in catalogue.systems]
        return self.build(names, workers=workers)

    def tell_what_goes(self, names: Iterable[str]) -> None:
        """Warn of what is stored and will be replaced, and why; an outdated group goes without a warning."""
        for name in names:
            if not self.path(name).exists():
                continue
            try:
                self.group(name)
            except OutdatedError:
                continue
            except StorageError as error:
                reason = str(error).removesuffix(f"; {REMEDY}")
                warnings.warn(f"{name} of {self.recipe.name} is replaced: {reason}", DystsWarning, stacklevel=4)

    def _tell_other_versions(self, names: Iterable[str]) -> None:
        others = [name for name in names if self._is_of_another_version(self.group(name), name)]
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
        """Compute and store systems, with progress in the logger ``dysts``; a failed one does not stop the rest.

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
        from dysts.datasets.jobs import BuildReport, build_jobs

        jobs = self.jobs(names)
        if not jobs:
            return BuildReport()
        why = "no source is configured" if self.source is None else f"{self.source.base} lacks them"
        tell(f"computing {self.recipe.name} of {len(jobs)} systems in {self.folder}, as {why}")
        done = build_jobs(jobs, workers=workers, scheduler=scheduler, report=partial(tell, passing=True))
        failed = f", {len(done.failures)} failed" if done.failures else ""
        tell(f"computed {self.recipe.name} of {len(done.seconds)} systems{failed}")
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
            folder = self.folder.parent / other_name
            other = Collection(RECIPES[other_name], self.systems, folder, registry=self.registry)
        found = []
        for name in names:
            dataset = self.stored(name)
            if dataset is None:
                continue
            found += check_series(dataset, system=self.registry.find(name))
            against = None if other is None else other.stored(name)
            if against is not None:
                found += check_overlap(dataset, against)
        return found

    def jobs(self, names: Iterable[str]) -> "list[Job]":
        """Return what is to be built for some systems."""
        from dysts.datasets.jobs import Job

        return [Job(self.recipe, self.registry.find(name), self.path(name)) for name in names]

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
        group.check_identity(recipe=self.recipe, system=self.registry.find(name))
        for attribute, value in published.attributes.items():
            if group.attributes.get(attribute) != value:
                raise StorageError(f"{place} is not what the catalogue announces: another {attribute}")
        if self._is_of_another_version(group, name):
            self._warn_of_other_versions([name])
        return group.open()

    def _is_of_another_version(self, group: Group, name: str) -> bool:
        inputs: str = group.attributes["inputs"]
        return inputs != inputs_digest(self.recipe, self.registry.find(name))

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
