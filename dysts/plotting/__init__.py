"""Pictures of a system with matplotlib; every function returns the figure, for people who want to change it."""

from collections.abc import Callable
from typing import Any

from dysts.plotting.attractor import plot_projection, plot_space
from dysts.plotting.series import plot_return_map, plot_series, plot_spectrum
from dysts.plotting.view import View, view_of

PLOTS: dict[str, Callable[..., Any]] = {
    "projection": plot_projection,
    "space": plot_space,
    "series": plot_series,
    "spectrum": plot_spectrum,
    "return-map": plot_return_map,
}
"""The kinds of pictures by the names of the command line."""

__all__ = [
    "PLOTS",
    "View",
    "plot_projection",
    "plot_return_map",
    "plot_series",
    "plot_space",
    "plot_spectrum",
    "view_of",
]
