"""Kills builds and downloads at random moments and verifies everything that is visible afterwards.

Usage: python tests/performance/store_kills.py [--kills N] [--seed S]
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dysts
from dysts.datasets.collection import Collection
from dysts.datasets.publish import publish
from dysts.datasets.source import Source
from dysts.datasets.store import open_group
from dysts.datasets.verification import verify_group

sys.path.insert(0, str(Path(__file__).parents[1] / "dysts" / "datasets"))
from dataset_helpers import SMALL, Handler, serving

NAMES = tuple(dysts.list_systems()[:12])
PROGRAM = f"""
import sys, pathlib, dysts
import dysts.datasets.source as source
import dysts.datasets.sinks as sinks
sinks.BLOCK = 256
from dysts.datasets import Recipe
from dysts.datasets.collection import Collection
recipe = Recipe.from_dict({SMALL.to_dict()!r})
base = sys.argv[2] if len(sys.argv) > 2 else None
c = Collection(recipe, {NAMES!r}, pathlib.Path(sys.argv[1]), source=source.Source(base) if base else None)
print("ready", flush=True)
missing = c.missing()
for name in missing:
    c.fetch([name])
"""


def start(folder: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start the program and wait until it begins to fetch."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def kill_at_random(arguments: list[str], folder: Path, generator: random.Random, kills: int) -> tuple[int, int]:
    """Start a program again and again, kill it, and verify what it has left.

    Returns
    -------
    verified, partial : int
        Groups that were visible after kills, and kills that met the program at work.
    """
    whole = folder.with_name(f"{folder.name}-whole")
    start(whole, arguments).wait()
    # The first run may have compiled the right-hand sides; the second takes as long as those that are killed.
    shutil.rmtree(whole)
    process = start(whole, arguments)
    begin = time.monotonic()
    process.wait()
    longest = time.monotonic() - begin
    verified = partial = 0
    for _ in range(kills):
        process = start(folder, arguments)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=generator.uniform(0.0, longest))
        finished = process.poll() == 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        partial += not finished
        for path in sorted(folder.iterdir()) if folder.exists() else []:
            if not path.name.startswith("."):
                verify_group(path)
                verified += 1
        if finished:
            # Start over, or the remaining kills would meet a program with nothing to do.
            shutil.rmtree(folder)
    return verified, partial


def main() -> None:
    """Kill builds, then downloads, and let both finish."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        reference = Collection(SMALL, NAMES, root / "reference")
        reference.build(NAMES)
        hashes = {name: open_group(root / "reference" / name).attrs["sha256"] for name in NAMES}
        publish(SMALL, NAMES, root / "reference", root / "host")

        def report(what: str, folder: Path, extra: list[str], finish: Callable[[], object]) -> None:
            verified, partial = kill_at_random(extra, folder, generator, arguments.kills)
            finish()
            for name in NAMES:
                verify_group(folder / name)
                assert open_group(folder / name).attrs["sha256"] == hashes[name]
            print(
                f"{what}: {arguments.kills} runs, {partial} killed at work, {verified} visible groups verified, "
                "then completed with equal hashes"
            )

        report(
            "build",
            root / "killed" / "build",
            [],
            lambda: Collection(SMALL, NAMES, root / "killed" / "build").to_datatree(),
        )
        with serving(root / "host") as server:

            def slow(handler: Handler) -> bool:
                if not handler.path.endswith(".zip"):
                    return False
                time.sleep(0.05)
                return False

            server.misbehave = slow
            report(
                "download",
                root / "killed" / "download",
                [server.url],
                lambda: Collection(SMALL, NAMES, root / "killed" / "download", source=Source(server.url)).to_datatree(),
            )


if __name__ == "__main__":
    main()
