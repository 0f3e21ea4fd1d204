"""Writes the page of the atlas: a map of all systems, coloured by what is known or measured of them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dysts.atlas.atlas import Atlas, read_atlas
from dysts.cache import write_atomically
from dysts.errors import InvalidArgumentError
from dysts.gallery.frame import page_environment
from dysts.systems.registry import get_system
from dysts.systems.system import System
from dysts.version import __version__

KEYS = ("category", "field", "regime", "dimension", "Kaplan-Yorke dimension", "exponent per period", "confidence")
"""By what the map can be coloured, in the order of the page."""
NUMBERS = frozenset(KEYS[3:])
"""Those of them that are numbers."""


def write_atlas_page(
    output: str | os.PathLike[str],
    *,
    values: Mapping[str, Mapping[str, float]] | None = None,
    pages: Mapping[str, str] | None = None,
    back: tuple[str, str] | None = None,
    atlas: Atlas | None = None,
) -> None:
    """Write the map of all systems as one HTML file, which opens from disk and asks nothing of any server.

    Parameters
    ----------
    output : path
        The file.
    values : mapping of str to mapping of str to float, optional
        More to colour by: for each name the value of each system, such as scores of a forecaster.
    pages : mapping of str to str, optional
        Addresses of the systems' pages, seen from the file.
    back : (str, str), optional
        Address and text of a link to the page from which this one is reached.
    atlas : Atlas, optional
        By default that of the collection.

    Raises
    ------
    InvalidArgumentError
        If a name in `values` is one of those that the page has already.
    MissingPackageError
        If Jinja is not installed.
    StorageError
        If the file cannot be written.
    """
    environment = page_environment(purpose="the page of the atlas")
    found = read_atlas() if atlas is None else atlas
    more = dict(values or {})
    for name in more:
        if name in KEYS:
            raise InvalidArgumentError(f"values must have names beside {', '.join(KEYS)}, got {name!r}")
    systems = [_record(get_system(name), found, more, (pages or {}).get(name, "")) for name in found.places]
    keys = [{"name": key, "number": key in NUMBERS} for key in KEYS] + [{"name": key, "number": True} for key in more]
    page = environment.get_template("atlas.html").render(
        data=_script_json({"keys": keys, "own": len(KEYS), "systems": systems}),
        count=len(systems),
        categories=found.categories,
        adjusted_rand=found.adjusted_rand,
        without=found.without,
        back=back[0] if back else "",
        back_text=back[1] if back else "",
        version=__version__,
    )
    write_atomically(Path(output), page.encode())


def _record(system: System, atlas: Atlas, more: Mapping[str, Mapping[str, float]], page: str) -> dict[str, Any]:
    place, known = atlas.places[system.name], system.properties
    record: dict[str, Any] = {
        "category": atlas.category_of(system.name),
        "field": system.field,
        "regime": known["regime"]["value"] if "regime" in known else None,
        "dimension": system.dimension,
        "Kaplan-Yorke dimension": known["kaplan_yorke_dimension"]["value"]
        if "kaplan_yorke_dimension" in known
        else None,
        "exponent per period": system.lyapunov_exponent * system.period if "lyapunov_spectrum" in known else None,
        "confidence": place.confidence,
    }
    record |= {name: scores.get(system.name) for name, scores in more.items()}
    return {
        "name": system.name,
        "description": system.description,
        "x": place.x,
        "y": place.y,
        "outline": place.outline,
        "page": page,
        # JSON has no NaN: a value that is not known is left out.
        "values": {key: value for key, value in record.items() if value is not None and value == value},
    }


def _script_json(value: Any) -> str:
    """Return JSON that cannot end the element of a page that holds it."""
    return json.dumps(value).replace("<", "\\u003c")
