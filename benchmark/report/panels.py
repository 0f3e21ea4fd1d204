"""Truth and forecast of one cell, drawn for a page or written as numbers for its script."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.comparison.number_text import figures, short_name
from benchmark.report.colours import colour_number
from benchmark.report.curves import Panel, panel
from benchmark.report.figures import panel_svg
from benchmark.report.site import Site
from benchmark.tasks.references import REFERENCES

PARTS = 300
"""Number of steps over the height of a frame in which a script receives values."""
MOST_POINTS = 250
"""Largest number of points of a series that a script draws; longer series are thinned."""


def drawn_panel(site: Site, cell: "pd.Series[Any]", *, name: str) -> dict[str, Any] | None:
    """Return what a page shows of one cell, with its figure; None if its truth is not stored."""
    drawn = panel(site.results, cell)
    if drawn is None:
        return None
    forecaster, system = str(cell["forecaster"]), str(cell["system"])
    told = verdict(cell, drawn.valid, drawn.unit)
    return {
        "forecaster": forecaster,
        "system": system,
        "colour": colour_number(site.series[forecaster]),
        "unit": drawn.unit,
        "verdict": told,
        "svg": panel_svg(
            drawn,
            series=site.series[forecaster],
            name=name,
            label=f"{short_name(forecaster)} on {system}, component {drawn.component}: {told}",
        ),
    }


def verdict(cell: "pd.Series[Any]", valid: float, unit: str) -> str:
    """Return in words how long a forecast was valid."""
    if cell["status"] != "ok":
        return f"no forecast ({cell['status'].replace('_', ' ')})"
    if cell["vpt_censored"]:
        end = "as long as the truth is known" if cell["censored_by"] == "truth" else "to the end"
        return f"valid {end}, {figures(valid)} {unit}"
    return f"valid for {figures(valid)} {unit}"


def panel_numbers(site: Site, cells: pd.DataFrame) -> dict[str, Any] | None:
    """Return the series of all cells of one trajectory for a script that draws them; None without a stored truth.

    Values are in parts of the height of the frame, from 0 at its bottom to `PARTS` at its top.
    """
    panels = [(cell, panel(site.results, cell)) for _, cell in cells.iterrows()]
    shown = [(cell, each) for cell, each in panels if each is not None]
    if not shown:
        return None
    first = shown[0][1]
    low, height = first.low, (first.high - first.low) or 1.0

    stride = -(-len(first.truth) // MOST_POINTS)

    def written(values: NDArray[np.float64]) -> list[int | None]:
        scaled = PARTS * np.clip((values[stride - 1 :: stride] - low) / height, -1.0, 2.0)
        return [round(value) if math.isfinite(value) else None for value in scaled.tolist()]

    def forecast(cell: "pd.Series[Any]", each: Panel) -> dict[str, Any]:
        name = str(cell["forecaster"])
        return {
            "name": short_name(name),
            "reference": name in REFERENCES,
            "colour": colour_number(site.series[name]),
            "valid": float(f"{each.valid:.4g}") if math.isfinite(each.valid) else 0.0,
            "verdict": verdict(cell, each.valid, each.unit),
            "values": written(each.forecast),
        }

    return {
        "parts": PARTS,
        "step": float(f"{stride * first.step:.6g}"),
        "unit": first.unit,
        "component": first.component,
        "past": written(first.past),
        "truth": written(first.truth),
        "forecasts": [forecast(cell, each) for cell, each in shown],
    }
