"""Runs inside the predecessor's environment: what dysts 0.96 computes for a system, a JSON line for each.

Usage: python predecessor_interface_worker.py POINTS LIMIT NAME...

A system whose trajectory has not finished after LIMIT CPU seconds has none in its line.
"""

import json
import signal
import sys
import time
import warnings
from types import FrameType

import numpy as np

import dysts.flows
from dysts.base import DynSys

STATES = 5


class TooLongError(Exception):
    """The limit was reached."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """Stop the integration, which calls Python all the time."""
    raise TooLongError


def row_of(name: str, points: int, limit: float) -> dict[str, object]:
    """Return the row of one system."""
    model = getattr(dysts.flows, name)()
    row: dict[str, object] = {"system": name, "period": float(model.period), "dt": float(model.dt)}
    if isinstance(model, DynSys):
        random = np.random.default_rng(0)
        states = model.ic * (1.0 + 0.1 * random.standard_normal((STATES, len(model.ic))))
        row["states"] = states.tolist()
        row["rhs"] = [np.array(model.rhs(state, 0.3), dtype=float).tolist() for state in states]
        if model.has_jacobian():
            row["jacobians"] = [np.array(model.jac(state, 0.3), dtype=float).tolist() for state in states]
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        times, values = model.make_trajectory(points, return_times=True)
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        row["times"] = times.tolist()
        row["values"] = values.tolist()
    except TooLongError:
        row["stopped"] = True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    row["seconds"] = time.process_time() - begin
    return row


def main() -> None:
    """Print the row of each named system."""
    warnings.simplefilter("ignore")
    points, limit = int(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGPROF, stop)
    for name in sys.argv[3:]:
        print(json.dumps(row_of(name, points, limit)), flush=True)


if __name__ == "__main__":
    main()
