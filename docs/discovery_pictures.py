"""Draws attractors of found equations over true ones, from the committed table of the track on equations.

Run as ``python docs/discovery_pictures.py``.
"""

from pathlib import Path

import numpy as np
from discovery_sections import OURS, PLAIN, clean
from numpy.typing import NDArray

from benchmark.discovery.rescoring import equations_of
from benchmark.discovery.table import read_discovery_table
from benchmark.discovery.tasks import orbit
from dysts.discovery import system_of_text
from dysts.discovery.found_flow import roll_out
from dysts.plotting.palette import LIGHT
from dysts.systems.registry import get_system

HERE = Path(__file__).parent
TARGET = HERE / "pictures" / "found-attractors.png"
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


def main() -> None:
    """Draw the picture."""
    from matplotlib.figure import Figure
    from PIL import Image

    table = read_discovery_table(HERE.parent / "results" / "discovery.parquet")
    figure = Figure(figsize=(10.0, 7.5), layout="constrained")
    panels = figure.subplots(len(SYSTEMS) // 2, 4)
    for place, name in enumerate(SYSTEMS):
        system = get_system(name)
        step = system.period / STEPS
        true = orbit(system, PERIODS * STEPS, step)
        scale = true.std(axis=0)
        for column, method in enumerate((PLAIN, OURS)):
            axes = panels[place // 2, 2 * (place % 2) + column]
            row = clean(table, method, "states", SAMPLING).loc[name]
            path = found_orbit(str(row["equations"]), true[0], step, scale)
            axes.plot(true[:, 0], true[:, -1], color="#b8b8b8", linewidth=0.5, label="true")
            axes.plot(path[:, 0], path[:, -1], color=LIGHT["series-0"], linewidth=0.5, label="found")
            margin = 0.3 * np.ptp(true, axis=0)
            axes.set_xlim(true[:, 0].min() - margin[0], true[:, 0].max() + margin[0])
            axes.set_ylim(true[:, -1].min() - margin[-1], true[:, -1].max() + margin[-1])
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(f"{name}\n{method}", fontsize=8)
    figure.savefig(TARGET, dpi=100, facecolor="white")
    Image.open(TARGET).quantize(32, method=Image.Quantize.FASTOCTREE).save(TARGET, optimize=True)
    assert TARGET.stat().st_size < LARGEST


if __name__ == "__main__":
    main()
