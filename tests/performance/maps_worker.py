"""Runs inside the environment of pynamicalsys: Henon's map, one task for each line of JSON that it reads."""

import json
import sys
import time

import numpy as np
from pynamicalsys import DiscreteDynamicalSystem

PARAMETERS = [1.4, 0.3]


def main() -> None:
    """Answer requests until the input ends."""
    henon = DiscreteDynamicalSystem(model="henon map")
    told = json.loads(sys.stdin.readline())
    starts, iterates, each = np.array(told["starts"]), told["iterates"], told["each"]
    tasks = {
        "million": lambda: henon.trajectory(starts[0], iterates, parameters=PARAMETERS),
        "orbits": lambda: henon.trajectory(starts, each, parameters=PARAMETERS),
        "exponents": lambda: henon.lyapunov(starts[0], iterates, parameters=PARAMETERS),
    }
    for run in tasks.values():
        run()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        run = tasks[json.loads(line)["task"]]
        begin = time.process_time()
        value = run()
        seconds = time.process_time() - begin
        small = np.asarray(value).tolist() if np.size(value) < 10 else None
        print(json.dumps({"seconds": seconds, "value": small}), flush=True)


if __name__ == "__main__":
    main()
