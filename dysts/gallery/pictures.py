"""The pictures of the gallery: a small and a large projection and the series of a system, and the poster of all."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dysts.cache import replacing
from dysts.gallery.map_pictures import draw_map, draw_points, plane_of, points_of
from dysts.plotting import plot_projection, plot_series, view_of
from dysts.plotting.attractor import draw_projection
from dysts.plotting.series import SERIES_PERIODS
from dysts.plotting.style import INK, house_style
from dysts.plotting.view import period_of
from dysts.systems.kinds import MAP
from dysts.systems.system import System

THUMBNAIL_INCHES, THUMBNAIL_RESOLUTION = 2.4, 120
LARGE_RESOLUTION = 130
SERIES_RESOLUTION = 100
POSTER_COLUMNS = 15
POSTER_INCHES = 2.2
POSTER_PERIODS, POSTER_POINTS = 40.0, 90
POSTER_ITERATES = 8000
POSTER_RESOLUTION = 120


def draw_system(system: System, files: dict[str, Path]) -> None:
    """Draw the pictures of one system.

    Parameters
    ----------
    system : System
    files : dict of str to Path
        Where ``small``, ``large`` and ``series`` go; each appears when it is complete.

    Raises
    ------
    IntegrationError, MissingPackageError
    """
    if system.kind == MAP:
        draw_map(system, files, {"small": THUMBNAIL_RESOLUTION, "large": LARGE_RESOLUTION, "series": SERIES_RESOLUTION})
        return
    view = view_of(system)
    with house_style() as library:
        figure = library.figure.Figure(figsize=(THUMBNAIL_INCHES, THUMBNAIL_INCHES), layout="none")
        axes = figure.add_axes((0.03, 0.03, 0.94, 0.94))
        axes.axis("off")
        draw_projection(axes, view, *view.best_pair(), width=0.45)
        _save(figure, files["small"], THUMBNAIL_RESOLUTION)
    _save(plot_projection(view), files["large"], LARGE_RESOLUTION)
    end = int((view.times <= SERIES_PERIODS * period_of(view)).sum())
    shown = replace(view, times=view.times[:end], values=view.values[:end])
    _save(plot_series(shown), files["series"], SERIES_RESOLUTION)


def draw_poster(systems: Sequence[System], path: Path, *, report: Callable[[str], None] | None = None) -> None:
    """Draw the projections of all systems with their names on one page.

    Parameters
    ----------
    systems : sequence of System
    path : Path
        The ending chooses the format: png, pdf, webp.
    report : callable, optional
        Receives a line now and then.
    """
    columns = min(POSTER_COLUMNS, len(systems))
    rows = math.ceil(len(systems) / columns)
    with house_style() as library:
        figure = library.figure.Figure(figsize=(POSTER_INCHES * columns, POSTER_INCHES * 1.12 * rows))
        grid = figure.subplots(rows, columns, squeeze=False)
        for position, axes in enumerate(grid.flat):
            axes.axis("off")
            if position >= len(systems):
                continue
            system = systems[position]
            if system.kind == MAP:
                draw_points(axes, plane_of(system, points_of(system, POSTER_ITERATES))[0])
            else:
                view = view_of(system, periods=POSTER_PERIODS, points_per_period=POSTER_POINTS)
                draw_projection(axes, view, *view.best_pair(), width=0.35)
            # Small collections of lines as pixels keep a PDF of all systems readable.
            for collection in axes.collections:
                collection.set_rasterized(True)
            axes.set_title(system.name, fontsize=7, color=INK, loc="center", pad=2.0)
            if report and (position + 1) % columns == 0:
                report(f"poster: {position + 1} of {len(systems)}")
        _save(figure, path, POSTER_RESOLUTION)


def _save(figure: object, path: Path, resolution: int) -> None:
    with replacing(path) as part:
        figure.savefig(part, dpi=resolution, format=path.suffix[1:])  # type: ignore[attr-defined]
