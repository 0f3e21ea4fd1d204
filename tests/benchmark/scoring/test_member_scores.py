"""Scores of ensembles and of denoised series: in the rows of a run, repeatable, missing where nobody asked for them."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray

import benchmark
from benchmark import Suite
from benchmark.comparison.ladders import noise_ladders
from benchmark.results.reading import Results
from benchmark.running.job import CellOutcome
from benchmark.running.members import denoised_of, members_of
from benchmark.running.worker import decode_outcome, encode_outcome
from benchmark.schema import COLUMNS, check_table, completed
from benchmark.scoring.members import MEMBER_COLUMNS, member_scores
from benchmark.tasks.assimilating_oracle import AssimilatingOracle
from benchmark.tasks.data import cut
from benchmark.tasks.task import Task
from dysts.errors import ForecastError, InvalidArgumentError
from tests.benchmark.benchmark_fakes import InProcess
from tests.benchmark.tasks.test_references import _dataset

NOISY = {"measurement_noise": 0.1}
SUITE = Suite(
    name="members",
    systems=("Lorenz",),
    forecasters=("LinearRegression", "NaiveMean"),
    references=("Climatology", "Oracle"),
    train_length=130,
    horizon=30,
    variants=({}, NOISY),
    samples=8,
    ensembles=("LinearRegression",),
)


def opened(recipe: str, *, systems: Sequence[str]) -> Mapping[str, xarray.Dataset]:  # noqa: ARG001
    dataset = _dataset("Lorenz")
    dataset.attrs |= {"lyapunov_exponent": 0.906, "lyapunov_exponent_error": 0.001}
    return {"Lorenz": dataset}


def run(folder: Path, suite: Suite = SUITE) -> Results:
    return benchmark.run(suite, output=folder, open_dataset=opened, scheduler=InProcess(), progress=False)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(tmp_path_factory.mktemp("members") / "run")


def of(table: pd.DataFrame, forecaster: str, noise: float) -> pd.Series:
    chosen = table[(table["forecaster"] == forecaster) & (table["measurement_noise"] == noise)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_rows_hold_the_scores_of_the_oracles_members(results: Results) -> None:
    row = of(results.table, "Oracle", 0.1)
    data = cut(Task(system="Lorenz", train_length=130, horizon=30, **NOISY), opened("", systems=[])["Lorenz"])
    oracle = AssimilatingOracle(data.oracle.known).fit(data.train)
    members = oracle.predict(30, samples=8)
    assert row["members"] == 8
    scaled, truth = members / data.scale, data.truth / data.scale
    pairs = np.abs(scaled[:, None] - scaled[None]).mean(axis=(0, 1))
    assert row["crps"] == pytest.approx((np.abs(scaled - truth).mean(axis=0) - 0.5 * pairs).mean(), rel=1e-9)
    norms = np.linalg.norm(scaled[:, None] - scaled[None], axis=-1).mean(axis=(0, 1))
    assert row["energy_score"] == pytest.approx(
        (np.linalg.norm(scaled - truth, axis=-1).mean(axis=0) - 0.5 * norms).mean(), rel=1e-9
    )
    error = np.sqrt(((scaled.mean(axis=0) - truth) ** 2).mean())
    spread = np.sqrt(scaled.var(axis=0, ddof=1).mean())
    assert row["spread_skill"] == pytest.approx(math.sqrt(9 / 8) * spread / error, rel=1e-9)
    histogram = json.loads(row["rank_histogram"])
    assert len(histogram) == 9
    assert sum(histogram) == pytest.approx(1.0, abs=1e-3)
    forecast = oracle.predict(30) / data.scale
    beyond = np.sqrt(((scaled - forecast) ** 2).mean(axis=2)) > 0.4
    valid = [int(np.flatnonzero(one)[0]) if one.any() else 30 for one in beyond]
    assert row["predicted_valid_low"] == pytest.approx(min(valid) * data.step, rel=1e-12)
    assert row["predicted_valid_high"] == pytest.approx(max(valid) * data.step, rel=1e-12)
    assert data.clean is not None
    # The trajectory is closer to the clean series than the noise is: a tenth of a standard deviation scores about 90.
    assert row["denoised_points"] == len(oracle.denoised)
    assert row["denoising"] > 95.0


def test_a_bootstrap_gives_members_to_a_forecaster_that_has_none(results: Results) -> None:
    linear = of(results.table, "LinearRegression", 0.1)
    assert linear["members"] == 8
    assert linear["crps"] > 3.0 * of(results.table, "Oracle", 0.1)["crps"]
    assert linear["denoised_points"] == 0
    assert math.isnan(linear["denoising"])
    for name, noise in (("NaiveMean", 0.1), ("Climatology", 0.1), ("Oracle", 0.0)):
        row = of(results.table, name, noise)
        assert row["members"] == 0
        assert math.isnan(row["crps"])
        assert row["rank_histogram"] == ""


def test_a_run_is_repeatable_and_its_table_is_sound(results: Results, tmp_path: Path) -> None:
    check_table(results.table)
    again = run(tmp_path / "again").table
    pd.testing.assert_frame_equal(results.table[list(MEMBER_COLUMNS)], again[list(MEMBER_COLUMNS)])
    assert results.table["key"].tolist() == again["key"].tolist()


def test_cells_without_an_ensemble_keep_the_keys_they_had(results: Results, tmp_path: Path) -> None:
    plain = Suite.from_dict({**SUITE.to_dict(), "samples": 0, "ensembles": []})
    assert "samples" not in plain.to_dict()
    before = run(tmp_path / "plain", plain).table
    same = {
        (row["forecaster"], row["measurement_noise"])
        for _, row in results.table.iterrows()
        if row["key"] in set(before["key"])
    }
    assert same == {(name, noise) for name in ("NaiveMean", "Climatology") for noise in (0.0, 0.1)} | {("Oracle", 0.0)}
    assert before["members"].tolist() == [0] * len(before)


def test_tables_of_earlier_versions_get_the_columns_without_values(results: Results) -> None:
    earlier = results.table.drop(columns=list(MEMBER_COLUMNS))
    whole = completed(earlier)
    check_table(whole)
    assert list(whole.columns) == list(COLUMNS)
    assert whole["crps"].isna().all()
    assert np.isnan(noise_ladders(whole)["beyond"]).all()


def test_a_ladder_tells_bad_luck_from_skill(results: Results) -> None:
    """A forecast that exceeds the oracle within the times that its ensemble predicts exceeds no ceiling."""
    table = results.table.copy()
    rung = table["measurement_noise"] == 0.1
    oracle, linear = (rung & (table["forecaster"] == name) for name in ("Oracle", "LinearRegression"))
    exponent = float(table.loc[oracle, "lyapunov_exponent"].iloc[0])
    table.loc[oracle, ["vpt", "vpt_censored", "predicted_valid_high"]] = [0.5, False, 0.8 / exponent]
    for own, beyond in ((0.7, 0.0), (0.9, 1.0)):
        table.loc[linear, ["vpt", "vpt_censored"]] = [own, False]
        found = noise_ladders(table).set_index(["noise", "forecaster"]).loc[(0.1, "LinearRegression")]
        assert (found["above"], found["beyond"]) == (1.0, beyond)


def test_arrays_of_an_outcome_cross_to_the_parent() -> None:
    generator = np.random.default_rng(0)
    forecast, members = generator.normal(size=(4, 2)), generator.normal(size=(3, 4, 2))
    back = decode_outcome(encode_outcome(CellOutcome(key="a", status="ok", forecast=forecast, members=members)))
    np.testing.assert_array_equal(back.forecast, forecast)
    np.testing.assert_array_equal(back.members, members)
    assert back.denoised is None


def test_members_that_are_not_finite_are_left_out_and_wrong_shapes_refused() -> None:
    class Model:
        denoised = np.zeros((5, 2))

        def predict(self, horizon: int, *, samples: int) -> np.ndarray:
            members = np.ones((samples, horizon, 1))
            members[1, -1] = np.nan
            return members

    train = np.zeros((4, 1))
    assert members_of(Model(), train, 3, samples=4, build=lambda _: None, seed=0).shape == (3, 3, 1)
    with pytest.raises(ForecastError, match=r"samples must have shape \(4, 3, 2\)"):
        members_of(Model(), np.zeros((4, 2)), 3, samples=4, build=lambda _: None, seed=0)
    with pytest.raises(ForecastError, match=r"denoised must have at most 4 points of 1 components, got \(5, 2\)"):
        denoised_of(Model(), train)


def test_one_member_has_no_spread() -> None:
    data = cut(Task(system="Lorenz", train_length=130, horizon=30, **NOISY), _dataset("Lorenz"))
    assert member_scores(data, data.truth, data.truth[None], None)["members"] == 0
    with pytest.raises(InvalidArgumentError, match="samples of a suite with ensembles must be at least 2, got 1"):
        Suite(name="a", systems=("Lorenz",), forecasters=("NVAR",), samples=1, ensembles=("NVAR",))
