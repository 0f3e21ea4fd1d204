"""One cell in a worker process: fit a method, score what it finds; whatever the method does ends in an outcome."""

import hashlib
import math
import time
from collections.abc import Hashable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.discovery.statuses import OK, status_of
from benchmark.discovery.tasks import REFERENCES
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.memory import peak_memory_mb, reset_peak_memory
from dysts.discovery.comparison import compare, derivative_errors, nodes
from dysts.discovery.found_flow import roll_out
from dysts.discovery.found_spectrum import found_spectrum
from dysts.discovery.named_methods import get_method
from dysts.errors import ForecastError, NotSupportedError
from dysts.metrics import binned_state_space_divergence, valid_prediction_time
from dysts.systems.registry import get_system
from dysts.systems.system import System
from forecasters import get_forecaster
from forecasters.isolation import seeded

FloatArray = NDArray[np.float64]

NO_TERMS = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "exact": False, "coefficient_error": math.inf, "terms": 0}
"""Scores of the terms of equations that have too many of them to be multiplied out."""
EQUIVALENT = 1e-8
"""Largest relative error of the derivative on the data at which equations with other terms are equal to the true ones
there: rounding makes smaller ones."""
NOTHING = "no equation of the method has a term"
_KNOWN: dict[Hashable, dict[str, Any]] = {}
"""Scores of equations that this process has followed already: methods with the same terms find the same equations."""


def run_discovery(job: Job) -> CellOutcome:
    """Fit and score; never raises for what the method does.

    Parameters
    ----------
    job : Job
        ``train`` has times, states and, if they are given, derivatives beside one another; ``known`` has the system and
        the tests. The forecaster is a method of discovery, or one of `REFERENCES`, which have no equations.
    """
    with seeded(job.seed):
        return _run(job)


def _run(job: Job) -> CellOutcome:
    reset_peak_memory()
    fit_seconds = math.nan
    scores: dict[str, Any] = {}
    status, error = OK, ""
    try:
        true = get_system(str(job.known["system"]))
        dimension = true.dimension
        times, states = job.train[:, 0], job.train[:, 1 : 1 + dimension]
        rates = job.train[:, 1 + dimension :] if job.train.shape[1] > 1 + dimension else None
        begin = time.perf_counter()
        if job.forecaster in REFERENCES:
            scores = _forecast(job, states)
            fit_seconds = time.perf_counter() - begin
        else:
            method = get_method(job.forecaster, variables=true.variables, angles=job.known["angles"])
            found = method.fit(times, states, rates)
            fit_seconds = time.perf_counter() - begin
            if not isinstance(found, System) or found.dimension != dimension:
                raise ForecastError(f"a method must return a System of {dimension} variables, got {found!r}")
            scores = _scores(found, true, states, job)
            if scores["blew_up"]:
                status, error = "blew_up", "the equations leave all bounds when they are integrated from a true state"
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - a method may raise anything; it costs its cell
        status, error = status_of(problem), one_line(problem)
    return CellOutcome(
        key=job.key,
        status=status,
        error=error,
        fit_seconds=fit_seconds,
        peak_memory_mb=peak_memory_mb(),
        tuned=scores,
    )


def _forecast(job: Job, states: FloatArray) -> dict[str, Any]:
    """Return the scores of a forecaster that sees the same states and finds no equations."""
    truth, step, scale = _continuation(job, states)
    model = get_forecaster(job.forecaster, preset="fast", season_length=job.season_length, seed=job.seed)
    path = model.fit(states).predict(len(truth))
    valid = valid_prediction_time(truth=truth, forecast=path, step=step, scale=scale)
    none = dict.fromkeys(("precision", "recall", "f1", "coefficient_error", "symmetric_error", "valid_time"), math.nan)
    return {**none, "continued_valid_time": valid.time, "continued_to_the_end": valid.censored}


def _continuation(job: Job, states: FloatArray) -> tuple[FloatArray, float, FloatArray]:
    """Return the true states after the series, the step, and the unit of errors."""
    spread = states.std(axis=0)
    truth = np.array(job.known["continuation"], dtype=np.float64)
    return truth, float(job.known["step"]), np.where(spread > 0.0, spread, 1.0)


def _scores(found: System, true: System, states: FloatArray, job: Job) -> dict[str, Any]:
    test = np.array(job.known["test"], dtype=np.float64)
    try:
        terms = asdict(compare(found, true))
    except NotSupportedError:
        terms = {**NO_TERMS, "nodes": nodes(found)}
    else:
        if not terms["terms"]:
            raise ForecastError(NOTHING)
    errors = derivative_errors(found, true, test)
    on_data = derivative_errors(found, true, states)["relative"] if job.known["clean"] else math.inf
    begin = time.perf_counter()
    return {
        **terms,
        "equivalent": not terms["exact"] and on_data < EQUIVALENT,
        "derivative_error": errors["relative"],
        "symmetric_error": errors["symmetric"],
        **_followed(found, true, test, job),
        **_continued(found, states, job),
        "score_seconds": time.perf_counter() - begin,
        "equations": "; ".join(f"{name}' = {text}" for name, text in found.equations.items())[:2000],
    }


def _followed(found: System, true: System, test: FloatArray, job: Job) -> dict[str, Any]:
    """Return the scores of the orbits of found equations, which other cells with the same equations have as well."""
    key = (true.name, tuple(found.equations.values()), hashlib.sha256(test.tobytes()).digest())
    if key not in _KNOWN:
        step = float(job.known["test_step"])
        spread = test.std(axis=0)
        scale = np.where(spread > 0.0, spread, 1.0)
        path = roll_out(found, test[0], step, len(test) - 1, scale=scale)
        valid = valid_prediction_time(truth=test[1:], forecast=path, step=step, scale=scale)
        bounded = np.isfinite(path).all()
        exponents = found_spectrum(found, test, step=step, scale=scale) if bounded else ()
        _KNOWN[key] = {
            "valid_time": valid.time,
            "valid_to_the_end": valid.censored,
            "blew_up": not bounded,
            "exponent": exponents[0] if exponents else math.nan,
            "exponents": " ".join(f"{value:.4g}" for value in exponents),
            "divergence": binned_state_space_divergence(truth=test[1:], forecast=path) if bounded else math.nan,
            **_elsewhere(found, true, job),
        }
    return _KNOWN[key]


def _continued(found: System, states: FloatArray, job: Job) -> dict[str, Any]:
    """Return how long the equations continue the series from its last state, as a forecaster does."""
    truth, step, scale = _continuation(job, states)
    path = roll_out(found, states[-1], step, len(truth), scale=scale)
    valid = valid_prediction_time(truth=truth, forecast=path, step=step, scale=scale)
    return {"continued_valid_time": valid.time, "continued_to_the_end": valid.censored}


def _elsewhere(found: System, true: System, job: Job) -> dict[str, Any]:
    """Return the scores on another motion of the system, where there is one."""
    if not job.known["elsewhere"]:
        return {}
    states, step = np.array(job.known["elsewhere"], dtype=np.float64), float(job.known["test_step"])
    spread = states.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    path = roll_out(found, states[0], step, len(states) - 1, scale=scale)
    valid = valid_prediction_time(truth=states[1:], forecast=path, step=step, scale=scale)
    return {
        "elsewhere_error": derivative_errors(found, true, states)["symmetric"],
        "elsewhere_valid_time": valid.time,
    }
