"""Kills builds, downloads and annotations at random moments and verifies everything that is visible afterwards.

Usage: python tests/performance/store_kills.py [--kills N] [--seed S]

Each time SIGKILL goes to the command, to one of its processes, or to all of them. The exit status is 1 if a visible
part is damaged, a process outlives a kill, or the command does not end with the numbers of an undisturbed run.
"""

import argparse
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from killing import kill_something

import dysts
from dysts.datasets.collection import Collection
from dysts.datasets.publish import publish
from dysts.datasets.store import open_group
from dysts.datasets.verification import verify_group
from dysts.errors import DystsError
from dysts.systems.registry import read_entries
from dysts.systems.registry_file import write_entries

sys.path.insert(0, str(Path(__file__).parents[1] / "dysts" / "datasets"))
from dataset_helpers import SMALL, Handler, serving

NAMES = tuple(dysts.list_systems()[:12])
ANNOTATED = ("Lorenz", "Rossler")
COLLECTION = f"""
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
"""
BUILD = COLLECTION + "c.build(c.missing(), workers=2)\n"
DOWNLOAD = COLLECTION + "for name in c.missing(): c.fetch([name])\n"
ANNOTATE = f"""
import sys, pathlib
import dysts.invariants.stored.annotate as module
from dysts.invariants.stored.effort import Effort
folder = pathlib.Path(sys.argv[1])
module.cache_folder = lambda: folder / "cache"
little = Effort(trajectories=4, periods=40.0, most_work=1.0, regular_periods=40.0, survival_orbits=2,
    survival_periods=1000, coexistence_orbits=4, coexistence_periods=200)
print("ready", flush=True)
failures = module.annotate(folder / "systems.json", {ANNOTATED!r}, workers=2, effort=little)
sys.exit(1 if failures else 0)
"""


def start(program: str, folder: Path, arguments: list[str]) -> "subprocess.Popen[bytes]":
    """Start a program in a process group of its own, and wait until it begins its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


class Campaign:
    """A program that works in a folder, is killed again and again, and is left to finish at the end."""

    def __init__(self, title: str, program: str, folder: Path, *arguments: str) -> None:
        self.title = title
        self.program = program
        self.folder = folder
        self.arguments = list(arguments)

    def reset(self) -> None:
        """Make the folder as it is before the program runs."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def check(self) -> tuple[int, list[str]]:
        """Return how much is visible, and what is wrong with it."""
        raise NotImplementedError

    def complete(self) -> list[str]:
        """Return what is wrong after the program was left to finish."""
        raise NotImplementedError

    def run(self, kills: int, generator: random.Random) -> list[str]:
        """Kill the program, print what happened, and return what is wrong."""
        self.reset()
        # The first run may compile; the second takes as long as those that are killed.
        for _ in range(2):
            self.reset()
            begin = time.monotonic()
            start(self.program, self.folder, self.arguments).wait()
            longest = time.monotonic() - begin
        self.reset()
        counts: Counter[str] = Counter()
        visible, wrong, partial = 0, [], 0
        while counts.total() < kills:
            process = start(self.program, self.folder, self.arguments)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=generator.uniform(0.0, longest))
            chosen, left = kill_something(process, generator, longest / 2)
            wrong += [f"{left} processes outlived the kill of {chosen}"] if left else []
            counts[chosen or "none, as it had ended"] += 1
            seen, found = self.check()
            visible += seen
            wrong += found
            partial += bool(chosen)
            if not chosen:
                # Start over, or the remaining kills would meet a program with nothing to do.
                wrong += self.complete()
                self.reset()
        process = start(self.program, self.folder, self.arguments)
        if process.wait():
            wrong.append(f"the last run ended with {process.returncode}")
        wrong += self.complete()
        told = ", ".join(f"{count} of {what}" for what, count in counts.items())
        print(
            f"{self.title}: {kills} runs, {partial} killed at work ({told}), {visible} visible parts verified, then "
            f"completed as without kills: {len(wrong)} wrong",
            flush=True,
        )
        return wrong


class Groups(Campaign):
    """A build or a download of several systems."""

    hashes: dict[str, str]

    def check(self) -> tuple[int, list[str]]:
        paths = sorted(self.folder.iterdir()) if self.folder.exists() else []
        shown = [path for path in paths if not path.name.startswith(".")]
        return len(shown), [problem for path in shown if (problem := _problem(path))]

    def complete(self) -> list[str]:
        wrong = [problem for name in NAMES if (problem := _problem(self.folder / name))]
        return wrong or [
            f"{name} has other numbers"
            for name in NAMES
            if open_group(self.folder / name).attrs["sha256"] != self.hashes[name]
        ]


class Annotation(Campaign):
    """The annotation of a registry file."""

    expected: str = ""

    def reset(self) -> None:
        super().reset()
        self.folder.mkdir(parents=True)
        entries = {name: dysts.get_system(name).to_entry(with_properties=False) for name in ANNOTATED}
        write_entries(self.folder / "systems.json", entries)
        self.before = (self.folder / "systems.json").read_text()

    def check(self) -> tuple[int, list[str]]:
        try:
            read_entries(self.folder / "systems.json")
        except DystsError as error:
            return 0, [str(error)]
        content = (self.folder / "systems.json").read_text()
        journals = list((self.folder / "cache").rglob("*.json"))
        for path in journals:
            json.loads(path.read_text())
        return 1 + len(journals), [] if content in (self.before, self.expected) else ["the file is neither old nor new"]

    def complete(self) -> list[str]:
        same = (self.folder / "systems.json").read_text() == self.expected
        return [] if same else ["the file differs from that of an undisturbed run"]


def _problem(path: Path) -> str:
    try:
        verify_group(path)
    except DystsError as error:
        return str(error)
    return ""


def main() -> None:
    """Kill builds, then downloads, then annotations, and let each finish."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=25, help="of each of the three programs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("build", "download", "annotate"), help="one of the three programs")
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        if arguments.only != "annotate":
            reference = Collection(SMALL, NAMES, root / "reference")
            reference.build(NAMES)
            Groups.hashes = {name: open_group(root / "reference" / name).attrs["sha256"] for name in NAMES}
        if arguments.only in (None, "build"):
            wrong += Groups("build", BUILD, root / "build").run(arguments.kills, generator)
        if arguments.only in (None, "download"):
            publish(SMALL, NAMES, root / "reference", root / "host")
            with serving(root / "host") as server:

                def slow(handler: Handler) -> bool:
                    if handler.path.endswith(".zip"):
                        time.sleep(0.05)
                    return False

                server.misbehave = slow
                wrong += Groups("download", DOWNLOAD, root / "download", server.url).run(arguments.kills, generator)
        if arguments.only in (None, "annotate"):
            undisturbed = Annotation("undisturbed", ANNOTATE, root / "undisturbed")
            undisturbed.reset()
            assert start(ANNOTATE, undisturbed.folder, []).wait() == 0
            Annotation.expected = (undisturbed.folder / "systems.json").read_text()
            wrong += Annotation("annotate", ANNOTATE, root / "annotate").run(arguments.kills, generator)
    for problem in wrong:
        print(f"  {problem}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
