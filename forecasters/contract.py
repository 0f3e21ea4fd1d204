"""Checks the contract of a forecaster: one property in each function, for the package's and for your own.

`check_forecaster` runs all of them, and `dysts-benchmark check my_module:factory` prints the result. The tests of this
package apply the same functions to every registered forecaster.
"""

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import ForecastError
from forecasters.checks import checked_forecast
from forecasters.isolation import seeded

FloatArray = NDArray[np.float64]
Build = Callable[[], Any]

SHORT, LONG = 20, 50
"""Horizons of the forecasts that are compared, in points."""
BAD_HORIZONS: tuple[Any, ...] = (0, -1, 2.5, None)
"""Values that are no number of points."""
SEED = 0
"""Seed of the global random generators during a check, as the benchmark seeds them for each cell."""


@dataclass(frozen=True)
class Checked:
    """The outcome of one check.

    Attributes
    ----------
    name : str
        Name of the property.
    demand : str
        The property in a sentence.
    required : bool
        Whether the benchmark relies on the property; the others are advice.
    problem : str
        How the forecaster breaks it; empty if the property holds.
    """

    name: str
    demand: str
    required: bool
    problem: str

    @property
    def holds(self) -> bool:
        """Whether the forecaster has the property."""
        return not self.problem


def check_forecaster(build: Build, series: FloatArray) -> list[Checked]:
    """Check every property of the contract.

    Parameters
    ----------
    build : callable
        Returns an unfitted forecaster, the same one with each call.
    series : ndarray, float64 [time, component]
        A series that the forecaster can be fitted to, of two components or more.

    Returns
    -------
    list of Checked
        One for each property, in the order of `CHECKS`.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> wave = np.sin(0.1 * np.arange(300)[:, None] + [0.0, 1.0])
    >>> all(check.holds for check in check_forecaster(lambda: get_forecaster("NaiveDrift"), wave))
    True
    """
    outcomes = []
    for name, check in CHECKS.items():
        demand = (check.__doc__ or "").partition("\n")[0].rstrip(".")
        settings = process_settings()
        try:
            with seeded(SEED):
                check(build, series.copy())
        except ForecastError as error:
            problem = str(error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of a stranger may raise anything
            problem = f"{type(error).__name__}: {' '.join(str(error).split()) or 'no reason given'}"
        else:
            problem = ""
        finally:
            _restore(settings)
        outcomes.append(Checked(name, demand, name in REQUIRED, problem))
    return outcomes


def has_fit_and_predict(build: Build, series: FloatArray) -> None:  # noqa: ARG001
    """The factory returns an object with the methods fit and predict."""
    model = build()
    missing = [method for method in ("fit", "predict") if not callable(getattr(model, method, None))]
    if missing:
        raise ForecastError(f"the factory must return an object with fit and predict, got {model!r:.80}")


def forecasts_an_array(build: Build, series: FloatArray) -> None:
    """A forecast is an array of finite real numbers [time, component], for one component as for several."""
    for part in (series, series[:, :1]):
        for horizon in (1, SHORT):
            _forecast(_fitted(build, part), horizon, part)


def is_repeatable(build: Build, series: FloatArray) -> None:
    """The same factory, series and horizon give the same forecast, to the last bit."""
    model = _fitted(build, series)
    first = _forecast(model, LONG, series)
    _compare(_forecast(model, LONG, series), first, "a second call of predict")
    with seeded(SEED):
        expected = _forecast(_fitted(build, series), LONG, series)
    with seeded(SEED):
        _compare(_forecast(_fitted(build, series), LONG, series), expected, "a second fit")


def begins_with_the_shorter(build: Build, series: FloatArray) -> None:
    """A longer forecast begins with the shorter one."""
    model = _fitted(build, series)
    short, long = _forecast(model, SHORT, series), _forecast(model, LONG, series)
    _compare(long[:SHORT], short, f"predict({LONG})[:{SHORT}]", than=f"predict({SHORT})")


def forgets_the_former_series(build: Build, series: FloatArray) -> None:
    """A second fit of the same object does not depend on the first."""
    with seeded(SEED):
        expected = _forecast(_fitted(build, series), LONG, series)
    model = _fitted(build, 2.0 * series[::-1] + 1.0)
    _forecast(model, SHORT, series)
    with seeded(SEED):
        refitted = model.fit(series.copy())
        found = _forecast(model if refitted is None else refitted, LONG, series)
    _compare(found, expected, "a model that was fitted to another series before", than="a new one")


def shares_nothing(build: Build, series: FloatArray) -> None:
    """Two objects from the factory do not share what they learnt."""
    with seeded(SEED):
        model = _fitted(build, series)
        expected = _forecast(model, LONG, series)
    other = 2.0 * series[::-1] + 1.0
    _forecast(_fitted(build, other), SHORT, other)
    with seeded(SEED):
        _compare(_forecast(model, LONG, series), expected, "a model, after another one was fitted,")
        _compare(_forecast(_fitted(build, series), LONG, series), expected, "a model built after another one")


def leaves_the_process_alone(build: Build, series: FloatArray) -> None:
    """Fit and predict change neither the series nor settings of the process, and leave no thread and no file."""
    before = process_settings()
    # Importing a library may change settings and leave threads, once.
    _forecast(_fitted(build, series), 1, series)
    _restore(before)
    given, files, threads = series.copy(), set(os.listdir()), threading.active_count()
    before = process_settings()
    fitted = (model := build()).fit(given)
    (model if fitted is None else fitted).predict(SHORT)
    changed = [name for name, value in process_settings().items() if value != before[name]]
    _restore(before)
    if changed:
        raise ForecastError(f"fit and predict must not change settings of the process, got another {changed[0]}")
    if not np.array_equal(given, series):
        raise ForecastError("fit must not change the series, got other values in the array that was passed")
    if threading.active_count() > threads:
        raise ForecastError(f"fit and predict must end their threads, got {threading.active_count() - threads} more")
    if left := set(os.listdir()) - files:
        raise ForecastError(f"fit and predict must leave no files, got {', '.join(sorted(left))}")


def copies_arrays(build: Build, series: FloatArray) -> None:
    """Writing into the series after fit, or into a forecast, changes no later forecast."""
    given = series.copy()
    fitted = (model := build()).fit(given)
    model = model if fitted is None else fitted
    first = model.predict(SHORT)
    expected = np.array(first, dtype=np.float64)
    given[:] = 0.0
    _compare(_forecast(model, SHORT, series), expected, "predict after writing into the series")
    if isinstance(first, np.ndarray) and first.flags.writeable:
        first[:] = 0.0
        _compare(_forecast(model, SHORT, series), expected, "predict after writing into the last forecast")


def accepts_any_memory_order(build: Build, series: FloatArray) -> None:
    """Arrays in another order of memory, and read-only ones, give the same forecast."""
    with seeded(SEED):
        expected = _forecast(_fitted(build, series), SHORT, series)
    strided = np.repeat(series, 2, axis=0)[::2]
    locked = series.copy()
    locked.setflags(write=False)
    for kind, given in (("a Fortran-ordered", np.asfortranarray(series)), ("a strided", strided), ("a locked", locked)):
        with seeded(SEED):
            fitted = (model := build()).fit(given)
            _compare(_forecast(model if fitted is None else fitted, SHORT, series), expected, f"{kind} array")


def needs_a_fit(build: Build, series: FloatArray) -> None:  # noqa: ARG001
    """Predict raises before fit."""
    _demand_refusal(lambda: build().predict(SHORT), "predict before fit")


def refuses_bad_horizons(build: Build, series: FloatArray) -> None:
    """Horizons that are no positive number of points are refused."""
    model = _fitted(build, series)
    for horizon in BAD_HORIZONS:
        _demand_refusal(partial(model.predict, horizon), f"predict({horizon!r})")


def refuses_missing_values(build: Build, series: FloatArray) -> None:
    """A series with a missing or infinite value, or without points, is refused, or has no finite forecast."""
    for value in (np.nan, np.inf):
        spoilt = series.copy()
        spoilt[len(series) // 2, 0] = value
        _demand_refusal(partial(_fit_and_predict, build, spoilt), f"a series with {value}")
    _demand_refusal(partial(_fit_and_predict, build, series[:0]), "a series without points")


CHECKS: dict[str, Callable[[Build, FloatArray], None]] = {
    check.__name__: check
    for check in (
        has_fit_and_predict,
        forecasts_an_array,
        is_repeatable,
        begins_with_the_shorter,
        forgets_the_former_series,
        shares_nothing,
        leaves_the_process_alone,
        copies_arrays,
        accepts_any_memory_order,
        needs_a_fit,
        refuses_bad_horizons,
        refuses_missing_values,
    )
}
"""The properties of the contract by name; a check raises `ForecastError` with the reason where its property fails."""

REQUIRED = frozenset(list(CHECKS)[:7])
"""Properties on which the benchmark relies. It checks series and horizons itself, and copies arrays."""


def process_settings() -> dict[str, Any]:
    """Return the settings of the process that a forecaster must not change, by name."""
    return {name: read() for name, (read, _) in _settings().items()}


def _settings() -> dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """Return how each setting is read and written."""
    settings: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "error handling of numpy": (np.geterr, lambda value: np.seterr(**value)),
        "list of warning filters": (lambda: list(warnings.filters), _set_filters),
        "level of disabled logging": (lambda: logging.root.manager.disable, logging.disable),
        "environment": (lambda: dict(os.environ), _set_environment),
        "working folder": (os.getcwd, os.chdir),
        "import path": (lambda: list(sys.path), lambda value: sys.path.__setitem__(slice(None), value)),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        settings |= {
            "number of threads of torch": (torch.get_num_threads, torch.set_num_threads),
            "default type of torch": (torch.get_default_dtype, torch.set_default_dtype),
            "gradient mode of torch": (torch.is_grad_enabled, torch.set_grad_enabled),
            "deterministic mode of torch": (
                torch.are_deterministic_algorithms_enabled,
                torch.use_deterministic_algorithms,
            ),
        }
    return settings


def _set_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]


def _set_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _restore(settings: dict[str, Any]) -> None:
    for name, (read, write) in _settings().items():
        if name in settings and read() != settings[name]:
            write(settings[name])


def _fitted(build: Build, series: FloatArray) -> Any:
    model = build()
    fitted = model.fit(series.copy())
    return model if fitted is None else fitted


def _fit_and_predict(build: Build, series: FloatArray) -> Any:
    return _fitted(build, series).predict(SHORT)


def _forecast(model: Any, horizon: int, series: FloatArray) -> FloatArray:
    forecast = checked_forecast(model.predict(horizon), (horizon, series.shape[1]), who="predict")
    if not np.isfinite(forecast).all():
        bad = int(np.count_nonzero(~np.isfinite(forecast)))
        raise ForecastError(f"predict({horizon}) must be finite, got {bad} values that are not")
    return forecast


def _compare(found: FloatArray, expected: FloatArray, what: str, *, than: str = "before") -> None:
    if np.array_equal(found, expected):
        return
    time = int(np.argmax((found != expected).any(axis=1)))
    largest = float(np.abs(found - expected).max())
    raise ForecastError(
        f"{what} must give the same forecast as {than}, got differences up to {largest:.3g}, first at time {time}"
    )


def _demand_refusal(call: Callable[[], Any], what: str) -> None:
    try:
        forecast = call()
    except Exception:  # noqa: BLE001 - any exception is a refusal
        return
    try:
        finite = bool(np.isfinite(np.asarray(forecast, dtype=np.float64)).all())
    except (TypeError, ValueError):
        finite = False
    if finite:
        raise ForecastError(f"{what} must raise, got an array of shape {np.shape(forecast)}")
