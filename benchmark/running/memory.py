"""The largest resident memory of a process, as the system counts it."""

import resource
import sys
from pathlib import Path


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process since the last reset, in MiB."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    # Where there is no /proc the peak covers the whole life of the process; macOS counts in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def reset_peak_memory() -> None:
    """Begin a new count of the largest resident memory, where the system allows it."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    except OSError:
        return
