"""Series that are larger than memory: computed block by block, each block written as one shard by one writer.

The group grows in a hidden folder beside its place. A shard is one key, which Zarr writes whole or not at all, so a
build that was killed goes on with the first block that is missing.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dysts.cache import cannot_write, put_in_place
from dysts.datasets.build import CHUNK_BYTES, Series
from dysts.datasets.digest import ContentDigest, inputs_digest
from dysts.datasets.store import codecs, seal
from dysts.errors import StorageError


def write_series(series: Series, path: Path, *, report: Callable[[int, int], None] | None = None) -> None:
    """Compute and write a series of several blocks; the group appears at `path` when it is complete.

    Parameters
    ----------
    series : Series
    path : Path
    report : callable, optional
        Called with the number of finished blocks and of all.

    Raises
    ------
    StorageError
        If the folder cannot be written, or another process is writing the same group.
    IntegrationError
        If a trajectory fails; the blocks before it are kept.
    """
    with _growing(path, inputs_digest(series.recipe, series.system)) as folder:
        group = folder / "group"
        arrays = _arrays(series, group)
        digest = ContentDigest(series.time)
        for index, (first, last) in enumerate(series.blocks):
            if not all(_shard(group, name, index).exists() for name in series.dims):
                block = series.compute(first, last)
                for name, values in block.items():
                    arrays[name][first:last] = values
            else:
                block = {name: np.asarray(arrays[name][first:last]) for name in series.dims}
            digest.update(block)
            if report:
                report(index + 1, len(series.blocks))
        _finish(group, series.attributes(digest.hexdigest()))
        seal(group)
        put_in_place(group, path)


@contextlib.contextmanager
def _growing(path: Path, inputs: str) -> Iterator[Path]:
    """Give the hidden folder of a group, alone, with what an earlier run of the same inputs left in it."""
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = path.parent / f".{path.name}.growing"
        lock = FileLock(path.parent / f".{path.name}.lock")
        with lock.acquire(blocking=False):
            for other in path.parent.glob(f".{path.name}.growing*"):
                if other.name != folder.name or (other / "inputs").read_text() != inputs:
                    shutil.rmtree(other)
            folder.mkdir(exist_ok=True)
            (folder / "inputs").write_text(inputs)
            yield folder
            shutil.rmtree(folder)
    except Timeout:
        raise StorageError(f"{path} is being written by another process; wait for it to finish") from None
    except StorageError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from None


def _arrays(series: Series, group: Path) -> dict[str, Any]:
    import zarr

    store = zarr.storage.LocalStore(group)
    if (group / "zarr.json").exists():
        root = zarr.open_group(store, mode="r+", zarr_format=3)
        return {name: root[name] for name in series.dims}
    shutil.rmtree(group, ignore_errors=True)
    part = group.with_name("beginning")
    shutil.rmtree(part, ignore_errors=True)
    root = zarr.create_group(zarr.storage.LocalStore(part), zarr_format=3)
    sizes, rows = series.sizes, series.blocks[0][1]
    for name, dims in (("time", ("time",)), *series.dims.items()):
        shape = tuple(sizes[dimension] for dimension in dims)
        dtype = np.dtype("float64") if name == "time" else series.dtype(name)
        layout: dict[str, Any] = {"chunks": shape}
        if name != "time":
            row_bytes = dtype.itemsize * int(np.prod(shape[1:]))
            inner = max(k for k in range(1, rows + 1) if rows % k == 0 and (k == 1 or k * row_bytes <= CHUNK_BYTES))
            layout = {"chunks": (inner, *shape[1:]), "shards": (rows, *shape[1:])}
        array = root.create_array(
            name,
            shape=shape,
            dtype=dtype,
            dimension_names=dims,
            attributes=series.labels(name),
            fill_value=np.nan,
            **codecs(len(shape), dtype.itemsize),
            **layout,
        )
        if name == "time":
            array[:] = series.time
    os.rename(part, group)
    root = zarr.open_group(store, mode="r+", zarr_format=3)
    return {name: root[name] for name in series.dims}


def _shard(group: Path, name: str, index: int) -> Path:
    dimensions = len(json.loads((group / name / "zarr.json").read_text())["shape"])
    return group.joinpath(name, "c", str(index), *["0"] * (dimensions - 1))


def _finish(group: Path, attributes: dict[str, Any]) -> None:
    import warnings

    import zarr
    from zarr.errors import ZarrUserWarning

    root = zarr.open_group(zarr.storage.LocalStore(group), mode="r+", zarr_format=3)
    root.attrs.put(attributes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ZarrUserWarning)
        zarr.consolidate_metadata(root.store, zarr_format=3)
