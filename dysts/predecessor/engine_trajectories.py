"""Trajectories of systems of the registry as plain arrays, with driving phases that are not reduced to one turn."""

from typing import Any

import numpy as np

from dysts.integration.integrate import integrate
from dysts.integration.noise import Noise
from dysts.systems.system import System

TIGHTEST = 1e-14
"""Smallest relative tolerance that double precision carries."""


def integrate_flow(
    system: System,
    times: np.ndarray,
    starts: np.ndarray,
    *,
    rtol: float,
    atol: Any,
    amplitude: np.ndarray | None = None,
    seed: int = 0,
    longest_step: float | None = None,
) -> np.ndarray:
    """Integrate and return float64 [trajectory, time, component]; rows after a failure are NaN.

    Parameters
    ----------
    system : System
    times : float64 [time]
    starts : float64 [trajectory, component]
    rtol, atol : float
    amplitude : float64 [trajectory, component], optional
        Of additive noise.
    seed : int
    longest_step : float, optional
    """
    limit = longest_step if longest_step is not None and np.isfinite(longest_step) else None
    phase = system.phase_index_and_period[0]
    if amplitude is None:
        values = integrate(
            system,
            times=times,
            initial_conditions=starts,
            rtol=max(float(rtol), TIGHTEST),
            atol=atol,
            longest_step=limit,
            on_failure="keep",
            predictability=False,
        ).values
    else:
        quiet = amplitude.copy()
        if phase >= 0:
            quiet[:, phase] = 0.0
        values = np.stack(
            [
                integrate(
                    system,
                    times=times,
                    initial_conditions=start,
                    noise=Noise(additive=level, seed=seed + case),
                    longest_step=limit,
                    on_failure="keep",
                ).values
                for case, (start, level) in enumerate(zip(starts, quiet, strict=True))
            ]
        )
    if phase >= 0:
        rates = system.rhs(0.0, starts)[:, phase]
        alive = np.isfinite(values[..., phase])
        values[..., phase] = np.where(alive, starts[:, phase, None] + rates[:, None] * times, np.nan)
    return values
