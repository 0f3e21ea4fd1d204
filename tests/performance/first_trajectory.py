"""The first trajectory of a new process beside the import of numpy and numba, in turn, with a warm cache.

Usage: python tests/performance/first_trajectory.py [--rounds N]

CPU seconds of whole processes, the least of the rounds. Bytecode is written, as it is after an installation.
"""

import argparse
import os
import resource
import subprocess
import sys

COMMANDS = {
    "import numpy, numba": "import numpy, numba",
    "the same and xarray": "import numpy, numba, xarray",
    "dysts.prepare": "import dysts; dysts.prepare('Lorenz', 1000)()",
    "dysts.integrate": "import dysts; dysts.integrate('Lorenz', 1000)",
}


def cpu_seconds(command: str) -> float:
    """Return the CPU seconds of a process that runs some Python."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", command], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    least = dict.fromkeys(COMMANDS, float("inf"))
    for command in COMMANDS.values():
        cpu_seconds(command)
    for _ in range(arguments.rounds):
        for name, command in COMMANDS.items():
            least[name] = min(least[name], cpu_seconds(command))
    base = least["import numpy, numba"]
    print(f"{'':24}{'CPU s':>7}{'ratio':>7}")
    for name, took in least.items():
        print(f"{name:24}{took:7.2f}{took / base:7.2f}")


if __name__ == "__main__":
    main()
