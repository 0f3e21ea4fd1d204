"""Draws the pictures of docs/hard.md from the committed results of the suite `hard`.

Run as ``python docs/hard_pictures.py``, or ``make hard-page``.
"""

from pathlib import Path
from typing import Any

import hard_page
import numpy as np
import pandas as pd
from hard_sentences import OWN

from benchmark.comparison import noise_ladders
from benchmark.export import read_export
from benchmark.report.colours import leader_colours
from benchmark.tasks.references import ORACLE, REFERENCES
from dysts.plotting.palette import DARK, LIGHT

FOLDER = Path(__file__).parent / "pictures"
DRAWN = 6
"""Forecasters in the picture, those with the largest median on any rung."""
LEAST = 0.1
"""Lyapunov times at the lower end of the axis; forecasters that never last so long are left out."""
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""Labelled Lyapunov times."""
NONE = 0.1
"""Place of no noise on the logarithmic axis, as a part of the least noise."""


def draw_ladders(path: Path, ladders: pd.DataFrame, palette: dict[str, str]) -> None:
    """Draw median valid times against noise, a panel for each choice of observed components on the fewest points."""
    from matplotlib.figure import Figure

    rungs = ladders[ladders["train_length"] == ladders["train_length"].min()]
    observed = [name for name in hard_page.OBSERVED if (rungs["observed"] == name).any()]
    names = _drawn(rungs)
    colours = {name: palette[f"series-{number}"] for name, number in leader_colours(names).items()}
    finite = rungs.loc[np.isfinite(rungs["high"]), "high"]
    top = 1.2 * float(max(finite.max(), rungs.loc[np.isfinite(rungs["median"]), "median"].max()))
    figure = Figure(figsize=(4.2 * len(observed) + 2.2, 4.2), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(observed), sharey=True))
    for axes, kind in zip(panels, observed, strict=True):
        panel = rungs[rungs["observed"] == kind]
        for name in (ORACLE, *names):
            line = panel[panel["forecaster"] == name].sort_values("noise")
            colour = palette["ink"] if name == ORACLE else colours[name]
            places = _places(line["noise"].to_numpy(dtype=float))
            median, low, high = (
                np.clip(line[column].to_numpy(dtype=float), LEAST, top) for column in ("median", "low", "high")
            )
            is_open = np.isinf(line["median"].to_numpy(dtype=float))
            axes.plot(places, median, color=colour, label=name, linewidth=2.2 if name == ORACLE else 1.4)
            axes.scatter(places[~is_open], median[~is_open], color=colour, s=12)
            axes.scatter(places[is_open], median[is_open], color=colour, s=36, marker="^")
            axes.fill_between(places, low, high, color=colour, alpha=0.12, linewidth=0)
        _style(axes, palette)
        noises = np.array(sorted(panel["noise"].unique()))
        axes.set(xscale="log", yscale="log", ylim=(LEAST, 1.1 * top), xlabel="Noise in standard deviations")
        axes.set_title(hard_page.OBSERVED[kind].capitalize(), color=palette["ink"], fontsize=10)
        axes.set_xticks(_places(noises), [f"{noise:g}" for noise in noises])
        times = [time for time in TICKS if time <= top]
        axes.set_yticks(times, [f"{time:g}" for time in times])
        axes.minorticks_off()
    panels[0].set_ylabel("Median valid time, Lyapunov times")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=8, labelcolor=palette["ink"], loc="outside right upper")
    figure.savefig(path, dpi=150, transparent=True)


def _drawn(rungs: pd.DataFrame) -> list[str]:
    """Return the forecasters with the largest medians, that for noisy series first."""
    own = rungs[~rungs["forecaster"].isin(REFERENCES)]
    best = own.groupby("forecaster")["median"].max().sort_values(ascending=False, kind="stable")
    best = best[best > LEAST]
    return list(dict.fromkeys([*([OWN] if OWN in best.index else []), *map(str, best.index)]))[:DRAWN]


def _places(noises: np.ndarray) -> np.ndarray:
    """Return where levels of noise stand on a logarithmic axis, that of none left of all others."""
    least = noises[noises > 0.0].min() if (noises > 0.0).any() else 1.0
    return np.where(noises > 0.0, noises, NONE * least)


def _style(axes: Any, palette: dict[str, str]) -> None:
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(palette["muted"])
    axes.tick_params(which="both", colors=palette["muted"], labelcolor=palette["ink"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(palette["ink"])


def main(path: Path = hard_page.TABLE, folder: Path = FOLDER) -> None:
    """Draw the ladders for light and for dark pages."""
    ladders = noise_ladders(read_export(path))
    for mode, palette in (("light", LIGHT), ("dark", DARK)):
        draw_ladders(folder / f"noise-ladders-{mode}.png", ladders, palette)


if __name__ == "__main__":
    main()
