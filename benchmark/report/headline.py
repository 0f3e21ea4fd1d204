"""The headline of a report, and the rows of its leaderboard."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmark.comparison.number_text import figures, interval_text, short_name
from benchmark.report.colours import GREY, colour_number, leaders
from benchmark.report.figures import LINEAR_UP_TO


def headline(board: pd.DataFrame) -> str:
    """Return the sentence that names the forecasters whose forecasts last longest."""
    usable = board[board["vpt"].notna() & (board["failed"] < board["cells"]) & ~board["reference"]]
    if usable.empty:
        return "No forecaster has a valid prediction time to rank by."
    level = leaders(board)
    if not level:
        return "In the median no forecaster was valid for even one step."
    if len(level) > 1:
        listed = [f"{short_name(row['forecaster'])} ({_time_words(row)})" for row in level]
        return f"{', '.join(listed[:-1])} and {listed[-1]} forecast longest; their intervals do not tell them apart"
    best = level[0]
    return (
        f"{short_name(best['forecaster'])} forecasts remain valid longest: "
        f"{_time_words(best)} Lyapunov times in the median"
    )


def _time_words(row: Mapping[str, Any]) -> str:
    return f"more than {figures(row['vpt_end'])}" if row["lower_bound"] else figures(row["vpt"])


def leader_interval(board: pd.DataFrame) -> str:
    """Return the words for the interval of the first forecaster, or an empty text without any."""
    board = board[~board["reference"]]
    if board.empty or not math.isfinite(board["vpt_low"].iloc[0]):
        return ""
    low, high = board["vpt_low"].iloc[0], board["vpt_high"].iloc[0]
    if math.isinf(high):
        return f"begins at {figures(low)} and is open above"
    return f"is {interval_text(low, high, between=' to ')}"


def board_rows(board: pd.DataFrame, series: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the rows of the leaderboard with rank, colour, and the places of median and interval on a bar."""
    ends = board[["vpt", "vpt_low", "vpt_high"]].to_numpy(dtype=np.float64)
    longest = float(ends[np.isfinite(ends)].max()) if np.isfinite(ends).any() else 0.0

    def place(value: float, instead: float) -> float:
        if math.isinf(value):
            return 100.0
        chosen = value if math.isfinite(value) else instead
        if longest <= 0 or not math.isfinite(chosen):
            return 0.0
        # Linear up to the threshold and logarithmic above, as times range over four decades and may be zero.
        return 100 * math.log1p(chosen / LINEAR_UP_TO) / math.log1p(longest / LINEAR_UP_TO)

    rows: list[dict[str, Any]] = []
    rank = 0
    for record in board.to_dict("records"):
        row: dict[str, Any] = {str(name): value for name, value in record.items()}
        # References frame the table; they are not ranked.
        rank += not row["reference"]
        row["rank"] = "" if row["reference"] else rank
        row["colour"] = colour_number(series[row["forecaster"]])
        row["coloured"] = row["colour"] < GREY
        row["bar"] = {
            "low": place(row["vpt_low"], row["vpt"]),
            "middle": place(row["vpt"], 0.0),
            "high": place(row["vpt_high"], row["vpt"]),
        }
        rows.append(row)
    return rows
