"""A Zarr store that turns a missing or damaged chunk into an error that says what to do."""

from typing import TYPE_CHECKING, Any

from zarr.storage import WrapperStore

from dysts.errors import StorageError

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest, Store
    from zarr.core.buffer import Buffer, BufferPrototype

METADATA = "zarr.json"
CHECKSUM_BYTES = 4


class CheckedStore(WrapperStore[Any]):
    """Wrap the store of one group.

    Zarr reads a chunk that is not there as fill values, and knows no remedy for one whose checksum is wrong.

    Parameters
    ----------
    store : zarr.abc.store.Store
    metadata : bytes
        The consolidated metadata of the group, checked already; they are not read again.
    place : str
        Where the group is, for messages.
    remedy : str
        What to do about damage, for messages.
    """

    def __init__(self, store: "Store", *, metadata: bytes, place: str, remedy: str) -> None:
        super().__init__(store)
        self.metadata = metadata
        self.place = place
        self.remedy = remedy
        # Inside a shard the checksums belong to its parts, which the codec checks.
        self._whole_chunks = b'"sharding_indexed"' not in metadata

    def _with_store(self, store: "Store") -> "CheckedStore":
        return CheckedStore(store, metadata=self.metadata, place=self.place, remedy=self.remedy)

    async def get(
        self, key: str, prototype: "BufferPrototype", byte_range: "ByteRequest | None" = None
    ) -> "Buffer | None":
        """Return what is stored under a key, or None for metadata that are not there.

        Raises
        ------
        StorageError
            If a chunk is missing or does not match its checksum.
        """
        if key == METADATA and byte_range is None:
            return prototype.buffer.from_bytes(self.metadata)
        found: Buffer | None = await self._store.get(key, prototype, byte_range)
        if "/c/" not in key:
            return found
        if found is None:
            raise StorageError(f"{self.place}/{key} is missing; {self.remedy}")
        if byte_range is None and self._whole_chunks and not _intact(found.to_bytes()):
            raise StorageError(f"{self.place}/{key} is damaged: its checksum does not match; {self.remedy}")
        return found


def _intact(chunk: bytes) -> bool:
    import google_crc32c

    if len(chunk) < CHECKSUM_BYTES:
        return False
    content, stored = chunk[:-CHECKSUM_BYTES], chunk[-CHECKSUM_BYTES:]
    return google_crc32c.value(content) == int.from_bytes(stored, "little")
