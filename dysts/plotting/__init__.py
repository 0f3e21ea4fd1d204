"""Pictures with matplotlib of a system or a trajectory; every function returns the figure, and draws into ``ax``."""

from collections.abc import Callable
from typing import Any

from dysts.plotting.animation import animate
from dysts.plotting.attractor import plot_projection, plot_space
from dysts.plotting.bifurcation import plot_bifurcation
from dysts.plotting.series import plot_return_map, plot_series, plot_spectrum
from dysts.plotting.view import View, view_of

PLOTS: dict[str, Callable[..., Any]] = {
    "projection": plot_projection,
    "space": plot_space,
    "series": plot_series,
    "spectrum": plot_spectrum,
    "return-map": plot_return_map,
    "bifurcation": plot_bifurcation,
}
"""The drawing functions by the name of their kind of picture, as the command line spells it."""

__all__ = [
    "PLOTS",
    "View",
    "animate",
    "plot_bifurcation",
    "plot_projection",
    "plot_return_map",
    "plot_series",
    "plot_space",
    "plot_spectrum",
    "view_of",
]
