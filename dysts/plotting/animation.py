"""Films of trajectories: points that move over two components, each with a tail."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dysts.cache import put_in_place, temporary_folder
from dysts.checks import check_count, check_path, check_positive
from dysts.errors import InvalidArgumentError, MissingPackageError
from dysts.plotting.attractor import MARGIN
from dysts.plotting.style import house_style, label_of
from dysts.plotting.view import Drawable, View, view_of
from dysts.version import install_command

MOST_FRAMES = 5000
"""Largest number of frames, which is over three minutes."""
MOST_TRAJECTORIES = 100
"""Largest number of trajectories in one film."""
TAIL = 0.1
"""Length of the tail behind each point, as a part of the trajectory."""
SHADES = "tab10"
"""Colour map of several trajectories."""


def animate(
    given: Drawable | Sequence[Drawable],
    path: str | os.PathLike[str],
    *,
    components: tuple[str, str] | None = None,
    seconds: float = 10.0,
    frames_per_second: int = 25,
) -> Path:
    """Write a film of one or many trajectories, two components against each other.

    All trajectories are shown from their first point to their last within the length of the film, the whole curve of a
    single one faintly below.

    Parameters
    ----------
    given : System, str, View, xarray.DataArray, or a sequence of them
        A system is integrated for 60 periods. A trajectory has the dimensions (time, component); with the dimension
        ``trajectory`` as well, as `dysts.integrate` returns of many initial conditions, every one of them moves.
    path : path
        ``*.gif``, ``*.mp4`` where the program ffmpeg is installed, or a folder without an ending for one PNG file for
        each frame. Replaced in one step.
    components : tuple of two str, optional
        By default those whose projection fills most of its frame.
    seconds : float
        Length of the film.
    frames_per_second : int

    Returns
    -------
    Path
        The film.

    Raises
    ------
    InvalidArgumentError, UnknownNameError
        If there are more than 5000 frames, other endings, or no such components.
    MissingPackageError
        If matplotlib, or ffmpeg for ``*.mp4``, is not installed.
    StorageError
        If the film cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> film = animate("Lorenz", folder / "lorenz.gif", seconds=0.2, frames_per_second=10)
    >>> film.read_bytes()[:3]
    b'GIF'
    """
    target = Path(check_path("path", path))
    if target.suffix not in (".gif", ".mp4", ""):
        raise InvalidArgumentError(f"a film must be *.gif, *.mp4 or a folder without an ending, got {target.name!r}")
    count = max(2, round(check_positive("seconds", seconds) * check_count("frames_per_second", frames_per_second)))
    if count > MOST_FRAMES:
        raise InvalidArgumentError(f"a film must have at most {MOST_FRAMES} frames, got {count}")
    views = _views(given)
    first, second = views[0].best_pair() if components is None else views[0].columns(components, 2)
    planes = [view.values[:, [first, second]] for view in views]
    with house_style() as library:
        figure, draw = _stage(library, views[0], planes, (first, second))
        with temporary_folder(target) as folder:
            part = folder / target.name
            if target.suffix:
                _film(figure, draw, part, count, frames_per_second)
            else:
                part.mkdir()
                for number in range(count):
                    draw(number / (count - 1))
                    figure.savefig(part / f"{number:04d}.png", dpi=100)
            put_in_place(part, target)
    return target


def _views(given: Any) -> list[View]:
    if isinstance(given, list | tuple):
        views = [view for each in given for view in _views(each)]
    elif hasattr(given, "dims") and "trajectory" in given.dims:
        views = [view_of(given.isel(trajectory=index)) for index in range(given.sizes["trajectory"])]
    else:
        views = [view_of(given)]
    if not 0 < len(views) <= MOST_TRAJECTORIES:
        raise InvalidArgumentError(f"a film must have 1 to {MOST_TRAJECTORIES} trajectories, got {len(views)}")
    others = {view.names for view in views}
    if len(others) > 1:
        raise InvalidArgumentError(f"the trajectories of a film must have the same components, got {sorted(others)}")
    if len(views[0].names) < 2:
        raise InvalidArgumentError(f"a film must have two components, got {', '.join(views[0].names)}")
    return views


def _stage(library: Any, view: View, planes: list[np.ndarray], columns: tuple[int, int]) -> tuple[Any, Any]:
    """Return the figure, and a function that draws the state at a part of the film between 0 and 1."""
    figure = library.figure.Figure(figsize=(6.0, 5.0))
    axes = figure.add_subplot()
    low = np.min([plane.min(axis=0) for plane in planes], axis=0)
    high = np.max([plane.max(axis=0) for plane in planes], axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    axes.set(
        xlim=(low[0] - margin[0], high[0] + margin[0]),
        ylim=(low[1] - margin[1], high[1] + margin[1]),
        xlabel=label_of(view.names[columns[0]]),
        ylabel=label_of(view.names[columns[1]]),
        title=label_of(view.title),
    )
    if len(planes) == 1:
        axes.plot(*planes[0].T, color="0.88", linewidth=0.5, zorder=1)
    colours = [library.colormaps[SHADES](index % 10) for index in range(len(planes))]
    tails = [axes.plot([], [], color=colour, linewidth=1.2, zorder=2)[0] for colour in colours]
    heads = [axes.plot([], [], "o", color=colour, markersize=4, zorder=3)[0] for colour in colours]

    def draw(part: float) -> None:
        for plane, tail, head in zip(planes, tails, heads, strict=True):
            now = round(part * (len(plane) - 1))
            begin = max(0, now - round(TAIL * len(plane)))
            tail.set_data(*plane[begin : now + 1].T)
            head.set_data(*plane[now : now + 1].T)

    return figure, draw


def _film(figure: Any, draw: Any, part: Path, count: int, frames_per_second: int) -> None:
    from matplotlib import animation

    if part.suffix == ".mp4" and not animation.writers.is_available("ffmpeg"):
        raise MissingPackageError("*.mp4 needs the program ffmpeg; write *.gif, or a folder of frames")
    kind = animation.FFMpegWriter if part.suffix == ".mp4" else animation.PillowWriter
    try:
        writer = kind(fps=frames_per_second)
        with writer.saving(figure, str(part), dpi=100):
            for number in range(count):
                draw(number / (count - 1))
                writer.grab_frame()
    except ImportError as error:
        raise MissingPackageError(f"*.gif needs pillow: {install_command('plot')}") from error
