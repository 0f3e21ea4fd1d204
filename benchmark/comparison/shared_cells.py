"""Like with like: the cells that all forecasters of a table have, and notes on what a median would mix."""

import textwrap
from collections.abc import Sequence

import pandas as pd

from benchmark.comparison.number_text import distinct_names
from benchmark.comparison.origins import origins
from benchmark.tasks.references import REFERENCES

_VARIED = {
    "horizon": "horizons",
    "train_length": "training lengths",
    "recipe": "recipes",
    "components": "sets of observed components",
    "measurement_noise": "levels of measurement noise",
    "stride": "strides",
}
"""Columns in which the tasks of one table may differ, with their names for people."""
_MOST_NAMES = 3
_WIDTH = 79


def shared_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return the newest row of every cell, for the cells that all forecasters have.

    A cell is a task with a seed. References are kept on the cells of the forecasters, and restrict nothing. Where the
    forecasters have no cell in common, all cells are kept.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    """
    if "task" not in table.columns:
        return table
    newest = _newest(table)
    common = _common(newest)
    return newest[_cells(newest).isin(common)] if common else newest


def notes(table: pd.DataFrame) -> list[str]:
    """Return sentences on cells that the medians of a table leave out or mix; none if all rows are alike.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    """
    if "task" not in table.columns or table.empty:
        return []
    newest = _newest(table)
    told = [*_older_code(table), *_different_cells(newest), *_mixed(newest), *_without_lyapunov_time(newest)]
    return [*told, *origins(newest)] if "config" in newest.columns else told


def notes_text(table: pd.DataFrame) -> str:
    """Return the notes as lines of at most 79 columns."""
    return "\n".join(textwrap.fill(note, _WIDTH, subsequent_indent="  ") for note in notes(table))


def _labels(table: pd.DataFrame) -> "pd.Series[str]":
    return table["forecaster"] + " (" + table["preset"] + ")"


def _cells(table: pd.DataFrame) -> "pd.Series[str]":
    return table["task"] + "/" + table["seed"].astype(str)


def _newest(table: pd.DataFrame) -> pd.DataFrame:
    order = table["finished"].argsort(kind="stable") if "finished" in table.columns else slice(None)
    kept = table.iloc[order].drop_duplicates(["forecaster", "preset", "task", "seed"], keep="last")
    return table[table.index.isin(kept.index)]


def _by_forecaster(table: pd.DataFrame) -> dict[str, set[str]]:
    own = table[~table["forecaster"].isin(list(REFERENCES)) & (table["status"] != "unavailable")]
    cells = _cells(own)
    return {str(name): set(cells.loc[rows.index]) for name, rows in own.groupby(_labels(own), sort=False)}


def _common(table: pd.DataFrame) -> set[str]:
    sets = list(_by_forecaster(table).values())
    return set.intersection(*sets) if sets else set()


def _older_code(table: pd.DataFrame) -> list[str]:
    if "code" not in table.columns:
        return []
    shown = distinct_names(table["forecaster"].unique())
    found = []
    # Tables of earlier versions do not know the code of references.
    for name, rows in table[table["code"] != ""].groupby("forecaster", sort=False):
        latest = rows.sort_values("finished", kind="stable")["code"].iloc[-1]
        older = int((rows["code"] != latest).sum())
        if older:
            found.append(
                f"{shown[str(name)]}: {older} of {len(rows)} rows are of other code than the newest; run them again."
            )
    return found


def _different_cells(table: pd.DataFrame) -> list[str]:
    sets = _by_forecaster(table)
    common = _common(table)
    if all(cells == common for cells in sets.values()):
        return []
    shown = distinct_names(name.rpartition(" (")[0] for name in sets)
    counts = _listed([f"{shown[name.rpartition(' (')[0]]} {len(cells)}" for name, cells in sets.items()])
    if not common:
        return [f"The forecasters have no cell in common, so each median is over other cells: {counts}."]
    cells = "one cell" if len(common) == 1 else f"{len(common)} cells"
    return [f"Ranked on the {cells} that all forecasters have; in all they have: {counts}."]


def _mixed(table: pd.DataFrame) -> list[str]:
    found = []
    for name, words in _VARIED.items():
        values = sorted(set(table[name])) if name in table.columns else []
        if name in ("recipe", "components"):
            # Series of one's own have a recipe and components of their own.
            values = sorted(set(table.loc[table["recipe"] != "own", name]))
        if len(values) > 1:
            given = _listed([f"{value:g}" if isinstance(value, int | float) else value or "all" for value in values])
            found.append(f"The medians mix {words} ({given}); --by {name} takes them apart.")
    return found


def _without_lyapunov_time(table: pd.DataFrame) -> list[str]:
    systems = table.drop_duplicates("system")
    without = systems[systems["vpt_missing"] != ""]
    if without.empty or len(without) == len(systems):
        return []
    have = "has" if len(without) == 1 else "have"
    names = _listed([str(name) for name in without["system"]])
    return [
        f"Valid times are medians over {len(systems) - len(without)} of {len(systems)} systems, as {names} {have} no "
        "Lyapunov time."
    ]


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMES + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"
