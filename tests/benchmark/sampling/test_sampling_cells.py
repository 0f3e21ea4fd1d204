"""Samplings differ in nothing but the data they draw; a run goes on from its journal; the verdict is a paired test."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.results.missing_cells import JOURNAL
from benchmark.running.job import CellOutcome, Job
from benchmark.sampling.densities import error_density, importance_density, uniform_density
from benchmark.sampling.run import default_systems, observed_series, read_sampling, run_sampling
from benchmark.sampling.settings import Settings
from benchmark.sampling.verdict import curves, differences, final_errors, learning, sampling_text, verdict
from dysts.errors import InvalidArgumentError, UnknownNameError

SMALL = Settings(train=220, horizon=20, rounds=2, starts=3, length=60, steps=2, checkpoints=1, window=20, hidden=4)
PUBLISHED = Path(__file__).parents[3] / "docs" / "data" / "published_importance.csv"


class Recorded:
    """A scheduler that answers by a function of the job and keeps what it was given."""

    def __init__(self, fail: str = "", fall: float = 0.0) -> None:
        self.jobs: list[Job] = []
        self._fail = fail
        self._fall = fall

    def prepare(self, forecasters: object) -> None:
        """Need nothing."""

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        for job in jobs:
            self.jobs.append(job)
            if job.config["system"] == self._fail:
                yield CellOutcome(key=job.key, status="timeout", error="took too long")
                continue
            gain = {"uniform": 0.0, "random": 0.1, "importance": -0.3, "error": 0.0}[job.preset]
            free = 1.0 + gain + (0.01 * job.seed - self._fall) * np.arange(job.horizon // 2)
            # Of one step, importance is worse.
            errors = np.concatenate([free, 0.1 - 0.1 * gain - 0.01 * np.arange(job.horizon // 2)])
            yield CellOutcome(key=job.key, status="ok", forecast=errors[:, None], seconds=1.0)


def test_densities_are_probabilities_and_prefer_large_errors() -> None:
    errors = np.concatenate([np.full(200, 0.1), np.full(200, 0.2)])
    for density in (uniform_density, importance_density, error_density):
        found = density(errors)
        assert found.sum() == pytest.approx(1.0)
        assert (found >= 0.0).all()
    assert error_density(errors)[-1] / error_density(errors)[0] == pytest.approx(2.0)
    assert importance_density(errors)[-1] / importance_density(errors)[0] == pytest.approx(16.0)
    # A filter may turn a lonely peak into negative values beside it, which are no probabilities.
    spike = np.zeros(400)
    spike[200] = 1.0
    assert importance_density(spike).min() == 0.0
    assert importance_density(np.zeros(400)) == pytest.approx(uniform_density(np.zeros(400)))


def test_all_samplings_take_the_same_first_round_size_and_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from benchmark.sampling import cell

    seen: dict[str, list[tuple[tuple[int, ...], int]]] = {}

    learners: list[cell.Learner] = []

    class Watched(cell.Learner):
        def __init__(self, settings: Settings, seed: int) -> None:
            super().__init__(settings, seed)
            learners.append(self)

        def train(self, pieces: np.ndarray, steps: int) -> None:
            seen[current].append((pieces.shape, steps))
            super().train(pieces, steps)

    monkeypatch.setattr(cell, "Learner", Watched)
    series = observed_series("Lorenz", SMALL)
    for current in ("uniform", "random", "importance"):
        seen[current] = []
        made = cell.SamplingCell(system="Lorenz", sampling=current, seed=0, settings=SMALL).fit(series)
        errors = made.predict(4)
        assert errors.shape == (4, 1)
        assert ((errors[:2] >= 0.0) & (errors[:2] <= 2.0)).all()
        squared = learners[-1].squared_errors(series[:, 0])
        assert errors[3, 0] ** 2 == pytest.approx(squared[-SMALL.horizon :].mean())
        again = cell.SamplingCell(system="Lorenz", sampling=current, seed=0, settings=SMALL).fit(series)
        np.testing.assert_array_equal(again.predict(4), errors)
    assert seen["uniform"] == seen["random"] == seen["importance"] == [((3, 60), 2)] * 4


def test_new_pieces_begin_beside_the_training_orbit() -> None:
    pytest.importorskip("torch")
    from benchmark.sampling.cell import SamplingCell
    from dysts.integration.integrate import integrate

    series = observed_series("Lorenz", SMALL)[:, 0]
    orbit = integrate("Lorenz", SMALL.train, points_per_period=100, predictability=False).values
    made = SamplingCell(system="Lorenz", sampling="random", seed=0, settings=SMALL)
    scale = (orbit[:, 0].mean(), orbit[:, 0].std())
    pieces = made._new_pieces(orbit[[10, 50]], np.random.default_rng(0), scale)
    assert pieces.shape == (2, 60)
    # A displacement of 0.005 in a system of size 8 cannot grow to a tenth within ten points, a tenth of a period.
    np.testing.assert_allclose(pieces[0, :10], series[10:20], atol=0.01)
    assert not np.array_equal(pieces[0, :10], series[10:20])


def test_a_run_goes_on_from_its_journal_and_keeps_failures_as_rows(tmp_path: Path) -> None:
    first = Recorded(fail="Rossler")
    run = {"samplings": ("uniform", "importance"), "settings": SMALL}
    table = run_sampling(tmp_path, systems=["Lorenz", "Rossler"], seeds=2, scheduler=first, **run)
    assert len(table) == len(first.jobs) == 8
    assert table["status"].value_counts().to_dict() == {"ok": 4, "timeout": 4}
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 8
    second = Recorded()
    run_sampling(tmp_path, systems=["Lorenz", "Rossler"], seeds=2, scheduler=second, **run)
    assert second.jobs == []
    third = Recorded()
    table = run_sampling(tmp_path, systems=["Lorenz", "Rossler"], seeds=2, scheduler=third, retry_failed=True, **run)
    assert {job.config["system"] for job in third.jobs} == {"Rossler"}
    assert set(table["status"]) == {"ok"}
    fourth = Recorded()
    run_sampling(tmp_path, systems=["Lorenz"], seeds=1, scheduler=fourth, samplings=("uniform",), settings=Settings())
    assert len(fourth.jobs) == 1
    assert len(read_sampling(tmp_path)) == 9


def test_the_verdict_is_a_paired_test_over_systems(tmp_path: Path) -> None:
    table = run_sampling(
        tmp_path,
        systems=default_systems(8),
        samplings=("uniform", "random", "importance"),
        seeds=2,
        settings=SMALL,
        scheduler=Recorded(fail=default_systems(8)[3], fall=0.1),
    )
    finals = final_errors(table)
    assert len(finals) == 7
    found = {each.sampling: each for each in differences(finals)}
    assert found["importance"].mean == pytest.approx(-0.3)
    assert found["importance"].wins == 7
    assert found["random"].wins == 0
    # Seven equal signs have the exact probability 2 / 2**7.
    assert found["importance"].p == pytest.approx(2 / 2**7, rel=1e-6)
    assert curves(table).index.tolist() == list(SMALL.steps_at_checkpoints)
    assert "importance is better" in verdict(list(found.values()))
    assert verdict(list(found.values())) in sampling_text(table)
    # At the second of two checkpoints the error is 0.1 lower with seed 0, and 0.09 with seed 1.
    assert learning(table).mean == pytest.approx(-0.095)


def test_a_learner_that_has_not_learnt_decides_nothing(tmp_path: Path) -> None:
    table = run_sampling(
        tmp_path,
        systems=default_systems(8),
        samplings=("uniform", "importance"),
        seeds=1,
        settings=SMALL,
        scheduler=Recorded(),
    )
    assert differences(final_errors(table))[0].wins == 8
    free, one_step = sampling_text(table).split("\n\n")
    assert free.endswith(": this run cannot compare samplings.")
    assert "importance is worse" in one_step
    assert learning(table, score="one_step").mean == pytest.approx(-0.01)
    assert final_errors(table, score="one_step")["importance"].to_numpy() == pytest.approx(0.12)


def test_the_published_scores_show_no_gain() -> None:
    published = pd.read_csv(PUBLISHED)
    finals = (
        published.rename(columns={"base_score": "uniform", "random_score": "random", "importance_score": "importance"})
        .set_index("system")[["uniform", "random", "importance"]]
        .dropna()
    )
    found = {each.sampling: each for each in differences(finals)}
    assert found["importance"].systems == 125
    assert found["importance"].wins == 57
    assert found["importance"].p == pytest.approx(0.51, abs=0.005)
    assert (
        verdict(list(found.values()))
        == "At equal steps and data no sampling differs from uniform windows on 125 systems."
    )


def test_mistakes_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError):
        run_sampling(tmp_path, systems=["Lorentz"])
    with pytest.raises(UnknownNameError, match="importance"):
        run_sampling(tmp_path, systems=["Lorenz"], samplings=("importence",))
    with pytest.raises(InvalidArgumentError, match="length must be"):
        Settings(length=10)
    assert main(["run", "sampling", "--forecasters", "NVAR", "-o", str(tmp_path)]) == 2
    assert "--forecasters must be left out with the run sampling" in capsys.readouterr().err
