"""The public function: the most probable trajectory of a system behind a noisy, partly observed series."""

import math
from typing import Any

import numpy as np

from dysts.assimilation.given import LEAST_POINTS, Given, window_points
from dysts.assimilation.growing import fit_growing
from dysts.assimilation.least_squares import Window
from dysts.assimilation.library import LIBRARY_POINTS, Library, attractor_library, starts_of
from dysts.assimilation.propagation import Propagator, only_kinks
from dysts.assimilation.result import CONVERGED, MISFIT, NO_TRAJECTORY, Assimilation
from dysts.checks import check_count
from dysts.systems.registry import as_system
from dysts.systems.system import System

PRIOR = 3.0
"""Standard deviation of the prior for a variable, in standard deviations of the attractor: it decides about directions
that the observations do not show, and weighs nothing beside those that they do."""
ALLOWED_EXCESS = 6.0
"""Standard errors by which the squared misfit may exceed its expectation, the number of observations."""


def assimilate(
    system: System | str,
    series: Any,
    *,
    step: float,
    noise: Any,
    components: Any = None,
    start: float = 0.0,
    phase: float | None = None,
    window: int | None = None,
    library: int = LIBRARY_POINTS,
) -> Assimilation:
    """Find the most probable trajectory of a system behind the end of a noisy, partly observed series.

    The trajectory solves the equations exactly; its state is fitted to the last points of the series by least squares.
    The window grows from its first points, so that the fit follows the right minimum; see
    `dysts.assimilation.growing`. A window through which no trajectory passes within the noise is halved, as long as it
    keeps 20 points.

    Parameters
    ----------
    system : System or str
        A flow or a map without a delay, or its name.
    series : array_like [time, component]
        Equidistant observations with independent Gaussian noise.
    step : float
        Time between two points, in the unit of the system; of a map a number of iterates.
    noise : float or array_like [component]
        Standard deviation of the noise, in the unit of the series.
    components : sequence of str, optional
        Names of the observed components; by default all, in the order of `System.observable_names`.
    start : float
        Time of the first point, which matters for equations that contain the time.
    phase : float, optional
        The driving phase at the first point, for a system that has one; without it the phase is fitted.
    window : int, optional
        Number of points at the end of the series to be used; by default five Lyapunov times, or three periods of a
        system without one, and between 20 and 2000 points.
    library : int
        Number of states of the attractor among which the fit looks for its starts.

    Returns
    -------
    Assimilation
        With the status ``"converged"`` only if a trajectory agrees with the observations within the noise.

    Raises
    ------
    InvalidArgumentError
        If an argument is not allowed, such as a component that is constant in the system.
    NotSupportedError
        If the system has a delay.

    References
    ----------
    C. Pires, R. Vautard, O. Talagrand, Tellus A 48 (1996) 96-121.

    Examples
    --------
    >>> import dysts, numpy as np
    >>> x = dysts.integrate("Lorenz", 1500, points_per_period=100)
    >>> noisy = x.values[:1000, :1] + 0.8 * np.random.default_rng(0).standard_normal((1000, 1))
    >>> step = float(x.time[1] - x.time[0])
    >>> found = dysts.assimilate("Lorenz", noisy, step=step, noise=0.8, components=["x"])
    >>> found.status
    'converged'
    >>> errors = np.abs(found.forecast(100)[:, 0] - x.values[1000:1100, 0])
    >>> bool(errors.max() < 1.0)
    True
    """
    system = as_system(system)
    given = Given.checked(system, series, step=step, noise=noise, components=components, start=start, phase=phase)
    points = window_points(given, window)
    orbit = attractor_library(given, check_count("library", library, least=100))
    middle = orbit.states[len(orbit.states) // 2]
    continuous = only_kinks(system, middle, step=given.step, start=given.start, scale=orbit.scale)
    best = _fitted(given, points, orbit, continuous=continuous)
    while best.status != CONVERGED and points // 2 >= LEAST_POINTS:
        points //= 2
        shorter = _fitted(given, points, orbit, continuous=continuous)
        if shorter.status == CONVERGED or best.status == NO_TRAJECTORY:
            best = shorter
    return best


def _fitted(given: Given, points: int, library: Library, *, continuous: bool) -> Assimilation:
    system, scale = given.system, library.scale
    first = len(given.observations) - points
    begin = given.start + first * given.step
    fixed = {} if given.phase is None else {given.phase_place: given.phase_after(first)}
    window = Window(
        observations=given.observations[first:],
        deviations=given.deviations,
        observe=given.observer,
        derivatives=given.observer.derivatives,
        propagate=Propagator(system, step=given.step, start=begin, scale=scale, continuous=continuous),
        mean=library.states.mean(axis=0),
        precision=np.diag(np.where(library.turning, 0.0, 1.0 / (PRIOR * scale))),
        scale=scale,
        free=np.array([place not in fixed for place in range(system.dimension)]),
    )
    fits = fit_growing(window, starts_of(given, window, library, fixed))
    observed = window.observations.size
    status = NO_TRAJECTORY
    if fits:
        agrees = fits[0].misfit <= observed + ALLOWED_EXCESS * math.sqrt(2.0 * observed)
        status = CONVERGED if agrees and fits[0].converged else MISFIT
    return Assimilation.from_fits(
        fits, window=window, system=system, observer=given.observer, start=begin, step=given.step, status=status
    )
