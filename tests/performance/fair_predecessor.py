"""The predecessor with its default method and with DOP853, without numba and with it, beside ours, in one run.

Usage: python tests/performance/fair_predecessor.py [--systems A,B | --all] [--limit SECONDS] [--rounds N]

CPU seconds of 1000 points over ten of the predecessor's periods at 1e-12, its defaults other than the method. The five
take turns at each system, each of the predecessor's in a process of its own, so that what else the machine does meets
all of them; the least of the rounds counts. Its two environments are made under ``build/``. A system that reaches the
limit counts with it, marked ">". Delay systems have one method. Quote ratios from one run, with its processor.
"""

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from engine import HERE, POINTS, TOLERANCE, cpu_seconds, predecessor_python

import dysts

SYSTEMS = (
    "Lorenz",
    "Halvorsen",
    "Hopfield",
    "HyperBao",
    "Kawczynski",
    "LidDrivenCavityFlow",
    "MultiChua",
    "BelousovZhabotinsky",
    "StickSlipOscillator",
    "MackeyGlass",
    "IkedaDelay",
)
WAYS = (("default", False), ("default", True), ("DOP853", False), ("DOP853", True))


def processor() -> str:
    """Return the name of the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def theirs(name: str, method: str, python: Path, limit: float) -> dict[str, Any]:
    """Return what the predecessor takes for one system."""
    command = [str(python), str(HERE / "predecessor.py"), str(limit), name, "--repeats", "2"]
    command += [] if method == "default" else ["--method", method]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=HERE)
    row: dict[str, Any] = json.loads(told.stdout)
    return row


def measured(name: str, pythons: dict[bool, Path], limit: float, rounds: int) -> tuple[float, dict[Any, Any]]:
    """Return our least CPU seconds, and the predecessor's row for each way."""
    system = dysts.get_system(name)
    ways = [way for way in WAYS if way[0] == "default" or system.delay is None]
    rows: dict[Any, Any] = {}
    ours = np.inf
    for _ in range(rounds):
        for way in ways:
            known = rows.get(way)
            if known is not None and not known["finished"]:
                continue
            row = theirs(name, way[0], pythons[way[1]], limit)
            rows[way] = row if known is None or row["seconds"] < known["seconds"] else known
            ours = min(ours, cpu_seconds(system, 10.0 * row["period"] / POINTS))
    return ours, rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    names = dysts.list_systems() if arguments.all else arguments.systems.split(",")
    pythons = {False: predecessor_python(), True: predecessor_python("numba")}
    print(f"{processor()}; {POINTS} points at {TOLERANCE:g}, CPU ms and ratios to ours")
    heads = [f"{method}{', numba' if numba else ''}" for method, numba in WAYS]
    print(f"{'':24}{'ours':>8}" + "".join(f"{head:>24}" for head in heads))
    ratios: dict[Any, list[float]] = {way: [] for way in WAYS}
    for name in names:
        ours, rows = measured(name, pythons, arguments.limit, arguments.rounds)
        text = f"{name:24}{1e3 * ours:8.2f}"
        for way in WAYS:
            if way not in rows:
                text += f"{'':24}"
                continue
            ratio = rows[way]["seconds"] / ours
            ratios[way].append(ratio)
            mark = "" if rows[way]["finished"] else ">"
            text += f"{mark + format(1e3 * rows[way]['seconds'], '.0f'):>13}{mark + format(ratio, '.0f'):>11}"
        print(text, flush=True)
    for label, of in (("smallest ratio", np.min), ("median ratio", np.median)):
        print(f"{label:32}" + "".join(f"{of(ratios[way]):24.0f}" if ratios[way] else f"{'':24}" for way in WAYS))


if __name__ == "__main__":
    main()
