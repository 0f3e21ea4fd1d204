"""Compares the integrators with the predecessor and with scipy, side by side in one run.

Usage: python tests/performance/engine.py [--systems A,B,... | --all] [--predecessor PYTHON] [--limit SECONDS] [--again]

The predecessor (dysts 0.96) gets an environment of its own under ``build/`` with what it requires: without numba, which
it would use if it were there. CPU seconds are of this run and this machine; the ratios are what travels. A system on
which it takes longer than the limit counts with the limit, so that the ratio is a lower bound, marked with ">". What
it took is kept in ``build/predecessor.jsonl``, and a run that was stopped goes on there. Ours is the median of repeated
calls of `dysts.integrate` in one process, the labelled array included.
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
from dysts.equations.symbolic import to_sympy
from dysts.systems.system import System

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / "build" / "predecessor"
KNOWN = HERE.parents[1] / "build" / "predecessor.jsonl"
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
        dysts.integrate(system, POINTS, step=step, rtol=TOLERANCE, atol=TOLERANCE, threads=1, predictability=False)
        seconds.append(time.process_time() - begin)
    return float(np.median(seconds[1:]))


def plain_function(system: System) -> Any:
    """Return the right-hand side as the Python function that a user of scipy would write."""
    names = [*system.variables, *system.flat_parameters, *system.definitions, "t"]
    symbols = {name: sympy.Symbol(name, real=True) for name in names}
    definitions, derivatives = system.vector_field.definitions, system.vector_field.derivatives
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


def predecessor_python(*more: str) -> Path:
    """Return the interpreter of the predecessor's environment, with more packages or not, creating it if need be."""
    folder = ENVIRONMENT.with_name("-".join([ENVIRONMENT.name, *more]))
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        environment = {key: value for key, value in os.environ.items() if key not in ("PIP_CONSTRAINT", "PYTHONPATH")}
        command = [python, "-m", "pip", "install", "--quiet", "dysts==0.96", *more]
        subprocess.run(command, check=True, env=environment)
    return python


def predecessor_rows(names: list[str], python: Path, limit: float) -> dict[str, dict[str, Any]]:
    """Return what the predecessor took for each system, computing what is not known from an earlier run."""
    rows = known_rows()
    missing = [name for name in names if name not in rows]
    if missing:
        command = [str(python), str(HERE / "predecessor.py"), str(limit), *missing]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process,
            KNOWN.open("a") as known,
        ):
            assert process.stdout is not None
            for count, line in enumerate(process.stdout, start=1):
                row = json.loads(line)
                known.write(line)
                known.flush()
                print(f"\rpredecessor {count} of {len(missing)}: {row['system']:30}", end="", file=sys.stderr)
        print(file=sys.stderr)
        rows = known_rows()
    lost = [name for name in names if name not in rows]
    if lost:
        raise SystemExit(f"the predecessor ended before {lost[0]}; run again to go on there")
    return rows


def known_rows() -> dict[str, dict[str, Any]]:
    """Return what earlier runs of the predecessor have left."""
    lines = KNOWN.read_text().splitlines() if KNOWN.exists() else []
    return {row["system"]: row for row in map(json.loads, lines)}


def first_trajectory(cache: str) -> float:
    """Return the wall seconds of a new process up to its first trajectory."""
    program = "import dysts; dysts.integrate('Lorenz', 1000)"
    environment = os.environ | {"DYSTS_CACHE": cache}
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    return time.perf_counter() - begin


def ensemble_seconds(states: np.ndarray, times: np.ndarray, threads: int) -> tuple[float, float]:
    """Return the shortest CPU and wall seconds of seven runs of an ensemble."""
    seconds = []
    for _ in range(8):
        begin = time.process_time(), time.perf_counter()
        dysts.integrate("Lorenz", times=times, initial_conditions=states, rtol=1e-9, atol=1e-9, threads=threads)
        seconds.append((time.process_time() - begin[0], time.perf_counter() - begin[1]))
    cpu, wall = zip(*seconds[1:], strict=True)
    return min(cpu), min(wall)


def print_ensemble() -> None:
    """Compare 1000 initial conditions of Lorenz with scipy, which integrates ten of them."""
    lorenz = dysts.get_system("Lorenz")
    times = np.arange(POINTS) * (lorenz.period / 100.0)
    states = np.array(lorenz.initial_conditions) + np.random.default_rng(0).standard_normal((1000, 3))
    (one, alone), (_, two) = (ensemble_seconds(states, times, threads) for threads in (1, 2))
    function = plain_function(lorenz)
    begin = time.process_time()
    for state in states[:10]:
        solve_ivp(function, (0.0, times[-1]), state, method="DOP853", t_eval=times, rtol=1e-9, atol=1e-9)
    theirs = 100.0 * (time.process_time() - begin)
    print(
        f"\n1000 initial conditions of Lorenz x {POINTS} points at 1e-9: {one:.3f} CPU s, {theirs / one:.0f} "
        f"times less than scipy ({theirs:.0f} s from ten of them); two threads {alone / two:.2f} times as fast as one "
        "by the clock"
    )


COMPILE_ALL = """
import time
import dysts
from dysts.systems.system import System
systems = [dysts.get_system(name) for name in dysts.list_systems()]
import numba
begin = time.perf_counter()
for system in systems:
    system.compiled.function.address
print(time.perf_counter() - begin)
"""


def print_start() -> None:
    """Time the first trajectory and all right-hand sides, with an empty cache and with a warm one."""
    with tempfile.TemporaryDirectory() as empty:
        cold, warm = first_trajectory(empty), min(first_trajectory(empty) for _ in range(3))
    print(f"first trajectory in a new process: {cold:.2f} s with an empty cache, {warm:.2f} s with a warm one")
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | {"DYSTS_CACHE": empty}
        cold, warm = (
            float(subprocess.run([sys.executable, "-c", COMPILE_ALL], env=environment, capture_output=True).stdout)
            for _ in range(2)
        )
    print(f"all {len(dysts.list_systems())} right-hand sides: {cold:.1f} s with an empty cache, {warm:.2f} s warm")


def print_table(names: list[str], theirs: dict[str, dict[str, Any]]) -> None:
    """Print the ratios of single trajectories, the smallest first."""
    print(f"CPU seconds for {POINTS} points; ours and scipy's DOP853 at rtol = atol = {TOLERANCE:g} on a warm cache")
    print(f"{'system':24} {'ours':>10} {'scipy':>9} {'ratio':>7} {'predecessor':>12} {'ratio':>8}")
    rows = []
    for name in names:
        step = 10.0 * theirs[name]["period"] / POINTS
        system = dysts.get_system(name)
        scipy = np.nan if system.delay else scipy_seconds(system, step)
        rows.append((name, cpu_seconds(system, step), scipy, theirs[name]["seconds"]))
    for name, ours, scipy, predecessor in sorted(rows, key=lambda row: row[3] / row[1]):
        mark = " " if theirs[name]["finished"] else ">"
        print(
            f"{name:24} {ours:10.6f} {scipy:9.4f} {scipy / ours:7.0f} {mark}{predecessor:11.3f} "
            f"{mark}{predecessor / ours:7.0f}"
        )
    ours, predecessor = sum(row[1] for row in rows), sum(row[3] for row in rows)
    print(f"{'sum':24} {ours:10.6f} {'':9} {'':7} {predecessor:12.3f} {predecessor / ours:8.0f}")
    ordinary = [row for row in rows if not np.isnan(row[2])]
    smooth = [row for row in ordinary if not dysts.get_system(row[0]).compiled.has_switches]
    ratios = sorted((row[2] / row[1], row[0]) for row in smooth)
    below = ", ".join(f"{name} {ratio:.0f}" for ratio, name in ratios if ratio < 100.0) or "none"
    print(f"scipy, {len(smooth)} smooth systems: median ratio {ratios[len(ratios) // 2][0]:.0f}; below 100: {below}")
    fewer = [row[0] for row in rows if row[3] / row[1] < 1000.0]
    print(f"predecessor: below 1000: {', '.join(fewer) or 'none'}")
    ours, predecessor = sum(row[1] for row in ordinary), sum(row[3] for row in ordinary)
    print(f"without delay systems: sum {ours:.4f} s, predecessor {predecessor:.1f} s, ratio {predecessor / ours:.0f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="compared one by one")
    parser.add_argument("--all", action="store_true", help="compare all systems")
    parser.add_argument("--predecessor", type=Path, help="a Python that has dysts 0.96 installed")
    parser.add_argument("--limit", type=float, default=60.0, help="CPU seconds for one system (default: %(default)s)")
    parser.add_argument("--again", action="store_true", help="forget what the predecessor took before")
    arguments = parser.parse_args()
    names = dysts.list_systems() if arguments.all else arguments.systems.split(",")
    python = arguments.predecessor or predecessor_python()
    if arguments.again:
        KNOWN.unlink(missing_ok=True)
    theirs = predecessor_rows(names, python, arguments.limit)
    print_table(list(names), theirs)
    print_ensemble()
    print_start()


if __name__ == "__main__":
    main()
