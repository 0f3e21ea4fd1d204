"""The first trajectory of a new process beside the import of numpy and numba, in turn, with a warm cache.

Usage: python tests/performance/first_trajectory.py [--rounds N]

CPU seconds of whole processes, the least of the rounds. Bytecode is written, as it is after an installation. The cached
sum is one line of Python that numba compiled before: what numba needs to call anything at all.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CACHED_SUM = """
import numba

@numba.njit("float64(float64[::1])", cache=True)
def total(x):
    return x.sum()
"""
COMMANDS = {
    "import numpy, numba": "import numpy, numba",
    "the same and a cached sum": "import numpy, cached_sum; cached_sum.total(numpy.ones(3))",
    "the same and xarray": "import numpy, numba, xarray",
    "dysts.prepare": "import dysts; dysts.prepare('Lorenz', 1000)()",
    "dysts.integrate": "import dysts; dysts.integrate('Lorenz', 1000)",
}


def cpu_seconds(command: str, folder: str) -> float:
    """Return the CPU seconds of a process that runs some Python, with the modules of a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = os.pathsep.join([folder, *filter(None, [environment.get("PYTHONPATH")])])
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
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cached_sum.py").write_text(CACHED_SUM)
        for command in COMMANDS.values():
            cpu_seconds(command, folder)
        for _ in range(arguments.rounds):
            for name, command in COMMANDS.items():
                least[name] = min(least[name], cpu_seconds(command, folder))
    base = least["import numpy, numba"]
    print(f"{'':28}{'CPU s':>7}{'ratio':>7}")
    for name, took in least.items():
        print(f"{name:28}{took:7.2f}{took / base:7.2f}")


if __name__ == "__main__":
    main()
