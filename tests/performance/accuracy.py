"""Measures the error of the integrators against heyoka's Taylor series in extended precision.

Usage: python tests/performance/accuracy.py [--systems A,B,...] [--heyoka PYTHON] [--json FILE] [--quadruple]

Every system starts from its stored initial condition, with the default absolute tolerance (a billionth of the
relative one), up to 5 Lyapunov times; up to 10 periods where the motion is regular and there is no Lyapunov time;
delay systems up to 20 delays, but MackeyGlass up to 300. The error is the largest distance at five equidistant times,
the last at the end, of the observables (which hold the sine and cosine of an angle or of a driving phase), each
in units of its standard deviation over 12 periods (delay systems: over the same time).

``growth`` is the same distance between the reference and its neighbour, which starts one part in 2^52 further out, in
multiples of 2^-52: what becomes of a rounding error of the first instant. The reference gets an environment of its own
under ``build/`` and its results are kept there. With ``--quadruple`` it runs again with twice the digits, and its own
error is printed. The exit status is 1 if any system is above its limit or could not be integrated.
"""

import argparse
import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.equations.expressions import evaluate, parse
from dysts.errors import DystsError
from dysts.systems.properties import REGULAR
from dysts.systems.system import System

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"
HEYOKA = "7.13.2"
LYAPUNOV_TIMES = 5.0
PERIODS = 10.0
DELAYS = 20.0
DELAY_TIMES = {"MackeyGlass": 300.0}
OUTPUTS = 5
SIZE_PERIODS = 12
REFERENCE_STEPS = {"long double": 500, "quadruple": 400}
"""In a period or delay, at least: with fewer, the reference steps over the steep tanh of WindmiReducedPredecessor."""
LIMITS = {"smooth": {1e-12: 1e-8, 1e-9: 1e-4}, "kinks": {1e-12: 1e-6, 1e-9: 1e-3}, "delay": {1e-12: 1e-6, 1e-9: 1e-3}}
TOLERANCES = (1e-12, 1e-9)
KINKED = ("abs", "sign", "heaviside", "max", "min", "floor")
WORST = 10


def kind_of(system: System) -> str:
    """Return which of the limits applies to a system."""
    if system.delay:
        return "delay"
    definitions, derivatives = system.vector_field.definitions, system.vector_field.derivatives
    nodes = [node for tree in (*definitions.values(), *derivatives) for node in ast.walk(tree)]
    kinked = any(isinstance(node, ast.IfExp) or (isinstance(node, ast.Name) and node.id in KINKED) for node in nodes)
    return "kinks" if kinked else "smooth"


def end_time(system: System) -> float:
    """Return the time up to which a system is compared."""
    if system.delay:
        return DELAY_TIMES.get(system.name, DELAYS * system.flat_parameters[system.delay])
    if system.properties_entry("regime")["value"] in REGULAR:
        return PERIODS * system.period
    return LYAPUNOV_TIMES / system.lyapunov_exponent


def job_of(system: System, precision: str, end: float, *, neighbour: bool = True) -> dict[str, Any]:
    """Return all that the reference needs to know."""
    delay = system.flat_parameters[system.delay] if system.delay else None
    return {
        "name": system.name,
        "variables": list(system.variables),
        "definitions": dict(system.definitions),
        "equations": [system.equations[name] for name in system.variables],
        "parameters": system.flat_parameters,
        "delay": delay,
        "initial_conditions": list(system.initial_conditions),
        "times": (np.arange(1, OUTPUTS + 1) * (end / OUTPUTS)).tolist(),
        "precision": precision,
        "neighbour": neighbour,
        "longest_step": (system.period if delay is None else delay) / REFERENCE_STEPS[precision],
    }


def reference_python() -> Path:
    """Return the interpreter of the reference's environment, creating it if need be."""
    python = BUILD / "heyoka" / "bin" / "python"
    if not python.exists():
        venv.create(BUILD / "heyoka", with_pip=True)
        environment = {key: value for key, value in os.environ.items() if key != "PIP_CONSTRAINT"}
        install = [python, "-m", "pip", "install", "--quiet", f"heyoka=={HEYOKA}", "sympy"]
        subprocess.run(install, check=True, env=environment)
    return python


def references(jobs: Sequence[dict[str, Any]], python: Path | None) -> list[dict[str, Any]]:
    """Return the reference's answer to each job, computing only what is not kept from an earlier run."""
    program = b"".join((HERE / name).read_bytes() for name in ("reference.py", "switching.py"))
    folder = BUILD / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    keys = [
        hashlib.sha256(HEYOKA.encode() + program + json.dumps(job, sort_keys=True).encode()).hexdigest()[:24]
        for job in jobs
    ]
    missing = [job | {"key": key} for job, key in zip(jobs, keys, strict=True) if not (folder / f"{key}.json").exists()]
    if missing:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(missing, file)
            file.flush()
            command = [python or reference_python(), HERE / "reference.py", file.name]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for number, line in enumerate(process.stdout, start=1):
                    result = json.loads(line)
                    print(
                        f"\rreference {number} of {len(missing)}: {result['name']:30}",
                        end="",
                        file=sys.stderr,
                        flush=True,
                    )
                    unfinished = folder / f"{result['key']}.part"
                    unfinished.write_text(line, encoding="utf-8")
                    unfinished.replace(folder / f"{result['key']}.json")
            print(file=sys.stderr)
            if process.returncode:
                raise SystemExit(f"the reference ended with status {process.returncode}")
    return [json.loads((folder / f"{key}.json").read_text(encoding="utf-8")) for key in keys]


def observe(system: System, states: Any) -> np.ndarray:
    """Return the observables in extended precision, longdouble [time, observable]."""
    values = np.array(states, dtype=np.longdouble)
    if not system.observables:
        return values
    known = system.flat_parameters | {name: values[:, index] for index, name in enumerate(system.variables)}
    trees = (parse(text, where=system.name, names=known.keys()) for text in system.observables.values())
    return np.stack([evaluate(tree, known) for tree in trees], axis=-1)


def size_of(system: System) -> np.ndarray:
    """Return the standard deviation of each observable; 1 for one that is constant."""
    if system.delay:
        trajectory = dysts.integrate(system, times=np.linspace(0.0, end_time(system), 1001), observables=True)
    else:
        trajectory = dysts.integrate(system, 100 * SIZE_PERIODS + 1, points_per_period=100, observables=True)
    deviation = trajectory.values.std(axis=0)
    return np.where(deviation > 0.0, deviation, 1.0)


def distance(system: System, states: Any, others: Any, size: np.ndarray) -> float:
    """Return the largest distance between two trajectories, in units of the attractor's size."""
    difference = (observe(system, states) - observe(system, others)) / size
    return float(np.sqrt((difference**2).sum(axis=-1)).max())


def measure(system: System, job: Mapping[str, Any], reference: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row: the errors of a system at each tolerance, and how hard it is."""
    row: dict[str, Any] = {"system": system.name, "kind": kind_of(system), "time": job["times"][-1]}
    if "failure" in reference:
        return row | {"failure": f"reference: {reference['failure']}"}
    row |= {"reference_seconds": reference["seconds"], "switchings": reference["switchings"]}
    try:
        size = size_of(system)
        row["growth"] = distance(system, reference["neighbour"], reference["states"], size) * 2.0**52
        for tolerance in TOLERANCES:
            trajectory = dysts.integrate(system, times=job["times"], rtol=tolerance)
            row[f"error_{tolerance:g}"] = distance(system, trajectory.values, reference["states"], size)
            row[f"steps_{tolerance:g}"] = trajectory.attrs["steps_accepted"]
            row[f"rejected_{tolerance:g}"] = trajectory.attrs["steps_rejected"]
            row["solver"] = trajectory.attrs["solver"]
    except DystsError as error:
        return row | {"failure": "not supported" if isinstance(error, NotImplementedError) else str(error)}
    return row | {"size": size.tolist()}


def passes(row: Mapping[str, Any]) -> bool:
    """Whether a row is within its limits."""
    return "failure" not in row and all(
        row[f"error_{tolerance:g}"] <= LIMITS[row["kind"]][tolerance] for tolerance in TOLERANCES
    )


def print_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a part of the table."""
    print(f"\n{title}")
    print(
        f"{'system':26} {'time':>9} {'1e-12':>8} {'1e-9':>8} {'growth':>8} {'solver':>8} "
        f"{'steps':>7} {'rejected':>8} {'kinks':>6}"
    )
    for row in rows:
        if "failure" in row:
            print(f"{row['system']:26} {row['time']:9.3g} {row['failure']}")
            continue
        print(
            f"{row['system']:26} {row['time']:9.3g} {row['error_1e-12']:8.1e} {row['error_1e-09']:8.1e} "
            f"{row['growth']:8.1e} {row['solver']:>8} {row['steps_1e-12']:7} {row['rejected_1e-12']:8} "
            f"{row['switchings']:6}{'' if passes(row) else '  above its limit'}"
        )


def hardness(row: Mapping[str, Any]) -> float:
    """Return the larger of the two errors in units of their limits."""
    if "failure" in row:
        return np.inf
    return max(row[f"error_{tolerance:g}"] / LIMITS[row["kind"]][tolerance] for tolerance in TOLERANCES)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", help="names separated by commas; all by default")
    parser.add_argument("--heyoka", type=Path, help=f"a Python that has heyoka {HEYOKA} installed")
    parser.add_argument("--json", type=Path, help="a file for all rows")
    parser.add_argument("--quadruple", action="store_true", help="measure the error of the reference as well")
    arguments = parser.parse_args()
    names = arguments.systems.split(",") if arguments.systems else dysts.list_systems()
    systems = [dysts.get_system(name) for name in names]
    jobs = [job_of(system, "long double", end_time(system)) for system in systems]
    answers = references(jobs, arguments.heyoka)
    rows = [measure(*case) for case in zip(systems, jobs, answers, strict=True)]
    if arguments.quadruple:
        exact = references([job_of(system, "quadruple", end_time(system)) for system in systems], arguments.heyoka)
        for system, row, answer, better in zip(systems, rows, answers, exact, strict=True):
            if "size" in row and "failure" not in better:
                row["reference_error"] = distance(system, answer["states"], better["states"], np.array(row["size"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")

    rows.sort(key=hardness, reverse=True)
    print(f"error at rtol 1e-12 and 1e-9 in units of the attractor's size; limits {LIMITS}")
    for kind, shown in (("smooth", WORST), ("kinks", None), ("delay", None)):
        part = [row for row in rows if row["kind"] == kind]
        if part:
            count = sum(map(passes, part))
            print_rows(f"{kind}: {count} of {len(part)} within the limits", part[:shown])
    if arguments.quadruple:
        known = [row for row in rows if "reference_error" in row]
        worst = max(known, key=lambda row: row["reference_error"])
        print(
            f"\nreference against quadruple precision: {len(known)} systems, {worst['reference_error']:.1e} at most "
            f"({worst['system']})"
        )
    sys.exit(0 if all(map(passes, rows)) else 1)


if __name__ == "__main__":
    main()
