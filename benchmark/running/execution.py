"""Fit and predict one cell, turning whatever the forecaster does into an outcome."""

import importlib
import json
import math
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.references import REFERENCES, build_reference
from dysts.errors import DystsError, ForecastError, InvalidArgumentError, UnknownNameError
from forecasters.isolation import seeded

_LONGEST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """What a worker needs to run one cell; the truth is not in it.

    Attributes
    ----------
    key : str
        Key of the cell.
    label : str
        Text for people.
    forecaster, preset : str
        What to build.
    config : mapping
        Fields of the configuration that replace those of the preset, as JSON values; empty where nothing was tuned.
    seed, season_length, horizon : int
        Seed, points per period, and points to predict.
    train : ndarray, float64 [time, component]
        What to fit on; where `tuning` is given, what to tune on.
    known : mapping
        What a reference knows beside the series; empty for a forecaster.
    tuning : mapping
        ``candidates``, ``train_length`` and ``seconds`` where a configuration is to be chosen; else empty.
    """

    key: str
    label: str
    forecaster: str
    preset: str
    config: Mapping[str, Any]
    seed: int
    season_length: int
    horizon: int
    train: NDArray[np.float64]
    known: Mapping[str, Any] = field(default_factory=dict)
    tuning: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    key : str
        Key of the cell.
    status : str
        One of `benchmark.schema.STATUSES`.
    error : str
        One line saying what went wrong; empty if the status is ``"ok"``.
    forecast : ndarray, float64 [time, component], or None
        The forecast if the status is ``"ok"``.
    fit_seconds, predict_seconds : float
        Wall-clock seconds; NaN if it did not come so far.
    seconds : float
        Wall-clock seconds of the whole cell as its scheduler saw it.
    peak_memory_mb : float
        Largest resident memory of the worker during the cell, in MiB.
    diverged_at : float
        The first point of the forecast that the forecaster held at its bounds, as its rollout left them; NaN if there
        was none, or if it does not tell.
    tuned : mapping
        What `benchmark.tasks.tuning.choose` found, if that was the job; else empty.
    """

    key: str
    status: str
    error: str = ""
    forecast: NDArray[np.float64] | None = None
    fit_seconds: float = math.nan
    predict_seconds: float = math.nan
    seconds: float = math.nan
    peak_memory_mb: float = math.nan
    diverged_at: float = math.nan
    tuned: Mapping[str, Any] = field(default_factory=dict)


def build(
    forecaster: str, *, preset: str, season_length: int, seed: int, config: Mapping[str, Any] | None = None
) -> Any:
    """Return an unfitted forecaster, one of the package's or ``"module:factory"``.

    A factory is called as ``factory(preset=..., season_length=..., seed=...)`` and returns an object with
    ``fit`` and ``predict``; where something was tuned, ``config=...`` is passed as well.

    Raises
    ------
    UnknownNameError
        If there is no such forecaster, module or factory.
    InvalidArgumentError
        If the preset is refused.
    """
    if ":" not in forecaster:
        from forecasters import get_forecaster

        return get_forecaster(forecaster, preset=preset, season_length=season_length, seed=seed, config=config)
    tuned = {"config": config} if config else {}
    return _own_factory(forecaster)(preset=preset, season_length=season_length, seed=seed, **tuned)


def resolved_config(model: object) -> dict[str, Any]:
    """Return the configuration of a forecaster as JSON values; empty if it has none."""
    config = getattr(model, "config", None)
    if is_dataclass(config) and not isinstance(config, type):
        config = asdict(config)
    if not isinstance(config, Mapping):
        return {}
    plain: dict[str, Any] = json.loads(json.dumps(dict(config), default=_plain, sort_keys=True))
    return plain


def run_job(job: Job) -> Outcome:
    """Build, fit and predict; never raises for what the forecaster does.

    Parameters
    ----------
    job : Job
        The cell to run.

    Returns
    -------
    Outcome
    """
    # A cell must not depend on which cells its worker ran before it, even if one's own forecaster draws from the
    # global generators.
    with seeded(job.seed):
        return _run(job)


def _run(job: Job) -> Outcome:
    _reset_peak_memory()
    fit_seconds = predict_seconds = diverged_at = math.nan
    forecast: NDArray[np.float64] | None = None
    tuned: Mapping[str, Any] = {}
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
            forecast = _checked_forecast(raw, (job.horizon, train.shape[1]))
            diverged_at = _diverged_at(model)
    except MemoryError as problem:
        status, error = "out_of_memory", one_line(problem)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - a forecaster may raise anything; it costs its cell
        status, error = "failed", one_line(problem)
    return Outcome(
        key=job.key,
        status=status,
        error=error,
        forecast=forecast if status == "ok" else None,
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        peak_memory_mb=peak_memory_mb(),
        diverged_at=diverged_at,
        tuned=tuned,
    )


def one_line(problem: BaseException | str) -> str:
    """Return an error as one line of bounded length, with its type and place unless it is one of ours.

    Examples
    --------
    >>> one_line(ValueError("first\\nsecond"))
    'ValueError: first second'
    """
    text = str(problem)
    if isinstance(problem, BaseException) and not isinstance(problem, DystsError):
        text = f"{type(problem).__name__}: {text}" if text else type(problem).__name__
        frames = traceback.extract_tb(problem.__traceback__)
        if frames:
            text += f" (at {Path(frames[-1].filename).name}:{frames[-1].lineno})"
    text = " ".join(text.split())
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= _LONGEST_MESSAGE else printable[: _LONGEST_MESSAGE - 1] + "…"


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process since the last reset, in MiB."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    # Where there is no /proc the peak covers the whole life of the process; macOS counts in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def _reset_peak_memory() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    except OSError:
        return


def _own_factory(name: str) -> Callable[..., Any]:
    module_name, _, attribute = name.partition(":")
    if module_name == "__main__":
        raise UnknownNameError(
            f"forecaster {name!r} lives in __main__, where workers cannot import it; move it into a module"
        )
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UnknownNameError(f"forecaster {name!r}: cannot import {module_name!r} ({error})") from error
    except ValueError as error:
        raise UnknownNameError(f"forecaster {name!r} must be written as module:factory") from error
    factory = getattr(module, attribute, None)
    if not callable(factory):
        raise UnknownNameError(f"forecaster {name!r}: module {module_name!r} has no callable {attribute!r}")
    return factory


def _model(job: Job, config: Mapping[str, Any]) -> Any:
    if job.forecaster in REFERENCES:
        return build_reference(job.forecaster, job.known)
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


def _checked_forecast(raw: Any, shape: tuple[int, int]) -> NDArray[np.float64]:
    array = np.asarray(raw)
    if array.dtype.kind not in "fiu":
        raise ForecastError(f"the forecast holds values of type {array.dtype}, not real numbers")
    if array.shape != shape:
        raise ForecastError(f"the forecast has shape {array.shape}, expected {shape} (time, component)")
    array = np.array(array, dtype=np.float64)
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise ForecastError(f"the forecast holds {bad} of {array.size} values that are not finite")
    return array


def _diverged_at(model: Any) -> float:
    """Return what the package's forecasters tell about their last rollout; other objects need not tell anything."""
    point = getattr(model, "diverged_at", None)
    return float(point) if isinstance(point, int | np.integer) else math.nan


def _plain(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return str(value)
