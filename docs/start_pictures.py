"""Draws the pictures of the README and of the start page: an attractor, and the leaderboard of the committed results.

Each is there for light and for dark pages, on no paper. Run as ``python docs/start_pictures.py``, or
``make start-pictures``.
"""

import colorsys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmark.comparison.leaderboard import leaderboard
from benchmark.export import read_export
from benchmark.report.colours import GREY, leader_colours, leaders
from benchmark.report.figures import LINEAR_UP_TO
from dysts.plotting import plot_projection
from dysts.plotting.palette import DARK, LIGHT

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
MODES = {"light": LIGHT, "dark": DARK}
LARGEST = 60_000
"""Bytes of a picture, so that a page opens at once."""
PALETTE_COLOURS = 64
"""Number of colours of a picture, which has a third of the bytes of one without a palette."""


def draw_attractor(path: Path, mode: str) -> None:
    """Draw the attractor of Lorenz's equations without axes; the faster, the nearer its colour is to the page."""
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(4.0, 3.0))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    plot_projection("Lorenz", components=("x", "z"), ax=axes)
    axes.set(title="", xlabel="", ylabel="")
    axes.set_axis_off()
    figure.savefig(path, dpi=200, transparent=True)
    picture = Image.open(path).quantize(PALETTE_COLOURS, method=Image.Quantize.FASTOCTREE)
    if mode == "dark":
        colours = np.array(picture.getpalette("RGBA"), dtype=np.float64).reshape(-1, 4)
        for colour in colours:
            hue, lightness, saturation = colorsys.rgb_to_hls(*colour[:3] / 255.0)
            colour[:3] = 255.0 * np.array(colorsys.hls_to_rgb(hue, 1.0 - lightness, saturation))
        picture.putpalette(colours.round().astype(np.uint8).ravel().tolist(), "RGBA")
    picture.save(path, optimize=True)


def draw_leaderboard(path: Path, mode: str) -> None:
    """Draw the median valid time of each forecaster with its interval, in colour those level with the best."""
    from matplotlib.figure import Figure
    from PIL import Image

    table = leaderboard(read_export(HERE.parent / "results" / "standard.parquet"))
    coloured = leader_colours([str(row["forecaster"]) for row in leaders(table)])
    table = table[table["vpt"].notna()].iloc[::-1]
    rows = np.arange(len(table))
    palette = MODES[mode]
    colours = np.array([palette[f"series-{coloured.get(str(name), GREY)}"] for name in table["forecaster"]])
    edge = 2.0 * table["vpt"].max()
    is_open = np.isinf(table["vpt_high"])
    figure = Figure(figsize=(4.6, 0.175 * len(table) + 0.7), layout="constrained")
    axes = figure.add_subplot(facecolor="none")
    axes.hlines(rows, table["vpt_low"], table["vpt_high"].clip(upper=edge), colors=colours, linewidth=2)
    axes.scatter(np.full(is_open.sum(), edge), rows[is_open], marker=">", c=colours[is_open], s=24, clip_on=False)
    axes.scatter(table["vpt"], rows, c=colours, s=18, zorder=3)
    axes.set_yticks(rows, table["forecaster"], fontsize=8, color=palette["ink"])
    for label, name in zip(axes.get_yticklabels(), table["forecaster"], strict=True):
        label.set_fontweight("bold" if str(name) in coloured else "normal")
    axes.set_xscale("symlog", linthresh=LINEAR_UP_TO)
    ticks = (0.0, 0.1, 1.0, 10.0)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)
    axes.set_xlim(-0.01, edge)
    axes.tick_params(colors=palette["muted"], labelcolor=palette["ink"])
    axes.tick_params(axis="y", length=0)
    figure.supxlabel(
        "Valid time, Lyapunov times: median over systems with 95 %\n"
        "interval; an arrow where the forecasts end before it does",
        fontsize=8,
        color=palette["muted"],
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(palette["muted"])
    axes.grid(axis="x", color=palette["line"], linewidth=0.6)
    axes.set_axisbelow(True)
    figure.savefig(path, dpi=200, transparent=True)
    Image.open(path).quantize(PALETTE_COLOURS, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


PICTURES: dict[str, Callable[[Path, str], None]] = {"attractor": draw_attractor, "leaderboard": draw_leaderboard}


def main() -> None:
    """Draw all, and refuse a picture that is too large."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        for mode in MODES:
            path = FOLDER / f"{name}-{mode}.png"
            draw(path, mode)
            size = path.stat().st_size
            print(f"{path}: {size / 1000:.0f} kB")
            if size > LARGEST:
                raise SystemExit(f"{path.name} must have at most {LARGEST} bytes, got {size}")


if __name__ == "__main__":
    main()
