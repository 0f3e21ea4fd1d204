"""Prints error and cost of the well-known stiff problems beside SciPy's Radau and LSODA.

Usage: python tests/performance/stiff_problems.py [--tolerances 1e-4,1e-8] [--problems "E5;HIRES"]

The problems and their reference states are those of tests/dysts/solvers: entries in ``stiff_problems.json``,
published or independently computed values in ``stiff_references.json``. An error is the largest one of a component,
relative to that component (Kuramoto-Sivashinsky and the ring modulator: to the largest component). All four run in
turn, in one process, with the same tolerances; SciPy gets our compiled right-hand side and exact Jacobian as Python
functions. The cost is the least processor time of several runs.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

import dysts

FILES = Path(__file__).parents[1] / "dysts" / "solvers"
ENOUGH = 0.3
"""Runs are repeated until they took this many seconds of processor time, seven times at most."""
OSCILLATING = ("KuramotoSivashinsky", "RingModulator")
"""Problems whose components pass zero."""
LONGEST = "RingModulator"
"""The problem whose full time SciPy's Radau needs minutes for; its start stands for it."""


def ours(solver: str) -> Callable[[dysts.System, float, float, float], np.ndarray]:
    """Return an integration by one of our solvers."""

    def solve(system: dysts.System, end: float, rtol: float, atol: float) -> np.ndarray:
        run = dysts.integrate(
            system, times=[end], rtol=rtol, atol=atol, solver=solver, predictability=False, maximum_steps=10**8
        )
        return run.values[0]

    return solve


def scipys(method: str) -> Callable[[dysts.System, float, float, float], np.ndarray]:
    """Return an integration by one of SciPy's methods."""

    def solve(system: dysts.System, end: float, rtol: float, atol: float) -> np.ndarray:
        compiled, parameters = system.compiled, system.flat_parameters
        result = solve_ivp(
            lambda t, y: compiled.derivative(t, y, parameters),
            (0.0, end),
            system.initial_conditions,
            method=method,
            jac=lambda t, y: compiled.jacobian(t, y, parameters),
            t_eval=[end],
            rtol=rtol,
            atol=atol,
        )
        return result.y[:, -1] if result.success else np.full(system.dimension, np.nan)

    return solve


SOLVERS = {
    "ours, auto": ours("auto"),
    "ours, radau": ours("radau"),
    "SciPy Radau": scipys("Radau"),
    "SciPy LSODA": scipys("LSODA"),
}


def measure(problem: str, rtol: float) -> dict[str, tuple[float, float]]:
    """Return error and processor time of each solver."""
    reference = json.loads((FILES / "stiff_references.json").read_text())[problem]
    system = dysts.load_systems(FILES / "stiff_problems.json")[reference["system"]]
    expected = np.array(reference["state"])
    scale = np.abs(expected)
    if reference["system"] in OSCILLATING:
        scale[:] = scale.max()
    found = {}
    for label, solve in SOLVERS.items():
        begin, least = time.process_time(), np.inf
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            solve(system, reference["time"], rtol, reference["atol"])  # which compiles
            for _ in range(7):
                start = time.process_time()
                state = solve(system, reference["time"], rtol, reference["atol"])
                least = min(least, time.process_time() - start)
                if time.process_time() - begin > ENOUGH:
                    break
        found[label] = float(np.max(np.abs(state - expected) / scale)), least
    return found


def main() -> None:
    """Print a Markdown table."""
    names = json.loads((FILES / "stiff_references.json").read_text())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tolerances", default="1e-4,1e-8", help="relative tolerances, with commas")
    parser.add_argument("--problems", default=";".join(n for n in names if n != LONGEST), help="names, with semicolons")
    options = parser.parse_args()
    print("| problem | rtol | " + " | ".join(SOLVERS) + " |")
    print("|---|---|" + "---|" * len(SOLVERS))
    for problem in options.problems.split(";"):
        for rtol in map(float, options.tolerances.split(",")):
            found = measure(problem, rtol)
            cells = " | ".join(f"{error:.0e}, {1e3 * cost:.3g} ms" for error, cost in found.values())
            print(f"| {problem} | {rtol:.0e} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
