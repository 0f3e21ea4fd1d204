"""Series are read from an address of a hub, by the client of the hub, on a server that answers as the hub does."""

import json
import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from dataset_helpers import Handler, Server

from dysts.datasets.store import open_group

COMMIT = "c" * 40
REPOSITORY = "user/series"
READS = """
import sys
import numpy as np
import dysts
from dysts.datasets import Recipe
recipe = Recipe(name="small", points_per_period=20, periods=6, trajectories=3)
address = f"hf://datasets/{sys.argv[1]}"
lazy = dysts.open_dataset(recipe, systems=["Rossler"], source=address, lazy=True)["Rossler"]["series"].values
whole = dysts.open_dataset(recipe, systems=["Rossler"], source=address)["Rossler"]["series"].values
assert np.array_equal(lazy, whole)
np.save(sys.argv[2], whole)
"""


class Hub(Handler):
    """Answers the questions that the client of the Hugging Face hub asks about a public data set."""

    def do_GET(self) -> None:
        """Answer about the repository, or with a file of it."""
        path = unquote(urlsplit(self.path).path)
        if path.startswith(f"/datasets/{REPOSITORY}/resolve/"):
            self.path = "/" + path.split("/", 6)[6]
            super().do_GET()
        elif path.startswith(f"/api/datasets/{REPOSITORY}/tree/"):
            self.json([self.entry(each) for each in self.below(path.split("/", 7)[7:])])
        elif path.startswith(f"/api/datasets/{REPOSITORY}"):
            self.json({"id": REPOSITORY, "sha": COMMIT, "private": False, "gated": False, "siblings": [], "tags": []})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """Answer which of some paths exist."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = json.loads(body) if body.startswith("{") else parse_qs(body)
        places = [Path(self.directory) / each for each in asked["paths"]]
        self.json([self.entry(each) for each in places if each.exists()])

    def below(self, path: list[str]) -> list[Path]:
        """Return what lies in a folder."""
        folder = Path(self.directory, *path)
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def entry(self, path: Path) -> dict[str, object]:
        """Return the record of a file or a folder."""
        kind, size = ("directory", 0) if path.is_dir() else ("file", path.stat().st_size)
        return {"type": kind, "path": str(path.relative_to(self.directory)), "size": size, "oid": "0" * 40}

    def json(self, value: object) -> None:
        """Send a document."""
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_an_address_of_a_hub_is_downloaded_and_read_lazily(published: Path, built: Path, tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    server = Server(published)
    server.RequestHandlerClass = partial(Hub, directory=str(published))  # type: ignore[assignment]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = os.environ | {
        # The client reads the address of the hub when it is imported, so it needs a process of its own.
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}",
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(tmp_path / "hub"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DYSTS_CACHE": str(tmp_path / "cache"),
        "NO_PROXY": "127.0.0.1",
    }
    command = [sys.executable, "-c", READS, REPOSITORY, str(tmp_path / "read.npy")]
    try:
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=300)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr + str([path for path, _ in server.requests])
    # The same numbers would come out if they were computed here.
    fetched = {path.partition("?")[0] for path, _ in server.requests}
    assert {"/small/Rossler.zip", "/small/Rossler/series/c/0/0/0"} <= fetched
    np.testing.assert_array_equal(np.load(tmp_path / "read.npy"), open_group(built / "Rossler")["series"].values)
