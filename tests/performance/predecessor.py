"""Runs inside the predecessor's environment: CPU seconds of its trajectories at its own defaults, as JSON.

Arguments: names of systems. Output: one JSON object on standard output.
"""

import contextlib
import json
import sys
import time

import dysts.flows


def main() -> None:
    """Integrate 1000 points of each named system once."""
    rows = {}
    for name in sys.argv[1:]:
        model = getattr(dysts.flows, name)()
        begin = time.process_time()
        with contextlib.redirect_stdout(sys.stderr):
            trajectory = model.make_trajectory(1000)
        rows[name] = {
            "seconds": time.process_time() - begin,
            "period": float(model.period),
            "points": 0 if trajectory is None else len(trajectory),
        }
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
