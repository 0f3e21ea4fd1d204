"""Defines the protocol of a forecaster, and a base class that checks and scales its input and output."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import ForecastError, InvalidArgumentError, NotSupportedError, unknown_name
from forecasters.checks import checked_count, checked_series
from forecasters.numerics.standardisation import Standardisation

FloatArray = NDArray[np.float64]


@runtime_checkable
class Forecaster(Protocol):
    """The protocol of a forecaster: any object with these two methods is one.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> isinstance(get_forecaster("NaiveMean"), Forecaster)
    True
    """

    def fit(self, series: ArrayLike) -> Self:
        """Fit the model to a series, float64 [time, component] in raw units, and return the model."""
        ...

    def predict(self, horizon: int) -> FloatArray:
        """Return the points after the series, float64 [time, component] in raw units.

        The call can be repeated, and a longer horizon begins with the forecast of a shorter one.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Config:
    """The base class of configurations: frozen, and plain data through ``dataclasses.asdict``.

    Lists become tuples, so that a configuration read from JSON is equal to the one that was written.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _tuples(getattr(self, field.name)))
        self.check()

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""


ConfigT = TypeVar("ConfigT", bound=Config)


class BaseForecaster(ABC, Generic[ConfigT]):
    """The base class of the forecasters, which checks and scales input and output.

    A subclass names its `config_type` and implements ``_fit`` and ``_predict``, which receive a checked series with
    mean 0 and standard deviation 1 in each component. The forecast of a constant component is its value; such
    components are not passed on, and if all components are constant, neither method is called.

    Parameters
    ----------
    config : Config, optional
        Settings of the class's `config_type`; its defaults if omitted.
    seed : int
        Seed of every random choice; a forecaster without random choices ignores it.

    Attributes
    ----------
    presets : mapping of str to mapping
        Named changes of the default configuration. ``"paper"`` follows the protocol of Gilpin (2023):
        library defaults, one-step outputs, the middle of the published grid where the paper tuned.
        ``"fast"`` fits within seconds.
    grid : mapping of str to tuple
        Values of configuration fields from which a tuner may choose; empty where a forecaster has nothing to tune or
        chooses by itself on the training series.
    needs : tuple of str
        Packages that it imports when it is fitted, beside those of the harness.
    extra : str
        The optional dependencies of this package that install them; empty without any.
    config : Config
        The settings.
    diverged_at : int or None
        First step of the last forecast at which a component was clipped to the bounds of a rollout, or None. The
        forecast is finite in either case.

    References
    ----------
    W. Gilpin, Model scale versus domain knowledge in statistical forecasting of chaotic systems,
    Phys. Rev. Research 5, 043252 (2023), doi:10.1103/PhysRevResearch.5.043252.
    """

    config_type: ClassVar[type[Config]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"fast": {}, "paper": {}}
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""

    def __init__(self, config: ConfigT | None = None, *, seed: int = 0) -> None:
        if config is not None and not isinstance(config, self.config_type):
            raise InvalidArgumentError(
                f"config of {type(self).__name__} must be a {self.config_type.__name__}, got {config!r}"
            )
        self.config: ConfigT = cast(ConfigT, self.config_type()) if config is None else config
        self.seed = checked_count("seed", seed, least=0)
        self.diverged_at: int | None = None
        self._standard: Standardisation | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config!r}, seed={self.seed})"

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 1

    @property
    def diverged(self) -> bool:
        """Whether the last forecast left the bounds of a rollout (see `diverged_at`)."""
        return self.diverged_at is not None

    def fit(self, series: ArrayLike) -> Self:
        """Fit the model to a series.

        Parameters
        ----------
        series : array_like of real numbers [time, component]
            In raw units, evenly sampled; the array is neither changed nor kept. One component is a column: a
            one-dimensional array is refused, as it may lack either axis.

        Raises
        ------
        InvalidArgumentError
            If the series is not a finite array of real numbers with two axes and `minimum_length` points.
        ForecastError
            If the model cannot be fitted to it.
        """
        self._standard = self.diverged_at = None
        checked = checked_series(series, minimum_length=self.minimum_length, who=type(self).__name__)
        standard = Standardisation.of(checked)
        if standard.varying.any():
            self._fit(standard.apply(checked))
        self._standard = standard
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
        standard = self._fitted("predict")
        self.diverged_at = None
        scaled = self._predict(horizon) if standard.varying.any() else np.empty((horizon, 0))
        forecast = standard.invert(scaled)
        if not np.isfinite(forecast).all():
            bad = int(np.count_nonzero(~np.isfinite(forecast)))
            raise ForecastError(f"{type(self).__name__} forecast {bad} of {forecast.size} values that are not finite")
        return forecast

    def continued(self, series: ArrayLike, *, held: Sequence[int] = ()) -> Self:
        """Return the fitted model at the end of another series, to which it is not fitted.

        Parameters
        ----------
        series : array_like of real numbers [time, component]
            The components of the fitted series, from another start, basin or parameter.
        held : sequence of int
            Columns that keep their last value in forecasts, such as a parameter.

        Raises
        ------
        NotSupportedError
            If the method forecasts the end of its own series only.
        InvalidArgumentError
            If the series has other components or is too short.
        ForecastError
            If nothing was fitted.

        Examples
        --------
        >>> from forecasters import get_forecaster
        >>> wave = np.sin(0.1 * np.arange(600))[:, None]
        >>> forecast = get_forecaster("NVAR").fit(wave[:400]).continued(wave[450:500]).predict(100)
        >>> bool(np.allclose(forecast, wave[500:], atol=1e-3))
        True
        """
        who = type(self).__name__
        standard = self._fitted("continue")
        checked = checked_series(series, minimum_length=1, who=who)
        count = len(standard.center)
        if checked.shape[1] != count:
            raise InvalidArgumentError(f"series must have the {count} components of the fit, got {checked.shape[1]}")
        columns = [checked_count("held", column, least=0) for column in held]
        if any(column >= count for column in columns):
            raise InvalidArgumentError(f"held must be columns below {count}, got {tuple(held)}")
        places = np.cumsum(standard.varying) - 1
        model = copy.copy(self)
        model.diverged_at = None
        if standard.varying.any():
            model._continue(
                standard.apply(checked), tuple(int(places[column]) for column in columns if standard.varying[column])
            )
        return model

    def _continue(self, series: FloatArray, held: tuple[int, ...]) -> None:  # noqa: ARG002
        """Move a copy to the end of a checked and scaled series; a subclass that can do so overrides this."""
        raise NotSupportedError(f"{type(self).__name__} forecasts the end of the series that it is fitted to only")

    def _fitted(self, verb: str) -> Standardisation:
        if self._standard is None:
            raise ForecastError(f"{type(self).__name__} cannot {verb} before fit")
        return self._standard

    @abstractmethod
    def _fit(self, series: FloatArray) -> None:
        """Fit the model to a checked and scaled series, float64 [time, component]."""

    @abstractmethod
    def _predict(self, horizon: int) -> FloatArray:
        """Return a forecast in scaled units, float64 [horizon, component]; may set `diverged_at`."""


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
