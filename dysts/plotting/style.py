"""The style of all pictures: thin lines, few marks, and a colour map whose order every kind of vision sees."""

import contextlib
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dysts.errors import InvalidArgumentError, MissingPackageError
from dysts.version import install_command

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, PAPER, ACCENT = "#1b1b1f", "#6b6b73", "#ffffff", "#b5452c"
COLOUR_MAP = "viridis"
"""Perceptually uniform, and ordered in lightness, so that it survives grey print and colour blindness."""
DARKEST, LIGHTEST = 0.05, 0.88
"""Part of the colour map in use, as fractions of its range; the yellow at its end is too pale on paper."""
RESOLUTION = 150

_STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.formatter.useoffset": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "figure.constrained_layout.use": True,
    "svg.fonttype": "none",
}


def matplotlib() -> ModuleType:
    """Import matplotlib and return it.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    InvalidArgumentError
        If the environment asks for a backend that it does not know.
    """
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError as error:
        raise MissingPackageError(f"pictures need matplotlib: {install_command('plot')}") from error
    except ValueError as error:
        # matplotlib refuses what the environment asks for when it is imported.
        reason = str(error).partition(";")[0]
        raise InvalidArgumentError(f"MPLBACKEND must name a backend of matplotlib: {reason}") from error
    return matplotlib


@contextlib.contextmanager
def house_style() -> Iterator[ModuleType]:
    """Apply the style to pictures drawn inside the block only."""
    library = matplotlib()
    with library.rc_context(_STYLE):
        yield library


def figure_of(ax: "Axes | None", size: tuple[float, float]) -> tuple[Any, Any]:
    """Return the figure to draw into and its axes: those given, or new ones of a size in inches."""
    if ax is None:
        figure = matplotlib().figure.Figure(figsize=size)
        return figure, figure.add_subplot()
    return ax.get_figure(root=True), ax


def label_of(name: str) -> str:
    """Return the name of a component as a picture shows it.

    Examples
    --------
    >>> label_of("sin_theta1"), label_of("x")
    ('sin theta1', 'x')
    """
    # A dollar sign begins a formula for matplotlib.
    return name.replace("_", " ").replace("$", r"\$")
