"""Under noise the oracle assimilates; without, it, its knowledge and its fingerprint are those of the other oracle."""

import numpy as np
import pytest

from benchmark.running.execution import run_job
from benchmark.running.job import Job
from benchmark.running.reference_code import reference_code
from benchmark.tasks.assimilating_oracle import KNOWN, AssimilatingOracle, build_reference_for
from benchmark.tasks.data import TaskData, cut
from benchmark.tasks.map_oracle import build_reference_of
from benchmark.tasks.references import Oracle
from benchmark.tasks.task import Task
from tests.benchmark.tasks.test_references import _dataset


def first_errors(data: TaskData) -> tuple[float, float]:
    """Return the errors of the assimilating oracle and of the one that starts from the last point, in deviations."""
    errors = []
    for build in (build_reference_for, build_reference_of):
        forecast = build("Oracle", data.oracle.known).fit(data.train).predict(len(data.truth))
        errors.append(float(np.sqrt((((forecast - data.truth) / data.scale) ** 2).mean())))
    return errors[0], errors[1]


def test_without_noise_the_oracle_knows_and_computes_what_it_did() -> None:
    data = cut(Task(system="Lorenz", train_length=80, horizon=10), _dataset("Lorenz"))
    assert sorted(data.oracle.known) == [
        "components",
        "definition",
        "states",
        "step",
        "system",
        "time",
    ]
    assert type(build_reference_for("Oracle", data.oracle.known)) is Oracle
    assert reference_code("Oracle") == reference_code("Oracle", assimilates=False)
    assert reference_code("Oracle") != reference_code("Oracle", assimilates=True)
    assert reference_code("Persistence") == reference_code("Persistence", assimilates=True)


def test_under_noise_the_assimilated_state_is_closer_than_the_last_point() -> None:
    dataset = _dataset("Lorenz")
    errors = []
    for seed in range(6):
        task = Task(system="Lorenz", train_length=130, horizon=20, measurement_noise=0.1, noise_seed=seed)
        data = cut(task, dataset)
        assert data.oracle.known[KNOWN]["window"] == 121  # three periods, as the data have no exponent
        np.testing.assert_allclose(data.oracle.known[KNOWN]["deviations"], 0.1 * data.scale, rtol=1e-12)
        errors.append(first_errors(data))
    assimilated, last = np.sqrt((np.array(errors) ** 2).mean(axis=0))
    assert assimilated < 0.6 * last


def test_a_driving_phase_is_known_at_the_first_point() -> None:
    dataset = _dataset("Duffing")
    data = cut(Task(system="Duffing", train_length=130, horizon=20, measurement_noise=0.05), dataset)
    assert data.oracle.known[KNOWN]["phase"] == dataset["state"].values[0, 0, 2]
    assimilated, last = first_errors(data)
    assert assimilated < last


def test_a_delay_system_starts_from_the_last_points() -> None:
    dataset = _dataset("MackeyGlass", points_per_period=40, delay=True)
    data = cut(Task(system="MackeyGlass", train_length=200, horizon=40, measurement_noise=0.01), dataset)
    assert KNOWN not in data.oracle.known
    assert type(build_reference_for("Oracle", data.oracle.known)) is Oracle


def test_a_series_without_a_trajectory_is_forecast_from_its_last_point_and_says_so() -> None:
    data = cut(Task(system="Lorenz", train_length=100, horizon=20, measurement_noise=0.01), _dataset("Lorenz"))
    shuffled = np.random.default_rng(0).permutation(data.train)
    shuffled[-1] = data.train[-1]
    job = Job(
        key="a",
        label="a",
        forecaster="Oracle",
        preset="reference",
        config={},
        seed=0,
        season_length=40,
        horizon=20,
        train=shuffled,
        known=data.oracle.known,
    )
    outcome = run_job(job)
    assert outcome.status == "ok"
    assert outcome.error.startswith("forecast from the last observed point, as of the assimilation no trajectory")
    np.testing.assert_array_equal(outcome.forecast, build_reference_of("Oracle", data.oracle.known).predict(20))
    oracle = AssimilatingOracle(data.oracle.known).fit(shuffled)
    np.testing.assert_array_equal(oracle.predict(20, samples=2)[1], outcome.forecast)


@pytest.mark.parametrize("components", [(), ("x",)])
def test_members_of_the_oracle_surround_the_truth(components: tuple[str, ...]) -> None:
    task = Task(system="Lorenz", train_length=130, horizon=20, measurement_noise=0.1, components=components)
    data = cut(task, _dataset("Lorenz"))
    oracle = AssimilatingOracle(data.oracle.known).fit(data.train)
    assert oracle.remark == ""
    members = oracle.predict(20, samples=30, seed=1)
    assert members.shape == (30, 20, 3 if not components else 1)
    spread = members.std(axis=0)
    assert (np.abs(members.mean(axis=0) - data.truth) < 4.0 * spread + 1e-6).mean() > 0.9
    assert spread.mean() < data.scale.mean()
