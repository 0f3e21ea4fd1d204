"""The numbers from which the front page ranks anew, by systems, score and part of the horizon."""

import math
from typing import Any

import numpy as np

from benchmark.comparison.medians import CENSORED
from benchmark.comparison.number_text import short_name
from benchmark.report.colours import GREY, colour_number
from benchmark.report.site import Site
from benchmark.scoring.table import LYAPUNOV_TIMES, at_column, get_score

WHOLE = "the whole forecast"
OFFERED = (
    ("vpt", "Valid time, Lyapunov times", ((WHOLE, "vpt"),)),
    ("vpt_smape", "Valid time by sMAPE, Lyapunov times", ((WHOLE, "vpt_smape"),)),
    ("vpt_periods", "Valid time, periods", ((WHOLE, "vpt_periods"),)),
    *(
        (
            name,
            words,
            (
                (WHOLE, name),
                *((f"the first {time:g} Lyapunov times", at_column(name, time)) for time in LYAPUNOV_TIMES),
            ),
        )
        for name, words in (("smape", "sMAPE, 0 to 200"), ("nrmse", "NRMSE, standard deviations"))
    ),
)
"""Scores by their labels, with the horizons of each and their columns."""
DIGITS = 5


def explorer_data(site: Site) -> dict[str, Any] | None:
    """Return the scores of all cells in a form for JSON, or None where nothing has been scored.

    Values stand by score, then forecaster, then task; a task is one trajectory of one system. Missing values are None,
    infinite ones the text ``inf``, as JSON has no number for them. ``censored`` tells in the same order which times are
    lower bounds.
    """
    table = site.table[site.table["status"] != "unavailable"]
    if table.empty:
        return None
    tasks = table.drop_duplicates("task")[["task", "system"]].reset_index(drop=True)
    place = {task: index for index, task in enumerate(tasks["task"])}
    systems = {name: index for index, name in enumerate(site.systems)}
    columns = [column for _, _, horizons in OFFERED for _, column in horizons]
    values: dict[str, dict[str, list[float | str | None]]] = {
        column: {name: [None] * len(tasks) for name in site.forecasters} for column in columns if column in table
    }
    for column, by_forecaster in values.items():
        rows = zip(table["forecaster"], table["task"], table[column].to_numpy(dtype=np.float64), strict=True)
        for forecaster, task, value in rows:
            by_forecaster[str(forecaster)][place[task]] = _written(float(value))
    censored = {
        column: {name: [0] * len(tasks) for name in site.forecasters} for column in values if column in CENSORED
    }
    for column, flags_of in censored.items():
        for forecaster, task, flag in zip(table["forecaster"], table["task"], table[CENSORED[column]], strict=True):
            flags_of[str(forecaster)][place[task]] = int(flag)
    failed = table[table["status"] != "ok"]
    return {
        "scores": [
            {
                "name": name,
                "label": label,
                "higher": get_score(name).direction == "higher",
                "horizons": [{"label": words, "column": column} for words, column in horizons],
            }
            for name, label, horizons in OFFERED
        ],
        "systems": [
            {"name": name, "field": _field(site, name), "regime": _regime(site, name)} for name in site.systems
        ],
        "forecasters": [
            {
                "name": short_name(name),
                "page": site.forecaster_pages[name],
                "colour": colour_number(site.series[name]),
                "coloured": site.series[name] < GREY,
                "reference": bool(reference),
            }
            for name, reference in zip(site.forecasters, site.board["reference"], strict=True)
        ],
        "tasks": [systems[str(name)] for name in tasks["system"]],
        "failed": [
            [place[task] for task in failed.loc[failed["forecaster"] == name, "task"]] for name in site.forecasters
        ],
        "censored": {column: [flags_of[name] for name in site.forecasters] for column, flags_of in censored.items()},
        "values": {
            column: [by_forecaster[name] for name in site.forecasters] for column, by_forecaster in values.items()
        },
    }


def _written(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else "inf"


def _field(site: Site, name: str) -> str:
    return site.known[name].field if name in site.known else "own data"


def _regime(site: Site, name: str) -> str:
    system = site.known.get(name)
    if system is None or "regime" not in system.properties:
        return "not known"
    return str(system.property_value("regime"))
