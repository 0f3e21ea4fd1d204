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
    from benchmark.comparison.leaderboard import leaderboard
    from benchmark.comparison.leaderboard_text import leaderboard_text
    from benchmark.report import write_report
    from benchmark.results.reading import Results
    from benchmark.results.rescoring import rescore
    from benchmark.runner import run
    from benchmark.tasks.named_suites import get_suite, list_suites
    from benchmark.tasks.suite import Suite
    from benchmark.tasks.task import Cell, Task

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
    "Cell": "benchmark.tasks.task",
    "Results": "benchmark.results.reading",
    "Suite": "benchmark.tasks.suite",
    "Task": "benchmark.tasks.task",
    "get_suite": "benchmark.tasks.named_suites",
    "leaderboard": "benchmark.comparison.leaderboard",
    "leaderboard_text": "benchmark.comparison.leaderboard_text",
    "list_suites": "benchmark.tasks.named_suites",
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
