"""One cell in a worker process: fit a method, score what it finds; whatever the method does ends in an outcome."""

import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.memory import peak_memory_mb, reset_peak_memory
from dysts.discovery.comparison import compare, derivative_errors
from dysts.discovery.found_flow import library_flow, roll_out
from dysts.discovery.named_methods import get_method
from dysts.metrics import binned_state_space_divergence, valid_prediction_time
from dysts.systems.registry import get_system
from dysts.systems.system import System
from forecasters.isolation import seeded

FloatArray = NDArray[np.float64]

EQUIVALENT = 1e-8
"""Largest relative error of the derivative on the data at which equations with other terms are equal to the true ones
there: rounding makes smaller ones."""
EXPONENT_SEGMENTS = 200
"""Segments of a twentieth of a period over which the largest exponent of the found equations is averaged."""
EXPONENT_DISTANCE = 1e-7
"""Distance of the two trajectories, in standard deviations."""


def run_discovery(job: Job) -> CellOutcome:
    """Fit and score; never raises for what the method does.

    Parameters
    ----------
    job : Job
        ``train`` has times, states and, if they are given, derivatives beside one another; ``known`` has the system and
        the test.
    """
    with seeded(job.seed):
        return _run(job)


def _run(job: Job) -> CellOutcome:
    reset_peak_memory()
    fit_seconds = math.nan
    scores: dict[str, Any] = {}
    status, error = "ok", ""
    try:
        true = get_system(str(job.known["system"]))
        dimension = true.dimension
        times, states = job.train[:, 0], job.train[:, 1 : 1 + dimension]
        rates = job.train[:, 1 + dimension :] if job.train.shape[1] > 1 + dimension else None
        method = get_method(job.forecaster, variables=true.variables, angles=job.known["angles"])
        begin = time.perf_counter()
        found = method.fit(times, states, rates)
        fit_seconds = time.perf_counter() - begin
        scores = _scores(found, true, states, job)
    except MemoryError as problem:
        status, error = "out_of_memory", one_line(problem)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - a method may raise anything; it costs its cell
        status, error = "failed", one_line(problem)
    return CellOutcome(
        key=job.key,
        status=status,
        error=error,
        fit_seconds=fit_seconds,
        peak_memory_mb=peak_memory_mb(),
        tuned=scores,
    )


def _scores(found: System, true: System, states: FloatArray, job: Job) -> dict[str, Any]:
    test = np.array(job.known["test"], dtype=np.float64)
    step = float(job.known["test_step"])
    spread = test.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    terms = compare(found, true)
    errors = derivative_errors(found, true, test)
    on_data = derivative_errors(found, true, states)["relative"] if job.known["clean"] else math.inf
    begin = time.perf_counter()
    path = roll_out(found, test[0], step, len(test) - 1, scale=scale)
    valid = valid_prediction_time(truth=test[1:], forecast=path, step=step, scale=scale)
    bounded = np.isfinite(path).all()
    exponent = _largest_exponent(found, test, step, scale) if bounded else math.nan
    return {
        "precision": terms.precision,
        "recall": terms.recall,
        "f1": terms.f1,
        "exact": terms.exact,
        "equivalent": not terms.exact and on_data < EQUIVALENT,
        "coefficient_error": terms.coefficient_error,
        "derivative_error": errors["relative"],
        "symmetric_error": errors["symmetric"],
        "terms": terms.terms,
        "nodes": terms.nodes,
        "valid_time": valid.time,
        "valid_to_the_end": valid.censored,
        "blew_up": not bounded,
        "exponent": exponent,
        "divergence": binned_state_space_divergence(truth=test[1:], forecast=path) if bounded else math.nan,
        "score_seconds": time.perf_counter() - begin,
        "equations": "; ".join(f"{name}' = {text}" for name, text in found.equations.items())[:2000],
    }


def _largest_exponent(found: System, test: FloatArray, step: float, scale: FloatArray) -> float:
    """Return the largest Lyapunov exponent of found equations from two nearby trajectories, put close again and again.

    References
    ----------
    G. Benettin, L. Galgani, J.-M. Strelcyn, Kolmogorov entropy and numerical experiments, Phys. Rev. A 14, 2338-2345
    (1976), doi:10.1103/PhysRevA.14.2338.
    """
    flow = library_flow(found)
    if flow is None:
        return math.nan
    direction = np.ones(len(scale)) / math.sqrt(len(scale))
    states = test[:: max(1, len(test) // 8)][:8]
    substeps = flow.enough_substeps(states, step, 5, scale)
    apart = np.tile(direction, (len(states), 1))
    points, grown = 5, []
    for segment in range(EXPONENT_SEGMENTS):
        both = np.concatenate([states, states + EXPONENT_DISTANCE * scale * apart])
        ends = flow.roll_out(both, step, points, substeps=substeps)[:, -1]
        difference = (ends[len(states) :] - ends[: len(states)]) / scale
        length = np.sqrt((difference**2).sum(axis=1, keepdims=True))
        if not (np.isfinite(length) & (length > 0.0)).all():
            return math.nan
        if segment >= EXPONENT_SEGMENTS // 5:
            grown.append(np.log(length / EXPONENT_DISTANCE).mean())
        apart, states = difference / length, ends[: len(states)]
    return float(np.mean(grown) / (points * step))
