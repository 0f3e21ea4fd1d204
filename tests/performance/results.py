"""Loading the results of a long run: the journal, and the columns that are written when a run ends.

Usage: python tests/performance/results.py [--rows N]

The rows are those of the committed results, over and over under other keys. Each way is a process of its own, whose CPU
seconds and largest memory are measured, beside one that only imports the package.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmark.results.columns import FILE, write_columns
from benchmark.results.journal import journal_line
from benchmark.results.reading import MANIFEST, ROWS, Results
from benchmark.schema import COLUMNS, completed

COMMITTED = Path(__file__).parents[2] / "results" / "standard.parquet"
LOAD = """
import resource, time
from benchmark.results.reading import Results
used = resource.getrusage(resource.RUSAGE_SELF)
begin = used.ru_utime + used.ru_stime
rows = len(Results.load({folder!r}).table) if {folder!r} else 0
used = resource.getrusage(resource.RUSAGE_SELF)
# The largest memory in the usage of a process includes that of its parent before the fork.
largest = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"{{rows:8}} rows {{used.ru_utime + used.ru_stime - begin:8.2f}} CPU s {{largest / 1024:8.0f}} MB")
"""


def loaded(folder: str) -> str:
    """Return what a process tells that loads a folder."""
    command = [sys.executable, "-c", LOAD.format(folder=folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    table = completed(pd.read_parquet(COMMITTED)).reindex(columns=list(COLUMNS))
    rows = [{name: value for name, value in row.items() if value == value} for row in table.to_dict("records")]
    keys = [f"{number:016x}" for number in range(arguments.rows)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / MANIFEST).write_text(json.dumps({"cells": keys}), encoding="utf-8")
        with (folder / ROWS).open("wb") as file:
            for number, key in enumerate(keys):
                file.write(journal_line({**rows[number % len(rows)], "key": key}))
        print(f"{'the package':16}{loaded('')}")
        print(f"{'the journal':16}{loaded(name)}  {(folder / ROWS).stat().st_size / 1e6:.0f} MB on disk", flush=True)
        write_columns(folder / FILE, folder / ROWS, Results.load(folder).table, keys)
        print(f"{'the columns':16}{loaded(name)}  {(folder / FILE).stat().st_size / 1e6:.0f} MB on disk")


if __name__ == "__main__":
    main()
