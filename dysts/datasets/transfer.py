"""Transfers over HTTP that end: each has a least rate, a longest time and a bounded number of connections."""

import contextlib
import functools
import http.client
import io
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Protocol

from dysts.errors import StorageError

TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as lost."""
GRACE = 60.0
"""Seconds that any transfer may take, however few bytes arrive."""
LEAST_RATE = 4096.0
"""Least mean rate after that time, in bytes per second, which is slower than any network in use."""


class Stream(Protocol):
    """A source of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, and none at the end."""


class TooSlowError(StorageError):
    """A transfer takes longer than its bytes allow."""


class Deadline:
    """The deadline of one transfer, over all its connections.

    Parameters
    ----------
    longest : float, optional
        Seconds after which it ends in any case.
    """

    def __init__(self, longest: float = float("inf")) -> None:
        self.begin = time.monotonic()
        self.longest = longest
        self.received = 0

    def left(self) -> float:
        """Return the seconds that are left, after the bytes that have arrived."""
        return min(self.longest, GRACE + self.received / LEAST_RATE) - (time.monotonic() - self.begin)

    def check(self) -> float:
        """Return the seconds that are left.

        Raises
        ------
        TooSlowError
            If none are.
        """
        left = self.left()
        if left <= 0.0:
            spent = time.monotonic() - self.begin
            raise TooSlowError(f"{self.received} bytes in {spent:.0f} s are too slow to wait for the rest")
        return left


@contextlib.contextmanager
def http_stream(address: str, begin: int, end: int | None, deadline: Deadline) -> Iterator[tuple[Stream, int]]:
    """Yield the answer of a server, and the position in the file at which it starts.

    Parameters
    ----------
    address : str
    begin : int
        Position from which the file is wanted.
    end : int, optional
        Position up to which it is wanted.
    deadline : Deadline

    Raises
    ------
    StorageError
        If the answer makes no sense; another attempt will not help.
    urllib.error.HTTPError, urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException
        If another attempt may help.
    """
    try:
        request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})
        if begin or end is not None:
            request.add_header("Range", f"bytes={begin}-{'' if end is None else end - 1}")
        answer = _opener(deadline).open(request, timeout=min(TIMEOUT, deadline.check()))
    except (StorageError, urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException):
        raise
    except (ValueError, OSError) as error:
        # Raised for an address, a redirection or a header that cannot be parsed.
        raise StorageError(f"{address}: the address or the answer cannot be understood ({printable(error)})") from None
    with answer:
        # A server that does not know ranges sends everything from the start.
        partial = answer.status == 206
        if partial and not str(answer.headers.get("Content-Range", "")).startswith(f"bytes {begin}-"):
            raise StorageError(f"{address}: the server sends another range than was asked for")
        yield _Complete(answer, deadline), begin if partial else 0


def printable(text: object) -> str:
    """Return the start of a foreign text, without characters that control a terminal."""
    return "".join(character if character.isprintable() else "?" for character in str(text))[:200]


class _Complete:
    """An answer whose reading raises if it ends before its announced length."""

    def __init__(self, answer: http.client.HTTPResponse, deadline: Deadline) -> None:
        self._answer = answer
        self._deadline = deadline
        length = answer.headers.get("Content-Length")
        if length is not None and not (length.isascii() and length.isdigit() and len(length) < 20):
            raise http.client.HTTPException(f"the length {printable(length)!r} of the answer is no number")
        self._left = int(length) if length is not None else None

    def read(self, size: int) -> bytes:
        try:
            block = self._answer.read1(size)
        except (StorageError, TimeoutError, ConnectionError):
            raise
        except OSError as error:
            # Of the network, as an error of encryption; the disk has errors of its own.
            raise ConnectionError(printable(error)) from None
        except ValueError as error:
            raise http.client.HTTPException(printable(error)) from None
        self._deadline.received += len(block)
        self._deadline.check()
        if self._left is not None:
            self._left -= len(block)
            if not block and self._left > 0:
                raise ConnectionError(f"the connection ends {self._left} bytes too early")
        return block


class _Paced(io.RawIOBase):
    """The bytes of a socket, headers included, each awaited until the deadline at most."""

    def __init__(self, raw: Any, socket: Any, deadline: Deadline) -> None:
        super().__init__()
        self._raw = raw
        self._socket = socket
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(min(TIMEOUT, self._deadline.check()))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, deadline: Deadline, socket: Any, *arguments: Any, **named: Any) -> None:
        super().__init__(socket, *arguments, **named)
        raw: Any = self.fp
        self.fp = io.BufferedReader(_Paced(raw.detach(), socket, deadline))


def _connection(kind: Any, deadline: Deadline, host: str, **named: Any) -> Any:
    connection = kind(host, **named)
    connection.response_class = functools.partial(_Response, deadline)
    return connection


class _HTTP(urllib.request.HTTPHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        kind: Any = functools.partial(_connection, http.client.HTTPConnection, self._deadline)
        return self.do_open(kind, request)


class _HTTPS(urllib.request.HTTPSHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        kind: Any = functools.partial(_connection, http.client.HTTPSConnection, self._deadline)
        return self.do_open(kind, request, context=ssl.create_default_context())


def _opener(deadline: Deadline) -> urllib.request.OpenerDirector:
    """Return an opener for the web alone: a redirection to a file or another protocol is refused."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _HTTP(deadline),
        _HTTPS(deadline),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
