"""Writes the files of a static host: zip files, groups for lazy reading, tables, and catalogues."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from dysts.cache import replacing, write_atomically
from dysts.datasets.archive import pack
from dysts.datasets.catalogue import CATALOGUE, CATALOGUE_FORMAT, Archive, Catalogue, Published
from dysts.datasets.comparison import COMPARED
from dysts.datasets.recipe import Recipe
from dysts.datasets.store import METADATA, ORIGIN, group_path
from dysts.datasets.trajectory_table import write_trajectories
from dysts.datasets.verification import verify_group
from dysts.errors import InvalidArgumentError, StorageError
from dysts.systems.registry import Registry, registry_of

EVERYTHING = "everything.zip"
TABLE = "trajectories.parquet"


def publish(
    recipe: Recipe,
    systems: Sequence[str],
    groups: Path,
    destination: Path,
    *,
    registry: Registry | None = None,
    table: bool = False,
    report: Callable[[str], None] | None = None,
) -> Catalogue:
    """Publish one data set into a folder for a web server, an object store or a file system.

    Every group is verified first. The data set appears in the index when all of it is there.

    Parameters
    ----------
    recipe : Recipe
    systems : sequence of str
    groups : Path
        Holds a group for each of them, as the folder of a collection does.
    destination : Path
        Gets a folder with the name of the recipe, which is replaced if it exists, and ``catalogue.json``.
    registry : Registry, optional
        Holds the systems beside those of the package.
    table : bool
        Write ``trajectories.parquet`` as well, with all trajectories of all systems.
    report : callable, optional
        Receives a line for each system.

    Raises
    ------
    StorageError
        If a group is missing or damaged, or the folder cannot be written.
    NotSupportedError
        If a table is asked for and pyarrow is not installed.
    """
    if not systems:
        raise InvalidArgumentError("systems must name at least one system to publish, got none")
    attributes, paths, opened = {}, {}, {}
    for count, name in enumerate(systems):
        system = registry_of(registry).find(name)
        paths[name] = group_path(groups, system)
        opened[name] = verify_group(paths[name], recipe=recipe, system=system)
        attributes[name] = opened[name].attributes
        if report:
            report(f"{recipe.name} {count + 1}/{len(systems)} {name}: verified")
    with replacing(destination / recipe.name) as folder:
        folder.mkdir()
        published = {}
        for name in systems:
            shutil.copytree(paths[name], folder / name, ignore=shutil.ignore_patterns(ORIGIN))
            pack({name: folder / name}, folder / f"{name}.zip")
            published[name] = Published(
                archive=_archive(folder / f"{name}.zip", recipe.name),
                group=f"{recipe.name}/{name}",
                metadata_sha256=hashlib.sha256((folder / name / METADATA).read_bytes()).hexdigest(),
                attributes={key: attributes[name][key] for key in COMPARED},
            )
        pack({name: folder / name for name in systems}, folder / EVERYTHING)
        if table:
            write_trajectories((opened[name].open() for name in systems), folder / TABLE, dtype=recipe.dtype)
        catalogue = Catalogue(recipe=recipe, everything=_archive(folder / EVERYTHING, recipe.name), systems=published)
        (folder / CATALOGUE).write_bytes(catalogue.to_json())
        _write_root(folder, recipe)
    _enter(destination, recipe.name, catalogue)
    return catalogue


def _archive(path: Path, dataset: str) -> Archive:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Archive(file=f"{dataset}/{path.name}", bytes=path.stat().st_size, sha256=digest)


def _write_root(folder: Path, recipe: Recipe) -> None:
    """Make the folder a Zarr group, of which `xarray.open_datatree` opens all systems with one request."""
    import zarr
    from zarr.errors import ZarrUserWarning

    root = zarr.create_group(zarr.storage.LocalStore(folder), zarr_format=3, attributes={"recipe": recipe.to_json()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(root.store, zarr_format=3)


def _enter(destination: Path, name: str, catalogue: Catalogue) -> None:
    path = destination / CATALOGUE
    datasets = {}
    if path.exists():
        try:
            datasets = json.loads(path.read_text())["datasets"]
        except (ValueError, KeyError, TypeError):
            raise StorageError(f"{path} is no index of data sets; move it away and publish again") from None
    raw = catalogue.to_json()
    datasets[name] = {
        "catalogue": f"{name}/{CATALOGUE}",
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": catalogue.everything.bytes,
        "systems": len(catalogue.systems),
    }
    content = {"format": CATALOGUE_FORMAT, "datasets": datasets}
    write_atomically(path, json.dumps(content, indent=1, sort_keys=True).encode())
