"""Found before anything is imported, also for doctests: where the tests keep their cache, and their order.

The files that take longest come first, so that no worker ends long before the other.
"""

import importlib.util
import os
from pathlib import Path

import pytest

os.environ.setdefault("DYSTS_CACHE", str(Path(__file__).parent / "build" / "test-cache"))

# Programs for people, one of which runs inside another environment.
collect_ignore = ["tests/performance"]
if importlib.util.find_spec("sktime") is None:
    # Its module imports sktime, which no extra installs.
    collect_ignore.append("forecasters/estimators/sktime_forecaster.py")

LONGEST_FIRST = (
    # Compiles most drivers, on which the others would wait; the second worker fits forecasters in the meantime.
    "dysts/systems/test_equations.py",
    "forecasters/test_forecaster_input.py",
    "forecasters/test_contract.py",
    "benchmark/running/test_runner.py",
    "dysts/integration/test_integration.py",
    "dysts/solvers/test_methods_agree.py",
    "benchmark/test_every_command.py",
    "dysts/invariants/test_lyapunov.py",
    "benchmark/report/test_report.py",
    "browser/test_report_pages.py",
    "dysts/datasets/test_dataset_jobs.py",
    "benchmark/running/test_processes.py",
    "benchmark/running/test_cluster.py",
    "forecasters/test_forecaster_skill.py",
    "benchmark/test_benchmark_cli.py",
    "dysts/solvers/test_delay.py",
    "dysts/solvers/test_extended.py",
    "dysts/invariants/test_series_invariants.py",
    "dysts/equations/test_formulas.py",
    "benchmark/results/test_journal_and_results.py",
    "forecasters/test_forecaster_protocol.py",
    "forecasters/test_decompositions.py",
    "benchmark/comparison/test_statistics.py",
)
"""Test files of more than ten processor seconds, below `TESTS`; the workers take files in this order."""
TESTS = Path(__file__).parent / "tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front; within a file, and for all others, the order remains."""
    places = {TESTS / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
