"""`DynSysDelay`: a delay system as dysts 0.96 has it, whose trajectory is an embedding of one variable."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dysts.checks import check_count
from dysts.errors import InvalidArgumentError
from dysts.integration.integrate import integrate
from dysts.predecessor.argument_checks import check_keywords, check_tolerance
from dysts.predecessor.continuous_model import DATAPATH_CONTINUOUS, ContinuousModel
from dysts.predecessor.equations import StaticEquations, system_with
from dysts.predecessor.python_delays import integrate_python_delay
from dysts.predecessor.sampling_grid import sampling_span, sampling_times
from dysts.predecessor.series_tools import standardize_ts
from dysts.systems.system import System

DELAY_TOLERANCE = 1e-9
"""Relative tolerance of delay systems, which dysts 0.96 does not let its users set."""


class DynSysDelay(ContinuousModel):
    """A delay system: of the registry, or of a user's class with ``_rhs(x, x_delayed, t, *parameters)`` in Python.

    Its trajectory has the variable at the time and at delays up to ``tau``, one in each column.

    Parameters
    ----------
    metadata_path : str, optional
    dt, period, maximum_lyapunov_estimated, tau : float, optional
    parameters : mapping of str to float, optional
    **facts

    Examples
    --------
    >>> from dysts.flows import MackeyGlass
    >>> MackeyGlass().make_trajectory(200).shape
    (200, 10)
    """

    def __init__(
        self,
        metadata_path: str | None = DATAPATH_CONTINUOUS,
        dt: float | None = None,
        period: float | None = None,
        maximum_lyapunov_estimated: float | None = None,
        tau: float | None = None,
        parameters: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        given = dict(parameters) if parameters is not None else None
        if tau is not None:
            given = {**(given or {}), "tau": tau}
        super().__init__(metadata_path, given, dt, period, maximum_lyapunov_estimated, **facts)

    def _other_lengths(self) -> tuple[int, ...]:
        return (self.system.dimension,) if self.registry_name is not None else (1,)

    @property
    def system(self) -> System:
        """The value of this package that stands for the model as it is now, for everything that is only there."""
        if self.registry_name is None:
            raise InvalidArgumentError(f"{self.name} must be a system of the registry, got equations in Python")
        return system_with(self.registry_name, self.params, as_published=self.as_published)

    def _follows_registry(self) -> bool:
        return isinstance(type(self)._rhs, StaticEquations)

    def has_jacobian(self) -> bool:
        """Whether there is a Jacobian in the sense of flows: a delay system has infinitely many columns."""
        return False

    def rhs(self, X: Any, t: float) -> Any:
        """Refuse: the derivative depends on two states; ``delayed_rhs`` takes both."""
        raise InvalidArgumentError(
            f"{self.name} is a delay system: give delayed_rhs a function of time, or _rhs both states, got {X!r} at {t}"
        )

    def delayed_rhs(self, X: Callable[[float], Any], t: float, tau: float) -> Any:
        """Evaluate the derivative for a solution that is a function of time."""
        return self._rhs(X(t), X(t - tau), t, *self.param_list)

    def make_trajectory(
        self,
        n: int,
        init_cond: Any = None,
        dt: float | None = None,
        tau: float | None = None,
        resample: bool = True,
        pts_per_period: float = 100,
        standardize: bool = False,
        timescale: str = "Fourier",
        return_times: bool = False,
        embedding_dim: int | None = None,
        history_function: Callable[[float], Any] | None = None,
        random_seed: int = 0,
        **options: Any,
    ) -> Any:
        """Integrate and return ``n`` points of the embedding, [time, delay], or [trajectory, time, delay].

        Parameters
        ----------
        n : int
        init_cond : array_like, optional
            One state, whose first element is the constant past, or several.
        dt : float, optional
            The spacing with ``resample=False``; by default that of the model.
        tau : float, optional
            The delay, where the model has none.
        resample, pts_per_period, standardize, timescale, return_times
            As for flows; standardised by the series itself.
        embedding_dim : int, optional
            Number of columns, at delays from 0 to ``tau``; by default the dimension.
        history_function : callable, optional
            The past as a function of time up to 0.
        random_seed : int
        **options
            Keywords of flows (``method``, ``noise=0``, ``rtol``, ``atol``, ``postprocess``, ``events=None``).

        Returns
        -------
        ndarray
            Preceded by the times with `return_times`; each series begins one delay after the past has ended.
        """
        _check_options(options)
        span = sampling_span(self, n, resample=resample, pts_per_period=pts_per_period, timescale=timescale, dt=dt)
        delay = float(self.params["tau"]) if "tau" in self.params else float(tau or 1.0)
        times = sampling_times(span, n, as_published=self.as_published, resample=resample)
        columns = self.dimension if embedding_dim is None else check_count("embedding_dim", embedding_dim)
        if history_function is not None and not callable(history_function):
            raise InvalidArgumentError(f"history_function must be a function of time, got {history_function!r}")
        lags = np.linspace(0.0, delay, columns)
        sampled = delay + times
        wanted = np.maximum(sampled[:, None] - lags, 0.0)
        grid, place = np.unique(wanted, return_inverse=True)
        series = []
        for start in self._starts(init_cond):
            past = history_function or start[: self._instant_dimension()]
            values = self._integrated(grid, past, delay, options)
            series.append(values[place.reshape(wanted.shape)].reshape(n, -1))
        result = np.squeeze(np.stack(series))
        if standardize:
            result = standardize_ts(result) if result.ndim == 2 else np.stack([standardize_ts(one) for one in result])
        # dysts 0.96 returns the times of its own integration, which has as many points and is longer by one delay.
        shown = np.linspace(0.0, times[-1] + delay, n) if self.as_published else times
        return (shown, result) if return_times else result

    def _instant_dimension(self) -> int:
        return self.system.dimension if self._follows_registry() else 1

    def _integrated(self, grid: np.ndarray, past: Any, delay: float, options: Mapping[str, Any]) -> np.ndarray:
        """Return the variables at increasing times from 0: float64 [time, component]."""
        if not self._follows_registry():
            return integrate_python_delay(self, grid, past, delay)
        given = {"history": past} if callable(past) else {"initial_conditions": past}
        tolerance = max(float(options.get("rtol", DELAY_TOLERANCE)), DELAY_TOLERANCE)
        return integrate(self.system, times=grid, rtol=tolerance, **given).values


def _check_options(options: Mapping[str, Any]) -> None:
    allowed = ("method", "noise", "rtol", "atol", "postprocess", "events", "verbose", "kind")
    check_keywords("make_trajectory of a delay system", options, allowed, DynSysDelay.make_trajectory)
    for name, value in options.items():
        if name in ("rtol", "atol"):
            check_tolerance(name, value)
        if name == "noise" and np.any(value):
            raise InvalidArgumentError("noise must be 0 for a delay system, which dysts 0.96 integrates without, too")
