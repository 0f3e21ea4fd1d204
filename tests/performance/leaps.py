"""Counts how often an integrator leaps over a switch or a pulse that it has no reason to expect.

Usage: python tests/performance/leaps.py [--cases N] [--seed N]

Each case is a quantity that a random function of time drives through a switch (hyperbolic tangent, logistic function)
or a pulse (Gaussian, squared hyperbolic secant), some ten times in 80 units of time; nothing else happens, so that
steps may grow as they like. The integral is also summed over two million points. An error of more than a thousandth of
what one pulse or switch holds counts as a leap. All run at a relative and absolute tolerance of 1e-10. Two columns are
delay systems: one with the same function of time, one with that function of the delayed state of a clock.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import cumulative_trapezoid

import dysts
from dysts.equations.expressions import evaluate, parse
from dysts.systems.system import System

END = 80.0
POINTS = 2_000_001
TOLERANCE = 1e-10
LEAP = 1e-3
SOLVERS = ("taylor", "auto", "dop853", "radau")
DELAYS = ("delay", "past")
COLUMNS = (*SOLVERS, *DELAYS)
DELAY = 30.0
KINDS: dict[str, Callable[[str, float], str]] = {
    "tanh": lambda angle, k: f"tanh({k}*({angle}))",
    "logistic": lambda angle, k: f"1/(1 + exp({min(k, 300.0)}*({angle})))",
    "Gaussian": lambda angle, k: f"exp(-{k}*({angle})**2)",
    "secant": lambda angle, k: f"1 - tanh({np.sqrt(k)}*({angle}))**2",
}


def system_of(expression: str) -> System:
    """Return the system of one case."""
    definition = {
        "description": "A quantity that time drives",
        "field": "mathematics",
        "variables": ["x"],
        "equations": {"x": expression},
        "initial_conditions": [0.0],
    }
    return System.from_entry("Driven", {"definition": definition})


def delay_system_of(expression: str, column: str) -> System:
    """Return the delay system of one case."""
    if column == "past":
        expression = expression.replace("*t)", "*(s_tau + tau))")
    definition = {
        "description": "A quantity that time drives, beside a delay",
        "field": "mathematics",
        "variables": ["x", "s"],
        "equations": {"x": f"{expression} + 0*x_tau", "s": "1"},
        "parameters": {"tau": DELAY},
        "delay": "tau",
        "initial_conditions": [0.0, 0.0],
    }
    return System.from_entry("Driven", {"definition": definition})


def clock(t: float) -> list[float]:
    """Return the history of such a system."""
    return [0.0, t]


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60, help="of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    fine = np.linspace(0.0, END, POINTS)
    times = np.linspace(0.0, END, 41)
    leaps = {name: dict.fromkeys(COLUMNS, 0) for name in KINDS}
    steps = {name: dict.fromkeys(COLUMNS, 0) for name in KINDS}
    for case in range(arguments.cases):
        sharpness = float(10.0 ** random.uniform(1.0, 3.5))
        angle = f"sin({random.uniform(0.3, 3.0)}*t) - ({random.uniform(-0.9, 0.9)})"
        for name, kind in KINDS.items():
            print(f"\rcase {case + 1} of {arguments.cases}: {name:10}", end="", file=sys.stderr, flush=True)
            text = kind(angle, sharpness)
            forcing = np.asarray(evaluate(parse(text, where=name, names=()), {"t": fine}))
            exact = cumulative_trapezoid(forcing, fine, initial=0.0)[:: (POINTS - 1) // 40]
            holds = END / POINTS + float(np.abs(forcing).mean())
            for solver in COLUMNS:
                how: dict[str, Any] = {"solver": solver}
                system = system_of(text)
                if solver in DELAYS:
                    how, system = {"history": clock}, delay_system_of(text, solver)
                run = dysts.integrate(system, times=times, rtol=TOLERANCE, atol=TOLERANCE, predictability=False, **how)
                leaps[name][solver] += bool(np.abs(run.values[:, 0] - exact).max() > LEAP * holds)
                steps[name][solver] += int(run.attrs["steps_accepted"])
    print(file=sys.stderr)
    print(f"leaps in {arguments.cases} cases of each kind, and steps in a case")
    print(f"{'':10}" + "".join(f"{solver:>16}" for solver in COLUMNS))
    for name in KINDS:
        counts = (f"{leaps[name][solver]:6} {steps[name][solver] // arguments.cases:9}" for solver in COLUMNS)
        print(f"{name:10}" + "".join(counts))


if __name__ == "__main__":
    main()
