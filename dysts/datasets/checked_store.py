"""A Zarr store of one group that is read only, knows every key, and checks each chunk as it is read."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

from zarr.abc.store import RangeByteRequest, Store, SuffixByteRequest

from dysts.datasets.checked_files import CheckedFiles, Files
from dysts.datasets.layout import Array
from dysts.errors import StorageError

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

METADATA = "zarr.json"


class CheckedStore(Store):
    """The files of one group, as Zarr reads them.

    Zarr reads a chunk that is not there as fill values, and accepts every chunk whose own checksum is right.

    Parameters
    ----------
    files : Files
    metadata : bytes
        The consolidated metadata, written by this package.
    arrays : iterable of Array
        With the parts of their files.
    place, remedy : str
        For messages: where the group is, and what to do about damage.
    """

    def __init__(self, files: Files, *, metadata: bytes, arrays: Iterable[Array], place: str, remedy: str) -> None:
        super().__init__(read_only=True)
        self.files = files
        self.metadata = metadata
        self.checked = CheckedFiles(files, arrays=arrays, place=place, remedy=remedy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckedStore) and self.files == other.files and self.metadata == other.metadata

    def __hash__(self) -> int:
        return hash((self.files, self.metadata))

    def __reduce__(self) -> tuple[Any, ...]:
        return _remake, (self.files, self.metadata, self.checked.arrays, self.checked.place, self.checked.remedy)

    async def get(
        self, key: str, prototype: "BufferPrototype", byte_range: "ByteRequest | None" = None
    ) -> "Buffer | None":
        """Return what is stored under a key, or None for a key that the group does not have.

        Raises
        ------
        StorageError
            If a chunk is missing, damaged, or another one than the metadata say.
        """
        if key == METADATA:
            return prototype.buffer.from_bytes(self.metadata)
        if key not in self.checked.parts:
            return None
        if self.files.remote:
            content = await asyncio.to_thread(self.chunk, key, byte_range)
        else:
            content = self.chunk(key, byte_range)
        return prototype.buffer.from_bytes(content)

    def chunk(self, key: str, byte_range: "ByteRequest | None" = None) -> bytes:
        """Return the bytes of a chunk file, or of a part of it, after checking them.

        Raises
        ------
        StorageError
        """
        size = self.checked.size(key)
        if isinstance(byte_range, RangeByteRequest):
            return self.checked.read(key, byte_range.start, min(byte_range.end, size))
        if isinstance(byte_range, SuffixByteRequest):
            return self.checked.read(key, max(0, size - byte_range.suffix))
        return self.checked.read(key, 0 if byte_range is None else byte_range.offset)

    async def get_partial_values(
        self, prototype: "BufferPrototype", key_ranges: "Iterable[tuple[str, ByteRequest | None]]"
    ) -> "list[Buffer | None]":
        """Return what is stored under some keys."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        """Tell whether the group has a key."""
        return key == METADATA or key in self.checked.parts

    @property
    def supports_writes(self) -> bool:
        """Never."""
        return False

    @property
    def supports_deletes(self) -> bool:
        """Never."""
        return False

    @property
    def supports_partial_writes(self) -> bool:  # type: ignore[override]
        """Never."""
        return False

    @property
    def supports_listing(self) -> bool:
        """Always: the metadata name every key."""
        return True

    async def set(self, key: str, value: "Buffer", byte_range: tuple[int, int] | None = None) -> None:  # noqa: ARG002
        """Refuse to write."""
        raise StorageError(f"{self.checked.place} is read only")

    async def set_partial_values(self, key_start_values: Any) -> None:  # noqa: ARG002
        """Refuse to write."""
        raise StorageError(f"{self.checked.place} is read only")

    async def delete(self, key: str) -> None:  # noqa: ARG002
        """Refuse to delete."""
        raise StorageError(f"{self.checked.place} is read only")

    async def list(self) -> AsyncIterator[str]:
        """Yield all keys."""
        for key in (METADATA, *self.checked.parts):
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys that begin with a prefix."""
        for key in (METADATA, *self.checked.parts):
            if key.startswith(prefix):
                yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Yield the names directly below a prefix."""
        begin = f"{prefix.rstrip('/')}/" if prefix else ""
        names = {key[len(begin) :].split("/")[0] for key in (METADATA, *self.checked.parts) if key.startswith(begin)}
        for name in sorted(names):
            yield name


def _remake(files: Files, metadata: bytes, arrays: tuple[Array, ...], place: str, remedy: str) -> CheckedStore:
    return CheckedStore(files, metadata=metadata, arrays=arrays, place=place, remedy=remedy)
