"""Forecasts away from the training series: the tasks are what they say, and right and wrong forecasts score so."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

import dysts
from benchmark.generalisation import basins, parameters
from benchmark.generalisation.basins import DISTINCT, SETTLED, basins_of, coexisting_systems, distance
from benchmark.generalisation.cases import CONTEXT, HORIZON, TRAIN, Elsewhere
from benchmark.generalisation.cell import run_elsewhere
from benchmark.generalisation.command import summary_text
from benchmark.generalisation.parameters import FACTORS, annotated, parameter_systems, parameters_of
from benchmark.generalisation.run import run_generalisation, summary
from benchmark.generalisation.scores import scores
from benchmark.running.job import CellOutcome, Job
from dysts.errors import InvalidArgumentError, UnknownNameError
from dysts.invariants.regime import REGIMES


class InProcess:
    """Runs jobs here, one after the other."""

    def __init__(self) -> None:
        self.labels: list[str] = []

    def prepare(self, forecasters: Sequence[str]) -> None:
        pass

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        for job in jobs:
            self.labels.append(job.label)
            yield run_elsewhere(job)


@pytest.fixture(scope="module")
def lorenz() -> Elsewhere:
    return parameters_of("Lorenz")


@pytest.fixture(scope="module")
def basin() -> Elsewhere:
    return basins_of("Lorenz84")


def test_at_least_twelve_systems_have_annotated_values() -> None:
    known = parameter_systems()
    assert len(known) >= 12
    for name, (parameter, values) in known.items():
        centre = dysts.get_system(name).flat_parameters[parameter]
        factors = [factor for kind in FACTORS.values() for factor in kind]
        assert [value.value for value in values] == [float(f"{factor * centre:.6g}") for factor in factors]
        assert all(value.regime in REGIMES and value.error >= 0.0 for value in values)
        chaotic = [value.regime in ("chaotic", "hyperchaotic") for value in values]
        assert chaotic == [value.exponent > 3.0 * value.error and value.exponent > 1e-3 for value in values]


def test_annotations_are_those_that_the_program_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "TRAJECTORIES", 4)
    monkeypatch.setattr(parameters, "PERIODS", 100)
    found = annotated("Lorenz", "rho")["values"]
    for new, stored in zip(found, parameter_systems()["Lorenz"][1], strict=True):
        assert (new["kind"], new["value"], new["regime"]) == (stored.kind, stored.value, stored.regime)
        assert abs(new["exponent"] - stored.exponent) < 5.0 * math.hypot(new["error"], stored.error)


def test_the_parameter_of_a_row_acts_until_the_next(lorenz: Elsewhere) -> None:
    """Across a change of the parameter as well, the next point follows from the present one and its last component."""
    assert lorenz.train.shape == (3 * TRAIN, 4)
    system = dysts.get_system("Lorenz")
    for row in (0, TRAIN - 1, TRAIN, 2 * TRAIN - 1):
        state, rho = lorenz.train[row, :3], lorenz.train[row, 3]
        onward = dysts.integrate(
            system.with_parameters(rho=rho), 2, step=lorenz.step, initial_conditions=state, rtol=1e-12
        ).values[1]
        np.testing.assert_allclose(onward, lorenz.train[row + 1, :3], atol=1e-6)
    assert [case.kind for case in lorenz.cases] == ["trained", "between", "beyond"]
    trained = set(lorenz.train[:, 3])
    for case in lorenz.cases:
        assert case.context.shape == (CONTEXT, 4)
        assert case.truth.shape == (HORIZON, 4)
        assert (case.facts["value"] in trained) == (case.kind == "trained")
        assert set(case.context[:, 3]) == {case.facts["value"]}


def test_other_motions_are_distinct_and_settled(basin: Elsewhere) -> None:
    assert len(coexisting_systems()) >= 15
    assert [case.kind for case in basin.cases[:2]] == ["trained", "other"]
    for case in basin.cases:
        occupation = case.facts["occupation"]
        halves = occupation[: len(occupation) // 2], occupation[len(occupation) // 2 :]
        assert distance(*halves, basin.scale) <= SETTLED
        others = [other.facts["occupation"] for other in basin.cases if other is not case]
        assert min(distance(halves[1], other, basin.scale) for other in others) > DISTINCT


def test_a_forecast_on_the_wrong_motion_is_wrong(basin: Elsewhere) -> None:
    stored, other = basin.cases[:2]
    assert stored.kind == "trained"
    right = scores(basin, other, other.truth)
    assert (right["right"], right["sliced_wasserstein"], right["valid_to_the_end"]) == (1.0, 0.0, True)
    wrong = scores(basin, other, stored.truth)
    assert wrong["right"] == 0.0
    assert wrong["sliced_wasserstein"] > DISTINCT
    none = scores(basin, other, None)
    assert (none["right"], none["valid_periods"], none["sliced_wasserstein"]) == (0.0, 0.0, math.inf)


def test_a_run_has_a_row_for_each_place_and_goes_on(tmp_path: Path) -> None:
    arguments = {"systems": ["Lorenz"], "forecasters": ["NVAR", "FourTheta"]}
    first = InProcess()
    table = run_generalisation("parameters", tmp_path, **arguments, scheduler=first)
    assert first.labels == ["NVAR on Lorenz", "FourTheta on Lorenz"]
    own = table[table["forecaster"] == "NVAR"].set_index("kind")
    assert own["status"].tolist() == ["ok"] * 3
    assert own["regime"].tolist() == ["chaotic"] * 3
    # Its library has the products that the equations have, of state and parameter as well.
    assert (own["valid_lyapunov_times"] > 1.0).all()
    assert (own["sliced_wasserstein"] < 1.0).all()
    left_out = table[table["forecaster"] == "FourTheta"]
    assert set(left_out["status"]) == {"unavailable"}
    assert left_out["error"].str.contains("forecasts the end of the series that it is fitted to only").all()
    assert left_out["valid_periods"].isna().all()
    again = InProcess()
    assert run_generalisation("parameters", tmp_path, **arguments, scheduler=again).equals(table)
    assert again.labels == []
    assert len(summary(table)) == 3
    assert summary_text(table).count("NVAR") == 3
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [len(row["places"]) for row in rows] == [3, 3]


def test_bad_input_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="suite of generalisation"):
        run_generalisation("basin", tmp_path)
    with pytest.raises(UnknownNameError, match="system of the suite basins"):
        run_generalisation("basins", tmp_path, systems=["Lorenz"])
    with pytest.raises(UnknownNameError, match="system with coexisting motions"):
        basins_of("Lorenz")
    monkeypatch.setattr(basins, "motions", lambda _: (basins.Motion(name="stored", states=np.zeros((2, 3))),))
    with pytest.raises(InvalidArgumentError, match="system must have a second motion"):
        basins_of("Lorenz84")
