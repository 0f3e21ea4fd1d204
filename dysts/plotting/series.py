"""Series of a system: against time, as a power spectrum, and as a map from one maximum to the next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.plotting.style import ACCENT, INK, MUTED, PAPER, figure_of, house_style, label_of
from dysts.plotting.view import Drawable, period_of, view_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SERIES_PERIODS = 15.0
SPECTRUM_PERIODS = 600.0
SPECTRUM_POINTS = 40
PERIODS_PER_SEGMENT = 60
MAP_PERIODS = 1500.0
FEWEST_MAXIMA = 20
EVEN = 1e-6
"""Largest relative difference of two steps that counts as rounding."""


def plot_series(system: Drawable, *, ax: "Axes | Sequence[Axes] | None" = None) -> "Figure":
    """Draw all components against time, with Lyapunov times above where the system is chaotic.

    Parameters
    ----------
    system : System, str, View or xarray.DataArray
    ax : matplotlib.axes.Axes or sequence of them, optional
        Draw here instead of into a new figure: all components into one, or each into its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError, MissingPackageError

    Examples
    --------
    >>> len(plot_series("Duffing").axes) >= 2
    True
    """
    view = view_of(system, periods=SERIES_PERIODS)
    with house_style() as library:
        if ax is None:
            figure = library.figure.Figure(figsize=(8.0, 1.0 + 1.15 * len(view.names)))
            panels = list(figure.subplots(len(view.names), 1, sharex=True, squeeze=False)[:, 0])
        else:
            panels = list(np.atleast_1d(np.asarray(ax, dtype=object)))
            figure, _ = figure_of(panels[0], (8.0, 3.0))
        if len(panels) not in (1, len(view.names)):
            raise InvalidArgumentError(
                f"ax must be one or one for each of the {len(view.names)} components, got {len(panels)}"
            )
        together = len(panels) < len(view.names)
        for index, name in enumerate(view.names):
            panel = panels[0 if together else index]
            colour = library.colormaps["viridis"](_shade(index, len(view.names))) if together else INK
            panel.plot(view.times, view.values[:, index], color=colour, linewidth=0.9, label=label_of(name))
            panel.set_xlim(view.times[0], view.times[-1])
            if not together:
                panel.set_ylabel(label_of(name))
        if together:
            panels[0].legend(loc="upper right", facecolor=PAPER, edgecolor="none", fontsize="small")
        panels[-1].set_xlabel("time")
        panels[0].set_title(label_of(view.title))
        exponent = view.lyapunov_exponent
        if exponent is not None:
            above = panels[0].secondary_xaxis("top", functions=(lambda t: t * exponent, lambda n: n / exponent))
            above.set_xlabel("Lyapunov times")
    return figure


def _shade(index: int, count: int) -> float:
    return 0.15 + 0.7 * index / max(1, count - 1)


def plot_spectrum(system: Drawable, *, ax: "Axes | None" = None) -> "Figure":
    """Draw the power spectrum of all components (Welch's method), each with unit variance.

    Parameters
    ----------
    system : System, str, View or xarray.DataArray
    ax : matplotlib.axes.Axes, optional
        Draw here instead of into a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError, MissingPackageError

    References
    ----------
    P. D. Welch, IEEE Transactions on Audio and Electroacoustics 15 (1967) 70-73.

    Examples
    --------
    >>> plot_spectrum("Rossler").axes[0].get_xlabel()
    'frequency in units of 1 / period'
    """
    from scipy.signal import welch

    view = view_of(system, periods=SPECTRUM_PERIODS, points_per_period=SPECTRUM_POINTS)
    steps = np.diff(view.times)
    if steps.max() > (1.0 + EVEN) * steps.min():
        raise InvalidArgumentError(f"the times of {view.title} must be equidistant for a spectrum")
    per_period = period_of(view) / float(steps.mean())
    segment = min(len(view.times), round(PERIODS_PER_SEGMENT * per_period))
    spread = view.values.std(axis=0)
    frequencies, power = welch(
        view.values / np.where(spread > 0.0, spread, 1.0), fs=per_period, nperseg=segment, axis=0
    )
    with house_style() as library:
        figure, ax = figure_of(ax, (7.0, 4.2))
        for index, name in enumerate(view.names):
            ax.loglog(
                frequencies[1:],
                power[1:, index],
                color=library.colormaps["viridis"](_shade(index, len(view.names))),
                linewidth=1.0,
                label=label_of(name),
            )
        ax.axvline(1.0, color=ACCENT, linewidth=0.9, linestyle="--", label="dominant period")
        top = power[1:].max()
        ax.set_ylim(1e-10 * top, 3.0 * top)
        ax.set(xlabel="frequency in units of 1 / period", ylabel="power density", title=label_of(view.title))
        ax.legend(frameon=False, fontsize="small")
    return figure


def plot_return_map(system: Drawable, *, component: str | None = None, ax: "Axes | None" = None) -> "Figure":
    """Draw each maximum of a component against the one before.

    Parameters
    ----------
    system : System, str, View or xarray.DataArray
    component : str, optional
        By default the last one, which shows the cusp of the Lorenz system.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of into a new figure.

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
    view = view_of(system, periods=MAP_PERIODS, points_per_period=100)
    (index,) = view.columns((view.names[-1] if component is None else component,), 1)
    maxima = successive_maxima(view.values[:, index])
    name = label_of(view.names[index])
    if len(maxima) < FEWEST_MAXIMA:
        raise InvalidArgumentError(
            f"{name} of {view.title} must have at least {FEWEST_MAXIMA} maxima for a map, got {len(maxima)}"
        )
    with house_style():
        figure, ax = figure_of(ax, (5.2, 5.0))
        ax.plot([maxima.min(), maxima.max()], [maxima.min(), maxima.max()], color=MUTED, linewidth=0.7)
        ax.plot(maxima[:-1], maxima[1:], ".", color=INK, markersize=2.2, markeredgewidth=0.0)
        ax.set(xlabel=f"maximum n of {name}", ylabel=f"maximum n + 1 of {name}", title=label_of(view.title))
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
