"""The track on finding equations: a run, its going on, its failures, its table."""

import math
from pathlib import Path

import numpy as np
import pytest

import dysts
from benchmark.cli import main
from benchmark.discovery import tasks
from benchmark.discovery.cell import run_discovery
from benchmark.discovery.run import TABLE, run_track, table_of_folder
from benchmark.discovery.statuses import STATUSES
from benchmark.discovery.table import read_discovery_table
from benchmark.running.job import Job
from dysts.discovery.comparison import derivative_at
from dysts.discovery.found_flow import library_flow, roll_out
from dysts.discovery.named_methods import METHODS, OURS, get_method, needs_of
from dysts.errors import ExpressionError, ForecastError, StorageError, UnknownNameError
from dysts.systems.system import System


def test_a_run_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tasks, "NOISES", (None,))
    folder = tmp_path / "found"
    arguments = ["run", "discovery", "--systems", "Lorenz", "--forecasters", OURS, "-o", str(folder), "--workers", "1"]
    assert main([*arguments, "--quiet"]) == 0
    assert "0 of 4 cells failed" in capsys.readouterr().out
    table = read_discovery_table(folder / TABLE)
    assert len(table) == 4
    exact = table[(table["given"] == "derivatives")]
    assert exact["exact"].all()
    assert (exact["symmetric_error"] < 1e-12).all()
    best = table[(table["given"] == "states") & (table["points_per_period"] == 100)].iloc[0]
    assert best["exact"]
    assert best["valid_to_the_end"]
    # Two trajectories over forty periods have the exponent within a few tenths of its size.
    assert best["exponent"] == pytest.approx(dysts.get_system("Lorenz").lyapunov_exponent, rel=0.3)
    finished = {row["finished"] for row in _rows(folder)}
    again = run_track(systems=["Lorenz"], methods=[OURS], output=folder, workers=1, progress=False)
    assert {row["finished"] for row in _rows(folder)} == finished
    assert again["key"].tolist() == table["key"].tolist() == table_of_folder(folder)["key"].tolist()


def _rows(folder: Path) -> list[dict[str, object]]:
    from benchmark.results.writing import ResultsWriter

    return list(ResultsWriter.read_rows(folder).values())


def job(train: np.ndarray, **changes: object) -> Job:
    lorenz = dysts.integrate("Lorenz", 60)
    known = {
        "system": "Lorenz",
        "angles": [],
        "clean": True,
        "test": lorenz.values.tolist(),
        "test_step": float(lorenz["time"][1]),
        "step": float(lorenz["time"][1]),
        "continuation": lorenz.values[:20].tolist(),
        "elsewhere": [],
    }
    fields = {"key": "k", "label": "l", "forecaster": OURS, "preset": "", "config": {}, "seed": 0, "season_length": 100}
    return Job(**{**fields, "horizon": 1, "train": train, "known": known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        (np.full((100, 4), 1.0), "times must grow in even steps"),
        (np.column_stack([np.arange(100.0), np.full((100, 3), np.nan)]), "states must be finite"),
        (np.column_stack([np.arange(100.0), np.ones((100, 3))]), "states must vary"),
        (np.column_stack([np.arange(20.0), np.ones((20, 3))]), "at least 30 points"),
    ],
)
def test_a_method_that_fails_costs_its_cell(train: np.ndarray, reason: str) -> None:
    outcome = run_discovery(job(train))
    assert outcome.status == "refused"
    assert reason in outcome.error


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (ForecastError("no term is left"), "no_equations"),
        (ExpressionError("lambda is a word of the language"), "unreadable"),
        (ZeroDivisionError("division by zero"), "failed"),
        (MemoryError(), "out_of_memory"),
        (None, "no_equations"),
    ],
)
def test_each_way_to_fail_has_its_status(
    problem: Exception | None, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def fit(self, times: object, states: object, derivatives: object = None) -> None:  # noqa: ARG002
            if problem is not None:
                raise problem

    monkeypatch.setattr("benchmark.discovery.cell.get_method", lambda name, **_: Broken())  # noqa: ARG005
    outcome = run_discovery(job(np.column_stack([np.arange(50.0), np.ones((50, 3))])))
    assert outcome.status == status
    assert outcome.error
    assert status in STATUSES
    assert not outcome.tuned


def test_a_forecaster_continues_the_series() -> None:
    path = dysts.integrate("Lorenz", 700)
    step = float(path["time"][1])
    known = {"step": step, "continuation": path.values[600:].tolist()}
    given = job(np.column_stack([path["time"][:600], path.values[:600]]), forecaster="NVAR")
    outcome = run_discovery(job(given.train, forecaster="NVAR", known={**given.known, **known}))
    assert outcome.status == "ok", outcome.error
    assert outcome.tuned["continued_valid_time"] > 20 * step
    assert math.isnan(outcome.tuned["f1"])


def test_another_motion_is_one_that_lies_elsewhere() -> None:
    system = dysts.get_system("ArnoldBeltramiChildress")
    states = tasks.orbit(system, 3501, system.period / 100)
    other = tasks.another_motion(system, states)
    assert other is not None
    assert len(other) == 1001
    # Inside a vortex two of the angles stay within a fraction of a turn.
    assert (np.ptp(other, axis=0) < 0.3 * np.ptp(states, axis=0)).sum() == 2
    assert tasks.another_motion(dysts.get_system("Rossler"), states) is None


def test_equations_that_blow_up_are_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    class Explosion:
        def fit(self, times: object, states: object, derivatives: object = None) -> System:  # noqa: ARG002
            return System.from_equations(
                "Explosion", {"x": "x**3 + 1", "y": "y**3 + 1", "z": "z**3"}, initial_conditions=[1.0, 1.0, 1.0]
            )

    monkeypatch.setattr("benchmark.discovery.cell.get_method", lambda name, **_: Explosion())  # noqa: ARG005
    outcome = run_discovery(job(np.column_stack([np.arange(50.0), np.ones((50, 3))])))
    assert outcome.status == "blew_up"
    assert "leave all bounds" in outcome.error
    assert outcome.tuned["blew_up"]
    assert outcome.tuned["valid_time"] == 0.0
    assert math.isnan(outcome.tuned["exponent"])
    assert not outcome.tuned["exact"]


def test_the_tasks_are_what_the_page_says() -> None:
    every = list(tasks.discovery_tasks("Lorenz"))
    assert len(every) == len(set(every)) == 20
    assert every[0].noise_db is None
    assert sum(tasks.takes_part("PySINDy-Weak", task) for task in every) == 10
    names = tasks.discovery_systems()
    assert "MackeyGlass" not in names
    assert {"Lorenz", "Thomas", "Chua"} < set(names)


def test_noise_has_the_power_that_its_name_says() -> None:
    system = dysts.get_system("Rossler")
    states = dysts.integrate(system, 1500).values
    data = tasks.SystemData(system, {100: (0.1, states)}, {}, states, 0.1)
    task = tasks.DiscoveryTask(system="Rossler", given="derivatives", points_per_period=100, noise_db=20)
    _, noisy, rates = data.given(task)
    # The standard deviation of 1500 draws is right to two percent.
    assert (noisy - states).std(axis=0) / states.std(axis=0) == pytest.approx(0.1, rel=0.06)
    assert rates == pytest.approx(derivative_at(system, states))


def test_series_are_those_of_the_engine_with_an_unwrapped_phase() -> None:
    system = dysts.get_system("Duffing")
    index, period = system.phase_index_and_period
    step = system.period / 100
    path = tasks.orbit(system, 300, step)
    engine = dysts.integrate(system, 300, step=step)
    assert tasks._unwrapped(system, engine.values) == pytest.approx(path, abs=1e-6)
    assert np.ptp(path[:, index]) > 2 * period


def rational() -> System:
    equations = {"x": "y/(1 + x**2)", "y": "-x"}
    return System.from_equations("Rational", equations, initial_conditions=[1.0, 0.5]).with_period(6.0)


@pytest.mark.parametrize("system", [dysts.get_system("Lorenz"), dysts.get_system("Thomas"), rational()])
def test_found_equations_are_integrated_without_compiling_them(system: System) -> None:
    path = dysts.integrate(system, 40)
    step, scale = float(path["time"][1]), path.values.std(axis=0)
    ours = roll_out(system, path.values[0], step, 39, scale=scale)
    assert (library_flow(system) is None) == (system.name == "Rational")
    assert (ours - path.values[1:]) / scale == pytest.approx(np.zeros_like(ours), abs=1e-4)


def test_unknown_methods_systems_and_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="method of discovery"):
        get_method("SINDyy")
    with pytest.raises(UnknownNameError, match="system of the track 'MackeyGlass'"):
        run_track(systems=["MackeyGlass"], output=tmp_path)
    assert main(["run", "discovery", "--trajectories", "2", "-o", str(tmp_path)]) != 0
    with pytest.raises(StorageError, match="cannot read"):
        read_discovery_table(tmp_path / "none.parquet")


@pytest.mark.parametrize("name", [name for name in METHODS if name != OURS])
def test_methods_of_the_extra_find_a_linear_system(name: str) -> None:
    for package in needs_of(name):
        pytest.importorskip(package, reason="the extra discovery is not installed")
    times = 0.05 * np.arange(200)
    states = np.column_stack([np.cos(times), np.sin(times)])
    found = get_method(name, variables=("x", "y")).fit(times, states, states[:, ::-1] * [-1.0, 1.0])
    errors = derivative_at(found, states) - states[:, ::-1] * [-1.0, 1.0]
    assert np.abs(errors).max() < 0.1
    assert found.remarks[0].startswith(("pysindy", "GPLearn", "Operon"))


@pytest.mark.parametrize("name", [name for name in METHODS if name != OURS])
def test_methods_of_the_extra_say_what_installs_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from dysts.errors import MissingPackageError

    for package in ("pysindy", "gplearn", "gplearn.genetic", "pyoperon", "pyoperon.sklearn"):
        monkeypatch.setitem(sys.modules, package, None)
    times = 0.05 * np.arange(50)
    with pytest.raises(MissingPackageError, match="discovery"):
        get_method(name).fit(times, np.column_stack([np.cos(times), np.sin(times)]))
