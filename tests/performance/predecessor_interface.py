"""Compares the interface of dysts 0.96 with an installed 0.96: times, trajectories, derivatives, Jacobians, speed.

Usage: python tests/performance/predecessor_interface.py [--systems A,B,...] [--points N] [--limit SECONDS]
    [--predecessor PYTHON]

Both integrate N points of every system with the published values. Deviations of trajectories are in standard deviations
of the component; those of 0.96 come from its own tolerance of 1e-12 and grow with chaos, so that N is small. What 0.96
computed is kept in ``build/predecessor-interface-N.jsonl``; a run that was stopped goes on there.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from dysts.predecessor import use_published_values
from dysts.predecessor.classes import flow_class, flow_names

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("predecessor_interface_worker.py")


def theirs(names: list[str], points: int, limit: float, python: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of dysts 0.96, computed where they are missing."""
    known = ROOT / "build" / f"predecessor-interface-{points}.jsonl"
    rows = {}
    if known.exists():
        rows = {row["system"]: row for row in map(json.loads, known.read_text().splitlines())}
    missing = [name for name in names if name not in rows]
    if missing:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        command = [str(python), "-P", str(WORKER), str(points), str(limit), *missing]
        with (
            known.open("a") as kept,
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/", env=environment) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                kept.write(line)
                kept.flush()
                row = json.loads(line)
                rows[row["system"]] = row
        if process.returncode:
            raise SystemExit(f"the predecessor ended with exit code {process.returncode}")
    return rows


def relative(found: Any, expected: Any) -> float:
    """Return the largest difference, relative to the largest magnitude in each row."""
    ours, old = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    scale = np.maximum(np.abs(old).max(axis=tuple(range(1, old.ndim)), keepdims=True), 1e-300)
    return float(np.abs((ours - old) / scale).max())


def compare(name: str, row: dict[str, Any], points: int) -> dict[str, float]:
    """Return the differences of one system, and the CPU seconds of both."""
    model = flow_class(name)()
    result = {"period": abs(model.period / row["period"] - 1.0), "dt": abs(model.dt / row["dt"] - 1.0)}
    if "rhs" in row:
        states = np.array(row["states"])
        result["rhs"] = relative([model.rhs(state, 0.3) for state in states], row["rhs"])
    if "jacobians" in row:
        result["jacobian"] = relative([model.jac(state, 0.3) for state in states], row["jacobians"])
    if "times" not in row:
        return result
    model.make_trajectory(points)
    begin = time.process_time()
    times, values = model.make_trajectory(points, return_times=True)
    result["ours"], result["theirs"] = time.process_time() - begin, row["seconds"]
    result["times"] = float(np.abs(times - row["times"]).max() / times[-1])
    old = np.array(row["values"])
    deviations = np.abs(values - old) / np.where(model.std > 0.0, model.std, 1.0)
    result["trajectory"] = float(deviations.max())
    return result


def main() -> None:
    """Compare and print a line for each system, and the largest differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=",".join(flow_names()))
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--predecessor", type=Path, default=ROOT / "build" / "predecessor" / "bin" / "python")
    options = parser.parse_args()
    names = options.systems.split(",")
    rows = theirs(names, options.points, options.limit, options.predecessor)
    use_published_values()
    columns = ("period", "dt", "times", "rhs", "jacobian", "trajectory", "theirs", "ours")
    print(f"{'system':28}" + "".join(f"{column:>12}" for column in columns))
    table = {name: compare(name, rows[name], options.points) for name in names}
    for name, found in table.items():
        shown = (f"{found[column]:12.2e}" if column in found else f"{'-':>12}" for column in columns)
        print(f"{name:28}" + "".join(shown))
    for column in columns[:6]:
        values = {name: found[column] for name, found in table.items() if column in found}
        worst = max(values, key=lambda name: values[name])
        print(f"{column}: {len(values)} systems, largest {values[worst]:.2e} ({worst})")
    both = [found for found in table.values() if "ours" in found]
    old, new = (sum(found[key] for found in both) for key in ("theirs", "ours"))
    print(f"CPU seconds of {len(both)} systems: {old:.1f} by 0.96, {new:.4f} here, {old / new:.0f} times")


if __name__ == "__main__":
    sys.exit(main())
