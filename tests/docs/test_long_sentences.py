"""The verdicts of the page on `long` follow from the numbers."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from benchmark.comparison import step_limits

DOCS = Path(__file__).parents[2] / "docs"
COUNT = 40


@pytest.fixture(scope="module")
def sentences() -> ModuleType:
    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("long_sentences")
    finally:
        sys.path.remove(str(DOCS))


def _rows(forecaster: str, times: np.ndarray, *, known: float = 30.0, first_error: float = 1e-3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "forecaster": forecaster,
            "system": _systems(),
            "status": "ok",
            "vpt": times,
            "vpt_smape": times,
            "vpt_censored": times >= known,
            "vpt_smape_censored": times >= known,
            "vpt_missing": "",
            "known_lyapunov": known,
            "first_error": first_error,
        }
    )


def _systems() -> list[str]:
    from dysts import list_systems

    return list_systems()[:COUNT]


@pytest.mark.parametrize(("reaching", "verdict"), [(2, "refuted"), (38, "confirmed"), (20, "undecided")])
def test_two_dozen_is_judged_by_the_interval_of_the_best(sentences: ModuleType, reaching: int, verdict: str) -> None:
    best = np.where(np.arange(COUNT) < reaching, 26.0, 3.0)
    table = pd.concat([_rows("NVAR", best), _rows("ESN", best / 2), _rows("LSTM", best / 3), _rows("TCN", best / 4)])
    text = sentences.two_dozen_words(table)
    assert text.count(f"the claim is {verdict}") == 2
    assert f"NVAR, reaches 24 Lyapunov times on {100 * reaching / COUNT:.0f} %" in text


def test_at_least_one_forecaster_is_counted_over_all(sentences: ModuleType) -> None:
    half = np.arange(COUNT) < COUNT // 2
    table = pd.concat(
        [
            _rows("NVAR", np.where(half, 26.0, 1.0)),
            _rows("ESN", np.where(half, 1.0, 26.0)),
            *(_rows(name, np.ones(COUNT)) for name in ("LSTM", "TCN")),
        ]
    )
    assert "at least one of the 4 does on 100 %" in sentences.two_dozen_words(table)


def test_groups_are_compared_on_the_systems_on_which_they_differ(sentences: ModuleType) -> None:
    times = np.linspace(1.0, 9.0, COUNT)
    network = times + np.where(np.arange(COUNT) < 4, 1.0, np.where(np.arange(COUNT) < 30, -0.5, 0.0))
    text = sentences.groups_words(pd.concat([_rows("NVAR", times), _rows("NBEATS", network), _rows("ESN", times / 2)]))
    assert "on 4 of the 30 systems on which the two differ" in text
    assert "refuted" in text


def test_the_limit_is_named_by_the_first_error(sentences: ModuleType) -> None:
    times = np.linspace(1.0, 9.0, COUNT)
    table = pd.concat(
        [_rows("NVAR", times, first_error=1e-12), _rows("LSTM", times, first_error=0.01), _rows("ESN", times)]
    )
    from dysts import get_system
    from dysts.systems.equation_class import equation_class

    kinds = table["system"].map(lambda name: equation_class(get_system(name)))
    table.loc[(table["forecaster"] == "ESN") & (kinds == "polynomial"), "first_error"] = 1e-7
    text = sentences.limits_words(table, step_limits(table), ["NVAR", "LSTM", "ESN"])
    assert "NVAR by arithmetic" in text
    assert "LSTM by training" in text
    assert "ESN by the model" in text
