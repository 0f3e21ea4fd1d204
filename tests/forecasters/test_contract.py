"""The checks of the contract hold for the package's forecasters, and each one finds the forecaster that breaks it."""

import os
import random
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_forecasters import NAMES, build, forecast, lorenz

from forecasters.contract import CHECKS, REQUIRED, check_forecaster, process_settings
from forecasters.wrappers import CallableForecaster, ObjectForecaster

SHARED: dict[str, Any] = {}


class Persistence:
    """Repeats the last value, and keeps the contract."""

    def fit(self, series: Any) -> "Persistence":
        series = np.array(series, dtype=np.float64)
        if series.ndim != 2 or not len(series) or not np.isfinite(series).all():
            raise ValueError("not a series")
        self.last = series[-1]
        return self

    def predict(self, horizon: Any) -> Any:
        if not isinstance(horizon, int) or horizon < 1:
            raise ValueError("not a horizon")
        return np.repeat(self.last[None], horizon, axis=0)


class Draws(Persistence):
    def predict(self, horizon: Any) -> Any:
        return super().predict(horizon) + random.random()


class DrawsOfItsOwn(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        self.last = self.last + np.random.default_rng().random()
        return self


class Scales(Persistence):
    def predict(self, horizon: Any) -> Any:
        return super().predict(horizon) * horizon


class Remembers(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        self.last = self.first = getattr(self, "first", self.last)
        return self


class Singleton(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        SHARED["last"] = self.last
        return self

    def predict(self, horizon: Any) -> Any:
        return np.repeat(SHARED["last"][None], horizon, axis=0)


class WritesIntoTheSeries(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        series -= series.mean(axis=0)
        return self


class SetsErrors(Persistence):
    def fit(self, series: Any) -> "Persistence":
        np.seterr(all="raise")
        return super().fit(series)


class SetsEnvironment(Persistence):
    def fit(self, series: Any) -> "Persistence":
        os.environ["OMP_NUM_THREADS"] = "3"
        return super().fit(series)


class LeavesAThread(Persistence):
    def fit(self, series: Any) -> "Persistence":
        threading.Thread(target=time.sleep, args=(1.0,), daemon=True).start()
        return super().fit(series)


class LeavesAFile(Persistence):
    def predict(self, horizon: Any) -> Any:
        Path(f"checkpoint-{time.monotonic_ns()}").write_text("")
        return super().predict(horizon)


class KeepsTheArray(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        self.last = series[-1]
        return self


class KeepsTheForecast(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        self.path = np.repeat(self.last[None], 100, axis=0)
        return self

    def predict(self, horizon: Any) -> Any:
        super().predict(horizon)
        return self.path[:horizon]


class ReadsMemory(Persistence):
    def fit(self, series: Any) -> "Persistence":
        super().fit(series)
        self.last = series.ravel(order="K")[-series.shape[1] :].copy()
        return self


class Ready(Persistence):
    last = np.zeros(3)


class AnyHorizon(Persistence):
    def predict(self, horizon: Any) -> Any:
        return np.repeat(self.last[None], max(1, int(horizon or 0)), axis=0)


class AnySeries(Persistence):
    def fit(self, series: Any) -> "Persistence":
        self.last = np.nan_to_num(series[-1]) if len(series) else np.zeros(3)
        return self


class Transposed(Persistence):
    def predict(self, horizon: Any) -> Any:
        return super().predict(horizon).T


class Masked(Persistence):
    def predict(self, horizon: Any) -> Any:
        return np.ma.masked_array(super().predict(horizon), mask=True)


class Infinite(Persistence):
    def predict(self, horizon: Any) -> Any:
        return super().predict(horizon) / 0.0


class Exits(Persistence):
    def predict(self, horizon: Any) -> Any:
        raise SystemExit(horizon)


def broken(build: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with np.errstate(all="ignore"):
        return {check.name: check.problem for check in check_forecaster(build, lorenz()) if not check.holds}


ADVISED = ("ARIMA", "DLinear", "ESN", "NVAR", "NaiveSeasonal", "XGBoost")
"""One forecaster of each kind keeps the advice as well: fits by a library, a network, linear algebra, trees."""


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name in NAMES for check in CHECKS if name in ADVISED or check in REQUIRED]
)
def test_the_forecasters_of_the_package_keep_the_contract(name: str, check: str) -> None:
    CHECKS[check](lambda: build(name), lorenz()[:100])


def global_state() -> dict[str, Any]:
    import torch

    return process_settings() | {
        "python": random.getstate(),
        "numpy": [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()],  # noqa: NPY002
        "torch": torch.get_rng_state().tolist(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_touches_no_global_state(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # Importing a library may do what it likes, once; a fit must not even reseed.
    build(name).fit(lorenz()).predict(1)
    monkeypatch.chdir(tmp_path)
    capfd.readouterr()
    np.random.seed(987)  # noqa: NPY002
    original = lorenz().copy()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before, threads = global_state(), threading.active_count()
        forecast(name, lorenz())
        assert global_state() == before
    assert caught == []
    assert threading.active_count() == threads
    assert list(tmp_path.iterdir()) == []
    assert tuple(capfd.readouterr()) == ("", "")
    np.testing.assert_array_equal(lorenz(), original)


@pytest.mark.parametrize(
    "build",
    [
        Persistence,
        lambda: ObjectForecaster(Persistence()),
        lambda: CallableForecaster(lambda x, n: x[-1:].repeat(n, 0)),
    ],
    ids=["plain", "wrapped", "function"],
)
def test_other_forecasters_that_keep_it_pass(
    build: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broken(build, tmp_path, monkeypatch) == {}


@pytest.mark.parametrize(
    ("build", "check", "problem"),
    [
        (lambda: None, "has_fit_and_predict", "must return an object with fit and predict, got None"),
        (lambda: np.mean, "has_fit_and_predict", "must return an object with fit and predict"),
        (Draws, "is_repeatable", "a second call of predict must give the same forecast as before"),
        (DrawsOfItsOwn, "is_repeatable", "a second fit must give the same forecast as before"),
        (Scales, "begins_with_the_shorter", "predict(50)[:20] must give the same forecast as predict(20)"),
        (
            Remembers,
            "forgets_the_former_series",
            "fitted to another series before must give the same forecast as a new",
        ),
        (Singleton, "shares_nothing", "a model, after another one was fitted, must give the same forecast as before"),
        (WritesIntoTheSeries, "leaves_the_process_alone", "must not change the series"),
        (SetsErrors, "leaves_the_process_alone", "got another error handling of numpy"),
        (SetsEnvironment, "leaves_the_process_alone", "got another environment"),
        (LeavesAThread, "leaves_the_process_alone", "must end their threads"),
        (LeavesAFile, "leaves_the_process_alone", "must leave no files, got checkpoint-"),
        (KeepsTheArray, "copies_arrays", "predict after writing into the series"),
        (KeepsTheForecast, "copies_arrays", "predict after writing into the last forecast"),
        (ReadsMemory, "accepts_any_memory_order", "a Fortran-ordered array must give the same forecast"),
        (Ready, "needs_a_fit", "predict before fit must raise, got an array of shape (20, 3)"),
        (AnyHorizon, "refuses_bad_horizons", "predict(0) must raise, got an array of shape (1, 3)"),
        (AnySeries, "refuses_missing_values", "a series with nan must raise, got an array of shape (20, 3)"),
        (Transposed, "forecasts_an_array", "got shape (3, 1): transpose it"),
        (Masked, "forecasts_an_array", "got 3 masked values"),
        (Infinite, "forecasts_an_array", "predict(1) must be finite, got 3 values that are not"),
        (Exits, "forecasts_an_array", "SystemExit: 1"),
    ],
)
def test_each_breach_is_found(
    build: Callable[[], Any], check: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = broken(build, tmp_path, monkeypatch)
    assert problem in problems.get(check, ""), problems


def test_what_the_benchmark_does_itself_is_advice() -> None:
    outcomes = check_forecaster(Ready, lorenz())
    assert [outcome.required for outcome in outcomes] == [name in REQUIRED for name in CHECKS]
    assert all(outcome.demand for outcome in outcomes)
    assert [outcome.name for outcome in outcomes if not outcome.holds] == ["needs_a_fit"]
