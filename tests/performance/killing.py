"""What the campaigns of kills share: SIGKILL to a program, to one of its processes, or to all of them."""

import contextlib
import os
import random
import signal
import subprocess
import time

TARGETS = ("child", "command", "everything")


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def kill_something(process: "subprocess.Popen[bytes]", generator: random.Random, moment: float) -> str:
    """Kill one process of a command that leads a process group; return the target, or an empty text if it has ended.

    After the kill of a child the command goes on for up to a moment, in seconds; then all of it is killed.
    """
    if process.poll() is not None:
        return ""
    chosen = generator.choice(TARGETS)
    below = children(process.pid)
    if chosen == "child" and not below:
        chosen = "command"
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if chosen == "child":
            os.kill(generator.choice(below), signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=generator.uniform(0.0, moment))
            os.killpg(process.pid, signal.SIGKILL)
        elif chosen == "everything":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _wait_for_the_rest(below)
    return chosen


def _wait_for_the_rest(processes: list[int]) -> None:
    """Wait until the children of a killed command have noticed and ended, at most ten seconds."""
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline and any(os.path.exists(f"/proc/{process}") for process in processes):
        time.sleep(0.05)
