"""The past of a trajectory of a delay system, from which its solution can be computed anew.

Stored points are too far apart to start from. The orbit of a trajectory follows from its recipe, so its past is
computed again, at as many points as a smooth function needs.
"""

from collections.abc import Callable

import numpy as np

from dysts.datasets.recipe import Recipe
from dysts.datasets.starts import delay_orbits
from dysts.errors import NotSupportedError
from dysts.integration.histories import delay_of
from dysts.systems.system import System

POINTS = 2001
"""Points on one delay; between them a spline of degree 7 leaves less than the rounding of the orbit."""
DEGREE = 7


def past_of(recipe: Recipe, system: System, trajectory: int, time: float) -> Callable[[float], np.ndarray]:
    """Return the past of a trajectory before one of its times, as a history that `dysts.integrate` takes.

    Parameters
    ----------
    recipe : Recipe
        Without dynamical noise.
    system : System
        A delay system.
    trajectory : int
    time : float
        In the time of the series, which begins at 0.

    Returns
    -------
    callable
        The state [component] at times from minus the delay to 0, the time that was given.

    Raises
    ------
    NotSupportedError
        If noise drives the equations, as the past then depends on random numbers.

    Examples
    --------
    >>> import dysts
    >>> system = dysts.get_system("MackeyGlass")
    >>> recipe = Recipe(name="small", points_per_period=20, periods=5, trajectories=2)
    >>> past = past_of(recipe, system, 1, 2.0 * system.period)
    >>> past(0.0).shape
    (1,)
    """
    from scipy.interpolate import make_interp_spline

    if recipe.dynamical_noise:
        raise NotSupportedError(
            f"dynamical_noise must be 0 for a past that is computed again, got {recipe.dynamical_noise}"
        )
    before = np.linspace(-delay_of(system), 0.0, POINTS)
    [states] = delay_orbits(recipe, system, trajectory, trajectory + 1, time + before)
    spline = make_interp_spline(before, states, k=DEGREE)

    def past(t: float) -> np.ndarray:
        return np.asarray(spline(t), dtype=np.float64)

    return past
