"""Scores by position: the definitions of dysts 0.96, beside this package's by keyword."""

import pickle

import numpy as np
import pytest

from dysts import metrics
from dysts.errors import DystsWarning
from dysts.metrics import _by_position
from dysts.predecessor.score_tools import ScoreArgumentError

TRUTH = np.random.default_rng(0).normal(size=(60, 3)) + 2.0 * np.arange(3)
FORECAST = TRUTH + 0.3 * np.random.default_rng(1).normal(size=TRUTH.shape)


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_by_position, "_told", set(_by_position.OF_ANOTHER_SCALE))


@pytest.mark.parametrize("name", _by_position.EQUAL)
def test_equal_scores_are_equal(name: str) -> None:
    score = getattr(metrics, name)
    # dysts 0.96 adds 1e-10 to denominators.
    assert score(TRUTH, FORECAST) == pytest.approx(score(truth=TRUTH, forecast=FORECAST), rel=1e-7)


def test_scores_of_another_scale_are_those_of_0_96() -> None:
    error, all_of_it = TRUTH - FORECAST, TRUTH - TRUTH.mean()
    shifted = [np.log(1.0 + one - one.min(axis=0)) for one in (TRUTH, FORECAST)]
    expected = {
        "coefficient_of_variation": 100.0 * error.std() / TRUTH.mean(),
        "marre": 100.0 * np.abs(error).mean() / (TRUTH.max() - TRUTH.min()),
        "r2_score": 1.0 - (error**2).sum() / (all_of_it**2).sum(),
        "rmsle": np.sqrt(((shifted[0] - shifted[1]) ** 2).mean()),
        "smape": 100.0 * (np.abs(error) / (np.abs(TRUTH) + np.abs(FORECAST))).mean(),
        "wape": 100.0 * np.abs(error).sum() / np.abs(TRUTH).sum(),
        "mase": np.abs(error).mean() / np.abs(np.diff(TRUTH, axis=-1)).mean(),
    }
    for name, value in expected.items():
        assert getattr(metrics, name)(TRUTH, FORECAST) == pytest.approx(value, rel=1e-7), name
    assert metrics.smape(TRUTH, FORECAST, scaled=False) == pytest.approx(
        metrics.smape(truth=TRUTH, forecast=FORECAST), rel=1e-7
    )
    half = np.full(4, 0.25)
    assert metrics.hellinger_distance(half, half) == pytest.approx(0.0, abs=1e-7)
    assert metrics.hellinger_distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0


def test_another_scale_is_told_once(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    monkeypatch.setattr(_by_position, "_told", set())
    metrics.mae(TRUTH, FORECAST)
    assert not recwarn.list
    with pytest.warns(
        DystsWarning, match="smape called by position, or by keywords of dysts 0.96, is that of dysts 0.96: on 0 to 100"
    ):
        metrics.smape(TRUTH, FORECAST)
    recwarn.clear()
    metrics.smape(TRUTH, FORECAST)
    metrics.smape(truth=TRUTH, forecast=FORECAST)
    assert not recwarn.list


def test_pickle_and_documentation_find_a_score() -> None:
    assert pickle.loads(pickle.dumps(metrics.smape)) is metrics.smape
    assert metrics.smape.__doc__
    with pytest.raises(TypeError):
        metrics.smape(truth=TRUTH, forecast=FORECAST, scale=3)


def test_one_component_may_have_one_axis() -> None:
    one, other = TRUTH[:, 0], FORECAST[:, 0]
    assert metrics.pearson(one, other) == pytest.approx(np.corrcoef(one, other)[0, 1])
    assert metrics.ope(one, other) == pytest.approx(np.abs(one - other).sum() / np.abs(one - one.mean()).sum())
    assert metrics.horizoned_metric(one, other, metrics.mse)[-1] == pytest.approx(metrics.mse(one, other))
    assert len(metrics.horizoned_metric(one, other, metrics.mse, horizon=5)) == 5


def test_a_divergence_of_equal_densities_is_zero_and_of_shifted_ones_is_known() -> None:
    assert metrics.estimate_kl_divergence(TRUTH, TRUTH, random_seed=0) == 0.0
    # Sums over one point each are normal densities of unit variance, whose divergence is half the squared distance.
    found = metrics.estimate_kl_divergence(np.zeros((1, 2)), np.ones((1, 2)), n_samples=20000, random_seed=0)
    assert found == pytest.approx(1.0, abs=5 * np.sqrt(2.0 / 20000))


def test_many_scores_at_once() -> None:
    found = metrics.compute_metrics(TRUTH, FORECAST, include=["mse", "smape"])
    assert found == {"mse": metrics.mse(TRUTH, FORECAST), "smape": metrics.smape(TRUTH, FORECAST)}
    batch = metrics.compute_metrics(TRUTH.reshape(3, 20, 3), FORECAST.reshape(3, 20, 3), include=["mae"], batch_axis=0)
    assert batch["mae"] == pytest.approx(metrics.mae(TRUTH, FORECAST))
    for wrong in ({"include": ["msee"]}, {"y_pred": FORECAST[:10]}):
        with pytest.raises(ScoreArgumentError):
            metrics.compute_metrics(**{"y_true": TRUTH, "y_pred": FORECAST, **wrong})
    assert issubclass(ScoreArgumentError, AssertionError)
