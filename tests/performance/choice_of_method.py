"""Is `auto` ever much slower than the best of our methods at equal error? A table over all smooth systems.

Usage: python tests/performance/choice_of_method.py FILE [--systems A,B] [--seconds N] [--table]

For each smooth system, power series and DOP853 (which hands over to Radau IIA) run at eleven tolerances, and ``auto``
at six of them: one trajectory and many, with a thousand points and with the last one alone, over ten periods or three
Lyapunov times, whichever ends first. The error is that of the last point beside power series at the tightest tolerance,
in units of the attractor's size, the median over the trajectories. How long another method takes to be as accurate as
`auto` is interpolated between its tolerances; the ratio is the least of these times, that of `auto` included, to the
time of `auto`.

A line of FILE is written as soon as a system is done, and a system in the file is not measured again, so that a run
which was ended goes on where it was. With ``--seconds`` no system is begun after so many CPU seconds. ``--table`` only
prints the table of the file. Times are the least CPU seconds of some runs on one thread, the methods in turn.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.errors import DystsError
from dysts.systems.system import System

TOLERANCES = tuple(10.0**-power for power in range(3, 14))
ASKED = (1e-4, 1e-6, 1e-8, 1e-9, 1e-10, 1e-12)
"""Tolerances of `auto`."""
REFERENCE = 1e-14
FLOOR = 1e-11
"""Errors below this one are not told apart, as the reference has errors of that size."""
METHODS = {"series": "taylor", "dop853": "dop853+radau"}
POINTS = {"dense": 1000, "end": 1}
MANY = 32
WIDTH = 1e-3
"""Relative spread of the initial states of many trajectories."""
ROUNDS = {1: 5, MANY: 2}
ENOUGH = 0.8
"""Least ratio that counts as good."""


def smooth_systems() -> list[str]:
    """Return the names of the systems without delay, kinks and jumps."""
    systems = [dysts.get_system(name) for name in dysts.list_systems()]
    return [system.name for system in systems if system.delay is None and not system.compiled.has_switches]


def measured(system: System) -> dict[str, Any]:
    """Return errors and times of every method, by number of trajectories, density of the output and tolerance."""
    exponent = 0.0 if system.no_lyapunov_time else system.lyapunov_exponent
    end = min(10.0 * system.period, 3.0 / exponent if exponent > 0.0 else np.inf)
    state = np.array(system.initial_conditions)
    noise = np.random.default_rng(0).standard_normal((MANY, state.size))
    row: dict[str, Any] = {"system": system.name, "end": end}
    for trajectories, states in ((1, state), (MANY, state * (1.0 + WIDTH * noise))):
        reference = observed(system, prepared(system, "taylor", REFERENCE, [end]), states)
        size = spread(system, reference)
        for density, points in POINTS.items():
            times = np.linspace(0.0, end, points + 1)[1:]
            calls = {
                f"{name} {tolerance:.0e}": prepared(system, solver, tolerance, times)
                for name, solver in {**METHODS, "auto": "auto"}.items()
                for tolerance in (ASKED if name == "auto" else TOLERANCES)
            }
            errors = {}
            for key, call in calls.items():
                differences = np.abs(observed(system, call, states) - reference) / size
                worst = differences.reshape(-1, differences.shape[-1]).max(axis=-1)
                errors[key] = float(np.median(np.nan_to_num(worst, nan=np.inf)))
            seconds = dict.fromkeys(calls, np.inf)
            for _ in range(ROUNDS[trajectories]):
                for key, call in calls.items():
                    begin = time.process_time()
                    call(states)
                    seconds[key] = min(seconds[key], time.process_time() - begin)
            row[f"{trajectories} {density}"] = {key: (errors[key], seconds[key]) for key in calls}
    return row


def prepared(system: System, solver: Any, tolerance: float, times: Any) -> Callable[..., np.ndarray]:
    """Return a solver of one tolerance."""
    return dysts.prepare(
        system, times=times, solver=solver, rtol=tolerance, atol=tolerance * 1e-3, threads=1, on_failure="keep"
    )


def observed(system: System, call: Callable[..., np.ndarray], states: np.ndarray) -> np.ndarray:
    """Return the observables at the last time: float64 [1 or trajectory, observable]."""
    return system.observe(np.atleast_2d(call(states)[..., -1, :]))


def spread(system: System, values: np.ndarray) -> np.ndarray:
    """Return the standard deviations of the observables on the attractor, or their size where they are not known."""
    known = system.properties.get("standard_deviation")
    own = np.abs(values).max(axis=0) + 1e-300
    if known is None or len(known["value"]) != own.size:
        return own
    return np.where(np.array(known["value"]) > 0.0, known["value"], own)


def seconds_for(runs: dict[str, list[float]], method: str, error: float) -> float:
    """Return the interpolated seconds that a method takes for an error; infinity if it is never so accurate."""
    curve = [runs[f"{method} {tolerance:.0e}"] for tolerance in TOLERANCES]
    errors = np.minimum.accumulate([max(value, FLOOR) for value, _ in curve])
    seconds = np.array([took for _, took in curve])
    if not error >= errors[-1]:
        return np.inf
    if error >= errors[0]:
        return float(seconds[0])
    # Errors fall with the tolerances; numpy wants rising ones.
    return float(np.exp(np.interp(np.log(error), np.log(errors[::-1]), np.log(seconds[::-1]))))


def ratios(rows: list[dict[str, Any]]) -> dict[tuple[str, float], dict[str, tuple[float, float, float]]]:
    """Return for each setting and tolerance, by system, the ratio of `auto` and the seconds of series and DOP853."""
    found: dict[tuple[str, float], dict[str, tuple[float, float, float]]] = {}
    for row in rows:
        for setting in (f"{trajectories} {density}" for trajectories in ROUNDS for density in POINTS):
            runs = row[setting]
            for tolerance in ASKED:
                error, took = runs[f"auto {tolerance:.0e}"]
                others = [seconds_for(runs, method, max(error, FLOOR)) for method in METHODS]
                found.setdefault((setting, tolerance), {})[row["system"]] = (min(took, *others) / took, *others)
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table."""
    lines = [f"{'trajectories, output':22}{'rtol':>7}{'good':>6}{'median':>8}{'5 %':>6}{'series best':>13}  worst"]
    good = count = 0
    for (setting, tolerance), by_system in ratios(rows).items():
        values = np.array([ratio for ratio, _, _ in by_system.values()])
        best = np.mean([series < explicit for _, series, explicit in by_system.values()])
        worst = sorted(by_system, key=lambda name: by_system[name][0])[:3]
        good += int((values >= ENOUGH).sum())
        count += values.size
        lines.append(
            f"{setting:22}{tolerance:7.0e}{np.mean(values >= ENOUGH):6.0%}{np.median(values):8.2f}"
            f"{np.quantile(values, 0.05):6.2f}{best:13.0%}  "
            + ", ".join(f"{name} {by_system[name][0]:.2f}" for name in worst)
        )
    return "\n".join(
        [*lines, f"{len(rows)} systems; at least {ENOUGH} of the best in {good} of {count} ({good / count:.1%})"]
    )


def main() -> None:
    """Measure what the file lacks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--systems")
    parser.add_argument("--seconds", type=float, default=np.inf)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.file.read_text().splitlines()] if arguments.file.exists() else []
    wanted = arguments.systems.split(",") if arguments.systems else smooth_systems()
    missing = [] if arguments.table else [name for name in wanted if name not in {row["system"] for row in rows}]
    for name in missing:
        if time.process_time() > arguments.seconds:
            break
        begin = time.process_time()
        try:
            row = measured(dysts.get_system(name))
        except DystsError as error:
            print(f"{name}: {error}", flush=True)
            continue
        rows.append(row)
        with arguments.file.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{name}: {time.process_time() - begin:.1f} CPU s", flush=True)
    if rows:
        print(table(rows))


if __name__ == "__main__":
    main()
