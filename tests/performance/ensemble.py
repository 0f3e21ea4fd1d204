"""Series larger than memory: points per second, memory, and what 1e10 points cost.

Usage: python tests/performance/ensemble.py [--trajectories N] [--systems A,B]

Each system is streamed to a folder that is removed, by a process of its own whose largest memory is measured, for N and
for N/4 trajectories, so that the growth of memory with the length is seen.
"""

import argparse
import dataclasses
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dysts
from dysts.datasets import RECIPES
from dysts.datasets.build import Series
from dysts.datasets.streaming import write_series

SYSTEMS = ("Lorenz", "Rossler", "Duffing", "HyperLorenz", "Thomas", "MacArthur")
GOAL = 1e10


def stream(name: str, trajectories: int) -> None:
    """Write one ensemble and print what it took as JSON."""
    system = dysts.get_system(name)
    recipe = dataclasses.replace(RECIPES["ensemble"], trajectories=trajectories)
    Series(dataclasses.replace(recipe, trajectories=2), system).compute(0, 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        series = Series(recipe, system)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin, cpu = time.perf_counter(), time.process_time()
        write_series(series, path)
        took = {"wall": time.perf_counter() - begin, "cpu": time.process_time() - cpu}
        stored = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    values = recipe.points * trajectories * len(system.observable_names)
    json.dump(
        took
        | {
            "points": recipe.points * trajectories,
            "bytes": 8 * values,
            "stored": stored,
            "megabytes": memory / 1024,
            "before": before / 1024,
            "shards": len(series.blocks),
        },
        sys.stdout,
    )


def main() -> None:
    """Stream some systems and project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trajectories", type=int, default=10_000)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--stream", nargs=2, metavar=("SYSTEM", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stream:
        stream(arguments.stream[0], int(arguments.stream[1]))
        return
    print(
        f"{'system':14}{'trajectories':>13}{'shards':>7}{'CPU s':>8}{'wall s':>8}{'points/CPU s':>14}{'MB/CPU s':>10}"
        f"{'stored MB':>10}{'peak MB':>9}"
    )
    points = cpu = stored = 0.0
    for name in arguments.systems.split(","):
        for count in (arguments.trajectories // 4, arguments.trajectories):
            command = [sys.executable, __file__, "--stream", name, str(count)]
            took = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{name:14}{count:13}{took['shards']:7}{took['cpu']:8.1f}{took['wall']:8.1f}"
                f"{took['points'] / took['cpu']:14.3g}{took['bytes'] / took['cpu'] / 1e6:10.1f}"
                f"{took['stored'] / 1e6:10.1f}{took['megabytes']:9.0f}",
                flush=True,
            )
        points += took["points"]
        cpu += took["cpu"]
        stored += took["stored"]
    print(
        f"\n{GOAL:.0e} points of these systems in equal parts: {cpu / points * GOAL / 3600:.1f} CPU hours, "
        f"{stored / points * GOAL / 1e9:.0f} GB"
    )


if __name__ == "__main__":
    main()
