"""The pictures of a map for the gallery: its points in the plane, or its graph, and its first iterates."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dysts.integration.integrate import integrate
from dysts.plotting.style import ACCENT, INK, house_style, label_of
from dysts.systems.system import System

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 20_000
"""Number of iterates in the pictures of the plane."""
SKIPPED = 1000
"""Iterates before them, in which the orbit comes to its attractor."""
SHOWN = 100
"""Number of iterates in the series."""
DOT = 0.35
"""Size of a dot in square points."""
FEW, LARGE_DOT = 200, 12.0
"""Distinct points up to which dots are large, and their size in square points: a periodic orbit has few."""


def points_of(system: System, count: int) -> np.ndarray:
    """Return the states of iterates on the attractor: float64 [iterate, component]."""
    values: np.ndarray = integrate(system, times=SKIPPED + np.arange(count)).values
    return values


def plane_of(system: System, points: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    """Return the plane that is drawn, float64 [point, 2], and the labels of its axes.

    These are the first two components; of a single one, each value and the next.
    """
    names = system.variables
    if len(names) == 1:
        return np.column_stack([points[:-1, 0], points[1:, 0]]), (names[0], f"next {names[0]}")
    return points[:, :2], (names[0], names[1])


def draw_points(axes: "Axes", plane: np.ndarray, *, size: float = DOT) -> None:
    """Draw points of the plane as dots, large ones where there are few."""
    if len(np.unique(plane.round(9), axis=0)) <= FEW:
        size = LARGE_DOT
    axes.scatter(plane[:, 0], plane[:, 1], s=size, color=INK, linewidths=0.0, rasterized=True)


def draw_map(system: System, files: dict[str, Path], resolutions: dict[str, int]) -> None:
    """Draw the pictures of one map.

    Parameters
    ----------
    system : System
    files : dict of str to Path
        Where ``small``, ``large`` and ``series`` go.
    resolutions : dict of str to int
        Dots per inch of each.

    Raises
    ------
    IntegrationError, MissingPackageError
    """
    from dysts.cache import replacing

    points = points_of(system, POINTS)
    plane, labels = plane_of(system, points)
    with house_style() as library:
        small = library.figure.Figure(figsize=(2.4, 2.4), layout="none")
        frame = small.add_axes((0.03, 0.03, 0.94, 0.94))
        frame.axis("off")
        draw_points(frame, plane, size=0.2)
        large = library.figure.Figure(figsize=(6.0, 5.0))
        axes = large.subplots()
        draw_points(axes, plane)
        axes.set(xlabel=label_of(labels[0]), ylabel=label_of(labels[1]), title=label_of(system.name))
        names = system.variables
        series = library.figure.Figure(figsize=(8.0, 1.0 + 1.15 * len(names)))
        panels = series.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
        for index, (panel, name) in enumerate(zip(panels, names, strict=True)):
            numbers = SKIPPED + np.arange(SHOWN)
            panel.plot(numbers, points[:SHOWN, index], color=INK, linewidth=0.4)
            panel.plot(numbers, points[:SHOWN, index], color=ACCENT, linestyle="none", marker=".", markersize=3.0)
            panel.set_ylabel(label_of(name))
        panels[-1].set_xlabel("iterate")
        panels[0].set_title(label_of(system.name))
        for kind, figure in (("small", small), ("large", large), ("series", series)):
            with replacing(files[kind]) as part:
                figure.savefig(part, dpi=resolutions[kind], format=files[kind].suffix[1:])
