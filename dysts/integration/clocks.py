"""Time grids on three clocks: the system's own time, its dominant period, its Lyapunov time."""

from typing import Any

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError
from dysts.systems.system import System

DEFAULT_POINTS_PER_PERIOD = 100


def sampling_times(
    system: System,
    points: int | None,
    *,
    points_per_period: float | None = None,
    points_per_lyapunov_time: float | None = None,
    step: float | None = None,
    times: Any = None,
) -> np.ndarray:
    """Return the requested times, the first of an equidistant grid being 0.

    Parameters
    ----------
    system : System
        Gives the period and the Lyapunov exponent.
    points : int or None
        Number of points of an equidistant grid; none with `times`.
    points_per_period, points_per_lyapunov_time, step : float, optional
        The spacing, on one of the three clocks; without any, 100 points per period.
    times : array_like [time], optional
        Strictly increasing times from 0 or later, instead of an equidistant grid.

    Returns
    -------
    float64 [time]

    Raises
    ------
    InvalidArgumentError
        If two clocks are named, a number is not positive, or `times` do not increase.

    Examples
    --------
    >>> import dysts
    >>> rossler = dysts.get_system("Rossler")
    >>> sampling_times(rossler, 3, step=0.5)
    array([0. , 0.5, 1. ])
    """
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
        return _checked_times(times)
    count = check_count("points", 1000 if points is None else points)
    if step is not None:
        spacing = check_positive("step", step)
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
    return np.arange(count) * spacing


def _checked_times(times: Any) -> np.ndarray:
    try:
        grid = np.array(times, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"times must be numbers, not {times!r}") from None
    if grid.ndim != 1 or grid.size == 0:
        raise InvalidArgumentError(f"times must have one axis and at least one time, got shape {grid.shape}")
    if not np.isfinite(grid).all() or grid[0] < 0.0:
        raise InvalidArgumentError("times must be finite and not before 0, the time of the initial conditions")
    backwards = np.flatnonzero(np.diff(grid) <= 0.0)
    if backwards.size:
        at = int(backwards[0])
        raise InvalidArgumentError(
            f"times must increase strictly; {grid[at]} at position {at} is followed by {grid[at + 1]}"
        )
    return grid
