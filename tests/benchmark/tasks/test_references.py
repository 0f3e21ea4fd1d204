"""The floor and the oracle: what they predict, what the oracle knows, and where there is none."""

import json
import math

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest
import xarray

import dysts
from benchmark import Task
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.leaderboard_text import leaderboard_text
from benchmark.comparison.skill import with_skill
from benchmark.tasks.data import TaskData, cut
from benchmark.tasks.references import Oracle, build_reference
from dysts import metrics
from dysts.errors import InvalidArgumentError, UnknownNameError

POINTS = 160


def _dataset(name: str, *, points_per_period: int = 40, delay: bool = False) -> xarray.Dataset:
    system = dysts.get_system(name)
    # The test must not depend on which properties of a delay system have been computed.
    period = 50.0 if delay else system.period
    step = period / points_per_period
    states = dysts.integrate(system, points_per_period * 6 + POINTS, step=step, rtol=1e-12, predictability=False).values
    states = states[-POINTS:] if not delay else states
    names = list(system.observable_names)
    variables = {"series": (("trajectory", "time", "component"), system.observe(states)[None])}
    if system.observables:
        variables["state"] = (("trajectory", "time", "variable"), states[None])
    return xarray.Dataset(
        variables,
        coords={"component": names},
        attrs={
            "period": period,
            "points_per_period": points_per_period,
            "definition": json.dumps(system.to_entry(with_properties=False)["definition"]),
        },
    )


def _oracle(data: TaskData) -> Oracle:
    assert data.oracle.reason == ""
    # As it reaches a worker.
    known = json.loads(json.dumps(dict(data.oracle.known)))
    oracle = build_reference("Oracle", known)
    assert isinstance(oracle, Oracle)
    return oracle.fit(data.train)


def _error(data: TaskData) -> float:
    forecast = _oracle(data).predict(len(data.truth))
    return metrics.nrmse(truth=data.truth, forecast=forecast, scale=data.scale)


@pytest.mark.parametrize("name", ["Lorenz", "Duffing", "DoublePendulum"])
def test_oracle_continues_noise_free_data(name: str) -> None:
    # Lorenz is its own state; Duffing has a driving phase, DoublePendulum angles, both observed by sine and cosine.
    data = cut(Task(system=name, train_length=80, horizon=40), _dataset(name))
    assert _error(data) < 1e-6


def test_oracle_continues_a_delay_system_from_its_past() -> None:
    dataset = _dataset("MackeyGlass", points_per_period=40, delay=True)
    data = cut(Task(system="MackeyGlass", train_length=200, horizon=40), dataset)
    # Its past is a cubic spline through the observed points, so it knows less than the data hold.
    assert _error(data) < 1e-3
    short = cut(Task(system="MackeyGlass", train_length=10, horizon=40), dataset)
    assert short.oracle.reason == "needs 16 observed points to cover the delay, has 10"


def test_oracle_sees_all_of_the_state_where_the_forecaster_sees_one_component() -> None:
    data = cut(Task(system="Lorenz", train_length=80, horizon=40, components=("z",)), _dataset("Lorenz"))
    assert data.train.shape == (80, 1)
    assert _error(data) < 1e-6


def test_stride_and_oracle_agree_on_the_step() -> None:
    data = cut(Task(system="Lorenz", train_length=40, horizon=20, stride=2), _dataset("Lorenz"))
    assert data.season_length == 20
    assert _error(data) < 1e-6


def test_oracle_starts_from_what_was_measured() -> None:
    dataset = _dataset("Lorenz")
    errors = []
    for level in (0.001, 0.01, 0.1):
        task = Task(system="Lorenz", train_length=80, horizon=10, measurement_noise=level)
        data = cut(task, dataset)
        np.testing.assert_array_equal(data.oracle.known["states"][-1], data.train[-1])
        errors.append(_error(data))
    assert errors == sorted(errors)
    # Ten points are a quarter of a period, in which an error does not grow by a factor of ten.
    assert 1e-4 < errors[0] < 1e-2
    hidden = cut(Task(system="Lorenz", train_length=80, horizon=10, measurement_noise=0.1, components=("x",)), dataset)
    clean = dataset["series"].values[0, 79]
    known = np.array(hidden.oracle.known["states"][-1])
    assert known[0] == hidden.train[-1, 0]
    assert (known[1:] != clean[1:]).all()


def test_driving_phase_is_known_exactly_whatever_the_noise() -> None:
    dataset = _dataset("Duffing")
    system = dysts.get_system("Duffing")
    assert system.driving_phase is not None
    column = system.variables.index(system.driving_phase.variable)
    data = cut(Task(system="Duffing", train_length=80, horizon=10, measurement_noise=0.3), dataset)
    assert data.oracle.known["states"][-1][column] == dataset["state"].values[0, 79, column]


def test_data_without_equations_have_no_oracle_and_say_so() -> None:
    data = cut(Task(system="Alpha", train_length=100, horizon=20), fakes.dataset("Alpha"))
    assert "no equations" in data.oracle.reason


def test_floor() -> None:
    series = np.array([[1.0, 2.0], [3.0, 8.0]])
    np.testing.assert_array_equal(build_reference("Climatology", {}).fit(series).predict(2), [[2.0, 5.0]] * 2)
    np.testing.assert_array_equal(build_reference("Persistence", {}).fit(series).predict(2), [[3.0, 8.0]] * 2)
    with pytest.raises(UnknownNameError, match="Oracle"):
        build_reference("Oracel", {})


def _table() -> pd.DataFrame:
    common = {
        "preset": "fast",
        "status": "ok",
        "vpt_missing": "",
        "vpt_censored": False,
        "seed": 0,
        "cell_seconds": 1.0,
    }
    rows = []
    for task, oracle in (("a", 4.0), ("b", 2.0), ("c", 0.5)):
        scores = {"Climatology": 0.25, "Persistence": 0.5, "Oracle": oracle, "Model": 1.0}
        rows += [
            {**common, "task": task, "system": task, "forecaster": name, "vpt": value, "smape": 100.0 - 10 * value}
            | {"nrmse": 1.0, "mae": 1.0, "vpt_periods": value}
            for name, value in scores.items()
        ]
    return pd.DataFrame(rows)


def test_skill_is_the_position_between_the_better_floor_and_the_oracle() -> None:
    framed = with_skill(_table()).set_index(["task", "forecaster"])["skill"]
    assert framed["a", "Oracle"] == 1.0
    assert framed["a", "Persistence"] == 0.0
    assert framed["a", "Climatology"] == pytest.approx(-0.25 / 3.5)
    assert framed["a", "Model"] == pytest.approx(0.5 / 3.5)
    assert framed["b", "Model"] == pytest.approx(0.5 / 1.5)
    # An oracle no better than the floor leaves no room between them.
    assert math.isnan(framed["c", "Model"])
    by_smape = with_skill(_table(), "smape").set_index(["task", "forecaster"])["skill"]
    assert by_smape["a", "Model"] == pytest.approx(framed["a", "Model"])
    with pytest.raises(InvalidArgumentError, match="no direction"):
        with_skill(_table(), "error_growth")


def test_an_oracle_below_the_floor_gives_no_skill() -> None:
    table = _table()
    table.loc[(table["task"] == "c") & (table["forecaster"] == "Oracle"), ["vpt", "smape"]] = [0.25, 97.5]
    for score in ("vpt", "smape"):
        framed = with_skill(table, score).set_index(["task", "forecaster"])["skill"]
        assert framed["c"].isna().all()
        assert framed["a"].notna().all()


def test_references_frame_the_leaderboard_without_a_rank() -> None:
    text = leaderboard_text(leaderboard(_table())).splitlines()
    assert text[3].split()[:2] == ["-", "Oracle"]
    assert text[4].split()[:2] == ["1", "Model"]
    assert text[5].split()[:2] == ["-", "Persistence"]
    assert max(map(len, text)) <= 80


def test_unavailable_oracle_is_no_failure() -> None:
    table = _table()
    gone = table["forecaster"] == "Oracle"
    table.loc[gone, "status"] = "unavailable"
    table.loc[gone, ["vpt", "smape"]] = math.nan
    board = leaderboard(table).set_index("forecaster")
    assert "Oracle" not in board.index
    assert board["failed"].sum() == 0
    assert math.isnan(board.loc["Model", "skill"])
