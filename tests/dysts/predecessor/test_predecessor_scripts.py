"""Scripts as users of dysts 0.96 write them run as they are; each holds its own assertions."""

import runpy
import warnings
from pathlib import Path

import pytest

from dysts.errors import DystsWarning

SCRIPTS = sorted(path for path in (Path(__file__).parent / "scripts").glob("*.py") if path.name != "conftest.py")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in SCRIPTS])
def test_a_script_runs(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DystsWarning)
        runpy.run_path(str(path), run_name="__main__")


def test_there_are_at_least_ten() -> None:
    assert len(SCRIPTS) >= 10
