"""Servers on the loopback interface that answer one kind of request badly, byte by byte as they like."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LONGEST = 60.0
"""Seconds after which a server gives a connection up."""


class Connection:
    """One request and the socket on which it is answered."""

    def __init__(self, link: socket.socket, content: bytes, asked: str | None, number: int) -> None:
        self.link = link
        self.content = content
        self.begin = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        self.asked = asked
        self.number = number

    def send(self, *parts: bytes) -> None:
        """Send bytes as they are."""
        for part in parts:
            self.link.sendall(part)

    def answer(self, *, headers: bytes = b"", length: bytes | None = None, body: bytes | None = None) -> None:
        """Send an answer that is right but for what is given."""
        rest = self.content[self.begin :]
        status = b"206 Partial Content" if self.asked else b"200 OK"
        places = f"bytes {self.begin}-{len(self.content) - 1}/{len(self.content)}".encode()
        ranges = b"Content-Range: " + places + b"\r\n" if self.asked else b""
        size = str(len(rest)).encode() if length is None else length
        self.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: " + size + b"\r\n" + ranges + headers)
        self.send(b"Connection: close\r\n\r\n", rest if body is None else body)

    def slowly(self, content: bytes, pause: float = 0.3) -> None:
        """Send byte by byte."""
        for number in range(min(len(content), int(LONGEST / pause))):
            self.send(content[number : number + 1])
            time.sleep(pause)

    def without_end(self, block: bytes) -> None:
        """Send a block again and again."""
        begin = time.monotonic()
        while time.monotonic() - begin < LONGEST:
            self.send(block)


def _raw(text: str) -> Callable[[Connection], None]:
    return lambda link: link.send(text.encode("latin-1"))


def _length(text: bytes) -> Callable[[Connection], None]:
    return lambda link: link.answer(length=text)


def _redirect(target: str, status: int = 302) -> Callable[[Connection], None]:
    return _raw(f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n")


def _drip(link: Connection) -> None:
    link.answer(body=b"")
    link.slowly(link.content[link.begin :])


def _slow_headers(link: Connection) -> None:
    link.slowly(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500)


def _many_headers(link: Connection) -> None:
    link.send(b"HTTP/1.1 200 OK\r\n")
    link.without_end(b"X: " + b"x" * 60 + b"\r\n")


def _one_byte(link: Connection) -> None:
    link.answer(body=link.content[link.begin : link.begin + 1])


def _endless(link: Connection) -> None:
    link.send(b"HTTP/1.1 200 OK\r\n\r\n")
    link.without_end(b"[" * 2**16)


def _endless_chunks(link: Connection) -> None:
    link.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    link.without_end(b"1\r\n[\r\n")


def _slow_chunk_size(link: Connection) -> None:
    link.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    link.slowly(b"0" * 500)


def _stall(link: Connection) -> None:
    link.answer(body=link.content[link.begin : link.begin + 10])
    time.sleep(5.0)


def _continue(link: Connection) -> None:
    link.without_end(b"HTTP/1.1 100 Continue\r\n\r\n")


def _other_range(link: Connection) -> None:
    link.send(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9/99\r\nContent-Length: 3\r\n\r\nabc")


BEHAVIOURS: dict[str, Callable[[Connection], None]] = {
    "a byte now and then": _drip,
    "one byte and close": _one_byte,
    "slow headers": _slow_headers,
    "headers without end": _many_headers,
    "body without end": _endless,
    "chunks without end": _endless_chunks,
    "slow size of a chunk": _slow_chunk_size,
    "stall": _stall,
    "100 without end": _continue,
    "close at once": lambda _link: None,
    "length abc": _length(b"abc"),
    "length empty": _length(b""),
    "length 1e3": _length(b"1e3"),
    "length 5, 5": _length(b"5, 5"),
    "length -1": _length(b"-1"),
    "length 10^30": _length(b"1" + b"0" * 30),
    "length too short": _length(b"3"),
    "length too long": lambda link: link.answer(length=str(len(link.content) + 99).encode()),
    "another range": _other_range,
    "redirect to itself": _redirect("/wires/Lorenz.zip"),
    "redirect to a file": _redirect("file:///etc/passwd"),
    "redirect to ftp": _redirect("ftp://127.0.0.1:1/x"),
    "redirect to data": _redirect("data:text/plain,x"),
    "redirect to no address": _redirect("http://[::1"),
    "redirect to nowhere": _redirect("http://127.0.0.1:1/"),
    "redirect with port x": _redirect("http://127.0.0.1:x/"),
    "redirect without address": _raw("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"),
    "500": _raw("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
    "403 with control characters": _raw("HTTP/1.1 403 \x1b]0;pwn\x07\x9b\r\nContent-Length: 0\r\n\r\n"),
    "204": _raw("HTTP/1.1 204 No Content\r\n\r\n"),
    "999": _raw("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"),
    "status abc": _raw("HTTP/1.1 abc OK\r\n\r\n"),
    "no status": _raw("<!DOCTYPE html><title>x</title>"),
    "status without end": lambda link: link.without_end(b"H" * 2**16),
    "negative chunk": _raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n"),
    "chunk of no number": _raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
    "gzip": lambda link: link.answer(headers=b"Content-Encoding: gzip\r\n", body=b"\x1f\x8b" + b"\0" * 500),
    "page": lambda link: link.answer(length=b"15", body=b"<!DOCTYPE html>"),
    "empty": _raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "once wrong, then right": lambda link: link.answer() if link.number else link.send(b"nonsense"),
    "once 503, then right": lambda link: link.answer() if link.number else link.send(b"HTTP/1.1 503 X\r\n\r\n"),
}


@contextlib.contextmanager
def misbehaving(folder: Path, behaviour: str, target: str) -> Iterator[str]:
    """Serve a folder, but requests of one kind badly, and give the base address.

    Parameters
    ----------
    folder : Path
    behaviour : str
        Of `BEHAVIOURS`.
    target : {"catalogue", "zip", "chunk"}
        Whose requests are answered badly.
    """
    endings = {"catalogue": "wires/catalogue.json", "zip": ".zip", "chunk": "series/c/0/0/0"}
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    counted = iter(range(10**9))

    def serve(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError, ValueError, IndexError):
            link.settimeout(LONGEST)
            request = b""
            while b"\r\n\r\n" not in request and len(request) < 2**16:
                request += link.recv(2**12)
            lines = request.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            asked = next((line.split(": ")[1] for line in lines if line.lower().startswith("range:")), None)
            file = folder / path.lstrip("/")
            if not file.is_file():
                link.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            bad = path.endswith(endings[target])
            connection = Connection(link, file.read_bytes(), asked, next(counted) if bad else 0)
            BEHAVIOURS[behaviour](connection) if bad else connection.answer()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
