"""Figures of one kind of results each: a forecast beside the truth, valid times, growth of errors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from numpy.typing import NDArray

from benchmark.comparison.censored_times import survival_curve
from benchmark.comparison.medians import tied
from benchmark.report.colours import GREY
from benchmark.report.curves import Panel
from benchmark.report.svg import (
    INK,
    MUTED,
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
LINEAR_UP_TO = 0.1
"""Valid time, in Lyapunov times, up to which its axis is linear; it is logarithmic above."""
BOX_LEVELS = (0.05, 0.25, 0.75, 0.95)
SMALLEST_ERROR = 1e-6
"""Least error that is drawn. A curve that stays below is left out, as it would lie on the frame."""
LABEL_GAP = 0.068
"""Distance of two names at the ends of curves, as a fraction of the height of the axes."""


def panel_svg(panel: Panel, *, series: int, name: str, label: str) -> Markup:
    """Draw truth and forecast of one cell against time after the last observation."""
    with page_style():
        figure, axes = new_figure(3.3, 1.45)
        times = panel.step * np.arange(1, len(panel.truth) + 1)
        past = panel.step * np.arange(1 - len(panel.past), 1)
        low, high = _frame(panel.low, panel.high)
        axes.axvspan(0, max(panel.valid, 0.0), color=series_colour(series), alpha=0.13, linewidth=0)
        # Far outside the frame a runaway forecast would only make the file longer.
        shown = np.clip(panel.forecast, low - (high - low), high + (high - low))
        axes.plot(times, shown, color=series_colour(series), linewidth=2.4)
        # Above the forecast, which would hide it wherever it is right.
        axes.plot(past, panel.past, color=MUTED, linewidth=0.8)
        axes.plot(times, panel.truth, color=INK, linewidth=0.8)
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
                _draw_box(axes, row, values, censored, colour)
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
        _scale_valid_times(axes)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("Valid time, Lyapunov times")
        return svg_element(figure, name=name, label=label)


def _draw_box(axes: Axes, row: int, values: NDArray[np.float64], censored: NDArray[np.bool_], colour: str) -> None:
    """Draw the product-limit quantiles of valid times; those that censoring hides lie beyond the longest time."""
    curve = survival_curve(tied(values), censored)
    quantiles = [curve.quantile(level) for level in BOX_LEVELS]
    end = float(values.max())
    low, lower, upper, high = (min(value, end) for value in quantiles)
    axes.plot([low, high], [row, row], color=colour, linewidth=1.2)
    axes.barh(row, upper - lower, left=lower, height=0.55, color=colour, alpha=0.35, linewidth=0)
    if np.isinf(quantiles[-1]):
        axes.plot([end], [row], marker=">", markersize=5, color=colour)


def _scale_valid_times(axes: Axes) -> None:
    right = max(1.0, axes.get_xlim()[1])
    axes.set_xscale("symlog", linthresh=LINEAR_UP_TO)
    axes.set_xlim(-0.1 * LINEAR_UP_TO, right)
    ticks = [0.0, *(tick for tick in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0) if tick <= right)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


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
        finite = drawn_curves(medians)
        for key, values in finite.items():
            index = series[key]
            shown = np.where(np.isfinite(values), np.clip(values, SMALLEST_ERROR, 1e3), np.nan)
            # Those with a colour of their own lie above the grey ones.
            above = 3.0 if index < GREY else 2.0
            width = 2.1 if index < GREY else 1.3
            axes.plot(grid, shown, series_dashes(index), color=series_colour(index), linewidth=width, zorder=above)
        axes.set_yscale("log")
        everything = np.concatenate(list(finite.values())) if finite else np.ones(1)
        everything = everything[np.isfinite(everything) & (everything > 0)]
        bottom = max(SMALLEST_ERROR, 0.6 * float(everything.min())) if everything.size else 0.01
        axes.set_ylim(bottom, max(3.0, min(10.0, 1.5 * float(everything.max(initial=1.0)))))
        axes.set_xlim(0, grid[-1])
        axes.axhline(VPT_THRESHOLD, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        _label_ends(axes, finite, series)
        axes.grid(axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("Time after the last observation, Lyapunov times")
        axes.set_ylabel("Median error, standard deviations")
        return svg_element(figure, name=name, label=label)


def drawn_curves(medians: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return the curves of errors that rise above the least error that is drawn."""
    return {
        key: values
        for key, values in medians.items()
        if np.isfinite(values).any() and values[np.isfinite(values)].max() >= SMALLEST_ERROR
    }


def _label_ends(
    axes: Axes,
    medians: Mapping[str, NDArray[np.float64]],
    series: Mapping[str, int],
) -> None:
    """Write each name at the right of its curve, joined to it by a line and pushed apart until none overlap."""
    low, high = np.log10(axes.get_ylim())
    ends = []
    for key, values in medians.items():
        last = float(values[np.isfinite(values)][-1])
        height = (np.log10(max(last, 1e-300)) - low) / (high - low)
        ends.append((float(np.clip(height, 0.0, 1.0)), key))
    ends.sort()
    heights = spread_labels(np.array([height for height, _ in ends]))
    for height, (end, key) in zip(heights, ends, strict=True):
        axes.plot(
            [1.0, 1.03],
            [end, float(height)],
            color=series_colour(series[key]),
            linewidth=1.2,
            transform=axes.transAxes,
            clip_on=False,
        )
        axes.annotate(
            drawn_name(key),
            (1.035, float(height)),
            xycoords="axes fraction",
            xytext=(2, 0),
            textcoords="offset points",
            va="center",
            # The colours of curves are too light for letters.
            color=INK if series[key] < GREY else MUTED,
            fontweight="bold" if series[key] < GREY else "normal",
            fontsize=8.5,
            parse_math=False,
            annotation_clip=False,
        )


def spread_labels(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rising heights between 0 and 1, moved as little as need be to have a gap between each two.

    Examples
    --------
    >>> spread_labels(np.array([0.0, 0.0, 0.5])).round(3).tolist()
    [0.0, 0.068, 0.5]
    """
    if heights.size < 2:
        return heights
    gap = min(LABEL_GAP, 1.0 / (heights.size - 1))
    moved = heights.astype(np.float64)
    for place in range(1, moved.size):
        moved[place] = max(moved[place], moved[place - 1] + gap)
    # The pass upwards may push names out of the frame; one downwards brings them back.
    moved[-1] = min(moved[-1], 1.0)
    for place in range(moved.size - 2, -1, -1):
        moved[place] = min(moved[place], moved[place + 1] - gap)
    return moved


def _spread(count: int) -> NDArray[np.float64]:
    """Return heights that keep points of one row apart, the same each time."""
    golden = 0.6180339887498949
    return np.asarray(0.5 * ((golden * np.arange(count)) % 1.0 - 0.5), dtype=np.float64)


def _frame(low: float, high: float) -> tuple[float, float]:
    margin = 0.12 * (high - low) or max(1.0, abs(high))
    return low - margin, high + margin
