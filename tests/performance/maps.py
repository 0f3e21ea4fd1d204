"""Henon's map beside pynamicalsys: a million iterates, a thousand orbits, exponents, in turn in one run.

Usage: python tests/performance/maps.py [--rounds N] [--other PYTHON]

pynamicalsys gets an environment of its own under ``build/``. Both sides run in one thread, call by call in turn. The
least CPU seconds of the rounds count, as other programs can only add to them, and compilation is not in them. With
``--other``, the interpreter of an environment that has pynamicalsys.
"""

import argparse
import json
import os
import subprocess
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np

import dysts

WORKER = Path(__file__).with_name("maps_worker.py")
ENVIRONMENT = Path(__file__).parents[2] / "build" / "pynamicalsys"
VERSION = "1.7.0"
ITERATES, ORBITS, EACH = 1_000_000, 1000, 1000
PIECES = 32
"""Pieces of an orbit of which `dysts.lyapunov_spectrum` takes the mean, and the error."""
MOST_MILLISECONDS = 20.0
"""Wanted of a million iterates with all of their points."""


def interpreter() -> Path:
    """Return the interpreter of the other side, which is installed if it is not there yet."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        # The constraints of this project say nothing about the other side.
        environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
        install = [python, "-m", "pip", "install", "--quiet", f"pynamicalsys=={VERSION}"]
        subprocess.run(install, env=environment, check=True)
    return python


def starts() -> np.ndarray:
    """Return states near the attractor: float64 [orbit, component]."""
    henon = dysts.get_system("HenonMap")
    nearby = np.random.default_rng(0).standard_normal((ORBITS, 2))
    states: np.ndarray = np.array(henon.initial_conditions) + 1e-3 * nearby
    return states


def ours() -> dict[str, tuple[Callable[[], object], str]]:
    """Return what is measured of this package, by the name of the task."""
    henon, states = dysts.get_system("HenonMap"), starts()
    prepared = dysts.prepare(henon, ITERATES, threads=1)
    return {
        "million": (lambda: dysts.integrate(henon, ITERATES, threads=1), "a million iterates, all points, labelled"),
        "prepared": (lambda: prepared(states[0]), "the same by dysts.prepare, as an array"),
        "orbits": (
            lambda: dysts.integrate(henon, EACH, initial_conditions=states, threads=1),
            "a thousand orbits of a thousand iterates",
        ),
        "exponents": (
            lambda: dysts.lyapunov_spectrum(henon, periods=ITERATES // PIECES, threads=1),
            "both exponents over a million iterates",
        ),
    }


SAME = {"prepared": "million"}
"""Tasks for which the other side has only one way."""


def main() -> None:
    """Run both sides in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--other", type=Path)
    arguments = parser.parse_args()
    tasks = ours()
    least = {name: [float("inf"), float("inf")] for name in tasks}
    command = [str(arguments.other or interpreter()), "-I", str(WORKER)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def ask(request: object) -> dict[str, object]:
            assert other.stdin is not None
            assert other.stdout is not None
            print(json.dumps(request), file=other.stdin, flush=True)
            answer: dict[str, object] = json.loads(other.stdout.readline())
            return answer

        ask({"starts": starts().tolist(), "iterates": ITERATES, "each": EACH})
        for call, _ in tasks.values():
            call()
        for _ in range(arguments.rounds):
            for name, (call, _) in tasks.items():
                begin = time.process_time()
                call()
                least[name][0] = min(least[name][0], time.process_time() - begin)
                theirs = float(str(ask({"task": SAME.get(name, name)})["seconds"]))
                least[name][1] = min(least[name][1], theirs)
        found = np.array(ask({"task": "exponents"})["value"])
        other.stdin.close()
    print(f"CPU milliseconds, the least of {arguments.rounds} rounds; pynamicalsys {VERSION} in the second column")
    for name, (_, words) in tasks.items():
        own, theirs = (1e3 * seconds for seconds in least[name])
        print(f"{words:45s} {own:9.2f} {theirs:9.2f}   ratio {theirs / own:6.2f}")
    spectrum = dysts.lyapunov_spectrum("HenonMap", periods=ITERATES // PIECES, threads=1)
    print(f"exponents: {spectrum.exponents} +- {spectrum.errors}, and {found.tolist()}")
    verdict = "within" if 1e3 * least["million"][0] <= MOST_MILLISECONDS else "NOT within"
    print(f"a million iterates take {1e3 * least['million'][0]:.1f} ms, {verdict} {MOST_MILLISECONDS:.0f} ms")


if __name__ == "__main__":
    main()
