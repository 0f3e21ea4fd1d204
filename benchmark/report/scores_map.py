"""The map of all systems in a report: where each forecaster succeeds and fails."""

from pathlib import Path

from benchmark.report.site import site_of
from benchmark.results.reading import Results
from dysts.atlas.atlas import read_atlas
from dysts.gallery.atlas_page import write_atlas_page

LEAST_SYSTEMS = 20
"""Least number of systems of the atlas in a run: of fewer a map shows nothing."""
SCORES = (("vpt", "valid time of {}"), ("smape", "sMAPE of {}"))
"""Scores by which the map can be coloured, with their names on the page."""


def is_mapped(results: Results) -> bool:
    """Return whether a report has a map: the run has enough of the systems in the atlas."""
    return len({str(name) for name in results.table["system"]} & read_atlas().places.keys()) >= LEAST_SYSTEMS


def write_scores_map(results: Results, path: Path) -> None:
    """Write the map of all systems, which can be coloured by the median scores of each forecaster.

    Parameters
    ----------
    results : Results
    path : Path
        The file, in the folder of the report.

    Raises
    ------
    StorageError
    """
    site = site_of(results)
    values = {}
    for score, title in SCORES:
        medians = site.table.groupby(["forecaster", "system"], observed=True)[score].median()
        for forecaster in site.forecasters:
            values[title.format(forecaster)] = {
                str(system): float(value) for system, value in medians[forecaster].items()
            }
    write_atlas_page(path, values=values, pages=site.system_pages, back=("index.html", "All results"))
