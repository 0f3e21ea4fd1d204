"""Times the Lyapunov exponents of the Lorenz system, and draws how exponents converge.

Usage: python tests/performance/lyapunov.py [--predecessor PYTHON] [--plot FILE] [--no-predecessor]

Ours is warm: the first call compiles and is not counted. The predecessor (dysts 0.96) gets an environment of its own
under ``build/`` and computes its spectrum with the settings of its own documentation. Times are of this machine; the
ratios of errors and times are what travels.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np
from engine import predecessor_python

import dysts

REFERENCE = (0.9056, 0.0, -14.5723)
"""Sprott (2003), at beta = 8/3."""
SHOWN = ("Lorenz", "Rossler", "HyperRossler", "DoublePendulum", "Duffing", "Lorenz96")
INTERVALS, PERIODS_PER_INTERVAL, TRAJECTORIES = 400, 5, 16
PREDECESSOR = """
import contextlib, json, sys, time
from dysts.flows import Lorenz
from dysts.analysis import find_lyapunov_exponents
model = Lorenz()
begin = time.process_time()
with contextlib.redirect_stdout(sys.stderr):
    spectrum = find_lyapunov_exponents(model, 2000, pts_per_period=200)
json.dump([time.process_time() - begin, [float(value) for value in spectrum]], sys.stdout)
"""


def time_ours() -> float:
    """Print what one warm call takes, for the first exponent and for all; return the CPU seconds of the latter."""
    lorenz = dysts.get_system("Lorenz").with_parameters(beta=8.0 / 3.0)
    cpu = 0.0
    for vectors in (1, 3):
        dysts.lyapunov_spectrum(lorenz, vectors=vectors, trajectories=2, periods=10.0)
        wall, begin = time.perf_counter(), time.process_time()
        found = dysts.lyapunov_spectrum(lorenz, vectors=vectors, trajectories=16, periods=2400.0)
        cpu = time.process_time() - begin
        wall = time.perf_counter() - wall
        values = ", ".join(f"{x:.4f} +- {e:.4f}" for x, e in zip(found.exponents, found.errors, strict=True))
        print(f"ours, {vectors} exponents: {wall:.2f} s ({cpu:.2f} s CPU): {values}; published {REFERENCE[:vectors]}")
    return cpu


def time_predecessor(python: Path, ours: float) -> None:
    """Print what the predecessor takes and finds."""
    done = subprocess.run([python, "-I", "-W", "ignore", "-c", PREDECESSOR], check=True, capture_output=True, text=True)
    seconds, spectrum = json.loads(done.stdout)
    values = ", ".join(f"{value:.3f}" for value in spectrum)
    print(f"dysts 0.96, its spectrum from 2000 points: {seconds:.1f} s CPU, {seconds / ours:.0f} times ours: {values}")


def draw(path: Path) -> None:
    """Draw how far running means of the exponents are off the stored ones, with their standard errors.

    Percents are of the exponent itself or of the first one, whichever is larger.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, grid = pyplot.subplots(2, 3, figsize=(12.0, 7.0), constrained_layout=True)
    for axes, name in zip(grid.flat, SHOWN, strict=True):
        system = dysts.get_system(name)
        number = system.dimension - (system.driving_phase is not None)
        rates = dysts.local_exponents(
            system,
            interval=PERIODS_PER_INTERVAL * system.period,
            intervals=INTERVALS,
            vectors=number,
            trajectories=TRAJECTORIES,
        ).values
        running = np.cumsum(rates, axis=1) / np.arange(1, INTERVALS + 1)[:, None]
        mean = running.mean(axis=0)
        error = running.std(axis=0, ddof=1) / np.sqrt(TRAJECTORIES)
        periods = PERIODS_PER_INTERVAL * np.arange(1, INTERVALS + 1)
        stored = np.array(system.property_value("lyapunov_spectrum"))
        # The exact zero of a driving phase has no tangent vector here.
        stored = stored[stored != 0.0] if system.driving_phase is not None else stored
        for index in range(number):
            percent = 100.0 / max(system.lyapunov_exponent, abs(stored[index]))
            off = (mean[:, index] - stored[index]) * percent
            (line,) = axes.plot(periods, off, label=f"exponent {index + 1}: {stored[index]:.3g}")
            width = error[:, index] * percent
            axes.fill_between(periods, off - width, off + width, color=line.get_color(), alpha=0.2, linewidth=0.0)
        axes.axhline(0.0, color="black", linewidth=0.8, linestyle=":")
        axes.set(title=name, xscale="log", xlabel="periods", ylabel="off the stored value, %", ylim=(-14, 10))
        axes.legend(fontsize="small", loc="lower right", ncols=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    print(f"running means with standard errors over {TRAJECTORIES} trajectories: {path}")


def main() -> None:
    """Print the times and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predecessor", type=Path, help="a Python that has dysts 0.96 installed")
    parser.add_argument("--no-predecessor", action="store_true", help="ours alone")
    parser.add_argument("--plot", type=Path, default=Path("build/lyapunov_convergence.png"))
    arguments = parser.parse_args()
    ours = time_ours()
    if not arguments.no_predecessor:
        time_predecessor(arguments.predecessor or predecessor_python(), ours)
    draw(arguments.plot)


if __name__ == "__main__":
    main()
