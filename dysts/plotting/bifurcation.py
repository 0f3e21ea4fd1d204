"""Bifurcation diagrams: a component on a section of the attractor against a parameter."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dysts.errors import InvalidArgumentError, unknown_name
from dysts.invariants.bifurcation import bifurcation_diagram
from dysts.plotting.style import INK, figure_of, house_style, label_of
from dysts.systems.registry import get_system
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_OPAQUE, LEAST_OPAQUE = 0.9, 0.25
"""Opacity of points in sparse and in dense diagrams; lighter points show how often a value occurs."""
DENSE = 200_000
"""Number of points from which a diagram counts as dense."""


def plot_bifurcation(
    system: "System | str | xarray.DataArray",
    parameters: Mapping[str, Any] | None = None,
    section: str | None = None,
    *,
    component: str | None = None,
    direction: Literal["up", "down", "both"] | None = None,
    ax: "Axes | None" = None,
    **options: Any,
) -> "Figure":
    """Draw a component at its crossings of a surface against the parameter that varies.

    Parameters
    ----------
    system : System, str or xarray.DataArray
        A system, or what `dysts.bifurcation_diagram` returned.
    parameters : mapping of str to array_like
        With a system, the values of the parameter, such as ``{"c": numpy.linspace(2, 6, 800)}``.
    section : str, optional
        With a system, the surface; by default the maxima of the component.
    component : str, optional
        By default the first one that is not constant on the section.
    direction : {"up", "down", "both"}, optional
        Which crossings count; by default those where the expression grows, and for maxima those where it falls.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of into a new figure.
    **options
        Further arguments of `dysts.bifurcation_diagram`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError, InvalidArgumentError, NotSupportedError, MissingPackageError

    Examples
    --------
    >>> figure = plot_bifurcation("Rossler", {"c": [2.5, 3.5, 4.5]}, crossings=20)
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('c', 'maxima of x')
    """
    diagram, maxima = _diagram(system, parameters, section, component, direction, options)
    varied = [str(name) for name, values in diagram.coords.items() if values.dims == ("trajectory",)]
    varied = [name for name in varied if name != "trajectory"]
    if not varied or set(diagram.dims) != {"trajectory", "crossing", "component"}:
        raise InvalidArgumentError(
            "a diagram must be a system with parameters, or come from bifurcation_diagram, got an array with the "
            f"dimensions {tuple(diagram.dims)}"
        )
    names = tuple(map(str, diagram["component"].values))
    chosen = _component(diagram, names, component)
    heights = diagram.values[:, :, names.index(chosen)]
    across = np.broadcast_to(diagram[varied[0]].values[:, None], heights.shape)
    share = min(1.0, heights.size / DENSE)
    with house_style():
        figure, ax = figure_of(ax, (8.0, 5.0))
        ax.plot(
            across.ravel(),
            heights.ravel(),
            ",",
            color=INK,
            alpha=MOST_OPAQUE * (LEAST_OPAQUE / MOST_OPAQUE) ** share,
            rasterized=True,
        )
        values = diagram[varied[0]].values
        ax.set_xlim(*(sorted((values[0], values[-1])) if values[0] != values[-1] else (values[0] - 1, values[0] + 1)))
        on = f"maxima of {label_of(chosen)}" if maxima else label_of(chosen)
        ax.set(xlabel=label_of(varied[0]), ylabel=on, title=label_of(str(diagram.name)))
    return figure


def _diagram(
    system: "System | str | xarray.DataArray",
    parameters: Mapping[str, Any] | None,
    section: str | None,
    component: str | None,
    direction: Literal["up", "down", "both"] | None,
    options: Mapping[str, Any],
) -> "tuple[xarray.DataArray, bool]":
    """Return the diagram, computed if need be, and whether its section is that of the maxima of the component."""
    if isinstance(system, str):
        system = get_system(system)
    if not isinstance(system, System):
        if parameters is not None or section is not None or options:
            raise InvalidArgumentError("parameters and section must be given with a system, got a diagram beside them")
        if not (hasattr(system, "coords") and hasattr(system, "name")):
            raise InvalidArgumentError(
                f"a diagram must be a system, its name, or come from bifurcation_diagram, got {type(system).__name__}"
            )
        return system, False
    if parameters is None:
        raise InvalidArgumentError(
            f"parameters must be a mapping of names to values, such as {{{next(iter(system.parameters), 'c')!r}: "
            "numpy.linspace(2, 6, 800)}, got None"
        )
    if section is not None:
        return bifurcation_diagram(system, parameters, section, direction=direction or "up", **options), False
    shown = system.variables[0] if component is None else component
    if shown not in system.variables:
        raise unknown_name(f"variable of {system.name}", shown, system.variables)
    return bifurcation_diagram(
        system, parameters, system.equations[shown], direction=direction or "down", **options
    ), True


def _component(diagram: "xarray.DataArray", names: tuple[str, ...], component: str | None) -> str:
    if component is not None:
        if component not in names:
            raise unknown_name(f"component of {diagram.name}", component, names)
        return component
    if np.isnan(diagram.values).all():
        raise InvalidArgumentError(
            f"a bifurcation diagram must have crossings of {diagram.attrs.get('surface')!r}, got none for any value"
        )
    spread = np.nanmax(diagram.values, axis=(0, 1)) - np.nanmin(diagram.values, axis=(0, 1))
    size = np.nanmax(np.abs(diagram.values), axis=(0, 1))
    return names[int((spread > 1e-6 * size).argmax())]
