"""Compares the delay solver with the predecessor on the Mackey-Glass equation, side by side in one run.

Usage: python tests/performance/mackey_glass.py [--predecessor PYTHON]

Delay 17, time 0 to 500, 1001 points from the constant history that both know. The reference for the errors chains
ordinary equations by the method of steps, one for each delay, with scipy's DOP853 at a relative tolerance of 3e-14.
The predecessor (dysts 0.96) gets an environment of its own under ``build/``. CPU seconds are of this run and this
machine; the ratios are what travels.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np
from engine import predecessor_python
from scipy.integrate import solve_ivp

import dysts
from dysts.integration.delays import solve_delay_system
from dysts.integration.histories import check_histories
from dysts.systems.system import System

DELAY = 17.0
END = 500.0
POINTS = 1001
COMPARED_AT = 300.0
TOLERANCES = (1e-6, 1e-8, 1e-9, 1e-10, 1e-12)
MAXIMUM_STEPS = 1_000_000

# `make_trajectory` samples from one delay after the start of its own grid, so row 0 belongs to time 17.
PREDECESSOR = f"""
import contextlib, json, sys, time
import dysts.flows

model = dysts.flows.MackeyGlass()
model.tau, model.dt = {DELAY}, {END / (POINTS - 1)}
seconds = []
for _ in range(5):
    begin = time.process_time()
    with contextlib.redirect_stdout(sys.stderr):
        rows = model.make_trajectory({POINTS}, resample=False, embedding_dim=1)
    seconds.append(time.process_time() - begin)
row = round(({COMPARED_AT} - {DELAY}) / model.dt)
json.dump(dict(seconds=sorted(seconds)[2], value=float(rows[row, 0]), history=float(model.ic[0])), sys.stdout)
"""


def reference(system: System, at: float) -> float:
    """Return the solution at one time from ordinary equations only: component k is the solution k delays later."""
    history = system.initial_conditions[0]

    def slopes(t: float, x: np.ndarray) -> np.ndarray:
        return system.rhs(t, x[:, np.newaxis], np.concatenate([[history], x[:-1]])[:, np.newaxis])[:, 0]

    intervals = int(at // DELAY)
    starts = [history]
    for _ in range(intervals):
        whole = solve_ivp(slopes, (0.0, DELAY), starts, "DOP853", rtol=3e-14, atol=1e-15)
        starts = [history, *whole.y[:, -1]]
    part = solve_ivp(slopes, (0.0, at - intervals * DELAY), starts, "DOP853", rtol=3e-14, atol=1e-15)
    return float(part.y[-1, -1])


def ours(system: System, tolerance: float, repeats: int = 21) -> tuple[float, float]:
    """Return the median CPU seconds of one warm trajectory, and its value where the two are compared."""
    times = np.linspace(0.0, END, POINTS)
    absolute = np.array([1e-3 * tolerance])
    seconds = []
    for _ in range(repeats + 1):
        begin = time.process_time()
        histories = check_histories(system, system.initial_conditions)
        solution = solve_delay_system(
            system, times, histories, np.full(system.dimension, tolerance), absolute, MAXIMUM_STEPS, 1
        )
        seconds.append(time.process_time() - begin)
    return float(np.median(seconds[1:])), float(solution.values[0, times == COMPARED_AT, 0][0])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predecessor", type=Path, help="a Python that has dysts 0.96 installed")
    arguments = parser.parse_args()
    python = arguments.predecessor or predecessor_python()
    # Isolated, or it would find the package of this repository in the current folder.
    done = subprocess.run([python, "-I", "-c", PREDECESSOR], check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout)

    system = dysts.get_system("MackeyGlass").with_parameters(tau=DELAY)
    system = system.with_initial_conditions([theirs["history"]])
    exact = reference(system, COMPARED_AT)
    print(f"Mackey-Glass, delay {DELAY:g}, time 0 to {END:g}, {POINTS} points; error at t = {COMPARED_AT:g}")
    print(f"{'':22} {'CPU seconds':>12} {'error':>9} {'ratio':>7}")
    print(f"{'predecessor':22} {theirs['seconds']:12.6f} {abs(theirs['value'] - exact):9.1e} {1:7}")
    for tolerance in TOLERANCES:
        seconds, value = ours(system, tolerance)
        label = f"ours at rtol {tolerance:g}"
        print(f"{label:22} {seconds:12.6f} {abs(value - exact):9.1e} {theirs['seconds'] / seconds:7.0f}")


if __name__ == "__main__":
    main()
