"""The tables of the page on `hard` follow from the rows."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from benchmark import get_suite
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


def test_the_forecaster_for_noise_is_judged_with_an_interval(page: ModuleType) -> None:
    times = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    table = pd.concat(
        [
            rows("NVAR", 0.01, list(times)),
            rows("PolynomialODE", 0.01, list(3.0 * times)),
            rows("ESN", 0.01, list(2.0 * times)),
            rows("NVAR", 0.0, list(8.0 + times)),
            rows("ESN", 0.0, list(times)),
        ]
    )
    told = page.sentences.own_words(table)
    # The same systems are drawn for both, so that a constant ratio has an interval without width.
    assert "Over 5 systems it is 3.00 times as long (3.00 to 3.00), above twice." in told
    assert "- noise 0.01: median 9.00 beside 3.00 of NVAR" in told
    assert "the best of the others is ESN with 6.00" in told
    assert page.sentences.turns_words(table) == "- NVAR is above ESN at 0, and below at 0.01"
    assert page.sentences.own_words(table[table["measurement_noise"] == 0.0]) == (
        "The table has no system with both forecasters yet."
    )


def test_cells_without_an_assimilation_are_counted(page: ModuleType, results: pd.DataFrame) -> None:
    assert page.sentences.fallback_words(results) == "It assimilated in all of its 3 noisy cells."
    reason = "forecast from the last observed point, as of the assimilation no trajectory was found"
    failed = results.assign(error=np.where(results["system"] == "S1", reason, ""))
    assert page.sentences.fallback_words(failed) == (
        "In 1 of 3 noisy cells it found no trajectory that agrees with the series, and started from the last observed "
        "point: S1 (1). The reason is most often: no trajectory was found."
    )


def test_a_part_of_a_run_says_what_is_missing(page: ModuleType) -> None:
    suite = get_suite("hard").narrowed(systems=["Chua", "Thomas"])
    cells = suite.cells(seed=0)
    manifest = {**suite.to_dict(), "suite": "hard", "seed": 0}
    table = pd.DataFrame({"task": [cell.task.digest for cell in cells], "forecaster": [c.forecaster for c in cells]})
    assert page.sentences.coverage(table, manifest) == f"The run is whole: {len(cells)} cells."
    part = page.sentences.coverage(table[:55], manifest)
    assert f"the table holds 55 of {len(cells)} cells" in part
    assert "| all components | 1000 | Climatology, ContextParroting, ESN, LinearRegression, NVAR," in part
    assert "| 1 | 5 of 10 |" in part


def test_the_template_has_a_place_for_each_table(page: ModuleType) -> None:
    from string import Template

    names = set(Template((DOCS / "hard.template.md").read_text()).get_identifiers())
    tables = {"run", "coverage", "own", "ladders", "turns", "skill", "best", "above", "each", "ceiling", "members"}
    tables |= {"fallbacks"}
    assert names == {*tables, "denoising", "seconds", "failures"}
    assert page.TABLE.name == "hard.parquet"
