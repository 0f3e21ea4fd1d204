"""The files of one stored group, each part of which is checked as it is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dysts.datasets.chunks import SLACK, Part, complaint
from dysts.datasets.layout import Array
from dysts.errors import StorageError


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


class CheckedFiles:
    """The chunk files of one group, read and checked part by part.

    Parameters
    ----------
    files : Files
    arrays : iterable of Array
        With the parts of their files.
    place, remedy : str
        For messages: where the group is, and what to do about damage.
    """

    def __init__(self, files: Files, *, arrays: Iterable[Array], place: str, remedy: str) -> None:
        self.files = files
        self.arrays = tuple(arrays)
        self.place = place
        self.remedy = remedy
        self.parts = {
            key: (array, parts) for array in self.arrays for key, parts in zip(array.paths(), array.files, strict=True)
        }

    def size(self, key: str) -> int:
        """Return the number of bytes that a file must have."""
        last = self.parts[key][1][-1]
        return last.begin + last.size

    def read(self, key: str, begin: int = 0, end: int | None = None) -> bytes:
        """Return the bytes of a chunk file, or of a part of it, after checking them.

        Raises
        ------
        StorageError
            If the file is missing, damaged, or another one than the metadata say.
        """
        array, parts = self.parts[key]
        end = self.size(key) if end is None else end
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
