"""The page of one system: what it is, truth and forecasts, the scores of all forecasters."""

import math
from typing import Any

import pandas as pd

from benchmark.report.colours import colour_number
from benchmark.report.panels import drawn_panel, panel_numbers
from benchmark.report.site import Site, first_failure, neighbour
from benchmark.tasks.references import REFERENCES
from dysts.gallery.facts import system_facts


def system_page(site: Site, name: str, *, picture: str) -> dict[str, Any]:
    """Return what the template of a system's page needs.

    Parameters
    ----------
    site : Site
    name : str
        One of its systems.
    picture : str
        Data address of the attractor, or an empty text.
    """
    system = site.known.get(name)
    cells = site.cells_of_system(name)
    place = site.systems.index(name)
    rows = _rows(site, name)
    numbers = panel_numbers(site, cells)
    panels = _best_and_worst(site, cells) if numbers else []
    return {
        "name": name,
        "system": system,
        "picture": picture,
        "shown": None if system is None else system_facts(system),
        "before": neighbour(site.system_pages, place - 1),
        "after": neighbour(site.system_pages, place + 1),
        "panels": panels,
        "component": numbers["component"] if numbers else "",
        "unit": numbers["unit"] if numbers else "",
        "numbers": numbers,
        "missing": str(cells.iloc[0]["vpt_missing"]) if len(cells) else "",
        "rows": rows,
        "any_failed": any(row["error"] for row in rows),
    }


def _best_and_worst(site: Site, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the panels of the best and the worst forecaster that made a forecast, references left out."""
    made = cells[(cells["status"] == "ok") & ~cells["forecaster"].isin(list(REFERENCES))]
    made = made if len(made) else cells[cells["status"] == "ok"]
    if made.empty:
        return []
    ranked = made.sort_values(["vpt_periods", "smape"], ascending=[False, True], kind="stable")
    chosen = [("Best", ranked.iloc[0])] + ([("Worst", ranked.iloc[-1])] if len(ranked) > 1 else [])
    panels = []
    for role, cell in chosen:
        shown = drawn_panel(site, cell, name=role.lower())
        if shown is not None:
            panels.append(shown | {"role": role, "page": site.forecaster_pages[shown["forecaster"]]})
    return panels


def _rows(site: Site, name: str) -> list[dict[str, Any]]:
    cells = site.table[site.table["system"] == name]
    rows = []
    for forecaster in site.forecasters:
        own = cells[(cells["forecaster"] == forecaster) & (cells["status"] != "unavailable")]
        if own.empty:
            continue
        rows.append(
            {
                "forecaster": forecaster,
                "page": site.forecaster_pages[forecaster],
                "colour": colour_number(site.series[forecaster]),
                "reference": forecaster in REFERENCES,
                "vpt": median(own, "vpt"),
                "censored": bool(own["vpt_censored"].all()),
                "vpt_periods": median(own, "vpt_periods"),
                "smape": median(own, "smape"),
                "nrmse": median(own, "nrmse"),
                "seconds": float(own["cell_seconds"].sum()),
                "error": first_failure(own),
            }
        )
    return rows


def median(cells: pd.DataFrame, column: str) -> float:
    """Return the median of a column; NaN where there are no values."""
    values = cells[column].dropna()
    return float(values.median()) if len(values) else math.nan
