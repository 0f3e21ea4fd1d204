"""Forecasters as estimators of scikit-learn and sktime, and forecasters of sktime behind the protocol."""

import pickle
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from small_forecasters import lorenz

from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownNameError
from dysts.metrics import smape
from forecasters import get_forecaster
from forecasters.contract import REQUIRED, check_forecaster
from forecasters.estimators import to_sklearn, to_sktime
from forecasters.wrappers import SktimeModel

FloatArray = np.ndarray
SPLIT = 90


def test_scikit_learn_gets_the_forecast_of_the_forecaster() -> None:
    from sklearn.base import clone

    series = lorenz()
    known, later = series[:SPLIT], series[SPLIT : SPLIT + 30]
    estimator = to_sklearn("NVAR", seed=3)
    assert clone(estimator).get_params() == estimator.get_params() == {
        "name": "NVAR", "preset": "fast", "season_length": None, "seed": 3, "config": None
    }  # fmt: skip
    fitted = estimator.fit(known)
    expected = get_forecaster("NVAR", seed=3).fit(known).predict(len(later))
    np.testing.assert_array_equal(fitted.predict(later), expected)
    assert fitted.score(later) == -smape(truth=later, forecast=expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(later), expected)  # noqa: S301


def test_a_search_of_scikit_learn_forecasts_what_follows_each_fold() -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score

    wave = np.sin(2 * np.pi * np.arange(400) / 40)[:, None] + 2.0
    folds = TimeSeriesSplit(3, test_size=40)
    found = GridSearchCV(to_sklearn("NaiveSeasonal"), {"season_length": [20, 40, 50]}, cv=folds).fit(wave)
    assert found.best_params_ == {"season_length": 40}
    np.testing.assert_allclose(cross_val_score(found.best_estimator_, wave, cv=folds), 0.0, atol=1e-9)
    with pytest.raises(UnknownNameError, match="did you mean 'NVAR'"):
        to_sklearn("NVAT").fit(wave)
    with pytest.raises(NotFittedError):
        to_sklearn("NVAR").predict(wave)


class Last:
    """Has the documented interface of a forecaster of sktime, and repeats the last season."""

    def __init__(self, *, season: int = 1, needs_horizon: bool = False) -> None:
        self.season, self.needs_horizon = season, needs_horizon

    def clone(self) -> "Last":
        return Last(season=self.season, needs_horizon=self.needs_horizon)

    def get_tag(self, name: str) -> bool:
        assert name == "requires-fh-in-fit"
        return self.needs_horizon

    def fit(self, y: pd.DataFrame, X: Any = None, fh: Any = None) -> Self:  # noqa: ARG002
        assert isinstance(y.index, pd.RangeIndex)
        assert (fh is not None) == self.needs_horizon
        self.seen, self.steps = y, fh
        return self

    def predict(self, fh: FloatArray) -> pd.DataFrame:
        assert self.steps is None or list(self.steps) == list(fh)
        rows = self.seen.iloc[-self.season :]
        return pd.DataFrame(
            rows.to_numpy()[(fh - 1) % self.season], index=len(self.seen) - 1 + fh, columns=rows.columns
        )


@pytest.mark.parametrize("needs_horizon", [False, True])
def test_a_forecaster_with_the_interface_of_sktime_keeps_the_contract(needs_horizon: bool) -> None:
    series = lorenz()
    original = Last(season=7, needs_horizon=needs_horizon)
    forecast = SktimeModel(original).fit(series).predict(20)
    np.testing.assert_allclose(forecast, series[-7:][np.arange(20) % 7], rtol=1e-12)
    assert not hasattr(original, "seen")
    outcomes = check_forecaster(lambda: SktimeModel(Last(season=7, needs_horizon=needs_horizon)), series)
    assert [one.problem for one in outcomes if one.name in REQUIRED] == [""] * len(REQUIRED)
    with pytest.raises(InvalidArgumentError, match="needs a forecaster of sktime"):
        SktimeModel(np.mean)


def test_without_sktime_a_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)  # noqa: ARG005
    with pytest.raises(NotSupportedError, match="to_sktime needs the package sktime, which is not installed"):
        to_sktime("NVAR")


def test_sktime_gets_the_forecast_of_the_forecaster() -> None:
    naive = pytest.importorskip("sktime.forecasting.naive")
    series = lorenz()
    columns = pd.DataFrame(series[:SPLIT], columns=["x", "y", "z"])
    forecast = to_sktime("NVAR", seed=3).fit(columns).predict(fh=[1, 2, 5])
    expected = get_forecaster("NVAR", seed=3).fit(series[:SPLIT]).predict(5)
    np.testing.assert_array_equal(forecast.to_numpy(), expected[[0, 1, 4]])
    assert list(forecast.index) == [SPLIT, SPLIT + 1, SPLIT + 4]
    assert list(forecast.columns) == ["x", "y", "z"]
    model = to_sktime("NaiveSeasonal", season_length=4).clone().fit(columns["x"])
    assert isinstance(model.predict(fh=[1]), pd.Series)
    with pytest.raises((NotImplementedError, ValueError)):
        model.predict(fh=[-1])
    wrapped = SktimeModel(naive.NaiveForecaster(strategy="last", sp=7)).fit(series).predict(20)
    np.testing.assert_allclose(wrapped, series[-7:][np.arange(20) % 7], rtol=1e-12)
