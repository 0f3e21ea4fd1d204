"""What the campaigns of kills share: SIGKILL to a program, to one of its processes, or to all of them."""

import contextlib
import os
import random
import signal
import subprocess
import time

TARGETS = ("child", "command", "everything")
PATIENCE = 30.0
"""Seconds in which the children of a killed command must have ended."""


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def kill_something(process: "subprocess.Popen[bytes]", generator: random.Random, moment: float) -> tuple[str, int]:
    """Kill one process of a command that leads a process group.

    After the kill of a child the command goes on for up to a moment, in seconds; then all of it is killed.

    Returns
    -------
    tuple
        The target, or an empty text if the command has ended; and how many of its children had not ended by themselves
        `PATIENCE` after it.
    """
    if process.poll() is not None:
        return "", 0
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
    return chosen, _left_over(below)


def _left_over(processes: list[int]) -> int:
    """Wait until the children of a killed command have noticed and ended; kill those that have not, and count them."""
    deadline = time.monotonic() + PATIENCE
    left = processes
    while left and time.monotonic() < deadline:
        left = [process for process in left if _runs(process)]
        time.sleep(0.05)
    for process in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(left)


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            # Whoever takes over an orphan may leave it as a zombie.
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
