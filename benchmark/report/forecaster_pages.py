"""The page of one forecaster: what it is, its configuration, its best and its worst systems."""

import inspect
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.comparison.number_text import figures, interval_text
from benchmark.report.comparison_figures import error_bands_svg
from benchmark.report.panels import drawn_panel
from benchmark.report.site import Site, first_failure, neighbour
from benchmark.report.system_pages import median
from benchmark.scoring.table import VPT_THRESHOLD
from benchmark.tasks.references import REFERENCES

SHOWN_CONFIGS = 3
SHOWN_SYSTEMS = 3
FOLLOWS_DATA = "season_length"


def forecaster_page(
    site: Site, name: str, *, grid: NDArray[np.float64], bands: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """Return what the template of a forecaster's page needs.

    Parameters
    ----------
    site : Site
    name : str
        One of its forecasters.
    grid : float64 [time]
        Lyapunov times of the bands.
    bands : mapping of str to float64 [5, time]
        Quantiles of the errors by forecaster, as from `benchmark.report.curves.error_quantiles`.
    """
    place = site.forecasters.index(name)
    configs, more = _configs(site, name)
    rows = _rows(site, name)
    return {
        "name": name,
        "about": _about(name),
        "summary": _summary(site, name),
        "before": neighbour(site.forecaster_pages, place - 1),
        "after": neighbour(site.forecaster_pages, place + 1),
        "bands": error_bands_svg(grid, {name: bands[name]}, site.series, threshold=VPT_THRESHOLD, name="bands")
        if name in bands
        else None,
        "groups": _groups(site, name),
        "rows": rows,
        "any_failed": any(row["error"] for row in rows),
        "configs": configs,
        "more_configs": more,
    }


def _about(name: str) -> list[str]:
    """Return the first paragraphs of the docstring, up to its first section."""
    from forecasters.registry import list_forecasters

    if name in REFERENCES:
        return [f"A reference, which is not ranked: it {REFERENCES[name]}."]
    if name not in list_forecasters(optional=True, pretrained=True):
        return [f"A forecaster of one's own: {name}."]
    from forecasters.registry import get_forecaster

    text = inspect.getdoc(type(get_forecaster(name))) or ""
    paragraphs = [" ".join(part.replace("`", "").split()) for part in text.split("\n\n")]
    kept = []
    for paragraph in paragraphs:
        if "----" in paragraph or paragraph.startswith(">>>"):
            break
        kept.append(paragraph)
    return kept


def _summary(site: Site, name: str) -> str:
    row = site.board[site.board["forecaster"] == name].iloc[0]
    told = f"{int(row['cells'])} cells, {int(row['failed'])} failed, {row['seconds']:.0f} s in all."
    diverged = site.table.loc[site.table["forecaster"] == name, "diverged_at"].dropna()
    if len(diverged):
        told += f" {len(diverged)} rollouts left their bounds and were held there, after a median of "
        told += f"{diverged.median():.0f} points."
    if not np.isnan(row["vpt"]):
        time = f"more than {figures(row['vpt_end'])}" if row["lower_bound"] else figures(row["vpt"])
        interval = interval_text(row["vpt_low"], row["vpt_high"], between=" to ")
        told = f"Median valid time {time} Lyapunov times ({interval}); {told}"
    if name not in REFERENCES:
        ranked = [str(each) for each in site.board.loc[~site.board["reference"], "forecaster"]]
        told = f"Rank {ranked.index(name) + 1} of {len(ranked)}. {told}"
    return told


def _groups(site: Site, name: str) -> list[dict[str, Any]]:
    """Return the panels of the systems on which the forecast was valid longest and shortest."""
    table = site.results.table
    cells = table[(table["forecaster"] == name) & (table["status"] == "ok")]
    cells = cells.sort_values("trajectory", kind="stable").drop_duplicates("system")
    by = "vpt" if cells["vpt"].notna().any() else "vpt_periods"
    # Horizons differ in Lyapunov times: a forecast that was valid to the end did not fail, however short that is.
    ranked = cells.dropna(subset=by).sort_values(
        ["vpt_censored", by, "smape"], ascending=[False, False, True], kind="stable"
    )
    if len(ranked) < 2:
        return []
    count = min(SHOWN_SYSTEMS, len(ranked) // 2)
    groups = []
    for key, title, chosen in (
        ("best", "Where forecasts last longest", ranked.head(count)),
        ("worst", "Where forecasts fail first", ranked.tail(count).iloc[::-1]),
    ):
        panels = []
        for number, (_, cell) in enumerate(chosen.iterrows()):
            shown = drawn_panel(site, cell, name=f"{key}-{number}")
            if shown is not None:
                panels.append(shown | {"page": site.system_pages[shown["system"]]})
        if panels:
            groups.append({"title": title, "panels": panels})
    return groups


def _rows(site: Site, name: str) -> list[dict[str, Any]]:
    own = site.table[(site.table["forecaster"] == name) & (site.table["status"] != "unavailable")]
    ranked = site.table[~site.table["forecaster"].isin(list(REFERENCES))]
    medians = ranked.groupby(["system", "forecaster"])["vpt"].median().dropna().reset_index()
    leaders = medians.sort_values("vpt", ascending=False, kind="stable").drop_duplicates("system")
    best = {str(row["system"]): (str(row["forecaster"]), float(row["vpt"])) for row in leaders.to_dict("records")}
    rows = []
    for system, cells in own.groupby("system", sort=False):
        leader, leading = best.get(str(system), ("", math.nan))
        rows.append(
            {
                "system": str(system),
                "page": site.system_pages[str(system)],
                "vpt": median(cells, "vpt"),
                "censored": bool(cells["vpt_censored"].all()),
                "best": leader,
                "best_vpt": leading,
                "smape": median(cells, "smape"),
                "seconds": float(cells["cell_seconds"].sum()),
                "error": first_failure(cells),
            }
        )
    return rows


def _configs(site: Site, name: str) -> tuple[list[dict[str, Any]], int]:
    """Return the most frequent configurations, and how many there are beside them."""
    own = site.results.table[site.results.table["forecaster"] == name]
    counted: dict[str, int] = {}
    season = False
    for text in own["config"]:
        fields = _fields(text)
        season |= fields.pop(FOLLOWS_DATA, None) is not None
        key = json.dumps(fields, sort_keys=True, default=str)
        counted[key] = counted.get(key, 0) + 1
    order = sorted(counted, key=lambda key: -counted[key])
    shown = [
        {
            "fields": [(field, _value(value)) for field, value in json.loads(key).items()],
            "cells": counted[key],
            "season": season,
        }
        for key in order[:SHOWN_CONFIGS]
        if json.loads(key)
    ]
    return shown, max(0, len(order) - SHOWN_CONFIGS)


def _fields(text: Any) -> dict[str, Any]:
    try:
        fields = json.loads(str(text))
    except ValueError:
        return {"configuration": str(text)} if str(text) else {}
    return dict(fields) if isinstance(fields, dict) else {"configuration": fields}


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
