"""A cell ends in one row whatever its forecaster does, and a stopped run goes on where it was."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest
import xarray

import benchmark
from benchmark.results.reading import ROWS, Results
from benchmark.running.execution import run_job
from benchmark.running.job import CellOutcome, Job
from benchmark.schema import COLUMNS
from dysts.errors import InvalidArgumentError, UnknownNameError

STABLE = [name for name in COLUMNS if name not in fakes.MEASURED_COLUMNS]


def _run(suite: benchmark.Suite, folder: Path, **options: Any) -> Results:
    return benchmark.run(
        suite,
        **{"open_dataset": fakes.open_dataset, "output": folder, "workers": 2, "progress": False, **options},
    )


def _run_here(suite: benchmark.Suite, folder: Path, **options: Any) -> Results:
    """Run without worker processes, where a test asks about the folder and not about them."""
    return _run(suite, folder, **{"scheduler": fakes.InProcess(), **options})


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One run over forecasters that do as they should, in two worker processes."""
    return _run(fakes.suite("Seasonal", "Mean", "Diverging"), tmp_path_factory.mktemp("ordinary") / "results").table


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One run over forecasters that misbehave in every way, with a well-behaved one among them."""
    suite = fakes.suite(
        "Raising",
        "Exiting",
        "NotANumber",
        "WrongShape",
        "Words",
        "Masked",
        "Unspeakable",
        "Baseless",
        "Segfault",
        "Killed",
        "Vanishing",
        "Talkative",
        "Greedy",
        "Mean",
        systems=["Alpha"],
        trajectories=1,
    )
    # The limit is far above what the others need, however busy the machine is; the one that hangs comes below.
    results = _run(suite, tmp_path_factory.mktemp("faults") / "results", time_limit=240.0, memory_limit_mb=600)
    return results.table.set_index(results.table["forecaster"].str.partition(":")[2])


@pytest.mark.parametrize(
    ("forecaster", "status", "words"),
    [
        ("Raising", "failed", "ValueError: matrix is singular in two lines"),
        ("Exiting", "failed", "SystemExit: had enough"),
        ("NotANumber", "failed", "1 of 40 values that are not finite"),
        (
            "WrongShape",
            "failed",
            "real numbers with shape (20, 2) (time, component), got shape (19, 2)",
        ),
        ("Words", "failed", "got a list with values of type"),
        ("Masked", "failed", "got 20 of 40 values masked"),
        ("Unspeakable", "failed", "Unspeakable: its message cannot be written, which raises ZeroDivisionError"),
        ("Baseless", "failed", "BaseException: from below"),
        ("Segfault", "crashed", "killed by SIGSEGV; its last output: about to fall over"),
        ("Killed", "crashed", "killed by SIGKILL"),
        ("Vanishing", "crashed", "exited with code 0"),
        ("Greedy", "out_of_memory", ""),
    ],
)
def test_fault_costs_its_cell_and_counts(faults: pd.DataFrame, forecaster: str, status: str, words: str) -> None:
    row = faults.loc[forecaster]
    assert row["status"] == status
    assert words in row["error"]
    assert "\n" not in row["error"]
    assert (row["smape"], row["vpt"]) == (200.0, 0.0)


def test_a_cell_that_hangs_is_stopped_at_its_limit(tmp_path: Path) -> None:
    suite = fakes.suite("Hanging", systems=["Alpha"], trajectories=1)
    row = _run(suite, tmp_path / "results", workers=1, time_limit=2.0).table.iloc[0]
    assert (row["status"], row["error"]) == ("timeout", "stopped at the time limit of 2 s")
    assert (row["smape"], row["vpt"]) == (200.0, 0.0)


@pytest.mark.parametrize("forecaster", ["Mean", "Talkative"])
def test_other_cells_are_untouched(faults: pd.DataFrame, forecaster: str) -> None:
    row = faults.loc[forecaster]
    assert (row["status"], row["error"]) == ("ok", "")
    assert 0 < row["smape"] < 200
    assert row["fit_seconds"] >= 0
    assert row["peak_memory_mb"] > 1


def test_scores_are_those_of_running_in_this_process(ordinary: pd.DataFrame, tmp_path: Path) -> None:
    table = ordinary
    here = _run_here(fakes.suite("Seasonal", "Mean", "Diverging"), tmp_path / "results").table
    pd.testing.assert_frame_equal(table[STABLE], here[STABLE])
    assert len(table) == 18
    seasonal = table[table["forecaster"] == "benchmark_fakes:Seasonal"]
    assert (seasonal["smape"] < 1e-9).all()
    assert seasonal["vpt_censored"].all()
    np.testing.assert_allclose(seasonal["vpt"], 20 * 0.1 * 0.9)
    assert not table[table["forecaster"] == "benchmark_fakes:Mean"]["vpt_censored"].any()
    assert table["system"].drop_duplicates().tolist() == list(fakes.SYSTEMS)


def test_a_rollout_that_left_its_bounds_is_told(ordinary: pd.DataFrame) -> None:
    table = ordinary
    diverging = table["forecaster"] == "benchmark_fakes:Diverging"
    assert (table.loc[diverging, "diverged_at"] == 3.0).all()
    assert table.loc[~diverging, "diverged_at"].isna().all()
    assert (table["status"] == "ok").all()


def test_nothing_goes_to_standard_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _run(fakes.suite("Talkative", systems=["Alpha"]), tmp_path / "results", progress=True, workers=1)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "2/2 cells" in captured.err


def test_global_generator_gives_each_cell_the_same_numbers(tmp_path: Path) -> None:
    suite = fakes.suite("Noise")
    one = _run(suite, tmp_path / "one", workers=1).table
    two = _run(suite, tmp_path / "two", workers=2).table
    pd.testing.assert_frame_equal(one[STABLE], two[STABLE])


def test_second_call_computes_nothing(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", "Raising")
    first = _run_here(suite, tmp_path / "results")
    journal = (tmp_path / "results" / ROWS).read_bytes()
    second = _run_here(suite, tmp_path / "results")
    assert len(fit_log.read_text().splitlines()) == 6
    assert (tmp_path / "results" / ROWS).read_bytes() == journal
    pd.testing.assert_frame_equal(first.table, second.table)


def test_failed_cells_are_retried_on_request(tmp_path: Path) -> None:
    suite = fakes.suite("Mean", "Raising", systems=["Alpha"])
    folder = tmp_path / "results"
    _run_here(suite, folder)
    table = _run_here(suite, folder, retry_failed=True).table
    assert len(table) == 4
    assert len((folder / ROWS).read_text().splitlines()) == 6


def test_lost_forecast_is_computed_again(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", systems=["Alpha"])
    results = _run_here(suite, tmp_path / "results")
    key = results.table["key"].iloc[0]
    (results.folder / "forecasts.zarr" / "forecast" / key / "zarr.json").unlink()
    _run_here(suite, tmp_path / "results").forecast(key)
    assert len(fit_log.read_text().splitlines()) == 3


def test_other_data_are_other_cells(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", systems=["Alpha"], trajectories=1)

    def changed(recipe: str, *, systems: list[str]) -> dict[str, xarray.Dataset]:
        datasets = dict(fakes.open_dataset(recipe, systems=systems))
        datasets["Alpha"].attrs["sha256"] = "new"
        return datasets

    first = _run_here(suite, tmp_path / "results")
    second = _run_here(suite, tmp_path / "results", open_dataset=changed)
    assert len(fit_log.read_text().splitlines()) == 2
    assert len(first.table) == len(second.table) == 1
    assert second.table["data_sha256"].tolist() == ["new"]


def test_what_a_cell_changes_in_its_process_does_not_reach_the_next(tmp_path: Path) -> None:
    suite = fakes.suite("Vandal", systems=["Alpha"])
    table = _run(suite, tmp_path / "results", workers=1).table
    assert table["error"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"suite": "quik"}, UnknownNameError, "quick"),
        ({"workers": 0}, InvalidArgumentError, "workers"),
        ({"time_limit": float("nan")}, InvalidArgumentError, "time_limit"),
        ({"memory_limit_mb": -1}, InvalidArgumentError, "memory_limit_mb"),
        ({"systems": ["Alfa"]}, UnknownNameError, "did you mean 'Alpha'"),
        ({"trajectories": 3}, InvalidArgumentError, "2 trajectories"),
        ({"systems": "Alpha"}, InvalidArgumentError, "sequence of names"),
        ({"forecasters": ["benchmark_fakes:Nothing"]}, UnknownNameError, "has no 'Nothing'"),
        ({"forecasters": ["no_such_module:Mean"]}, UnknownNameError, "cannot import"),
        ({"forecasters": ["__main__:Mean"]}, UnknownNameError, "__main__"),
        ({"seed": -1}, InvalidArgumentError, "seed"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    suite = options.pop("suite", fakes.suite("Mean"))
    with pytest.raises(error, match=words.replace("(", r"\(")):
        _run(suite, tmp_path / "results", **options)
    assert not (tmp_path / "results").exists()


def test_truth_never_reaches_the_scheduler(tmp_path: Path) -> None:
    class Spy:
        def __init__(self) -> None:
            self.jobs: list[Job] = []

        def prepare(self, forecasters: Sequence[str]) -> None:
            """Everything can be built in this process."""

        def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
            for job in jobs:
                self.jobs.append(job)
                yield dataclasses.replace(run_job(job), seconds=1.0)

    spy = Spy()
    results = _run(fakes.suite("Mean"), tmp_path / "results", scheduler=spy)
    assert len(spy.jobs) == len(results.table) == 6
    for job, (_, row) in zip(spy.jobs, results.table.iterrows(), strict=True):
        series = fakes.dataset(row["system"])["series"].values[row["trajectory"]]
        np.testing.assert_array_equal(job.train, series[:100])
        arrays = [value for value in vars(job).values() if isinstance(value, np.ndarray)]
        assert len(arrays) == 1


def test_longest_cells_of_a_system_start_first(tmp_path: Path) -> None:
    class Timed(fakes.InProcess):
        """Says that the slow one is slow, whatever else this machine does."""

        def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
            for outcome in super().run(jobs):
                yield dataclasses.replace(outcome, seconds=2.0 if "Slow" in self.jobs[-1].forecaster else 1.0)

    folder = tmp_path / "results"
    _run(fakes.suite("Mean", "SlowMean", trajectories=1), folder, scheduler=Timed())
    _run(fakes.suite("Mean", "SlowMean"), folder, scheduler=Timed())
    lines = pd.read_json(folder / ROWS, lines=True)["forecaster"].str.partition(":")[2].tolist()
    assert lines[6:] == ["SlowMean", "Mean"] * 3


@pytest.mark.parametrize("in_order", [False, True])
def test_cells_run_in_the_order_of_the_suite_if_it_says_so(tmp_path: Path, *, in_order: bool) -> None:
    first = fakes.suite("Mean", systems=["Alpha"], trajectories=1)
    suite = dataclasses.replace(fakes.suite("Mean", "Seasonal", trajectories=1), in_order=in_order, fidelity=False)
    # The earlier run tells what a cell of Mean costs; those of unknown cost would start first.
    _run_here(first, tmp_path / "r")
    scheduler = fakes.InProcess()
    results = _run_here(suite, tmp_path / "r", scheduler=scheduler)
    names = [job.forecaster.removeprefix("benchmark_fakes:") for job in scheduler.jobs]
    by_system = ["Seasonal", "Seasonal", "Mean", "Seasonal", "Mean"]
    assert names == (["Seasonal", "Mean", "Seasonal", "Mean", "Seasonal"] if in_order else by_system)
    assert benchmark.Suite.from_dict(suite.to_dict()) == suite
    left_out = results.table["missing"].str.contains("the suite leaves out the scores of the attractor")
    assert left_out.all()
    assert results.table["spectral_hellinger"].isna().all()
