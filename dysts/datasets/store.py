"""One Zarr v3 group for each system, written whole or not at all, and checked when it is opened and read."""

import errno
import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dysts.cache import replacing
from dysts.datasets.chunks import parts_of
from dysts.datasets.group import LARGEST_METADATA, Group, check_metadata
from dysts.datasets.layout import Array, array_document, group_document, to_json
from dysts.datasets.plain_attributes import structured_attributes
from dysts.datasets.recipe import Recipe
from dysts.errors import StorageError
from dysts.systems.registry import packaged
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray

METADATA = "zarr.json"
SEAL = "zarr.json.sha256"
"""File with the hash of the metadata, which have no checksum of their own."""
ORIGIN = "origin.json"
"""File of a downloaded group: its source, and the hash of the metadata in the catalogue at that time."""
REMEDY = "delete it (dysts dataset remove) and open the data set again"


def group_path(folder: Path, system: System) -> Path:
    """Return where in the folder of a recipe the group of a system is.

    The name of a system of your own is followed by a hash of its definition: two systems of one name never replace one
    another's data.
    """
    if packaged(system):
        return folder / system.name
    return folder / f"{system.name}-{hashlib.sha256(system.definition_json.encode()).hexdigest()[:8]}"


def is_complete(path: Path) -> bool:
    """Whether there is a group with its metadata and their seal; neither is read."""
    return (path / METADATA).is_file() and (path / SEAL).is_file()


def write_group(dataset: "xarray.Dataset", path: Path) -> None:
    """Write a data set to a group that appears at `path` only when it is complete.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `dysts.datasets.build.build` returned.
    path : Path
        Replaced if it exists.

    Raises
    ------
    StorageError
        If the disk is full or the folder cannot be written; nothing is left behind then.
    """
    arrays = {
        str(name): Array(
            name=str(name),
            dims=tuple(map(str, variable.dims)),
            shape=variable.shape,
            dtype=str(variable.dtype),
            labels=variable.attrs,
            rows=variable.shape[0],
        )
        for name, variable in dataset.variables.items()
    }
    with replacing(path) as group:
        stored = create_arrays(group, arrays)
        for name, variable in dataset.variables.items():
            stored[str(name)][...] = variable.values
        finish(group, arrays, structured_attributes(dataset.attrs))


def create_arrays(group: Path, arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Write the metadata of arrays without their chunks, and return the arrays, ready to be filled."""
    import zarr

    group.mkdir(parents=True)
    (group / METADATA).write_bytes(to_json({"zarr_format": 3, "node_type": "group", "attributes": {}}))
    for name, array in arrays.items():
        (group / name).mkdir()
        (group / name / METADATA).write_bytes(to_json(array_document(array)))
    root = zarr.open_group(zarr.storage.LocalStore(group), mode="r+", zarr_format=3)
    try:
        return {name: root[name] for name in arrays}
    except KeyError as error:
        # Zarr says so of an array whose metadata have just been written: the folder was removed meanwhile.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(group / str(error.args[0]))) from None


def finish(group: Path, arrays: Mapping[str, Array], attributes: Mapping[str, Any]) -> None:
    """Write the metadata of a group whose chunks are complete, with the checksums of all of them, and seal it."""
    complete = {}
    for name, array in arrays.items():
        files = [parts_of((group / key).read_bytes(), inner_chunks=array.inner_chunks) for key in array.paths()]
        complete[name] = array.with_files(tuple(files))
        (group / name / METADATA).write_bytes(to_json(array_document(complete[name])))
    (group / METADATA).write_bytes(to_json(group_document(attributes, complete)))
    seal(group)


def seal(group: Path) -> None:
    """Write the hash of the metadata of a complete group beside them."""
    (group / SEAL).write_text(hashlib.sha256((group / METADATA).read_bytes()).hexdigest())


def write_zarr(dataset: "xarray.Dataset", path: Path) -> None:
    """Write any data set as a consolidated Zarr v3 group, compressed and with checksums."""
    from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec
    from zarr.errors import ZarrUserWarning

    encoding = {
        str(name): {
            "serializer": BytesCodec(endian="little"),
            "compressors": (
                BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=variable.dtype.itemsize),
                Crc32cCodec(),
            ),
            "chunks": variable.shape,
        }
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "fi"
    }
    with warnings.catch_warnings():
        # Consolidated metadata is an extension of format 3; xarray opens a group with one read because of it.
        warnings.simplefilter("ignore", ZarrUserWarning)
        dataset.to_zarr(path, zarr_format=3, consolidated=True, encoding=encoding)


def open_group(path: Path, *, recipe: Recipe | None = None, system: System | None = None) -> "xarray.Dataset":
    """Open one group, its numbers still unread, with names of components and the three clocks as coordinates.

    Parameters
    ----------
    path : Path
    recipe : Recipe, optional
        The recipe that it must follow.
    system : System, optional
        The system that it must hold.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    NewerFormatError
        If a newer version wrote it.
    StorageError
        As `read_group`. A damaged or exchanged chunk is an error when it is read.
    """
    return read_group(path, recipe=recipe, system=system).open()


def read_group(path: Path, *, recipe: Recipe | None = None, system: System | None = None) -> Group:
    """Read and check the metadata of one group.

    Raises
    ------
    NewerFormatError
        If a newer version wrote it.
    StorageError
        If it is not there, damaged, in an older format, not what this package writes, not what its catalogue said
        when it was downloaded, or of another system or recipe.
    """
    from dysts.datasets.checked_files import LocalFiles

    try:
        with open(path / METADATA, "rb") as file:
            metadata = file.read(LARGEST_METADATA + 1)
        expected = (path / SEAL).read_text()
    except FileNotFoundError:
        if path.is_dir():
            raise StorageError(f"{path} is damaged or in an older format; {REMEDY}") from None
        raise StorageError(f"no data set at {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read ({error}); {REMEDY}") from None
    group = check_metadata(metadata, seal=expected.strip(), files=LocalFiles(path), place=str(path), remedy=REMEDY)
    told = origin_of(path)
    if told is not None and told["metadata_sha256"] != group.seal:
        raise StorageError(
            f"{path} is not what its catalogue said when it was downloaded from {told['source']}: it was edited, or "
            f"mixed with a copy or a backup of another version; {REMEDY}"
        )
    group.check_identity(recipe=recipe, system=system)
    return group


def origin_of(path: Path) -> dict[str, str] | None:
    """Return the source of a downloaded group and the hashes in its catalogue; None if it was built here.

    Raises
    ------
    StorageError
        If the file that holds it is damaged.
    """
    try:
        with open(path / ORIGIN, "rb") as file:
            told = json.loads(file.read(2**20))
        source, digest = told["source"], told["metadata_sha256"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StorageError(f"{path / ORIGIN} cannot be read ({type(error).__name__}); {REMEDY}") from None
    return {"source": str(source), "metadata_sha256": str(digest)}
