"""The leaderboard as text for a terminal."""

import pandas as pd

from benchmark.comparison.bootstrap import LEVEL
from benchmark.comparison.number_text import distinct_names, figures, interval_text, median_text, short_name


def leaderboard_text(board: pd.DataFrame, *, level: float = LEVEL, notes: str = "") -> str:
    """Write a leaderboard as text of at most 80 columns.

    Parameters
    ----------
    board : pandas.DataFrame
        What `leaderboard` returns.
    level : float
        The coverage that `leaderboard` was given, for the heading.
    notes : str
        Lines to put below, as from `benchmark.comparison.shared_cells.notes_text`.

    Returns
    -------
    str
        Lines without a final newline.
    """
    names = distinct_names(board["forecaster"])
    # A name that would collide with another is shown whole, however wide the table becomes.
    width = max([20, *(len(text) for name, text in names.items() if text != short_name(name))])
    interval = f"{100 * level:g}% interval"
    lines = [
        f"{'':<3} {'':<{width}} {'valid time':>10}",
        f"{'#':>3} {'forecaster':<{width}} {'(Lyapunov)':>10} {interval:>14} "
        f"{'skill':>6} {'smape':>6} {'fails':>5} {'seconds':>8}",
        "-" * (59 + width),
    ]
    rank = 0
    for row in board.to_dict("records"):
        # References frame the table; they are not ranked.
        rank += not row["reference"]
        name = names[row["forecaster"]] + row.get("mark", "")
        name = name if len(name) <= width else name[: width - 1] + "…"
        median = median_text(row["vpt"], row["vpt_end"])
        span = interval_text(row["vpt_low"], row["vpt_high"])
        lines.append(
            f"{'-' if row['reference'] else rank:>3} {name:<{width}} {median:>10} {span:>14} "
            f"{figures(row['skill']):>6} {figures(row['smape']):>6} {row['failed']:>5} "
            f"{row['seconds']:>8.1f}"
        )
    if not len(board):
        lines.append("no finished cell")
    if board["lower_bound"].any():
        lines.append(">: more, as half of the forecasts or more were still valid when they ended.")
    if board["reference"].any():
        lines.append("-: references. Skill is the position of the valid time between the floor, 0,")
        lines.append("   and the oracle, 1, which integrates the true equations.")
    return "\n".join([*lines, notes] if notes else lines)
