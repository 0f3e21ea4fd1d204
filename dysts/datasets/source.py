"""Where published data sets are fetched from: a base address on the web, in a file system, or known to fsspec."""

import contextlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from dysts.errors import NotSupportedError, StorageError

if TYPE_CHECKING:
    from zarr.abc.store import Store

ENVIRONMENT_VARIABLE = "DYSTS_SOURCE"
TIMEOUT = 30.0
"""Seconds without an answer."""
ATTEMPTS = 5
"""In a row without a single new byte."""
PAUSE = 0.2
"""Seconds before the second attempt; each pause is twice as long as the one before."""
BLOCK = 2**18
LARGEST_DOCUMENT = 64 * 2**20


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, and none at the end."""


class Source:
    """A place that `dysts.datasets.publish` was copied to.

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

    def read(self, path: str) -> bytes:
        """Return a small file.

        Raises
        ------
        StorageError
            If it is not there or cannot be fetched.
        """
        content = b""

        def take(stream: Stream, begin: int) -> None:
            nonlocal content
            content = content[:begin]
            while block := stream.read(BLOCK):
                content += block
                if len(content) > LARGEST_DOCUMENT:
                    raise StorageError(f"{self.address(path)} has more than {LARGEST_DOCUMENT} bytes")

        self._persist(path, lambda: len(content), None, take)
        return content

    def fetch(self, path: str, part: Path, size: int, *, report: Callable[[int], None] | None = None) -> None:
        """Fetch a file of known size, going on behind what is in `part` already.

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

        def take(stream: Stream, begin: int) -> None:
            with part.open("r+b") as file:
                file.truncate(begin)
                file.seek(begin)
                there = begin
                while block := stream.read(BLOCK):
                    there += len(block)
                    if there > size:
                        raise StorageError(f"{self.address(path)} has more than the {size} bytes of the catalogue")
                    file.write(block)
                    file.flush()
                    if report:
                        report(there)

        self._persist(path, lambda: part.stat().st_size, size, take)

    def _persist(
        self, path: str, there: Callable[[], int], size: int | None, take: Callable[[Stream, int], None]
    ) -> None:
        """Open the file again and again, each time behind what is there, until it is complete."""
        failures, restarted = 0, False
        complaint = "the connection ends too early"
        while failures < ATTEMPTS:
            begin = there()
            if size is not None and begin == size:
                return
            try:
                with self._open(path, begin) as (stream, position):
                    take(stream, position)
                if size is None or there() == size:
                    return
                complaint = "the connection ends too early"
            except (TimeoutError, ConnectionError, http.client.HTTPException, urllib.error.URLError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                    if error.code == 416 and begin and not restarted:
                        # The server has less than is here already, perhaps as that is of another file.
                        take(_NOTHING, 0)
                        restarted = True
                        continue
                    if error.code == 416:
                        raise StorageError(
                            f"{self.address(path)} ends too early: the server has no more than {begin} of {size} bytes"
                        ) from None
                    raise StorageError(
                        f"{self.address(path)}: the server answers {error.code} {error.reason}"
                    ) from None
                complaint = str(getattr(error, "reason", None) or error or type(error).__name__)
            if there() > begin:
                failures = 0
                continue
            failures += 1
            if failures < ATTEMPTS:
                time.sleep(PAUSE * 2.0 ** (failures - 1))
        kept = f"; {there()} of {size} bytes are kept, and the same command goes on from there" if size else ""
        raise StorageError(f"cannot fetch {self.address(path)}: {complaint}{kept}")

    @contextlib.contextmanager
    def _open(self, path: str, begin: int) -> Iterator[tuple[Stream, int]]:
        """Give a stream, and the position in the file at which it starts."""
        if self.kind == "http":
            request = urllib.request.Request(self.address(path), headers={"Accept-Encoding": "identity"})
            if begin:
                request.add_header("Range", f"bytes={begin}-")
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                # A server that does not know ranges sends everything from the start.
                partial = answer.status == 206
                if partial and not str(answer.headers.get("Content-Range", "")).startswith(f"bytes {begin}-"):
                    raise StorageError(f"{self.address(path)}: the server sends another range than was asked for")
                yield _Complete(answer), begin if partial else 0
            return
        opened: Any
        try:
            opened = (
                (self._folder / path).open("rb") if self.kind == "file" else self._filesystem().open(self._inside(path))
            )
        except FileNotFoundError:
            raise StorageError(
                f"{self.address(path)} does not exist; the source must be a folder that dysts dataset publish wrote"
            ) from None
        except OSError as error:
            raise StorageError(f"cannot read {self.address(path)}: {error}") from None
        with opened as stream:
            stream.seek(begin)
            yield stream, begin

    def _filesystem(self) -> Any:
        try:
            import fsspec

            return fsspec.core.url_to_fs(self.base)[0]
        except ImportError as error:
            raise NotSupportedError(
                f"the source {self.base} needs a package that is not installed ({error}); "
                "pip install 'dysts[remote]', and the one that fsspec names"
            ) from None
        except ValueError as error:
            raise StorageError(f"the source {self.base} is not understood: {error}") from None

    def _inside(self, path: str) -> str:
        import fsspec

        return f"{fsspec.core.url_to_fs(self.base)[1].rstrip('/')}/{path}"

    def store(self, path: str) -> "Store":
        """Return a Zarr store over a folder, for lazy reading.

        Raises
        ------
        NotSupportedError
            If a package is missing that the address needs.
        """
        from zarr.storage import FsspecStore, LocalStore

        if self.kind == "file":
            return LocalStore(self._folder / path, read_only=True)
        try:
            return FsspecStore.from_url(self.address(path), read_only=True)
        except ImportError as error:
            raise NotSupportedError(
                f"lazy reading from {self.base} needs a package that is not installed ({error}); "
                "pip install 'dysts[remote]'"
            ) from None


class _Complete:
    """An HTTP answer that complains if it ends before its announced length, which reading in blocks does not."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        length = answer.headers.get("Content-Length")
        self._left = int(length) if length is not None else None

    def read(self, size: int) -> bytes:
        block = self._answer.read1(size)
        if self._left is not None:
            self._left -= len(block)
            if not block and self._left > 0:
                raise ConnectionError(f"the connection ends {self._left} bytes too early")
        return block


class _Nothing:
    def read(self, size: int) -> bytes:  # noqa: ARG002
        return b""


_NOTHING: Stream = _Nothing()


def default_source() -> str | None:
    """Return the address in ``$DYSTS_SOURCE``, or None."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or None
