"""Writes docs/maps.md from the registry of maps.

Usage: python docs/maps_page.py [--check]
"""

import json
import math
import sys
from string import Template

from invariants_page import bracketed
from pages import DOCS, table, write_or_check

import dysts
from dysts.systems.system import System

GOLDEN = (1.0 + math.sqrt(5.0)) / 2.0
ROUNDING = 1e-9
"""Errors up to this one are those of rounding: each piece of the orbit has the same exponent."""
CLOSED = {
    "ArnoldCatMap": ("2 ln((1 + sqrt 5)/2)", 2.0 * math.log(GOLDEN)),
    "BakerMap": ("ln 2", math.log(2.0)),
    "BetaMap": ("ln 1.9", math.log(1.9)),
    "ChebyshevMap": ("ln 6", math.log(6.0)),
    "ContinuedFractionMap": ("pi^2/(6 ln 2)", math.pi**2 / (6.0 * math.log(2.0))),
    "CuspMap": ("1/2", 0.5),
    "KaplanYorkeMap": ("ln 2", math.log(2.0)),
    "TentMap": ("ln 1.9", math.log(1.9)),
    "UlamMap": ("ln 2", math.log(2.0)),
}
"""Largest exponents with a closed form."""
LITERATURE = json.loads((DOCS / "data" / "map_exponents.json").read_text())["largest_exponent"]
"""Largest exponents from elsewhere; the file names their source."""


def pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    maps = [dysts.get_system(name) for name in dysts.list_systems(kind="map")]
    template = Template((DOCS / "maps.template.md").read_text())
    return {"maps.md": template.substitute(count=len(maps), known=known(maps), table=whole_table(maps))}


def with_error(value: float, error: float) -> str:
    """Return a number with its error in the last digits, if it is more than rounding."""
    return bracketed(value, error if error > ROUNDING else 0.0)


def errors_of(system: System) -> list[float]:
    """Return the standard errors of the exponents; 0 where there is none."""
    spectrum = system.properties["lyapunov_spectrum"]
    return list(spectrum.get("error", [0.0] * system.dimension))


def known(maps: list[System]) -> str:
    """Return the table of exponents that are known from elsewhere."""
    rows = []
    for system in maps:
        if system.name in CLOSED:
            words, value = CLOSED[system.name]
            words = f"{words} = {value:.6f}"
        elif system.name in LITERATURE:
            value = LITERATURE[system.name]
            words = f"{value:.6g}, Sprott 2003"
        else:
            continue
        found, error = system.lyapunov_exponent, errors_of(system)[0]
        distance = f"{(found - value) / error:+.1f}" if error > ROUNDING else "exact"
        rows.append((system.name, with_error(found, error), words, distance))
    return table(("map", "computed", "known", "difference in standard errors"), rows)


def whole_table(maps: list[System]) -> str:
    """Return the table of all maps."""
    rows = []
    for system in maps:
        properties = system.properties
        spectrum = zip(properties["lyapunov_spectrum"]["value"], errors_of(system), strict=True)
        exponents = ", ".join(with_error(value, error) for value, error in spectrum)
        dimensions = [
            with_error(properties[name]["value"], properties[name].get("error", 0.0)) if name in properties else ""
            for name in ("kaplan_yorke_dimension", "correlation_dimension")
        ]
        rows.append((system.name, system.description, properties["regime"]["value"], exponents, *dimensions))
    header = ("map", "description", "regime", "exponents per iterate", "Kaplan-Yorke", "correlation dimension")
    return table(header, rows)


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="the registry of maps", target="maps-page"))
