"""Draws the pictures of docs/long.md from the committed results of the suite `long`.

Run as ``python docs/long_pictures.py``, or ``make long-page``.
"""

from pathlib import Path
from typing import Any

import long_page
import numpy as np
import pandas as pd
from long_sentences import LATE

from benchmark.comparison.leaderboard import leaderboard
from benchmark.export import read_export
from benchmark.report.colours import leader_colours
from benchmark.results.scores_over_time import read_scores_over_time
from benchmark.scoring.table import VPT_THRESHOLD
from dysts.plotting.palette import DARK, LIGHT

FOLDER = Path(__file__).parent / "pictures"
DRAWN = 6
"""Forecasters in the picture of first errors, those that last longest."""


def draw_decorrelation(path: Path, results: pd.DataFrame, curves: pd.DataFrame, palette: dict[str, str]) -> None:
    """Draw the correlation of the median error with the exponent along the forecast, with its intervals."""
    found = long_page.exponent_correlations(results, curves)
    figure, axes = _figure(palette)
    lines = [
        ("nrmse", False, "nrmse, all systems that last", "series-6"),
        ("nrmse", True, f"nrmse, systems observed for {LATE:g}", "series-0"),
        ("smape", True, f"smape, systems observed for {LATE:g}", "series-1"),
    ]
    for score, fixed, label, colour in lines:
        own = found[(found["score"] == score) & (found["fixed"] == fixed) & found["correlation"].notna()]
        axes.fill_between(own["time"], own["low"], own["high"], color=palette[colour], alpha=0.15, linewidth=0)
        axes.plot(own["time"], own["correlation"], color=palette[colour], label=label, marker="o", markersize=3)
    axes.axhline(0.0, color=palette["line"], linewidth=1, zorder=0)
    axes.set(
        xlabel="Lyapunov times of the forecast", ylabel="Spearman's correlation of error and exponent", ylim=(-1, 1)
    )
    axes.legend(frameon=False, fontsize=8, labelcolor=palette["ink"])
    figure.savefig(path, dpi=150, transparent=True)


def draw_first_errors(path: Path, results: pd.DataFrame, palette: dict[str, str]) -> None:
    """Draw the valid time of every cell against the time that its first error allows."""
    board = leaderboard(results)
    best = [str(name) for name in board.loc[~board["reference"], "forecaster"]][:DRAWN]
    figure, axes = _figure(palette)
    longest = 0.0
    numbers = leader_colours(best)
    for name in best:
        own = results[(results["forecaster"] == name) & (results["status"] == "ok") & results["vpt"].gt(0)]
        own = own[own["first_error"].between(1e-16, VPT_THRESHOLD, inclusive="neither")]
        allowed = np.log(VPT_THRESHOLD / own["first_error"])
        longest = max(longest, float(allowed.max()))
        axes.scatter(
            allowed, own["vpt"], s=14, color=palette[f"series-{numbers[name]}"], label=name, alpha=0.8, linewidth=0
        )
    axes.plot([0.1, longest], [0.1, longest], color=palette["ink"], linewidth=1, zorder=0)
    axes.annotate(
        "all that the first error allows",
        (longest, longest),
        xytext=(0, 9),
        fontsize=8,
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=palette["muted"],
    )
    axes.set(xscale="log", yscale="log", xlim=(0.1, 50), ylim=(0.005, 100))
    axes.set(xlabel=f"ln({VPT_THRESHOLD:g} / first error), Lyapunov times", ylabel="Valid time, Lyapunov times")
    axes.legend(frameon=False, fontsize=8, loc="upper left", labelcolor=palette["ink"])
    figure.savefig(path, dpi=150, transparent=True)


def _figure(palette: dict[str, str]) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot(facecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(palette["muted"])
    axes.tick_params(which="both", colors=palette["muted"], labelcolor=palette["ink"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(palette["ink"])
    return figure, axes


def main(table: Path = long_page.TABLE, over_time: Path = long_page.OVER_TIME, folder: Path = FOLDER) -> None:
    """Draw both, for light and for dark pages."""
    results, scores = read_export(table), read_scores_over_time(over_time)
    for mode, palette in (("light", LIGHT), ("dark", DARK)):
        draw_decorrelation(folder / f"decorrelation-{mode}.png", results, scores, palette)
        draw_first_errors(folder / f"first-error-{mode}.png", results, palette)


if __name__ == "__main__":
    main()
