"""Measures extended precision: its error after 24 Lyapunov times, what it costs, and how long its compilation takes.

Usage: python tests/performance/extended_precision.py [--systems A,B,...] [--heyoka PYTHON] [--costs] [--json FILE]

The reference is heyoka's Taylor series in quadruple precision (34 digits), in an environment of its own as for
``accuracy.py``. Errors are the largest distance of the observables at five equidistant times, the last after 24
Lyapunov times, in standard deviations; float64, which all results are rounded to, has 1e-16. Seconds are of processor
time. Costs are paired: the second of two runs in extended precision at 1e-25, and of two in double precision with power
series at 1e-14. Compilations are of the expansion alone, into an empty folder.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import distance, job_of, references, size_of

import dysts
from dysts.compilation.machine_code import CompiledFunction
from dysts.errors import IntegrationError
from dysts.integration.extended import admits_extended
from dysts.systems.system import System

LYAPUNOV_TIMES = 24.0
STEPS_PER_PERIOD = (10, 400)
"""Steps of the reference in a period, at least; the second number where it steps over a switch with the first."""
WAYS: dict[str, dict[str, Any]] = {
    "seconds": {"precision": "extended"},
    "double_seconds": {"solver": "taylor", "rtol": 1e-14},
}
"""The two precisions, by the column of their costs."""
LIMIT = 1e-8
"""Largest error in standard deviations: tolerances of 1e-25, grown by 24 Lyapunov times and a thousandfold more."""


def seconds_of(action: Callable[[], Any]) -> float:
    """Return the processor seconds of an action."""
    begin = time.process_time()
    action()
    return time.process_time() - begin


def compilations(system: System) -> tuple[float, float]:
    """Return the seconds that compiling the expansion takes in extended and in double precision."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = CompiledFunction(system.compiled.program, "measured", Path(folder))
        return (
            seconds_of(lambda: compiled.extended_expansion_address),
            seconds_of(lambda: compiled.expansion_address),
        )


def measure(name: str, python: Path | None, *, costs: bool) -> dict[str, Any]:
    """Return the row of one system, without errors if only the costs are wanted."""
    system = dysts.get_system(name)
    row: dict[str, Any] = {"system": name}
    job = job_of(system, "quadruple", LYAPUNOV_TIMES * system.lyapunov_time, neighbour=False)
    runs, row["seconds"], row["double_seconds"] = [], 0.0, 0.0
    try:
        for column, way in WAYS.items():
            for _ in range(2):
                begin = time.process_time()
                run = dysts.integrate(system, times=job["times"], predictability=False, **way)
                row[column] = time.process_time() - begin
            runs.append(run)
    except IntegrationError as error:
        return {"system": name, "failure": str(error)}
    row["compilation"], row["double_compilation"] = compilations(system)
    if costs:
        return row
    size = size_of(system)
    for steps in STEPS_PER_PERIOD:
        [reference] = references([job | {"longest_step": system.period / steps}], python)
        if "failure" in reference:
            return {"system": name, "failure": f"reference: {reference['failure']}"}
        row["error"], row["double_error"] = (distance(system, run.values, reference["states"], size) for run in runs)
        if row["error"] <= LIMIT:
            break
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", help="names separated by commas; all that are smooth and chaotic by default")
    parser.add_argument("--heyoka", type=Path, help="a Python that has heyoka installed")
    parser.add_argument("--json", type=Path, help="a file for all rows; rows that it holds are not measured again")
    parser.add_argument("--costs", action="store_true", help="measure costs and compilations without the reference")
    arguments = parser.parse_args()
    names = arguments.systems.split(",") if arguments.systems else dysts.list_systems()
    wanted = [
        name for name in names if dysts.get_system(name).lyapunov_time and admits_extended(dysts.get_system(name))
    ]
    known = arguments.json is not None and arguments.json.exists()
    rows = json.loads(arguments.json.read_text(encoding="utf-8")) if known else []
    for name in wanted:
        if name not in {row["system"] for row in rows}:
            rows.append(measure(name, arguments.heyoka, costs=arguments.costs))
            print(f"\n{rows[-1]}", file=sys.stderr, flush=True)
            if arguments.json is not None:
                arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    measured = [row for row in rows if "failure" not in row]
    failed = [row for row in rows if "failure" in row]
    good = 0
    if not arguments.costs:
        good = sum(row["error"] <= LIMIT for row in measured)
        print(
            f"{good} of {len(rows)} systems within {LIMIT:g} after {LYAPUNOV_TIMES:g} Lyapunov times; largest errors:"
        )
        for row in sorted(measured, key=lambda row: -row["error"])[:10]:
            print(f"{row['system']:26} {row['error']:8.1e}   in double precision {row['double_error']:8.1e}")
        errors = [np.median([row[key] for row in measured]) for key in ("error", "double_error")]
        print(f"median error {errors[0]:.1e}, in double precision {errors[1]:.1e}")
    for row in failed:
        print(f"{row['system']:26} {row['failure']}")
    columns = {key: np.array([row[key] for row in measured]) for key in (*WAYS, "compilation", "double_compilation")}
    ratio = columns["seconds"] / columns["double_seconds"]
    print(f"cost: {np.median(ratio):.0f} times double precision, from {ratio.min():.0f} to {ratio.max():.0f}")
    for key, title in (("compilation", "extended"), ("double_compilation", "double")):
        print(f"compilation, {title}: {np.median(columns[key]):.2f} s in the median, {columns[key].max():.2f} at most")
    sys.exit(0 if arguments.costs or good == len(rows) else 1)


if __name__ == "__main__":
    main()
