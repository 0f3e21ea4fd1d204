"""``dysts warm-up``: compiles every loop of the package, so that no later call waits for it."""

import argparse
import importlib
import pkgutil
import time
from collections.abc import Iterator

from dysts.cli.conventions import EXIT_DONE
from dysts.compilation.code_cache import code_folder
from dysts.compilation.driver import Driver

ROOMS = ("compilation", "solvers", "invariants", "discovery", "metrics")
"""Rooms of the package that have compiled loops."""


def warm_up_command(arguments: argparse.Namespace) -> int:
    """Compile or load every loop, and print the seconds that each one took."""
    del arguments
    folder, kept = code_folder()
    begun = time.perf_counter()
    count = 0
    for loop in compiled_loops():
        start = time.perf_counter()
        loop.load()
        count += 1
        name = f"{loop.function.__module__}.{loop.function.__name__}"
        print(f"{name:60} {time.perf_counter() - start:6.2f} s", flush=True)
    where = f"kept in {folder}" if kept else "not kept, as no folder can be written"
    print(f"{count} loops in {time.perf_counter() - begun:.1f} s, {where}")
    return EXIT_DONE


def compiled_loops() -> Iterator[Driver]:
    """Yield every compiled loop of the package, module by module."""
    for room in ROOMS:
        package = importlib.import_module(f"dysts.{room}")
        names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for name in [package.__name__, *names]:
            module = importlib.import_module(name)
            for value in vars(module).values():
                if isinstance(value, Driver) and value.function.__module__ == module.__name__:
                    yield value
