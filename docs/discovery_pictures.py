"""Draws attractors of found equations over true ones, from the committed table of the track on equations.

One picture is for light pages and one for dark ones, on no paper.

Run as ``python docs/discovery_pictures.py``.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from discovery_sections import OURS, PLAIN, clean
from numpy.typing import NDArray

from benchmark.discovery.rescoring import equations_of
from benchmark.discovery.table import read_discovery_table
from benchmark.discovery.tasks import orbit
from dysts.discovery import system_of_text
from dysts.discovery.found_flow import roll_out
from dysts.plotting.palette import DARK, LIGHT
from dysts.systems.registry import get_system

HERE = Path(__file__).parent
MODES = {"light": LIGHT, "dark": DARK}
SYSTEMS = ("Lorenz", "Rossler", "HyperLorenz", "HindmarshRose", "IsothermalChemical", "SprottTorus")
SAMPLING = 15
"""Points in a period of the series that the equations were found from, without noise."""
PERIODS, STEPS = 30, 100
"""Length of the orbits in periods, and points in a period."""
LARGEST = 150_000
"""Bytes of the picture, so that the page opens at once."""


def found_orbit(text: str, start: NDArray[np.float64], step: float, scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the orbit of the equations of a row, up to where they leave all bounds."""
    texts = equations_of(text)
    system = system_of_text("Found", texts, initial_conditions=start.tolist())
    path = roll_out(system, start, step, PERIODS * STEPS, scale=scale)
    near = np.isfinite(path).all(axis=1) & (np.abs(path - start) < 20.0 * scale).all(axis=1)
    return path[: len(path) if near.all() else int(near.argmin())]


Panel = tuple[str, NDArray[np.float64], NDArray[np.float64]]
"""A title, the true orbit and the found one."""


def panels() -> list[Panel]:
    """Integrate the true and the found equations of all panels."""
    table = read_discovery_table(HERE.parent / "results" / "discovery.parquet")
    result = []
    for name in SYSTEMS:
        system = get_system(name)
        step = system.period / STEPS
        true = orbit(system, PERIODS * STEPS, step)
        scale = true.std(axis=0)
        for method in (PLAIN, OURS):
            row = clean(table, method, "states", SAMPLING).loc[name]
            found = found_orbit(str(row["equations"]), true[0], step, scale)
            result.append((f"{name}\n{method}", true, found))
    return result


def draw(content: Sequence[Panel], mode: str) -> None:
    """Draw the picture for light or for dark pages."""
    from matplotlib.figure import Figure
    from PIL import Image

    palette = MODES[mode]
    figure = Figure(figsize=(10.0, 7.5), layout="constrained")
    for axes, (title, true, found) in zip(figure.subplots(len(SYSTEMS) // 2, 4).flat, content, strict=True):
        axes.plot(true[:, 0], true[:, -1], color=palette["muted"], linewidth=0.5, alpha=0.6)
        axes.plot(found[:, 0], found[:, -1], color=palette["series-0"], linewidth=0.5)
        margin = 0.3 * np.ptp(true, axis=0)
        axes.set_xlim(true[:, 0].min() - margin[0], true[:, 0].max() + margin[0])
        axes.set_ylim(true[:, -1].min() - margin[-1], true[:, -1].max() + margin[-1])
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(title, fontsize=8, color=palette["ink"])
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_color(palette["line"])
    target = HERE / "pictures" / f"found-attractors-{mode}.png"
    figure.savefig(target, dpi=100, transparent=True)
    Image.open(target).quantize(32, method=Image.Quantize.FASTOCTREE).save(target, optimize=True)
    assert target.stat().st_size < LARGEST


def main() -> None:
    """Draw both pictures."""
    content = panels()
    for mode in MODES:
        draw(content, mode)


if __name__ == "__main__":
    main()
