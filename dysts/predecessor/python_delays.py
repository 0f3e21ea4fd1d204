"""Trajectories of delay equations that users write in Python, by the method of steps with scipy's DOP853."""

from collections.abc import Callable
from typing import Any

import numpy as np

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12


def integrate_python_delay(model: Any, grid: np.ndarray, past: Any, delay: float) -> np.ndarray:
    """Integrate ``_rhs(x, x_delayed, t, *parameters)`` and return float64 [time, component].

    Each interval of one delay is an ordinary equation whose delayed state is known from the interval before.

    Parameters
    ----------
    model : DynSysDelay
    grid : float64 [time]
        Increasing from 0.
    past : callable or float64 [component]
        The solution up to time 0.
    delay : float
    """
    from scipy.integrate import solve_ivp

    before: Callable[[float], np.ndarray] = (
        (lambda time: np.atleast_1d(np.asarray(past(time), dtype=np.float64))) if callable(past) else lambda _time: past
    )
    state = np.atleast_1d(before(0.0))
    values = np.full((len(grid), len(state)), np.nan)
    done, begin = 0, 0.0
    parameters = model.param_list
    while done < len(grid):

        def derivative(time: float, now: np.ndarray, before: Callable[[float], np.ndarray] = before) -> np.ndarray:
            # The equations of users are written for one variable, or for arrays of several.
            one = len(now) == 1
            then = before(time - delay)
            found = model._rhs(now[0] if one else now, then[0] if one else then, time, *parameters)
            return np.atleast_1d(np.asarray(found, dtype=np.float64))

        found = solve_ivp(
            derivative,
            (begin, begin + delay),
            state,
            method="DOP853",
            dense_output=True,
            rtol=RELATIVE_TOLERANCE,
            atol=ABSOLUTE_TOLERANCE,
        )
        solution = found.sol
        if not found.success or solution is None:
            return values
        end = begin + delay
        last = int(np.searchsorted(grid, end, side="right"))
        if last > done:
            values[done:last] = solution(grid[done:last]).T
        done, begin, state, before = last, end, found.y[:, -1], solution
    return values
