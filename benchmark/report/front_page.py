"""The front page: ranking, figures of all cells, forecasts of a few systems, failures, and what was run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from benchmark.comparison.bootstrap import LEVEL
from benchmark.comparison.number_text import figures, median_text, short_name
from benchmark.report.comparison_figures import SHOWN_ERRORS, error_bands_svg, rising_bands
from benchmark.report.comparisons import comparison_figures, comparison_words, over_time_figure, ranks_of
from benchmark.report.explorer import explorer_data
from benchmark.report.figures import (
    LINEAR_UP_TO,
    MOST_POINTS,
    SMALLEST_ERROR,
    drawn_curves,
    error_growth_svg,
    valid_times_svg,
)
from benchmark.report.headline import board_rows, headline, leader_interval
from benchmark.report.panels import drawn_panel
from benchmark.report.site import Site
from benchmark.results.reading import Results
from benchmark.scoring.compute import DEFINITIONS
from benchmark.scoring.table import VPT_THRESHOLD
from benchmark.tasks.task import Task
from dysts.systems.as_text import typographic
from dysts.systems.properties import SIGNIFICANT

POINTS_CAPTION = (
    "Each point is one trajectory of one system; hollow points were still valid when the forecast ended. The bar is "
    "the median, the line its interval."
)
BOXES_CAPTION = (
    "Boxes hold the middle half of all cells, lines nine tenths, the bar is the median: product-limit estimates, as a "
    "forecast that is valid to its end lasts longer than was seen. An arrow goes on beyond the longest time."
)
_FEATURED = ("Lorenz", "Rossler")
_FEATURED_COUNT = 4
_MOST_PANELS = 6
_MOST_FAILURES = 200
MOST_COLUMNS = 8
"""Forecasters in the table of systems, the best ones: more do not fit the width of a page."""


def front_page(
    site: Site, *, grid: NDArray[np.float64], curves: pd.DataFrame, bands: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """Return what the template of the front page needs.

    Parameters
    ----------
    site : Site
    grid : float64 [time]
        Lyapunov times of the errors.
    curves : pandas.DataFrame
        Errors of all cells, as from `benchmark.results.error_curves.error_curves`.
    bands : mapping of str to float64 [5, time]
        Quantiles of the errors by forecaster, as from `benchmark.report.curves.error_quantiles`.

    Returns
    -------
    dict
        Among it ``figures``, the SVG elements by name, None where there is nothing to draw.
    """
    results, board, table, series = site.results, site.board, site.table, site.series
    ranks = ranks_of(site)
    medians = {name: values[2] for name, values in bands.items()}
    compared, invariants_told = comparison_figures(site, ranks)
    shown = site.forecasters[:MOST_COLUMNS]
    return {
        "manifest": results.manifest,
        "horizon": _horizon_text(results.manifest),
        "headline": headline(board),
        "interval": leader_interval(board),
        "finished": len(results.table),
        "asked": len(results.manifest["cells"]),
        "board": board_rows(board, series),
        "any_failed": bool(board["failed"].gt(0).any()),
        "linear_up_to": f"{LINEAR_UP_TO:g}",
        "notes": site.notes,
        "inf": math.inf,
        "pages": site.forecaster_pages,
        "system_pages": site.system_pages,
        "level": f"{100 * LEVEL:g}%",
        "threshold": VPT_THRESHOLD,
        "margin": f"{SIGNIFICANT:g}",
        "figures": {
            "valid-times": _valid_times(table, board, series),
            "growth": _growth(grid, medians, series),
            "bands": _bands(grid, bands, series),
            **compared,
            "invariants-over-time": over_time_figure(curves, grid, site),
        },
        "valid_times_caption": POINTS_CAPTION if _drawn_one_by_one(table) else BOXES_CAPTION,
        "comparison": comparison_words(ranks),
        "features": _features(site),
        "invariants_told": invariants_told,
        "below_growth": _listed(medians.keys() - drawn_curves(medians).keys()),
        "least_growth": written_figures(SMALLEST_ERROR),
        "below_bands": _listed(bands.keys() - rising_bands(bands).keys()),
        "least_bands": written_figures(SHOWN_ERRORS[0]),
        "systems": _system_rows(table, shown),
        "columns": shown,
        "more_columns": len(site.forecasters) - len(shown),
        "failures": _failures(results.table),
        "failures_count": int(_failed(results.table).sum()),
        "provenance": _provenance(results),
        "definitions": DEFINITIONS,
        "explorer": explorer_data(site),
    }


def _bands(
    grid: NDArray[np.float64], bands: Mapping[str, NDArray[np.float64]], series: Mapping[str, int]
) -> Markup | None:
    drawn = rising_bands(bands)
    return error_bands_svg(grid, drawn, series, threshold=VPT_THRESHOLD, name="bands") if drawn else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(short_name(name) for name in names))


def _drawn_one_by_one(table: pd.DataFrame) -> bool:
    counts = table[table["vpt"].notna()].groupby("forecaster").size()
    return bool(counts.max() <= MOST_POINTS) if len(counts) else True


def _horizon_text(manifest: Mapping[str, Any]) -> str:
    # Tables of earlier versions count in points, and do not say so.
    task = Task(
        system="any",
        horizon=int(manifest["horizon"]),
        horizon_clock=str(manifest.get("horizon_clock", "points")),
        most_points=int(manifest.get("most_points", 0)),
    )
    limit = f", at most {task.most_points} points" if task.most_points else ""
    return f"{task.horizon_text}{limit}"


def _valid_times(table: pd.DataFrame, board: pd.DataFrame, series: Mapping[str, int]) -> Any:
    if not table["vpt"].notna().any():
        return None
    label = "Valid prediction times of all cells. Medians: " + "; ".join(
        f"{short_name(row['forecaster'])} {median_text(row['vpt'], row['vpt_end'])}" for row in board.to_dict("records")
    )
    return valid_times_svg(table, board, series, name="valid-times", label=label)


def _growth(grid: NDArray[np.float64], medians: dict[str, NDArray[np.float64]], series: Mapping[str, int]) -> Any:
    if not any(np.isfinite(values).any() for values in medians.values()):
        return None
    last = {name: values[np.isfinite(values)] for name, values in medians.items()}
    label = f"Median normalised error against time up to {figures(grid[-1])} Lyapunov times. At the end: "
    label += "; ".join(f"{short_name(name)} {figures(values[-1])}" for name, values in last.items() if values.size)
    return error_growth_svg(grid, medians, series, name="growth", label=label)


def _features(site: Site) -> list[dict[str, Any]]:
    order = list(site.forecasters)
    shown = order if len(order) <= _MOST_PANELS else [*order[: _MOST_PANELS - 1], order[-1]]
    features = []
    for number, system in enumerate(_featured_systems(site.results.table)):
        by_name = {str(cell["forecaster"]): cell for _, cell in site.cells_of_system(system).iterrows()}
        drawn = [
            drawn_panel(site, by_name[name], name=f"panel-{number}-{site.series[name]}")
            for name in shown
            if name in by_name
        ]
        panels = [each for each in drawn if each is not None]
        if panels:
            about = site.known[system].description if system in site.known else ""
            features.append({"system": system, "about": about, "unit": panels[0]["unit"], "panels": panels})
    return features


def _featured_systems(table: pd.DataFrame) -> list[str]:
    """Choose a few systems: the famous ones, then from the easiest to the hardest."""
    ranked = table.groupby("system")["smape"].min().sort_values(kind="stable").index.tolist()
    chosen = [system for system in _FEATURED if system in ranked][:_FEATURED_COUNT]
    rest = [system for system in ranked if system not in chosen]
    wanted = min(_FEATURED_COUNT - len(chosen), len(rest))
    if wanted > 0:
        places = np.linspace(0, len(rest) - 1, wanted).round().astype(int)
        chosen += [rest[place] for place in dict.fromkeys(places.tolist())]
    return [str(system) for system in chosen]


def _system_rows(table: pd.DataFrame, forecasters: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for system, cells in table.groupby("system", sort=False):
        entries = []
        for name in forecasters:
            own = cells[cells["forecaster"] == name]
            valid = float(own["vpt"].median()) if own["vpt"].notna().any() else math.nan
            horizon = float(own["horizon_lyapunov"].median()) if math.isfinite(valid) else math.nan
            entries.append(
                {
                    "vpt": valid,
                    "share": round(min(1.0, valid / horizon), 3) if horizon and horizon > 0 else 0.0,
                    "periods": float(own["vpt_periods"].median()) if len(own) else math.nan,
                    "smape": float(own["smape"].median()) if len(own) else math.nan,
                    "censored": bool(len(own)) and bool(own["vpt_censored"].all()),
                    "failed": int(_failed(own).sum()),
                }
            )
        first = cells.iloc[0]
        rows.append(
            {
                "system": str(system),
                "exponent": float(first["lyapunov_exponent"]),
                "exponent_error": float(first["lyapunov_exponent_error"]),
                "horizon": float(first["horizon_lyapunov"]),
                "missing": str(first["vpt_missing"]),
                "entries": entries,
            }
        )
    return rows


def _failures(table: pd.DataFrame) -> list[dict[str, Any]]:
    failed = table[_failed(table)].head(_MOST_FAILURES)
    return [
        {str(name): row[name] for name in ("forecaster", "system", "trajectory", "status", "error")}
        for _, row in failed.iterrows()
    ]


def _failed(table: pd.DataFrame) -> "pd.Series[bool]":
    return ~table["status"].isin(("ok", "unavailable"))


def _provenance(results: Results) -> dict[str, Any]:
    table, manifest = results.table, results.manifest
    sessions = list(manifest.get("sessions", []))
    walls = [float(session["wall_seconds"]) for session in sessions if "wall_seconds" in session]
    return {
        "sessions": sessions,
        "wall_seconds": sum(walls),
        "all_walls_known": len(walls) == len(sessions),
        "cell_seconds": float(table["cell_seconds"].sum()),
        "peak_memory_mb": float(table["peak_memory_mb"].max()) if len(table) else math.nan,
        "commits": sorted(set(table["commit"]) - {""}),
        "data": [
            {"system": str(system), "sha256": str(sha)}
            for system, sha in table.drop_duplicates("system")[["system", "data_sha256"]].itertuples(index=False)
        ],
        "configs": [
            {"forecaster": str(name), "config": str(config)}
            for name, config in table.drop_duplicates(["forecaster", "config"])[["forecaster", "config"]].itertuples(
                index=False
            )
        ],
    }


def written_figures(value: float) -> str:
    """Return a number as text with three significant figures, and a true minus sign."""
    return typographic(figures(float(value)))
