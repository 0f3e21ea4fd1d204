"""Draws a series of one's own above those of the systems most like it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dysts.atlas.features import POINTS_PER_CYCLE, rescaled
from dysts.atlas.windows import DATA_SET
from dysts.plotting.style import ACCENT, INK, house_style, label_of
from dysts.systems.registry import get_system

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN_CYCLES = 25
"""Number of cycles in the figure."""


def draw_nearest(series: np.ndarray, beside: Sequence[tuple[str, str, float]]) -> "Figure":
    """Draw a component of a series above the components of systems that stand beside it.

    Parameters
    ----------
    series : numpy.ndarray [time]
    beside : sequence of (str, str, float)
        System, component and distance of each.

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    """
    from dysts.datasets import open_dataset

    curves = [("the series", rescaled(series), ACCENT)]
    stored = open_dataset(DATA_SET)
    for name, component, distance in beside:
        position = get_system(name).observable_names.index(component)
        window = stored[name]["series"].values[0, :, position].astype(np.float64)
        curves.append((f"{name} {component}, distance {distance:.3g}", rescaled(window), INK))
    with house_style() as library:
        figure = library.figure.Figure(figsize=(8.0, 1.0 + 1.3 * len(curves)))
        panels = figure.subplots(len(curves), 1, sharex=True, squeeze=False)[:, 0]
        for panel, (name, values, colour) in zip(panels, curves, strict=True):
            values = values[: SHOWN_CYCLES * POINTS_PER_CYCLE]
            panel.plot(np.arange(len(values)) / POINTS_PER_CYCLE, values, color=colour, linewidth=0.8)
            panel.set_title(label_of(name), fontsize=10)
        panels[-1].set_xlabel("cycles")
    return figure
