"""Computes the properties of systems and writes them into a registry file, resumably and in parallel."""

import hashlib
import json
import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.attractor import attractor_states
from dysts.cache import cache_folder, writable_folder, write_atomically
from dysts.errors import DystsError
from dysts.integration import integrate
from dysts.invariants.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dysts.invariants.period import SEGMENTS, Period, system_period
from dysts.registry import read_entries
from dysts.registry_file import write_entries
from dysts.system import System
from dysts.validation import validate

TRAJECTORIES = 32
PERIODS = 400.0
MOST_WORK = 8.0
"""How many times more may be computed than at first, to reach the precision aimed at, for three variables."""
TARGET_RELATIVE_ERROR = 0.005
MOMENT_POINTS_PER_PERIOD = 20

PERIOD_METHOD = (
    "first maximum of the mean autocorrelation of the standardised observables to which it rises, from its lowest "
    "value before, by a third of the largest such rise; driving phases left out"
)
STEP_METHOD = "a tenth of the shortest period below which less than 0.1 % of the spectral power lies"
SPECTRUM_METHOD = (
    "variational equations with the exact Jacobian along successive pieces of one orbit, DOP853, Gram-Schmidt "
    "every two steps; error from the spread over pieces"
)
DISCARDED_PERIODS = 40.0
"""Of a delay system, while its constant history is forgotten."""
DELAY_MOMENT_METHOD = "time average of the observables over 400 periods, the first 40 left out"
MOMENT_METHOD = "time average of the observables over the trajectories of the Lyapunov spectrum"


def compute_properties(system: System, *, threads: int | None = None) -> dict[str, Any]:
    """Compute what the registry stores about a system.

    Parameters
    ----------
    system : System
    threads : int, optional
        By default one per processor.

    Returns
    -------
    dict
        ``period``, ``recommended_step``, ``mean``, ``standard_deviation`` and, unless the system has a delay,
        ``lyapunov_spectrum``, each with value, error where there is one, method, settings and version.

    Raises
    ------
    DystsError
        If the orbit from the stored initial condition does not oscillate or leaves every bound.
    """
    period = system_period(system)
    if system.delay is not None:
        mean, deviation = _moments_of_one(system, period)
        return _timescales(period) | _moments_as_properties(mean, deviation, DELAY_MOMENT_METHOD)
    spectrum = _precise_spectrum(system, period, threads)
    mean, deviation = _moments(system, period, spectrum)
    return (
        _timescales(period)
        | _moments_as_properties(mean, deviation, MOMENT_METHOD)
        | {
            "lyapunov_spectrum": _property(
                list(spectrum.exponents), SPECTRUM_METHOD, error=list(spectrum.errors), settings=spectrum.settings
            ),
        }
    )


def _timescales(period: Period) -> dict[str, Any]:
    return {
        "period": _property(period.period, PERIOD_METHOD, error=period.error, settings={"segments": SEGMENTS}),
        "recommended_step": _property(period.recommended_step, STEP_METHOD),
    }


def _moments_as_properties(mean: list[float], deviation: list[float], method: str) -> dict[str, Any]:
    return {"mean": _property(mean, method), "standard_deviation": _property(deviation, method)}


def _moments_of_one(system: System, period: Period) -> tuple[list[float], list[float]]:
    times = (
        DISCARDED_PERIODS + np.arange(PERIODS * MOMENT_POINTS_PER_PERIOD) / MOMENT_POINTS_PER_PERIOD
    ) * period.period
    series = integrate(system, times=times, observables=True, predictability=False).values
    return series.mean(axis=0).tolist(), series.std(axis=0).tolist()


def _precise_spectrum(system: System, period: Period, threads: int | None) -> LyapunovSpectrum:
    # A set with a lifetime allows no longer trajectories, only more of them.
    longer = system.lifetime is None
    work = 1.0 if longer else 4.0
    # The cost of a period grows with the square of the dimension.
    most_work = work * max(1.0, MOST_WORK * (3.0 / system.dimension) ** 2)
    while True:
        spectrum = lyapunov_spectrum(
            system,
            trajectories=TRAJECTORIES if longer else math.ceil(TRAJECTORIES * work),
            periods=PERIODS * work if longer else PERIODS,
            period=period.period,
            threads=threads,
        )
        excess = (spectrum.errors[0] / abs(spectrum.largest or 1.0)) / TARGET_RELATIVE_ERROR
        # An exponent that may well be zero has no relative error to speak of.
        if excess <= 1.0 or spectrum.largest < 5.0 * spectrum.errors[0] or work >= most_work:
            return spectrum
        work = min(most_work, math.ceil(1.2 * work * excess**2))


def _moments(system: System, period: Period, spectrum: LyapunovSpectrum) -> tuple[list[float], list[float]]:
    settings = spectrum.settings
    periods = int(min(PERIODS, settings["periods"]))
    span = float(TRAJECTORIES * periods)
    states = attractor_states(system, TRAJECTORIES, seed=settings["seed"], span=span, period=period.period)
    series = integrate(
        system,
        points=periods * MOMENT_POINTS_PER_PERIOD,
        step=period.period / MOMENT_POINTS_PER_PERIOD,
        initial_conditions=states,
        observables=True,
        on_failure="raise" if system.lifetime is None else "keep",
        threads=1,
    ).values
    kept = series[np.isfinite(series).all(axis=(1, 2))]
    flat = kept.reshape(-1, kept.shape[-1])
    return flat.mean(axis=0).tolist(), flat.std(axis=0).tolist()


def _property(
    value: Any, method: str, *, error: Any = None, settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": _rounded(value)}
    if error is not None and np.isfinite(error).all():
        entry["error"] = _rounded(error, digits=3)
    entry["method"] = method
    if settings:
        entry["settings"] = dict(settings)
    entry["version"] = dysts.__version__
    return entry


def _rounded(value: Any, *, digits: int = 8) -> Any:
    if isinstance(value, list):
        return [_rounded(item, digits=digits) for item in value]
    return float(f"{value:.{digits}g}")


def _digest(name: str, entry: Mapping[str, Any]) -> str:
    """Hash what the properties depend on: the definition and the code that computes them."""
    digest = hashlib.sha256(json.dumps([name, entry["definition"]], sort_keys=True).encode())
    package = Path(dysts.__file__).parent
    for source in sorted([*package.glob("invariants/*.py"), *package.glob("solvers/*.py"), package / "attractor.py"]):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def _end_with_parent() -> None:
    """Keep a worker from going on for nobody when the process that started it is killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _sentence(properties: Mapping[str, Any]) -> str:
    told = f"period {properties['period']['value']:.4g}"
    if "lyapunov_spectrum" in properties:
        spectrum = properties["lyapunov_spectrum"]
        told += f", largest exponent {spectrum['value'][0]:.4g} +- {spectrum['error'][0]:.1g}"
    return told


def _annotate_one(name: str, entry: Mapping[str, Any], journal: str) -> dict[str, Any]:
    """Compute in a worker process and leave the result where a later run finds it."""
    properties = compute_properties(validate(name, entry), threads=1)
    write_atomically(Path(journal), json.dumps(properties).encode())
    return properties


def annotate(
    path: Path,
    names: Iterable[str] | None = None,
    *,
    workers: int = 1,
    report: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """Recompute the properties of systems in a registry file, leaving every definition untouched.

    Finished systems are kept in the cache folder: a run that was killed goes on where it was. The file is
    replaced as a whole at the end.

    Parameters
    ----------
    path : Path
        The registry file; it must be writable.
    names : iterable of str, optional
        By default all.
    workers : int
        Number of processes.
    report : callable
        Receives one line for each finished system.

    Returns
    -------
    dict of str to str
        The reason for each system that failed; its old properties stay.

    Raises
    ------
    RegistryError
        If the file is malformed; nothing is computed then.
    """
    entries = read_entries(path)
    systems = {name: validate(name, entry) for name, entry in entries.items()}
    chosen = list(systems if names is None else names)
    folder = writable_folder(cache_folder() / "annotations")
    journals = {name: folder / f"{name}_{_digest(name, entries[name])}.json" for name in chosen}
    computed: dict[str, dict[str, Any]] = {}
    for name, journal in journals.items():
        if journal.exists():
            computed[name] = json.loads(journal.read_text())
    # The systems with most components take longest; started last they would keep one worker busy alone.
    waiting = sorted((name for name in chosen if name not in computed), key=lambda name: -systems[name].dimension)
    failures: dict[str, str] = {}
    begin = time.monotonic()
    finished_before = len(computed)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        tasks = {pool.submit(_annotate_one, name, entries[name], str(journals[name])): name for name in waiting}
        for done in as_completed(tasks):
            name = tasks[done]
            try:
                computed[name] = done.result()
                outcome = _sentence(computed[name])
            except DystsError as error:
                failures[name] = str(error)
                outcome = f"failed: {error}"
            if report:
                count = len(computed) + len(failures)
                pace = (time.monotonic() - begin) / (count - finished_before)
                left = f", about {pace * (len(chosen) - count):.0f} s left" if count < len(chosen) else ""
                report(f"{count}/{len(chosen)} {name}: {outcome}{left}")
    for name, properties in computed.items():
        entries[name] = {"definition": entries[name]["definition"], "properties": properties}
    write_entries(path, entries)
    return failures
