"""Runs inside the predecessor's environment: CPU seconds of its trajectories, a JSON line for each.

Usage: python predecessor.py LIMIT [--method METHOD] [--repeats N] NAME...

Without a method it has its default, Radau. The least time of the repeats counts, as numba compiles in the first. A
system that has not finished after LIMIT CPU seconds is stopped; its line then says that it takes at least as long.
"""

import argparse
import contextlib
import json
import signal
import sys
import time
from types import FrameType

import dysts.flows


class TooLongError(Exception):
    """The limit was reached."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """Stop the integration, which calls Python all the time."""
    raise TooLongError


def main() -> None:
    """Integrate 1000 points of each named system."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("limit", type=float)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--method")
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    options = {} if arguments.method is None else {"method": arguments.method}
    signal.signal(signal.SIGPROF, stop)
    for name in arguments.names:
        model = getattr(dysts.flows, name)()
        row = {"system": name, "period": float(model.period), "finished": True, "points": 0}
        seconds = []
        for _ in range(arguments.repeats):
            begin = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, arguments.limit)
            try:
                with contextlib.redirect_stdout(sys.stderr):
                    trajectory = model.make_trajectory(1000, **options)
                row["points"] = 0 if trajectory is None else len(trajectory)
            except TooLongError:
                row["finished"] = False
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0.0)
            seconds.append(time.process_time() - begin)
            if not row["finished"]:
                break
        row["seconds"] = seconds[-1] if not row["finished"] else min(seconds)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
