"""Figures that compare forecasters: mean ranks, score against cost, systems against forecasters, invariants."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from benchmark.comparison import RankComparison
from benchmark.comparison.number_text import figures
from benchmark.report.colours import GREY
from benchmark.report.svg import (
    INK,
    LINE,
    MUTED,
    drawn_name,
    empty_figure,
    new_figure,
    page_style,
    series_colour,
    series_dashes,
    svg_element,
)
from dysts.systems.as_text import title_of

COLOUR_MAP = "viridis"
BAND_COLUMNS = 5
SHOWN_ERRORS = (1e-4, 1e1)
"""Limits of an axis; smaller and larger values are drawn at its edge, and a median that never rises above the lower
one is not drawn."""
MEDIAN = "(median)"
"""The row of `benchmark.comparison.invariant_correlations` for the median over forecasters."""


def mean_ranks_svg(ranks: RankComparison, series: Mapping[str, int], *, name: str) -> Markup:
    """Draw a critical-difference diagram: mean ranks, and bars over those that the test does not tell apart.

    References
    ----------
    J. Demšar, Journal of Machine Learning Research 7 (2006) 1-30, figure 1.
    """
    means = ranks.mean_ranks
    count = len(means)
    half = (count + 1) // 2
    with page_style():
        figure, axes = new_figure(8.6, 0.75 + 0.19 * half + 0.11 * len(ranks.groups))
        bars = 0.55 * len(ranks.groups) + 0.6
        for position, (forecaster, mean) in enumerate(means.items()):
            left = position < half
            height = bars + (position if left else count - 1 - position) + 0.4
            edge = 0.2 if left else count + 0.8
            colour = series_colour(series[str(forecaster)])
            axes.plot([mean, mean, edge], [0, height, height], color=colour, linewidth=1.1, clip_on=False)
            axes.annotate(
                f"{drawn_name(str(forecaster))}  {mean:.1f}" if left else f"{mean:.1f}  {drawn_name(str(forecaster))}",
                (edge, height),
                xytext=(-4 if left else 4, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="center",
                fontsize=8.5,
                parse_math=False,
                annotation_clip=False,
            )
        for position, group in enumerate(ranks.groups):
            ends = means[list(group)]
            height = 0.55 * position + 0.6
            axes.plot([ends.min() - 0.05, ends.max() + 0.05], [height] * 2, color=INK, linewidth=3.0)
        axes.plot([1, 1 + ranks.critical_difference], [-1.5] * 2, color=MUTED, linewidth=1.4, clip_on=False)
        axes.annotate(
            f"critical difference {ranks.critical_difference:.2f}",
            (1 + ranks.critical_difference, -1.5),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=MUTED,
            annotation_clip=False,
        )
        axes.set_xlim(0.6, count + 0.4)
        axes.set_ylim(bars + half + 0.2, -0.1)
        axes.xaxis.tick_top()
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.spines["top"].set_visible(True)
        axes.set_yticks([])
        axes.set_xticks(np.unique(np.linspace(1, count, min(count, 9)).round()))
        best = "; ".join(f"{drawn_name(str(each))} {mean:.1f}" for each, mean in means.head(5).items())
        label = f"Mean ranks over {ranks.systems} systems, best first: {best}"
        return svg_element(figure, name=name, label=label)


def cost_svg(front: pd.DataFrame, series: Mapping[str, int], *, score: str, name: str) -> Markup:
    """Draw the median score of each forecaster against the seconds that it takes, and which are not beaten."""
    shown = front[np.isfinite(front["seconds"]) & np.isfinite(front["score"])]
    with page_style():
        figure, axes = new_figure(4.6, 3.2)
        best = shown[shown["on_front"]].sort_values("seconds")
        axes.step(best["seconds"], best["score"], where="post", color=LINE, linewidth=2.0, zorder=1)
        for row in shown.to_dict("records"):
            colour = series_colour(series[str(row["forecaster"])])
            filled = colour if row["on_front"] else "none"
            axes.scatter(row["seconds"], row["score"], s=26, facecolor=filled, edgecolor=colour, linewidths=1.2)
        named = shown["on_front"] | shown["forecaster"].map(lambda each: series[str(each)] < GREY)
        for row in shown[named].to_dict("records"):
            axes.annotate(
                drawn_name(str(row["forecaster"])),
                (row["seconds"], row["score"]),
                xytext=(4, 5),
                textcoords="offset points",
                fontsize=8,
                parse_math=False,
            )
        axes.set_xscale("log")
        axes.margins(x=0.12, y=0.1)
        axes.grid(linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("Seconds to fit and forecast, median")
        axes.set_ylabel(score)
        told = "; ".join(
            f"{drawn_name(str(row['forecaster']))} {figures(row['score'])}" for row in best.to_dict("records")
        )
        return svg_element(figure, name=name, label=f"Score against seconds. Not beaten at their cost: {told}")


def heat_map_svg(values: pd.DataFrame, *, unit: str, name: str) -> Markup:
    """Draw a table of values, a row per system and a column per forecaster, both in the order given."""
    with page_style():
        height = 1.0 + 0.095 * len(values)
        figure, axes = new_figure(8.6, max(2.2, height))
        colours = matplotlib.colormaps[COLOUR_MAP].with_extremes(bad=LINE)
        image = axes.imshow(
            values.to_numpy(dtype=np.float64), aspect="auto", cmap=colours, interpolation="nearest", vmin=0.0
        )
        axes.set_xticks(
            range(values.shape[1]), [drawn_name(str(each)) for each in values.columns], rotation=90, parse_math=False
        )
        axes.set_yticks(
            range(len(values)),
            [drawn_name(str(each)) for each in values.index],
            fontsize=5.5 if len(values) > 30 else 8,
            parse_math=False,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0, pad=2)
        axes.spines[:].set_visible(False)
        bar = figure.colorbar(image, ax=axes, shrink=0.4, anchor=(0.0, 1.0), pad=0.01)
        bar.outline.set_visible(False)
        bar.set_label(unit)
        label = f"{unit} of {values.shape[1]} forecasters on {len(values)} systems; the table has the numbers"
        return svg_element(figure, name=name, label=label)


def invariants_svg(correlations: pd.DataFrame, *, score: str, name: str) -> Markup:
    """Draw how the score is correlated with each invariant, for each forecaster and for the median over them."""
    middle = correlations[correlations["forecaster"] == MEDIAN].dropna(subset="correlation")
    middle = middle.iloc[middle["correlation"].abs().argsort(kind="stable")[::-1]].reset_index(drop=True)
    with page_style():
        figure, axes = new_figure(4.6, 0.8 + 0.27 * max(1, len(middle)))
        for height, row in enumerate(middle.to_dict("records")):
            own = correlations[(correlations["invariant"] == row["invariant"]) & (correlations["forecaster"] != MEDIAN)]
            axes.scatter(own["correlation"], np.full(len(own), height), s=9, color=MUTED, alpha=0.45, linewidths=0)
            axes.plot([row["low"], row["high"]], [height] * 2, color=INK, linewidth=1.3)
            axes.scatter([row["correlation"]], [height], s=26, color=INK, zorder=3)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_yticks(
            range(len(middle)), [title_of(str(each)) for each in middle["invariant"]], parse_math=False, color=INK
        )
        axes.set_ylim(len(middle) - 0.4, -0.6)
        axes.set_xlim(-1, 1)
        axes.grid(axis="x", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(f"Rank correlation with {score}")
        told = "; ".join(
            f"{title_of(str(row['invariant']))} {row['correlation']:.2f}" for row in middle.to_dict("records")
        )
        return svg_element(figure, name=name, label=f"Correlations of {score} with invariants: {told}")


def over_time_svg(correlations: pd.DataFrame, *, order: Sequence[str], name: str) -> Markup:
    """Draw the correlation of the median error with each invariant against Lyapunov time, in axes of its own."""
    shown = [each for each in order if (correlations["invariant"] == each).any()]
    with page_style():
        figure = empty_figure(8.6, 2.3)
        for axes, invariant in zip(
            figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0], shown, strict=True
        ):
            own = correlations[correlations["invariant"] == invariant].sort_values("time")
            axes.fill_between(own["time"], own["low"], own["high"], color=MUTED, alpha=0.22, linewidth=0)
            axes.plot(own["time"], own["correlation"], color=INK, linewidth=1.6)
            axes.axhline(0, color=MUTED, linewidth=0.8)
            axes.set_title(title_of(invariant), fontsize=8.5, loc="left", pad=4, parse_math=False)
            axes.set_ylim(-1, 1)
            axes.set_xlim(left=0)
            axes.grid(axis="y", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.tick_params(labelsize=7.5, length=2)
        figure.supxlabel("Time after the last observation, Lyapunov times", fontsize=9, color=MUTED)
        figure.supylabel("Rank correlation", fontsize=9, color=MUTED)
        last = correlations.sort_values("time").drop_duplicates("invariant", keep="last").to_dict("records")
        told = "; ".join(f"{title_of(str(row['invariant']))} {row['correlation']:.2f}" for row in last)
        return svg_element(figure, name=name, label=f"Correlations of the error with invariants; at the end: {told}")


def rising_bands(bands: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return the bands whose median rises above the least error that is drawn."""
    return {name: each for name, each in bands.items() if np.nanmax(each[2]) > SHOWN_ERRORS[0]}


def error_bands_svg(
    grid: NDArray[np.float64],
    bands: Mapping[str, NDArray[np.float64]],
    series: Mapping[str, int],
    *,
    threshold: float,
    name: str,
) -> Markup:
    """Draw the error of each forecaster in axes of its own: median, and the bands that hold half and nine tenths.

    Parameters
    ----------
    grid : float64 [time]
        Lyapunov times.
    bands : mapping of str to float64 [5, time]
        Quantiles 0.05, 0.25, 0.5, 0.75, 0.95 over cells, by forecaster.
    series : mapping of str to int
    threshold : float
        Error up to which a forecast is valid.
    name : str
    """
    columns = min(BAND_COLUMNS, max(1, len(bands)))
    rows = -(-len(bands) // columns)
    with page_style():
        alone = len(bands) == 1
        figure = empty_figure(6.6, 2.5) if alone else empty_figure(1.75 * columns + 0.4, 1.25 * rows + 0.3)
        grid_of_axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes in grid_of_axes.flat[len(bands) :]:
            axes.set_visible(False)
        for axes in grid_of_axes.flat[max(0, len(bands) - columns) : len(bands)]:
            axes.tick_params(labelbottom=True)
        for axes, (forecaster, quantiles) in zip(grid_of_axes.flat, bands.items(), strict=False):
            index = series[forecaster]
            colour = series_colour(index)
            shown = np.clip(quantiles, *SHOWN_ERRORS)
            axes.fill_between(grid, shown[0], shown[4], color=colour, alpha=0.15, linewidth=0)
            axes.fill_between(grid, shown[1], shown[3], color=colour, alpha=0.3, linewidth=0)
            if np.nanmax(quantiles[2]) > SHOWN_ERRORS[0]:
                axes.plot(grid, shown[2], series_dashes(index), color=colour, linewidth=1.5)
            axes.axhline(threshold, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
            if not alone:
                axes.set_title(drawn_name(forecaster), fontsize=8.5, loc="left", pad=2, parse_math=False)
            axes.set_yscale("log")
            axes.set_ylim(*SHOWN_ERRORS)
            axes.set_xlim(0, grid[-1])
            axes.tick_params(labelsize=7, length=2)
            axes.minorticks_off()
        figure.supxlabel("Time after the last observation, Lyapunov times", fontsize=9, color=MUTED)
        figure.supylabel("Error, standard deviations", fontsize=9, color=MUTED)
        last = "; ".join(f"{drawn_name(each)} {figures(float(values[2][-1]))}" for each, values in bands.items())
        label = f"Error of each forecaster up to {figures(float(grid[-1]))} Lyapunov times; medians at the end: {last}"
        return svg_element(figure, name=name, label=label)
