"""Write a report: the front page, a page for each system and forecaster, the table and the figures."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from benchmark.comparison.number_text import short_name
from benchmark.export import export
from benchmark.report.colours import GREY
from benchmark.report.curves import error_quantiles, lyapunov_grid
from benchmark.report.forecaster_pages import forecaster_page
from benchmark.report.front_page import front_page, written_figures
from benchmark.report.pictures import attractor_pictures
from benchmark.report.scores_map import is_mapped, write_scores_map
from benchmark.report.site import site_of
from benchmark.report.svg import standalone
from benchmark.report.system_pages import system_page
from benchmark.results.csv_text import without_formulas
from benchmark.results.error_curves import error_curves
from benchmark.results.reading import Results
from benchmark.running.progress import clock_text
from dysts.cache import replacing
from dysts.errors import StorageError
from dysts.gallery.frame import page_environment
from dysts.workers.threads import processors

LEFT_OUT_OF_CSV = ["config", "missing", "versions"]
"""Columns left out of the CSV: long, repetitive, and cheap in Parquet only."""
PARTS = ("index.html", "atlas.html", "systems", "forecasters", "figures", "data")
"""Files and folders of a report."""


def write_report(
    results: Results, output: str | os.PathLike[str], *, report: Callable[[str], None] | None = None
) -> Path:
    """Write the report as a folder of pages that opens from disk and refers to nothing outside itself.

    Parameters
    ----------
    results : Results
        Results of a run, finished or not.
    output : path
        The folder; an older report in it is replaced when the new one is complete.
    report : callable, optional
        Receives a line about each stage.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    StorageError
        If the folder cannot be written, or holds something else than a report.
    """
    folder = Path(output)
    _check_target(folder)
    with replacing(folder) as partial:
        for part in PARTS:
            if not part.endswith(".html"):
                (partial / part).mkdir(parents=True)
        for address, text in pages(results, report=report).items():
            (partial / address).write_text(text, encoding="utf-8")
        if is_mapped(results):
            write_scores_map(results, partial / "atlas.html")
        short = results.table.drop(columns=LEFT_OUT_OF_CSV)
        without_formulas(short).to_csv(
            partial / "data" / "results.csv", index=False, lineterminator="\n", float_format="%.5g"
        )
        export(results, partial / "data" / "results.parquet")
    return folder / "index.html"


def pages(results: Results, *, report: Callable[[str], None] | None = None) -> dict[str, str]:
    """Return the text of every page and figure of a report by its address in the folder.

    Parameters
    ----------
    results : Results
    report : callable, optional
        Receives a line about each stage.
    """
    tell = report or (lambda _: None)
    site = site_of(results)
    environment = _environment()
    tell(f"errors of {len(site.table)} cells")
    grid = lyapunov_grid(results)
    curves = error_curves(results, grid)
    bands = error_quantiles(curves, grid, site.forecasters)
    tell("front page")
    front = front_page(site, grid=grid, curves=curves, bands=bands) | {"mapped": is_mapped(results)}
    written = {"index.html": environment.get_template("front.html").render(front)}
    written |= {f"figures/{name}.svg": standalone(figure) for name, figure in _figures(front).items()}
    tell(f"attractors of {len(site.known)} systems")
    pictures = attractor_pictures(site.known, workers=processors())
    tell(f"pages of {len(site.systems)} systems and {len(site.forecasters)} forecasters")
    for name, address in site.system_pages.items():
        content = system_page(site, name, picture=pictures.get(name, ""))
        written[address] = environment.get_template("system.html").render(content)
    for name, address in site.forecaster_pages.items():
        content = forecaster_page(site, name, grid=grid, bands=bands)
        written[address] = environment.get_template("forecaster.html").render(content)
    return written


def _figures(front: Mapping[str, Any]) -> dict[str, Markup]:
    return {name: figure for name, figure in front["figures"].items() if figure is not None}


def _environment() -> Any:
    environment = page_environment("benchmark.report", purpose="a report")
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "sort_keys": True}
    environment.filters["sortable"] = lambda value: f"{float(value):.5g}"
    environment.globals["grey"] = GREY
    environment.filters["figures"] = written_figures
    environment.filters["short_name"] = short_name
    environment.filters["breakable"] = breakable
    environment.filters["clock"] = clock_text
    return environment


def breakable(name: str) -> Markup:
    """Return a name that a narrow column may break before the capital letters of its words.

    Examples
    --------
    >>> str(breakable("LinearRegression<b>"))
    'Linear<wbr>Regression&lt;b&gt;'
    """
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", name))


def _check_target(folder: Path) -> None:
    if folder.suffix.lower() in (".html", ".htm"):
        raise StorageError(f"cannot write the report {folder}: it is a folder of pages; name one, such as report")
    if folder.is_file():
        raise StorageError(f"cannot write the report {folder}: it is a file; name a folder such as report")
    if not folder.parent.is_dir():
        raise StorageError(f"cannot write the report {folder}: {folder.parent} is no folder")
    strangers = sorted(each.name for each in folder.iterdir() if each.name not in PARTS) if folder.is_dir() else []
    if strangers:
        raise StorageError(f"cannot write the report {folder}: it holds {strangers[0]}; name a folder of its own")
