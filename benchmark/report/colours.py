"""The colour of each forecaster: that of its name on all pages and pictures if it leads, and grey if it does not."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dysts.plotting.palette import SERIES_COLOURS

GREY = SERIES_COLOURS
"""Number of the colour of all forecasters that do not lead, and of the references."""
OWN = {"NVAR": 0, "ESN": 1, "NBEATS": 2, "NeuralODE": 3, "NHiTS": 4, "Transformer": 5}
"""Number of the colour that a forecaster has whenever it leads; others take a colour that no leader has."""


def leaders(board: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a leaderboard that its headline names: the first, and those level with it.

    Level with the first are the forecasters whose interval reaches its median. Nobody leads where the first was not
    valid for one step in the median.

    Parameters
    ----------
    board : pandas.DataFrame
        As from `benchmark.comparison.leaderboard.leaderboard`.
    """
    usable = board[board["vpt"].notna() & (board["failed"] < board["cells"]) & ~board["reference"]]
    if usable.empty or usable["vpt"].iloc[0] == 0:
        return []
    best = usable["vpt"].iloc[0]
    level = usable[(usable["vpt_high"] >= best) | (usable["vpt"] == best)]
    return [{str(key): value for key, value in row.items()} for row in level.to_dict("records")]


def series_numbers(board: pd.DataFrame) -> dict[str, int]:
    """Return a number for each forecaster: below `GREY` that of its colour, from there on that of its dashes.

    No two forecasters have the same number.

    Parameters
    ----------
    board : pandas.DataFrame
        As from `benchmark.comparison.leaderboard.leaderboard`.
    """
    coloured = leader_colours([str(row["forecaster"]) for row in leaders(board)])
    rest = [str(name) for name in board["forecaster"] if str(name) not in coloured]
    return coloured | {name: GREY + place for place, name in enumerate(rest)}


def leader_colours(names: Sequence[str]) -> dict[str, int]:
    """Return the number of the colour of each leader, each another one; those beyond the last colour have none.

    Examples
    --------
    >>> leader_colours(["Mine", "ESN", "NVAR"])
    {'ESN': 1, 'NVAR': 0, 'Mine': 2}
    """
    found = {name: OWN[name] for name in names if name in OWN}
    free = [number for number in range(SERIES_COLOURS) if number not in found.values()]
    return found | dict(zip([name for name in names if name not in OWN], free, strict=False))


def colour_number(series: int) -> int:
    """Return the number of the page's colour for a forecaster's number: its own, or that of the grey."""
    return min(series, GREY)
