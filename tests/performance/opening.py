"""Opening data sets as users do, beside plain zarr and xarray on the same folders, in turn in one process.

Usage: python tests/performance/opening.py [--recipe NAME] [--systems A,B] [--rounds N]

Systems that are not stored yet are built first. The first table is one system: open the data set, then the system, and
read one trajectory. The second opens a data set with all of its stored systems named, and reads nothing. The least time
of each counts, as other programs can only add to it.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import xarray
import zarr

import dysts


def milliseconds(call: Callable[[], object]) -> float:
    """Return the milliseconds of one call."""
    begin = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - begin)


def least(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least milliseconds of some calls that are made in turn."""
    took = {name: float("inf") for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            took[name] = min(took[name], milliseconds(call))
    return took


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="test-fine")
    parser.add_argument("--systems", default="Lorenz,Rossler,Thomas,Halvorsen")
    parser.add_argument("--rounds", type=int, default=50)
    arguments = parser.parse_args()
    recipe, names = arguments.recipe, arguments.systems.split(",")
    everything = dysts.open_dataset(recipe, systems=names)
    whole = dysts.open_dataset(recipe)
    stored = [name for name in whole if name not in set(whole.absent())]

    print(f"{'one trajectory of':20}{'ours ms':>9}{'zarr ms':>9}{'xarray ms':>11}{'ours/zarr':>11}")
    for name in names:
        path = everything.path(name)
        took = least(
            {
                "ours": lambda name=name: dysts.open_dataset(recipe)[name]["series"][0].values,
                "zarr": lambda path=path: zarr.open_group(path, mode="r")["series"][0],
                "xarray": lambda path=path: xarray.open_zarr(path, chunks=None)["series"][0].values,
            },
            arguments.rounds,
        )
        values = dysts.open_dataset(recipe)[name]["series"][0].values
        assert np.array_equal(values, zarr.open_group(path, mode="r")["series"][0])
        print(
            f"{name:20}{took['ours']:9.2f}{took['zarr']:9.2f}{took['xarray']:11.2f}{took['ours'] / took['zarr']:11.2f}"
        )
    took = least({"opened": lambda: dysts.open_dataset(recipe, systems=stored)}, arguments.rounds)
    print(f"\n{len(stored)} stored systems named: {took['opened']:.2f} ms")


if __name__ == "__main__":
    main()
