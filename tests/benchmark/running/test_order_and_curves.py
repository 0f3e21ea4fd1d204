"""The order of cells, and the learning curves of networks in outcomes and rows."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from benchmark.running.execution import run_job
from benchmark.running.job import Job
from benchmark.running.planning import PlannedCell, system_by_system
from benchmark.running.progress import Costs
from benchmark.running.worker import decode_outcome, encode_outcome


def test_a_part_of_a_run_has_all_forecasters_on_some_systems() -> None:
    costs = Costs()
    costs.learn("Slow", 9.0)
    costs.learn("Quick", 1.0)
    planned = [
        SimpleNamespace(cell=SimpleNamespace(forecaster=name, task=SimpleNamespace(system=system)))
        for name in ("Quick", "Slow", "New")
        for system in ("Rossler", "Lorenz")
    ]
    ordered = system_by_system(cast(list[PlannedCell], planned), costs)
    assert [(entry.cell.task.system, entry.cell.forecaster) for entry in ordered] == [
        (system, name) for system in ("Rossler", "Lorenz") for name in ("New", "Slow", "Quick")
    ]


def _job(forecaster: str, config: dict[str, Any]) -> Job:
    train = np.sin(0.1 * np.arange(200))[:, None]
    given: dict[str, Any] = {"preset": "fast", "config": config, "seed": 0, "season_length": 63, "horizon": 5}
    return Job(key="k", label="cell", forecaster=forecaster, train=train, **given)


def test_an_outcome_holds_the_learning_curve_at_epochs_that_double() -> None:
    outcome = run_job(_job("NLinear", {"input_length": 8, "epochs": 20, "batch_size": 200}))
    assert outcome.status == "ok", outcome.error
    # One step is one epoch here; the square root of two between the epochs, and the last.
    assert [step for step, _ in outcome.learning_curve] == [1, 2, 3, 4, 6, 8, 11, 16, 20]
    assert decode_outcome(encode_outcome(outcome)).learning_curve == [list(pair) for pair in outcome.learning_curve]
    assert list(run_job(_job("NVAR", {})).learning_curve) == []
