"""Chunks of a stored array: where each part of a file begins, its size and its checksums, and whether it is intact.

A part is what Zarr decodes at once: a whole chunk, or within a shard one of its inner chunks or the index at its end.
The CRC-32C that ends every part is compared on each reading. It costs next to nothing, since the codec computes it
anyway, and tells damage and mix-ups. The SHA-256 is compared where the bytes come over a network, and by `verify`.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dysts.errors import StorageError

CHECKSUM_BYTES = 4
"""Bytes of the CRC-32C at the end of a part."""
INDEX_ENTRY_BYTES = 16
"""Bytes of the position and the size of one inner chunk in the index of a shard."""
ABSENT = 2**64 - 1
"""Position of an inner chunk that holds fill values only and is not written."""
BLOSC_HEADER_BYTES = 16
SLACK = 2**16
"""Bytes beyond twice the size that a chunk file should have at which it is read no further: it may be a longer one of
another array."""


@dataclass(frozen=True)
class Part:
    """Bytes of a chunk file that are read and checked together.

    Attributes
    ----------
    begin, size : int
        Position in the file, and number of bytes.
    crc32c : int
        The checksum that ends the part.
    sha256 : str
    """

    begin: int
    size: int
    crc32c: int
    sha256: str

    def to_json(self) -> list[Any]:
        """Return the part as a list for JSON."""
        return [self.begin, self.size, self.crc32c, self.sha256]

    @classmethod
    def from_json(cls, value: Any) -> "Part":
        """Read a part from JSON.

        Raises
        ------
        ValueError
            If it is not a list of the right types.
        """
        if not isinstance(value, list) or len(value) != 4:
            raise ValueError(f"a part of a chunk must be a list of four values, got {str(value)[:80]}")
        begin, size, crc32c, digest = value
        for number, limit in ((begin, 2**48), (size, 2**48), (crc32c, 2**32)):
            if type(number) is not int or not 0 <= number < limit:
                raise ValueError(f"a part of a chunk must have whole numbers, got {str(value)[:80]}")
        if not isinstance(digest, str) or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"a part of a chunk must end in a SHA-256, got {str(value)[:80]}")
        return cls(begin, size, crc32c, digest)


def parts_of(content: bytes, *, inner_chunks: int | None) -> tuple[Part, ...]:
    """Return the parts of a chunk file that has just been written.

    Parameters
    ----------
    content : bytes
    inner_chunks : int, optional
        Number of inner chunks if the file is a shard.

    Raises
    ------
    StorageError
        If it is no shard of so many inner chunks.
    """
    if inner_chunks is None:
        return (_part(content, 0, len(content)),)
    index_bytes = INDEX_ENTRY_BYTES * inner_chunks + CHECKSUM_BYTES
    if len(content) < index_bytes:
        raise StorageError(f"a shard of {inner_chunks} chunks must have at least {index_bytes} bytes")
    places = struct.iter_unpack("<QQ", content[-index_bytes:-CHECKSUM_BYTES])
    written = sorted((begin, size) for begin, size in places if begin != ABSENT)
    return tuple(_part(content, begin, size) for begin, size in [*written, (len(content) - index_bytes, index_bytes)])


def check_parts(parts: Iterable[Part], *, most: int) -> None:
    """Check that the parts of one file follow one another without a gap.

    Raises
    ------
    ValueError
    """
    end = count = 0
    for part in parts:
        if part.begin != end or part.size < CHECKSUM_BYTES:
            raise ValueError(f"the parts of a chunk must follow one another, got one at {part.begin} after {end}")
        end += part.size
        count += 1
    if not 1 <= count <= most:
        raise ValueError(f"a chunk file must have 1 to {most} parts, got {count}")


def complaint(content: bytes, part: Part, *, decoded_bytes: int | None, cryptographic: bool) -> str:
    """Return a sentence on the damage of a part; empty if it is intact.

    Parameters
    ----------
    content : bytes
    part : Part
    decoded_bytes : int, optional
        Bytes of the array in the part; None for the index of a shard.
    cryptographic : bool
        Whether to compare the SHA-256 as well.
    """
    import google_crc32c

    if len(content) < CHECKSUM_BYTES:
        return "is damaged: it is too short"
    stored = int.from_bytes(content[-CHECKSUM_BYTES:], "little")
    # An intact chunk whose checksum is another one was written by us, for another array or at another time.
    if google_crc32c.value(memoryview(content)[:-CHECKSUM_BYTES].tobytes()) != stored:
        return "is damaged: its checksum does not match"
    foreign = "is an intact chunk, but of another array or version: a file was exchanged, or a copy or backup mixed"
    if len(content) != part.size or stored != part.crc32c:
        return foreign
    if cryptographic and hashlib.sha256(content).hexdigest() != part.sha256:
        return foreign
    if decoded_bytes is not None and _blosc_bytes(content) != decoded_bytes:
        return f"must decode to {decoded_bytes} bytes"
    return ""


def file_complaint(path: Path, parts: Sequence[Part], *, decoded_bytes: int) -> str:
    """Return a sentence on the damage of a chunk file, SHA-256 included; empty if it is intact."""
    with path.open("rb") as file:
        if len(parts) == 1:
            content = file.read(2 * parts[0].size + SLACK)
            return complaint(content, parts[0], decoded_bytes=decoded_bytes, cryptographic=True)
        for part in parts:
            inner = None if part is parts[-1] else decoded_bytes
            problem = complaint(file.read(part.size), part, decoded_bytes=inner, cryptographic=True)
            if problem:
                return problem
        return "has more bytes than it should" if file.read(1) else ""


def _part(content: bytes, begin: int, size: int) -> Part:
    piece = content[begin : begin + size]
    return Part(begin, size, int.from_bytes(piece[-CHECKSUM_BYTES:], "little"), hashlib.sha256(piece).hexdigest())


def _blosc_bytes(content: bytes) -> int:
    """Return the number of bytes to which a blosc frame says that it decodes, before anything is allocated for it."""
    if len(content) < BLOSC_HEADER_BYTES + CHECKSUM_BYTES:
        return -1
    decoded, _, encoded = struct.unpack_from("<III", content, 4)
    return int(decoded) if encoded == len(content) - CHECKSUM_BYTES else -1
