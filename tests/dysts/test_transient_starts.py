"""Long trajectories of sets that orbits leave stay on them from their start to their end."""

from pathlib import Path

import pytest

import dysts
from dysts.datasets.starts import repeats_itself


def test_no_long_trajectory_repeats_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Looking only at what follows the end let one of these pass.
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    series = dysts.open_dataset("long", systems=["PanXuZhou"])["PanXuZhou"]["series"].values
    assert not any(repeats_itself(trajectory) for trajectory in series)
