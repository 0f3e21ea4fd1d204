"""The arguments that all kinds of trajectories share, checked together."""

import math
import numbers
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dysts.checks import as_float, check_count, check_positive, shown
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.clocks import EvenGrid, sampling_grid
from dysts.integration.events import Event
from dysts.integration.extended import check_extended
from dysts.integration.problem import check_solver
from dysts.integration.tolerances import DOUBLE, EXTENDED, Precision, check_initial_conditions, check_precision
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    from dysts.integration.noise import Noise


MAXIMUM_STEPS = 10_000_000
"""Limit on the steps of one trajectory unless told otherwise: some minutes of work."""


class Request(NamedTuple):
    """The checked arguments that all kinds of trajectories share.

    It is a tuple, as a frozen dataclass of ten fields takes four times as long to make.

    Attributes
    ----------
    system : System or Ensemble
    times : float64 [time]
    start : float
        The time of the initial conditions.
    longest_step : float
    initial_conditions : array_like or None
    solver : str
    maximum_steps : int
    threads : int or None
    precision : {"double", "extended"}
    grid : EvenGrid, optional
        The times in short, where they are even.
    """

    system: System | Ensemble
    times: np.ndarray
    start: float
    longest_step: float
    initial_conditions: Any
    solver: str
    maximum_steps: int
    threads: int | None
    precision: Precision = DOUBLE
    grid: EvenGrid | None = None

    @property
    def limits(self) -> dict[str, float]:
        """The attributes that hold the limits on the length and the number of steps, where they were given."""
        limits: dict[str, float] = {}
        if self.longest_step < math.inf:
            limits["longest_step"] = self.longest_step
        if self.maximum_steps != MAXIMUM_STEPS:
            limits["maximum_steps"] = self.maximum_steps
        return limits

    @property
    def base(self) -> System:
        """The system itself, without the variation of an ensemble."""
        return self.system if isinstance(self.system, System) else self.system.base

    @property
    def members(self) -> Sequence[System]:
        """The systems, one for all trajectories or one for each."""
        return (self.system,) if isinstance(self.system, System) else self.system.members

    def states(self) -> np.ndarray:
        """Return the initial conditions as they were given, checked: [component] or [trajectory, component]."""
        if self.initial_conditions is None:
            return np.array(self.base.initial_conditions)
        return check_initial_conditions(
            self.base, self.initial_conditions, len(self.members) if isinstance(self.system, Ensemble) else None
        )

    def spread(self, states: np.ndarray) -> np.ndarray:
        """Return one state for each trajectory: [trajectory, component]."""
        if states.ndim == 2:
            return states
        spread = np.empty((len(self.members), states.size))
        spread[:] = states
        return spread


def check_request(
    system: System | Ensemble,
    points: int | None,
    *,
    points_per_period: float | None,
    points_per_lyapunov_time: float | None,
    step: float | None,
    times: Any,
    start: float,
    initial_conditions: Any,
    history: Any,
    solver: str,
    precision: str,
    noise: "Noise | None",
    longest_step: float | None,
    event: Event | None,
    maximum_steps: int,
    threads: int | None,
) -> Request:
    """Check the arguments of an integration in time, other than tolerances and states.

    Parameters
    ----------
    others
        As in `dysts.integrate`.
    event : Event or None

    Raises
    ------
    InvalidArgumentError
        If an argument is not allowed.
    NotSupportedError
        If they are combined in a way that has no method here.
    """
    base = system if isinstance(system, System) else system.base
    sampling = sampling_grid(
        base,
        points,
        points_per_period=points_per_period,
        points_per_lyapunov_time=points_per_lyapunov_time,
        step=step,
        times=times,
        start=_checked_start(start),
    )
    even, grid = (sampling, sampling.values()) if isinstance(sampling, EvenGrid) else (None, sampling)
    _check_combination(base, solver=solver, noise=noise, event=event, history=history)
    kept = check_precision(precision)
    if kept == EXTENDED:
        check_extended(base, solver=solver, noise=noise is not None, event=event is not None)
    _check_direction(base, grid, float(start), noise)
    return Request(
        system=system,
        times=grid,
        start=float(start),
        longest_step=math.inf if longest_step is None else check_positive("longest_step", longest_step),
        initial_conditions=initial_conditions,
        solver=solver,
        maximum_steps=check_count("maximum_steps", maximum_steps),
        threads=threads,
        precision=kept,
        grid=even,
    )


def _check_combination(
    system: System, *, solver: str, noise: "Noise | None", event: Event | None, history: Any
) -> None:
    if noise is not None:
        from dysts.integration.noise import Noise

        if not isinstance(noise, Noise):
            raise InvalidArgumentError(f"noise must be a dysts.Noise, got {shown(noise)}")
    if system.delay is None and history is not None:
        raise InvalidArgumentError(f"{system.name} has no delay, so it takes initial_conditions and no history")
    refused = [
        name
        for name, wanted in (
            ("noise", noise is not None),
            ("stop", event is not None),
            (f"solver={solver!r}", noise is None and check_solver(solver) not in ("auto", "dop853")),
        )
        if wanted
    ]
    if system.delay is not None and refused:
        raise NotSupportedError(f"{system.name} is a delay system, which this version integrates without {refused[0]}")
    if noise is not None and event is not None:
        raise NotSupportedError("stop is not supported together with noise; look for crossings in the result instead")


def _checked_start(start: Any) -> float:
    if type(start) is float and start == 0.0:
        return start
    if isinstance(start, bool) or not isinstance(start, numbers.Real) or not math.isfinite(as_float(start)):
        raise InvalidArgumentError(f"start must be a finite number, got {shown(start)}")
    return float(start)


def _check_direction(system: System, times: Any, start: float, noise: "Noise | None") -> None:
    """Refuse another start than 0 and the way backwards where there is no method for them."""
    if start == 0.0 and times[-1] >= 0.0:
        return
    if system.delay is not None:
        raise NotSupportedError(
            f"{system.name} is a delay system, whose history ends at time 0; it is integrated from there, forwards"
        )
    if noise is not None:
        raise NotSupportedError("noise begins at time 0 and has no solution backwards in time; leave out start")
