"""Series that are larger than memory: computed block by block, each block written as one shard by one writer.

The group grows in a hidden folder beside its place. A shard is one key, which Zarr writes whole or not at all, so a
build that was killed goes on with the first block that is missing.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dysts.cache import cannot_write, put_in_place, replacing
from dysts.datasets.build import CHUNK_BYTES, Series
from dysts.datasets.digest import ContentDigest, inputs_digest
from dysts.datasets.layout import Array
from dysts.datasets.store import METADATA, create_arrays, finish
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
        arrays = _arrays(series)
        stored = _stored(arrays, series, group)
        digest = ContentDigest(series.time)
        for index, (first, last) in enumerate(series.blocks):
            block = None
            if all((group / arrays[name].key(index)).exists() for name in series.names):
                # An unreadable shard of an earlier run is computed again.
                with contextlib.suppress(ValueError, RuntimeError):
                    block = {name: np.asarray(stored[name][first:last]) for name in series.names}
            if block is None:
                block = series.compute(first, last)
                for name, values in block.items():
                    stored[name][first:last] = values
            digest.update(block)
            if report:
                report(index + 1, len(series.blocks))
        finish(group, arrays, series.attributes(digest.hexdigest()))
        put_in_place(group, path)


@contextlib.contextmanager
def _growing(path: Path, inputs: str) -> Iterator[Path]:
    """Yield the hidden folder of a group under a lock, with the files that an earlier run of the same inputs left."""
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


def _arrays(series: Series) -> dict[str, Array]:
    """Return the arrays of a series, in shards of one block."""
    rows = series.blocks[0][1]
    arrays = {}
    for name, array in series.arrays.items():
        if name == "time":
            arrays[name] = array
            continue
        row_bytes = array.decoded_bytes // array.shape[0]
        inner = max(k for k in range(1, rows + 1) if rows % k == 0 and (k == 1 or k * row_bytes <= CHUNK_BYTES))
        arrays[name] = replace(array, rows=rows, inner=inner)
    return arrays


def _stored(arrays: dict[str, Array], series: Series, group: Path) -> dict[str, Any]:
    """Return the arrays of the growing group, which begins with its metadata and its times."""
    import zarr

    if not (group / METADATA).exists():
        with replacing(group) as part:
            create_arrays(part, arrays)["time"][...] = series.time
    root = zarr.open_group(zarr.storage.LocalStore(group), mode="r+", zarr_format=3)
    return {name: root[name] for name in arrays}
