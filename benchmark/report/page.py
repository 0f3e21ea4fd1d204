"""Put the page together: numbers into a template that escapes everything that it did not write itself."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from benchmark.comparison import LEVEL, figures, leaderboard, short_name, with_worst_scores
from benchmark.progress import clock_text
from benchmark.report.curves import error_growth, panel
from benchmark.report.figures import SERIES_COLOURS, error_growth_svg, legend, panel_svg, valid_times_svg
from benchmark.results import Results
from benchmark.scores import VPT_THRESHOLD
from benchmark.scoring import DEFINITIONS, LYAPUNOV_MARGIN
from dysts.errors import DystsError, StorageError

_FEATURED = ("Lorenz", "Rossler")
_FEATURED_COUNT = 4
_MOST_PANELS = 6
_MOST_FAILURES = 200


def write_report(results: Results, output: str | os.PathLike[str]) -> Path:
    """Write the report as one HTML page without any reference outside itself.

    Parameters
    ----------
    results : Results
        Results of a run, finished or not.
    output : path
        The page; replaced in one step if it exists.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    StorageError
        If the page cannot be written.
    """
    path = Path(output)
    if path.is_dir():
        raise StorageError(f"cannot write the report {path}: it is a folder; name a file such as report.html")
    text = render(results)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True) if path.parent.is_dir() else None
        raise StorageError(f"cannot write the report {path}: {error.strerror or error}") from error
    return path


def render(results: Results) -> str:
    """Return the page as text.

    Parameters
    ----------
    results : Results
        Results of a run, finished or not.

    Returns
    -------
    str
        HTML.
    """
    board = leaderboard(results)
    forecasters = [str(name) for name in board["forecaster"]]
    series = legend(forecasters)
    table = with_worst_scores(results.table)
    environment = Environment(
        loader=PackageLoader("benchmark.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figures"] = _figures
    environment.filters["short_name"] = short_name
    environment.filters["clock"] = clock_text
    return environment.get_template("page.html").render(
        manifest=results.manifest,
        headline=_headline(board),
        interval=_leader_interval(board),
        finished=len(results.table),
        asked=len(results.manifest["cells"]),
        board=_board_rows(board, series),
        level=f"{100 * LEVEL:g}%",
        threshold=VPT_THRESHOLD,
        margin=f"{LYAPUNOV_MARGIN:g}",
        valid_times=_valid_times(table, board, series),
        growth=_growth(results, forecasters, series),
        features=_features(results, board, series),
        systems=_system_rows(table, forecasters),
        forecasters=[(name, series[name] % SERIES_COLOURS) for name in forecasters],
        failures=_failures(results.table),
        failures_count=int(_failed(results.table).sum()),
        provenance=_provenance(results),
        definitions=DEFINITIONS,
    )


def _headline(board: pd.DataFrame) -> str:
    usable = board[board["vpt"].notna() & (board["failed"] < board["cells"]) & ~board["reference"]]
    if usable.empty:
        return "No forecaster has a valid prediction time to rank by."
    best = usable.iloc[0]
    times = f"{'at least ' if best['lower_bound'] else ''}{figures(best['vpt'])} Lyapunov times"
    if best["vpt"] == 0:
        return "In the median no forecaster was valid for even one step."
    bounded = [short_name(name) for name in usable.loc[usable["lower_bound"], "forecaster"]]
    if best["lower_bound"] and len(bounded) > 1:
        # Medians that the horizon cuts off cannot be ranked among themselves.
        listed = f"{', '.join(bounded[:-1])} and {bounded[-1]}"
        return f"{listed} lead; a horizon of this length does not tell them apart"
    return f"{short_name(best['forecaster'])} forecasts remain valid longest: {times} in the median"


def _leader_interval(board: pd.DataFrame) -> str:
    board = board[~board["reference"]]
    if board.empty or not math.isfinite(board["vpt_low"].iloc[0]):
        return ""
    return f"{figures(board['vpt_low'].iloc[0])} to {figures(board['vpt_high'].iloc[0])}"


def _board_rows(board: pd.DataFrame, series: dict[str, int]) -> list[dict[str, Any]]:
    ends = board[["vpt", "vpt_high"]].to_numpy(dtype=np.float64)
    longest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 0.0

    def place(value: float, instead: float) -> float:
        chosen = value if math.isfinite(value) else instead
        return 100 * chosen / longest if longest > 0 and math.isfinite(chosen) else 0.0

    rows: list[dict[str, Any]] = []
    rank = 0
    for record in board.to_dict("records"):
        row: dict[str, Any] = {str(name): value for name, value in record.items()}
        # References frame the table; they are not ranked.
        rank += not row["reference"]
        row["rank"] = "" if row["reference"] else rank
        row["colour"] = series[row["forecaster"]] % SERIES_COLOURS
        row["bar"] = {
            "low": place(row["vpt_low"], row["vpt"]),
            "middle": place(row["vpt"], 0.0),
            "high": place(row["vpt_high"], row["vpt"]),
        }
        rows.append(row)
    return rows


def _valid_times(table: pd.DataFrame, board: pd.DataFrame, series: dict[str, int]) -> Any:
    if not table["vpt"].notna().any():
        return None
    label = "Valid prediction times of all cells. Medians: " + "; ".join(
        f"{short_name(row['forecaster'])} {figures(row['vpt'])}" for row in board.to_dict("records")
    )
    return valid_times_svg(table, board, series, name="valid-times", label=label)


def _growth(results: Results, forecasters: Sequence[str], series: dict[str, int]) -> Any:
    grid, medians = error_growth(results, forecasters)
    if not any(np.isfinite(values).any() for values in medians.values()):
        return None
    last = {name: values[np.isfinite(values)] for name, values in medians.items()}
    label = f"Median normalised error against time up to {figures(grid[-1])} Lyapunov times. At the end: "
    label += "; ".join(f"{short_name(name)} {figures(values[-1])}" for name, values in last.items() if values.size)
    return error_growth_svg(grid, medians, series, name="growth", label=label)


def _features(results: Results, board: pd.DataFrame, series: dict[str, int]) -> list[dict[str, Any]]:
    table = results.table
    order = [str(name) for name in board["forecaster"]]
    shown = order if len(order) <= _MOST_PANELS else [*order[: _MOST_PANELS - 1], order[-1]]
    features = []
    for number, system in enumerate(_featured_systems(table)):
        cells = table[table["system"] == system]
        cells = cells[cells["trajectory"] == cells["trajectory"].min()].drop_duplicates("forecaster")
        by_name = {str(cell["forecaster"]): cell for _, cell in cells.iterrows()}
        panels = []
        unit = ""
        for name in shown:
            drawn = panel(results, by_name[name]) if name in by_name else None
            if drawn is None:
                continue
            cell = by_name[name]
            unit = drawn.unit
            verdict = _verdict(cell, drawn.valid, drawn.unit)
            svg = panel_svg(
                drawn,
                series=series[name],
                name=f"panel-{number}-{series[name]}",
                label=f"{short_name(name)} on {system}, component {drawn.component}: {verdict}",
            )
            panels.append({"name": name, "colour": series[name] % SERIES_COLOURS, "svg": svg, "verdict": verdict})
        if panels:
            features.append({"system": system, "about": _description(system), "unit": unit, "panels": panels})
    return features


def _verdict(cell: pd.Series, valid: float, unit: str) -> str:
    if cell["status"] != "ok":
        return f"no forecast ({cell['status'].replace('_', ' ')})"
    horizon = float(cell["horizon_lyapunov"])
    if unit == "periods":
        horizon = valid if cell["vpt_censored"] else math.nan
    if cell["vpt_censored"]:
        return f"valid to the end, {figures(horizon)} {unit}"
    return f"valid for {figures(valid)} {unit}"


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


def _description(system: str) -> str:
    import dysts

    try:
        return str(dysts.get_system(system).description)
    except DystsError:
        return ""


def _figures(value: float) -> str:
    return figures(float(value))
