"""SVG elements whose colours are the page's, so that they follow its light and dark mode, and files of the same."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from benchmark.comparison.number_text import short_name
from benchmark.report.colours import GREY, colour_number
from dysts.plotting.palette import LIGHT, SERIES_COLOURS

LONGEST_DRAWN_NAME = 24
LARGEST_SCALE = 1.75
"""Pixels of the page to a point of a figure, at most: letters of nine points are then as large as its text."""
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
DASHES = ("-", "--", ":", "-.")

# Placeholders that matplotlib writes as they are and the page's custom properties replace.
INK, MUTED, LINE, SURFACE = "#010101", "#020202", "#030303", "#040404"
_PROPERTIES = {INK: "ink", MUTED: "muted", LINE: "line", SURFACE: "surface"} | {
    f"#ab00{index:02d}": f"series-{index}" for index in range(SERIES_COLOURS + 1)
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
}


def drawn_name(name: str) -> str:
    """Return a name as figures write it: without its module, and cut where it would leave no room for the figure."""
    short = short_name(name)
    return short if len(short) <= LONGEST_DRAWN_NAME else short[: LONGEST_DRAWN_NAME - 1] + "…"


@contextmanager
def page_style() -> Iterator[None]:
    """Draw with the placeholders of the page's colours."""
    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure of a size in inches, with one pair of axes."""
    figure = empty_figure(width, height)
    return figure, figure.add_subplot()


def empty_figure(width: float, height: float) -> Figure:
    """Return a figure of a size in inches, without axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)  # type: ignore[union-attr, call-arg]
    return figure


def svg_element(figure: Figure, *, name: str, label: str) -> Markup:
    """Write a figure as an SVG element fit to stand among others on one page."""
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # Every figure numbers its parts alike; on one page the ids must differ.
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="|url\()#', rf"\1#{name}-", text)
    # Screens resolve tenths of a point; matplotlib writes millionths.
    text = re.sub(r'\bd="[^"]*"', lambda match: _NUMBER.sub(_rounded, match[0]), text)
    for placeholder, custom_property in _PROPERTIES.items():
        text = text.replace(placeholder, f"var(--{custom_property})")
    head, _, body = text.partition(">")
    head = re.sub(r'\s(width|height|version|xmlns(:xlink)?)="[^"]*"', "", head)
    # Larger than this, its letters would be larger than those of the page.
    largest = round(LARGEST_SCALE * 72 * figure.get_figwidth())
    head = f'{head} role="img" aria-label="{escape(label)}" style="max-width: {largest}px"'
    # Safe because matplotlib escapes the text that it draws.
    return Markup(head + ">" + body)


def _rounded(number: "re.Match[str]") -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def standalone(element: Markup) -> str:
    """Return the SVG file of an element of the page: with its namespaces, and colours for white paper."""
    text = re.sub(r"var\(--([a-z0-9-]+)\)", lambda match: LIGHT[match[1]], str(element))
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return '<?xml version="1.0" encoding="utf-8"?>\n' + text.replace("<svg", f"<svg {names}", 1) + "\n"


def series_colour(index: int) -> str:
    """Return the placeholder of a forecaster's colour."""
    return f"#ab00{colour_number(index):02d}"


def series_dashes(index: int) -> str:
    """Return the dashes of a forecaster's line: solid where it has a colour of its own."""
    return "-" if index < GREY else DASHES[index % len(DASHES)]
