"""Kills a run of the benchmark at random moments and compares its final table with that of an undisturbed run.

Usage: python tests/performance/benchmark_kills.py [--kills N] [--seed S]

Each time the same command is started again, and at a random moment SIGKILL goes to a worker, to the process that hands
out the cells, or to all of them. At the end the command is left to finish. The program counts how often each cell was
begun, through a forecaster of its own that writes a line when it is fitted: a cell may be begun again only if it was in
flight when something was killed. The exit status is 1 if the tables differ or more was computed twice.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from benchmark.results.reading import ROWS, Results

SYSTEMS = "Lorenz,Rossler,Thomas,Chua,Duffing,HastingsPowell,Aizawa,Halvorsen"
WORKERS = 2
MEASURED_COLUMNS = ("fit_seconds", "predict_seconds", "cell_seconds", "peak_memory_mb", "finished")
SHORTEST, LONGEST = 1.5, 4.5
"""Seconds from the start of the command to the kill."""
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
        command = [sys.executable, "-m", "benchmark.cli", "run", "quick", "--quiet", "--systems", SYSTEMS]
        command += ["--forecasters", "counted:first,counted:second,NaiveDrift", "--workers", str(WORKERS)]
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
    def rows(self) -> int:
        """Number of rows in the journal."""
        path = self.results / ROWS
        return sum(1 for _ in path.open("rb")) if path.exists() else 0


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def kill_something(process: "subprocess.Popen[bytes]", generator: random.Random) -> str:
    """Kill a worker, the command, or both; return which."""
    workers = children(process.pid)
    chosen = generator.choice(["worker", "command", "everything"])
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if chosen == "worker" and workers:
            os.kill(generator.choice(workers), signal.SIGKILL)
        elif chosen == "everything":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
    return chosen


def main() -> int:
    """Run the trials and print what was killed and what was lost."""
    parser = argparse.ArgumentParser(description="Kill runs of the benchmark at random moments.")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = Trial(folder, "undisturbed").finish()
        trial = Trial(folder, "killed")
        kills: Counter[str] = Counter()
        for _ in range(options.kills):
            process = trial.start()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=generator.uniform(SHORTEST, LONGEST))
            if process.poll() is not None:
                break
            chosen = kill_something(process, generator)
            kills[chosen] += 1
            before = trial.rows
            if chosen == "worker":
                time.sleep(generator.uniform(0.0, 1.0))
                os.killpg(process.pid, signal.SIGKILL)
                kills["everything, a moment later"] += 1
            process.wait()
            print(f"killed {chosen}: {before} rows stand", flush=True)
        found = trial.finish()
        same = bool(found.drop(columns="commit").equals(expected.drop(columns="commit")))
        twice = sum(count - 1 for count in trial.begun.values())
        in_flight = WORKERS * sum(kills.values())
    print(f"{sum(kills.values())} kills: " + ", ".join(f"{count} of {what}" for what, count in kills.items()))
    print(f"{len(found)} cells, the same table as without kills: {'yes' if same else 'NO'}")
    print(f"cells begun again: {twice}, at most {in_flight} were in flight")
    return 0 if same and twice <= in_flight else 1


if __name__ == "__main__":
    sys.exit(main())
