"""Draws cost against error for six systems of different kinds, beside scipy's solvers.

Usage: python tests/performance/work_precision.py [--heyoka PYTHON] [-o FIGURE]

Every solver runs at relative tolerances from 1e-3 to 1e-13 with an absolute one a billionth of that, and ends at the
same five times; the error is the one of ``accuracy.py``, against heyoka's Taylor series in extended precision. CPU
seconds are of this run. scipy gets the right-hand side as the Python function that its user would write and,
for DOP853, our compiled one as well; its implicit solvers get our exact Jacobian. The stiff oscillator is not given to
scipy's explicit solver, which would need hundreds of thousands of steps. Ours takes power series where there are any;
the dotted curve is without them.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from accuracy import BUILD, HEYOKA, distance, job_of, references
from engine import plain_function
from matplotlib import pyplot as plt
from scipy.integrate import solve_ivp

import dysts
from dysts.systems.system import System

TOLERANCES = 10.0 ** -np.arange(3.0, 13.5)
LYAPUNOV_TIMES = 2.0
ENOUGH = 0.2
"""Measurements repeat until they took this many seconds, seven times at most; the shortest counts."""
KINDS = {
    "Lorenz": "polynomial, 3 components",
    "DoublePendulum": "Hamiltonian, trigonometric",
    "Hopfield": "saturating, 6 components",
    "CellCycle": "rational, 6 components",
    "Chua": "kinks",
    "VanDerPol": "stiff, mu = 1000",
}
Solver = Callable[[np.ndarray, float], np.ndarray]


def van_der_pol() -> System:
    """Return the relaxation oscillator at mu = 1000; one turn takes 1614."""
    definition = {
        "description": "Van der Pol oscillator",
        "field": "electronics",
        "variables": ["x", "v"],
        "equations": {"x": "v", "v": "mu*(1 - x**2)*v - x"},
        "parameters": {"mu": 1000.0},
        "initial_conditions": [2.0, 0.0],
    }
    period = {"value": 1614.0, "method": "of the limit cycle"}
    return System.from_entry("VanDerPol", {"definition": definition, "properties": {"period": period}})


def job(system: System) -> dict[str, Any]:
    """Return what the reference computes: a few Lyapunov times, or the period of the stiff oscillator."""
    end = system.period if system.name == "VanDerPol" else LYAPUNOV_TIMES / system.lyapunov_exponent
    return job_of(system, "long double", end)


def ours(system: System, solver: str) -> Solver:
    """Return our own integration."""

    def solve(times: np.ndarray, tolerance: float) -> np.ndarray:
        run = dysts.integrate(system, times=times, rtol=tolerance, solver=solver, threads=1, predictability=False)
        return run.values

    return solve


def scipy(system: System, method: str, function: Callable[..., Any], jacobian: Callable[..., Any] | None) -> Solver:
    """Return one of scipy's solvers."""

    def solve(times: np.ndarray, tolerance: float) -> np.ndarray:
        options = {} if jacobian is None else {"jac": jacobian}
        result = solve_ivp(
            function,
            (0.0, times[-1]),
            system.initial_conditions,
            method=method,
            t_eval=times,
            rtol=tolerance,
            atol=tolerance * 1e-9,
            **options,
        )
        return result.y.T

    return solve


def solvers(system: System) -> dict[str, Solver]:
    """Return the contestants."""
    plain = plain_function(system)
    contestants = {
        "dysts": ours(system, "auto"),
        "dysts without series": ours(system, "dop853+radau"),
        "scipy LSODA": scipy(system, "LSODA", plain, system.jacobian),
        "scipy Radau": scipy(system, "Radau", plain, system.jacobian),
    }
    if system.name != "VanDerPol":
        contestants["scipy DOP853"] = scipy(system, "DOP853", plain, None)
        contestants["scipy DOP853, compiled"] = scipy(system, "DOP853", system.rhs, None)
    return contestants


def measure(solve: Solver, times: np.ndarray, tolerance: float) -> tuple[float, np.ndarray]:
    """Return the shortest CPU seconds and the states."""
    seconds: list[float] = []
    while len(seconds) < 7 and sum(seconds) < ENOUGH:
        begin = time.process_time()
        states = solve(times, tolerance)
        seconds.append(time.process_time() - begin)
    return min(seconds), states


def main() -> None:
    """Print the measurements and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heyoka", type=Path, help=f"a Python that has heyoka {HEYOKA} installed")
    parser.add_argument("-o", "--output", type=Path, default=BUILD / "work_precision.png")
    arguments = parser.parse_args()
    systems = [van_der_pol() if name == "VanDerPol" else dysts.get_system(name) for name in KINDS]
    jobs = [job(system) for system in systems]
    answers = references(jobs, arguments.heyoka)

    mpl.use("Agg")
    figure, axes = plt.subplots(2, 3, figsize=(12, 7.5), sharex=True, constrained_layout=True)
    styles = {
        "dysts": ("#d62728", "o", "-"),
        "dysts without series": ("#d62728", "o", ":"),
        "scipy DOP853, compiled": ("#1f77b4", "s", "--"),
        "scipy DOP853": ("#1f77b4", "s", "-"),
        "scipy LSODA": ("#2ca02c", "^", "-"),
        "scipy Radau": ("#7f7f7f", "D", "-"),
    }
    for system, work, answer, axis in zip(systems, jobs, answers, axes.flat, strict=True):
        if "failure" in answer:
            raise SystemExit(f"{system.name}: reference: {answer['failure']}")
        trajectory = dysts.integrate(system, 1201, points_per_period=100, observables=True)
        size = trajectory.values.std(axis=0)
        print(f"\n{system.name}: CPU seconds and error")
        for name, solve in solvers(system).items():
            solve(np.array(work["times"]), 1e-3)
            rows = [(tolerance, *measure(solve, np.array(work["times"]), tolerance)) for tolerance in TOLERANCES]
            errors = [distance(system, states, answer["states"], size) for _, _, states in rows]
            color, marker, line = styles[name]
            axis.loglog(
                errors,
                [row[1] for row in rows],
                color=color,
                marker=marker,
                linestyle=line,
                markersize=4,
                linewidth=1.2,
                label=name,
            )
            shown = [f"{row[1]:.1e}/{error:.0e}" for row, error in zip(rows, errors, strict=True)]
            print(f"{name:24}" + " ".join(shown), flush=True)
        axis.set_title(f"{system.name} ({KINDS[system.name]})", fontsize=10)
        axis.grid(True, which="major", linewidth=0.4, alpha=0.6)
    axes[0, 0].invert_xaxis()
    for axis in axes[1]:
        axis.set_xlabel("error / attractor's size")
    for axis in axes[:, 0]:
        axis.set_ylabel("CPU seconds")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    figure.savefig(arguments.output, dpi=130)
    print(f"\ndrawn: {arguments.output}")


if __name__ == "__main__":
    main()
