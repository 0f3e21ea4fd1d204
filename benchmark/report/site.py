"""The content that all pages of a report share: table, ranking, colours, names of files."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.number_text import short_name, with_distinct_names
from benchmark.comparison.shared_cells import notes
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.report.colours import series_numbers
from benchmark.results.reading import Results
from dysts.errors import DystsError
from dysts.systems.registry import Registry
from dysts.systems.system import System

LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """A report in the making.

    Attributes
    ----------
    results : Results
    table : pandas.DataFrame
        Rows of results, failed ones with the worst scores.
    board : pandas.DataFrame
        What `benchmark.comparison.leaderboard.leaderboard` returns.
    forecasters : tuple of str
        In the order of the leaderboard.
    systems : tuple of str
        In the order of the table.
    series : mapping of str to int
        The number of each forecaster's colour or dashes, as from `benchmark.report.colours.series_numbers`.
    forecaster_pages, system_pages : mapping of str to str
        Addresses of the pages, from the front page.
    known : mapping of str to System
        The systems that the registry or the results folder knows.
    notes : tuple of str
        What the medians leave out or mix.
    """

    results: Results
    table: pd.DataFrame
    board: pd.DataFrame
    forecasters: tuple[str, ...]
    systems: tuple[str, ...]
    series: Mapping[str, int]
    forecaster_pages: Mapping[str, str]
    system_pages: Mapping[str, str]
    known: Mapping[str, System]
    notes: tuple[str, ...]

    def cells_of_system(self, system: str) -> pd.DataFrame:
        """Return the rows of the first trajectory of a system, one per forecaster, in the order of the leaderboard."""
        cells = self.results.table[self.results.table["system"] == system]
        # A reference that does not exist for a system has no place on its page.
        cells = cells[cells["status"] != "unavailable"]
        cells = cells[cells["trajectory"] == cells["trajectory"].min()].drop_duplicates("forecaster")
        order = {name: place for place, name in enumerate(self.forecasters)}
        return cells.iloc[cells["forecaster"].map(order).argsort(kind="stable")]


def neighbour(pages: Mapping[str, str], place: int) -> dict[str, str] | None:
    """Return name and address of the page at a place; None before the first and after the last."""
    if not 0 <= place < len(pages):
        return None
    name = list(pages)[place]
    return {"name": name, "page": pages[name]}


def first_failure(cells: pd.DataFrame) -> str:
    """Return status and error of the first cell without a forecast, or an empty text."""
    failed = cells[cells["status"] != "ok"]
    return "" if failed.empty else f"{failed.iloc[0]['status']}: {failed.iloc[0]['error']}"


def site_of(results: Results) -> Site:
    """Gather the content that the pages of a report on a run share.

    Parameters
    ----------
    results : Results
        Results of a run, finished or not.

    Returns
    -------
    Site
    """
    results = replace(results, table=with_distinct_names(results.table))
    board = leaderboard(results)
    forecasters = tuple(str(name) for name in board["forecaster"])
    systems = tuple(str(name) for name in results.table["system"].unique())
    return Site(
        results=results,
        table=with_worst_scores(results.table),
        board=board,
        forecasters=forecasters,
        systems=systems,
        series=series_numbers(board),
        forecaster_pages=page_names("forecasters", forecasters),
        system_pages=page_names("systems", systems),
        known=_known(results.registry, systems),
        notes=tuple(notes(results.table)),
    )


def page_names(folder: str, names: Iterable[str]) -> dict[str, str]:
    """Return a file name for each name, which no name can lead out of the folder and no two share.

    Examples
    --------
    >>> page_names("systems", ["Lorenz", "../Lorenz", "lorenz"])["Lorenz"]
    'systems/Lorenz.html'
    >>> page_names("systems", ["Lorenz", "../Lorenz", "lorenz"])["../Lorenz"]
    'systems/Lorenz-8bfa8c76.html'
    """
    pages: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        short = short_name(name)
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", short).strip("-")[:LONGEST_NAME]
        # Some file systems ignore case, so two names may not differ by it alone.
        if stem != short or stem.lower() in taken:
            mark = hashlib.sha256(name.encode()).hexdigest()[:8]
            stem = f"{stem}-{mark}" if stem else mark
        taken.add(stem.lower())
        pages[name] = f"{folder}/{stem}.html"
    return pages


def _known(registry: Registry, names: Iterable[str]) -> dict[str, System]:
    known = {}
    for name in names:
        try:
            known[name] = registry.find(name)
        except DystsError:
            continue
    return known
