"""Time grids on three clocks: the system's own time, its dominant period, its Lyapunov time."""

import functools
import math
import numbers
from typing import Any, NamedTuple

import numpy as np

from dysts.checks import as_float, check_count, check_memory, check_positive, shown
from dysts.errors import InvalidArgumentError
from dysts.systems.system import System

DEFAULT_POINTS_PER_PERIOD = 100
LONGEST_KEPT = 10_000
"""Largest number of points of a grid whose times are kept for further calls."""


class EvenGrid(NamedTuple):
    """An even grid of times in short: its first time, the number of its points, and the spacing."""

    first: float
    points: int
    spacing: float

    def values(self) -> np.ndarray:
        """Return the times, float64 [time]; of short grids the same array each time, which nobody writes to."""
        return _kept_times(self) if self.points <= LONGEST_KEPT else self._times()

    def _times(self) -> np.ndarray:
        return np.asarray(self.first + np.arange(self.points) * self.spacing, dtype=np.float64)


@functools.lru_cache(maxsize=64)
def _kept_times(grid: EvenGrid) -> np.ndarray:
    return grid._times()


def sampling_times(
    system: System,
    points: int | None,
    *,
    points_per_period: float | None = None,
    points_per_lyapunov_time: float | None = None,
    step: float | None = None,
    times: Any = None,
    start: float = 0.0,
) -> np.ndarray:
    """Return the requested times, the first of an equidistant grid being the start.

    Parameters
    ----------
    system : System
        Gives the period and the Lyapunov exponent.
    points : int or None
        Number of points of an equidistant grid; none with `times`.
    points_per_period, points_per_lyapunov_time, step : float, optional
        The spacing, on one of the three clocks; without any, 100 points per period. A negative `step` leads backwards.
    times : array_like [time], optional
        Times instead of an equidistant grid: strictly increasing from `start` or later, or strictly decreasing from
        `start` or earlier.
    start : float
        The time of the initial conditions.

    Returns
    -------
    float64 [time]

    Raises
    ------
    InvalidArgumentError
        If two clocks are named, a number is not allowed, or `times` have no order.

    Examples
    --------
    >>> import dysts
    >>> rossler = dysts.get_system("Rossler")
    >>> sampling_times(rossler, 3, step=0.5)
    array([0. , 0.5, 1. ])
    """
    grid = sampling_grid(
        system,
        points,
        points_per_period=points_per_period,
        points_per_lyapunov_time=points_per_lyapunov_time,
        step=step,
        times=times,
        start=start,
    )
    return grid.values().copy() if isinstance(grid, EvenGrid) else grid


def sampling_grid(
    system: System,
    points: int | None,
    *,
    points_per_period: float | None,
    points_per_lyapunov_time: float | None,
    step: float | None,
    times: Any,
    start: float,
) -> EvenGrid | np.ndarray:
    """Return the requested times, in short where they are even; see `sampling_times`."""
    spacings = {
        "points_per_period": points_per_period,
        "points_per_lyapunov_time": points_per_lyapunov_time,
        "step": step,
        "times": times,
    }
    named = [name for name, value in spacings.items() if value is not None]
    if len(named) > 1:
        raise InvalidArgumentError(f"{' and '.join(named)} exclude one another; give one of them")
    if times is not None:
        if points is not None:
            raise InvalidArgumentError("points and times exclude one another; the times say how many")
        return _checked_times(times, start)
    count = check_count("points", 1000 if points is None else points)
    check_memory(count, "the times of points")
    if step is not None:
        spacing = _checked_step(step)
    elif points_per_lyapunov_time is not None:
        rate = check_positive("points_per_lyapunov_time", points_per_lyapunov_time)
        time = system.lyapunov_time
        if time is None:
            raise InvalidArgumentError(
                f"{system.name} has no Lyapunov time, as {system.no_lyapunov_time}; use another clock"
            )
        spacing = time / rate
    else:
        per_period = DEFAULT_POINTS_PER_PERIOD if points_per_period is None else points_per_period
        spacing = system.period / check_positive("points_per_period", per_period)
    return EvenGrid(start, count, spacing)


def _checked_step(step: Any) -> float:
    """Return a step of a grid, which may be negative."""
    if isinstance(step, bool) or not isinstance(step, numbers.Real) or not 0.0 < abs(as_float(step)) < math.inf:
        raise InvalidArgumentError(f"step must be a finite number other than 0, got {shown(step)}")
    return float(step)


def _checked_times(times: Any, start: float) -> np.ndarray:
    try:
        grid = np.array(times, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"times must be numbers, got {times!r}") from None
    if grid.ndim != 1 or grid.size == 0:
        raise InvalidArgumentError(f"times must have one axis and at least one time, got shape {grid.shape}")
    if not np.isfinite(grid).all():
        raise InvalidArgumentError(f"times must be finite, got {grid[~np.isfinite(grid)][0]}")
    backwards = bool(grid[-1] < start)
    out_of_order = np.flatnonzero(np.diff(grid) >= 0.0 if backwards else np.diff(grid) <= 0.0)
    if out_of_order.size:
        at = int(out_of_order[0])
        raise InvalidArgumentError(
            f"times must {'decrease' if backwards else 'increase'} strictly, got {grid[at + 1]} after {grid[at]} at "
            f"position {at}"
        )
    if (grid[0] > start) if backwards else (grid[0] < start):
        raise InvalidArgumentError(
            f"times must lie on one side of the start {start}, the time of the initial conditions, got {grid[0]} and "
            f"{grid[-1]}"
        )
    return grid
