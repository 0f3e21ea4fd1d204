"""Tasks, cells and suites are checked values whose hashes hold across processes."""

import dataclasses
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from benchmark import Cell, Suite, Task, get_suite
from dysts.errors import InvalidArgumentError, UnknownNameError

KEY: dict[str, Any] = {"config": {"ridge": 1e-6}, "data": {"sha256": "a"}, "version": "1", "code": ""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("system", ""),
        ("system", 3),
        ("system", "Lorenz\n"),
        ("recipe", None),
        ("trajectory", -1),
        ("trajectory", 0.5),
        ("trajectory", True),
        ("train_length", 1),
        ("train_length", "1000"),
        ("horizon", 0),
        ("horizon", float("nan")),
    ],
)
def test_task_refuses_values_that_make_no_sense(field: str, value: object) -> None:
    with pytest.raises(InvalidArgumentError, match=field):
        Task(**{"system": "Lorenz", field: value})  # type: ignore[arg-type]


def test_task_is_frozen_and_goes_through_json() -> None:
    task = Task(system="Lorenz", trajectory=np.int64(3))  # type: ignore[arg-type]
    assert Task.from_dict(json.loads(json.dumps(task.to_dict()))) == task
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.horizon = 5  # type: ignore[misc]


def test_unknown_and_missing_fields_are_refused_by_name() -> None:
    with pytest.raises(InvalidArgumentError, match="'horizont'"):
        Task.from_dict({"system": "Lorenz", "horizont": 5})
    with pytest.raises(InvalidArgumentError, match="'system'"):
        Task.from_dict({"horizon": 5})


def test_digest_follows_content_and_nothing_else() -> None:
    task = Task(system="Lorenz")
    assert Task.from_dict(dict(reversed(task.to_dict().items()))).digest == task.digest
    others = [
        Task(system="Rossler"),
        Task(system="Lorenz", recipe="train-fine"),
        Task(system="Lorenz", trajectory=1),
        Task(system="Lorenz", train_length=999),
        Task(system="Lorenz", horizon=201),
    ]
    assert len({task.digest, *(other.digest for other in others)}) == 6


def test_key_changes_with_everything_that_determines_a_result() -> None:
    cell = Cell(task=Task(system="Lorenz"), forecaster="NVAR")
    variants = [
        cell.key(**KEY),
        dataclasses.replace(cell, task=Task(system="Rossler")).key(**KEY),
        dataclasses.replace(cell, forecaster="ESN").key(**KEY),
        dataclasses.replace(cell, preset="paper").key(**KEY),
        dataclasses.replace(cell, seed=1).key(**KEY),
        cell.key(**{**KEY, "config": {"ridge": 1e-5}}),
        cell.key(**{**KEY, "data": {"sha256": "b"}}),
        cell.key(**{**KEY, "version": "2"}),
        cell.key(**{**KEY, "code": "edited"}),
    ]
    assert len(set(variants)) == len(variants)


def test_hashes_are_equal_in_another_process() -> None:
    task = Task(system="Lorenz", horizon=17)
    code = "from benchmark import Task; print(Task(system='Lorenz', horizon=17).digest)"
    environment = {**os.environ, "PYTHONHASHSEED": "123", "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert answer.stdout.strip() == task.digest


@pytest.mark.parametrize(("field", "value"), [("forecaster", " "), ("preset", 1), ("seed", -1), ("task", {})])
def test_cell_refuses_values_that_make_no_sense(field: str, value: object) -> None:
    with pytest.raises(InvalidArgumentError, match=field):
        Cell(**{"task": Task(system="Lorenz"), "forecaster": "NVAR", field: value})  # type: ignore[arg-type]


def test_suite_is_the_product_of_its_parts() -> None:
    quick = get_suite("quick")
    cells = quick.cells(seed=3)
    assert len(cells) == 12 * 2 * (6 + 4) == len(set(cells))
    assert [cell.preset for cell in cells[:10]] == ["fast"] * 6 + ["reference"] * 4
    assert {cell.seed for cell in cells} == {3}
    narrowed = quick.narrowed(systems=["Lorenz"], forecasters=["ESN"], trajectories=3)
    assert [task.trajectory for task in narrowed.tasks()] == [0, 1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"systems": ()},
        {"systems": ("Lorenz", "Lorenz")},
        {"forecasters": "NVAR"},
        {"trajectories": 0},
        {"trajectories": 1.5},
        {"name": "../up"},
    ],
)
def test_suite_refuses_values_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        Suite(**{"name": "s", "systems": ("Lorenz",), "forecasters": ("NVAR",), **change})


def test_misspelt_suite_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'quick'"):
        get_suite("quik")


def test_horizon_counts_on_three_clocks_and_ends_at_the_largest_number_of_points() -> None:
    def points(**fields: object) -> int:
        task = Task(system="Lorenz", **fields)  # type: ignore[arg-type]
        return task.horizon_points(season_length=12.5, lyapunov_points=30.0)

    assert points(horizon=7) == 7
    assert points(horizon=3, horizon_clock="periods") == 38
    assert points(horizon=3, horizon_clock="lyapunov times") == 90
    assert points(horizon=3, horizon_clock="lyapunov times", most_points=50) == 50
    assert points(horizon=3, horizon_clock="lyapunov times", most_points=500) == 90
    regular = Task(system="Torus", horizon=3, horizon_clock="lyapunov times")
    assert regular.horizon_points(season_length=12.5, lyapunov_points=None) == 38
    # 7 * (29 / 7) exceeds 29 by a rounding error, which is no further point.
    assert (
        Task(system="Lorenz", horizon=7, horizon_clock="periods").horizon_points(
            season_length=29 / 7, lyapunov_points=None
        )
        == 29
    )
    with pytest.raises(InvalidArgumentError, match="horizon_clock of a task must be one of points, periods"):
        Task(system="Lorenz", horizon_clock="seconds")
    with pytest.raises(InvalidArgumentError, match="most_points"):
        Task(system="Lorenz", most_points=-1)


def test_tasks_in_points_keep_the_hashes_of_earlier_versions() -> None:
    # The digest of this task in the table of results of version 1.0.0.dev0, before horizons had clocks.
    assert Task(system="Lorenz").digest == "64faac20861f2f968fa1b6cd"
    assert Task(system="Lorenz", horizon_clock="periods").digest != Task(system="Lorenz").digest
    assert Task(system="Lorenz", most_points=100).digest != Task(system="Lorenz").digest
