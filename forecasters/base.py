"""The protocol of a forecaster, and the one place where inputs are checked and series scaled."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, Protocol, Self, SupportsIndex, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import ForecastError, InvalidArgumentError, unknown_name

FloatArray = NDArray[np.float64]

# A component whose values differ by no more than their rounding errors is constant; dividing by such a
# spread would turn rounding errors into signal.
_ROUNDING = 4.0 * np.finfo(np.float64).eps


@runtime_checkable
class Forecaster(Protocol):
    """What every forecaster can do; any object with these two methods is one.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> isinstance(get_forecaster("NaiveMean"), Forecaster)
    True
    """

    def fit(self, series: ArrayLike) -> Self:
        """Learn from a series, float64 [time, component] in raw units, and return itself."""
        ...

    def predict(self, horizon: int) -> FloatArray:
        """Return the points after the series, float64 [time, component] in raw units.

        The call can be repeated, and a longer horizon begins with the forecast of a shorter one.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Config:
    """Base of the forecasters' configurations: frozen, and plain data through ``dataclasses.asdict``.

    Lists become tuples, so that a configuration read from JSON equals the one that was written.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _tuples(getattr(self, field.name)))
        self.check()

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""


ConfigT = TypeVar("ConfigT", bound=Config)


class BaseForecaster(ABC, Generic[ConfigT]):
    """Checks, scaling and status around the two methods that a forecaster of the package writes.

    A subclass names its `config_type` and implements ``_fit`` and ``_predict``, which see a checked series
    with zero mean and unit standard deviation per component (a constant component is only centred).

    Parameters
    ----------
    config : Config, optional
        Settings of the class's `config_type`; its defaults if omitted.
    seed : int
        Of every random choice. Forecasters without one ignore it.

    Attributes
    ----------
    presets : mapping of str to mapping
        Named changes of the default configuration.
    grid : mapping of str to tuple
        Values worth trying per configuration field, for tuning from outside; empty where a forecaster has
        nothing to tune or chooses by itself on the training series.
    config : Config
        The settings.
    diverged_at : int or None
        The first step of the last forecast that had to be held at the bounds of a closed-loop rollout;
        None if there was none. The forecast is finite all the same.
    """

    config_type: ClassVar[type[Config]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"fast": {}}
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {}

    def __init__(self, config: ConfigT | None = None, *, seed: int = 0) -> None:
        if config is not None and not isinstance(config, self.config_type):
            raise InvalidArgumentError(
                f"config of {type(self).__name__} must be a {self.config_type.__name__}, got {config!r}"
            )
        self.config: ConfigT = cast(ConfigT, self.config_type()) if config is None else config
        self.seed = checked_count("seed", seed, least=0)
        self.diverged_at: int | None = None
        self._center: FloatArray | None = None
        self._scale: FloatArray | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config!r}, seed={self.seed})"

    @property
    def minimum_length(self) -> int:
        """Points that a series must have at least."""
        return 1

    @property
    def diverged(self) -> bool:
        """Whether the last forecast left the bounds of a closed-loop rollout (see `diverged_at`)."""
        return self.diverged_at is not None

    def fit(self, series: ArrayLike) -> Self:
        """Learn from a series.

        Parameters
        ----------
        series : array_like of real numbers [time, component]
            In raw units, evenly sampled; not changed and not kept. One component is a column:
            a one-dimensional array is refused, as it is not clear which axis it lacks.

        Raises
        ------
        InvalidArgumentError
            If the series is not a finite array of real numbers with two axes and `minimum_length` points.
        ForecastError
            If nothing can be learnt from it.
        """
        self._center = self._scale = self.diverged_at = None
        checked = checked_series(series, minimum_length=self.minimum_length, who=type(self).__name__)
        center, scale = center_and_scale(checked)
        self._fit((checked - center) / scale)
        self._center, self._scale = center, scale
        return self

    def predict(self, horizon: int) -> FloatArray:
        """Forecast the points that follow the series.

        Parameters
        ----------
        horizon : int
            Number of points, at least 1.

        Returns
        -------
        ndarray, float64 [time, component]
            In raw units, finite.

        Raises
        ------
        InvalidArgumentError
            If the horizon is not a positive integer.
        ForecastError
            If nothing was fitted, or the forecast is not finite.
        """
        horizon = checked_count("horizon", horizon, least=1)
        if self._center is None or self._scale is None:
            raise ForecastError(f"{type(self).__name__} cannot predict before fit")
        self.diverged_at = None
        forecast: FloatArray = self._predict(horizon) * self._scale + self._center
        if not np.isfinite(forecast).all():
            bad = int(np.count_nonzero(~np.isfinite(forecast)))
            raise ForecastError(f"{type(self).__name__} forecast {bad} of {forecast.size} values that are not finite")
        return forecast

    @abstractmethod
    def _fit(self, series: FloatArray) -> None:
        """Learn from a checked and scaled series, float64 [time, component]."""

    @abstractmethod
    def _predict(self, horizon: int) -> FloatArray:
        """Return a forecast in scaled units, float64 [horizon, component]; may set `diverged_at`."""


def checked_series(series: ArrayLike, *, minimum_length: int, who: str) -> FloatArray:
    """Return a series as finite float64 [time, component].

    Raises
    ------
    InvalidArgumentError
        If it is not one, or has fewer than `minimum_length` points.
    """
    if isinstance(series, np.ma.MaskedArray):
        raise InvalidArgumentError("a series must not be a masked array; fill or cut its gaps first")
    try:
        array = np.asarray(series)
    except ValueError as error:
        raise InvalidArgumentError(f"a series must be an array [time, component]: {error}") from None
    if array.dtype.kind not in "fiu":
        raise InvalidArgumentError(f"a series must hold real numbers, got values of type {array.dtype}")
    if array.ndim != 2 or array.shape[1] == 0:
        hint = "; write series[:, None] for one component" if array.ndim == 1 else ""
        raise InvalidArgumentError(f"a series must have axes [time, component], got shape {array.shape}{hint}")
    if len(array) < minimum_length:
        raise InvalidArgumentError(f"{who} needs at least {minimum_length} points, got {len(array)}")
    array = array.astype(np.float64)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        time, component = bad[0].tolist()
        raise InvalidArgumentError(
            f"a series must be finite, got {array[time, component]} at time {time}, component {component} "
            f"({len(bad)} such values)"
        )
    return array


def center_and_scale(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation per component, 1 in place of the deviation of a constant one.

    Raises
    ------
    InvalidArgumentError
        If a component's range exceeds what float64 can hold.
    """
    with np.errstate(over="ignore"):
        spread = np.ptp(series, axis=0)
    if not np.isfinite(spread).all():
        raise InvalidArgumentError(
            f"component {int(np.argmin(np.isfinite(spread)))} of the series spans more than float64 can hold"
        )
    constant = spread <= _ROUNDING * np.abs(series).max(axis=0)
    # Squares of the raw deviations would overflow beyond 1e154 and vanish below 1e-162.
    unit = np.where(constant, 1.0, spread)
    origin = series[0]
    relative = (series - origin) / unit
    center = origin + unit * relative.mean(axis=0)
    scale = np.where(constant, 1.0, unit * relative.std(axis=0))
    return np.where(constant, origin, center), scale


def checked_count(name: str, value: object, *, least: int) -> int:
    """Return an integer that is at least `least`.

    Raises
    ------
    InvalidArgumentError
        If the value is not one; booleans are not.

    Examples
    --------
    >>> checked_count("horizon", np.int64(3), least=1)
    3
    """
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        count = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise InvalidArgumentError(f"{name} must be an integer >= {least}, got {value!r}") from None
    if count < least:
        raise InvalidArgumentError(f"{name} must be an integer >= {least}, got {value!r}")
    return count


def build_config(config_type: type[ConfigT], values: Mapping[str, Any], *, who: str) -> ConfigT:
    """Return a configuration from plain values, the rest at its defaults.

    Raises
    ------
    UnknownNameError
        If a key is not a field of the configuration.
    InvalidArgumentError
        If a value is not allowed.
    """
    known = [field.name for field in fields(config_type)]
    for key in values:
        if key not in known:
            raise unknown_name(f"config field of {who}", key, known)
    return config_type(**values)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
