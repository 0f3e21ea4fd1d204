"""Malformed and hostile submissions are refused or counted, and nothing in them is executed."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "performance"))

import benchmark_fakes as fakes
from hostile_submissions import KINDS, outcome

from benchmark.submissions.exported_tasks import tasks_of


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_of_the_campaign(tmp_path: Path) -> None:
    tasks = tasks_of(fakes.suite("Mean"), open_dataset=fakes.open_dataset)
    for number in range(1000, 1000 + 5 * len(KINDS)):
        kind, found = outcome(number, 0, tasks, tmp_path)
        # Slowness and memory are the campaign's to count: a busy machine is no failure.
        assert found in ("refused", "counted", "slow", "large"), f"{kind} {number}: {found}"
