"""What the tests of data sets share: a small recipe, a cache folder of their own, and a server that misbehaves."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from dysts.datasets import Recipe
from dysts.datasets.collection import Collection
from dysts.datasets.source import Source
from dysts.datasets.store import open_group
from dysts.datasets.verification import verify_group

SMALL = Recipe(name="small", points_per_period=20, periods=6, trajectories=3)
NAMES = ("Lorenz", "Rossler", "Torus")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder with ranges, records what was asked for, and misbehaves as `misbehave` says."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *arguments: object) -> None:
        """Keep the tests quiet."""

    def do_GET(self) -> None:
        """Answer with a file or a part of it."""
        self.server.requests.append((self.path, self.headers.get("Range")))
        if self.server.misbehave is not None and self.server.misbehave(self):
            return
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        self.answer(path.read_bytes())

    def answer(self, content: bytes, *, cut_after: int | None = None, ranges: bool = True) -> None:
        """Send a content or what is asked of it; with `cut_after` the connection ends after so many bytes."""
        asked = self.headers.get("Range") if ranges else None
        begin = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        end = asked.split("-")[1] if asked else ""
        stop = int(end) + 1 if end else len(content)
        if asked and begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {begin}-{stop - 1}/{len(content)}")
        body = content[begin:stop]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = body if cut_after is None else body[:cut_after]
        self.wfile.write(sent)
        self.server.sent += len(sent)
        if len(sent) < len(body):
            self.close_connection = True

    def do_HEAD(self) -> None:
        """Say how long a file is."""
        self.server.requests.append((self.path, "HEAD"))
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    """A server on the loopback interface."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.requests: list[tuple[str, str | None]] = []
        self.sent = 0
        self.misbehave: Callable[[Handler], bool] | None = None

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve a folder for as long as the context lasts."""
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def collection(base: str | Path, folder: Path, *, lazy: bool = False) -> Collection:
    """Return three systems of the small recipe, from a source."""
    return Collection(SMALL, NAMES, folder, source=Source(base), lazy=lazy)


def visible(folder: Path) -> list[str]:
    """Return the names of the groups that can be seen."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.exists() else []


def assert_same(folder: Path, built: Path, names: tuple[str, ...] = NAMES) -> None:
    """Raise unless groups are whole and have the content that was built."""
    for name in names:
        verify_group(folder / name)
        assert open_group(folder / name).attrs["sha256"] == open_group(built / name).attrs["sha256"]
