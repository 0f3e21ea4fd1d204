"""A Zarr store of one group that is read only, knows every key, and checks each chunk as it is read."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from zarr.abc.store import RangeByteRequest, Store, SuffixByteRequest

from dysts.datasets.chunks import SLACK, Part, complaint
from dysts.datasets.layout import Array
from dysts.errors import StorageError

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

METADATA = "zarr.json"


class Files(Protocol):
    """Where the files of a group are read from."""

    @property
    def remote(self) -> bool:
        """Whether they come over a network: read in threads, and compared with their SHA-256."""

    def read(self, key: str, begin: int, size: int) -> bytes | None:
        """Return at most so many bytes of a file, or None if it does not exist."""


@dataclass(frozen=True)
class LocalFiles:
    """The files of a group in a folder."""

    folder: Path
    remote: bool = False

    def read(self, key: str, begin: int, size: int) -> bytes | None:
        """Return at most so many bytes of a file, or None if it does not exist.

        Raises
        ------
        StorageError
            If it cannot be read.
        """
        try:
            with open(self.folder / key, "rb") as file:
                file.seek(begin)
                return file.read(size)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"cannot read {self.folder / key}: {error.strerror or error}") from None


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
        self.arrays = tuple(arrays)
        self.place = place
        self.remedy = remedy
        self._parts = {
            key: (array, parts) for array in self.arrays for key, parts in zip(array.paths(), array.files, strict=True)
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckedStore) and self.files == other.files and self.metadata == other.metadata

    def __hash__(self) -> int:
        return hash((self.files, self.metadata))

    def __reduce__(self) -> tuple[Any, ...]:
        return _remake, (self.files, self.metadata, self.arrays, self.place, self.remedy)

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
        if key not in self._parts:
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
        array, parts = self._parts[key]
        size = parts[-1].begin + parts[-1].size
        begin, end = 0, size
        if isinstance(byte_range, RangeByteRequest):
            begin, end = byte_range.start, min(byte_range.end, size)
        elif isinstance(byte_range, SuffixByteRequest):
            begin = max(0, size - byte_range.suffix)
        elif byte_range is not None:
            begin = byte_range.offset
        # A request that cuts through parts is answered from all the parts that it touches.
        wanted = [part for part in parts if part.begin < end and part.begin + part.size > begin]
        if not wanted:
            return b""
        first = wanted[0].begin
        content = self._read(key, first, wanted[-1].begin + wanted[-1].size - first, whole=len(wanted) == len(parts))
        for part in wanted:
            piece = content if len(wanted) == 1 else content[part.begin - first : part.begin - first + part.size]
            self._check(key, piece, part, array, index=array.inner is not None and part is parts[-1])
        return content if (first, len(content)) == (begin, end - begin) else content[begin - first : end - first]

    def _read(self, key: str, begin: int, size: int, *, whole: bool) -> bytes:
        content = self.files.read(key, begin, 2 * size + SLACK if whole and not self.files.remote else size)
        if content is None:
            raise StorageError(f"{self.place}/{key} is missing; {self.remedy}")
        return content

    def _check(self, key: str, content: bytes, part: Part, array: Array, *, index: bool) -> None:
        decoded = None if index else array.decoded_bytes
        problem = complaint(content, part, decoded_bytes=decoded, cryptographic=self.files.remote)
        if problem:
            raise StorageError(f"{self.place}/{key} {problem}; {self.remedy}")

    async def get_partial_values(
        self, prototype: "BufferPrototype", key_ranges: "Iterable[tuple[str, ByteRequest | None]]"
    ) -> "list[Buffer | None]":
        """Return what is stored under some keys."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        """Tell whether the group has a key."""
        return key == METADATA or key in self._parts

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
        raise StorageError(f"{self.place} is read only")

    async def set_partial_values(self, key_start_values: Any) -> None:  # noqa: ARG002
        """Refuse to write."""
        raise StorageError(f"{self.place} is read only")

    async def delete(self, key: str) -> None:  # noqa: ARG002
        """Refuse to delete."""
        raise StorageError(f"{self.place} is read only")

    async def list(self) -> AsyncIterator[str]:
        """Yield all keys."""
        for key in (METADATA, *self._parts):
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys that begin with a prefix."""
        for key in (METADATA, *self._parts):
            if key.startswith(prefix):
                yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Yield the names directly below a prefix."""
        begin = f"{prefix.rstrip('/')}/" if prefix else ""
        names = {key[len(begin) :].split("/")[0] for key in (METADATA, *self._parts) if key.startswith(begin)}
        for name in sorted(names):
            yield name


def _remake(files: Files, metadata: bytes, arrays: tuple[Array, ...], place: str, remedy: str) -> CheckedStore:
    return CheckedStore(files, metadata=metadata, arrays=arrays, place=place, remedy=remedy)
