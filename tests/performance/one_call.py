"""One integration: `dysts.integrate`, a prepared call, and the solver's own time, in turn in one process.

Usage: python tests/performance/one_call.py [--rounds N] [--systems A,B] [--points N] [--trajectories N] [--end]

The solver's own time is that of the compiled loops inside the prepared call, the call into them included. The least
time of each counts, as other programs can only add to it. With ``--end``, the only point is the last.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

import dysts
from dysts.compilation.driver import Driver

SYSTEMS = ("Lorenz", "Rossler", "Thomas", "BelousovZhabotinsky", "Chua", "Duffing", "MackeyGlass", "HenonMap")
IN_A_ROW = 20


class Stopwatch:
    """Adds up the seconds inside compiled loops."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._call = Driver.__call__

    def __call__(self, driver: Driver, *arguments: Any) -> Any:
        """Call a loop and add its time."""
        begin = time.perf_counter()
        try:
            return self._call(driver, *arguments)
        finally:
            self.seconds += time.perf_counter() - begin


def seconds(call: Callable[[], object]) -> float:
    """Return the least seconds of some calls in a row, as a loop makes them."""
    took = []
    for _ in range(IN_A_ROW):
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return min(took)


def seconds_of_loops(call: Callable[[], object]) -> float:
    """Return the least seconds that some calls in a row spend in compiled loops."""
    took = []
    watch = Stopwatch()
    with mock.patch.object(Driver, "__call__", lambda driver, *arguments: watch(driver, *arguments)):
        for _ in range(IN_A_ROW):
            watch.seconds = 0.0
            call()
            took.append(watch.seconds)
    return min(took)


def measured(name: str, *, points: int, trajectories: int, end: bool, rounds: int) -> tuple[float, float, float]:
    """Return the least seconds of `dysts.integrate`, of a prepared call and of its loops."""
    system = dysts.get_system(name)
    sampling: dict[str, Any] = {"points": points}
    if end:
        sampling = {"times": dysts.prepare(system, points).times[-1:]}
    states = np.array(system.initial_conditions)
    if trajectories > 1:
        states = states * (1.0 + 1e-3 * np.random.default_rng(0).standard_normal((trajectories, states.size)))
    prepared = dysts.prepare(system, threads=1, **sampling)

    def labelled() -> object:
        return dysts.integrate(system, initial_conditions=states, threads=1, predictability=False, **sampling)

    def call() -> object:
        return prepared(states)

    labelled(), call()
    least = [float("inf")] * 3
    for _ in range(rounds):
        took = (seconds(labelled), seconds(call), seconds_of_loops(call))
        least = [min(pair) for pair in zip(least, took, strict=True)]
    return least[0], least[1], least[2]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--trajectories", type=int, default=1)
    parser.add_argument("--end", action="store_true")
    arguments = parser.parse_args()
    print(
        f"{'system':22}{'integrate':>11}{'prepared':>10}{'solver':>9}  ms;{'integrate':>11}{'prepared':>10}  x solver"
    )
    for name in arguments.systems.split(","):
        labelled, prepared, loop = measured(
            name,
            points=arguments.points,
            trajectories=arguments.trajectories,
            end=arguments.end,
            rounds=arguments.rounds,
        )
        print(
            f"{name:22}{1e3 * labelled:11.3f}{1e3 * prepared:10.3f}{1e3 * loop:9.3f}      "
            f"{labelled / loop:10.2f}{prepared / loop:10.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
