"""Ensembles of smooth systems by power series, eight side by side, beside heyoka's batches and our single trajectories.

Usage: python tests/performance/heyoka_ensembles.py --heyoka PYTHON [--systems A,B] [--trajectories N] [--rounds N]

Each row is one system and one tolerance, relative and absolute: CPU time of all trajectories on one thread, the least
of the rounds, in which the programs take turns; the batches of heyoka have 4 and 8 trajectories, the faster counts.
Errors are those of the last point in units of the attractor's size, the median over some trajectories, beside power
series in extended precision. The last columns are heyoka's time, and that of our single trajectories, in units of ours.
Compilation is not timed. PYTHON belongs to an environment with heyoka.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import HERE, job_of

import dysts
from dysts.integration import choice
from dysts.systems.system import System

RING = "Ring10"
"""The model of Lorenz (1996) with ten variables."""
SYSTEMS = ("Lorenz", RING, "Thomas", "CellCycle")
TOLERANCES = (1e-9, 1e-12)
POINTS = (1000, 1)
BATCHES = (4, 8)
COMPARED = 16
"""Trajectories whose error is measured."""
LYAPUNOV_TIMES = 5.0
PERIODS = 10.0


class Heyoka:
    """A process that integrates in batches."""

    def __init__(self, python: Path, system: System, states: np.ndarray, tolerance: float, batch: int) -> None:
        command = [python, HERE / "heyoka_ensembles_worker.py"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        job = job_of(system, "long double", 1.0)
        self.ask({"load": job, "states": states.tolist(), "tolerance": tolerance, "batch": batch})

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a line and return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def ours(system: System, states: np.ndarray, times: np.ndarray, tolerance: float) -> Callable[[bool], Any]:
    """Return our integration, side by side or one trajectory after the other: the seconds and the last states."""
    call = dysts.prepare(system, times=times, rtol=tolerance, atol=tolerance, solver="taylor", threads=1)

    def run(side_by_side: bool) -> tuple[float, np.ndarray]:
        usual = choice.ENOUGH_FOR_LANES
        choice.ENOUGH_FOR_LANES = usual if side_by_side else len(states) + 1
        try:
            begin = time.process_time()
            values = call(states)
            return time.process_time() - begin, values[:, -1]
        finally:
            choice.ENOUGH_FOR_LANES = usual

    return run


def error(ends: Any, exact: np.ndarray, size: np.ndarray) -> float:
    """Return the median error of some last points."""
    return float(np.median(np.abs((np.array(ends)[: len(exact)] - exact) / size).max(axis=-1)))


def ring(size: int) -> System:
    """Return the model of Lorenz (1996) with a number of variables, at F = 8."""
    names = [f"x{place}" for place in range(size)]
    rates = {
        names[place]: f"({names[(place + 1) % size]} - {names[place - 2]})*{names[place - 1]} - {names[place]} + 8"
        for place in range(size)
    }
    definition = {
        "description": "Ring",
        "field": "climate",
        "variables": names,
        "equations": rates,
        "parameters": {},
        "initial_conditions": [8.0 + 0.1 * np.sin(1.0 + place) for place in range(size)],
    }
    exponents = [1.7, *[0.0] * (size - 1)]
    by_hand = {"method": "a round number"}
    properties = {
        "period": {"value": 1.0, **by_hand},
        "lyapunov_spectrum": {"value": exponents, "error": [0.1] * size, **by_hand},
        "standard_deviation": {"value": [3.6] * size, **by_hand},
    }
    return System.from_entry(RING, {"definition": definition, "properties": properties})


def compare(name: str, python: Path, trajectories: int, rounds: int) -> None:
    """Print the rows of one system."""
    system = ring(10) if name == RING else dysts.get_system(name)
    state = np.array(system.initial_conditions)
    states = state * (1.0 + 1e-3 * np.random.default_rng(0).standard_normal((trajectories, state.size)))
    end = min(PERIODS * system.period, LYAPUNOV_TIMES / system.lyapunov_exponent)
    exact = dysts.prepare(system, times=[end], precision="extended")(states[:COMPARED])[:, 0]
    size = np.array(system.properties["standard_deviation"]["value"])
    for tolerance in TOLERANCES:
        batches = [Heyoka(python, system, states, tolerance, batch) for batch in BATCHES]
        for points in POINTS:
            times = np.linspace(0.0, end, points + (points > 1))
            run = ours(system, states, times if points > 1 else np.array([end]), tolerance)
            command = {"times": times.tolist() if points > 1 else [end]}
            run(True), run(False)
            best = {"ours": np.inf, "alone": np.inf, **{str(batch): np.inf for batch in BATCHES}}
            for _ in range(rounds):
                took, mine = run(True)
                best["ours"] = min(best["ours"], took)
                best["alone"] = min(best["alone"], run(False)[0])
                for batch, process in zip(BATCHES, batches, strict=True):
                    answer = process.ask(command)
                    best[str(batch)] = min(best[str(batch)], answer["seconds"])
            theirs = min(best[str(batch)] for batch in BATCHES)
            print(
                f"{name:12}{tolerance:8.0e}{points:7}{1e3 * best['ours']:10.1f}{error(mine, exact, size):10.1e}"
                f"{1e3 * theirs:10.1f}{error(answer['ends'], exact, size):10.1e}"
                f"{theirs / best['ours']:9.2f}{best['alone'] / best['ours']:9.2f}",
                flush=True,
            )
        for process in batches:
            process.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heyoka", type=Path, required=True)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--trajectories", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(
        f"{'':12}{'rtol':>8}{'points':>7}{'ours ms':>10}{'error':>10}{'heyoka ms':>10}{'error':>10}"
        f"{'heyoka':>9}{'alone':>9}"
    )
    for name in arguments.systems.split(","):
        compare(name, arguments.heyoka, arguments.trajectories, arguments.rounds)


if __name__ == "__main__":
    main()
