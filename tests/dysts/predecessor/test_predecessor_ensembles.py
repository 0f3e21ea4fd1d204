"""Ensembles, samplers and events of dysts 0.96."""

import functools

import numpy as np
import pytest

from dysts.errors import InvalidArgumentError
from dysts.flows import Lorenz, Rossler
from dysts.predecessor.events import resolved, survives
from dysts.sampling import (
    GaussianInitialConditionSampler,
    InstabilityEvent,
    OnAttractorInitCondSampler,
    SignedGaussianParamSampler,
    TimeLimitEvent,
    TimeStepEvent,
)
from dysts.systems import compute_trajectory_statistics, make_trajectory_ensemble


def test_an_ensemble_has_the_trajectory_of_each_model() -> None:
    found = make_trajectory_ensemble(40, subset=["Lorenz", "Rossler"], pts_per_period=50)
    assert list(found) == ["Lorenz", "Rossler"]
    np.testing.assert_array_equal(found["Lorenz"], Lorenz().make_trajectory(40, pts_per_period=50))
    threads = make_trajectory_ensemble(
        40,
        subset=[Lorenz(), Rossler()],
        pts_per_period=50,
        use_multiprocessing=True,
        multiprocessing_kwargs={"processes": 2},
    )
    np.testing.assert_array_equal(threads["Rossler"], found["Rossler"])
    statistics = compute_trajectory_statistics(40, ["Lorenz"], pts_per_period=50)
    np.testing.assert_allclose(statistics["Lorenz"]["mean"], found["Lorenz"].mean(axis=0))


def test_events_of_an_ensemble_are_made_for_each_model() -> None:
    strict = functools.partial(InstabilityEvent, threshold=30.0)
    found = make_trajectory_ensemble(100, subset=["Lorenz", "Rossler"], event_fns=[strict])
    assert found["Lorenz"] is None
    assert found["Rossler"] is not None
    with pytest.raises(InvalidArgumentError, match="pts_per_period"):
        make_trajectory_ensemble(10, subset=["Lorenz"], pts_per_period=-1)
    assert make_trajectory_ensemble(10, subset=["Lorenz"], pts_per_period=-1, silent_errors=True) == {"Lorenz": None}


def test_three_forms_of_event_functions() -> None:
    def event(t: float, y: np.ndarray) -> float:
        return 1.0

    assert resolved(event, "model") is event
    assert resolved(lambda: event, "model") is event
    assert resolved(lambda model: lambda t, y: 2.0 if model == "model" else 1.0, "model")(0.0, np.zeros(1)) == 2.0
    with pytest.raises(InvalidArgumentError, match="got 3 arguments"):
        resolved(lambda a, b, c: 0.0, "model")


def test_events_by_themselves() -> None:
    model = Lorenz()
    limit = TimeLimitEvent(model, 100.0)
    assert limit(0.0, np.zeros(3)) == 1.0
    limit.start_time -= 101.0
    assert limit(0.0, np.zeros(3)) == 0.0
    limit.reset()
    assert limit(0.0, np.zeros(3)) == 1.0
    step = TimeStepEvent(model, min_step=0.1)
    assert [step(time, np.zeros(3)) for time in (0.0, 1.0, 1.05)] == [1.0, 1.0, 0.0]
    assert InstabilityEvent(model, 5.0)(0.0, np.array([np.nan, 0.0, 0.0])) == 0.0
    model.unbounded_indices = [0]
    assert InstabilityEvent(model, 5.0)(0.0, np.array([9.0, 0.0, 0.0])) == 1.0
    times, states = np.arange(3.0), np.array([[1.0], [2.0], [3.0]])

    def never(t: float, y: np.ndarray) -> float:
        return float(y[0] - 1.5)

    assert survives([never], times, states)


def test_samplers_draw_as_they_say() -> None:
    state = np.array([1.0, -100.0, 0.0])
    sampler = GaussianInitialConditionSampler(random_seed=0, scale=0.01)
    drawn = np.array([sampler(state, None) for _ in range(4000)])
    # 4000 draws give a deviation to 1.1 percent, as its relative error is 1/sqrt(2n).
    np.testing.assert_allclose(drawn.std(axis=0), [0.01, 1.0, 0.0], rtol=0.05)
    np.testing.assert_allclose(drawn.mean(axis=0), state, atol=0.08)
    parameters = SignedGaussianParamSampler(random_seed=0, scale=0.1, sign_match_probability=1.0)
    changed = np.array([parameters("b", -2.0) for _ in range(500)])
    assert (changed <= -2.0).all()
    assert parameters("w", np.ones((2, 2))).shape == (2, 2)
    kept = SignedGaussianParamSampler(ignore_probability=1.0)
    assert kept("a", 3.0) == 3.0


def test_states_are_drawn_from_the_attractor() -> None:
    sampler = OnAttractorInitCondSampler(random_seed=1, reference_traj_length=400, reference_traj_n_periods=10)
    model = Lorenz()
    start = model.ic.copy()
    assert model.transform_ic(sampler)
    assert not np.allclose(model.ic, start)
    orbit = sampler.trajectory_cache["Lorenz"]
    assert len(orbit) == 320
    assert (orbit == model.ic).all(axis=1).any()
    assert not model.transform_ic(lambda ic, system: None)
    assert model.transform_params(SignedGaussianParamSampler(random_seed=2))
    assert model.rho != 28.0
    sampler.clear_cache()
    assert sampler.trajectory_cache == {}
