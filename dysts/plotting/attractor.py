"""Attractors: two components against each other, or three in space, coloured by speed."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.plotting.style import COLOUR_MAP, DARKEST, LIGHTEST, figure_of, house_style, label_of
from dysts.plotting.view import Drawable, View, view_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARGIN = 0.05
"""Space between the attractor and its frame, as a fraction of its size."""


def plot_projection(
    system: Drawable, *, components: tuple[str, str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw two components of a system or of a trajectory against each other.

    The colour is the speed, by rank, from slow (dark) to fast (light).

    Parameters
    ----------
    system : System, str, View or xarray.DataArray
        A trajectory has the dimensions (time, component), as `dysts.integrate` returns it.
    components : tuple of two str, optional
        By default those whose projection fills most of its frame.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of into a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError, MissingPackageError

    Examples
    --------
    >>> figure = plot_projection("Lorenz", components=("x", "z"))
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('x', 'z')
    """
    view = view_of(system)
    if components is None:
        view.columns(None, 2)
    first, second = view.best_pair() if components is None else view.columns(components, 2)
    with house_style():
        figure, ax = figure_of(ax, (6.0, 5.0))
        draw_projection(ax, view, first, second)
        ax.set(xlabel=label_of(view.names[first]), ylabel=label_of(view.names[second]), title=label_of(view.title))
    return figure


def draw_projection(ax: "Axes", view: View, first: int, second: int, *, width: float = 0.7) -> None:
    """Draw the line of a projection, without labels."""
    from matplotlib.collections import LineCollection

    plane = view.values[:, [first, second]]
    segments = np.stack([plane[:-1], plane[1:]], axis=1)
    ax.add_collection(LineCollection(list(segments), colors=_colours(view), linewidths=width, capstyle="round"))
    low, high = plane.min(axis=0), plane.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    ax.set_xlim(low[0] - margin[0], high[0] + margin[0])
    ax.set_ylim(low[1] - margin[1], high[1] + margin[1])


def plot_space(
    system: Drawable, *, components: tuple[str, str, str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw three components of a system or of a trajectory in space, coloured as in `plot_projection`.

    Parameters
    ----------
    system : System, str, View or xarray.DataArray
    components : tuple of three str, optional
        By default the first three.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of into a new figure; made with ``projection="3d"``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError, MissingPackageError

    Examples
    --------
    >>> plot_space("Lorenz").axes[0].get_zlabel()
    'z'
    """
    view = view_of(system)
    chosen = view.columns(components, 3)
    points = view.values[:, chosen]
    if ax is not None and ax.name != "3d":
        raise InvalidArgumentError(f"ax must be made with projection='3d', got {ax.name!r}")
    with house_style() as library:
        from mpl_toolkits.mplot3d.art3d import Line3DCollection  # type: ignore[import-untyped]

        figure = library.figure.Figure(figsize=(6.5, 6.0)) if ax is None else figure_of(ax, (6.5, 6.0))[0]
        space: Any = figure.add_subplot(projection="3d") if ax is None else ax
        segments = np.stack([points[:-1], points[1:]], axis=1)
        space.add_collection3d(Line3DCollection(list(segments), colors=_colours(view), linewidths=0.6))
        for index, set_limits in enumerate((space.set_xlim, space.set_ylim, space.set_zlim)):
            low, high = points[:, index].min(), points[:, index].max()
            set_limits(low, high if high > low else low + 1.0)
        for pane in (space.xaxis, space.yaxis, space.zaxis):
            pane.set_pane_color((1.0, 1.0, 1.0, 0.0))
        space.grid(visible=False)
        space.set_box_aspect(None, zoom=0.86)
        names = [label_of(view.names[index]) for index in chosen]
        space.set(xlabel=names[0], ylabel=names[1], zlabel=names[2], title=label_of(view.title))
    return figure


def _colours(view: View) -> np.ndarray:
    """Return one colour for each step, by the rank of its length in units of the spread."""
    from matplotlib import colormaps

    spread = view.values.std(axis=0)
    lengths = np.linalg.norm(np.diff(view.values, axis=0) / np.where(spread > 0.0, spread, 1.0), axis=1)
    ranks = np.argsort(np.argsort(lengths, kind="stable"), kind="stable") / max(1, len(lengths) - 1)
    colours: np.ndarray = colormaps[COLOUR_MAP](DARKEST + (LIGHTEST - DARKEST) * ranks)
    return colours
