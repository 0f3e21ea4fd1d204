"""Shows that delay series of dysts 0.96 tend to those of this package as their points move together.

Usage: python tests/performance/predecessor_delays.py [--predecessor PYTHON]

0.96 keeps the past of a delay equation at the returned points, and takes straight lines between them. The program lets
it integrate its delay systems over two delays with 20, 40, 80 and 160 points in a delay, and prints the largest
difference from a series of this package, computed at a relative tolerance of 1e-11, in standard deviations at the 41
common times.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
NAMES = ("MackeyGlass", "IkedaDelay", "SprottDelay", "VossDelay", "ScrollDelay", "PiecewiseCircuit")
DELAYS = 2
COARSEST = 20
REFINEMENTS = (1, 2, 4, 8)


def theirs() -> None:
    """Print a line of JSON for each system; runs with the Python that has 0.96."""
    from functools import partial

    from dysts import flows
    from dysts.utils import ddeint

    for name in NAMES:
        model = getattr(flows, name)()
        start = float(np.ravel(model.ic)[0])
        series = []
        for finer in REFINEMENTS:
            times = np.linspace(0.0, DELAYS * model.tau, DELAYS * COARSEST * finer + 1)
            values = ddeint(partial(model.delayed_rhs, tau=model.tau), lambda _time, start=start: start, times)
            series.append(np.reshape(values, (len(times), -1))[::finer, 0].tolist())
        row = {"system": name, "start": start, "delay": model.tau, "parameters": model.params, "series": series}
        print(json.dumps(row, default=np.ndarray.tolist), flush=True)


def main() -> None:
    import dysts

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predecessor", type=Path, default=ROOT / "build" / "predecessor" / "bin" / "python")
    python = parser.parse_args().predecessor
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    found = subprocess.run(
        [str(python), "-P", __file__, "theirs"], capture_output=True, text=True, cwd="/", env=environment, check=True
    )
    print(f"{'system':18}" + "".join(f"{COARSEST * finer:>10}" for finer in REFINEMENTS))
    for row in map(json.loads, found.stdout.splitlines()):
        system = dysts.get_system(row["system"])
        known = {name: value for name, value in row["parameters"].items() if name in system.parameters}
        ours = dysts.integrate(
            system.with_parameters(**known),
            times=np.linspace(0.0, DELAYS * row["delay"], DELAYS * COARSEST + 1),
            initial_conditions=[row["start"]],
            rtol=1e-11,
        ).values[:, 0]
        errors = [np.abs(np.array(old) - ours).max() / ours.std() for old in row["series"]]
        print(f"{row['system']:18}" + "".join(f"{error:10.2g}" for error in errors), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["theirs"]:
        theirs()
    else:
        main()
