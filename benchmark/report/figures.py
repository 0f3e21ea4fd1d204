"""Figures of one kind of results each: a forecast beside the truth, valid times, growth of errors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from numpy.typing import NDArray

from benchmark.report.curves import Panel
from benchmark.report.svg import (
    INK,
    MUTED,
    SERIES_COLOURS,
    SURFACE,
    drawn_name,
    new_figure,
    page_style,
    series_colour,
    series_dashes,
    svg_element,
)
from benchmark.scoring.table import VPT_THRESHOLD

MOST_POINTS = 40
"""Cells of a forecaster that are drawn one by one; more are drawn as a box."""
FEW_FORECASTERS = 12


def panel_svg(panel: Panel, *, series: int, name: str, label: str) -> Markup:
    """Draw truth and forecast of one cell against time after the last observation."""
    with page_style():
        figure, axes = new_figure(3.3, 1.45)
        times = panel.step * np.arange(1, len(panel.truth) + 1)
        past = panel.step * np.arange(1 - len(panel.past), 1)
        low, high = _frame(panel.low, panel.high)
        axes.axvspan(0, max(panel.valid, 0.0), color=series_colour(series), alpha=0.13, linewidth=0)
        axes.plot(past, panel.past, color=MUTED, linewidth=1.0)
        axes.plot(times, panel.truth, color=INK, linewidth=1.1)
        # Far outside the frame a runaway forecast would only make the file longer.
        shown = np.clip(panel.forecast, low - (high - low), high + (high - low))
        axes.plot(times, shown, color=series_colour(series), linewidth=1.7, alpha=0.95)
        axes.axvline(0, color=MUTED, linewidth=0.6)
        axes.set_xlim(past[0], times[-1])
        axes.set_ylim(low, high)
        axes.set_ylabel(panel.component, parse_math=False, fontsize=8)
        axes.set_yticks([])
        axes.locator_params(axis="x", nbins=6)
        axes.tick_params(axis="x", labelsize=7.5, length=2)
        return svg_element(figure, name=name, label=label)


def valid_times_svg(
    table: pd.DataFrame, board: pd.DataFrame, series: Mapping[str, int], *, name: str, label: str
) -> Markup:
    """Draw the valid prediction time of every cell, with the median and its interval per forecaster."""
    with page_style():
        height = 0.33 if len(board) <= FEW_FORECASTERS else 0.21
        figure, axes = new_figure(4.6, 0.8 + height * max(1, len(board)))
        for row, entry in enumerate(board.to_dict("records")):
            cells = table[(table["forecaster"] == entry["forecaster"]) & table["vpt"].notna()]
            values = cells["vpt"].to_numpy(dtype=np.float64)
            censored = cells["vpt_censored"].to_numpy(dtype=bool)
            colour = series_colour(series[str(entry["forecaster"])])
            if values.size > MOST_POINTS:
                low, lower, upper, high = np.quantile(values, (0.05, 0.25, 0.75, 0.95))
                axes.plot([low, high], [row, row], color=colour, linewidth=1.2)
                axes.barh(row, upper - lower, left=lower, height=0.55, color=colour, alpha=0.35, linewidth=0)
                _mark_median(axes, row, entry)
                continue
            heights = row + _spread(values.size)
            axes.scatter(values[~censored], heights[~censored], s=14, color=colour, alpha=0.75, linewidths=0)
            axes.scatter(
                values[censored],
                heights[censored],
                s=14,
                facecolor=SURFACE,
                edgecolor=colour,
                linewidths=1.1,
            )
            _mark_median(axes, row, entry)
            if np.isfinite(entry["vpt_low"]):
                high = entry["vpt_high"] if np.isfinite(entry["vpt_high"]) else entry["vpt_end"]
                axes.plot([entry["vpt_low"], high], [row, row], color=INK, linewidth=1.1)
        names = [drawn_name(str(forecaster)) for forecaster in board["forecaster"]]
        axes.set_yticks(range(len(names)), names, parse_math=False, color=INK)
        axes.set_ylim(len(names) - 0.45, -0.55)
        axes.set_xlim(left=-0.02 * max(1e-9, axes.get_xlim()[1]))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("valid prediction time, Lyapunov times")
        return svg_element(figure, name=name, label=label)


def _mark_median(axes: Axes, row: int, entry: Mapping[Any, Any]) -> None:
    if np.isfinite(entry["vpt"]):
        axes.plot([entry["vpt"]] * 2, [row - 0.36, row + 0.36], color=INK, linewidth=2.2)


def error_growth_svg(
    grid: NDArray[np.float64],
    medians: Mapping[str, NDArray[np.float64]],
    series: Mapping[str, int],
    *,
    name: str,
    label: str,
) -> Markup:
    """Draw the median error of each forecaster against Lyapunov time, with its name at its end."""
    with page_style():
        figure, axes = new_figure(4.6, max(2.9, 0.8 + 0.18 * len(medians)))
        finite = {key: values for key, values in medians.items() if np.isfinite(values).any()}
        for key, values in finite.items():
            index = series[key]
            shown = np.where(np.isfinite(values), np.clip(values, 1e-6, 1e3), np.nan)
            # Those with a colour of their own lie above the grey ones.
            above = 3.0 if index < SERIES_COLOURS else 2.0
            axes.plot(grid, shown, series_dashes(index), color=series_colour(index), linewidth=1.9, zorder=above)
        axes.set_yscale("log")
        everything = np.concatenate(list(finite.values())) if finite else np.ones(1)
        everything = everything[np.isfinite(everything) & (everything > 0)]
        bottom = max(1e-6, 0.6 * float(everything.min())) if everything.size else 0.01
        axes.set_ylim(bottom, max(3.0, min(10.0, 1.5 * float(everything.max(initial=1.0)))))
        axes.set_xlim(0, grid[-1])
        axes.axhline(VPT_THRESHOLD, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        _label_ends(axes, finite, series)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("time after the last observation, Lyapunov times")
        axes.set_ylabel("median normalised error")
        return svg_element(figure, name=name, label=label)


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
    gap = min(0.068, 1.0 / max(1, len(ends) - 1))
    crowded = gap * (len(ends) - 1) > 0.9
    if crowded:
        # No room is left to keep names near their curves: their order is what they can show.
        heights = np.linspace(0.0, 1.0, len(ends))
    for _ in range(0 if crowded else 200):
        close = np.flatnonzero(np.diff(heights) < gap - 1e-9)
        if not close.size:
            break
        for index in close:
            middle = (heights[index] + heights[index + 1]) / 2
            heights[index], heights[index + 1] = middle - gap / 2, middle + gap / 2
        heights += min(0.0, 1.0 - heights[-1])
    for height, (_, key) in zip(heights, ends, strict=True):
        axes.annotate(
            drawn_name(key),
            (1.0, float(height)),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=series_colour(series[key]),
            fontsize=8.5,
            parse_math=False,
            annotation_clip=False,
        )


def _spread(count: int) -> NDArray[np.float64]:
    """Return heights that keep points of one row apart, the same each time."""
    golden = 0.6180339887498949
    return np.asarray(0.5 * ((golden * np.arange(count)) % 1.0 - 0.5), dtype=np.float64)


def _frame(low: float, high: float) -> tuple[float, float]:
    margin = 0.12 * (high - low) or max(1.0, abs(high))
    return low - margin, high + margin
