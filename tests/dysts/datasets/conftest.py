"""Three groups of series, as built, as published, and as served on the loopback interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dataset_helpers import NAMES, SMALL, Server, serving

import dysts
from dysts.datasets import sinks as sinks_module
from dysts.datasets import source as source_module
from dysts.datasets.build import build
from dysts.datasets.publish import publish
from dysts.datasets.store import write_group


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three groups, as a build leaves them."""
    folder = tmp_path_factory.mktemp("built")
    for name in NAMES:
        write_group(build(SMALL, dysts.get_system(name)), folder / name)
    return folder


@pytest.fixture
def published(built: Path, tmp_path: Path) -> Path:
    """A folder as it lies on a host."""
    publish(SMALL, NAMES, built, tmp_path / "host")
    return tmp_path / "host"


@pytest.fixture
def server(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The same, on the loopback interface."""
    monkeypatch.setattr(source_module, "PAUSE", 0.01)
    monkeypatch.setattr(sinks_module, "BLOCK", 1000)
    with serving(published) as running:
        yield running
