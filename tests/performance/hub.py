"""Validate a published folder with mlcroissant, load and stream it with datasets, and read it from a server of S3.

The programs live in an environment of their own below build/hub, which is kept; this package does not depend on them.

Run as ``python tests/performance/hub.py``, or ``make hub``.
"""

import dataclasses
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "hub"
PACKAGES = ("mlcroissant", "datasets", "s3fs", "moto[server]")
NAMES = ("Lorenz", "Rossler", "Torus")

LOAD = """
import sys
from datasets import load_dataset
for split in ("train", "test"):
    rows = load_dataset(sys.argv[1], "small", split=split, cache_dir=sys.argv[2])
    streamed = list(load_dataset(sys.argv[1], "small", split=split, streaming=True))
    assert len(rows) == len(streamed) == 9 and all(a == b for a, b in zip(rows, streamed)), split
    print(f"load_dataset small/{split}: {len(rows)} rows, the same when streamed; series of", len(rows[0]["series"]))
"""
S3 = """
import os, sys
from pathlib import Path
import numpy as np
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(port=0)
server.start()
host, port = server.get_host_and_port()
os.environ |= dict(AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any", AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
import s3fs
store = s3fs.S3FileSystem()
store.mkdir("bucket")
store.put(sys.argv[1], "s3://bucket/series", recursive=True)
os.environ["DYSTS_CACHE"] = sys.argv[2]
import dysts
from dysts.datasets import Recipe
recipe = Recipe(name="test-small", points_per_period=20, periods=6, trajectories=3)
lazy = dysts.open_dataset(recipe, systems=["Lorenz"], source="s3://bucket/series", lazy=True)["Lorenz"]["series"].values
whole = dysts.open_dataset(recipe, systems=["Lorenz"], source="s3://bucket/series")["Lorenz"]["series"].values
assert np.array_equal(lazy, whole)
print("s3://bucket/series on a moto server: downloaded and lazy series agree,", whole.shape)
server.stop()
"""


def environment() -> Path:
    """Return the interpreter of the environment."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        venv.create(FOLDER, with_pip=True)
    # The constraints of the project name versions for the project's own environment.
    settings = {key: value for key, value in os.environ.items() if key not in ("PIP_CONSTRAINT", "PYTHONPATH")}
    install = [python, "-m", "pip", "install", "--quiet", "--editable", str(ROOT), *PACKAGES]
    subprocess.run(install, env=settings, check=True)
    return python


def write_site(folder: Path) -> Path:
    """Build and publish two splits of three systems."""
    import dysts
    from dysts.datasets import Recipe
    from dysts.datasets.build import build
    from dysts.datasets.hub_files import write_hub_files
    from dysts.datasets.publish import publish
    from dysts.datasets.store import write_group

    test = Recipe(name="test-small", points_per_period=20, periods=6, trajectories=3)
    for recipe in (dataclasses.replace(test, name="train-small", split="train"), test):
        for name in NAMES:
            write_group(build(recipe, dysts.get_system(name)), folder / recipe.name / name)
        publish(recipe, NAMES, folder / recipe.name, folder / "site", table=True)
    write_hub_files(folder / "site")
    return folder / "site"


def main() -> int:
    """Run all programs; the first that fails ends this one."""
    python = environment()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = write_site(folder)
        settings = os.environ | {"HF_HUB_OFFLINE": "1", "DYSTS_CACHE": str(folder / "cache")}
        mlcroissant = python.with_name("mlcroissant")
        for command in (
            [mlcroissant, "validate", "--jsonld", "croissant.json"],
            [mlcroissant, "load", "--jsonld", "croissant.json", "--record_set", "test-small", "--num_records", "1"],
            [python, "-c", LOAD, str(site), str(folder / "hub")],
            [python, "-c", S3, str(site), str(folder / "cache")],
        ):
            done = subprocess.run(command, cwd=site, env=settings, capture_output=True, text=True)
            told = done.stdout + done.stderr if done.returncode else done.stdout or done.stderr
            print(*(line[:160] for line in told.splitlines()), sep="\n")
            if done.returncode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
