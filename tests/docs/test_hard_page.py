"""The tables of the page on `hard` follow from the rows."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from benchmark.comparison import noise_ladders

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def page() -> ModuleType:
    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("hard_page")
    finally:
        sys.path.remove(str(DOCS))


def rows(forecaster: str, noise: float, times: list[float], **columns: object) -> pd.DataFrame:
    systems = [f"S{number}" for number in range(len(times))]
    common = {
        "system": systems,
        "task": [f"{system}/{noise}" for system in systems],
        "components": "",
        "train_length": 1000,
        "measurement_noise": noise,
        "forecaster": forecaster,
        "status": "ok",
        "error": "",
        "vpt": times,
        "vpt_censored": False,
        "lyapunov_exponent": 0.5,
        "members": 0,
        "crps": np.nan,
        "energy_score": np.nan,
        "spread_skill": np.nan,
        "predicted_valid_high": np.nan,
        "denoising": np.nan,
    }
    return pd.DataFrame({**common, **columns})


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    scored = {"members": 20, "crps": [0.1, 0.2, 0.6], "energy_score": 0.5, "spread_skill": 0.9}
    oracle = {**scored, "predicted_valid_high": [10.0, 20.0, 12.0], "denoising": [90.0, 95.0, 99.0]}
    return pd.concat(
        [
            rows("Oracle", 0.1, [4.0, 5.0, 3.0], **oracle),
            # The second exceeds the oracle as an unlucky draw allows; the third exceeds all of 12 times 0.5 as well.
            rows("NVAR", 0.1, [1.0, 7.0, 9.0]),
            rows("ESN", 0.1, [2.0, 2.0, 2.0]),
        ],
        ignore_index=True,
    )


def test_the_best_and_those_above_the_ceiling_are_named(page: ModuleType, results: pd.DataFrame) -> None:
    ladders = noise_ladders(results)
    assert "| all components | 1000 | 0.1 | NVAR | 7.0 | 4.0 | 175 % |" in page.best_table(ladders)
    above = page.above_table(ladders).splitlines()
    assert above[2:] == ["| ESN | 0.0 % | 0.0 % | 3 |", "| NVAR | 66.7 % | 33.3 % | 3 |"]
    assert page.all_ladders(ladders).startswith("## All components, 1000 points\n\n| | 0.1 |")


def test_scores_of_ensembles_are_medians(page: ModuleType, results: pd.DataFrame) -> None:
    assert page.members_table(results).splitlines()[2:] == ["| Oracle | 0.1 | 0.2 | 0.5 | 0.9 | 3 |"]
    assert page.denoising_table(results).splitlines()[2:] == ["| Oracle | 0.1 | 95.00 | 3 |"]


def test_the_template_has_a_place_for_each_table(page: ModuleType) -> None:
    from string import Template

    names = set(Template((DOCS / "hard.template.md").read_text()).get_identifiers())
    assert names == {"run", "ladders", "best", "above", "members", "denoising"}
    assert page.TABLE.name == "hard.parquet"
