"""Runs inside the predecessor's environment: CPU seconds of its trajectories at its own defaults, a JSON line for each.

Usage: python predecessor.py LIMIT NAME...

A system that has not finished after LIMIT CPU seconds is stopped; its line then says that it takes at least as long.
"""

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
    """Integrate 1000 points of each named system once."""
    limit = float(sys.argv[1])
    signal.signal(signal.SIGPROF, stop)
    for name in sys.argv[2:]:
        model = getattr(dysts.flows, name)()
        row = {"system": name, "period": float(model.period), "finished": True, "points": 0}
        begin = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                trajectory = model.make_trajectory(1000)
            row["points"] = 0 if trajectory is None else len(trajectory)
        except TooLongError:
            row["finished"] = False
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
        row["seconds"] = time.process_time() - begin
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
