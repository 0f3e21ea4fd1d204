"""The content of a picture: bounded observables along one trajectory, of a system or of a series of one's own."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import ArrayLike

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.integration.integrate import integrate
from dysts.invariants.period import dominant_period, responding_observables, system_period
from dysts.series import read_series
from dysts.systems.registry import get_system
from dysts.systems.system import System

if TYPE_CHECKING:
    import pandas
    import xarray

PERIODS = 60.0
DISCARDED_PERIODS = 20.0
"""Number of periods left out at the start, while the trajectory approaches its attractor."""
POINTS_PER_PERIOD = 150
CELLS = 48
"""Number of cells along each axis by which `View.best_pair` judges how much of its frame a projection fills."""
DELAYED_COPIES = 3
"""Number of values, one delay apart, that represent the infinitely many coordinates of a delay system."""

Drawable = Union[System, str, "View", "xarray.DataArray", "xarray.Dataset", "pandas.DataFrame", ArrayLike]
"""The subject of a picture: a system, its name, a view, or one trajectory [time, component] in any form that
`dysts.read_series` reads from memory."""


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """A trajectory as pictures show it.

    Attributes
    ----------
    title : str
    times : float64 [time]
    values : float64 [time, component]
        Bounded observables without driving phases; of a delay system its value now, one delay ago and two.
    names : tuple of str
        The names of the components.
    period : float or None
        The dominant period, where it is known.
    lyapunov_exponent : float or None
        The largest exponent, where it gives a Lyapunov time.
    """

    title: str
    times: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]
    period: float | None = None
    lyapunov_exponent: float | None = None

    def columns(self, components: tuple[str, ...] | None, count: int) -> list[int]:
        """Return the positions of chosen components, or of the first ones.

        Raises
        ------
        UnknownNameError, InvalidArgumentError
            If a name is not known, or there are not as many.
        """
        if components is None:
            if len(self.names) < count:
                raise InvalidArgumentError(
                    f"this picture must have {count} components, got {len(self.names)} of {self.title}: "
                    f"{', '.join(self.names)}"
                )
            return list(range(count))
        if len(components) != count:
            raise InvalidArgumentError(f"this picture must have {count} components, got {components}")
        for name in components:
            if name not in self.names:
                raise unknown_name(f"component of {self.title}", name, self.names)
        return [self.names.index(name) for name in components]

    def best_pair(self) -> tuple[int, int]:
        """Return the positions of the two components whose projection fills most of its frame."""
        best, pair = -1, (0, min(1, len(self.names) - 1))
        for first in range(len(self.names)):
            for second in range(first + 1, len(self.names)):
                counts = np.histogram2d(self.values[:, first], self.values[:, second], bins=CELLS)[0]
                filled = int((counts > 0).sum())
                if filled > best:
                    best, pair = filled, (first, second)
        return pair


POINTS_PER_DELAY = 100
"""Least number of points in a delay: delay systems turn several times in one, however long their dominant period is."""


def view_of(given: Drawable, *, periods: float = PERIODS, points_per_period: int = POINTS_PER_PERIOD) -> View:
    """Return the view that a picture shows; a system is integrated, after a start that is not shown.

    Parameters
    ----------
    given : System, str, View, xarray.DataArray, xarray.Dataset, pandas.DataFrame or array_like
        A view is returned as it is, and a trajectory is shown as it is, an array without times by the number of points.
    periods : float
        Length of the trajectory of a system; of a set that orbits leave, at most half of its lifetime.
    points_per_period : int
        Of a delay system at least so many that a delay has `POINTS_PER_DELAY`.

    Returns
    -------
    View

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError

    Examples
    --------
    >>> import dysts
    >>> view_of("Rossler", periods=10).values.shape
    (1500, 3)
    >>> view_of(dysts.integrate("Rossler", 200)).names
    ('x', 'y', 'z')
    """
    if isinstance(given, View):
        return given
    if isinstance(given, str):
        given = get_system(given)
    if isinstance(given, System):
        return _view_of_system(
            given, check_positive("periods", periods), check_count("points_per_period", points_per_period)
        )
    if hasattr(given, "dims") and hasattr(given, "coords") and hasattr(given, "name"):
        return _view_of_trajectory(given)  # type: ignore[arg-type]
    if given is None or not hasattr(given, "__len__"):
        raise InvalidArgumentError(
            "a picture must be of a system, its name, or a trajectory with dimensions (time, component), "
            f"got {type(given).__name__}"
        )
    return _view_of_trajectory(_read(given))


def _read(given: Any) -> "xarray.DataArray":
    try:
        return read_series(given)
    except InvalidArgumentError:
        # Without times, the number of a point is its time; another fault is raised again.
        return read_series(given, step=1.0)


def _view_of_system(system: System, length: float, points_per_period: int) -> View:
    period = system.period if "period" in system.properties else system_period(system).period
    discard = DISCARDED_PERIODS
    if system.lifetime is not None:
        length, discard = min(length, system.lifetime / 2.0), 0.0
    if system.delay is not None:
        delay = float(system.flat_parameters[str(system.delay)])
        points_per_period = max(points_per_period, math.ceil(POINTS_PER_DELAY * period / delay))
    shown = np.arange(int(length * points_per_period)) * (period / points_per_period)
    if system.delay is not None:
        values, names = _delayed(system, shown, discard * period)
    else:
        keep = responding_observables(system)
        times = discard * period + shown
        values = integrate(system, times=times, observables=True, predictability=False).values[:, keep]
        names = tuple(system.observable_names[index] for index in keep)
    exponent = None if system.no_lyapunov_time else system.lyapunov_exponent
    return View(title=system.name, times=shown, values=values, names=names, period=period, lyapunov_exponent=exponent)


def _delayed(system: System, shown: np.ndarray, discard: float) -> tuple[np.ndarray, tuple[str, ...]]:
    delay = float(system.flat_parameters[str(system.delay)])
    start = max(discard, (DELAYED_COPIES - 1) * delay)
    columns = [
        integrate(system, times=start - back * delay + shown, observables=True, predictability=False).values[:, 0]
        for back in range(DELAYED_COPIES)
    ]
    name = system.observable_names[0]
    return np.stack(columns, axis=1), (f"{name}(t)", f"{name}(t - {system.delay})", f"{name}(t - 2 {system.delay})")


def _view_of_trajectory(trajectory: "xarray.DataArray") -> View:
    dims = tuple(map(str, trajectory.dims))
    title = str(trajectory.name or trajectory.attrs.get("system") or "trajectory")
    if "trajectory" in dims and len(dims) == 3:
        if trajectory.sizes["trajectory"] != 1:
            raise InvalidArgumentError(
                f"a picture must be of one trajectory, got {trajectory.sizes['trajectory']} of {title}: "
                "choose one by .isel(trajectory=0)"
            )
        trajectory = trajectory.isel(trajectory=0)
        dims = tuple(map(str, trajectory.dims))
    if dims != ("time", "component") or "time" not in trajectory.coords:
        raise InvalidArgumentError(
            f"a trajectory must have the dimensions (time, component) and the times as a coordinate, got {dims}"
        )
    times, values = np.asarray(trajectory["time"], dtype=np.float64), np.asarray(trajectory, dtype=np.float64)
    # A trajectory that ended early holds NaN after its end.
    finite = np.atleast_1d(np.isfinite(values).all(axis=1))
    end = int(finite.argmin()) if not finite.all() else len(values)
    if end < 2 or finite[end:].any() or not (np.diff(times) > 0.0).all():
        raise InvalidArgumentError(
            f"the trajectory {title} must have at least two finite states at increasing times, and no gap between them"
        )
    lyapunov_time = _unit(trajectory, "time_in_lyapunov_times")
    names = (
        tuple(map(str, trajectory["component"].values))
        if "component" in trajectory.coords
        else tuple(f"x{index + 1}" for index in range(values.shape[1]))
    )
    return View(
        title=title,
        times=times[:end],
        values=values[:end],
        names=names,
        period=_unit(trajectory, "time_in_periods"),
        lyapunov_exponent=None if lyapunov_time is None else 1.0 / lyapunov_time,
    )


def _unit(trajectory: "xarray.DataArray", name: str) -> float | None:
    """Return the unit of time of another time coordinate, or None without that coordinate."""
    if name not in trajectory.coords:
        return None
    span = float(trajectory["time"][-1] - trajectory["time"][0])
    count = float(trajectory[name][-1] - trajectory[name][0])
    return span / count if count > 0.0 and math.isfinite(span / count) else None


def period_of(view: View) -> float:
    """Return the dominant period of a view, found from its values where it is not known.

    Raises
    ------
    InvalidArgumentError
        If the values do not oscillate.
    """
    if view.period is not None:
        return view.period
    return dominant_period(view.values, step=float(view.times[1] - view.times[0])).period
