"""Figures as inline SVG whose colours are the page's, so that they follow its light and dark mode."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmark.comparison import short_name
from benchmark.report.curves import Panel
from benchmark.scores import VPT_THRESHOLD

SERIES_COLOURS = 6
"""Number of colours of the page; further forecasters differ by their dashes."""

_DASHES = ("-", "--", ":", "-.")

# Placeholders that matplotlib writes as they are and the page's custom properties replace.
_INK, _MUTED, _LINE, _SURFACE = "#010101", "#020202", "#030303", "#040404"
_PROPERTIES = {_INK: "ink", _MUTED: "muted", _LINE: "line", _SURFACE: "surface"} | {
    f"#ab00{index:02d}": f"series-{index}" for index in range(SERIES_COLOURS)
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _MUTED,
    "axes.edgecolor": _LINE,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "grid.color": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
}


def panel_svg(panel: Panel, *, series: int, name: str, label: str) -> Markup:
    """Draw truth and forecast of one cell against time after the last observation."""
    with matplotlib.rc_context(_STYLE):
        figure, axes = _figure(3.3, 1.45)
        times = panel.step * np.arange(1, len(panel.truth) + 1)
        past = panel.step * np.arange(1 - len(panel.past), 1)
        low, high = _frame(panel.low, panel.high)
        axes.axvspan(0, max(panel.valid, 0.0), color=_series_colour(series), alpha=0.13, linewidth=0)
        axes.plot(past, panel.past, color=_MUTED, linewidth=1.0)
        axes.plot(times, panel.truth, color=_INK, linewidth=1.1)
        # Far outside the frame a runaway forecast would only make the file longer.
        shown = np.clip(panel.forecast, low - (high - low), high + (high - low))
        axes.plot(times, shown, color=_series_colour(series), linewidth=1.7, alpha=0.95)
        axes.axvline(0, color=_MUTED, linewidth=0.6)
        axes.set_xlim(past[0], times[-1])
        axes.set_ylim(low, high)
        axes.set_ylabel(panel.component, parse_math=False, fontsize=8)
        axes.set_yticks([])
        axes.locator_params(axis="x", nbins=6)
        axes.tick_params(axis="x", labelsize=7.5, length=2)
        return _svg(figure, name=name, label=label)


def valid_times_svg(
    table: pd.DataFrame, board: pd.DataFrame, series: Mapping[str, int], *, name: str, label: str
) -> Markup:
    """Draw the valid prediction time of every cell, with the median and its interval per forecaster."""
    with matplotlib.rc_context(_STYLE):
        figure, axes = _figure(4.6, 0.8 + 0.33 * max(1, len(board)))
        for row, entry in enumerate(board.to_dict("records")):
            cells = table[(table["forecaster"] == entry["forecaster"]) & table["vpt"].notna()]
            values = cells["vpt"].to_numpy(dtype=np.float64)
            censored = cells["vpt_censored"].to_numpy(dtype=bool)
            heights = row + _spread(values.size)
            colour = _series_colour(series[str(entry["forecaster"])])
            axes.scatter(values[~censored], heights[~censored], s=14, color=colour, alpha=0.75, linewidths=0)
            axes.scatter(
                values[censored],
                heights[censored],
                s=14,
                facecolor=_SURFACE,
                edgecolor=colour,
                linewidths=1.1,
            )
            if np.isfinite(entry["vpt"]):
                axes.plot([entry["vpt"]] * 2, [row - 0.36, row + 0.36], color=_INK, linewidth=2.2)
            if np.isfinite(entry["vpt_low"]):
                axes.plot([entry["vpt_low"], entry["vpt_high"]], [row, row], color=_INK, linewidth=1.1)
        names = [short_name(str(forecaster)) for forecaster in board["forecaster"]]
        axes.set_yticks(range(len(names)), names, parse_math=False, color=_INK)
        axes.set_ylim(len(names) - 0.45, -0.55)
        axes.set_xlim(left=-0.02 * max(1e-9, axes.get_xlim()[1]))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("valid prediction time, Lyapunov times")
        return _svg(figure, name=name, label=label)


def error_growth_svg(
    grid: NDArray[np.float64],
    medians: Mapping[str, NDArray[np.float64]],
    series: Mapping[str, int],
    *,
    name: str,
    label: str,
) -> Markup:
    """Draw the median error of each forecaster against Lyapunov time, with its name at its end."""
    with matplotlib.rc_context(_STYLE):
        figure, axes = _figure(4.6, 2.9)
        finite = {key: values for key, values in medians.items() if np.isfinite(values).any()}
        for key, values in finite.items():
            index = series[key]
            shown = np.where(np.isfinite(values), np.clip(values, 1e-6, 1e3), np.nan)
            dashes = _DASHES[index // SERIES_COLOURS % len(_DASHES)]
            axes.plot(grid, shown, dashes, color=_series_colour(index), linewidth=1.9)
        axes.set_yscale("log")
        everything = np.concatenate(list(finite.values())) if finite else np.ones(1)
        everything = everything[np.isfinite(everything) & (everything > 0)]
        bottom = max(1e-6, 0.6 * float(everything.min())) if everything.size else 0.01
        axes.set_ylim(bottom, max(3.0, min(10.0, 1.5 * float(everything.max(initial=1.0)))))
        axes.set_xlim(0, grid[-1])
        axes.axhline(VPT_THRESHOLD, color=_MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        _label_ends(axes, finite, series)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("time after the last observation, Lyapunov times")
        axes.set_ylabel("median normalised error")
        return _svg(figure, name=name, label=label)


def _label_ends(
    axes: Axes,
    medians: Mapping[str, NDArray[np.float64]],
    series: Mapping[str, int],
) -> None:
    """Write each name at the right of its curve, pushed apart until none overlap."""
    low, high = np.log10(axes.get_ylim())
    ends = []
    for key, values in medians.items():
        last = float(values[np.isfinite(values)][-1])
        height = (np.log10(max(last, 1e-300)) - low) / (high - low)
        ends.append((float(np.clip(height, 0.0, 1.0)), key))
    ends.sort()
    heights = np.array([height for height, _ in ends])
    gap = 0.068
    for _ in range(200):
        close = np.flatnonzero(np.diff(heights) < gap - 1e-9)
        if not close.size:
            break
        for index in close:
            middle = (heights[index] + heights[index + 1]) / 2
            heights[index], heights[index + 1] = middle - gap / 2, middle + gap / 2
        heights += min(0.0, 1.0 - heights[-1])
    for height, (_, key) in zip(heights, ends, strict=True):
        axes.annotate(
            short_name(key),
            (1.0, float(height)),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=_series_colour(series[key]),
            fontsize=8.5,
            parse_math=False,
            annotation_clip=False,
        )


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)  # type: ignore[union-attr, call-arg]
    return figure, figure.add_subplot()


def _svg(figure: Figure, *, name: str, label: str) -> Markup:
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
    for placeholder, custom_property in _PROPERTIES.items():
        text = text.replace(placeholder, f"var(--{custom_property})")
    head, _, body = text.partition(">")
    head = re.sub(r'\s(width|height|version|xmlns(:xlink)?)="[^"]*"', "", head)
    head = f'{head} role="img" aria-label="{escape(label)}"'
    # Safe because matplotlib escapes the text that it draws.
    return Markup(head + ">" + body)


def _series_colour(index: int) -> str:
    return f"#ab00{index % SERIES_COLOURS:02d}"


def _spread(count: int) -> NDArray[np.float64]:
    """Return heights that keep points of one row apart, the same each time."""
    golden = 0.6180339887498949
    return np.asarray(0.5 * ((golden * np.arange(count)) % 1.0 - 0.5), dtype=np.float64)


def _frame(low: float, high: float) -> tuple[float, float]:
    margin = 0.12 * (high - low) or max(1.0, abs(high))
    return low - margin, high + margin


def legend(forecasters: Sequence[str]) -> dict[str, int]:
    """Give each forecaster the number of its colour."""
    return {name: index for index, name in enumerate(forecasters)}
