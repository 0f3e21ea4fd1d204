"""The arrays of a group on this machine as xarray reads them: chunk by chunk, checked, and decoded here.

Groups of this package have one layout, whose metadata are checked word for word. So nothing is left for Zarr to find
out, and opening a group by way of Zarr and xarray takes four times as long as decoding its chunk.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from dysts.datasets.checked_files import CheckedFiles
from dysts.datasets.chunks import CHECKSUM_BYTES
from dysts.datasets.layout import Array
from dysts.errors import StorageError

if TYPE_CHECKING:
    import xarray


class StoredArray(BackendArray):
    """One array of a group without shards.

    Parameters
    ----------
    files : CheckedFiles
    array : Array
    """

    def __init__(self, files: CheckedFiles, array: Array) -> None:
        self.files = files
        self.array = array
        self.shape = array.shape
        self.dtype = np.dtype(array.dtype)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self.read)

    def read(self, key: tuple[int | slice, ...]) -> np.ndarray:
        """Return the values at whole numbers and slices, one for each axis.

        Raises
        ------
        StorageError
            If a chunk is missing, damaged, or another one than the metadata say.
        """
        rows = np.arange(self.shape[0])[key[0]]
        others = key[1:]
        if rows.ndim == 0:
            return self._block(int(rows) // self.array.rows)[(int(rows) % self.array.rows, *others)].copy()
        numbers = rows // self.array.rows
        parts = [
            self._block(int(number))[(rows[numbers == number] % self.array.rows, *others)]
            for number in dict.fromkeys(numbers.tolist())
        ]
        if not parts:
            return np.empty((0, *np.empty(self.shape[1:], dtype="V0")[others].shape), dtype=self.dtype)
        return np.ascontiguousarray(parts[0] if len(parts) == 1 else np.concatenate(parts))

    def _block(self, number: int) -> np.ndarray:
        """Decode one file: float [row, ...]."""
        from numcodecs import blosc  # type: ignore[import-untyped]

        key = self.array.key(number)
        content = self.files.read(key)
        shape = (self.array.rows, *self.shape[1:])
        try:
            decoded = blosc.decompress(memoryview(content)[:-CHECKSUM_BYTES])
            values = np.frombuffer(decoded, dtype=self.dtype.newbyteorder("<"))
            # Components lie one after the other, as they compress best so.
            return (
                values.reshape(shape[0], shape[2], shape[1]).transpose(0, 2, 1)
                if len(shape) == 3
                else values.reshape(shape)
            )
        except (RuntimeError, ValueError) as error:
            raise StorageError(f"{self.files.place}/{key} cannot be decoded ({error}); {self.files.remedy}") from None


def lazily(stored: StoredArray) -> "xarray.Variable":
    """Return the variable of an array, which is read when its values are first used."""
    from xarray import Variable

    # What `xarray.open_zarr` puts around the arrays of its backend.
    lazy: Any = indexing.LazilyIndexedArray(stored)
    data = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(lazy))
    labels = {name: value for name, value in stored.array.labels.items() if name not in ("components", "variables")}
    return Variable(stored.array.dims, data, labels, fastpath=True)
