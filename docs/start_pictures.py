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
    """Draw the median valid time of each forecaster with its interval, the best in colour."""
    from matplotlib.figure import Figure

    table = leaderboard(read_export(HERE.parent / "results" / "standard.parquet"))
    table = table[table["vpt"].notna()].sort_values("vpt")
    rows = np.arange(len(table))
    best = table.loc[~table["reference"], "vpt"].max()
    leads = ~table["reference"] & (table["vpt"] == best)
    colours = [LIGHT["series-0"] if first else LIGHT["series-6"] for first in leads]
    # An interval without an upper end goes on to the end of the longest forecasts.
    high = table["vpt_high"].clip(upper=table["vpt"].max())
    figure = Figure(figsize=(6.0, 0.19 * len(table) + 0.7), layout="constrained")
    axes = figure.add_subplot()
    axes.hlines(rows, table["vpt_low"], high, colors=colours, linewidth=2)
    axes.scatter(table["vpt"], rows, c=colours, s=18, zorder=3)
    axes.set_yticks(rows, table["forecaster"], fontsize=8)
    axes.set_xlabel("Valid time, Lyapunov times (median over systems, 95 % interval)", fontsize=8)
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
