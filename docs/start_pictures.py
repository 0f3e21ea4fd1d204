"""Draws the pictures of the README and of the start page: an attractor, and the leaderboard of the committed results.

Run as ``python docs/start_pictures.py``, or ``make start-pictures``.
"""

from pathlib import Path

import numpy as np

from benchmark.comparison.leaderboard import leaderboard
from benchmark.export import read_export
from dysts.plotting import plot_projection
from dysts.plotting.palette import LIGHT

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
LARGEST = 60_000
"""Bytes of a picture, so that a page opens at once."""


def draw_attractor(path: Path) -> None:
    """Draw the attractor of Lorenz's equations without axes, on no paper."""
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(4.0, 3.0))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    plot_projection("Lorenz", components=("x", "z"), ax=axes)
    axes.set(title="", xlabel="", ylabel="")
    axes.set_axis_off()
    figure.savefig(path, dpi=100, transparent=True)
    # A palette of 64 colours is a third of the bytes.
    Image.open(path).quantize(64, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


def draw_leaderboard(path: Path) -> None:
    """Draw the median valid time of each forecaster with its interval, in colour those level with the best."""
    from matplotlib.figure import Figure

    table = leaderboard(read_export(HERE.parent / "results" / "standard.parquet"))
    table = table[table["vpt"].notna()].sort_values("vpt")
    rows = np.arange(len(table))
    best = table.loc[~table["reference"], "vpt"].max()
    # A forecaster whose interval reaches the best median may be as good.
    level = ~table["reference"] & (table["vpt_high"] >= best)
    colours = np.where(level, LIGHT["series-0"], LIGHT["series-6"])
    edge = 2.0 * table["vpt"].max()
    is_open = np.isinf(table["vpt_high"])
    figure = Figure(figsize=(6.0, 0.19 * len(table) + 0.9), layout="constrained")
    axes = figure.add_subplot()
    axes.hlines(rows, table["vpt_low"], table["vpt_high"].clip(upper=edge), colors=colours, linewidth=2)
    axes.scatter(np.full(is_open.sum(), edge), rows[is_open], marker=">", c=colours[is_open], s=24, clip_on=False)
    axes.scatter(table["vpt"], rows, c=colours, s=18, zorder=3)
    axes.set_yticks(rows, table["forecaster"], fontsize=8)
    # Linear below a tenth, as some medians are 0; no other scale shows both ends of the board.
    axes.set_xscale("symlog", linthresh=0.1)
    ticks = (0.0, 0.1, 1.0, 10.0)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)
    axes.set_xlim(-0.01, edge)
    label = "Valid time, Lyapunov times: median over systems, 95 % interval\nArrows: the horizon hides the upper end"
    axes.set_xlabel(label, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100, facecolor="white")


def main() -> None:
    """Draw both, and refuse a picture that is too large."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in (("attractor.png", draw_attractor), ("leaderboard.png", draw_leaderboard)):
        draw(FOLDER / name)
        size = (FOLDER / name).stat().st_size
        print(f"{FOLDER / name}: {size / 1000:.0f} kB")
        if size > LARGEST:
            raise SystemExit(f"{name} must have at most {LARGEST} bytes, got {size}")


if __name__ == "__main__":
    main()
