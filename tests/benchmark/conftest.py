"""Make the stand-ins importable here and, through the path that workers inherit, in workers."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))


@pytest.fixture
def fit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which the stand-in forecasters note each fit."""
    path = tmp_path / "fits.log"
    path.touch()
    monkeypatch.setenv("FAKE_LOG", str(path))
    return path
