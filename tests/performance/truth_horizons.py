"""Measures how long the truth of a forecast window is known, and how long stored solutions are right.

Usage: python tests/performance/truth_horizons.py [--systems A,B,...] [--json FILE] [--page FILE]

Every system that has a Lyapunov time starts from its stored initial condition, with 20 points in each of 40 Lyapunov
times. ``truth`` is the time until which `dysts.window_truth` knows the solution: two independent solutions agree to one
per cent of a standard deviation in every observable. ``store`` is the time until which a solution stays as close to
that truth at the tolerance and with the solver of the recipes, ``before`` with those of store format 3 (DOP853 and
Radau at 1e-12). All times are in Lyapunov times; 40 means at least 40. Seconds are of processor time, of the second of
two runs: of the truth's solution, and of that of the recipes.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.datasets.recipe import Recipe, solver_of
from dysts.integration.extended import admits_extended
from dysts.integration.truth import points_of_agreement, window_truth
from dysts.systems.system import System

LYAPUNOV_TIMES, POINTS = 40, 20
WANTED = 24.0
"""Lyapunov times for which the truth of a window is to be known."""
BEFORE: dict[str, Any] = {"solver": "dop853+radau", "rtol": 1e-12}
TOLERANCE = Recipe(name="any", points_per_period=2, periods=1).rtol
COLUMNS = ("truth", "store", "before")
PAGE = f"""---
orphan: true
---

# How long solutions are right

Lyapunov times from the stored initial condition until one observable is off by one per cent of its standard deviation,
of {LYAPUNOV_TIMES} that were measured, with {POINTS} points in each. *Truth*: what `dysts.window_truth` computes, in
extended precision where equations are smooth, until its two solutions part. *Series*: the solver and tolerance of the
recipes. *Format 3*: those of earlier stores, DOP853 at 1e-12. Written by `make truth-horizons`.
"""


def kind_of(system: System) -> str:
    """Return the class of equations of a system."""
    if system.delay is not None:
        return "delay"
    if system.compiled.has_switches:
        return "kinks"
    return "smooth" if admits_extended(system) else "smooth without series"


def timed(system: System, times: np.ndarray, **options: Any) -> tuple[np.ndarray, float]:
    """Return the observables of a solution and the seconds of its second computation."""
    seconds = 0.0
    for _ in range(2):
        begin = time.process_time()
        run = dysts.integrate(system, times=times, predictability=False, on_failure="keep", **options)
        seconds = time.process_time() - begin
    return system.observe(run.values), seconds


def measure(name: str) -> dict[str, Any]:
    """Return the row of one system."""
    system = dysts.get_system(name)
    times = np.arange(LYAPUNOV_TIMES * POINTS + 1) * (system.lyapunov_time / POINTS)
    truth = window_truth(system, system.initial_conditions, times)
    scale = truth.values[: truth.points].std(axis=0)
    scale[scale == 0.0] = 1.0
    before = BEFORE if system.delay is None else BEFORE | {"solver": "dop853"}
    row: dict[str, Any] = {"system": name, "kind": kind_of(system), "method": truth.method}
    row["truth"] = (truth.points - 1) / POINTS
    for column, options in (("store", {"solver": solver_of(system), "rtol": TOLERANCE}), ("before", before)):
        values, row[f"{column}_seconds"] = timed(system, times, **options)
        points = points_of_agreement(truth.values, values, scale)
        row[column] = (min(points, truth.points) - 1) / POINTS
    if "extended" in truth.method:
        row["truth_seconds"] = timed(system, times, precision="extended")[1]
    return row


def print_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print the distribution of the times of some systems, and which do not reach the wanted time."""
    print(f"\n{title}: {len(rows)} systems")
    print(f"{'':8} {'least':>6} {'5 %':>6} {'25 %':>6} {'median':>6} {'75 %':>6}   at least {WANTED:g}")
    for column in COLUMNS:
        values = np.array([row[column] for row in rows])
        quantiles = np.quantile(values, [0.0, 0.05, 0.25, 0.5, 0.75], method="lower")
        share = np.mean(values >= WANTED)
        print(f"{column:8} {' '.join(f'{value:6.1f}' for value in quantiles)}   {100 * share:.0f} %")
    short = sorted((row["truth"], row["system"]) for row in rows if row["truth"] < WANTED)
    if short:
        print("truth is shorter: " + ", ".join(f"{name} {value:.1f}" for value, name in short))
    paired = [row["truth_seconds"] / row["store_seconds"] for row in rows if "truth_seconds" in row]
    if paired:
        print(f"seconds of extended precision over those of the store: median {np.median(paired):.0f}")


def page(rows: Sequence[dict[str, Any]]) -> str:
    """Return the page of the documentation."""
    lines = [PAGE, "| system | equations | truth | series | format 3 |", "|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: row["system"]):
        values = (f"{'≥ ' if row[column] >= LYAPUNOV_TIMES else ''}{row[column]:.1f}" for column in COLUMNS)
        kind = f"{row['kind']}, in doubles" if row["kind"] == "smooth" and "double" in row["method"] else row["kind"]
        lines.append(f"| {row['system']} | {kind} | {' | '.join(values)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", help="names separated by commas; all by default")
    parser.add_argument("--json", type=Path, help="a file for all rows; rows that it holds are not measured again")
    parser.add_argument("--page", type=Path, help="a file for a page of the documentation with all rows")
    arguments = parser.parse_args()
    names = arguments.systems.split(",") if arguments.systems else dysts.list_systems()
    names = [name for name in names if dysts.get_system(name).lyapunov_time is not None]
    known = arguments.json is not None and arguments.json.exists()
    rows = json.loads(arguments.json.read_text(encoding="utf-8")) if known else []
    done = {row["system"] for row in rows}
    for number, name in enumerate(names, start=1):
        if name in done:
            continue
        rows.append(measure(name))
        shown = ", ".join(f"{column} {rows[-1][column]:.1f}" for column in COLUMNS)
        print(f"{number} of {len(names)} {name}: {shown}", file=sys.stderr, flush=True)
        if arguments.json is not None:
            arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    wanted = [row for row in rows if row["system"] in names]
    for kind in sorted({row["kind"] for row in wanted}):
        print_table(kind, [row for row in wanted if row["kind"] == kind])
    print_table("all", wanted)
    if arguments.page is not None:
        arguments.page.write_text(page(wanted), encoding="utf-8")


if __name__ == "__main__":
    main()
