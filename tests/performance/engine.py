"""Compares the integrators with the predecessor and with scipy, side by side in one run.

Usage: python tests/performance/engine.py [--systems A,B,...] [--predecessor PYTHON]

The predecessor (dysts 0.96) gets an environment of its own under ``build/``. CPU seconds are of this run and this
machine; the ratios are what travels.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from scipy.integrate import solve_ivp

import dysts
from dysts.symbolic import to_sympy
from dysts.system import System

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / "build" / "predecessor"
TOLERANCE = 1e-12
POINTS = 1000
SYSTEMS = (
    "Lorenz",
    "Rossler",
    "Thomas",
    "Chua",
    "DoublePendulum",
    "Duffing",
    "HastingsPowell",
    "HyperRossler",
    "Lorenz96",
    "MacArthur",
)


def cpu_seconds(system: System, step: float, *, repeats: int = 5) -> float:
    """Return the median CPU seconds of one warm trajectory of 1000 points."""
    seconds = []
    for _ in range(repeats + 1):
        begin = time.process_time()
        dysts.integrate(system, POINTS, step=step, rtol=TOLERANCE, atol=TOLERANCE, threads=1)
        seconds.append(time.process_time() - begin)
    return float(np.median(seconds[1:]))


def plain_function(system: System) -> Any:
    """Return the right-hand side as the Python function that a user of scipy would write."""
    names = [*system.variables, *system.flat_parameters, *system.definitions, "t"]
    symbols = {name: sympy.Symbol(name, real=True) for name in names}
    definitions, derivatives = system.trees
    values: dict[str, Any] = dict(symbols)
    for name, tree in definitions.items():
        values[name] = to_sympy(tree, values)
    numbers = {symbols[name]: value for name, value in system.flat_parameters.items()}
    expressions = [to_sympy(tree, values).subs(numbers) for tree in derivatives]
    arguments = (symbols["t"], [symbols[name] for name in system.variables])
    return sympy.lambdify(arguments, expressions, modules="math", cse=True)


def scipy_seconds(system: System, step: float) -> float:
    """Return the CPU seconds of scipy's DOP853 for the same points at the same tolerance."""
    function = plain_function(system)
    times = np.arange(POINTS) * step
    begin = time.process_time()
    solve_ivp(
        function,
        (0.0, times[-1]),
        system.initial_conditions,
        method="DOP853",
        t_eval=times,
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )
    return time.process_time() - begin


def predecessor_python() -> Path:
    """Return the interpreter of the predecessor's environment, creating it if need be."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        environment = {key: value for key, value in os.environ.items() if key != "PIP_CONSTRAINT"}
        subprocess.run([python, "-m", "pip", "install", "--quiet", "dysts==0.96"], check=True, env=environment)
    return python


def first_trajectory(cache: str) -> float:
    """Return the wall seconds of a new process up to its first trajectory."""
    program = "import dysts; dysts.integrate('Lorenz', 1000)"
    environment = os.environ | {"DYSTS_CACHE": cache}
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    return time.perf_counter() - begin


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="compared one by one")
    parser.add_argument("--predecessor", type=Path, help="a Python that has dysts 0.96 installed")
    arguments = parser.parse_args()
    names = arguments.systems.split(",")
    python = arguments.predecessor or predecessor_python()
    done = subprocess.run([python, HERE / "predecessor.py", *names], check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout)

    print(f"CPU seconds for {POINTS} points; ours and scipy's DOP853 at rtol = atol = {TOLERANCE:g} on a warm cache")
    print(f"{'system':16} {'ours':>10} {'scipy':>9} {'ratio':>7} {'predecessor':>12} {'ratio':>8}")
    sums = np.zeros(3)
    for name in names:
        step = 10.0 * theirs[name]["period"] / POINTS
        system = dysts.get_system(name)
        row = np.array([cpu_seconds(system, step), scipy_seconds(system, step), theirs[name]["seconds"]])
        sums += row
        print(f"{name:16} {row[0]:10.6f} {row[1]:9.4f} {row[1] / row[0]:7.0f} {row[2]:12.3f} {row[2] / row[0]:8.0f}")
    print(
        f"{'sum':16} {sums[0]:10.6f} {sums[1]:9.4f} {sums[1] / sums[0]:7.0f} {sums[2]:12.3f} {sums[2] / sums[0]:8.0f}"
    )

    systems = [system for system in map(dysts.get_system, dysts.list_systems()) if not system.delay]
    seconds = {system.name: cpu_seconds(system, system.period / 100.0, repeats=1) for system in systems}
    slowest = max(seconds, key=lambda name: seconds[name])
    print(
        f"\nall {len(systems)} ordinary systems x {POINTS} points at 100 per period: {sum(seconds.values()):.3f} CPU "
        f"seconds, of which {slowest} {seconds[slowest]:.3f}"
    )
    with tempfile.TemporaryDirectory() as empty:
        cold, warm = first_trajectory(empty), first_trajectory(empty)
    print(f"first trajectory in a new process: {cold:.2f} s with an empty cache, {warm:.2f} s with a warm one")


if __name__ == "__main__":
    main()
