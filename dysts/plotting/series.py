"""Series of a system: against time, as a power spectrum, and as a map from one maximum to the next."""

from typing import TYPE_CHECKING

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.plotting.style import ACCENT, INK, MUTED, house_style, label_of
from dysts.plotting.view import View, view_of
from dysts.systems.system import System

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERIES_PERIODS = 15.0
SPECTRUM_PERIODS = 600.0
SPECTRUM_POINTS = 40
PERIODS_PER_SEGMENT = 60
MAP_PERIODS = 1500.0
FEWEST_MAXIMA = 20


def plot_series(system: System | str | View) -> "Figure":
    """Draw all components against time, with Lyapunov times above where the system is chaotic.

    Parameters
    ----------
    system : System, str or View

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, IntegrationError, MissingPackageError

    Examples
    --------
    >>> len(plot_series("Duffing").axes) >= 2
    True
    """
    view = system if isinstance(system, View) else view_of(system, periods=SERIES_PERIODS)
    count = len(view.names)
    with house_style() as library:
        figure = library.figure.Figure(figsize=(8.0, 1.0 + 1.15 * count))
        panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        for index, axes in enumerate(panels):
            axes.plot(view.times, view.values[:, index], color=INK, linewidth=0.9)
            axes.set_ylabel(label_of(view.names[index]))
            axes.set_xlim(view.times[0], view.times[-1])
        panels[-1].set_xlabel("time")
        panels[0].set_title(view.system.name)
        exponent = None if view.system.no_lyapunov_time else view.system.lyapunov_exponent
        if exponent is not None:
            above = panels[0].secondary_xaxis("top", functions=(lambda t: t * exponent, lambda n: n / exponent))
            above.set_xlabel("Lyapunov times")
    return figure


def plot_spectrum(system: System | str | View) -> "Figure":
    """Draw the power spectrum of all components (Welch's method), each with unit variance.

    Parameters
    ----------
    system : System, str or View

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, IntegrationError, MissingPackageError

    References
    ----------
    P. D. Welch, IEEE Transactions on Audio and Electroacoustics 15 (1967) 70-73.

    Examples
    --------
    >>> plot_spectrum("Rossler").axes[0].get_xlabel()
    'frequency in units of 1 / period'
    """
    from scipy.signal import welch

    view = (
        system
        if isinstance(system, View)
        else view_of(system, periods=SPECTRUM_PERIODS, points_per_period=SPECTRUM_POINTS)
    )
    per_period = view.system.period / float(view.times[1] - view.times[0])
    segment = min(len(view.times), round(PERIODS_PER_SEGMENT * per_period))
    spread = view.values.std(axis=0)
    frequencies, power = welch(
        view.values / np.where(spread > 0.0, spread, 1.0), fs=per_period, nperseg=segment, axis=0
    )
    with house_style() as library:
        figure = library.figure.Figure(figsize=(7.0, 4.2))
        axes = figure.add_subplot()
        for index, name in enumerate(view.names):
            shade = 0.15 + 0.7 * index / max(1, len(view.names) - 1)
            axes.loglog(
                frequencies[1:],
                power[1:, index],
                color=library.colormaps["viridis"](shade),
                linewidth=1.0,
                label=label_of(name),
            )
        axes.axvline(1.0, color=ACCENT, linewidth=0.9, linestyle="--", label="dominant period")
        top = power[1:].max()
        axes.set_ylim(1e-10 * top, 3.0 * top)
        axes.set(xlabel="frequency in units of 1 / period", ylabel="power density", title=view.system.name)
        axes.legend(frameon=False, fontsize="small")
    return figure


def plot_return_map(system: System | str | View, *, component: str | None = None) -> "Figure":
    """Draw each maximum of a component against the one before.

    Parameters
    ----------
    system : System, str or View
    component : str, optional
        By default the last one, which shows the cusp of the Lorenz system.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InvalidArgumentError
        If the component has fewer than 20 maxima.
    UnknownNameError, IntegrationError, MissingPackageError

    References
    ----------
    E. N. Lorenz, Journal of the Atmospheric Sciences 20 (1963) 130-141, figure 4.

    Examples
    --------
    >>> plot_return_map("Lorenz").axes[0].get_xlabel()
    'maximum n of z'
    """
    view = system if isinstance(system, View) else view_of(system, periods=MAP_PERIODS, points_per_period=100)
    (index,) = view.columns((view.names[-1] if component is None else component,), 1)
    maxima = successive_maxima(view.values[:, index])
    name = label_of(view.names[index])
    if len(maxima) < FEWEST_MAXIMA:
        raise InvalidArgumentError(f"{name} of {view.system.name} has {len(maxima)} maxima; a map needs 20 or more")
    with house_style() as library:
        figure = library.figure.Figure(figsize=(5.2, 5.0))
        axes = figure.add_subplot()
        axes.plot([maxima.min(), maxima.max()], [maxima.min(), maxima.max()], color=MUTED, linewidth=0.7)
        axes.plot(maxima[:-1], maxima[1:], ".", color=INK, markersize=2.2, markeredgewidth=0.0)
        axes.set(xlabel=f"maximum n of {name}", ylabel=f"maximum n + 1 of {name}", title=view.system.name)
    return figure


def successive_maxima(values: np.ndarray) -> np.ndarray:
    """Return the heights of the local maxima of a series, between its points: float64 [maximum].

    Examples
    --------
    >>> import numpy as np
    >>> bool(np.allclose(successive_maxima(3.0 * np.sin(0.1 * np.arange(500))), 3.0, atol=1e-4))
    True
    """
    inner = values[1:-1]
    at = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]))
    left, middle, right = values[at - 1], values[at], values[at + 1]
    heights: np.ndarray = middle - (right - left) ** 2 / (8.0 * (left - 2.0 * middle + right))
    return heights
