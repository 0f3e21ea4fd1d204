"""Sources of published data sets: a base address on the web, in a file system, or known to fsspec."""

import contextlib
import http.client
import os
import time
import urllib.error
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dysts.datasets.sinks import Memory, PartFile, Sink
from dysts.datasets.transfer import Deadline, Stream, TooSlowError, http_stream, printable
from dysts.errors import NotSupportedError, StorageError
from dysts.version import install_command

ENVIRONMENT_VARIABLE = "DYSTS_SOURCE"
ATTEMPTS = 5
"""Largest number of successive connections without a new byte."""
MOST_ATTEMPTS, BYTES_OF_AN_ATTEMPT = 100, 2**18
"""Connections allowed for one file, and bytes of the file for each of which one more is allowed."""
PAUSE = 0.2
"""Seconds before the second attempt; each pause is twice as long as the one before."""
LARGEST_DOCUMENT = 64 * 2**20
"""Bytes of a catalogue, or of the metadata of one system."""
LONGEST_DOCUMENT = 600.0
"""Seconds for a catalogue, or for the metadata of one system."""


class MissingFileError(StorageError):
    """A source does not have a file."""


class Source:
    """A copy of a folder written by `dysts.datasets.publish`.

    Parameters
    ----------
    base : str
        ``https://host/folder``, ``http://...``, ``file:///folder``, a path, or any address that fsspec knows, such as
        ``s3://bucket/folder`` or ``hf://datasets/user/name``.

    Examples
    --------
    >>> Source("https://example.org/series/").address("test-fine/catalogue.json")
    'https://example.org/series/test-fine/catalogue.json'
    """

    def __init__(self, base: str | os.PathLike[str]) -> None:
        self.base = os.fspath(base).rstrip("/")
        scheme = urlsplit(self.base).scheme
        self.kind = "file" if scheme in ("", "file") or len(scheme) == 1 else scheme
        if self.kind in ("http", "https"):
            self.kind = "http"
        self._folder = Path(unquote(urlsplit(self.base).path) if scheme == "file" else self.base)

    def __repr__(self) -> str:
        return f"Source({self.base!r})"

    def address(self, path: str) -> str:
        """Return the whole address of a file."""
        return f"{self.base}/{path}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.base == other.base

    def __hash__(self) -> int:
        return hash(self.base)

    def read(self, path: str) -> bytes:
        """Return a small file.

        Raises
        ------
        StorageError
            If it is not there, cannot be fetched, is too large, or takes too long.
        """
        into = Memory(LARGEST_DOCUMENT + 1)
        self._persist(path, into, None, Deadline(LONGEST_DOCUMENT))
        if len(into.content) > LARGEST_DOCUMENT:
            raise StorageError(f"{self.address(path)} has more than {LARGEST_DOCUMENT} bytes")
        return bytes(into.content)

    def read_part(self, path: str, begin: int, size: int) -> bytes:
        """Return some bytes of a file.

        Raises
        ------
        MissingFileError
            If it is not there.
        StorageError
            If it cannot be fetched, or ends before.
        """
        into = Memory(size)
        self._persist(path, into, size, Deadline(), begin=begin)
        return bytes(into.content)

    def fetch(self, path: str, part: Path, size: int, *, report: Callable[[int], None] | None = None) -> None:
        """Fetch a file of known size, continuing after the bytes already in `part`.

        Parameters
        ----------
        path : str
        part : Path
            Grows until it has `size` bytes; kept if the connection fails for good.
        size : int
        report : callable, optional
            Called with the number of bytes that are there.

        Raises
        ------
        StorageError
            If it cannot be fetched, or has another size. The message says how much is kept.
        OSError
            If `part` cannot be written.
        """
        if part.exists() and part.stat().st_size > size:
            part.unlink()
        part.touch()
        self._persist(path, PartFile(part, size, self.address(path), report), size, Deadline())

    def _persist(self, path: str, into: Sink, size: int | None, deadline: Deadline, *, begin: int = 0) -> None:
        """Open the file repeatedly, each time after the bytes received so far, until it is complete."""
        where = self.address(path)
        failures, restarted = 0, False
        complaint = "the connection ends too early"
        for _ in range(MOST_ATTEMPTS + (size or 0) // BYTES_OF_AN_ATTEMPT):
            there = into.size()
            if size is not None and there == size:
                return
            try:
                end = None if size is None or not begin else begin + size
                with self._open(path, begin + there, end, deadline) as (stream, position):
                    into.take(stream, position - begin)
                if size is None or into.size() == size:
                    return
                complaint = "the connection ends too early"
            except TooSlowError as error:
                complaint = str(error)
                break
            except (TimeoutError, ConnectionError, http.client.HTTPException, urllib.error.URLError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                    if error.code == 416 and there and not restarted:
                        # The server has fewer bytes than have been received, perhaps as these belong to another file.
                        into.clear()
                        restarted = True
                        continue
                    if error.code == 416:
                        raise StorageError(
                            f"{where} ends too early: the server has no more than {begin + there} of {size} bytes"
                        ) from None
                    kind = MissingFileError if error.code in (404, 410) else StorageError
                    raise kind(f"{where}: the server answers {error.code} {printable(error.reason)}") from None
                complaint = printable(getattr(error, "reason", None) or error or type(error).__name__)
            if deadline.left() <= 0.0:
                complaint = f"{deadline.received} bytes have arrived in the longest time that is allowed for them"
                break
            failures = 0 if into.size() > there else failures + 1
            if failures == ATTEMPTS:
                break
            if failures:
                time.sleep(PAUSE * 2.0 ** (failures - 1))
        kept = f"; {into.size()} of {size} bytes are kept, and the same command goes on from there" if into.kept else ""
        raise StorageError(f"cannot fetch {where}: {complaint}{kept}")

    @contextlib.contextmanager
    def _open(self, path: str, begin: int, end: int | None, deadline: Deadline) -> Iterator[tuple[Stream, int]]:
        """Yield a stream, and the position in the file at which it starts."""
        if self.kind == "http":
            with http_stream(self.address(path), begin, end, deadline) as opened:
                yield opened
            return
        opened_file: Any
        try:
            if self.kind == "file":
                # Reading a pipe or a device need not end.
                if (self._folder / path).exists() and not (self._folder / path).is_file():
                    raise StorageError(f"{self.address(path)} is no file")
                opened_file = (self._folder / path).open("rb")
            else:
                opened_file = self._filesystem().open(self._inside(path))
        except FileNotFoundError:
            raise MissingFileError(
                f"{self.address(path)} does not exist; the source must be a folder that dysts dataset publish wrote"
            ) from None
        except StorageError:
            raise
        except OSError as error:
            raise StorageError(f"cannot read {self.address(path)}: {printable(error)}") from None
        with opened_file as stream:
            stream.seek(begin)
            yield _Timed(stream, deadline), begin

    def _filesystem(self) -> Any:
        try:
            import fsspec

            return fsspec.core.url_to_fs(self.base)[0]
        except ImportError as error:
            raise NotSupportedError(
                f"the source {self.base} needs a package that is not installed ({error}); {self._backend()}"
            ) from None
        except ValueError as error:
            raise StorageError(f"the source {self.base} is not understood: {error}") from None

    def _backend(self) -> str:
        """Return the command that installs the package behind an address."""
        try:
            from fsspec.registry import known_implementations
        except ImportError:
            return install_command("remote")
        # The class is named as PACKAGE.CLASS: s3fs.S3FileSystem, or huggingface_hub.HfFileSystem.
        package = str(known_implementations.get(self.kind, {}).get("class", "fsspec")).partition(".")[0]
        return install_command("remote") if package == "fsspec" else f"pip install {package}"

    def _inside(self, path: str) -> str:
        import fsspec

        return f"{fsspec.core.url_to_fs(self.base)[1].rstrip('/')}/{path}"


@dataclass(frozen=True)
class SourceFiles:
    """The files of a published group, for lazy reading."""

    source: Source
    group: str
    remote: bool = True

    def read(self, key: str, begin: int, size: int) -> bytes | None:
        """Return some bytes of a file, or None if it does not exist."""
        try:
            return self.source.read_part(f"{self.group}/{key}", begin, size)
        except MissingFileError:
            return None


class _Timed:
    """A file with the reading interface of a server's answer."""

    def __init__(self, stream: Stream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        try:
            block = self._stream.read(size)
        except Exception as error:  # noqa: BLE001 - each file system of fsspec has exceptions of its own
            raise ConnectionError(printable(error)) from None
        self._deadline.received += len(block)
        self._deadline.check()
        return block


def default_source() -> str | None:
    """Return the address in ``$DYSTS_SOURCE``, or None."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or None
