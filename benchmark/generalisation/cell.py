"""One cell in a worker process: fit once, then forecast from every place elsewhere; whatever happens is an outcome."""

import math
import time

import numpy as np
from numpy.typing import NDArray

from benchmark.running.building import build
from benchmark.running.job import CellOutcome, Job, one_line
from benchmark.running.memory import peak_memory_mb, reset_peak_memory
from dysts.errors import NotSupportedError
from forecasters.isolation import seeded


def run_elsewhere(job: Job) -> CellOutcome:
    """Fit and forecast; never raises for what the forecaster does.

    Parameters
    ----------
    job : Job
        ``known`` has the ``contexts``, and the columns that are ``held``.

    Returns
    -------
    CellOutcome
        With the forecasts from all contexts one after the other. A forecaster that cannot forecast from another series
        than its own is unavailable.
    """
    with seeded(job.seed):
        return _run(job)


def _run(job: Job) -> CellOutcome:
    reset_peak_memory()
    fit_seconds = predict_seconds = math.nan
    forecast: NDArray[np.float64] | None = None
    status, error = "ok", ""
    try:
        model = build(
            job.forecaster, preset=job.preset, season_length=job.season_length, seed=job.seed, config=job.config or None
        )
        begin = time.perf_counter()
        model.fit(job.train)
        fit_seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        pieces = [
            model.continued(np.array(context), held=job.known["held"]).predict(job.horizon)
            for context in job.known["contexts"]
        ]
        predict_seconds = time.perf_counter() - begin
        forecast = np.concatenate(pieces)
    except MemoryError as problem:
        status, error = "out_of_memory", one_line(problem)
    except KeyboardInterrupt:
        raise
    except NotSupportedError as problem:
        status, error = "unavailable", one_line(problem)
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
    )
