"""Kills a run of the benchmark at random moments and compares its final table with that of an undisturbed run.

Usage: python tests/performance/benchmark_kills.py [--kills N] [--seed S]

Each time the same command is started again, and at a random moment SIGKILL goes to a worker, to the process that hands
out the cells, or to all of them; after the kill of a worker the command goes on for a moment. Three of four moments lie
after the first cell is handed out, the others before it. At the end the command is left to finish. The program counts
how often each cell was begun, through a forecaster of its own that writes a line when it is fitted: a cell may be begun
again only if it was in flight when something was killed. The exit status is 1 if the tables differ, more was computed
twice, or a process outlived a kill.
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
from collections import Counter
from pathlib import Path

import pandas as pd
from killing import kill_something

from benchmark.results.reading import ROWS, RUNNING, Results

SYSTEMS = "Lorenz,Rossler,Thomas"
WORKERS = 2
MEASURED_COLUMNS = ("fit_seconds", "predict_seconds", "cell_seconds", "peak_memory_mb", "finished")
AT_WORK = 0.75
"""Fraction of the kills that wait until a cell is handed out; the others meet imports and the plan."""
FORECASTERS = '''
import hashlib, os, time
import numpy as np


class Counted:
    """Repeats the last value, slowly, and writes a line about each series that it is fitted to."""

    def __init__(self, name):
        self.name = name

    def fit(self, series):
        line = f"{self.name} {hashlib.sha256(series.tobytes()).hexdigest()[:16]}\\n"
        descriptor = os.open(os.environ["COUNTED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, line.encode())
        os.close(descriptor)
        time.sleep(0.6)
        self.last = series[-1]
        return self

    def predict(self, horizon):
        return np.repeat(self.last[None], horizon, axis=0)


def first(*, preset, season_length, seed):
    return Counted("first")


def second(*, preset, season_length, seed):
    return Counted("second")
'''


class Trial:
    """One results folder, its command, and the log of what was begun."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.results = folder / name
        self.log = folder / f"{name}.begun"
        (folder / "counted.py").write_text(FORECASTERS)

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start the command in a process group of its own."""
        command = [sys.executable, "-m", "benchmark.cli", "run", "quick", "--quiet", "--trajectories", "1"]
        command += [
            "--systems",
            SYSTEMS,
            "--forecasters",
            "counted:first,counted:second,NaiveDrift",
            "--workers",
            str(WORKERS),
        ]
        path = os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")])
        return subprocess.Popen(
            [*command, "-o", str(self.results), *options],
            env={**os.environ, "PYTHONPATH": path, "COUNTED": str(self.log)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self) -> pd.DataFrame:
        """Let the command end, and return its table without what differs between two runs.

        The cell of a killed worker counts as crashed, as nobody knows who killed it, until it is asked for again.
        """
        process = self.start("--retry-failed")
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(said.decode())
        table = Results.load(self.results).table.drop(columns=list(MEASURED_COLUMNS))
        return table.sort_values("key").reset_index(drop=True)

    @property
    def begun(self) -> Counter[str]:
        """How often each cell of the counted forecasters was begun."""
        return Counter(self.log.read_text().splitlines()) if self.log.exists() else Counter()

    @property
    def begun_again(self) -> int:
        """How many cells were begun once more."""
        return sum(count - 1 for count in self.begun.values())

    def wait_for_work(self, process: "subprocess.Popen[bytes]", before: float) -> None:
        """Wait until a command that was started at a time has handed out a cell, or has ended."""
        note = self.results / RUNNING
        while process.poll() is None:
            with contextlib.suppress(FileNotFoundError):
                if note.stat().st_mtime >= before:
                    return
            time.sleep(0.02)

    def timed(self) -> tuple[float, float]:
        """Return the seconds until the first cell is handed out, and those from there to the end."""
        before, begin = time.time(), time.monotonic()
        process = self.start()
        self.wait_for_work(process, before)
        handed_out = time.monotonic()
        process.communicate()
        return handed_out - begin, time.monotonic() - handed_out

    @property
    def rows(self) -> int:
        """Number of rows in the journal."""
        path = self.results / ROWS
        return sum(1 for _ in path.open("rb")) if path.exists() else 0


def _same(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    if list(found["key"]) != list(expected["key"]):
        print(f"{len(found)} cells, not the {len(expected)} of the undisturbed run")
        return False
    differ = [name for name in expected.columns if name != "commit" and not found[name].equals(expected[name])]
    for name in differ:
        other = [place for place in range(len(found)) if str(found[name][place]) != str(expected[name][place])]
        rows = [(found["forecaster"][place], found[name][place], expected[name][place]) for place in other[:3]]
        print(f"{name} differs in {len(other)} cells, such as {rows}")
    return not differ


def main() -> int:
    """Run the trials and print what was killed and what was lost."""
    parser = argparse.ArgumentParser(description="Kill runs of the benchmark at random moments.")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        undisturbed = Trial(folder, "undisturbed")
        # The first run may build the series; the second takes as long as those that are killed.
        undisturbed.finish()
        shutil.rmtree(undisturbed.results)
        preparing, working = undisturbed.timed()
        expected = undisturbed.finish()
        trial = Trial(folder, "killed")
        trials = 1
        begun_again = 0
        kills: Counter[str] = Counter()
        kills_at_work = outlived = 0
        same = True
        for _ in range(options.kills):
            before = time.time()
            process = trial.start()
            at_work = generator.random() < AT_WORK
            if at_work:
                trial.wait_for_work(process, before)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=generator.uniform(0.0, working / 2.0 if at_work else preparing))
            chosen, left = kill_something(process, generator, 1.0)
            outlived += left
            kills[chosen or "none, as it had ended"] += 1
            kills_at_work += bool(chosen) and at_work
            print(f"killed {chosen or 'none'}: {trial.rows} rows stand", flush=True)
            if not chosen:
                # All is done: start over, or the remaining kills would meet a program with nothing to do.
                same &= _same(trial.finish(), expected)
                begun_again += trial.begun_again
                trials += 1
                trial = Trial(folder, f"killed-{trials}")
        found = trial.finish()
        same &= _same(found, expected)
        twice = begun_again + trial.begun_again
        in_flight = WORKERS * 2 * sum(count for what, count in kills.items() if not what.startswith("none"))
    told = ", ".join(f"{count} of {what}" for what, count in kills.items())
    print(f"{sum(kills.values())} kills, {kills_at_work} of them at work: {told}")
    print(f"{len(found)} cells in each of {trials} folders, the same table as without kills: {'yes' if same else 'NO'}")
    print(f"cells begun again: {twice}, at most {in_flight} were in flight")
    print(f"processes that outlived a kill: {outlived}")
    return 0 if same and twice <= in_flight and not outlived else 1


if __name__ == "__main__":
    sys.exit(main())
