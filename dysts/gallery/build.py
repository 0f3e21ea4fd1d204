"""Writes the gallery: missing pictures in worker processes, then the pages."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from dysts.atlas.atlas import read_atlas
from dysts.cache import write_atomically
from dysts.checks import check_count
from dysts.errors import DystsError, InvalidArgumentError, MissingPackageError, StorageError
from dysts.gallery.atlas_page import write_atlas_page
from dysts.gallery.facts import breakable, system_facts
from dysts.gallery.frame import page_environment
from dysts.gallery.pictures import draw_poster, draw_system
from dysts.plotting.style import matplotlib
from dysts.systems.kinds import MAP
from dysts.systems.registry import get_system, list_systems
from dysts.systems.system import System
from dysts.version import __version__, fingerprint, install_command
from dysts.workers.processes import worker_pool

DRAWN_BY = (
    "compilation",
    "equations",
    "gallery/map_pictures.py",
    "gallery/pictures.py",
    "integration",
    "plotting",
    "solvers",
    "systems",
)
"""The source files whose change makes stored pictures outdated."""

KINDS = ("small", "large", "series")


def write_gallery(
    output: str | os.PathLike[str],
    *,
    systems: Sequence[System | str] | None = None,
    workers: int = 1,
    poster: bool = True,
    report: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """Write a folder with a page of all attractors, a page for each, and a poster.

    It opens from disk and asks nothing of any server. Pictures that are there already, of the same definition and
    drawn by the same code, are kept: a run that was stopped goes on where it was.

    Parameters
    ----------
    output : path
        The folder; created if need be.
    systems : sequence of System or str, optional
        By default all 135.
    workers : int
        Processes that draw.
    poster : bool
        Whether to draw ``poster.png`` and ``poster.pdf``.
    report : callable, optional
        Receives one line for each system that was drawn.

    Returns
    -------
    dict of str to str
        The reason for each system that could not be drawn; the others are there.

    Raises
    ------
    UnknownNameError, InvalidArgumentError
        If a system is not known, or two have one name.
    MissingPackageError
        If matplotlib, Pillow or Jinja is not installed.
    StorageError
        If the folder cannot be written.
    """
    jinja = _environment()
    given = list_systems() if systems is None else systems
    chosen = [get_system(system) if isinstance(system, str) else system for system in given]
    if len({system.name for system in chosen}) < len(chosen):
        raise InvalidArgumentError(f"systems must have different names, got {', '.join(s.name for s in chosen)}")
    folder = Path(output)
    try:
        (folder / "pictures").mkdir(parents=True, exist_ok=True)
        (folder / "systems").mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make the folder {folder}: {error}") from error
    files = {system.name: _files(folder, system) for system in chosen}
    failures = _draw_missing(chosen, files, check_count("workers", workers), report)
    drawn = [system for system in chosen if system.name not in failures]
    if poster and drawn:
        for ending in ("png", "pdf"):
            draw_poster(drawn, folder / f"poster.{ending}", report=report if ending == "png" else None)
    mapped = _write_map(folder, drawn)
    _write_pages(jinja, folder, drawn, files, poster=poster, mapped=mapped)
    return failures


def _write_map(folder: Path, systems: Sequence[System]) -> bool:
    """Write the page of the atlas if all its systems have pages here; return whether it was written."""
    pages = {system.name: f"systems/{system.name}.html" for system in systems}
    if not pages.keys() >= read_atlas().places.keys():
        return False
    write_atlas_page(folder / "atlas.html", pages=pages, back=("index.html", "All systems"))
    return True


def _environment() -> Any:
    environment = page_environment(purpose="the gallery")
    try:
        import PIL  # noqa: F401

        matplotlib()
    except ImportError as error:
        raise MissingPackageError(f"the gallery needs {error.name}: {install_command('plot')}") from error
    return environment


def _files(folder: Path, system: System) -> dict[str, Path]:
    """Return the paths of the pictures, whose names change with their content."""
    period = system.period if "period" in system.properties else None
    shown = f"{system.definition_json}{period!r}{fingerprint(*DRAWN_BY)}"
    mark = hashlib.sha256(shown.encode()).hexdigest()[:8]
    return {kind: folder / "pictures" / f"{system.name}-{kind}-{mark}.webp" for kind in KINDS}


def _draw_missing(
    systems: Sequence[System],
    files: dict[str, dict[str, Path]],
    workers: int,
    report: Callable[[str], None] | None,
) -> dict[str, str]:
    missing = [system for system in systems if not all(path.exists() for path in files[system.name].values())]
    failures: dict[str, str] = {}
    begin = time.monotonic()
    with worker_pool(workers) as pool:
        tasks = {pool.submit(draw_system, system, files[system.name]): system.name for system in missing}
        for count, done in enumerate(as_completed(tasks), start=1):
            name = tasks[done]
            try:
                done.result()
                outcome = ""
            except DystsError as error:
                failures[name] = str(error)
                outcome = f" failed: {error}"
            except BrokenProcessPool:
                failures[name] = "a process that draws was killed, perhaps for want of memory"
                outcome = f" failed: {failures[name]}"
            if report:
                left = (time.monotonic() - begin) / count * (len(missing) - count)
                report(f"{count}/{len(missing)} {name}{outcome}, about {left:.0f} s left")
    return failures


def _write_pages(
    jinja: Any,
    folder: Path,
    systems: Sequence[System],
    files: dict[str, dict[str, Path]],
    *,
    poster: bool,
    mapped: bool,
) -> None:
    cards = [
        {
            "name": system.name,
            "shown": breakable(system.name),
            "description": system.description,
            "field": system.field,
            "regime": system.property_value("regime") if "regime" in system.properties else "",
            "picture": files[system.name]["small"].name,
        }
        for system in systems
    ]
    index = jinja.get_template("index.html").render(
        cards=cards,
        fields=sorted({card["field"] for card in cards if card["field"]}),
        regimes=sorted({card["regime"] for card in cards if card["regime"]}),
        poster=poster,
        mapped=mapped,
        only_maps=all(system.kind == MAP for system in systems),
        version=__version__,
    )
    _write(folder / "index.html", index)
    template = jinja.get_template("gallery_system.html")
    for position, system in enumerate(systems):
        page = template.render(
            system=system,
            shown=system_facts(system),
            pictures={kind: path.name for kind, path in files[system.name].items()},
            before=systems[position - 1].name if position else None,
            after=systems[position + 1].name if position + 1 < len(systems) else None,
        )
        _write(folder / "systems" / f"{system.name}.html", page)


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode())
