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
from benchmark.sampling.verdict import complete, curves, differences, final_errors, learning, sampling_text, verdict
from dysts.errors import InvalidArgumentError, UnknownNameError

SMALL = Settings(
    points_per_period=100,
    train=220,
    horizon=20,
    origins=2,
    rounds=2,
    starts=3,
    length=60,
    steps=2,
    checkpoints=1,
    window=20,
    hidden=4,
)
PUBLISHED = Path(__file__).parents[3] / "docs" / "data" / "published_importance.csv"


@pytest.fixture
def no_series(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs without the series of their systems, which take seconds and which a recorded scheduler does not look at."""
    monkeypatch.setattr("benchmark.sampling.run.observed_series", lambda *_: np.zeros((1, 1)))


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
            gain = {"uniform": 0.0, "random": 0.1, "importance": -0.3, "error": 0.0, "amplified": 0.0}[job.preset]
            free = 1.0 + gain + (0.01 * job.seed - self._fall) * np.arange(job.horizon // 3)
            # Of one step, importance is worse.
            errors = np.concatenate([free, free / 2, 0.1 - 0.1 * gain - 0.01 * np.arange(job.horizon // 3)])
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
        def __init__(self, settings: Settings, seed: int, *, change: float) -> None:
            super().__init__(settings, seed, change=change)
            learners.append(self)

        def train(self, pieces: np.ndarray, steps: int) -> None:
            seen[current].append((pieces.shape, steps))
            super().train(pieces, steps)

    monkeypatch.setattr(cell, "Learner", Watched)
    series = observed_series("Lorenz", SMALL)
    for current in ("uniform", "importance", "amplified"):
        seen[current] = []
        made = cell.SamplingCell(system="Lorenz", sampling=current, seed=0, settings=SMALL).fit(series)
        errors = made.predict(6)[:, 0]
        assert errors.shape == (6,)
        assert ((errors[:2] >= 0.0) & (errors[:2] <= 2.0)).all()
        squared = learners[-1].squared_errors(series[:, 0])
        assert errors[5] ** 2 == pytest.approx(squared[SMALL.train :].mean(), rel=1e-5)
        ends = SMALL.train + np.array([0, SMALL.half])
        free = learners[-1].forecasts(np.stack([series[end - SMALL.window : end, 0] for end in ends]), SMALL.horizon)
        truth = np.stack([series[end : end + SMALL.horizon, 0] for end in ends])
        assert errors[3] == pytest.approx(np.sqrt(((free - truth) ** 2).mean()))
        again = cell.SamplingCell(system="Lorenz", sampling=current, seed=0, settings=SMALL).fit(series)
        np.testing.assert_array_equal(again.predict(6)[:, 0], errors)
    assert seen["uniform"] == seen["importance"] == seen["amplified"] == [((3, 60), 2)] * 4


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


def test_growth_is_that_of_the_tangent_dynamics() -> None:
    pytest.importorskip("torch")
    from benchmark.sampling.cell import SamplingCell
    from dysts.integration.integrate import integrate

    made = SamplingCell(system="Lorenz", sampling="amplified", seed=0, settings=SMALL)
    orbit = integrate("Lorenz", 400, points_per_period=100, predictability=False).values
    growth = made._growth(orbit)
    assert growth.shape == (400,)
    # The exponent of Lorenz is 0.906 and its period below 0.8, so that the logarithm of the growth along the unstable
    # direction is at most 0.36 in half a period; a random direction first loses what lies in the stable ones.
    assert -1.2 < np.log(growth).mean() < 0.36
    # Where growth is large is a matter of the place, not of the direction drawn.
    other = SamplingCell(system="Lorenz", sampling="amplified", seed=1, settings=SMALL)._growth(orbit)
    assert np.corrcoef(np.log(growth), np.log(other))[0, 1] > 0.3


def test_a_learner_of_increments_learns_a_wave_and_forecasts_it() -> None:
    pytest.importorskip("torch")
    from benchmark.sampling.learner import Learner

    settings = Settings()
    series = np.sqrt(2.0) * np.sin(2.0 * np.pi * np.arange(600) / settings.points_per_period)
    learner = Learner(settings, 0, change=float(np.diff(series).std()))

    def errors() -> tuple[float, float]:
        window = series[300 : 300 + settings.window]
        free = learner.forecasts(window[None], settings.half)[0]
        gap = free - series[300 + settings.window :][: settings.half]
        return float(np.sqrt((gap**2).mean())), float(np.sqrt(learner.squared_errors(series)[settings.window :].mean()))

    free, one_step = errors()
    learner.train(series[None, :300], 100)
    after, next_step = errors()
    assert after < 0.5 * free
    assert next_step < 0.5 * one_step
    # The first prediction of a forecast is that of one step.
    first = learner.forecasts(series[None, 100 : 100 + settings.window], 1)[0, 0] - series[100 + settings.window]
    squared = learner.squared_errors(series[100 : 101 + settings.window])
    assert first**2 == pytest.approx(squared[-1], rel=1e-3)


@pytest.mark.usefixtures("no_series")
def test_a_stopped_run_is_compared_in_pairs(tmp_path: Path) -> None:
    scheduler = Recorded()
    systems = default_systems(7)
    table = run_sampling(
        tmp_path, systems=systems, samplings=("uniform", "importance"), seeds=2, settings=SMALL, scheduler=scheduler
    )
    # All systems with the first seed come before the second.
    assert [job.seed for job in scheduler.jobs] == [0] * 14 + [1] * 14
    # Stopped after the uniform cell of one system with the second seed.
    stopped = table.iloc[:15]
    assert len(complete(stopped)) == 14
    pd.testing.assert_frame_equal(final_errors(stopped), final_errors(table.iloc[:14]))


@pytest.mark.usefixtures("no_series")
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


def test_cells_share_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from benchmark.running import processes

    started: list[processes.WorkerProcess] = []

    class Counted(processes.WorkerProcess):
        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[arg-type]
            started.append(self)

    monkeypatch.setattr(processes, "WorkerProcess", Counted)
    table = run_sampling(
        tmp_path, systems=["Lorenz"], samplings=("uniform", "random"), seeds=1, settings=SMALL, workers=1
    )
    assert table["status"].tolist() == ["ok", "ok"]
    # To start a process and import torch takes longer than a cell.
    assert len(started) == 1


@pytest.mark.usefixtures("no_series")
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


@pytest.mark.usefixtures("no_series")
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
    free, _, one_step = sampling_text(table).split("\n\n")
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
