"""One Zarr v3 group for each system, written whole or not at all, and checked when it is opened and read."""

import hashlib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.cache import replacing
from dysts.datasets.description import no_lyapunov_time
from dysts.datasets.digest import FORMAT, ContentDigest
from dysts.errors import NewerFormatError, StorageError

if TYPE_CHECKING:
    import xarray
    from zarr.abc.store import Store

SEAL = "zarr.json.sha256"
"""Holds the hash of the metadata, which have no checksum of their own."""
ORIGIN = "origin.json"
"""In a downloaded group: where it comes from."""
REMEDY = "delete it (dysts dataset remove) and open the data set again"
READ_ROWS = 256


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
    with replacing(path) as group:
        write_zarr(dataset, group)
        seal(group)


def seal(group: Path) -> None:
    """Write the hash of the metadata of a complete group beside them."""
    (group / SEAL).write_text(hashlib.sha256((group / "zarr.json").read_bytes()).hexdigest())


def write_zarr(dataset: "xarray.Dataset", path: Path) -> None:
    """Write a data set as a consolidated Zarr v3 group, compressed and with checksums."""
    from zarr.errors import ZarrUserWarning

    with warnings.catch_warnings():
        # Consolidated metadata is an extension of format 3; xarray opens a group with one read because of it.
        warnings.simplefilter("ignore", ZarrUserWarning)
        dataset.to_zarr(path, zarr_format=3, consolidated=True, encoding=_encoding(dataset))


def codecs(dimensions: int, itemsize: int) -> dict[str, Any]:
    """Return how an array is stored: component after component compresses best, and a checksum tells of damage."""
    from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, TransposeCodec

    return {
        "filters": (TransposeCodec(order=(0, 2, 1)),) if dimensions == 3 else (),
        "serializer": BytesCodec(endian="little"),
        "compressors": (BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=itemsize), Crc32cCodec()),
    }


def _encoding(dataset: "xarray.Dataset") -> dict[str, Any]:
    return {
        str(name): {**codecs(variable.ndim, variable.dtype.itemsize), "chunks": variable.shape}
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "fi"
    }


def open_group(path: Path) -> "xarray.Dataset":
    """Open one group lazily, with the names of its components and the three clocks as coordinates.

    Parameters
    ----------
    path : Path

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    NewerFormatError
        If a newer version wrote it.
    StorageError
        If it is not there, damaged, or in an older format. A damaged chunk is noticed when it is read.
    """
    from zarr.storage import LocalStore

    try:
        metadata = (path / "zarr.json").read_bytes()
        seal = (path / SEAL).read_text()
    except FileNotFoundError:
        if path.is_dir():
            raise StorageError(f"{path} is damaged or in an older format; {REMEDY}") from None
        raise StorageError(f"no data set at {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read ({error}); {REMEDY}") from None
    return open_checked(LocalStore(path, read_only=True), metadata, seal=seal, place=str(path), remedy=REMEDY)


def open_checked(store: "Store", metadata: bytes, *, seal: str, place: str, remedy: str) -> "xarray.Dataset":
    """Open the group in a store, local or remote, whose metadata were read already.

    Parameters
    ----------
    store : zarr.abc.store.Store
    metadata : bytes
        The content of its ``zarr.json``.
    seal : str
        The SHA-256 that it must have.
    place, remedy : str
        For messages: where it is, and what to do about damage.

    Raises
    ------
    NewerFormatError, StorageError
    """
    import xarray

    from dysts.datasets.checked_store import CheckedStore

    if hashlib.sha256(metadata).hexdigest() != seal.strip():
        raise StorageError(f"{place} is damaged: its metadata do not match their hash; {remedy}")
    try:
        attributes = json.loads(metadata)["attributes"]
        found = attributes["format"]
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{place} is no data set of this package; {remedy}") from None
    if found != FORMAT:
        if isinstance(found, int) and found > FORMAT:
            raise NewerFormatError(
                f"{place} was written by dysts {attributes.get('dysts_version')} in format {found}; this version reads "
                f"format {FORMAT}: upgrade dysts, or remove the data set to have it built in the format of this version"
            )
        raise StorageError(f"{place} is in format {found}, not {FORMAT}; {remedy}")
    checked = CheckedStore(store, metadata=metadata, place=place, remedy=remedy)
    try:
        dataset = xarray.open_zarr(checked, zarr_format=3, consolidated=True, chunks=None)
    except StorageError:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(f"{place} cannot be read ({error}); {remedy}") from None
    # Without consolidated metadata a group would open empty and without an error.
    if "series" not in dataset:
        raise StorageError(f"{place} holds no series; {remedy}")
    return with_coordinates(dataset)


def with_coordinates(dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Return a data set with the coordinates that follow from its attributes and are not stored."""
    attributes = dataset.attrs
    coordinates: dict[str, Any] = {"component": attributes["components"]}
    if "variable" in dataset.dims:
        coordinates["variable"] = list(json.loads(attributes["definition"])["variables"])
    times = dataset["time"].values
    coordinates["time_in_periods"] = ("time", times / attributes["period"])
    if not no_lyapunov_time(attributes):
        coordinates["time_in_lyapunov_times"] = ("time", times * attributes["lyapunov_exponent"])
    return dataset.assign_coords(coordinates)


def verify_group(path: Path) -> None:
    """Read everything in a group and compare it with its hash.

    Raises
    ------
    StorageError
        If a checksum or the hash does not match.
    """
    dataset = open_group(path)
    if content_of(dataset, place=str(path)) != dataset.attrs["sha256"]:
        raise StorageError(f"{path} does not match its hash; {REMEDY}")


def content_of(dataset: "xarray.Dataset", *, place: str) -> str:
    """Return the hash of the numbers in a data set, read some trajectories at a time.

    Raises
    ------
    StorageError
        If something cannot be read.
    """
    try:
        digest = ContentDigest(dataset["time"].values)
        for name, variable in dataset.data_vars.items():
            for first in range(0, variable.shape[0], READ_ROWS):
                digest.update({str(name): np.asarray(variable[first : first + READ_ROWS].values)})
    except StorageError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise StorageError(f"{place} is damaged ({error}); {REMEDY}") from None
    return digest.hexdigest()
