"""One call from a series of one's own to equations."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from dysts.discovery.sparse import SequentialThresholding
from dysts.errors import InvalidArgumentError
from dysts.series import read_series
from dysts.systems.system import System


@runtime_checkable
class DiscoveryMethod(Protocol):
    """The protocol of a method of discovery: any object with this method is one.

    Examples
    --------
    >>> isinstance(SequentialThresholding(), DiscoveryMethod)
    True
    """

    def fit(self, times: Any, states: Any, derivatives: Any = None) -> System:
        """Return the equations of a series, float64 [time, component], as a system."""
        ...


def discover(
    series: Any,
    *,
    step: float | None = None,
    derivatives: Any = None,
    method: DiscoveryMethod | None = None,
    columns: Sequence[str] = (),
    angles: Sequence[str] = (),
    name: str = "Found",
) -> System:
    """Find differential equations of a series.

    Parameters
    ----------
    series : path-like, str, array_like, pandas.DataFrame or xarray.DataArray
        All variables of the state, evenly sampled: what `dysts.read_series` reads.
    step : float, optional
        The time between two rows, where the series has no times.
    derivatives : array_like [time, component], optional
        Exact derivatives, if they are known.
    method : DiscoveryMethod, optional
        By default `dysts.discovery.SequentialThresholding`, which tunes itself by forecasts of held-out data.
    columns : sequence of str
        The components; by default all.
    angles : sequence of str
        Variables that are angles, unwrapped, which occur in the equations as sine and cosine only.
    name : str
        Name of the system.

    Returns
    -------
    System
        With the first state as its initial condition, its provenance as a remark, and the dominant period of the series
        as its unit of time where the series has one. ``save("found.json")`` keeps it.

    Raises
    ------
    InvalidArgumentError
        If the series is not usable: NaN, uneven times, constant, too short, several trajectories.
    ForecastError
        If the method finds no equations.

    Examples
    --------
    >>> import dysts
    >>> series = dysts.integrate("Rossler", 1000)
    >>> found = dysts.discover(series)
    >>> dysts.discovery.compare(found, dysts.get_system("Rossler")).exact
    True
    """
    from dysts.invariants.period import dominant_period

    read = read_series(series, columns=columns, step=step)
    if read.ndim != 2:
        raise InvalidArgumentError(f"series must be one trajectory, got {read.sizes['trajectory']}")
    states = read.values
    spacing = float(read.attrs["step"])
    times = spacing * np.arange(len(states))
    if method is None:
        method = SequentialThresholding(
            variables=tuple(map(str, read["component"].values)), angles=tuple(angles), name=name
        )
    elif angles:
        raise InvalidArgumentError("angles must be given to the method itself, got them beside a method")
    found = method.fit(times, states, derivatives)
    try:
        return found.with_period(dominant_period(states, step=spacing).period)
    except InvalidArgumentError:
        # A short series has no period that could be told; the equations do not need one.
        return found
