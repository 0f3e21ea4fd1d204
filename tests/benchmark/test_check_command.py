"""``dysts-benchmark check``: each property, its outcome, and the exit code."""

import json
from pathlib import Path

import pytest

from benchmark.cli import main
from forecasters.contract import CHECKS, REQUIRED

MODULE = """
import numpy as np

class Persistence:
    def fit(self, series):
        self.last = series[-1].copy()
    def predict(self, horizon):
        return np.repeat(self.last[None], horizon, axis=0)

class Drifting(Persistence):
    def predict(self, horizon):
        return super().predict(horizon) + horizon

def factory(*, preset, season_length, seed):
    return Persistence()

def drifting(*, preset, season_length, seed):
    return Drifting()

def narrow():
    return Persistence()

def nothing(*, preset, season_length, seed):
    pass
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "checked_module.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return "checked_module"


def test_advice_does_not_fail(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{module}:factory"]) == 0
    text = capsys.readouterr().out
    assert f"{len(CHECKS) - 2} of {len(CHECKS)} properties hold; 7 of 7 the benchmark relies on" in text
    assert text.count("advice") == 2
    assert "FAILED" not in text


def test_a_broken_contract_is_exit_code_1(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{module}:drifting", "--json"]) == 1
    outcomes = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in outcomes] == list(CHECKS)
    broken = {one["name"]: one["problem"] for one in outcomes if one["required"] and not one["holds"]}
    assert set(broken) <= REQUIRED
    assert "predict(50)[:20] must give the same forecast as predict(20)" in broken["begins_with_the_shorter"]


@pytest.mark.parametrize(
    ("factory", "code", "sentence"),
    [
        ("narrow", 2, "must take preset, season_length, seed by keyword"),
        ("nothing", 2, "got None"),
        ("lost", 2, "module 'checked_module' has no 'lost'"),
    ],
)
def test_a_factory_that_cannot_be_used_is_one_sentence(
    module: str, factory: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", f"{module}:{factory}"]) == code
    captured = capsys.readouterr()
    assert sentence in " ".join((captured.out + captured.err).split())
