"""Extras: every forecaster names the one that installs its packages, and says so where a package is missing."""

import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from dysts.errors import NotSupportedError
from forecasters import get_forecaster, list_forecasters

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]
NAMES = [name for name in list_forecasters(optional=True) if get_forecaster(name).needs]
SERIES = np.sin(0.1 * np.arange(200.0))[:, None]


def requirements(extra: str) -> str:
    """Return the requirements of an extra, those of the extras that it names included."""
    found = " ".join(EXTRAS[extra])
    return " ".join([found, *(requirements(other) for other in EXTRAS if f"dysts[{other}]" in found)])


@pytest.mark.parametrize("name", NAMES)
def test_the_extra_installs_what_the_forecaster_needs(name: str) -> None:
    model = get_forecaster(name)
    assert all(f"{package}" in requirements(model.extra) for package in model.needs)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_package_is_one_sentence_with_the_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = get_forecaster(name)
    monkeypatch.setitem(sys.modules, model.needs[0], None)
    with pytest.raises(NotSupportedError, match=rf"{name} needs .*pip install .*\[{model.extra}\]"):
        model.fit(SERIES)


def test_the_harness_alone_runs_these() -> None:
    without = sorted(name for name in list_forecasters() if not get_forecaster(name).needs)
    assert without == ["ESN", "NVAR", "NaiveDrift"]
    assert not {"darts", "torch", "statsforecast", "xgboost"} & set(requirements("benchmark").replace(">", " ").split())
