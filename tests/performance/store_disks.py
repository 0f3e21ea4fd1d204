"""Builds and downloads at once into one folder, on a disk that fills, is read only, or vanishes; counts what is left.

Usage: python tests/performance/store_disks.py [--rounds N] [--seed S]

The file systems are mounted in memory, which needs root on Linux; without it those cases are left out and said so. A
case ends badly if a visible group is not whole, if a program ends otherwise than with success or one sentence of ours,
or if it does not end.
"""

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import dysts
from dysts.datasets import Recipe
from dysts.datasets.collection import Collection
from dysts.datasets.publish import publish
from dysts.datasets.verification import verify_group
from dysts.errors import StorageError

RECIPE = Recipe(name="disks", points_per_period=100, periods=12, trajectories=10)
NAMES = ("Aizawa", "Chua", "Halvorsen", "Lorenz", "Rossler", "Thomas")
LONGEST = 300.0
"""Seconds after which a program counts as endless."""
PROGRAM = f"""
import pathlib, sys
from dysts.datasets import Recipe
from dysts.datasets.collection import Collection
from dysts.datasets.source import Source
from dysts.errors import DystsError
recipe = Recipe.from_dict({RECIPE.to_dict()!r})
source = Source(sys.argv[2]) if len(sys.argv) > 2 else None
try:
    for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        collection = Collection(recipe, {NAMES!r}, pathlib.Path(sys.argv[1]), source=source)
        report = collection.fetch({NAMES!r})
        for reason in report.failures.values():
            raise DystsError(reason)
except DystsError as error:
    print(error)
    sys.exit(3)
"""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a build, or a download from the source that is named."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process: subprocess.Popen[str]) -> str:
    """Wait for a program, and say how it ended."""
    try:
        output, errors = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "ENDLESS"
    if process.returncode == 0:
        return "success"
    if process.returncode == 3 and len(output.strip().splitlines()) == 1:
        return f"one sentence: {output.strip().split('; ')[0].replace(str(tempfile.gettempdir()), '')[:110]}"
    return f"FOREIGN: {(errors.strip().splitlines() or ['?'])[-1][:110]}"


def broken(folder: Path) -> list[str]:
    """Return the visible groups that are not whole."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.name.startswith("."):
            try:
                verify_group(path, recipe=RECIPE, system=dysts.get_system(path.name))
            except StorageError as error:
                found.append(str(error))
    return found


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[bool]:
    """Mount a file system in memory, and say whether that was possible."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    possible = os.name == "posix" and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield possible
    finally:
        if possible:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def main() -> None:
    """Run all cases and print the counts; the status is 1 if one ends badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    bad = 0

    def tell(title: str, ends: list[str], folder: Path) -> None:
        nonlocal bad
        wrong = broken(folder)
        count = len(wrong) + sum(end.split(":")[0].isupper() for end in ends)
        bad += count
        visible = sum(not path.name.startswith(".") for path in folder.iterdir()) if folder.is_dir() else 0
        print(f"{title}: {visible} groups visible, {len(wrong)} broken", flush=True)
        for end in ends:
            print(f"  {end}", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        Collection(RECIPE, NAMES, root / "built").build(NAMES)
        publish(RECIPE, NAMES, root / "built", root / "host")
        host = str(root / "host")
        for number in range(arguments.rounds):
            for kind, source in (("builds", ()), ("downloads", (host,))):
                folder = root / f"two-{kind}-{number}"
                tell(f"two {kind} at once", [outcome(each) for each in [start(folder, *source) for _ in "ab"]], folder)
            for kind, source in (("build", ()), ("download", (host,))):
                with mounted(root / "disk", "size=1m") as possible:
                    folder = root / "disk" / "cache"
                    if possible:
                        tell(f"{kind} on a disk that fills", [outcome(start(folder, *source))], folder)
                        subprocess.run(["mount", "-o", "remount,size=20m", str(root / "disk")], check=True)
                        (root / "disk" / "filler").write_bytes(b"x" * generator.randrange(17_000_000, 19_500_000))
                        tell(
                            f"{kind} on a disk of 20 MB that is nearly full", [outcome(start(folder, *source))], folder
                        )
                        (root / "disk" / "filler").unlink()
                        tell(f"{kind} when there is space again", [outcome(start(folder, *source))], folder)
                        subprocess.run(["mount", "-o", "remount,ro", str(root / "disk")], check=True)
                        tell(f"{kind} on a disk that is read only", [outcome(start(folder, *source))], folder)
                    else:
                        print("no file system could be mounted: full and read-only disks are left out")
                folder = root / f"vanishing-{kind}-{number}"
                process = start(folder, source[0] if source else "", "5") if source else start(folder)
                end = time.monotonic() + generator.uniform(10.0, 25.0)
                while time.monotonic() < end and process.poll() is None:
                    time.sleep(0.05)
                    shutil.rmtree(folder, ignore_errors=True)
                tell(f"{kind} into a folder that vanishes", [outcome(process)], folder)
    print(f"{bad} end badly")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
