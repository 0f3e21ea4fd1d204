"""Fit and predict one cell; whatever the forecaster does ends in an outcome."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.running.building import build
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.members import denoised_of, members_of
from benchmark.running.memory import peak_memory_mb, reset_peak_memory
from benchmark.tasks.assimilating_oracle import AssimilatingOracle, build_reference_for
from benchmark.tasks.references import REFERENCES
from dysts.errors import ForecastError, InvalidArgumentError
from forecasters.base import BaseForecaster
from forecasters.isolation import seeded


def run_job(job: Job) -> CellOutcome:
    """Build, fit and predict; never raises for what the forecaster does.

    Parameters
    ----------
    job : Job
        The cell to run.

    Returns
    -------
    CellOutcome
    """
    # A cell must not depend on which cells its worker ran before it, even if one's own forecaster draws from the
    # global generators.
    with seeded(job.seed):
        return _run(job)


def _run(job: Job) -> CellOutcome:
    reset_peak_memory()
    fit_seconds = predict_seconds = diverged_at = math.nan
    forecast: NDArray[np.float64] | None = None
    members: NDArray[np.float64] | None = None
    denoised: NDArray[np.float64] | None = None
    tuned: Mapping[str, Any] = {}
    curve: list[tuple[int, float]] = []
    status, error = "ok", ""
    try:
        train = _checked_train(job.train)
        if job.tuning:
            tuned = _tuned(job)
        else:
            model = _model(job, job.config)
            begin = time.perf_counter()
            model = _fitted(model, train)
            fit_seconds = time.perf_counter() - begin
            begin = time.perf_counter()
            raw = model.predict(job.horizon)
            predict_seconds = time.perf_counter() - begin
            forecast = _checked_forecast(raw, (job.horizon, train.shape[1]), fitted=len(train))
            diverged_at = _diverged_at(model)
            curve = _learning_curve(model)
            error = _remark(model)
            denoised = denoised_of(model, train)
            if job.samples:
                members = members_of(
                    model,
                    train,
                    job.horizon,
                    samples=job.samples,
                    build=lambda seed: _model(replace(job, seed=seed), job.config),
                    seed=job.seed,
                )
    except MemoryError as problem:
        status, error = "out_of_memory", one_line(problem)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - a forecaster may raise anything; it costs its cell
        status, error = "failed", one_line(problem)
    return CellOutcome(
        key=job.key,
        status=status,
        error=error,
        forecast=forecast if status == "ok" else None,
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        peak_memory_mb=peak_memory_mb(),
        diverged_at=diverged_at,
        learning_curve=curve,
        tuned=tuned,
        members=members if status == "ok" else None,
        denoised=denoised if status == "ok" else None,
    )


def _model(job: Job, config: Mapping[str, Any]) -> Any:
    if job.forecaster in REFERENCES:
        return build_reference_for(job.forecaster, job.known)
    return build(
        job.forecaster, preset=job.preset, season_length=job.season_length, seed=job.seed, config=config or None
    )


def _tuned(job: Job) -> dict[str, Any]:
    from benchmark.tasks.tuning import choose

    def forecast(config: Mapping[str, Any], train: NDArray[np.float64]) -> NDArray[np.float64]:
        model = _fitted(_model(job, config), train)
        return _checked_forecast(model.predict(job.horizon), (job.horizon, train.shape[1]))

    return choose(
        job.train,
        train_length=int(job.tuning["train_length"]),
        horizon=job.horizon,
        candidates=list(job.tuning["candidates"]),
        seconds=float(job.tuning["seconds"]),
        forecast=forecast,
    )


def _fitted(model: Any, train: NDArray[np.float64]) -> Any:
    fitted = model.fit(train)
    # Some libraries fit in place and return nothing.
    return model if fitted is None else fitted


def _checked_train(train: NDArray[np.float64]) -> NDArray[np.float64]:
    if train.ndim != 2 or not train.size or not np.isfinite(train).all():
        raise InvalidArgumentError(
            f"the training series must be finite with axes (time, component), got shape {train.shape}"
        )
    return train


def _checked_forecast(raw: Any, shape: tuple[int, int], *, fitted: int = 0) -> NDArray[np.float64]:
    wanted = f"the forecast must be an array of real numbers with shape {shape} (time, component)"
    try:
        array = np.asarray(raw)
    except Exception as error:
        raise ForecastError(f"{wanted}, got {_kind_of(raw)}") from error
    if array.dtype.kind not in "fiu":
        raise ForecastError(f"{wanted}, got {_kind_of(raw)} with values of type {array.dtype}")
    if isinstance(raw, np.ma.MaskedArray) and np.ma.getmaskarray(raw).any():
        raise ForecastError(f"{wanted}, got {int(np.ma.getmaskarray(raw).sum())} of {array.size} values masked")
    if array.shape != shape:
        hint = ""
        if array.shape == shape[::-1]:
            hint = ": its axes are exchanged"
        elif fitted and array.shape == (shape[0] + fitted, shape[1]):
            hint = ": the training series is in front of it"
        raise ForecastError(f"{wanted}, got shape {array.shape}{hint}")
    array = np.array(array, dtype=np.float64)
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise ForecastError(f"{wanted}, got {bad} of {array.size} values that are not finite")
    return array


def _kind_of(raw: object) -> str:
    kind = type(raw)
    where = "" if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]} "
    hint = " (its method values() gives an array)" if kind.__name__ == "TimeSeries" else ""
    return f"a {where}{kind.__name__}{hint}"


def _remark(model: Any) -> str:
    """Return the remark of a reference on its forecast; empty without one."""
    return one_line(model.remark) if isinstance(model, AssimilatingOracle) else ""


def _diverged_at(model: Any) -> float:
    """Return what the package's forecasters tell about their last rollout; other objects need not tell anything."""
    point = getattr(model, "diverged_at", None)
    return float(point) if isinstance(point, int | np.integer) else math.nan


def _learning_curve(model: Any) -> list[tuple[int, float]]:
    """Return the learning curve of a network of the package at epochs that double, with four digits; else nothing."""
    curve = getattr(model, "learning_curve", ())
    if not isinstance(model, BaseForecaster) or not curve:
        return []
    places = {min(round(2.0 ** (0.5 * half)), len(curve)) - 1 for half in range(2 * len(curve).bit_length() + 1)}
    return [(int(curve[place][0]), float(f"{curve[place][1]:.3e}")) for place in sorted(places)]
