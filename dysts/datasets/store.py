"""One Zarr v3 group for each system, written whole or not at all, and checked when it is read."""

import contextlib
import os
import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.build import FORMAT, content_digest
from dysts.errors import StorageError

if TYPE_CHECKING:
    import xarray

ABANDONED_AFTER = 3600.0
"""Seconds after which a temporary folder is taken to belong to a process that was killed."""


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    except OSError as error:
        raise StorageError(f"cannot write to {path.parent}: {error.strerror or error}") from None
    try:
        group = temporary / "group"
        write_zarr(dataset, group)
        _sync(group)
        if path.exists():
            # An outdated group is moved aside first: a folder cannot be replaced in one step.
            os.rename(path, temporary / "outdated")
        os.rename(group, path)
    except OSError as error:
        if not path.exists():
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from None
        # Another process finished the same group first; both hold the same numbers.
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_zarr(dataset: "xarray.Dataset", path: Path) -> None:
    """Write a data set as a consolidated Zarr v3 group, compressed and with checksums."""
    from zarr.errors import ZarrUserWarning

    with warnings.catch_warnings():
        # Consolidated metadata is an extension of format 3; xarray opens a group with one read because of it.
        warnings.simplefilter("ignore", ZarrUserWarning)
        dataset.to_zarr(path, zarr_format=3, consolidated=True, encoding=_encoding(dataset))


def _encoding(dataset: "xarray.Dataset") -> dict[str, Any]:
    from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, TransposeCodec

    # Component after component compresses best, and the checksum is what turns a flipped bit into an error.
    codecs = (BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=8), Crc32cCodec())
    encoding: dict[str, Any] = {}
    for name, variable in dataset.variables.items():
        if variable.dtype.kind not in "fi":
            continue
        filters = (TransposeCodec(order=(0, 2, 1)),) if variable.ndim == 3 else ()
        encoding[str(name)] = {
            "filters": filters,
            "serializer": BytesCodec(endian="little"),
            "compressors": codecs,
            "chunks": variable.shape,
        }
    return encoding


def _sync(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                os.fsync(file.fileno())


def _remove_abandoned(folder: Path) -> None:
    now = time.time()
    for entry in folder.glob(".*-*"):
        with contextlib.suppress(OSError):
            if now - entry.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(entry, ignore_errors=True)


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
    StorageError
        If it is not there, damaged, or written in another format.
    """
    import xarray

    remedy = "delete it and open the data set again to have it built anew"
    try:
        dataset = xarray.open_zarr(path, zarr_format=3, consolidated=True, chunks=None)
    except FileNotFoundError:
        raise StorageError(f"no data set at {path}") from None
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(f"{path} cannot be read ({error}); {remedy}") from None
    # Unconsolidated or emptied groups open without an error and without variables.
    if "series" not in dataset or dataset.attrs.get("format") != FORMAT:
        raise StorageError(f"{path} is damaged or in another format than {FORMAT}; {remedy}")
    attributes = dataset.attrs
    coordinates: dict[str, Any] = {"component": attributes["components"]}
    if "state" in dataset:
        coordinates["variable"] = attributes["variables"]
    times = dataset["time"].values
    coordinates["time_in_periods"] = ("time", times / attributes["period"])
    if attributes["lyapunov_exponent"] > 0.0:
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
    try:
        values = {str(name): np.asarray(dataset[name].values) for name in dataset.data_vars}
        digest = content_digest(dataset["time"].values, values)
    except (OSError, ValueError, RuntimeError) as error:
        raise StorageError(f"{path} is damaged ({error}); delete it to have it built anew") from None
    if digest != dataset.attrs["sha256"]:
        raise StorageError(f"{path} does not match its hash; delete it to have it built anew")
