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
    from benchmark.comparison.leaderboard import leaderboard, leaderboard_text
    from benchmark.report import write_report
    from benchmark.results.rescoring import rescore
    from benchmark.results.results import Results
    from benchmark.runner import run
    from benchmark.tasks.suite import Suite
    from benchmark.tasks.suites import get_suite, list_suites
    from benchmark.tasks.tasks import Cell, Task

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
    "Cell": "benchmark.tasks.tasks",
    "Results": "benchmark.results.results",
    "Suite": "benchmark.tasks.suite",
    "Task": "benchmark.tasks.tasks",
    "get_suite": "benchmark.tasks.suites",
    "leaderboard": "benchmark.comparison.leaderboard",
    "leaderboard_text": "benchmark.comparison.leaderboard",
    "list_suites": "benchmark.tasks.suites",
    "rescore": "benchmark.results.rescoring",
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
