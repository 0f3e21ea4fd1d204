"""Run forecasters on chaotic systems, score them in Lyapunov units, and compare them.

Examples
--------
>>> import benchmark
>>> benchmark.get_suite("quick").trajectories
2
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.comparison import leaderboard, leaderboard_text
    from benchmark.report import write_report
    from benchmark.rescoring import rescore
    from benchmark.results import Results
    from benchmark.runner import run
    from benchmark.suite import Suite
    from benchmark.suites import get_suite, list_suites
    from benchmark.tasks import Cell, Task

__all__ = [
    "Cell",
    "Results",
    "Suite",
    "Task",
    "get_suite",
    "leaderboard",
    "leaderboard_text",
    "list_suites",
    "rescore",
    "run",
    "write_report",
]

_HOMES = {
    "Cell": "benchmark.tasks",
    "Results": "benchmark.results",
    "Suite": "benchmark.suite",
    "Task": "benchmark.tasks",
    "get_suite": "benchmark.suites",
    "leaderboard": "benchmark.comparison",
    "leaderboard_text": "benchmark.comparison",
    "list_suites": "benchmark.suites",
    "rescore": "benchmark.rescoring",
    "run": "benchmark.runner",
    "write_report": "benchmark.report",
}


def __getattr__(name: str) -> object:
    # Every worker imports this package; pandas and matplotlib would be a second of its start.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
